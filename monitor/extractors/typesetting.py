"""Signs that are set for the eye alone: emphasis, marks of notes, blanks between ideographs and Latin letters."""

from __future__ import annotations

import re
from collections.abc import Iterator

from monitor.extractors.normal import Normal

_EMPHASIS = re.compile(r"\*\*(?=\S)[^\n]{0,300}?(?<=\S)\*\*")
#: `[12]` behind a word or a sentence, not where a number of the text stands in brackets.
_NOTE = re.compile(r"(?:(?<=[.!?。])|(?<=[^\s\[(])(?=(?:\[[0-9]{1,3}\])+(?:[\s,;:.!?)。、]|\Z)))(?:\[[0-9]{1,3}\])+")
_IDEOGRAPHS = "\u3040-\u30ff\u3400-\u9fff"
_LATIN = "0-9A-Za-z%"
_SET_APART, _TOGETHER = (
    re.compile(f"(?<=[{_IDEOGRAPHS}]){between}(?=[{_LATIN}])|(?<=[{_LATIN}]){between}(?=[{_IDEOGRAPHS}])")
    for between in (" ", "")
)
#: A row of a table whose cells blanks set apart.
_COLUMNS = re.compile(f"[0-9%—–-] +[(+−—–-]?[0-9]|[0-9%)—–-]  +[{_IDEOGRAPHS}]")


def plain(normal: Normal, *, compact: bool) -> Normal:
    """The text without such signs.

    >>> from monitor.extractors.normal import normalise
    >>> plain(normalise("It rose to **300 million** yuan.[1] Kling, too."), compact=False).text
    'It rose to 300 million yuan. Kling, too.'

    Args:
        normal: the text.
        compact: whether words of its language stand without blanks; where most ideographs and Latin letters stand apart
            nevertheless, these blanks are set for the eye.
    """
    text = normal.text
    places: set[int] = set()
    if "**" in text:
        for found in _EMPHASIS.finditer(text):
            places |= {found.start(), found.start() + 1, found.end() - 2, found.end() - 1}
    if "[" in text:
        places.update(place for found in _NOTE.finditer(text) for place in range(*found.span()))
    if compact:
        places.update(_blanks(text))
    return normal.without(sorted(places)) if places else normal


def _blanks(text: str) -> Iterator[int]:
    if len(_SET_APART.findall(text)) <= len(_TOGETHER.findall(text)):
        return
    begin = 0
    for line in text.split("\n"):
        if not _COLUMNS.search(line):
            yield from (begin + found.start() for found in _SET_APART.finditer(line))
        begin += len(line) + 1
