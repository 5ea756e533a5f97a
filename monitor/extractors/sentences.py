"""Lines, sentences, clauses and table rows of a text, as spans of offsets.

A line break ends a sentence. Inside a line a sentence ends at the language's marks, unless the mark belongs to a number
or an abbreviation. Lines whose cells are set apart by one mark are rows of a table; so are at least three lines in a
row that another mark cuts into as many cells, where most of these hold numbers.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Container
from dataclasses import dataclass
from itertools import pairwise

from monitor.declarations.languages import BindingSections

#: What sets the cells of a row apart.
_RULES = "|╱"
_CELL = re.compile(f"[{_RULES}]")
#: Marks that set cells apart where a block of lines agrees on them, and whether the cells must be bare numbers.
_COLUMNS = tuple(
    (re.compile(mark), strict)
    for mark, strict in ((" / ", False), ("; ?", False), (" [–—-] ", False), (" · ", False), ("/", True), (" +", True))
)
_FEWEST_ROWS, _FEWEST_CELLS = 3, 3
#: The most a cell of such a row holds, and of its header.
_WIDEST, _WIDEST_HEAD = 24, 40
#: "Revenue: 1,419 / 1,567" is a list of its own.
_LABELLED = re.compile(r":\s?[-+]?[0-9]")
_BARE = re.compile(r"[-+−–—△▲▼(~]{0,2}[0-9][0-9.,]*[%)x]{0,2}|[-−–—]+")
_DIGIT = re.compile("[0-9]")
_MOSTLY, _STRICTLY = 0.5, 0.8
_CLOSERS = "\"'”’»“)]」』）】"
#: So many more sentences in one cell are prose, with a mark by chance; annotated rows have three.
_PROSE = 4
#: A line that is short and has no mark at its end may be a heading.
_LONGEST_HEADING = 60
#: No sentence or row of the annotated articles has more than 529 characters; longer ones are cut, for each quantity
#: looks through its whole sentence.
_LONGEST = 1200
#: Lines of a list are no longer, and it has no more of them.
_LONGEST_ITEM, _LONGEST_LIST = 160, 24
#: What may stand right above a heading.
_ABOVE_HEADS = frozenset({"blank", "title"})
#: An answer has no more sentences.
_ANSWER = 6
_ITEM = re.compile(r"\s*(?:[•◆▪●■◎·*–-]|\(?\d{1,2}[.)、]|[①-⑳])\s*")


@dataclass(frozen=True, slots=True)
class Line:
    """One line: a title, heading, row, list item or plain text."""

    start: int
    end: int
    kind: str
    #: Spans of the cells of a row.
    cells: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Layout:
    """Where lines, sentences and clauses begin; each ends where the next begins or its line ends."""

    lines: tuple[Line, ...]
    line_starts: tuple[int, ...]
    sentence_starts: tuple[int, ...]
    clause_starts: tuple[int, ...]

    def line(self, offset: int) -> int:
        """Number of the line at an offset."""
        return max(bisect_right(self.line_starts, offset) - 1, 0)

    def sentence(self, offset: int) -> int:
        """Number of the sentence at an offset."""
        return max(bisect_right(self.sentence_starts, offset) - 1, 0)

    def clause(self, offset: int) -> int:
        """Number of the clause at an offset."""
        return max(bisect_right(self.clause_starts, offset) - 1, 0)

    def asked(self, text: str, number: int) -> tuple[int, int] | None:
        """Span of the question that a sentence answers: the nearest of the few before it that ends with its mark."""
        for before in range(number - 1, max(number - 1 - _ANSWER, -1), -1):
            start, end = self.sentence_span(before)
            if "?" in text[max(end - 4, start) : end]:
                return start, end
        return None

    def introduced(self, text: str, number: int, numbered: Container[int]) -> tuple[int, int] | None:
        """Span of the line over a list that a line belongs to: it ends with a colon, or is a heading without a number.

        Args:
            text: the text that is laid out.
            number: of the line.
            numbered: numbers of the lines with a quantity in them.
        """
        for above in range(number - 1, max(number - 1 - _LONGEST_LIST, -1), -1):
            line = self.lines[above]
            if text[line.start : line.end].rstrip()[-1:] == ":" or self._heads(above, numbered):
                return line.start, line.end
            if line.kind == "title" or line.end - line.start > _LONGEST_ITEM:
                return None
        return None

    def _heads(self, number: int, numbered: Container[int]) -> bool:
        """Whether a line is a heading with nothing right above it."""
        if self.lines[number].kind != "heading" or number in numbered:
            return False
        return number == 0 or self.lines[number - 1].kind in _ABOVE_HEADS

    def sentence_span(self, number: int) -> tuple[int, int]:
        """Span of a sentence, without the line's end."""
        start = self.sentence_starts[number]
        line = self.lines[self.line(start)]
        following = self.sentence_starts[number + 1] if number + 1 < len(self.sentence_starts) else line.end
        return start, max(min(following, line.end), start)


