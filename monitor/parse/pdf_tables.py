"""Tables of a PDF: what stands on one level, put into columns, with one header over each.

A results announcement heads its columns in steps: a period over all, a year over each, a unit below. Read line by line
that says of no number of which year it is. Here every column gets the whole of what stands over it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

#: Stands where a cell is empty.
_EMPTY = "–"
#: So many lines over a table may head it, none further from the next than so many of its heights.
_MOST_HEADS = 8
_FAR = 3.5
#: What begins right of this share of the text's width is no label.
_LABELS = 0.3
#: A header that is so much wider than its column speaks of its neighbours too.
_WIDE = 1.6

_LETTER_END = re.compile(r"[a-z%]$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Cell:
    """Words of a line that stand together."""

    text: str
    left: float
    right: float

    @property
    def middle(self) -> float:
        """Half way from left to right."""
        return (self.left + self.right) / 2


class Line(Protocol):
    """What a table needs of a line."""

    @property
    def cells(self) -> Sequence[Cell]:
        """From left to right."""

    @property
    def phrases(self) -> Sequence[Cell]:
        """Its cells, parted at narrower gaps: headers stand closer than numbers."""

    @property
    def level(self) -> float:
        """Height above the foot of the page."""

    @property
    def height(self) -> float:
        """Of its characters."""


@dataclass(frozen=True, slots=True)
class Edges:
    """Where the text of a page begins and ends."""

    left: float
    right: float

    def has_label(self, line: Line) -> bool:
        """Whether a line begins where the labels of rows do."""
        return line.cells[0].left < self.left + _LABELS * (self.right - self.left)


def heads_over(lines: Sequence[Line], first: Line, edges: Edges) -> int:
    """How many of the lines right above a table's first row head its columns."""
    below, number = first, 0
    for line in reversed(lines[-_MOST_HEADS:]):
        if edges.has_label(line) or line.level - below.level > _FAR * max(line.height, below.height):
            break
        below, number = line, number + 1
    return number


def table(heads: Sequence[Line], rows: Sequence[Line], edges: Edges) -> list[str]:
    """The blocks of a table: what is said of all its columns, then its rows, headers first, as `cell | cell`."""
    columns = _columns(rows, edges)
    placed = [_placed(row, columns, edges) for row in rows]
    if not columns or any(cells is None for cells in placed):
        return _unplaced(heads, rows)
    captions, titles = _titles(heads, columns)
    lines = [" | ".join(cells) for cells in placed if cells is not None]
    if any(titles):
        lines.insert(0, " | ".join([_EMPTY, *(title or _EMPTY for title in titles)]))
    return [*captions, "\n".join(lines)]


def _unplaced(heads: Sequence[Line], rows: Sequence[Line]) -> list[str]:
    return [
        "\n".join(" | ".join(cell.text for cell in line.cells) for line in lines) for lines in (heads, rows) if lines
    ]


def _columns(rows: Sequence[Line], edges: Edges) -> list[Cell]:
    """Where the columns of numbers are; none where rows do not agree."""
    found: list[Cell] = []
    cells = [cell for row in rows for cell in row.cells[1 if edges.has_label(row) else 0 :]]
    for cell in sorted(cells, key=lambda cell: cell.left):
        if found and cell.left < found[-1].right:
            found[-1] = Cell("", found[-1].left, max(found[-1].right, cell.right))
        else:
            found.append(Cell("", cell.left, cell.right))
    return found


def _placed(row: Line, columns: Sequence[Cell], edges: Edges) -> list[str] | None:
    """A row's label and a cell a column; None where two cells share one."""
    if not edges.has_label(row):
        # A sum under a line has no name: put under the headers, it would take the name of the row above.
        return [cell.text for cell in row.cells]
    cells = [_EMPTY] * len(columns)
    for cell in row.cells[1:]:
        number = _nearest(cell, columns)
        if cells[number] != _EMPTY:
            return None
        cells[number] = cell.text
    return [row.cells[0].text, *cells]


def _titles(heads: Sequence[Line], columns: Sequence[Cell]) -> tuple[list[str], list[str]]:
    """What is said of the whole table, and over each column."""
    captions: list[str] = []
    titles = [""] * len(columns)
    lines = [line.phrases for line in heads]
    most = max(map(len, lines), default=0)
    finest = next((number for number, cells in enumerate(lines) if len(cells) == most), 0)
    for number, cells in enumerate(lines):
        own = _own(cells[0], columns) if len(cells) == 1 else None
        if own is not None:
            titles[own] = _joined(titles[own], cells[0].text)
        elif len(cells) == 1 and number > finest:
            captions.append(cells[0].text)
        elif number < finest or len(cells) == 1:
            # A year over several columns is said of each of them.
            over = [cells[_nearest(column, cells)].text for column in columns]
            titles = [_joined(*pair) for pair in zip(titles, over, strict=True)]
        else:
            for cell in cells:
                at = _nearest(cell, columns)
                titles[at] = _joined(titles[at], cell.text)
    return captions, titles


def _own(cell: Cell, columns: Sequence[Cell]) -> int | None:
    """The one column that a header stands over; None where it stands over several, or between them."""
    over = [number for number, each in enumerate(columns) if cell.left < each.right and each.left < cell.right]
    if len(over) != 1:
        return 0 if len(columns) == 1 else None
    column = columns[over[0]]
    return over[0] if cell.right - cell.left <= _WIDE * (column.right - column.left) else None


def _nearest(cell: Cell, cells: Sequence[Cell]) -> int:
    return min(range(len(cells)), key=lambda number: abs(cells[number].middle - cell.middle))


def _joined(above: str, below: str) -> str:
    """A header over another, as one: `As % of` and `revenues`, `September 30,` and `2025`, `2025` and `RMB million`."""
    if not above or above.endswith("-"):
        return above + below
    if above.endswith((",", "，")) or (_LETTER_END.search(above) and below[:1].islower()):
        return f"{above} {below}"
    return f"{above}, {below}"
