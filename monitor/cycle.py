"""One monitoring cycle, as the spiders and pipelines of all its sources share it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from monitor.config import load_config
from monitor.declarations.sources import Source
from monitor.errors import LedgerError
from monitor.extractors import Extractor
from monitor.parse.addresses import site_key
from storage.database import connect, memory
from storage.frontier import Frontier
from storage.health import Health
from storage.ledger import Hold, Ledger
from storage.records import Article, Policy


@dataclass(frozen=True, kw_only=True, slots=True)
class Robots:
    """What the robots.txt of hosts say: asked for once a host and run, whatever number of sources lead there."""

    #: By host and port, in the form of Scrapy's middleware.
    parsers: dict[str, Any] = field(default_factory=dict)
    #: Status of the answer, where there was one.
    statuses: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """A check of sources: of each one page is asked for, its newest, whatever it is about."""

    #: Takes every answer that came: the source's name, the answer's address and body; None: nobody wants them.
    keep: Callable[[str, str, bytes], None] | None = None
    #: Called with the name of each source that is done.
    done: Callable[[str], None] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Cycle:
    """What a run works with."""

    ledger: Ledger
    frontier: Frontier
    health: Health
    extractor: Extractor
    #: When the run began: what is due, how old news are, and what relative dates count from.
    now: datetime
    #: Decides who hears of a figure; None: nobody does.
    policy: Policy | None = None
    #: Row of `runs`; None: none was opened.
    run: int | None = None
    #: Says which figures wait for a person before they change the ledger; None: none does.
    hold: Hold | None = None
    #: Called with its source's name in the transaction of each article of a first run; None: no summary is sent.
    summarise: Callable[[str], None] | None = None
    #: Ask for everything again, whatever was answered before.
    full: bool = False
    #: The sources are only tried; None: they are read.
    trial: Trial | None = None
    #: Sources that are official, by site: an article found elsewhere is theirs all the same.
    official: Mapping[str, Source] = field(default_factory=dict)
    #: Of sources that may live on private addresses, and of those that may not: what these cannot reach, those can.
    robots: Mapping[bool, Robots] = field(default_factory=lambda: {True: Robots(), False: Robots()})
    #: Hosts that asked to be left alone in this run, whichever source they said it to.
    resting: set[str] = field(default_factory=set)
    #: Hosts of which a page was read in full in this run: their other pages need no more than a look.
    legible: set[str] = field(default_factory=set)
    #: Why the ledger could not be written: with the first of them the run is over.
    broken: list[LedgerError] = field(default_factory=list)

    @classmethod
    def alone(cls, ledger: str | None, *, now: datetime) -> Self:
        """A cycle for `scrapy crawl`: with a ledger's file, or with one in memory that is gone afterwards."""
        db = memory() if ledger is None else connect(Path(ledger))
        return cls(
            ledger=Ledger(db),
            frontier=Frontier(db),
            health=Health(db),
            extractor=Extractor(watchlists=load_config().settings.watch.lists),
            now=now,
        )

    def ranked(self, article: Article) -> Article:
        """An article with the standing of the site that it is on, whatever led to it."""
        source = self.official.get(site_key(article.url)) if self.official else None
        return article if source is None else replace(article, official=True, tier=source.tier)
