"""Crawls for the tests: each in a process of its own, for Twisted's reactor starts only once in one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from apart import apart, extractor

from monitor.checking import Checked, check
from monitor.crawl import CrawlResult, Fetching, crawl
from monitor.declarations.sources import Source
from storage.database import connect
from storage.frontier import Frontier
from storage.health import Health
from storage.ledger import Ledger

NOW = datetime(2025, 11, 21, 12, tzinfo=UTC)

Declared = Mapping[str, Any]


def crawl_apart(
    database: Path,
    sources: Sequence[Declared],
    *,
    now: datetime = NOW,
    full: bool = False,
    fetching: Fetching | None = None,
) -> CrawlResult:
    """Crawl sources into a ledger's file."""
    return apart(_crawl, database, sources, now, full, fetching)


def check_apart(sources: Sequence[Declared]) -> dict[str, Checked]:
    """Ask sources once."""
    return {checked.name: checked for checked in apart(_check, sources)}


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
