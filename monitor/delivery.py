"""Outbox to channels: lease, compose once, send, mark at once; a step of its own that any number may run.

Each channel works in a thread with its own connection to the ledger, so that one that hangs delays no other. A failure
is noted with its answer and the next message is taken; nothing that goes wrong here loses one.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from monitor.alerts.compose import Composed, Reader, compose_alerts, compose_baseline, compose_note
from monitor.channels import Channel, Letter, Session, open_channels
from monitor.config import Config
from monitor.declarations.metrics import metrics
from monitor.declarations.watchlists import watched
from monitor.errors import ConfigError, DeliveryError, PermanentDeliveryError, UncertainDeliveryError
from monitor.ops import compose_ops
from storage import periods
from storage.database import connect, transaction
from storage.outbox import Leased, Outbox, Outcome
from storage.records import Posting, Recipient
from storage.times import text_of
from storage.wrapping import Database

if TYPE_CHECKING:
    from storage.ledger import Ledger
    from storage.rates import Rate

log = logging.getLogger(__name__)

#: Seconds between two looks at the ledger's change counter, each some microseconds.
_GLANCE = 0.02

Clock = Callable[[], datetime]


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivered:
    """What a delivery did and left."""

    sent: int
    #: Messages that are overdue or back off after a failure.
    waiting: int
    #: Given up in this delivery, or handed over twice without an answer.
    dead: int
    #: One line for each failed attempt: channel, recipient, answer and what follows.
    errors: tuple[str, ...]


def deliver(config: Config, *, now: Clock, only: str = "") -> Delivered:
    """Send what is due, over the channels that the operator has set up.

    Args:
        config: names ledger, channels and operators.
        now: the clock.
        only: over this channel; "": over all.

    Raises:
        LedgerError: the ledger cannot be used.
    """
    ops = operators(config)
    with closing(connect(config.database)) as db:
        names = set(Outbox(db).channels(now())) | {recipient.channel for recipient in ops}
    channels: dict[str, Channel] = {}
    errors: list[str] = []
    for name in sorted(names & {only} if only else names):
        try:
            channels |= open_channels([name], config)
        except ConfigError as error:
            errors.append(f"{name}: {error}")
    done = deliver_over(channels, config.database, reader=reader(config), now=now, ops=ops)
    return Delivered(sent=done.sent, waiting=done.waiting, dead=done.dead, errors=(*errors, *done.errors))


class Courier:
    """Delivers beside a run, from a thread: what may go at once goes as soon as it is recorded.

    Used as a context manager around the crawl; what is still due at its end is for the delivery that follows.
    """

    def __init__(self, config: Config, *, now: Clock) -> None:
        self._config = config
        self._now = now
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="courier")
        #: As in `Delivered`, of all that it has tried.
        self.errors: list[str] = []

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        """Look at the outbox whenever another connection has committed something; each channel works by itself."""
        with closing(connect(self._config.database)) as db, ThreadPoolExecutor(thread_name_prefix="courier") as threads:
            outbox, seen = Outbox(db), None
            works: dict[str, Future[None]] = {}
            #: What came for a channel while it was at work may have come too late for it.
            missed: set[str] = set()
            while not self._over.wait(_GLANCE):
                version = db.conn.execute("PRAGMA data_version").fetchone()[0]
                busy = {name for name, work in works.items() if not work.done()}
                due = set(outbox.channels(self._now())) if version != seen else missed - busy
                for name in due - busy:
                    works[name] = threads.submit(self._deliver, name)
                missed = (missed | due) & busy
                seen = version

    def _deliver(self, channel: str) -> None:
        try:
            tried = deliver(self._config, now=self._now, only=channel).errors
            self.errors += [line for line in tried if line not in self.errors]
        except Exception as error:
            # The crawl goes on, and the delivery after it will meet the same fault and tell it.
            log.exception("delivery beside the run")
            self.errors.append(f"delivery beside the run: {error}")


def post_test(config: Config, *, now: datetime) -> int:
    """Put a test message to everybody who hears of alerts or trouble into the outbox; gives their number.

    Raises:
        LedgerError: the ledger cannot be used.
    """
    readers = (Recipient(channel=to.channel, address=each) for to in config.settings.alerts.to for each in to.to)
    recipients = dict.fromkeys((*readers, *operators(config)))
    with closing(connect(config.database)) as db, transaction(db):
        for recipient in recipients:
            posting = Posting(recipient=recipient, kind="test", key=f"test:{text_of(now)}", due=now)
            Outbox(db).post(None, posting, now=now)
    return len(recipients)


def operators(config: Config) -> tuple[Recipient, ...]:
    """Who hears of broken sources and dead mail."""
    return tuple(Recipient(channel=to.channel, address=address) for to in config.settings.ops.to for address in to.to)


def reader(config: Config) -> Reader:
    """How mails speak: labels of the declarations, the operator's time zone."""
    labels = {name: metric.label for name, metric in metrics().items()}
    labels |= {entity.id: entity.label for entity in watched(config.settings.watch.lists)}
    currency = config.settings.alerts.currency
    return Reader(labels=labels, zone=config.settings.schedule.zone, rate=_rates_into(currency) if currency else None)


