"""The stored past read again: what other rules or the present extractor would tell, and taking its readings over."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime
from typing import Any

from monitor.alerts.rules import Rules
from monitor.articles import read_figures
from monitor.config import Config
from monitor.extractors import Extractor
from monitor.policies import hold_of, ledger_of, rules_of
from monitor.rows import figure_row
from monitor.sending import Clock
from storage.database import connect
from storage.ledger import Ledger
from storage.records import GIVEN, Article, Figure, Judged, Policy, Posting, Stored
from storage.runs import RunLock

Row = dict[str, Any]

#: What makes two alerts the same, whichever reading they come from.
_SAME = ("url", "entity", "metric", "measure", "value", "unit", "period", "basis", "verdict")


def rehearse(config: Config, since: datetime, *, rules: Config) -> Iterator[Row]:
    """What the articles recorded since a moment would have led to, in a ledger in memory; nothing is written.

    Each row is an alert with `change`: `same`: it was told then, too; `added`: it was not, or to nobody; `gone`: it was
    and would not be.

    Args:
        config: names the ledger.
        since: from when on the past is played again.
        rules: whose alerts apply.

    Raises:
        LedgerError: the ledger cannot be read.
    """
    with closing(connect(config.database, read_only=True)) as db:
        ledger = ledger_of(config, db)
        before: dict[tuple[str, ...], list[Row]] = defaultdict(list)
        for row in ledger.alerts(since=since):
            before[_key(row)].append(row)
        for row in _played(ledger, since, rules):
            then = before[_key(row)].pop(0) if before[_key(row)] else None
            yield {"change": _change(then, row), **row}
        for row in (row for rows in before.values() for row in rows):
            yield {"change": "gone", **{name: row.get(name) for name in (*_SAME, "quote")}, "recipients": []}


def _change(then: Row | None, now: Row) -> str:
    if then is None:
        return "added"
    if bool(then["messages"]) == bool(now["recipients"]):
        return "same"
    return "added" if now["recipients"] else "gone"


def _played(ledger: Ledger, since: datetime, rules: Config) -> list[Row]:
    """The alerts of a second playing, in order."""
    stage = ledger.rehearsal(since)
    extractor = Extractor(watchlists=rules.settings.watch.lists)
    hold = hold_of(rules)
    told = _Told(rules_of(rules))
    for stored in ledger.snapshots(since):
        stage.record(
            stored.article,
            _read(extractor, stored),
            now=stored.recorded,
            policy=told.at(stored),
            hold=hold,
            baseline=stored.baseline,
            extractor=extractor.version,
        )
    return list(told.rows.values())


class _Told:
    """What the rules have let pass, an alert a row; one that was told late, to more outlets, is the same alert."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        #: By figure.
        self.rows: dict[int, Row] = {}

    def at(self, stored: Stored) -> Policy:
        """The policy while a snapshot is read."""
        policy = self._rules.policy(stored.run, lambda: stored.recorded)

        def decide(judged: Judged, article: Article) -> Sequence[Posting] | None:
            postings = policy(judged, article)
            if postings is not None:
                self._note(judged, article, postings)
            return postings

        return decide

    def _note(self, judged: Judged, article: Article, postings: Sequence[Posting]) -> None:
        row = {**figure_row(judged.figure), "verdict": judged.verdict, "url": article.url}
        known = self.rows.setdefault(
            judged.figure_id, {**{name: row[name] for name in (*_SAME, "quote")}, "recipients": []}
        )
        heard = [f"{posting.recipient.channel}:{posting.recipient.address}" for posting in postings]
        known["recipients"] = list(dict.fromkeys([*known["recipients"], *heard]))


def take_over(config: Config, since: datetime, *, clock: Clock) -> Counter[str]:
    """Read the stored past with the present extractor and take over what it finds; nobody is told.

    Returns:
        How many figures were added, by verdict, how many are `held` and how many `withdrawn`.

    Raises:
        AlreadyRunningError: a run is at work.
        LedgerError: the ledger cannot be written; what was read until then stays.
    """
    extractor, hold = Extractor(watchlists=config.settings.watch.lists), hold_of(config)
    found: Counter[str] = Counter()
    with closing(connect(config.database)) as db, RunLock(config.database):
        ledger = ledger_of(config, db)
        for stored in ledger.snapshots(since):
            if not _is_readable(stored) or stored.extractor == extractor.version:
                continue
            figures = _read(extractor, stored)
            done = ledger.reread(stored.snapshot_id, figures, now=clock(), extractor=extractor.version, hold=hold)
            found.update(judged.verdict for judged in done.judged)
            found["held"] += len(done.held)
            found["withdrawn"] += done.withdrawn
    return found


def _is_readable(stored: Stored) -> bool:
    """Whether an extractor may read a snapshot again: its text was kept, and its figures did not come with it."""
    return stored.whole and stored.extractor != GIVEN


def _read(extractor: Extractor, stored: Stored) -> Sequence[Figure]:
    """What the extractor finds; where the text was not kept or the figures came with it, what is known of it."""
    if not _is_readable(stored):
        return stored.figures
    return read_figures(stored.article, extractor, stored.origin)


def _key(row: Row) -> tuple[str, ...]:
    return tuple(str(row.get(name)) for name in _SAME)
