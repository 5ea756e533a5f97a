"""Text as the readers see it: one form of each character, and the way back to the original.

NFKC folds full-width digits, letters and punctuation into plain ones, so that `１．５％` and `1.5%` read alike.
Folding can change lengths (`㈱` becomes three characters), hence the offset map.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise

#: Characters that NFKC maps one to one and that join no neighbour: ASCII, precomposed Latin, punctuation, arrows,
#: signs, kana, ideographs, full-width ASCII and half-width kana. A test holds each of them to that.
#: Runs of them are folded in one call; everything else goes cluster by cluster.
PLAIN = (
    "\n -~"
    "\u00a0-\u00a7\u00a9-\u00ac\u00ae\u00b0-\u00b3\u00b5-\u00b7\u00b9-\u00bb\u00bf-\u0131\u0134-\u013e"
    "\u0141-\u0148\u014a-\u017f\u2000-\u200a\u2010-\u2016\u2018-\u2024\u202f-\u2032\u2035\u2038-\u203b"
    "\u20a0-\u20a7\u20a9-\u20c0\u2190-\u222b\u2231-\u22ff\u2500-\u27bf"
    "\u3000-\u3029\u3030-\u3096\u309d\u309e\u30a0-\u30fe\u3400-\u4dbf\u4e00-\u9fff\uff01-\uff9d"
)
#: Joiners, marks of direction and soft hyphens print nothing, yet stand inside words and numbers: dropped.
UNSEEN = "\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff"

_ODD = re.compile(f"[^{PLAIN}]+")
_UNSEEN = re.compile(f"[{UNSEEN}]+")
#: Control characters but tabs become blanks, the two separators of lines and paragraphs line ends.
_CONTROLS = {
    **dict.fromkeys([*range(0x20), *range(0x7F, 0xA0)], " "),
    ord("\t"): "\t",
    ord("\n"): "\n",
    0x2028: "\n",
    0x2029: "\n",
}
#: Longer runs of marks on one letter are not writing; ordering them would take time in the square of their number.
_LONGEST_CLUSTER = 30


class Normal:
    """Normalised text with the map of its offsets to the original's."""

    __slots__ = ("_sources", "_starts", "_widths", "text")

    def __init__(self, text: str, starts: array[int], sources: array[int], widths: array[int]) -> None:
        #: NFKC, without controls but tabs (blanks instead) and without characters that print nothing.
        self.text = text
        # Segment i of `text` begins at starts[i] and came from sources[i]; a width of 0 says that it was folded
        # character by character, any other that those many characters of the original became the whole segment.
        self._starts, self._sources, self._widths = starts, sources, widths

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the original text of the span `start..end` of the normalised text, end exclusive."""
        if not self._starts:
            return start, end
        first = max(bisect_right(self._starts, start) - 1, 0)
        begin = self._sources[first] + (0 if self._widths[first] else start - self._starts[first])
        if end <= start:
            return begin, begin
        last = max(bisect_right(self._starts, end - 1) - 1, 0)
        return begin, self._sources[last] + (self._widths[last] or end - self._starts[last])

    def without(self, places: Sequence[int]) -> Normal:
        """The same text without the characters at these places, which rise."""
        begins = self._starts or array("q", [0])
        kept: list[str] = []
        starts, sources, widths = array("q"), array("q"), array("q")
        length = 0
        for low, high in pairwise([-1, *places, len(self.text)]):
            begin = low + 1
            while begin < high:
                segment = bisect_right(begins, begin) - 1
                end = min(high, begins[segment + 1]) if segment + 1 < len(begins) else high
                kept.append(self.text[begin:end])
                starts.append(length)
                width = self._widths[segment] if self._starts else 0
                source = self._sources[segment] if self._starts else 0
                sources.append(source if width else source + begin - begins[segment])
                widths.append(width)
                length += end - begin
                begin = end
        return Normal("".join(kept), starts, sources, widths)


def normalise(text: str) -> Normal:
    """Fold `text` to NFKC with a map of offsets; total and linear, lone surrogates stay as they are."""
    pieces: list[str] = []
    starts, sources, widths = array("q"), array("q"), array("q")
    done = length = 0

    def put(piece: str, source: int, width: int) -> None:
        nonlocal length
        if piece:
            pieces.append(piece)
            starts.append(length)
            sources.append(source)
            widths.append(width)
            length += len(piece)

    for odd in _ODD.finditer(text):
        begin = odd.start()
        if begin > done and _joins(text[begin]):
            begin -= 1
        put(unicodedata.normalize("NFKC", text[done:begin]), done, 0)
        for start, end in _clusters(text, begin, odd.end()):
            cluster = _UNSEEN.sub("", text[start:end])
            put(unicodedata.normalize("NFKC", cluster).translate(_CONTROLS), start, end - start)
        done = odd.end()
    rest = unicodedata.normalize("NFKC", text[done:])
    if not pieces and done == 0:
        return Normal(rest, starts, sources, widths)
    put(rest, done, 0)
    return Normal("".join(pieces), starts, sources, widths)


def _joins(char: str) -> bool:
    """Whether `char` can fold into one character with what stands before it, or prints nothing."""
    if _UNSEEN.match(char):
        return True
    first = unicodedata.normalize("NFKC", char)[0]
    return unicodedata.category(first)[0] == "M" or "\u1160" <= first <= "\u11ff"


def _clusters(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut `text[start:end]` into spans that fold on their own: a character with what joins it."""
    begin = start
    for here in range(start + 1, end):
        if here - begin >= _LONGEST_CLUSTER or not _joins(text[here]):
            yield begin, here
            begin = here
    if begin < end:
        yield begin, end
