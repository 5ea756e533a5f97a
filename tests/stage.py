"""What the tests of the whole path play on: the program in child processes, real sites and a real mail server."""

from __future__ import annotations

import html
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from monitor.demo.command import Finished, Program
from monitor.demo.mailbox import Mailbox
from monitor.demo.settings import write_settings
from monitor.demo.site import Site

NOON = datetime.fromisoformat("2025-11-21T12:00:00+00:00")


class Stage:
    """A folder with a monitor.toml, a mail server and sites."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder = folder
        self.stack = stack
        self.mailbox = Mailbox(folder=folder / "mail")
        self._mail = ExitStack()
        self._mail.enter_context(self.mailbox)
        stack.callback(self._mail.close)

    def configure(self, *sources: dict[str, str | bool], more: str = "") -> Program:
        """Write monitor.toml and give the program that reads it."""
        config = write_settings(self.folder, sources, smtp_port=self.mailbox.port)
        config.write_text(config.read_text("utf-8") + more, "utf-8")
        return Program(config=config)

    def site(self) -> Site:
        """Another site on loopback."""
        return self.stack.enter_context(Site())

    def close_mail(self) -> None:
        """From now on nobody answers at the mail server's port."""
        self._mail.close()

    def open_mail(self, kind: Callable[..., Mailbox] = Mailbox) -> Mailbox:
        """A mail server at the old port again; its letters are counted from zero."""
        port = self.mailbox.port
        self.mailbox = kind(folder=self.folder / f"mail-{time.monotonic_ns()}", port=port)
        self._mail = ExitStack()
        self._mail.enter_context(self.mailbox)
        return self.mailbox

    @property
    def subjects(self) -> list[str]:
        """Of the letters that the present mail server has taken."""
        return [letter.subject for letter in self.mailbox.letters]


@contextmanager
def stage(folder: Path) -> Iterator[Stage]:
    """A stage that is cleared away at the end."""
    with ExitStack() as stack:
        yield Stage(folder, stack)


def feed_source(site: Site, name: str = "paper", path: str = "/feed.xml") -> dict[str, str | bool]:
    """The `[[source]]` of a feed on a site."""
    return {"name": name, "kind": "feed", "url": site.url(path), "allow_private": True}


def put_article(
    site: Site, path: str, *, title: str, text: str, published: datetime, language: str, charset: str = "utf-8"
) -> str:
    """Serve an article as an HTML page and give its address."""
    paragraphs = "".join(f"<p>{html.escape(line)}</p>\n" for line in text.splitlines() if line.strip())
    page = f"""<!doctype html>
<html lang="{language}"><head><meta charset="{charset}"><title>{html.escape(title)}</title>
<meta property="article:published_time" content="{published.isoformat()}"></head>
<body><nav><a href="/">Start</a></nav><article><h1>{html.escape(title)}</h1>
{paragraphs}</article><footer>Imprint</footer></body></html>"""
    return site.put(path, page.encode(charset), f"text/html; charset={charset}")


def put_feed(site: Site, items: list[tuple[str, str, datetime]], path: str = "/feed.xml") -> str:
    """Serve an RSS feed of (address, title, published) and give its address."""
    entries = "".join(
        f"<item><title>{html.escape(title)}</title><link>{html.escape(url)}</link>"
        f"<pubDate>{published:%a, %d %b %Y %H:%M:%S %z}</pubDate></item>"
        for url, title, published in items
    )
    channel = f"<channel><title>Paper</title>{entries}</channel>"
    feed = f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0">{channel}</rss>'
    return site.put(path, feed, "application/rss+xml; charset=utf-8")


def facts(program: Program, **where: Any) -> list[dict[str, Any]]:
    """The ledger's facts that have these fields."""
    return [row for row in program.rows("facts") if all(row[key] == value for key, value in where.items())]


def ended(done: Finished, code: int = 0) -> Finished:
    """A finished command that must have ended with a code; says what it said where it did not."""
    assert done.code == code, f"{done.line}: exit {done.code}, expected {code}\n{done.said}\n{done.output}"
    return done


def later(moment: datetime, **by: float) -> datetime:
    """A moment after another."""
    return moment + timedelta(**by)


def until(condition: Callable[[], bool], patience: float = 30) -> None:
    """Wait for something that another process does."""
    end = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def closed_port() -> int:
    """A port of this machine where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port
