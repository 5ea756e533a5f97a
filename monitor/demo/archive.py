"""An archive of the web on loopback: two forms of index, captures one by one, and captures in a file of many (WARC)."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fnmatch import fnmatch
from itertools import accumulate
from urllib.parse import parse_qs
from uuid import NAMESPACE_URL, uuid5

from monitor.demo.site import Page, Site

#: Where the two indexes and the file of captures stand.
TABLE, LINES, FILE = "/cdx", "/crawl-index", "/crawl/part-0.warc.gz"

_COLUMNS = ("urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length")


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """A capture."""

    url: str
    captured: datetime
    body: bytes
    content_type: str = "text/html; charset=utf-8"
    status: int = 200
    #: Where a redirect leads.
    location: str = ""

    @property
    def stamp(self) -> str:
        """The time as indexes write it."""
        return f"{self.captured.astimezone(UTC):%Y%m%d%H%M%S}"

    @property
    def headers(self) -> list[tuple[str, str]]:
        """What the captured server said."""
        return [("Content-Type", self.content_type), *([("Location", self.location)] if self.location else [])]


def record(kept: Kept) -> bytes:
    """A capture as a WARC record: written here, for the library's writer leaves files open."""
    lines = [f"HTTP/1.1 {kept.status} Kept", *(f"{name}: {value}" for name, value in kept.headers)]
    block = "\r\n".join([*lines, "", ""]).encode() + kept.body
    head = [
        "WARC/1.0",
        "WARC-Type: response",
        f"WARC-Record-ID: <urn:uuid:{uuid5(NAMESPACE_URL, f'{kept.url} {kept.stamp}')}>",
        f"WARC-Target-URI: {kept.url}",
        f"WARC-Date: {kept.captured.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "Content-Type: application/http; msgtype=response",
        f"Content-Length: {len(block)}",
    ]
    return "\r\n".join([*head, "", ""]).encode() + block + b"\r\n\r\n"


def packed(captures: Iterable[Kept]) -> tuple[bytes, list[tuple[int, int]]]:
    """A file of captures, each packed by itself, and where each begins and how long it is."""
    members = [gzip.compress(record(kept), mtime=0) for kept in captures]
    ends = list(accumulate(map(len, members)))
    return b"".join(members), [(end - len(member), len(member)) for end, member in zip(ends, members, strict=True)]


@dataclass(kw_only=True)
class Archive(Site):
    """Serves what it has kept, used as a context manager; whoever asks finds captures by address, `*` for any end."""

    kept: list[Kept] = field(default_factory=list)
    #: Rows of an answer, where the question does not say.
    portion: int = 1000

    def keep(self, url: str, captured: datetime, body: str, *, status: int = 200, location: str = "") -> None:
        """Keep a page as it was at a time."""
        self.kept.append(Kept(url=url, captured=captured, body=body.encode(), status=status, location=location))

    def answer(self, path: str, query: str) -> Page:
        """What a request is answered with; pages that were put take precedence."""
        asked = {name: values[0] for name, values in parse_qs(query).items()}
        if path in self.pages:
            return self.pages[path]
        if path == TABLE:
            return self._table(asked)
        if path == LINES:
            return self._lines(asked)
        if path == FILE:
            return Page(body=packed(self.kept)[0], content_type="application/octet-stream")
        return self._capture(path)

    def _found(self, asked: dict[str, str]) -> list[Kept]:
        begin, end = asked.get("from", ""), asked.get("to", "9")
        # A day of the archive is told by its first digits.
        found = [
            kept
            for kept in self.kept
            if fnmatch(kept.url, asked["url"]) and begin <= kept.stamp and kept.stamp[: len(end)] <= end
        ]
        return sorted(found, key=lambda kept: (kept.url, kept.stamp))

    def _table(self, asked: dict[str, str]) -> Page:
        found = self._found(asked)
        start = int(asked.get("resumeKey", "key 0").split()[1])
        end = start + int(asked.get("limit", self.portion))
        rows: list[list[str]] = [
            [kept.url, kept.stamp, kept.url, "text/html", str(kept.status), "-", str(len(kept.body))]
            for kept in found[start:end]
        ]
        further = [[], [f"key {end}"]] if end < len(found) and "showResumeKey" in asked else []
        table = [list(_COLUMNS), *rows, *further] if rows else []
        return Page(body=json.dumps(table).encode(), content_type="application/json")

    def _lines(self, asked: dict[str, str]) -> Page:
        places = dict(zip(map(id, self.kept), packed(self.kept)[1], strict=True))
        found, number = self._found(asked), int(asked.get("page", "0"))
        if not found:
            return _nothing(404, f"No Captures found for: {asked['url']}")
        rows = found[number * self.portion : (number + 1) * self.portion]
        if not rows:
            return _nothing(400, f"Page {number} invalid")
        lines = [
            {
                "url": kept.url,
                "timestamp": kept.stamp,
                "status": str(kept.status),
                "offset": str(places[id(kept)][0]),
                "length": str(places[id(kept)][1]),
                "filename": FILE.removeprefix("/"),
            }
            for kept in rows
        ]
        return Page(body="\n".join(map(json.dumps, lines)).encode(), content_type="text/x-ndjson")

    def _capture(self, path: str) -> Page:
        for kept in self.kept:
            if path == f"/web/{kept.stamp}id_/{kept.url}":
                there = next((other for other in self.kept if other.url == kept.location), None)
                headers = (("Location", self.url(f"/web/{there.stamp}id_/{there.url}")),) if there else ()
                return Page(body=kept.body, content_type=kept.content_type, status=kept.status, headers=headers)
        return self.missing


def _nothing(status: int, message: str) -> Page:
    return Page(body=json.dumps({"message": message}).encode(), content_type="application/json", status=status)
