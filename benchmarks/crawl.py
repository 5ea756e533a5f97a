"""Pages crawled a second beside bare Scrapy, and texts of public pages: `python -m benchmarks.crawl [--bodies DIR]`.

Five thousand pages on a hundred hosts of this machine. Bare Scrapy downloads them and does nothing else; the monitor
reads its feeds, gates, and remembers the pages in a ledger on disk, with all its stages on: robots.txt, the guard of
addresses, conditional requests, health. First pages that name nothing that is watched; then the same again, when
nothing has changed; then pages that all tell figures, with the share of each stage. With `--bodies`, a checkout of
scrapinghub/article-extraction-benchmark, the texts found in its 181 pages are held against its own, by its own measure.
"""

from __future__ import annotations

import argparse
import gzip
import json
import multiprocessing
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import wraps
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings

from benchmarks._hosts import Served, Web
from monitor import pipelines
from monitor.crawl import Fetching, crawl
from monitor.declarations.sources import Source
from monitor.extractors import Extractor
from monitor.parse.body import article_body
from monitor.parse.markup import html_tree
from storage.database import connect
from storage.frontier import Frontier
from storage.health import Health
from storage.ledger import Ledger

NOW = datetime(2025, 11, 21, 12, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class Took:
    """What a crawl cost."""

    wall: float
    cpu: float
    #: CPU seconds of the stages that were watched.
    stages: dict[str, float]


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=5000, help="pages that name nothing watched")
    parser.add_argument("--relevant", type=int, default=500, help="pages that all tell figures")
    parser.add_argument("--hosts", type=int, default=100, help="hosts that they are on")
    parser.add_argument("--feeds", type=int, default=20, help="feeds that name them: sources of the monitor")
    parser.add_argument("--rounds", type=int, default=3, help="the median of so many is told")
    parser.add_argument("--bodies", type=Path, help="checkout of the public benchmark of article texts")
    arguments = parser.parse_args()
    web = Web(hosts=arguments.hosts, pages=arguments.pages, feeds=arguments.feeds)
    with Served(web) as served, tempfile.TemporaryDirectory() as folder:
        _irrelevant(served, Path(folder), arguments.rounds)
    web = Web(hosts=arguments.hosts, pages=arguments.relevant, feeds=arguments.feeds, relevant=True)
    with Served(web) as served, tempfile.TemporaryDirectory() as folder:
        _relevant(served, Path(folder))
    if arguments.bodies:
        f1, rate, peer, peer_rate = _bodies(arguments.bodies)
        print(f"texts of public pages: F1 {f1:.4f} at {rate:.0f} a second; trafilatura: {peer:.4f} at {peer_rate:.0f}")


def _irrelevant(served: Served, folder: Path, rounds: int) -> None:
    """Pages that name nothing: beside bare Scrapy, and once more when nothing has changed."""
    web = served.web
    print(f"{web.pages} pages on {web.hosts} hosts, none relevant, {web.feeds} sources; medians of {rounds}")
    bare, uvloop, ours, again = [], [], [], []
    first_bytes = again_bytes = 0
    for number in range(rounds):
        bare.append(_apart(_bare, web, served.port, ""))
        uvloop.append(_apart(_bare, web, served.port, "uvloop.Loop"))
        served.sent()
        file = folder / f"{number}.db"
        ours.append(_apart(_monitor, web, served.port, file))
        first_bytes = served.sent()
        again.append(_apart(_monitor, web, served.port, file))
        again_bytes = served.sent()
    _tell("bare Scrapy", bare, web.pages)
    _tell("bare Scrapy on uvloop", uvloop, web.pages)
    _tell("monitor", ours, web.pages)
    for name, theirs in (("bare Scrapy", bare), ("bare Scrapy on uvloop", uvloop)):
        print(
            f"  ratio to {name}: {_cpu(theirs) / _cpu(ours):.2f} by CPU, {_wall(theirs) / _wall(ours):.2f} by the clock"
        )
    _tell_again("once more", again_bytes, first_bytes, _cpu(again), _cpu(ours))


def _tell_again(words: str, sent: int, sent_first: int, cpu: float, cpu_first: float) -> None:
    print(
        f"  {words}, nothing changed: {sent:,} of {sent_first:,} bytes ({sent / sent_first:.2%}),"
        f" {cpu:.2f} of {cpu_first:.2f} CPU seconds ({cpu / cpu_first:.1%})"
    )


