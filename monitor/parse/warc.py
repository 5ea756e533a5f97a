"""Web archives (WARC, ISO 28500), record by record: a file may be read from any record on, and beyond a spoiled one."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from contextlib import redirect_stderr
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import BytesIO, StringIO
from typing import IO, Any

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeadersParserException

from monitor.errors import NoPageError, ParseError

#: How a record begins, as its own gzip member or plainly.
_BEGIN = re.compile(rb"\x1f\x8b\x08[\x00-\x1f].{6}|WARC/[01]\.\d+\r?\n", re.DOTALL)
_GZIP = b"\x1f\x8b"
#: So much is looked through at once for the next record.
_BLOCK = 2**20
#: And so much is unpacked at once: what is packed a thousandfold takes 64 MB.
_BITE = 2**16
#: Longest head of a record that is recognised across two blocks.
_HEAD = 16

#: Records that hold what a server sent; the others say how it was asked for.
_KEPT = frozenset({"response", "resource"})
#: What a captured page is called; a record that says nothing may be one.
_PAGES = re.compile(r"(?:text/html|application/xhtml\+xml|application/pdf)\b|$", re.IGNORECASE)

_OK = 200

#: What the reader and the libraries below it raise where a record is spoiled.
_SPOILED = (
    ArchiveLoadFailed,
    StatusAndHeadersParserException,
    zlib.error,
    EOFError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    AssertionError,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Capture:
    """A page as an archive has kept it."""

    #: The page's own address.
    url: str
    captured: datetime
    #: `content-type`, where the server named it.
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """One record of a file."""

    #: Where it begins, and where the next one does.
    start: int
    end: int
    #: None: it holds no page.
    capture: Capture | None = None
    #: What is wrong with it; "": nothing.
    fault: str = ""
    #: Address that it names, where that could be read.
    url: str = ""


def captures(file: IO[bytes], *, start: int = 0, largest: int) -> Iterator[Record]:
    """The records of a file, from a record on to the end; what is spoiled is named, and passed over.

    Args:
        file: seekable; each record packed by itself, or none packed.
        start: where a record begins.
        largest: bytes of a page beyond which it is not taken.

    Raises:
        ParseError: the file is no WARC, or packed as a whole.
    """
    at = start
    while True:
        file.seek(at)
        head = file.read(_HEAD)
        if not head.strip(b"\r\n\0"):
            return
        if not at and not _BEGIN.match(head):
            raise ParseError("no web archive: expected a file that begins with a WARC record, packed or not")
        file.seek(at)
        record = _packed(file, at, largest) if head.startswith(_GZIP) else _plain(file, at, largest)
        if record.end <= at:
            record = replace(record, end=_next_begin(file, at + 1))
        yield record
        at = record.end


def first_capture(file: IO[bytes], *, largest: int) -> Capture:
    """The page that the first record of a file holds.

    Raises:
        NoPageError: the record is whole and holds none.
        ParseError: it is spoiled, or there is none.
    """
    for record in captures(file, largest=largest):
        if record.fault:
            raise ParseError(record.fault)
        if record.capture is not None:
            return record.capture
        raise NoPageError(f"{record.url or 'a record'}: no page was captured there, but a redirect, an error or a file")
    raise ParseError("an empty web archive")


def _packed(file: IO[bytes], start: int, largest: int) -> Record:
    """A record that is packed by itself; its end is its start where it cannot be told."""
    # Not left to the reader, which takes what is spoiled or cut off for the end of the file.
    unpacker, data, most = zlib.decompressobj(wbits=31), bytearray(), largest + _BLOCK
    while not unpacker.eof:
        block = file.read(_BITE)
        if not block:
            return Record(start=start, end=start, fault="a record that is cut off")
        try:
            data += unpacker.decompress(block)[: most - len(data)]
        except zlib.error:
            return Record(start=start, end=start, fault="a record that is spoiled")
    end = file.tell() - len(unpacker.unused_data)
    inner = _plain(BytesIO(data), 0, largest, whole=len(data) < most)
    if not inner.fault and data[inner.end :].strip(b"\r\n"):
        raise ParseError("packed as a whole, not record by record: unpack it first")
    return replace(inner, start=start, end=end)


def _plain(file: IO[bytes], start: int, largest: int, *, whole: bool = True) -> Record:
    """A record that is not packed; its end is its start where it cannot be told. Not whole: its end is left out."""
    # The reader prints what it finds amiss; it is told here.
    with redirect_stderr(StringIO()):
        url, fault, capture = "", "", None
        reader = ArchiveIterator(file)
        try:
            raw = next(reader)
            url = raw.rec_headers.get_header("WARC-Target-URI") or ""
            if raw.length is None:
                return Record(start=start, end=start, fault="a record that does not say how long it is", url=url)
            try:
                capture = _capture(raw, url, largest)
            except ParseError as error:
                fault = str(error)
            reader.read_to_end()
        except (StopIteration, *_SPOILED):
            return Record(start=start, end=start, fault="a record that is spoiled", url=url)
    missing = raw.raw_stream.limit
    if missing and whole:
        return Record(start=start, end=start, fault=f"a record that is cut off: {missing} bytes are missing", url=url)
    return Record(start=start, end=reader.offset, capture=capture, fault=fault, url=url)


def _capture(raw: Any, url: str, largest: int) -> Capture | None:
    """The page in a record; None: it holds none."""
    if raw.rec_type not in _KEPT or not re.match(r"https?://", url):
        return None
    http = raw.http_headers
    if http is None:
        content_type = raw.content_type or ""
    else:
        if http.get_statuscode() != str(_OK):
            return None
        content_type = http.get_header("Content-Type") or ""
    if not _PAGES.match(content_type.strip()):
        return None
    body = raw.content_stream().read(largest + 1)
    if len(body) > largest:
        raise ParseError(f"a page of more than {largest} bytes")
    return Capture(
        url=url,
        captured=_moment(raw.rec_headers.get_header("WARC-Date")),
        headers={"content-type": content_type} if content_type else {},
        body=body,
    )


def _moment(text: str | None) -> datetime:
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        raise ParseError(f"a record without a time: {text!r}") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _next_begin(file: IO[bytes], start: int) -> int:
    """Where the next record begins; the file's end where there is no further one."""
    at, rest = start, b""
    while True:
        file.seek(at)
        block = file.read(_BLOCK)
        window = rest + block
        for found in _BEGIN.finditer(window):
            place = at - len(rest) + found.start()
            if _holds(file, place):
                return place
        at += len(block)
        if not block:
            return at
        rest = window[-_HEAD:]


def _holds(file: IO[bytes], place: int) -> bool:
    """Whether a record begins at a place: gzip's mark stands in any picture."""
    file.seek(place)
    head = file.read(512)
    if head.startswith(_GZIP):
        try:
            head = zlib.decompressobj(wbits=31).decompress(head, 16)
        except zlib.error:
            return False
    return head.startswith(b"WARC/")