def _rates_into(currency: str) -> Callable[[str, str | None, date], Rate | None]:
    """Mean reference rates into a currency: of the period, or of the month of publication where none is stated."""
    from storage.rates import UnknownCurrencyError, known, mean_rate

    def rate(unit: str, period: str | None, day: date) -> Rate | None:
        if unit == currency or not known(unit):
            return None
        last = min(day, periods.last_day(period)) if period else day
        # Of an open start (all time up to its end) the last month counts.
        first = (periods.first_day(period) if period else None) or last.replace(day=1)
        try:
            return mean_rate(unit, currency, min(first, last), last)
        except UnknownCurrencyError:
            return None

    return rate


def deliver_over(
    channels: Mapping[str, Channel], database: Path, *, reader: Reader, now: Clock, ops: Sequence[Recipient] = ()
) -> Delivered:
    """Send what is due over these channels.

    Args:
        channels: by name; messages of others stay as they are.
        database: the ledger's file.
        reader: whom messages are for.
        now: the clock.
        ops: who hears of messages that are given up.
    """
    tally = _Tally()
    done: set[str] = set()
    with closing(connect(database)) as db:
        outbox = Outbox(db, ops=ops)
        # A message that one channel gives up may be told over another that had nothing to do before.
        while names := [name for name in outbox.channels(now()) if name in channels and name not in done]:
            done.update(names)
            with ThreadPoolExecutor(len(names), thread_name_prefix="delivery") as threads:
                works = {
                    name: threads.submit(_Work(name, channels[name], database, reader, now, ops, tally))
                    for name in names
                }
            for name, work in works.items():
                if (error := work.exception()) is not None:
                    log.error("channel %s stopped", name, exc_info=error)
                    tally.errors.append(f"{name}: {error}")
        count = outbox.count(now())
    return Delivered(sent=tally.sent, waiting=count.waiting, dead=tally.dead, errors=tuple(tally.errors))


@dataclass
class _Tally:
    """Written by several threads, one short append or addition at a time."""

    sent: int = 0
    dead: int = 0
    errors: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Work:
    """What is due on one channel, message after message."""

    name: str
    channel: Channel
    database: Path
    reader: Reader
    now: Clock
    ops: Sequence[Recipient]
    tally: _Tally

    def __call__(self) -> None:
        with closing(connect(self.database)) as db, self.channel.open() as session:
            outbox = Outbox(db, ops=self.ops)
            while (leased := outbox.lease(self.name, now=self.now())) is not None:
                self._one(db, outbox, session, leased)

    def _one(self, db: Database, outbox: Outbox, session: Session, leased: Leased) -> None:
        try:
            content = leased.content or self._compose(db, outbox, leased)
            answer = session.send(
                content, leased.recipient.address, hand_over=lambda: outbox.hand_over(leased, now=self.now())
            )
        except DeliveryError as error:
            outcome, answer = _outcome(error), str(error)
        except Exception as error:
            # A fault of ours in one message must not hold up the others, and may be mended before the week is over.
            log.exception("message %d", leased.id)
            outcome, answer = "temporary", f"{type(error).__name__}: {error}"
        else:
            outcome = "sent"
        settled = outbox.settle(leased, outcome, answer, now=self.now())
        if outcome == "sent":
            self.tally.sent += 1
            return
        self.tally.dead += settled.given_up
        follows = (
            settled.state if settled.next_attempt is None else f"again at {settled.next_attempt:%Y-%m-%d %H:%M} UTC"
        )
        self.tally.errors.append(f"{self.name} to {leased.recipient.address}: {answer} ({follows})")

    def _compose(self, db: Database, outbox: Outbox, leased: Leased) -> bytes:
        composed = compose(db, outbox, leased, self.reader)
        letter = Letter(
            id=leased.message_id,
            to=leased.recipient.address,
            subject=composed.subject,
            text=composed.text,
            html=composed.html,
            date=self.now(),
            thread=composed.thread,
            data=composed.data,
        )
        content = self.channel.render(letter)
        outbox.compose(leased, subject=composed.subject, content=content)
        return content


def _outcome(error: DeliveryError) -> Outcome:
    if isinstance(error, PermanentDeliveryError):
        return "permanent"
    return "uncertain" if isinstance(error, UncertainDeliveryError) else "temporary"


def compose(db: Database, outbox: Outbox, leased: Leased, reader: Reader) -> Composed:
    """A message in words, from what the ledger knows now."""
    items = outbox.items(leased.id)
    match leased.kind:
        case "alerts":
            return compose_alerts(_ledger(db).told(items.alerts), reader)
        case "baseline":
            return compose_baseline(
                list(_ledger(db).facts()),
                articles=db["articles"].count,
                figures=db["figures"].count,
                sources=[str(note["source"]) for note in items.notes if "source" in note],
                reader=reader,
                past=bool(items.notes) and all(note.get("past") for note in items.notes),
            )
        case "test":
            lines = ["This is a test: what the monitor finds will reach you this way.", "There is nothing to do."]
            return compose_note("Keling Monitor: test", lines, kind="test")
        case "ops":
            return compose_ops(items.notes, outbox.show)


def _ledger(db: Database) -> Ledger:
    from storage.ledger import Ledger

    return Ledger(db)
