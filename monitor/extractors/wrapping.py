"""Line ends that only keep lines short: mail and wire copy break sentences, numbers and words at a column."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from monitor.extractors.normal import Normal

#: Columns of a text that is broken: its lines are filled up to a width between these.
_NARROWEST, _WIDEST = 30, 120
#: Of its lines so many may be longer: addresses.
_LONGER = 0.1
#: So many lines that are full and end amid a sentence are no chance: two were the most, in 3 of 16,580 articles whose
#: lines are as long as they like. Of a short text fewer do, if nearly all its lines are full.
_SURE = 3

_IDEOGRAPHS = "\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f"
_EAST = re.compile(f"[{_IDEOGRAPHS}]")
#: What takes two columns: marks beside ideographs do, too, before they are folded.
_WIDE = re.compile(f"[{_IDEOGRAPHS}]|(?<=[{_IDEOGRAPHS}])[,;:!?()]|[,;:!?()](?=[{_IDEOGRAPHS}])")
_SENTENCE_END = re.compile("[.!?:;。…][\"'”’」』)]*$")
#: What begins a line of its own, and a row of a table.
_ITEM = re.compile(rf"\s*(?:[-–—*•·・●○■□◆▪▶►→#>]|[0-9]{{1,2}}[.)、] |\([0-9]{{1,2}}\)| {{4}})|  (?=[{_IDEOGRAPHS}])")
_ROW = re.compile(r"[|╱]|\S {3,}\S")
#: What is not cut in two at a line's end: a word, or a character with the marks that close it.
_FIRST = re.compile(f"(?:[^\\s{_IDEOGRAPHS}]+|.)[、。,!?;:」』)%]*")


def unwrapped(normal: Normal, begin: int = 0) -> Normal:
    r"""The text from `begin` on with each paragraph on one line, if its lines are broken at a column.

    >>> from monitor.extractors.normal import normalise
    >>> text = "Revenue of the unit that makes films\nrose by a third, says an un-\ncommonly happy manager of it."
    >>> unwrapped(normalise(text)).text
    'Revenue of the unit that makes films rose by a third, says an uncommonly happy manager of it.'
    """
    lines = normal.text[begin:].split("\n")
    for measure in (_columns, len):
        broken = _broken(lines, measure)
        if broken:
            return _joined(normal, begin, lines, broken)
    return normal


def _columns(line: str) -> int:
    return len(line) + len(_WIDE.findall(line))


def _broken(lines: Sequence[str], measure: Callable[[str], int]) -> set[int]:
    """Numbers of the lines that go on in the next; none where lines are as long as they like."""
    widths = [measure(line.rstrip(" ")) for line in lines]
    within = [width for width in widths if 0 < width <= _WIDEST]
    filled = sum(map(bool, widths))
    if not within or filled - len(within) > _LONGER * filled or max(within) < _NARROWEST:
        return set()
    width = max(within)
    full = {number for number, room in _rooms(lines, measure) if widths[number] + room > width}
    amid = sum(_goes_on(lines[number], lines[number + 1]) for number in full)
    return full if amid >= _SURE or (amid and amid + len(full) >= filled) else set()


def _rooms(lines: Sequence[str], measure: Callable[[str], int]) -> Iterator[tuple[int, int]]:
    """Of each line that another may go on, its number and the room that the other's first word would take on it."""
    for number, (line, following) in enumerate(pairwise(lines)):
        bare, first = line.rstrip(" "), _FIRST.match(following.lstrip(" "))
        if bare and first and not (_ITEM.match(following) or _ROW.search(line) or _ROW.search(following)):
            yield number, measure(first[0]) + (not _together(bare, first[0]))


def _together(line: str, following: str) -> bool:
    """Whether no blank stands between a line and the next when they are one."""
    return bool(_EAST.match(line[-1]) or _EAST.match(following))


def _goes_on(line: str, following: str) -> bool:
    """Whether a sentence goes on over a line's end, by what stands on both sides of it."""
    first = following.lstrip(" ")[0]
    return not _SENTENCE_END.search(line.rstrip(" ")) and (first.islower() or bool(_EAST.match(first)))


def _joined(normal: Normal, begin: int, lines: Sequence[str], broken: set[int]) -> Normal:
    """The text with a blank, or nothing, for the end of each line that goes on."""
    text = list(normal.text)
    dropped = []
    at = begin
    for number, line in enumerate(lines):
        at += len(line)
        if number in broken:
            following = lines[number + 1].lstrip(" ")
            text[at] = " "
            if line.endswith("-") and line[-2:-1].islower() and following[0].islower():
                dropped += [at - 1, at]
            elif _together(line.rstrip(" "), following):
                dropped.append(at)
        at += 1
    normal.text = "".join(text)
    return normal.without(dropped)
