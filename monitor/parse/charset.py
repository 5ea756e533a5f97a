"""Bytes to text: BOM, HTTP, meta, detection, in that order, each only as far as the bytes bear it out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

import charset_normalizer
from w3lib.encoding import (
    html_body_declared_encoding,
    http_content_type_encoding,
    read_bom,
    resolve_encoding,
)

from monitor.errors import ParseError

#: Labels that browsers know and w3lib does not.
_LABELS = {"x-gbk": "gb18030", "gb_2312": "gb18030", "chinese": "gb18030", "x-euc-jp": "euc_jp", "ms_kanji": "cp932"}

#: What pages of the four languages are written in, for the detector and for what a text may have been misread as.
_LIKELY = ("utf_8", "gb18030", "big5hkscs", "cp932", "euc_jp", "cp1252")

#: Above this share of undecodable characters a charset is not that of the bytes; some pages hold a few broken ones.
_TOLERATED = 0.002

#: So many multi-byte sequences that happen to be valid UTF-8 are UTF-8 (one pair of GBK is so by chance once in 30).
_CERTAIN = 4

_MULTIBYTE = re.compile(rb"[\xc2-\xf4][\x80-\xbf]+")
#: Ideographs, half-width kana, bopomofo and private use: what misread double-byte text turns into.
_EAST = re.compile(r"[\u3100-\u312f\u3400-\u9fff\uf900-\ufaff\uff66-\uff9d\ue000-\uf8ff]")

_LATIN = re.compile(r"[A-Za-z]")
_ACCENTED = re.compile(r"[\u0080-\u024f]")

_NOT_ASCII = re.compile(r"[^\x00-\x7f]")


def decode(body: bytes, headers: Mapping[str, str] | None = None, *, charset: str = "") -> tuple[str, str]:
    """Text of a body and the name of the charset it was read in.

    Args:
        body: of a page, feed or JSON answer, not compressed.
        headers: of the response; only `content-type` is read, in any case.
        charset: what the operator declares to be known better than page and server.

    Raises:
        ParseError: the bytes make sense in no charset, or they make mojibake that was there before us.
    """
    codec, bom = read_bom(body)
    if codec and bom:
        return body[len(bom) :].decode(codec, "replace"), codec
    utf8 = _as_utf8(body)
    if utf8 is not None:
        return utf8, "utf-8"
    for label in (charset, *_declared(body, headers or {})):
        codec = _codec(label)
        text = _decoded(body, codec) if codec else None
        if codec and text is not None and mojibake(text) is None:
            return text, codec
    return _detected(body)


def mojibake(text: str) -> str | None:
    """In which charset a text was misread that is really UTF-8 or GB18030; None: it was not.

    >>> mojibake("可灵收入超过3亿元".encode().decode("gb18030", "ignore"))
    'gb18030'
    >>> mojibake("Umsätze für Kling".encode().decode("cp1252"))
    'cp1252'
    >>> mojibake("可灵收入超过3亿元,同比增长") is None
    True
    """
    sample = text[:20000]
    foreign = len(_NOT_ASCII.findall(sample))
    if foreign < 2:
        return None
    if sample.count("\ufffd") > max(3, foreign * 0.02):
        return "replacement characters"
    if not _is_plausible(sample):
        return "a double-byte charset"
    accented = len(_ACCENTED.findall(sample))
    if accented > 8 and accented > len(_LATIN.findall(sample)):
        # No language of this script has more accented letters than plain ones.
        return "cp1252"
    lines = [line for line in re.split(r"[\n,.;:!?()<>\"=]+", sample) if len(_NOT_ASCII.findall(line)) > 1]
    for codec in _LIKELY[1:]:
        if (wrong := sum(_was_misread(line, codec) for line in lines)) and wrong * 2 > len(lines):
            return codec
    return None


@cache
def _common() -> frozenset[str]:
    """Ideographs of the first levels of GB 2312, Big5 and JIS X 0208: the everyday ones, in the order of their use."""
    levels = (("gb2312", 0xB0, 0xD7), ("big5", 0xA4, 0xC6), ("euc_jp", 0xB0, 0xCF))
    return frozenset(
        character
        for codec, first, last in levels
        for character in map(chr, range(0x4E00, 0x9FA6))
        if len(code := character.encode(codec, "ignore")) == 2 and first <= code[0] <= last
    )


def _is_plausible(text: str) -> bool:
    """Whether ideographs are those that people write: bytes read in the wrong double-byte charset give rare ones."""
    ideographs = _EAST.findall(text)
    if len(ideographs) < 8:
        return True
    everyday = sum(character in _common() for character in ideographs)
    return everyday >= len(ideographs) * 0.8


def _was_misread(line: str, codec: str) -> bool:
    foreign = "".join(_NOT_ASCII.findall(line))
    try:
        body = line.encode(codec)
    except UnicodeEncodeError:
        # A multi-byte reading eats the odd last byte: what is left of it is lost.
        body = line.rstrip("\ufffd?").encode(codec, "ignore")
        if len(body) < len(foreign):
            return False
    found = _MULTIBYTE.findall(body)
    try:
        read = body.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(body) - 3:
            return False
        read = body[: error.start].decode("utf-8")
    return bool(found) and len(read) < len(line)


def _as_utf8(body: bytes) -> str | None:
    """The text if the bytes are UTF-8 beyond chance (or ASCII); a body cut in a character still is."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(body) - 3 or error.reason != "unexpected end of data":
            return None
        text = body.decode("utf-8", "ignore")
    if body.isascii():
        # ISO-2022-JP is the one charset here that is not ASCII though all its bytes are.
        return body.decode("iso2022_jp", "replace") if b"\x1b$" in body else text
    return text if len(_MULTIBYTE.findall(body)) >= _CERTAIN else None


def _declared(body: bytes, headers: Mapping[str, str]) -> list[str]:
    http = next((value for name, value in headers.items() if name.lower() == "content-type"), None)
    return [
        label for label in (http_content_type_encoding(http), html_body_declared_encoding(body), _meta(body)) if label
    ]


def _meta(body: bytes) -> str | None:
    """The label as written, for those that w3lib does not know."""
    found = re.search(rb"charset\s*=\s*[\"']?\s*([\w-]+)|encoding\s*=\s*[\"']([\w-]+)", body[:4096])
    return (found[1] or found[2]).decode("ascii").lower() if found else None


def _codec(label: str) -> str | None:
    return resolve_encoding(label) or _LABELS.get(label.lower())


def _decoded(body: bytes, codec: str) -> str | None:
    text = body.decode(codec, "replace")
    bad = text.count("\ufffd")
    foreign = len(_NOT_ASCII.findall(text))
    return text if bad <= max(1 if foreign > 200 else 0, foreign * _TOLERATED) else None


def _detected(body: bytes) -> tuple[str, str]:
    best = charset_normalizer.from_bytes(body, cp_isolation=list(_LIKELY), steps=10, chunk_size=1024).best()
    if best is not None:
        text = _decoded(body, best.encoding)
        if text is not None and mojibake(text) is None:
            return text, best.encoding
    for codec in _LIKELY:
        text = _decoded(body, codec)
        if text is not None and mojibake(text) is None:
            return text, codec
    raise ParseError("the bytes are no text in any known charset: see what the server sends, or quarantine")
