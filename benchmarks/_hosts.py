"""Web sites on many addresses of this machine, in a process of their own: `python -m benchmarks._hosts`.

One server answers at all of 127.0.0.0/8, so 127.0.1.1 and 127.0.1.2 are hosts of their own to a crawler. It answers at
some 20,000 pages a second: whoever is measured against it is measured by itself.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

_WEATHER = "The weather was fine all week, and nobody was surprised, for it was summer and the sun was out. "


@dataclass(frozen=True, kw_only=True, slots=True)
class Web:
    """What is served: feeds, each of pages on some hosts of its own."""

    hosts: int
    pages: int
    feeds: int
    #: Every page tells figures of a company that is watched; otherwise none names one.
    relevant: bool = False

    def link(self, page: int, port: int) -> str:
        """Address of a page."""
        own, feed = self.hosts // self.feeds, page % self.feeds
        return f"{_host(feed * own + page // self.feeds % own, port)}/{page}.html"

    def feed(self, number: int, port: int) -> str:
        """Address of a feed."""
        return f"{_host(number * (self.hosts // self.feeds), port)}/feed{number}.xml"

    def named(self, number: int) -> range:
        """The pages that a feed names."""
        return range(number, self.pages, self.feeds)


def _host(number: int, port: int) -> str:
    return f"http://127.0.{1 + number // 250}.{1 + number % 250}:{port}"


class Served:
    """A web that is served while the context lasts."""

    def __init__(self, web: Web) -> None:
        self.web = web

    def __enter__(self) -> Self:
        web = self.web
        wanted = [str(web.hosts), str(web.pages), str(web.feeds), *(["relevant"] if web.relevant else [])]
        command = [sys.executable, "-m", "benchmarks._hosts", *wanted]
        self._server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._server.stdout is not None
        self.port = int(self._server.stdout.readline())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # The server ends when its standard input does, also where this process is killed.
        self._server.communicate()

    def sent(self) -> int:
        """Bytes that the server has sent since it was last asked."""
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.write("sent\n")
        self._server.stdin.flush()
        return int(self._server.stdout.readline())


class _Answers(asyncio.Protocol):
    """Answers the requests of one connection."""

    def __init__(self, pages: Mapping[str, tuple[bytes, bytes]], sent: list[int]) -> None:
        self._pages = pages
        self._sent = sent
        self._asked = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Called by asyncio."""
        self._asked += data
        while b"\r\n\r\n" in self._asked:
            head, _, self._asked = self._asked.partition(b"\r\n\r\n")
            answer = self._answer(head.decode("latin-1"))
            self._sent[0] += len(answer)
            assert isinstance(self._transport, asyncio.Transport)
            self._transport.write(answer)

    def _answer(self, head: str) -> bytes:
        path = head.split(" ", 2)[1]
        tag, page = self._pages.get(path, (b"", b""))
        if not tag:
            return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
        if tag.decode() in head:
            return b"HTTP/1.1 304 Not Modified\r\nETag: " + tag + b"\r\n\r\n"
        kind = b"application/rss+xml" if path.startswith("/feed") else b"text/html; charset=utf-8"
        length = str(len(page)).encode()
        return b"\r\n".join(
            [b"HTTP/1.1 200 OK", b"Content-Type: " + kind, b"ETag: " + tag, b"Content-Length: " + length, b"", page]
        )


def _page(number: int, *, relevant: bool) -> bytes:
    """An article as sites serve it: scripts, a menu, data about itself; 9 KB."""
    menu = "".join(f"<li><a href='/{entry}.html'>Menu entry {entry}</a></li>" for entry in range(60))
    body = "".join(f"<p>{_WEATHER * 4}</p>" for _ in range(12))
    title = f"Item {number}"
    if relevant:
        title = f"Kuaishou tells of day {number}"
        told = (
            f"Kuaishou Technology said on Friday that revenue of its Kling AI rose {number % 90 + 5}% to "
            f"RMB{number + 100} million in the third quarter of 2025, from RMB{number + 50} million a year earlier."
        )
        body = f"<p>{told}</p><p>Note {number} of the year.</p>{body}"
    about = f'{{"@type": "NewsArticle", "headline": "{title}", "datePublished": "2025-11-20T08:{number % 60:02}:00Z"}}'
    script = "window.page = {" + ",".join(f'"key{key}": {key}' for key in range(60)) + "};"
    return (
        f"<!doctype html><html lang='en'><head><meta charset='utf-8'><title>{title} - The Paper</title>"
        f"<script type='application/ld+json'>{about}</script><script>{script}</script></head>"
        f"<body><nav><ul>{menu}</ul></nav><article><h1>{title}</h1>{body}</article></body></html>"
    ).encode()


def _tagged(body: bytes) -> tuple[bytes, bytes]:
    return b'"' + sha256(body).hexdigest()[:20].encode() + b'"', body


async def _serve(web: Web) -> None:
    pages = {f"/{number}.html": _tagged(_page(number, relevant=web.relevant)) for number in range(web.pages)}
    sent = [0]
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Answers(pages, sent), "0.0.0.0", 0)
    port = server.sockets[0].getsockname()[1]
    for number in range(web.feeds):
        items = "".join(
            f"<item><title>Item {page}</title><link>{web.link(page, port)}</link></item>" for page in web.named(number)
        )
        pages[urlsplit(web.feed(number, port)).path] = _tagged(f"<rss><channel>{items}</channel></rss>".encode())
    print(port, flush=True)
    while (await asyncio.to_thread(sys.stdin.readline)).strip():
        print(sent[0], flush=True)
        sent[0] = 0


if __name__ == "__main__":
    hosts, pages, feeds, *kind = sys.argv[1:]
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve(Web(hosts=int(hosts), pages=int(pages), feeds=int(feeds), relevant=bool(kind))))