class Sentences:
    """Cuts the texts of one language."""

    def __init__(self, pack: BindingSections) -> None:
        ends = "".join(re.escape(mark) for mark in pack.sentences.ends)
        self._end = re.compile(f"[{ends}…]+[{re.escape(_CLOSERS)}]*")
        words = [mark for mark in pack.sentences.clauses if len(mark) > 1]
        marks = "".join(re.escape(mark) for mark in pack.sentences.clauses if len(mark) == 1)
        self._clause = re.compile("|".join([f"(?<![0-9])[{marks}]|[{marks}](?![0-9])", "[()]", *map(re.escape, words)]))
        self._short = frozenset(pack.sentences.abbreviations)

    def read(self, text: str, *, title_end: int = -1) -> Layout:
        """The layout of a normalised text; lines up to `title_end` are titles."""
        lines: list[Line] = []
        sentences: list[int] = []
        clauses: list[int] = []
        offset = 0
        rows = text.split("\n")
        columns = _columns(rows)
        for number, raw in enumerate(rows):
            start, end = offset, offset + len(raw)
            offset = end + 1
            cells = _cells(text, start, end, columns.get(number))
            if any(len(self._sentence_starts(text, *cell)) >= _PROSE for cell in cells):
                cells = ()
            lines.append(Line(start, end, "title" if end <= title_end else self._kind(raw, cells), cells))
            sentences.append(start)
            clauses.append(start)
            if len(cells) > 1:
                sentences_here: list[int] = []
                clauses.extend(cell[0] for cell in cells[1:])
            else:
                sentences_here = self._sentence_starts(text, start, end)
                clauses.extend(
                    sorted({*sentences_here, *(mark.end() for mark in self._clause.finditer(text, start, end))})
                )
            sentences.extend(sentences_here)
        return Layout(
            tuple(lines), tuple(line.start for line in lines), tuple(sentences), tuple(dict.fromkeys(clauses))
        )

    def _kind(self, raw: str, cells: tuple[tuple[int, int], ...]) -> str:
        if len(cells) > 1:
            return "row"
        bare = raw.strip()
        if not bare:
            return "blank"
        if len(bare) <= _LONGEST_HEADING and not self._end.search(bare[-2:]):
            return "heading"
        return "item" if _ITEM.match(raw) else "text"

    def _sentence_starts(self, text: str, start: int, end: int) -> list[int]:
        starts: list[int] = []
        for mark in self._end.finditer(text, start, end):
            after = mark.end()
            if text[mark.start()] == "." and not self._ends(text, mark.start(), after, end):
                continue
            while after < end and text[after] in " \u3000":
                after += 1
            if after < end:
                starts.append(after)
        return _cut(text, start, end, starts)

    def _ends(self, text: str, stop: int, after: int, end: int) -> bool:
        """Whether the full stop at `stop` ends a sentence."""
        if after < end and text[after] not in " \u3000":
            return False
        head = stop
        while head > 0 and (text[head - 1].isalpha() or text[head - 1] == "."):
            head -= 1
        word = text[head:stop].lower()
        if word in self._short:
            # "RMB5bn. It": an abbreviation that sticks to its number ends a sentence before a capital.
            rest = text[after : after + 4].lstrip()
            return head > 0 and text[head - 1].isdigit() and rest[:1].isupper()
        if head == stop and stop and text[stop - 1].isdigit():
            # "am 25. März": an ordinal, unless a capital that begins a sentence follows a longer number.
            rest = text[after : after + 3].lstrip()
            digits = re.search(r"[0-9]+$", text[max(stop - 5, 0) : stop])
            return bool(rest) and not (digits and len(digits[0]) <= 2 and not text[max(stop - 4, 0) : stop].count(","))
        return True


