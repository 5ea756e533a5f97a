"""Who hears of what, and when: alert rules as a policy for the ledger."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

from storage.outbox import run_key
from storage.records import Article, Basis, Figure, Judged, Measure, Policy, Posting, Recipient, Tier, Value, Verdict

Mode = Literal["run", "instant", "daily", "weekly"]

#: Between two of them one counts points: from 20% to 25% are five, and not a quarter.
_PERCENTAGES = frozenset({"percent", "percentage_point"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Threshold:
    """What figures of one metric must reach to be told; one of its limits is enough."""

    metric: str
    #: "": of every entity.
    entity: str = ""
    measure: Measure = "level"
    #: ISO code or unit that the limits are in; "": any.
    unit: str = ""
    #: Told where the figure may lie above it.
    above: Decimal | None = None
    #: Told where the figure may lie below it.
    below: Decimal | None = None
    #: Told where the figure lies at least so many percent, or points of a percentage, from what was known of the same
    #: period, else of the period before; where nothing was, it is told.
    moved: Decimal | None = None

    def is_for(self, figure: Figure) -> bool:
        """Whether it says something of such a figure."""
        wanted = (self.metric, self.measure, self.entity or figure.entity, self.unit or figure.unit)
        return wanted == (figure.metric, figure.measure, figure.entity, figure.unit)

    def reached(self, judged: Judged) -> bool:
        """Whether a figure that it is for has reached one of its limits."""
        figure = judged.figure
        return self._over(figure) or self._under(figure) or self._moved(figure, judged.before)

    def _over(self, figure: Figure) -> bool:
        highest = _ends(figure.value)[1]
        if self.above is None or highest is None:
            return False
        return highest > self.above or (highest == self.above and figure.bound == "at_least")

    def _under(self, figure: Figure) -> bool:
        lowest = _ends(figure.value)[0]
        if self.below is None or lowest is None:
            return False
        return lowest < self.below or (lowest == self.below and figure.bound == "at_most")

    def _moved(self, figure: Figure, before: Value | None) -> bool:
        if self.moved is None:
            return False
        if not isinstance(figure.value, Decimal) or not isinstance(before, Decimal):
            return True
        moved = abs(figure.value - before)
        if figure.unit in _PERCENTAGES:
            return moved >= self.moved
        return not before or moved / abs(before) * 100 >= self.moved


def _ends(value: Value) -> tuple[Decimal, Decimal] | tuple[None, None]:
    if isinstance(value, tuple):
        return value
    return (value, value) if isinstance(value, Decimal) else (None, None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Quiet:
    """Hours of the day in which nobody is disturbed; they may cross midnight."""

    begin: time
    end: time

    def over(self, local: datetime) -> datetime | None:
        """When the quiet that a moment falls into is over; None where it falls into none.

        >>> night = Quiet(begin=time(22), end=time(7))
        >>> night.over(datetime(2025, 11, 21, 23, tzinfo=UTC))
        datetime.datetime(2025, 11, 22, 7, 0, tzinfo=datetime.timezone.utc)
        """
        now = local.time()
        crosses = self.begin > self.end
        quiet = (now >= self.begin or now < self.end) if crosses else self.begin <= now < self.end
        if not quiet:
            return None
        day = local.date() + timedelta(days=crosses and now >= self.begin)
        return datetime.combine(day, self.end, local.tzinfo)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """One `[[alerts.to]]`: an empty filter lets everything through."""

    channel: str
    to: tuple[str, ...]
    #: run: one message a run; instant: as soon as the article is recorded; daily, weekly: a digest.
    mode: Mode = "run"
    entities: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    measures: tuple[Measure, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    bases: tuple[Basis, ...] = ()
    #: Of the outlet that says it.
    tiers: tuple[Tier, ...] = ()
    #: So many independent outlets must say it; it is told when the last of them does.
    outlets: int = 1
    #: Figures that the extractor is less sure of are not told.
    min_confidence: float = 0.0
    #: Of those that are for a figure one must be reached; figures that none is for are told.
    when: tuple[Threshold, ...] = ()
    #: None: at any hour. What comes meanwhile is told in one message when they are over; digests have their own hour.
    quiet: Quiet | None = None

    def matches(self, judged: Judged, article: Article) -> bool:
        """Whether this rule's recipients want to hear of a figure."""
        figure = judged.figure
        filters: tuple[tuple[str, tuple[str, ...]], ...] = (
            (figure.entity, self.entities),
            (figure.metric, self.metrics),
            (figure.measure, self.measures),
            (judged.verdict, self.verdicts),
            (figure.basis, self.bases),
            (article.tier, self.tiers),
        )
        return (
            all(not wanted or value in wanted for value, wanted in filters)
            and judged.outlets >= self.outlets
            and figure.confidence >= self.min_confidence
            and self._reached(judged)
        )

    def _reached(self, judged: Judged) -> bool:
        own = [threshold for threshold in self.when if threshold.is_for(judged.figure)]
        return not own or any(threshold.reached(judged) for threshold in own)

    @property
    def recipients(self) -> tuple[Recipient, ...]:
        """One for each address."""
        return tuple(Recipient(channel=self.channel, address=address) for address in self.to)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """`[alerts]` with the clock that digests follow."""

    rules: tuple[Rule, ...]
    #: Others change the ledger and are told to nobody.
    verdicts: tuple[Verdict, ...] = ("new", "refined", "revised", "corrected", "conflicting")
    zone: ZoneInfo
    #: When digests are sent, in that zone.
    digest_at: time = time(8)
    #: Day of weekly summaries: 0 is Monday.
    digest_day: int = 0

    def policy(self, run: int | None, now: Callable[[], datetime]) -> Policy:
        """The policy of one run for `Ledger.record`.

        Args:
            run: id of the run that gathers; None: there is none, and what would wait for its end is told at once.
            now: the clock.
        """

        def decide(judged: Judged, article: Article) -> list[Posting] | None:
            if judged.verdict not in self.verdicts:
                return None
            moment = now()
            postings = [
                Posting(recipient=recipient, key=key, due=due)
                for rule in self.rules
                if rule.matches(judged, article)
                for key, due in [self._when(rule, run, article, moment)]
                for recipient in rule.recipients
            ]
            # Two rules may name one recipient.
            return list(dict.fromkeys(postings))

        return decide

    def baseline(self, source: str) -> list[Posting]:
        """Where the summary of a source's first run goes: to everybody, when the run has ended."""
        del source
        recipients = dict.fromkeys(recipient for rule in self.rules for recipient in rule.recipients)
        return [Posting(recipient=recipient, kind="baseline", key="baseline") for recipient in recipients]

    def _when(self, rule: Rule, run: int | None, article: Article, now: datetime) -> tuple[str, datetime | None]:
        """What gathers the alert, and from when the message may go."""
        if rule.mode == "daily":
            due = self._next_digest(now)
            return f"day:{due.astimezone(self.zone):%Y-%m-%d}", due
        if rule.mode == "weekly":
            due = self._next_digest(now, day=self.digest_day)
            return f"week:{due.astimezone(self.zone):%G-W%V}", due
        if rule.quiet is not None and (over := rule.quiet.over(now.astimezone(self.zone))) is not None:
            return f"quiet:{over:%Y-%m-%dT%H:%M}", over.astimezone(UTC)
        if rule.mode == "run" and run is not None:
            return run_key(run), None
        return f"article:{hashlib.sha256(article.url.encode()).hexdigest()[:16]}", now

    def _next_digest(self, now: datetime, day: int | None = None) -> datetime:
        """The next time that a digest is sent, on any day or on one day of the week."""
        local = now.astimezone(self.zone)
        for ahead in range(9):
            date = local.date() + timedelta(days=ahead)
            moment = datetime.combine(date, self.digest_at, self.zone).astimezone(UTC)
            if moment > now and (day is None or date.weekday() == day):
                return moment
        raise AssertionError("a week has seven days")


def ops_postings(recipients: Sequence[Recipient], key: str, now: datetime) -> list[Posting]:
    """Where a word to the operators goes, at once; postings of one key make one message."""
    return [Posting(recipient=recipient, kind="ops", key=key, due=now) for recipient in recipients]
