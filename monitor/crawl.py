"""Runs the spiders of all due sources in this process, a few at a time, and says what became of each.

Twisted's reactor starts once in a process: who crawls again and again does it in child processes.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request, signals
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings
from twisted.internet.error import ReactorNotRunning

# Scrapy's TLS modules look through the whole stack when they are imported: cheap here, 0.3 s deep in a crawl.
import monitor.guard  # noqa: F401
from monitor import settings as defaults
from monitor.cycle import Cycle
from monitor.declarations.sources import Source
from monitor.errors import LedgerError, MonitorError
from monitor.extractors import Extractor
from monitor.health import Outcome, after, is_due
from monitor.kept import read_kept
from monitor.parse.addresses import site_key
from monitor.spiders import spider_of
from monitor.spiders._causes import Cause
from monitor.spiders._report import Report
from monitor.warming import Warming
from storage.database import transaction
from storage.frontier import Frontier
from storage.health import Health
from storage.ledger import Hold, Ledger
from storage.records import Policy

log = logging.getLogger(__name__)

#: Sources that are read at the same time; those of one host are read one after another, so that its pace holds.
_AT_ONCE = 16


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetching:
    """How pages are asked for."""

    user_agent: str = defaults.USER_AGENT
    obey_robots: bool = True
    timeout: timedelta = timedelta(seconds=defaults.DOWNLOAD_TIMEOUT)
    max_bytes: int = defaults.DOWNLOAD_MAXSIZE


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceResult:
    """What became of one source."""

    name: str
    #: What went wrong, each with its address; empty: nothing.
    messages: tuple[str, ...]
    #: Items of its lists, of these not known before, pages asked for.
    items: int
    new: int
    pages: int
    #: Articles whose text was recorded, new or changed, with their figures and alerts.
    articles: int
    figures: int
    alerts: int

    @property
    def ok(self) -> bool:
        """Whether all that was asked for could be read."""
        return not self.messages


@dataclass(frozen=True, kw_only=True, slots=True)
class CrawlResult:
    """What became of a crawl."""

    sources: tuple[SourceResult, ...]
    #: Names of due sources that were not read because the run was ended from outside.
    interrupted: tuple[str, ...] = ()

    @property
    def failed(self) -> tuple[SourceResult, ...]:
        """The sources with something that could not be read."""
        return tuple(source for source in self.sources if not source.ok)

    @property
    def messages(self) -> list[str]:
        """What went wrong, a line a fault, each beginning with its source's name."""
        told = [f"{source.name}: {message}" for source in self.sources for message in source.messages]
        return [*told, *(f"{name}: not read: the run was ended" for name in self.interrupted)]

    def total(self, count: str) -> int:
        """The sum of one count (`articles`, `figures`, `alerts`, …) over all sources."""
        return sum(getattr(source, count) for source in self.sources)


def due(sources: Iterable[Source], health: Health, *, now: datetime) -> list[Source]:
    """Of the sources those that are to be asked now."""
    states = health.all()
    return [source for source in sources if is_due(source, states.get(source.name), now)]


def crawl(
    sources: Sequence[Source],
    *,
    ledger: Ledger,
    frontier: Frontier,
    health: Health,
    extractor: Extractor,
    now: datetime,
    fetching: Fetching | None = None,
    policy: Policy | None = None,
    hold: Hold | None = None,
    summarise: Callable[[str], None] | None = None,
    run: int | None = None,
    full: bool = False,
    eager: bool = False,
) -> CrawlResult:
    """Read sources and record what their articles say, article by article as they come.

    Once a process. What goes wrong with one source is told in the result and stops no other.

    Args:
        sources: what to read; who asks only for what is due calls `due` first.
        ledger: takes articles, figures and alerts.
        frontier: of the same database: which pages are to be read.
        health: of the same database: how each source fares.
        extractor: reads figures.
        now: when the run began.
        fetching: manners and limits.
        policy: decides who hears of a figure; None: nobody.
        hold: says which figures wait for a person before they change the ledger.
        summarise: called with its source's name in the transaction of each article of a first run, or in that which
            ends an archive.
        run: row of `runs`.
        full: ask for everything again, whatever was answered before; what could not be read then is read anew first.
        eager: get ready for articles before there are any: the first one waits less, and a run without one costs more.

    Raises:
        LedgerError: the database could not be written; what was recorded until then stays.
    """
    cycle = Cycle(
        ledger=ledger,
        frontier=frontier,
        health=health,
        extractor=extractor,
        now=now,
        policy=policy,
        hold=hold,
        summarise=summarise,
        run=run,
        full=full,
        official={site_key(source.url): source for source in sources if source.official},
    )
    kept = read_kept(sources, cycle) if full else []
    if eager:
        # Beside the crawl it would take its first article's time: the slowest alert of 40 took a second more.
        extractor.load()
    with Warming(extractor) as warming:
        for source in sources if eager else ():
            warming.expect("", source.language)
        reports = read_all(sources, cycle, fetching or Fetching(), warming)
    if cycle.broken:
        raise cycle.broken[0]
    frontier.forget(now=now)
    left = tuple(source.name for source in sources if source.name not in reports)
    return CrawlResult(sources=tuple(_result(report) for report in [*kept, *reports.values()]), interrupted=left)


