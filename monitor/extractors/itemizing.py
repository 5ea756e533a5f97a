"""Items of a list that stand in one line get a line each: digests set nothing but a mark before them."""

from __future__ import annotations

import re
from collections import defaultdict

#: Fewer marks in a line may be dashes; between letters all of them have a capital behind them, or a time, which the
#: second of a pair of dashes has not.
_FEWEST_COMPACT, _FEWEST = 2, 3
_TIME = "(?:19|20)[0-9]{2}(?![0-9])|[0-9]{1,2}[QH]|[QH][1-4]"
#: A blank with a mark behind it, and no number, which would be its negative, or the end of a span.
_MARKS = "-*•●■▪◆·"
_ITEM = re.compile(rf"(?<=\S) +(?=[{_MARKS}] +(?:[^\s0-9]|{_TIME}))(?<![0-9] (?=- [0-9]))")
_BEGINS = re.compile(rf"[{_MARKS}] +(?:[^a-z]|{_TIME})")


def itemized(text: str, *, compact: bool) -> str:
    r"""A normalised text with line ends in the place of the blanks before such marks; as long as it was.

    >>> itemized("Results - Sales rose 14% to 35.6bn - Profit rose 26% - Costs fell", compact=False)
    'Results\n- Sales rose 14% to 35.6bn\n- Profit rose 26%\n- Costs fell'

    Args:
        text: the text.
        compact: whether words of its language stand without blanks.
    """
    if not any(f" {mark} " in text for mark in _MARKS):
        return text
    return "\n".join(_apart(line, _FEWEST_COMPACT if compact else _FEWEST) for line in text.split("\n"))


def _apart(line: str, fewest: int) -> str:
    places: dict[str, list[int]] = defaultdict(list)
    for item in _ITEM.finditer(line):
        places[line[item.end()]].append(item.end())
    signs = list(line)
    for begins in places.values():
        if len(begins) >= fewest and all(_BEGINS.match(line, begin) for begin in begins):
            for begin in begins:
                signs[begin - 1] = "\n"
    return "".join(signs)
