"""One small web site on loopback: pages by path, served as a well-kept server would serve them."""

from __future__ import annotations

import hashlib
import re
import sys
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """What one path answers."""

    body: bytes
    content_type: str = "text/html; charset=utf-8"
    status: int = 200
    #: Aware; None: no Last-Modified.
    modified: datetime | None = None
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def etag(self) -> str:
        """Strong validator made of the bytes: two editions of a page never share it."""
        return f'"{hashlib.sha256(self.body).hexdigest()[:20]}"'


@dataclass(frozen=True, kw_only=True, slots=True)
class Visit:
    """One request that a site answered."""

    method: str
    path: str
    status: int
    user_agent: str
    #: "" where there is none.
    query: str = ""


@dataclass(kw_only=True)
class Site:
    """A threaded HTTP/1.1 server on 127.0.0.1, used as a context manager.

    `pages` may be replaced or changed while it serves: the next request sees the change.
    """

    pages: dict[str, Page] = field(default_factory=dict)
    #: What an unknown path answers.
    missing: Page = Page(body=b"<h1>404</h1>", status=404)
    #: 0 takes a free one.
    port: int = 0
    #: Seconds that every answer waits.
    latency: float = 0.0
    visits: list[Visit] = field(default_factory=list)

    def __enter__(self) -> Self:
        site = self

        class Handler(_Handler):
            pass

        Handler.site = site
        self._server = _Server(("127.0.0.1", self.port), Handler)
        self.port = self._server.server_address[1]
        # The default poll of 0.5 s is what a shutdown would wait for.
        self._thread = Thread(target=self._server.serve_forever, args=(0.02,), name=f"site-{self.port}", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def url(self, path: str = "/") -> str:
        """Absolute address of a path."""
        return f"http://127.0.0.1:{self.port}{path}"

    def put(
        self,
        path: str,
        body: str | bytes,
        content_type: str = "text/html; charset=utf-8",
        *,
        status: int = 200,
        modified: datetime | None = None,
    ) -> str:
        """Serve a body at a path from now on; text is sent as UTF-8. Gives its address."""
        data = body.encode() if isinstance(body, str) else body
        self.pages[path] = Page(body=data, content_type=content_type, status=status, modified=modified)
        return self.url(path)

    def answer(self, path: str, query: str) -> Page:
        """What a request is answered with."""
        return self.pages.get(path, self.missing)

    def visited(self, path: str) -> list[int]:
        """The statuses that requests for a path were answered with, in order."""
        return [visit.status for visit in self.visits if visit.path == path]


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        # A client that hung up, or was killed, is no fault of the site.
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    site: Site
    protocol_version = "HTTP/1.1"
    server_version = "Newsroom/1.0"
    #: An idle connection is dropped after so many seconds, so that no thread outlives its client for long.
    timeout = 10
    # Headers and body leave in one packet each: without this, Nagle and delayed ACK cost 40 ms a page.
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def _answer(self, *, with_body: bool) -> None:
        time.sleep(self.site.latency)
        path, query = urlsplit(self.path).path, urlsplit(self.path).query
        page = self._part_of(self.site.answer(path, query))
        status = HTTPStatus.NOT_MODIFIED if self._is_fresh(page) else page.status
        user_agent = self.headers.get("User-Agent", "")
        self.site.visits.append(
            Visit(method=self.command, path=path, status=status, user_agent=user_agent, query=query)
        )
        self.send_response(status)
        if page.status == HTTPStatus.OK:
            self.send_header("ETag", page.etag)
            if page.modified is not None:
                self.send_header("Last-Modified", format_datetime(page.modified.astimezone(UTC), usegmt=True))
        for name, value in page.headers:
            self.send_header(name, value)
        if status != HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Type", page.content_type)
            self.send_header("Content-Length", str(len(page.body)))
        self.end_headers()
        if with_body and status != HTTPStatus.NOT_MODIFIED:
            self.wfile.write(page.body)

    def _part_of(self, page: Page) -> Page:
        """The bytes of a page that the client asks for: one span with both ends (RFC 9110, 14.2), else all of them."""
        span = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        if span is None or page.status != HTTPStatus.OK:
            return page
        start, end = int(span[1]), min(int(span[2]) + 1, len(page.body))
        told = ("Content-Range", f"bytes {start}-{end - 1}/{len(page.body)}")
        headers = (*page.headers, told)
        return replace(page, body=page.body[start:end], status=HTTPStatus.PARTIAL_CONTENT, headers=headers)

    def _is_fresh(self, page: Page) -> bool:
        """Whether the client's copy is the page; an entity tag outranks a date (RFC 9110, 13.2.2)."""
        if page.status != HTTPStatus.OK:
            return False
        if tags := self.headers.get("If-None-Match"):
            return page.etag in [tag.strip().removeprefix("W/") for tag in tags.split(",")]
        since = self.headers.get("If-Modified-Since")
        if since is None or page.modified is None:
            return False
        try:
            return page.modified.replace(microsecond=0) <= parsedate_to_datetime(since)
        except (TypeError, ValueError):
            return False

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class names it so)
        """Silent: `visits` is the log."""
