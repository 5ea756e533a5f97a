"""From an article page's response to the mail server's acceptance, in instant mode: `python -m benchmarks.alert`.

A site on loopback serves a feed and article pages, each with a figure that is new; the program runs in a child process
as cron would call it; a mail server on loopback takes the mails. Both clocks are this machine's monotonic one.
"""

from __future__ import annotations

import http.client
import re
import sys
import tempfile
import threading
import time
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from monitor.demo.command import Program
from monitor.demo.mailbox import Mailbox
from monitor.demo.settings import write_settings
from monitor.demo.site import Site

NOW = datetime.fromisoformat("2025-11-21T12:00:00+00:00")
ARTICLES = 40
#: Seconds between two answers of the site: articles come one after another and not in a heap.
PACE = 0.3


class Stopwatch(list[Any]):
    """A list that knows when each item came."""

    def __init__(self) -> None:
        super().__init__()
        self.times: list[float] = []

    def append(self, item: Any) -> None:
        """Add an item."""
        self.times.append(time.monotonic())
        super().append(item)


class PacedSite(Site):
    """A site that answers one request at a time, at its own pace."""

    turn = threading.Lock()
    pace = 0.0

    @property
    def latency(self) -> float:
        """Waits its turn; what is left to wait is nothing."""
        with self.turn:
            time.sleep(self.pace)
        return 0.0

    @latency.setter
    def latency(self, seconds: float) -> None:
        self.pace = seconds


def put_feed(site: Site, numbers: range) -> None:
    """A feed of articles, each with Keling's revenue of a month of its own."""
    items = []
    for number in numbers:
        month = datetime(2020 + number // 12, number % 12 + 1, 1)  # noqa: DTZ001 - a month, not a moment
        title = f"Kling's business in {month:%B %Y}"
        text = (
            "Kuaishou has put a number on its video generator once more. "
            f"Revenue from Kling AI was RMB{100 + number} million in {month:%B %Y}. "
            "Clips made with it are turning up in advertisements and short dramas all over the country."
        )
        published = NOW - timedelta(minutes=number + 1)
        url = site.put(
            f"/{number}.html",
            f'<!doctype html><html lang="en"><head><title>{title}</title>'
            f'<meta property="article:published_time" content="{published.isoformat()}"></head>'
            f"<body><article><h1>{title}</h1><p>{text}</p></article></body></html>",
        )
        items.append(
            f"<item><title>{title}</title><link>{url}</link><pubDate>{format_datetime(published)}</pubDate></item>"
        )
    feed = f'<?xml version="1.0"?><rss version="2.0"><channel><title>Paper</title>{"".join(items)}</channel></rss>'
    site.put("/feed.xml", feed, "application/rss+xml")


def fetch_times(site: Site) -> list[float]:
    """How long a bare HTTP client takes for each page, the site's own latency included."""
    times = []
    for number in range(1, ARTICLES + 1):
        began = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", site.port)
        connection.request("GET", f"/{number}.html")
        connection.getresponse().read()
        connection.close()
        times.append(time.monotonic() - began)
    return times


def measure() -> tuple[list[float], list[float]]:
    """Seconds from response to acceptance, and of the bare fetch, for each article."""
    with (
        tempfile.TemporaryDirectory() as folder,
        PacedSite() as site,
        Mailbox(folder=Path(folder) / "mail") as mailbox,
    ):
        source: dict[str, str | bool] = {
            "name": "paper", "kind": "feed", "url": site.url("/feed.xml"), "allow_private": True
        }  # fmt: skip
        config = write_settings(Path(folder), [source], smtp_port=mailbox.port)
        settings = config.read_text("utf-8").replace('mode = "run"', 'mode = "instant"')
        # How sure the extractor is of these sentences is not what is measured.
        config.write_text(f"{settings}\n[alerts]\nmin_confidence = 0.0\n", "utf-8")
        program = Program(config=config)
        put_feed(site, range(1))
        program("run", now=NOW)
        put_feed(site, range(ARTICLES + 1))
        site.latency = PACE
        visits, letters = Stopwatch(), Stopwatch()
        site.visits, mailbox.letters = visits, letters
        done = program("run", "--full", now=NOW + timedelta(hours=1))
        if done.code:
            sys.exit(f"{done.line}: exit {done.code}\n{done.said}")
        answered = {visit.path: at for visit, at in zip(visits, visits.times, strict=True)}
        accepted = {}
        for letter, at in zip(letters, letters.times, strict=True):
            for path in re.findall(r"127\.0\.0\.1:\d+(/\d+\.html)", letter.text):
                accepted.setdefault(path, at)
        return [at - answered[path] for path, at in accepted.items()], fetch_times(site)


def line(name: str, times: list[float]) -> str:
    """Median and 99th percentile in milliseconds."""
    last = quantiles(times, n=100, method="inclusive")[98]
    return f"{name:<42} {len(times):>4} {median(times) * 1000:>9.1f} {last * 1000:>9.1f}"


def main() -> None:
    """Print the table."""
    alerts, fetches = measure()
    print(f"{'':<42} {'n':>4} {'median ms':>9} {'p99 ms':>9}")
    print(line("page's response to mail's acceptance", alerts))
    print(line(f"bare fetch of the page ({PACE * 1000:.0f} ms by the site)", fetches))


if __name__ == "__main__":
    main()
