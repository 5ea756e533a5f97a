"""Who hears of what, and when: alert rules as a policy for the ledger."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from storage.outbox import run_key
from storage.records import Article, Judged, Posting, Recipient, Verdict

Mode = Literal["run", "instant", "daily", "weekly"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """One `[[alerts.to]]`: an empty filter lets everything through."""

    channel: str
    to: tuple[str, ...]
    #: run: one message a run; instant: as soon as the article is recorded; daily, weekly: a digest.
    mode: Mode = "run"
    entities: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()

    def matches(self, judged: Judged, article: Article) -> bool:
        """Whether this rule's recipients want to hear of a figure."""
        del article
        figure = judged.figure
        return (not self.entities or figure.entity in self.entities) and (
            not self.metrics or figure.metric in self.metrics
        )

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

    def policy(self, run: int | None, now: Callable[[], datetime]) -> Callable[[Judged, Article], list[Posting] | None]:
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
                for key, due in [self._when(rule.mode, run, article, moment)]
                for recipient in rule.recipients
            ]
            return list(dict.fromkeys(postings))

        return decide

    def baseline(self, source: str) -> list[Posting]:
        """Where the summary of a first run goes: to everybody, when the run has ended."""
        del source
        recipients = dict.fromkeys(recipient for rule in self.rules for recipient in rule.recipients)
        return [Posting(recipient=recipient, kind="baseline", key="baseline") for recipient in recipients]

    def _when(self, mode: Mode, run: int | None, article: Article, now: datetime) -> tuple[str, datetime | None]:
        """What gathers the alert, and from when the message may go."""
        match mode:
            case "run" if run is not None:
                return run_key(run), None
            case "daily":
                due = self._next_digest(now)
                return f"day:{due.astimezone(self.zone):%Y-%m-%d}", due
            case "weekly":
                due = self._next_digest(now, day=self.digest_day)
                return f"week:{due.astimezone(self.zone):%G-W%V}", due
            case _:
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
