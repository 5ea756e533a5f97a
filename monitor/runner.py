"""What the verbs that fetch set in motion: a run, a look at sources."""

from __future__ import annotations

import logging
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from monitor.alerts.rules import ops_postings
from monitor.checking import check, rows
from monitor.config import Config
from monitor.crawl import CrawlResult, Fetching, crawl, due
from monitor.declarations.sources import Source, shipped_sources
from monitor.delivery import Courier, operators
from monitor.errors import ConfigError, Fault
from monitor.extractors import Extractor
from monitor.health import news, told
from monitor.policies import hold_of, ledger_of, rules_of
from monitor.sending import WELL, Clock, deliver_waiting, say
from storage.database import connect, transaction
from storage.frontier import Frontier
from storage.health import Health
from storage.outbox import Outbox
from storage.runs import AlreadyRunningError, Counts, RunLock, Runs
from storage.wrapping import Database

log = logging.getLogger(__name__)

#: Exit codes of a run, besides those of its delivery.
SOURCE_FAILED, ALREADY_RUNNING = 3, 5

#: A heartbeat that takes longer is given up: the run is over already.
_HEARTBEAT_SECONDS = 10


def run_cycle(config: Config, *, names: Sequence[str] = (), full: bool = False, clock: Clock) -> int:
    """Read what is due, record it, and deliver what is new; delivery comes also where reading failed.

    Args:
        config: what to read and whom to tell.
        names: only these sources, due or not; none: all that are due.
        full: all of them, due or not, and every page anew.
        clock: gives the time.

    Raises:
        ConfigError: a name is no source in use.
        LedgerError: the ledger cannot be used.
    """
    sources = _chosen(config, names)
    try:
        with RunLock(config.database):
            failed = _read(config, sources, forced=full or bool(names), full=full, clock=clock)
    except AlreadyRunningError as error:
        say([str(error)])
        return ALREADY_RUNNING
    return max(SOURCE_FAILED if failed else WELL, deliver_waiting(config, clock))


def check_sources(
    config: Config,
    names: Sequence[str],
    *,
    everything: bool,
    now: datetime,
    keep: Path | None = None,
    done: Callable[[str, int], None] | None = None,
) -> list[dict[str, Any]]:
    """Ask sources once and say what came of each; nothing is written into the ledger.

    Args:
        config: names the sources in use.
        names: these, in use or not; none: all in use.
        everything: all that are known, in use or not.
        now: the time.
        keep: a folder for every answer that comes.
        done: called with the name of each source that is done, and how many are asked in all.

    Raises:
        ConfigError: a name is no source.
    """
    known = shipped_sources() | {source.name: source for source in config.settings.source}
    if unknown := [name for name in names if name not in known]:
        expected = "names that `keling-monitor sources` lists"
        raise ConfigError([Fault("command line", "NAME", expected, repr(name)) for name in unknown])
    chosen = (
        [known[name] for name in names] if names else list(known.values() if everything else config.active_sources())
    )
    checked = check(
        chosen,
        extractor=Extractor(watchlists=config.settings.watch.lists),
        now=now,
        fetching=fetching_of(config),
        keep=keep,
        done=None if done is None else lambda name: done(name, len(chosen)),
    )
    return rows(checked, known, now=now)


def _chosen(config: Config, names: Sequence[str]) -> tuple[Source, ...]:
    active = {source.name: source for source in config.active_sources()}
    unknown = [name for name in names if name not in active]
    if unknown:
        expected = "names of sources in use, as `keling-monitor sources` lists them"
        raise ConfigError([Fault("command line", "--source", expected, repr(name)) for name in unknown])
    return tuple(active[name] for name in names) if names else tuple(active.values())


def _read(config: Config, sources: Sequence[Source], *, forced: bool, full: bool, clock: Clock) -> bool:
    """Crawl under a row of `runs`; whether something failed."""
    with closing(connect(config.database)) as db:
        runs, outbox = Runs(db), Outbox(db)
        outbox.release_orphans(clock())
        run = runs.start(now=clock())
        result = CrawlResult(sources=())
        message, code = "the run was ended", 1
        courier = Courier(config, now=clock)
        try:
            with courier:
                result = _crawl(config, db, sources, run, forced=forced, full=full, clock=clock)
            _tell_operators(config, db, sources, run, clock)
            message, code = "\n".join(result.messages), SOURCE_FAILED if result.messages else WELL
        except Exception as error:
            message = f"{type(error).__name__}: {error}"
            raise
        finally:
            outbox.close_run(run, clock())
            runs.end(run, now=clock(), exit=code, counts=_counts(result), message=message)
    say([*result.messages, *courier.errors])
    if not result.messages and config.settings.schedule.heartbeat_url:
        _beat(config.settings.schedule.heartbeat_url, config.settings.fetch.user_agent)
    return bool(result.messages)


def _crawl(
    config: Config, db: Database, sources: Sequence[Source], run: int, *, forced: bool, full: bool, clock: Clock
) -> CrawlResult:
    settings = config.settings
    health, outbox, rules = Health(db), Outbox(db), rules_of(config)
    archives = {source.name for source in sources if source.archive is not None}

    def summarise(source: str) -> None:
        note = {"source": source, **({"past": True} if source in archives else {})}
        for posting in rules.baseline(source):
            outbox.post(None, posting, now=clock(), note=note)

    return crawl(
        sources if forced else due(sources, health, now=clock()),
        ledger=ledger_of(config, db),
        frontier=Frontier(db),
        health=health,
        extractor=Extractor(watchlists=settings.watch.lists),
        now=clock(),
        fetching=fetching_of(config),
        policy=rules.policy(run, clock),
        hold=hold_of(config),
        summarise=summarise,
        run=run,
        full=full,
        # Who wants to hear at once pays for it with two seconds of a processor a run.
        eager=any(rule.mode == "instant" for rule in rules.rules),
    )


def _tell_operators(config: Config, db: Database, sources: Sequence[Source], run: int, clock: Clock) -> None:
    """Post what has broken since operators last heard, and what is well again; each is told once."""
    health, outbox = Health(db), Outbox(db)
    with transaction(db):
        heard = news(health, sources)
        for posting in ops_postings(operators(config), f"health:{run}", clock()) if heard else ():
            for each in heard:
                outbox.post(None, posting, now=clock(), note=each.note())
        told(health, heard)


def fetching_of(config: Config) -> Fetching:
    """How pages are asked for, as monitor.toml says."""
    fetch = config.settings.fetch
    return Fetching(
        user_agent=fetch.user_agent, obey_robots=fetch.obey_robots, timeout=fetch.timeout, max_bytes=fetch.max_bytes
    )


def _counts(result: CrawlResult) -> Counts:
    return Counts(
        sources=len(result.sources),
        failed=len(result.failed),
        articles=result.total("articles"),
        figures=result.total("figures"),
        alerts=result.total("alerts"),
    )


def _beat(url: str, user_agent: str) -> None:
    """Tell another system that a run went well; that it does not hear is no failure of the run."""
    request = urllib.request.Request(url, headers={"User-Agent": user_agent})  # noqa: S310 (the configuration allows http and https only)
    try:
        with urllib.request.urlopen(request, timeout=_HEARTBEAT_SECONDS):  # noqa: S310
            pass
    except (OSError, urllib.error.URLError) as error:
        say([f"heartbeat {url}: {error}"])
