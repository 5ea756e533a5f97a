"""Tables as people read them: every cell in its row, every column under its heading."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy

from lxml.html import HtmlElement

#: No honest cell spans more; a broken one must not fill the memory.
_MOST = 40


def spread(tree: HtmlElement) -> None:
    """Give every cell that spans columns or rows its place in each of them, so that columns stay under their headings.

    A heading is said again in each of its columns; another cell only in each of its rows, for its number counts once.
    """
    for table in tree.iter("table"):
        rows = [row for row in table.iter("tr") if _table_of(row) is table]
        if any(_span(cell, name) > 1 for row in rows for cell in _cells(row) for name in ("colspan", "rowspan")):
            _spread(rows)


def _table_of(row: HtmlElement) -> HtmlElement | None:
    return next(row.iterancestors("table"), None)


def _cells(row: HtmlElement) -> list[HtmlElement]:
    return [cell for cell in row if cell.tag in {"td", "th"}]


def _span(cell: HtmlElement, name: str) -> int:
    written = cell.get(name) or "1"
    return min(int(written), _MOST) if written.isdigit() and int(written) > 0 else 1


def _spread(rows: list[HtmlElement]) -> None:
    #: Column → cell that still reaches down, and over how many more rows.
    reaching: dict[int, tuple[HtmlElement, int]] = {}
    for row in rows:
        laid = list(_laid(row, reaching))
        for cell in _cells(row):
            row.remove(cell)
        row.extend(laid)


def _laid(row: HtmlElement, reaching: dict[int, tuple[HtmlElement, int]]) -> Iterator[HtmlElement]:
    column = 0
    own = iter(_cells(row))
    cell = next(own, None)
    while cell is not None or column in reaching:
        if column in reaching:
            above, left = reaching.pop(column)
            if left > 1:
                reaching[column] = (above, left - 1)
            yield deepcopy(above)
            column += 1
            continue
        assert cell is not None
        wide, high = _span(cell, "colspan"), _span(cell, "rowspan")
        for name in ("colspan", "rowspan"):
            cell.attrib.pop(name, None)
        for place in range(wide):
            laid = cell if place == 0 else _repeated(cell)
            if high > 1:
                reaching[column] = (deepcopy(laid), high - 1)
            yield laid
            column += 1
        cell = next(own, None)


def _repeated(cell: HtmlElement) -> HtmlElement:
    if cell.tag == "th" or not any(character.isdigit() for character in cell.text_content()):
        return deepcopy(cell)
    empty: HtmlElement = cell.makeelement(cell.tag)
    return empty
