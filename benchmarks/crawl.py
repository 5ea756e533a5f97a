"""Pages crawled a CPU second, and texts of public pages: `python -m benchmarks.crawl [--bodies DIR]`.

A site on this machine serves a list and its pages. Bare Scrapy downloads them with the same settings and does nothing
else; the monitor reads, gates, and remembers them. The pages name nothing that is watched: how fast figures are read
is for the other benchmarks. With `--bodies`, a checkout of scrapinghub/article-extraction-benchmark, the texts found in
its 181 pages are held against its own, by its own measure.
"""

from __future__ import annotations

import argparse
import gzip
import json
import multiprocessing
import sys
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess

from monitor.crawl import Fetching, _settings, crawl
from monitor.declarations.sources import Source
from monitor.demo.site import Site
from monitor.extractors import Extractor
from monitor.parse.body import article_body
from monitor.parse.markup import html_tree
from storage.database import memory
from storage.frontier import Frontier
from storage.health import Health
from storage.ledger import Ledger

NOW = datetime(2025, 11, 21, 12, tzinfo=UTC)
_PARAGRAPH = "The weather was fine all week, and nobody was surprised, for it was summer and the sun was out. " * 4


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=1000, help="pages of the site")
    parser.add_argument("--bodies", type=Path, help="checkout of the public benchmark of article texts")
    arguments = parser.parse_args()
    with _served(arguments.pages) as site:
        ours = arguments.pages / _apart(_monitor, site.url(), arguments.pages)
        bare = arguments.pages / _apart(_bare, site.url(), arguments.pages)
    print(f"pages a CPU second: {ours:.0f} read and remembered, {bare:.0f} by bare Scrapy, ratio {ours / bare:.2f}")
    if arguments.bodies:
        f1, rate, peer, peer_rate = _bodies(arguments.bodies)
        print(f"texts of public pages: F1 {f1:.4f} at {rate:.0f} a second; trafilatura: {peer:.4f} at {peer_rate:.0f}")


class _served(Site):  # noqa: N801 (a context manager)
    """A site with a list of pages."""

    def __init__(self, pages: int) -> None:
        super().__init__()
        self.number = pages

    def __enter__(self) -> _served:
        super().__enter__()
        items = "".join(
            f"<item><title>Item {number}</title><link>{self.url(f'/{number}.html')}</link></item>"
            for number in range(self.number)
        )
        self.put("/feed.xml", f"<rss><channel>{items}</channel></rss>", "application/rss+xml")
        body = "".join(f"<p>{_PARAGRAPH}</p>" for _ in range(12))
        menu = "".join(f"<li><a href='/{number}.html'>Menu entry {number}</a></li>" for number in range(60))
        for number in range(self.number):
            self.put(
                f"/{number}.html",
                f"<html lang='en'><head><title>Item {number}</title></head><body><nav><ul>{menu}</ul></nav>"
                f"<article><h1>Item {number}</h1>{body}</article></body></html>",
            )
        return self


def _apart(measure: Callable[[str, int, Connection], None], url: str, pages: int) -> float:
    """CPU seconds that a measurement takes in a process of its own: Twisted's reactor starts once in one."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=measure, args=(url, pages, theirs))
    child.start()
    seconds: float = ours.recv()
    child.join()
    return seconds


def _monitor(url: str, pages: int, pipe: Connection) -> None:
    source = Source.model_validate(
        {"name": "bench", "kind": "feed", "url": f"{url}feed.xml", "allow_private": True, "max_items": pages}
    )
    with closing(memory()) as db:
        parts = {"ledger": Ledger(db), "frontier": Frontier(db), "health": Health(db), "extractor": Extractor()}
        began = time.process_time()
        result = crawl([source], now=NOW, fetching=Fetching(timeout=timedelta(seconds=60)), **parts)
        pipe.send(time.process_time() - began)
        assert result.total("pages") == pages, result.messages


class _Bare(Spider):
    """Downloads the pages."""

    name = "bare"

    async def start(self) -> Any:
        for number in range(self.pages):  # type: ignore[attr-defined]
            yield Request(f"{self.url}{number}.html")  # type: ignore[attr-defined]

    def parse(self, response: Any, **arguments: Any) -> None:
        """Nothing."""


def _bare(url: str, pages: int, pipe: Connection) -> None:
    settings = _settings(Fetching())
    settings.setdict(
        {
            "ITEM_PIPELINES": {},
            "DOWNLOAD_HANDLERS": {},
            "TWISTED_DNS_RESOLVER": "scrapy.resolver.CachingThreadedResolver",
        },
        priority="cmdline",
    )
    process = AsyncCrawlerProcess(settings)
    process.crawl(_Bare, url=url, pages=pages)
    began = time.process_time()
    process.start()
    pipe.send(time.process_time() - began)


def _bodies(folder: Path) -> tuple[float, float, float, float]:
    """F1 and pages a second, ours and trafilatura's."""
    import trafilatura

    def theirs(page: str) -> str:
        return trafilatura.extract(page, fast=True, include_comments=False) or ""

    return *_score(folder, lambda page: article_body(html_tree(page))), *_score(folder, theirs)


def _score(folder: Path, read: Callable[[str], str]) -> tuple[float, float]:
    sys.path.insert(0, str(folder))
    measure = import_module("evaluate")
    truth = json.loads((folder / "ground-truth.json").read_text("utf-8"))
    matches, seconds = [], 0.0
    for name, article in truth.items():
        page = gzip.decompress((folder / "html" / f"{name}.html.gz").read_bytes()).decode("utf-8")
        began = time.process_time()
        text = read(page)
        seconds += time.process_time() - began
        matches.append(measure.string_shingle_matching(article.get("articleBody", ""), text))
    return measure.metrics_from_tp_fp_fns(matches)["f1"], len(truth) / seconds


if __name__ == "__main__":
    main()