def _relevant(served: Served, folder: Path) -> None:
    """Pages that all tell figures: what each stage takes."""
    web, file = served.web, folder / "relevant.db"
    took = _apart(_monitor, web, served.port, file)
    first = served.sent()
    soon = _apart(_monitor, web, served.port, file, NOW + timedelta(minutes=15)), served.sent()
    # By then every article is due for another look.
    late = _apart(_monitor, web, served.port, file, NOW + timedelta(days=2)), served.sent()
    print(f"{web.pages} pages on {web.hosts} hosts, all relevant")
    _tell("monitor", [took], web.pages)
    rest = took.cpu - sum(took.stages.values())
    for stage, seconds in {"fetch and the rest": rest, **took.stages}.items():
        print(f"    {stage:20} {seconds / took.cpu:6.1%}  {seconds / web.pages * 1000:7.2f} ms a page")
    for words, (again, sent) in (("15 minutes later", soon), ("two days later, each page looked at again", late)):
        _tell_again(words, sent, first, again.cpu, took.cpu)


def _cpu(all_took: list[Took]) -> float:
    return median(took.cpu for took in all_took)


def _wall(all_took: list[Took]) -> float:
    return median(took.wall for took in all_took)


def _tell(name: str, all_took: list[Took], pages: int) -> None:
    cpu, wall = _cpu(all_took), _wall(all_took)
    print(f"  {name:22} {pages / cpu:6.0f} pages a CPU second, {pages / wall:6.0f} by the clock")


def _apart(measure: Callable[..., Took], *arguments: object) -> Took:
    """What a measurement in a process of its own tells: Twisted's reactor starts once in one."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_measured, args=(measure, arguments, theirs))
    child.start()
    theirs.close()
    took: Took = ours.recv()
    child.join()
    return took


def _measured(measure: Callable[..., Took], arguments: tuple[object, ...], pipe: Connection) -> None:
    pipe.send(measure(*arguments))


def _monitor(web: Web, port: int, file: Path, now: datetime = NOW) -> Took:
    sources = [
        Source.model_validate(
            {
                "name": f"feed{n}",
                "kind": "feed",
                "url": web.feed(n, port),
                "allow_private": True,
                "max_items": web.pages,
            }
        )
        for n in range(web.feeds)
    ]
    stages: Counter[str] = Counter()
    _watch(stages)
    with closing(connect(file)) as db:
        parts = {"ledger": Ledger(db), "frontier": Frontier(db), "health": Health(db), "extractor": Extractor()}
        wall, cpu = time.perf_counter(), time.process_time()
        result = crawl(sources, now=now, fetching=Fetching(timeout=timedelta(seconds=60)), **parts)
        took = Took(wall=time.perf_counter() - wall, cpu=time.process_time() - cpu, stages=dict(stages))
    assert not result.failed, result.messages
    return took


def _watch(stages: Counter[str]) -> None:
    """Let the stages that an article goes through tell how long they took."""

    def watched(name: str, stage: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(stage)
        def timed(*arguments: Any, **named: Any) -> Any:
            began = time.process_time()
            try:
                return stage(*arguments, **named)
            finally:
                stages[name] += time.process_time() - began

        return timed

    for module, function, name in (
        (import_module("monitor.spiders._answers"), "read_article", "parse"),
        (pipelines, "is_relevant", "relevance"),
        (pipelines, "extracted", "figures"),
        (pipelines, "record", "ledger"),
    ):
        setattr(module, function, watched(name, getattr(module, function)))


class _Bare(Spider):
    """Downloads the pages."""

    name = "bare"

    async def start(self) -> Any:
        for page in range(self.web.pages):  # type: ignore[attr-defined]
            yield Request(self.web.link(page, self.port))  # type: ignore[attr-defined]

    def parse(self, response: Any, **arguments: Any) -> None:
        """Nothing."""


def _bare(web: Web, port: int, loop: str) -> Took:
    settings = Settings({"LOG_LEVEL": "WARNING", "CONCURRENT_REQUESTS": 100, "ASYNCIO_EVENT_LOOP": loop or None})
    process = AsyncCrawlerProcess(settings)
    process.crawl(_Bare, web=web, port=port)
    wall, cpu = time.perf_counter(), time.process_time()
    process.start()
    return Took(wall=time.perf_counter() - wall, cpu=time.process_time() - cpu, stages={})


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
