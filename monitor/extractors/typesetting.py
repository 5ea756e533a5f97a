"""Signs that are set for the eye alone, or left by other programs: emphasis, marks of notes, tags, references to
characters, blanks between ideographs and Latin letters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from html import unescape

from monitor.extractors.normal import Normal

_EMPHASIS = re.compile(
    r"(\*\*)(?=\S)[^\n]{0,300}?(?<=\S)\*\*|(?<![\w*])([*_])(?=\w)[^*_\n]{1,60}?(?<=[\w%])\2(?![\w*])"
)
#: Tags of HTML that set words apart and no lines.
_TAG = re.compile(r"</?(?:a|b|em|font|i|mark|small|span|strong|sub|sup|u)(?: [^<>\n]{0,300})?>", re.IGNORECASE)
#: Those that begin a line or a cell of one, which such a mark stands for, and those that end them.
_BLOCK = re.compile(
    r"<(?:(br|div|h[1-6]|li|p|section|tr)|(td|th)|/(?:div|h[1-6]|li|p|section|td|th|tr)"
    r"|/?(?:ol|table|tbody|tfoot|thead|ul))(?: [^<>\n]{0,300})?/?>",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"&(?:[A-Za-z]{2,8}|#[0-9]{2,5}|#x[0-9A-Fa-f]{2,4});")
#: `[12]` behind a word or a sentence, not where a number of the text stands in brackets; behind a sentence `12`, too,
#: which was raised before it was folded.
_NOTE = re.compile(
    r"(?:(?<=[.!?。])|(?<=[^\s\[(])(?=(?:\[[0-9]{1,3}\])+(?:[\s,;:.!?)。、]|\Z)))(?:\[[0-9]{1,3}\])+"
    r"|(?:(?<=[^\W\d_]{4}\.)|(?<=[%)”\"]\.))[0-9]{1,2}(?= [^\W\d_a-z]|\n|\Z)"
)
#: A mark like `(1)` that touches a name.
_NAMED = re.compile(r"(?<=[^\W\d_])(?: ?\( [1-9] ?\)| ?\([1-9] \)|\([1-9]\))(?=[\s,;:.。、]|[^\W\d_]|\Z)")
#: The signs around a stock's tag: `$Name (01024.HK)$`.
_TAGGED = re.compile(r"(\$)[^$\n]{2,40}\([0-9]{4,6}\.[A-Z]{2}\)(\$)")
#: How an ideograph is pronounced, set behind it by readers' aids.
_PRONOUNCED = re.compile(r"(?<=[\u4e00-\u9fff])\([a-zà-ÿ\u0100-\u01dc]{1,6}\)")
#: A blank before decimals: `RMB403 .9 billion`.
_TORN = re.compile(r"(?<=[0-9]) (?=\.[0-9]+(?: ?[a-z%]))")
#: A middle dot for a decimal mark, as some agencies set it.
_DOTTED, _DOT = re.compile("[0-9]・[0-9]{1,2}%"), re.compile("(?<=[0-9])・(?=[0-9])")
#: A note's mark with a blank before, where a line or an item of a list ends.
_APART = re.compile(r"(?<=\S)(?: \[[0-9]{1,3}\](?:\[[0-9]{1,3}\])*)+(?=[,;.。、\n]|\Z| [-–*•·])")
#: One such sign alone may be something else.
_FEWEST = 2
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
    places: set[int] = set()
    if "&" in normal.text:
        normal.text = _REFERENCE.sub(lambda found: _referred(found, places), normal.text)
    text = normal.text
    if "*" in text or "_" in text:
        for found in _EMPHASIS.finditer(text):
            width = len(found[1] or found[2])
            places.update(range(found.start(), found.start() + width))
            places.update(range(found.end() - width, found.end()))
    if "<" in text:
        normal.text = text = _BLOCK.sub(lambda found: _begun(found, places), text)
        places.update(place for found in _TAG.finditer(text) for place in range(*found.span()))
    places.update(place for found in _NOTE.finditer(text) for place in range(*found.span()))
    for pattern in (_APART, _NAMED, _PRONOUNCED):
        marks = list(pattern.finditer(text))
        if len(marks) >= _FEWEST:
            places.update(place for found in marks for place in range(*found.span()))
    places.update(found.start() for found in _TORN.finditer(text))
    places.update(found.start(sign) for found in _TAGGED.finditer(text) for sign in (1, 2))
    if len(_DOTTED.findall(text)) >= _FEWEST:
        normal.text = text = _DOT.sub(".", text)
    if compact:
        places.update(_blanks(text))
    return normal.without(sorted(places)) if places else normal


def _referred(found: re.Match[str], places: set[int]) -> str:
    """What a character reference stands for, followed by what is left out for it."""
    sign = unicodedata.normalize("NFKC", unescape(found[0]))
    if len(sign) != 1 or not sign.isprintable():
        return found[0]
    places.update(range(found.start() + 1, found.end()))
    return sign.ljust(len(found[0]))


def _begun(found: re.Match[str], places: set[int]) -> str:
    """The mark of a line or a cell that a tag begins, followed by what is left out for it."""
    mark = "\n" if found[1] else "|" if found[2] else ""
    places.update(range(found.start() + len(mark), found.end()))
    return mark.ljust(len(found[0]))


def _blanks(text: str) -> Iterator[int]:
    if len(_SET_APART.findall(text)) <= len(_TOGETHER.findall(text)):
        return
    begin = 0
    for line in text.split("\n"):
        if not _COLUMNS.search(line):
            yield from (begin + found.start() for found in _SET_APART.finditer(line))
        begin += len(line) + 1
