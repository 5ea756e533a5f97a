"""What the ledger keeps, one frozen record per noun.

Every datetime is aware and UTC. Every number is a `Decimal` in base units (CNY, not 100 million CNY).
This module imports nothing of the project: it is the vocabulary that all other rooms share.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal, NamedTuple, Protocol

Measure = Literal["level", "yoy", "qoq", "mom", "change"]
Bound = Literal["exact", "at_least", "at_most", "about", "range"]
Aggregation = Literal["period", "cumulative", "daily", "monthly", "annualized"]
Basis = Literal["reported", "guidance", "estimate"]
Where = Literal["text", "title"]
Verdict = Literal["new", "repeated", "refined", "revised", "corrected", "conflicting"]
Tier = Literal["filing", "company", "wire", "press", "aggregator"]

#: The extractor of figures that came with their article: nobody reads them again.
GIVEN = "given"

#: One number, the two ends of a range, or the name of a version.
Value = Decimal | tuple[Decimal, Decimal] | str


@dataclass(frozen=True, kw_only=True, slots=True)
class Opaque:
    """What a search tells of an article whose address it hides behind an id of its own."""

    #: Site of the outlet: its domain; "" where the search names none.
    site: str
    #: An article of the same title and outlet that is published within so much time of it is this one.
    within: timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class Article:
    """A document at a canonical URL, as one fetch found it; its text becomes a snapshot."""

    #: Canonical address: the article's identity.
    url: str
    #: The address that was fetched, before canonicalisation; "" where it is the same.
    seen_url: str = ""
    title: str
    #: Plain text; table rows are lines `| cell | cell |`.
    text: str
    #: `zh-Hans`, `zh-Hant`, `en`, `de`, `ja`, or another BCP 47 tag.
    language: str
    #: Who published it: a host name or the name that a syndicator gives.
    outlet: str
    tier: Tier = "press"
    #: The company's own site or the exchange.
    official: bool = False
    #: None where neither page nor feed tells.
    published: datetime | None
    #: Calendar day of publication where the outlet is: relative words resolve against it.
    dated: date | None
    fetched: datetime
    #: Name of the source that led to it; "ingest" for files.
    source: str
    author: str | None = None
    #: None: the address is the article's own.
    opaque: Opaque | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """A quantity understood: one mention in one snapshot. Fields are those of the figure guide (docs/glossary.md)."""

    entity: str
    metric: str
    measure: Measure
    value: Value
    #: ISO 4217 code, `percent`, `percentage_point`, `count`, `minutes`, `times` or `version`.
    unit: str
    bound: Bound
    #: Contract form (`2024-Q4`, `..2025-02`, `2025-01/2025-09`, …); None where the text does not fix it.
    period: str | None
    aggregation: Aggregation
    basis: Basis
    #: Of guidance and estimates: the company's or house's name, or "unnamed"; None for reported figures.
    speaker: str | None = None
    where: Where = "text"
    #: Character offsets of the number with its unit in the title or text, end exclusive.
    start: int
    end: int
    #: The clause or sentence, an exact substring of the title or text.
    quote: str = ""
    #: Place of the last written digit, in base units (1.5亿 → 10000000); None: taken from the value.
    resolution: Decimal | None = None
    #: Calibrated share of such figures that are right in every field, 0 to 1.
    confidence: float = 1.0
    #: What the audit says of it, in words; empty where there is nothing to say.
    audit: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """A recorded figure with what it changed in the ledger."""

    figure_id: int
    fact_id: int
    #: None where the figure changes nothing that is told (old article, baseline): the verdict still stands.
    alert_id: int | None
    verdict: Verdict
    figure: Figure
    #: What the ledger held before, for `refined`, `revised`, `corrected`, `conflicting`; else None.
    previous: Value | None = None
    #: What its change counts from, in its unit: the value that the fact held, else that of the latest earlier period
    #: of the same length; None: there is neither, or it is not asked for.
    before: Value | None = None
    #: Independent outlets that say it by now, its own included; reposts do not count.
    outlets: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipient:
    """One address on one channel: a message of the outbox goes to exactly one."""

    channel: str
    address: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Posting:
    """Where an alert is to be told: alerts with the same recipient and key make one message."""

    recipient: Recipient
    #: `alerts`: what is new; `baseline`: the summary of a first run; `ops`: for operators; `test`: asked for by hand.
    kind: Literal["alerts", "baseline", "ops", "test"] = "alerts"
    #: What gathers alerts into one message: `run:7`, `article:31`, `day:2025-11-21`.
    key: str
    #: From when the message may be sent; None: when its run has ended.
    due: datetime | None = None


class Policy(Protocol):
    """Decides within the ledger's transaction who hears of a figure.

    It is asked again whenever one more outlet says the same; who has been told by then is not told again.
    """

    def __call__(self, judged: Judged, article: Article) -> Sequence[Posting] | None:
        """Postings of the alert; an empty sequence: an alert for nobody yet; None: no alert."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """A figure that would change the ledger but waits for a person's decision instead."""

    review_id: int
    figure_id: int
    #: What it would have been.
    verdict: Verdict
    figure: Figure
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Recorded:
    """What one transaction wrote."""

    article_id: int
    snapshot_id: int
    #: False where the same text was already kept for this article: nothing was written.
    new_snapshot: bool
    #: In reading order. Where the snapshot is not new, its figures with the verdict `repeated`.
    judged: tuple[Judged, ...] = field(default=())
    #: What waits for a person's decision.
    held: tuple[Held, ...] = field(default=())
    #: Figures that were read in this snapshot before and no longer are.
    withdrawn: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Excerpt:
    """A sentence with the article it stood in."""

    quote: str
    #: Where in the quote the number with its unit stands, end exclusive; None where the quote does not hold it.
    mark: tuple[int, int] | None
    article_id: int
    url: str
    title: str
    outlet: str
    tier: Tier
    official: bool
    language: str
    published: datetime | None
    #: When this snapshot was fetched.
    fetched: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Holding:
    """A value that a fact holds or held, with the sentence that says so."""

    value: Value
    unit: str
    bound: Bound
    #: What the value allows, after all refinements; None for versions.
    low: Decimal | None
    high: Decimal | None
    #: None: the period is not stated.
    period: str | None
    excerpt: Excerpt


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """What the ledger holds about the same thing in another period."""

    fact_id: int
    period: str
    value: Value
    unit: str
    bound: Bound
    first_seen: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """All that a message needs to tell one alert."""

    alert_id: int
    fact_id: int
    figure_id: int
    verdict: Verdict
    created: datetime
    #: As read, with what the audit says of it.
    figure: Figure
    excerpt: Excerpt
    #: What the ledger held before; for `conflicting` what it holds still. None for what is new.
    previous: Holding | None
    #: What the fact holds now: not the figure's value where that is a rival, or older guidance.
    now: Holding
    #: Independent outlets that say what the fact holds, with their tiers, first told first. Reposts do not count.
    confirmed: tuple[tuple[str, Tier], ...]
    #: Of the same entity, metric, measure, unit, aggregation, basis and speaker, oldest first, itself included.
    series: tuple[Point, ...]
    #: The text repeats that of another article.
    repost: bool = False
    #: Figures of the same snapshot about other facts, one a fact, by id in reading order.
    also: Mapping[int, Figure] = field(default_factory=dict)


class Origin(NamedTuple):
    """How an article came to us: what stands for its day of publication where it has none, in every version."""

    #: When its first version was fetched.
    found: datetime
    #: It was there before us, in a baseline or an archive.
    past: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Stored:
    """A snapshot as the ledger keeps it, for reading it again."""

    snapshot_id: int
    article_id: int
    #: The article whose text this one repeats.
    repost_of: int | None
    #: With this snapshot's title and text.
    article: Article
    #: False where only quotes are kept: the article's text is then empty.
    whole: bool
    #: When the ledger recorded it.
    recorded: datetime
    baseline: bool
    origin: Origin
    run: int | None
    extractor: str
    #: In reading order.
    figures: tuple[Figure, ...]
    #: Of these, those that wait for review or were rejected.
    unjudged: frozenset[Figure]