def read_all(
    sources: Sequence[Source], cycle: Cycle, fetching: Fetching, warming: Warming | None = None
) -> dict[str, Report]:
    """Drive the spiders to their end, once a process; gives a report for each source that was read."""
    process = AsyncCrawlerProcess(_settings(fetching))
    # Scrapy sets its loggers up when the process is made, and takes away what they had.
    _silence_lasting_resort()
    reports: dict[str, Report] = {}
    waiting = _by_host(sources)

    async def work() -> None:
        while waiting:
            for source in waiting.pop(0):
                if cycle.broken:
                    return
                report = await _read(process, source, cycle, warming)
                if report.ended == "shutdown":
                    # Somebody has ended the run: what was read is recorded, the rest waits for the next one.
                    waiting.clear()
                    return
                reports[source.name] = report

    async def all_work() -> None:
        from twisted.internet import reactor

        running: Any = reactor
        try:
            await asyncio.gather(*(work() for _ in range(_AT_ONCE)))
        finally:
            # Where the run is ended from outside, it is stopping already.
            with suppress(ReactorNotRunning):
                running.stop()

    if sources:
        task = asyncio.get_event_loop().create_task(all_work())
        process.start(stop_after_crawl=False)
        if task.done():
            task.result()
    return reports


async def _read(process: AsyncCrawlerProcess, source: Source, cycle: Cycle, warming: Warming | None) -> Report:
    def scheduled(request: Request) -> None:
        page = request.cb_kwargs.get("page")
        # A page that is recorded is as it was, as a rule: nothing is to be read.
        if warming is not None and page is not None and page.state != "recorded":
            warming.expect(page.found.title, source.language)

    try:
        crawler = process.create_crawler(spider_of(source))
        crawler.signals.connect(scheduled, signals.request_scheduled)
        await process.crawl(crawler, cycle=cycle)
        report: Report = crawler.spider.report  # type: ignore[union-attr]
    except Exception as error:
        # A source that cannot even be started stops no other.
        told = str(error) if isinstance(error, MonitorError) else f"{type(error).__name__}: {error}"
        report = Report(source=source.name, list_faults=[Cause(what=f"{source.url}: {told}")])
    if not cycle.broken and report.ended != "shutdown":
        _settle(source, report, cycle)
    return report


def _settle(source: Source, report: Report, cycle: Cycle) -> None:
    """Keep how the source fares; its first run without a fault of its lists, or the whole archive, is its baseline."""
    waits = [cause.wait for cause in report.faults if cause.wait]
    outcome = Outcome(
        list_faults=[(cause.what, cause.weight) for cause in report.list_faults],
        page_faults=[cause.what for cause in report.page_faults],
        good_lists=report.good_lists,
        items=report.items,
        new=report.new,
        pages=report.pages,
        wait=max(waits, default=None),
        articles=report.articles,
        telling=report.telling,
        barren=report.barren,
    )
    past = source.archive is not None
    done = report.through if past else report.good_lists > 0 and not report.list_faults
    health = cycle.health
    try:
        with transaction(cycle.ledger.db):
            if past and done and health.is_baseline(source.name):
                _sum_up(source, cycle)
            state = after(source, health.of(source.name), outcome, cycle.now)
            health.write(state, baseline=cycle.now if done else None)
    except LedgerError as error:
        cycle.broken.append(error)


def _sum_up(source: Source, cycle: Cycle) -> None:
    """Post the one summary of an archive that is read through, where something of it was recorded."""
    if cycle.summarise is not None and cycle.ledger.knows_source(source.name):
        cycle.summarise(source.name)


def _by_host(sources: Iterable[Source]) -> list[list[Source]]:
    """Sources that share a host, together; the official ones first, for they know best."""
    hosts: dict[str, list[Source]] = defaultdict(list)
    for source in sorted(sources, key=lambda source: not source.official):
        hosts[urlsplit(source.url).netloc].append(source)
    return list(hosts.values())


def _settings(fetching: Fetching) -> Settings:
    settings = Settings()
    settings.setmodule(defaults, priority="project")
    chosen: dict[str, Any] = {
        "USER_AGENT": fetching.user_agent,
        "ROBOTSTXT_OBEY": fetching.obey_robots,
        # Protego looks for a product's name, not for its version and address.
        "ROBOTSTXT_USER_AGENT": fetching.user_agent.partition("/")[0],
        "DOWNLOAD_TIMEOUT": fetching.timeout.total_seconds(),
        "DOWNLOAD_MAXSIZE": fetching.max_bytes,
        # The sources are given: no other configuration than the run's own is looked for.
        "SPIDER_LOADER_CLASS": "scrapy.spiderloader.DummySpiderLoader",
        # Where logs go is for the command line to say.
        "LOG_INSTALL_ROOT_HANDLER": False,
    }
    settings.setdict(chosen, priority="cmdline")
    return settings


def _result(report: Report) -> SourceResult:
    return SourceResult(
        name=report.source,
        messages=tuple(dict.fromkeys(cause.what for cause in report.faults)),
        items=report.items or 0,
        new=report.new,
        pages=report.pages,
        articles=report.articles,
        figures=report.figures,
        alerts=report.alerts,
    )


def _silence_lasting_resort() -> None:
    """Keep Scrapy's log off standard error where nobody has asked for a log: faults are told by the result."""
    for name in ("scrapy", "twisted", "py.warnings"):
        logging.getLogger(name).addHandler(logging.NullHandler())
