"""Tables whose cells are set apart by tabs, by gaps or by line ends get the mark that other tables have."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import takewhile

#: What stands between two cells: a tab, or so many blanks that no sentence has them; in a table two are enough.
_TAB = re.compile(" *\t[ \t]*")
_WIDE, _GAP = re.compile(r"(?<=\S) {3,}(?=\S)"), re.compile(r"(?<=\S) {2,}(?=\S)")
#: A sign or a number with a tab behind it begins an item.
_MARKER = re.compile(r"\s*(?:[^\w\s]{1,2}|[(]?\w{1,3}[.)])\t")
_MARKED = re.compile("[|╱]")
_BOXES = str.maketrans("│┃¦", "|||")
#: What stands in a cell is no longer; lines of prose have tabs, too.
_WIDEST = 80
#: So many rows with wide gaps that follow each other are a table.
_FEWEST = 2
#: So many blanks before a line may stand for an empty cell.
_INDENT = 3
_DIGIT = re.compile("[0-9]")
#: Between numbers one blank is enough, if nothing but numbers stands behind the row's only gap.
_NUMBERS = re.compile(r"(?:\S*[0-9]\S*|[—–-]+)(?: +(?:\S*[0-9]\S*|[—–-]+))+")

#: A number alone on a line, with its currency before and so many letters of a unit at most, or what stands for none
#: ("–", "n/a"); a label is no sentence.
_ALONE = re.compile(r"[^\w\s]{0,2}(?:[A-Z]{2,3}\$? ?)?[^\w\s]{0,2}[0-9](\S{0,14}(?: \S{1,8})?)|[—–―-]+|[^\W\d]/[^\W\d]")
_UNIT = 4
_LABEL = 48
_STOPS = "!?:;。"
#: Blanks in a label that ends with an abbreviation.
_ABBREVIATED = 2
#: Rows whose cells have a line each: labels with as many numbers.
_STACKED = re.compile("(?P<row>wn{1,2})(?: *(?P=row)){2,}(?!n)|(?P<wide>wn{3,12})(?: *(?P=wide))+(?!n)")

#: A period that heads a column: 2024, 2025E, FY25, 1Q25, 25Q1, Q3 22, 2024年.
_HEAD = (
    r"(?:[A-Z][1-4][ /-]?'?(?:20)?[0-9]{2}|[1-9][A-Z][ /-]?'?(?:20)?[0-9]{2}|[A-Z]{0,2}'?(?:20)?[0-9]{2}[A-Z][1-4]"
    r"|[A-Z]{2}'?(?:20)?[0-9]{2}|(?:19|20)[0-9]{2}|[0-9]{2}(?=[^\W\d_A-Z]))[^\W\d_]{0,5}(?!\S)"
)
#: One of them, or another head of one word: "2025 2024 yoy".
_HEAD_PART = re.compile(rf"(?<!\S)(?:{_HEAD}|[^\s0-9]{{1,12}}(?!\S))", re.IGNORECASE)
#: A number in such a row, or what stands for none.
_FLAT = re.compile(r"[(+−–—▲△-]{0,2}[$€¥]?[0-9][0-9.,]*[%x)]{0,2}[^\W\d_]{0,5}|[−–—-]{1,2}|[^\W\d_][./][^\W\d_]\.?")
#: Lines with more characters are no rows.
_LONGEST = 300


def ruled(text: str) -> str:
    r"""A normalised text, tabs in it, with `|` between the cells of such tables; as long as it was, and without tabs.

    >>> ruled("Revenue\t35.6\t31.1")
    'Revenue|35.6|31.1'
    >>> ruled("           2025  2024\nRevenue    35.6  31.1\nProfit      5.0  3.9")
    '          |2025 |2024\nRevenue   |35.6 |31.1\nProfit     |5.0 |3.9'
    >>> ruled("In RMBbn 2025 2024 yoy\nRevenue 35.6 31.1 14%")
    'In RMBbn|2025|2024|yoy\nRevenue|35.6|31.1|14%'
    """
    text = text.translate(_BOXES)
    lines = text.split("\n")
    if "\t" in text or "   " in text:
        lines = [_tabbed(line) if "\t" in line else line for line in lines]
        for start, end in _tables(lines):
            lines[start:end] = _set_apart(lines[start:end])
    lines = _flat(lines)
    stacked = _stacked(lines)
    ends = [stacked.get(number, "\n") for number in range(len(lines) - 1)]
    return "".join(line + end for line, end in zip(lines, [*ends, ""], strict=True))


def _tabbed(line: str) -> str:
    """A line with its tabs as marks between cells, if cells it has."""
    marker = _MARKER.match(line)
    head = marker.end() if marker else len(line) - len(line.lstrip())
    body = line[head:].rstrip()
    cells = _TAB.split(body)
    if len(cells) > 1 and max(map(len, cells)) <= _WIDEST:
        body = body.replace("\t", "|")
    return (line[:head] + body + line[head + len(body) :]).replace("\t", " ")


def _tables(lines: Sequence[str]) -> Iterator[tuple[int, int]]:
    """First line and end of each run of rows whose cells stand far apart."""
    start = 0
    while start < len(lines):
        end = start
        wide = numbers = cells = 0
        while end < len(lines) and (found := _far_apart(lines[end])):
            wide += bool(_WIDE.search(lines[end]))
            numbers += sum(bool(_DIGIT.search(cell)) for cell in found[1:])
            cells += len(found) - 1
            end += 1
        if wide >= _FEWEST and 2 * numbers >= cells:
            yield start, end
        start = max(end, start + 1)


def _far_apart(line: str) -> list[str]:
    """The cells of a line with a gap in or before it; none where it has none, or marks between its cells."""
    cells = [] if _MARKED.search(line) or not line.strip() else _GAP.split(line.strip(" "))
    apart = len(cells) > 1 or line.startswith(" " * _INDENT)
    return cells if cells and apart and max(map(len, cells)) <= _WIDEST else []


def _set_apart(rows: Sequence[str]) -> Iterator[str]:
    """The rows of a table with marks at the ends of their gaps."""
    found = [_ends(row) for row in rows]
    most = Counter(map(len, found)).most_common(1)[0][0]
    for row, ends in zip(rows, found, strict=True):
        # A header has no cell over the labels, a label may be indented.
        first = len(row) - len(row.lstrip(" "))
        headed = first >= _INDENT and len(ends) == most - 1
        marks = {end - 1 for end in ([first, *ends] if headed else ends)}
        yield "".join("|" if at in marks else char for at, char in enumerate(row))


def _ends(row: str) -> list[int]:
    """Where the gaps between the cells of a row end."""
    ends = [gap.end() for gap in _GAP.finditer(row)]
    rest = ends[0] if ends else len(row) - len(row.lstrip(" "))
    if len(ends) < _FEWEST and _NUMBERS.fullmatch(row[rest:].strip(" ")):
        more = (gap.end() for gap in re.finditer(r"(?<=\S) +(?=\S)", row[rest:]))
        ends = sorted({*ends, *(rest + end for end in more)})
    return ends


def _flat(lines: Sequence[str]) -> list[str]:
    """The lines, with marks in rows of numbers that one blank sets apart, under a head with a period for each."""
    found = list(lines)
    heads: list[int] = []
    head = last = 0
    for number, line in enumerate(lines):
        cells = _last_numbers(line, len(heads)) if heads else []
        if cells:
            found[head], found[number] = _barred(lines[head], heads), _barred(line, cells)
            last = number
        elif (others := _heads(line)) or number - last >= _FEWEST:
            # One odd line does not end a table.
            head, heads, last = number, others, number
    return found


def _heads(line: str) -> list[int]:
    """Where the heads of columns begin in a line that ends with several periods and other words, a period first."""
    if len(line) > _LONGEST or _MARKED.search(line) or line.rstrip(" ").endswith((*_STOPS, ".")):
        return []
    heads: list[int] = []
    periods: list[int] = []
    end = len(line)
    for part in reversed([*_HEAD_PART.finditer(line)]):
        if line[part.end() : end].strip(" "):
            break
        end = part.start()
        heads.insert(0, end)
        if _DIGIT.search(part[0]):
            periods.append(end)
    return [head for head in heads if head >= periods[-1]] if len(periods) >= _FEWEST else []


def _last_numbers(line: str, count: int) -> list[int]:
    """Where the numbers at the end of a line begin, if they are so many behind a label."""
    if len(line) > _LONGEST or _MARKED.search(line):
        return []
    words = list(re.finditer(r"\S+", line))
    numbers = list(takewhile(lambda word: _FLAT.fullmatch(word[0]), reversed(words)))
    return [word.start() for word in reversed(numbers)] if len(numbers) == count < len(words) else []


def _barred(line: str, cells: Sequence[int]) -> str:
    marks = {cell - 1 for cell in cells}
    return "".join("|" if at in marks else char for at, char in enumerate(line))


def _stacked(lines: Sequence[str]) -> dict[int, str]:
    """What stands for the ends of lines in tables whose cells have a line each, by number of line."""
    kinds = "".join(map(_kind, lines))
    ends: dict[int, str] = {}
    done = 0
    for table in _STACKED.finditer(kinds):
        row = table["row"] or table["wide"]
        end = table.start()
        while end and kinds[end - 1] == " ":
            end -= 1
        begin = end
        while begin > done and end - begin < len(row) and kinds[begin - 1] in "wn":
            begin -= 1
        done = table.end()
        if len(row) > _FEWEST and end - begin >= len(row) - 1:
            # A head over each number, and one over the labels or an empty line in its place.
            ends |= dict.fromkeys(range(max(end - len(row), 0), end - 1), "|")
            ends |= dict.fromkeys(range(end, table.start()), " ")
        for part in re.finditer(f"{row}( *)", table[0]):
            first = table.start() + part.start()
            ends |= dict.fromkeys(range(first, first + len(row) - 1), "|")
            # Nothing stands between its rows.
            ends |= dict.fromkeys(range(table.start() + part.start(1), table.start() + part.end(1)), " ")
    return ends


def _kind(line: str) -> str:
    """`n` for a number that stands alone, `w` for words that may be its label, a blank for none, `.` for any other."""
    bare = line.strip(" ")
    if not bare:
        return " "
    if len(bare) > _LABEL or _MARKED.search(bare):
        return "."
    number = _ALONE.fullmatch(bare)
    if number and sum(map(str.isalpha, number[1] or "")) <= _UNIT:
        return "n"
    return "." if bare[-1] in _STOPS or (bare[-1] == "." and bare.count(" ") > _ABBREVIATED) else "w"
