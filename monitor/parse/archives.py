"""What archives of the web say: the index of their captures, and the captures themselves.

Two forms of index are in use: a table in JSON whose first row names the columns (the Wayback Machine's CDX server),
which may end in the key with which it goes on, and a JSON object a line (pywb, Common Crawl). The form is told by how
the answer begins.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from typing import Any

from monitor.declarations.sources import Archive, Source
from monitor.errors import NoPageError, ParseError
from monitor.parse.addresses import absolute, canonical_url
from monitor.parse.charset import decode
from monitor.parse.listed import Listed, is_wanted
from monitor.parse.markup import html_tree
from monitor.parse.signs import impostor
from monitor.parse.warc import Capture, first_capture

_PLACE = re.compile(r"\{(\w+)\}")

#: How indexes write times.
_STAMP = "%Y%m%d%H%M%S"
_DIGITS = 14


@dataclass(frozen=True, kw_only=True, slots=True)
class Index:
    """One answer of an index."""

    #: Captures, each of another page.
    items: list[Listed]
    #: How many there were, wanted or not.
    rows: int
    #: With which the index goes on; "": it has said that it does not, or nothing about it.
    resume: str = ""
    #: What is wrong with single rows.
    faults: tuple[str, ...] = ()


def read_index(body: bytes, headers: Mapping[str, str], *, url: str, source: Source) -> Index:
    """The captures that an index names.

    Args:
        body: of the response.
        headers: of the response, for its charset.
        url: of the answer.
        source: says what the rows' fields are called, and which addresses are wanted.

    Raises:
        ParseError: it is no index.
    """
    assert source.archive is not None
    text = decode(body, headers)[0].strip() if body.strip() else ""
    rows, resume, faults = _table(text) if text.startswith("[") else _lines(text)
    found: dict[str, Listed] = {}
    for row in rows:
        item = _listed(row, source.archive, url)
        if item is None:
            faults.append(f"a row without {source.archive.address!r}, or without what its capture is asked for by")
        elif is_wanted(item, source):
            # One capture a page: an index is ordered by time, and what stood there first is nearest to the news.
            found.setdefault(canonical_url(item.original), item)
    return Index(items=list(found.values()), rows=len(rows), resume=resume, faults=tuple(dict.fromkeys(faults)))


def capture_in(body: bytes, headers: Mapping[str, str], *, url: str, source: Source, largest: int) -> Capture:
    """The capture that an archive has answered with.

    Args:
        body: of the response.
        headers: of the response.
        url: of the response: an archive may lead to the capture nearest in time.
        source: says how captures are asked for.
        largest: bytes of a page beyond which it is not taken.

    Raises:
        NoPageError: what is kept there is no page.
        ParseError: a record that is spoiled.
    """
    archive = source.archive
    assert archive is not None
    if archive.offset:
        return first_capture(BytesIO(body), largest=largest)
    found = _template(archive.capture).fullmatch(url)
    captured = _moment(found[archive.captured]) if found else None
    if found is None or captured is None:
        raise NoPageError(f"it leads out of the archive, to {url}")
    return Capture(url=_whole(found[archive.address]), captured=captured, headers=dict(headers), body=body)


def _whole(address: str) -> str:
    """A page's address as an archive repeats it: a slash or its scheme may have been lost on the way.

    >>> _whole("https:/paper.example/a"), _whole("paper.example/a")
    ('https://paper.example/a', 'http://paper.example/a')
    """
    scheme, rest = re.fullmatch(r"(?:(https?):/+)?(.*)", address, re.DOTALL).groups()  # type: ignore[union-attr]
    return f"{scheme or 'http'}://{rest}"


def span_of(link: str) -> str | None:
    """The bytes that a capture's address names behind `#`, as the header Range wants them; None: it is all there.

    >>> span_of("https://archive.example/a.warc.gz#bytes=100-199")
    'bytes=100-199'
    """
    found = re.search(r"#(bytes=\d+-\d+)$", link)
    return found[1] if found else None


def _table(text: str) -> tuple[list[dict[str, Any]], str, list[str]]:
    """Rows of a table whose first names the columns, and the key behind the empty row at its end."""
    try:
        table = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ParseError(f"not an index: JSON that is broken ({error})") from error
    if not all(isinstance(row, list) for row in table):
        raise ParseError("not an index: expected a list of rows, the first with the names of the columns")
    resume = ""
    if len(table) >= 2 and table[-2] == [] and len(table[-1]) == 1:
        resume = str(table[-1][0])
        table = table[:-2]
    if not table:
        return [], resume, []
    names, *rows = table
    faults = [f"a row of {len(row)} fields, expected {len(names)}" for row in rows if len(row) != len(names)]
    return [dict(zip(map(str, names), row, strict=True)) for row in rows if len(row) == len(names)], resume, faults


def _lines(text: str) -> tuple[list[dict[str, Any]], str, list[str]]:
    """Objects a line."""
    rows, faults = [], []
    for number, line in enumerate(text.splitlines(), 1):
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            row = None
        if isinstance(row, dict):
            rows.append(row)
        elif line.strip():
            faults.append(f"line {number} is no JSON object: {line[:40]!r}")
    if faults and not rows:
        what = impostor(html_tree(text).text_content()) if "<" in text else None
        raise ParseError(f"not an index but {what}" if what else f"not an index: {faults[0]}")
    return rows, "", faults


def _listed(row: Mapping[str, Any], archive: Archive, url: str) -> Listed | None:
    original = absolute(str(row.get(archive.address) or ""), url) if row.get(archive.address) else None
    link = _filled(archive.capture, row)
    if original is None or link is None or _moment(str(row.get(archive.captured))) is None:
        return None
    if archive.offset:
        try:
            offset, length = int(row[archive.offset]), int(row[archive.length])
        except (KeyError, TypeError, ValueError):
            return None
        link += f"#bytes={offset}-{offset + length - 1}"
    return Listed(url=link, original=original)


def _filled(template: str, row: Mapping[str, Any]) -> str | None:
    names: Sequence[str] = _PLACE.findall(template)
    if any(not row.get(name) for name in names):
        return None
    return absolute(_PLACE.sub(lambda place: str(row[place[1]]), template), template)


@cache
def _template(template: str) -> re.Pattern[str]:
    """A capture's address as a pattern that finds the row's fields in it."""
    return re.compile("".join(_pieces(template)))


def _pieces(template: str) -> Iterator[str]:
    seen: set[str] = set()
    for number, piece in enumerate(_PLACE.split(template)):
        if number % 2 == 0:
            yield re.escape(piece)
        elif piece in seen:
            yield f"(?P={piece})"
        else:
            seen.add(piece)
            yield f"(?P<{piece}>.+?)"


def _moment(stamp: str) -> datetime | None:
    try:
        return datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC) if len(stamp) == _DIGITS else None
    except ValueError:
        return None