def _cut(text: str, start: int, end: int, starts: list[int]) -> list[int]:
    """Where the sentences of a line begin, those without end cut at a blank, else between two characters."""
    if end - start <= _LONGEST:
        return starts
    cut: list[int] = []
    for at, stop in pairwise([start, *starts, end]):
        begin = at
        while stop - begin > _LONGEST:
            latest = begin + _LONGEST
            begin = text.rfind(" ", latest - _LONGEST // 2, latest) + 1 or _between(text, latest)
            cut.append(begin)
        if stop < end:
            cut.append(stop)
    return cut


def _between(text: str, at: int) -> int:
    """A place at or a little before `at` that is not inside a number."""
    for place in range(at, at - _LONGEST // 4, -1):
        if not (text[place - 1].isdigit() or text[place].isdigit()):
            return place
    return at


def _columns(rows: list[str]) -> dict[int, re.Pattern[str]]:
    """The marks that cut blocks of lines into columns, by line."""
    found: dict[int, re.Pattern[str]] = {}
    start = 0
    while start < len(rows):
        best, end = None, start + 1
        for mark, strict in _COLUMNS:
            stop = _block(rows, start, mark, strict=strict)
            if stop > end:
                best, end = mark, stop
        if best is not None:
            size = len(best.split(rows[start].strip()))
            # A header without a word over the labels has a cell less than the rows.
            headed = start > 0 and start - 1 not in found and len(best.split(rows[start - 1].strip())) == size - 1
            found |= dict.fromkeys(range(start - headed, end), best)
        start = end
    return found


def _block(rows: list[str], start: int, mark: re.Pattern[str], *, strict: bool) -> int:
    """Where the block of rows ends that begins at a line; `start` where there is none."""
    size = 0
    end = start
    numbers = total = 0
    while end < len(rows):
        row = rows[end].strip()
        if not row or _CELL.search(row):
            break
        cells = mark.split(row)
        size = size or len(cells)
        if size < _FEWEST_CELLS or len(cells) != size or _LABELLED.search(cells[0]):
            break
        if max(map(len, cells[1:])) > (_WIDEST if end > start else _WIDEST_HEAD):
            break
        if end > start:
            holds = _BARE.fullmatch if strict else _DIGIT.search
            numbers += sum(bool(holds(cell.strip())) for cell in cells[1:])
            total += size - 1
        end += 1
        if end - start >= _FEWEST_ROWS and numbers < (_STRICTLY if strict else _MOSTLY) * total:
            return start
    return end if end - start >= _FEWEST_ROWS else start


def _cells(text: str, start: int, end: int, column: re.Pattern[str] | None = None) -> tuple[tuple[int, int], ...]:
    """Spans of the cells of a line; none where it is no row of at least two."""
    if column is not None:
        while start < end and text[start] == " ":
            start += 1
        last = end
        while last > start and text[last - 1] == " ":
            last -= 1
        marks = list(column.finditer(text, start, last))
        starts, stops = [start, *(mark.end() for mark in marks)], [*(mark.start() for mark in marks), end]
        return tuple(zip(starts, stops, strict=True))
    found = _CELL.findall(text, start, end) if end - start <= _LONGEST else []
    if not found:
        return ()
    # "profit╱(loss)|42|(45)": the mark that is there most often.
    mark = max(found, key=found.count)
    cells: list[tuple[int, int]] = []
    at = start
    while at <= end:
        stop = text.find(mark, at, end)
        stop = end if stop < 0 else stop
        cells.append((at, stop))
        at = stop + 1
    # A frame's own first and last mark stand before and after nothing.
    if not text[cells[0][0] : cells[0][1]].strip():
        cells = cells[1:]
    if cells and not text[cells[-1][0] : cells[-1][1]].strip():
        cells = cells[:-1]
    return tuple(cells) if len(cells) > 1 else ()
