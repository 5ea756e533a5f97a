"""Crawls for the tests: each in a process of its own, for Twisted's reactor starts only once in one.

The processes are forked from one that has loaded the program and compiled the patterns of English already.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from monitor.checking import Checked, check
from monitor.crawl import CrawlResult, Fetching, crawl
from monitor.declarations.sources import Source
from monitor.extractors import Extractor
from storage.database import connect
from storage.frontier import Frontier
from storage.health import Health
from storage.ledger import Ledger

NOW = datetime(2025, 11, 21, 12, tzinfo=UTC)

Declared = Mapping[str, Any]


@cache
def extractor() -> Extractor:
    """The one that all crawls use."""
    return Extractor()


def crawl_apart(
    database: Path,
    sources: Sequence[Declared],
    *,
    now: datetime = NOW,
    full: bool = False,
    fetching: Fetching | None = None,
) -> CrawlResult:
    """Crawl sources into a ledger's file."""
    return _apart(_crawl, database, sources, now, full, fetching)


def check_apart(sources: Sequence[Declared]) -> dict[str, Checked]:
    """Ask sources once."""
    return {checked.name: checked for checked in _apart(_check, sources)}


@cache
def _nursery() -> ProcessPoolExecutor:
    """A process that has loaded all that a crawl needs; pytest's own has threads and must not be forked."""
    return ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"), initializer=_warm)


def _warm() -> None:
    extractor().read("Kuaishou's revenue rose by 14% to 35.6 billion yuan.", language="en")


def _apart(function: Any, *arguments: Any) -> Any:
    return _nursery().submit(_forked, function, *arguments).result(timeout=100)


def _forked(function: Any, *arguments: Any) -> Any:
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_answer, args=(theirs, function, *arguments))
    child.start()
    theirs.close()
    result = ours.recv()
    child.join()
    return result


def _answer(pipe: Any, function: Any, *arguments: Any) -> None:
    pipe.send(function(*arguments))


def _crawl(
    database: Path, sources: Sequence[Declared], now: datetime, full: bool, fetching: Fetching | None
) -> CrawlResult:
    with closing(connect(database)) as db:
        return crawl(
            [Source.model_validate(source) for source in sources],
            ledger=Ledger(db),
            frontier=Frontier(db),
            health=Health(db),
            extractor=extractor(),
            now=now,
            full=full,
            fetching=fetching,
        )


def _check(sources: Sequence[Declared]) -> list[Checked]:
    return check([Source.model_validate(source) for source in sources], extractor=extractor(), now=NOW)


def rows(database: Path, sql: str) -> list[dict[str, Any]]:
    """What a query finds in a ledger's file."""
    with closing(connect(database, read_only=True)) as db:
        return list(db.query(sql))
