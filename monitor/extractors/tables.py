"""Tables in plain text: what heads each cell, and the scale and unit that headers give."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from decimal import Decimal

from monitor.extractors.periods import PeriodMention
from monitor.extractors.quantities import Numbers, Quantity
from monitor.extractors.scene import Cell, Heading, Track
from monitor.extractors.sentences import Layout, Line

#: A caption stands at most that many lines above its table.
_CAPTION_LINES = 4
_LONGEST_CAPTION = 200
#: What stands so many characters above a head is of another table: a text of nothing but heads and rows would be read
#: in the square of its length.
_FARTHEST = 1000
#: A header row at most that far above a row without its own.
_LONGEST_TABLE = 60
#: Fewer cells over a header are a caption.
_GROUPS = 2
#: Longer parts of a header are sentences, not units.
_LONGEST_UNIT = 40
#: A part may speak of its unit after so many characters: "amounts in" stands before it.
_LONGEST_LEAD = 16
#: "RMBm": a scale that sticks to its currency.
_AFTER_CURRENCY = re.compile(r"[A-Z$€¥](?=[a-z]{1,3}\b)")
_SHARES = frozenset({"percent", "percentage_point"})
#: What sets the parts of a header apart; a full stop only where it ends a longer word.
_PARTS = re.compile(r"[()\[\]:;、|╱/\n—–]|(?<![0-9]),|,(?![0-9]{3})|(?<=[a-z]{4})\.(?= |$)| (?:in|of) ")


#: A scale in digits: "10,000 shares", "1000 yuan".
_POWER = re.compile(r"1(?=(?:0{3,8}|0{0,2}(?:,000){1,3}) ?[^\s0-9,.])")
#: A letter that numbers a heading.
_NUMBERED = re.compile(r"^[A-Za-z][.)] ")


class Tables:
    """Finds for each cell its row's label, its column's head and the caption."""

    def __init__(
        self, text: str, layout: Layout, quantities: Sequence[Quantity], periods: Track[PeriodMention]
    ) -> None:
        self._text = text
        self._lines = layout.lines
        self._periods = periods
        #: Spans of quantities, for telling rows of words from rows of numbers.
        self._numbers = [(q.start, q.end) for q in quantities if q.kind == "number"]
        self._heads: dict[int, int | None] = {}
        self._captions: dict[int, tuple[int, int]] = {}
        self._find()

    def cell(self, line_number: int, place: int) -> Cell | None:
        """What heads the cell at `place` in a row; None outside of tables and in header rows."""
        line = self._lines[line_number]
        if line.kind != "row" or line_number not in self._heads:
            return None
        column = next((number for number, (start, end) in enumerate(line.cells) if start <= place <= end), None)
        if column is None:
            return None
        head_number = self._heads[line_number]
        nothing = (line.start, line.start)
        head = nothing
        left: tuple[tuple[int, int], ...] = ()
        over = nothing
        if head_number is not None:
            cells = self._lines[head_number].cells
            # A header without a cell over the labels has one cell less than the rows.
            shift = 1 if len(cells) == len(line.cells) - 1 else 0
            if 0 <= column - shift < len(cells):
                head = cells[column - shift]
                left = cells[1 - shift : column - shift][::-1]
                over = self._over(head_number, column - shift, len(cells))
        others = tuple(
            cell for number, cell in enumerate(line.cells) if number not in (0, column) and self._wordy(cell)
        )
        caption = self._captions.get(line_number, nothing)
        return Cell(line.cells[0], head, caption, column, over=over, left=left, others=others)

    def is_scale(self, line_number: int, quantity: Quantity) -> bool:
        """Whether a quantity is the unit of a column: "(10,000 shares)" in a head."""
        row = self._lines[line_number].kind == "row" and line_number not in self._heads
        return row and self._scales(self._lines[line_number].start, quantity.start)

    def _scales(self, begin: int, start: int) -> bool:
        """Whether a number that is a power of ten stands behind words."""
        return _POWER.match(self._text, start) is not None and any(map(str.isalpha, self._text[begin:start]))

    def _over(self, head: int, column: int, width: int) -> tuple[int, int]:
        """The cell over a column in a row above the header: "| Three months || Year |" over two columns each."""
        line = self._lines[head]
        if head == 0 or self._lines[head - 1].kind != "row" or not column:
            return line.start, line.start
        said = [cell for cell in self._lines[head - 1].cells if any(t.form for t in self._periods.within(*cell))]
        if len(said) < _GROUPS or (width - 1) % len(said):
            return line.start, line.start
        return said[(column - 1) * len(said) // (width - 1)]

    def _find(self) -> None:
        head: int | None = None
        caption = (0, 0)
        last_row = -9
        for number, line in enumerate(self._lines):
            if line.kind != "row":
                continue
            if number - last_row > 2 or (head is not None and number - head > _LONGEST_TABLE):
                head = None
            if number - last_row > 1:
                caption = self._caption(number)
            last_row = number
            if self._is_head(line):
                head = number
                caption = (min(caption[0], line.cells[0][0]) if caption[1] else line.cells[0][0], line.cells[0][1])
                if caption[1] - caption[0] > _FARTHEST:
                    caption = line.cells[0]
                continue
            self._heads[number] = head
            self._captions[number] = caption

    def _caption(self, number: int) -> tuple[int, int]:
        """Span of the short lines right above a table."""
        first = number
        blanks = 0
        while first > 0 and number - first < _CAPTION_LINES:
            above = self._lines[first - 1]
            if above.kind == "blank":
                blanks += 1
                if blanks > 2:
                    break
            elif above.kind == "row" or above.end - above.start > _LONGEST_CAPTION:
                break
            elif above.kind != "heading" and number - first > blanks:
                # Only the line right above may be a sentence; what stands over it must look like a heading.
                break
            first -= 1
        if first == number:
            return (0, 0)
        return self._lines[first].start, self._lines[number - 1].end

    def _is_head(self, line: Line) -> bool:
        """Whether the cells after the first hold words or times rather than numbers."""
        plain = sum(1 for cell in line.cells[1:] if self._filled_with_number(cell))
        return plain * 2 < len(line.cells) - 1

    def _filled_with_number(self, cell: tuple[int, int]) -> bool:
        bare = re.sub(r"[-–—*()\s]", "", self._text[cell[0] : cell[1]])
        if not bare:
            return True
        # "127.3 (126.0)" holds a number and the one that it replaces.
        covered = sum(
            end - start
            for start, end in self._in(cell)
            if cell[0] <= start and end <= cell[1] and not self._scales(cell[0], start)
        )
        return covered * 2 >= len(bare) and not self._timely(cell, len(bare))

    def _timely(self, cell: tuple[int, int], length: int) -> bool:
        """Whether most of the cell says a time: "25E" is a year that is expected."""
        said = sum(time.end - time.start for time in self._periods.within(*cell))
        return said * 2 >= length

    def _wordy(self, cell: tuple[int, int]) -> bool:
        return not self._filled_with_number(cell)

    def _in(self, cell: tuple[int, int]) -> Iterator[tuple[int, int]]:
        index = bisect_left(self._numbers, (cell[0], 0))
        while index < len(self._numbers) and self._numbers[index][0] <= cell[1]:
            yield self._numbers[index]
            index += 1


def heading(text: str, numbers: Numbers, shares: Sequence[str] = ()) -> Heading | None:
    """Scale and unit that a header such as `RMB million` or `亿元` gives; None where it names none.

    A number is put before and within the header, so that whatever words the language has for scales and units serve.

    Args:
        text: the header.
        numbers: the reader of its language.
        shares: words that say percent where the header says no unit.
    """
    best: Heading | None = None
    factor = alone = counted = Decimal(1)
    for probe in _probes(text):
        for quantity in numbers.read(probe):
            if quantity.kind != "number" or quantity.unit == "times" or not (quantity.unit or quantity.scaled):
                continue
            value = quantity.value if isinstance(quantity.value, Decimal) else quantity.value[0]
            if value <= 0 or value % 7:
                continue
            found = Heading(Decimal(1) if quantity.unit in _SHARES else value / 7, quantity.unit or "")
            factor = max(factor, found.factor)
            if found.unit == "count":
                counted = max(counted, found.factor)
            if not found.unit:
                alone = max(alone, found.factor)
            if best is None or _says(found) > _says(best):
                best = found
    if (best is None or not best.unit) and any(word in text.lower() for word in shares):
        return Heading(Decimal(1), "percent")
    if best is None:
        return None
    if best.unit in {"", "count"}:
        # "Users (million)": the scale stands apart from what is counted.
        return Heading(factor, best.unit)
    # "RMB in millions": or from the currency.
    best = Heading(alone, best.unit) if best.factor == 1 and best.unit not in _SHARES else best
    return best._replace(counted=counted)


def _says(header: Heading) -> int:
    return 2 * (header.unit not in {"", "count"}) + (header.factor != 1) + (header.unit != "")


def _probes(text: str) -> Iterator[str]:
    """The header's parts with a 7 where a number would stand."""
    for part in _PARTS.split(text):
        # "+/- %", "B. NINE MONTHS"
        bare = _NUMBERED.sub("", part.strip(" *+-±"))
        if not bare or len(bare) > _LONGEST_UNIT:
            continue
        if "'000" in bare:
            yield bare.replace("'000", "7,000").strip()
            continue
        if any(char.isdigit() for char in bare):
            if _POWER.match(bare):
                yield f"7{bare[1:]}"
            continue
        yield f"7{bare}"
        yield f"7 {bare}"
        words = bare.split(" ")
        for cut in range(1, len(words)):
            yield " ".join((*words[:cut], "7", *words[cut:]))
        for scale in _AFTER_CURRENCY.finditer(bare):
            yield f"{bare[: scale.end()]}7{bare[scale.end() :]}"
        for cut in range(1, min(len(bare), _LONGEST_LEAD)):
            if bare[cut - 1] >= "\u2e80":
                yield f"{bare[:cut]}7{bare[cut:]}"
