"""Rows of tables with `|` between their cells get a line each: some run on in one line, of others each cell's label was
broken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

#: The line under a table's head, as Markdown has it; here with rows before or behind it in one line.
_UNDER = re.compile(r"\|(?: ?:?-{3,}:? ?\|){2,}")
#: A cell is no longer.
_WIDEST = 80


def rowed(text: str) -> str:
    r"""A text as long as it was, with a line for each row of such tables.

    >>> rowed("In short | RMB m | 2025 | | --- | --- | | Revenue | 35.6 | | Profit | 5.0 | Kling grew.")
    'In short\n| RMB m | 2025 |\n| --- | --- |\n| Revenue | 35.6 |\n| Profit | 5.0 |\nKling grew.'
    >>> rowed("| Year | Revenue\n(RMB m) |\nProfit |\n| 2025 | 35.6 | 5.0 |")
    '| Year | Revenue (RMB m) | Profit |\n| 2025 | 35.6 | 5.0 |'
    """
    if "|" not in text:
        return text
    breaks = {at for under in _UNDER.finditer(text) for at in _between_rows(text, under) if text[at : at + 1] == " "}
    if breaks:
        text = "".join("\n" if at in breaks else char for at, char in enumerate(text))
    return _joined(text.split("\n"))


def _joined(lines: Sequence[str]) -> str:
    """The lines, each joined to the one before that begins a row where it ends with a mark and begins with none."""
    pieces = [lines[0]]
    within = lines[0].lstrip(" ").startswith("|")
    for line in lines[1:]:
        begins = line.lstrip(" ").startswith("|")
        goes_on = within and not begins and line.rstrip(" ").endswith("|") and line.index("|") <= _WIDEST
        pieces += (" " if goes_on else "\n", line)
        within = begins or goes_on
    return "".join(pieces)


def _between_rows(text: str, under: re.Match[str]) -> Iterator[int]:
    """The blanks before each row of a table of which not every row has a line, and behind its last row."""
    width = under[0].count("|") - 1
    row = re.compile(rf" ?\|(?:[^|\n]{{0,{_WIDEST}}}\|){{{width}}}")
    far = max(under.start() - (width + 1) * (_WIDEST + 1), 0)
    head = text.rfind("\n", far, under.start()) + 1 or far
    marks = [at for at in range(head, under.start()) if text[at] == "|"]
    if len(marks) > width:
        yield marks[-width - 1] - 1
    if marks:
        yield under.start() - 1
    place = under.end()
    while (found := row.match(text, place)) and text[place] == " ":
        yield place
        place = found.end()
    if place > under.end():
        yield place
