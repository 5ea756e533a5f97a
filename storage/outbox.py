"""The outbox: what is to be told to whom, written with the figures and kept until it is sent or given up.

A message passes through these states:

    gathering ──▶ waiting ──▶ sending ──▶ sent
                     ▲           │
                     ├───────────┼──▶ dead        refused for good, or in vain for a week
                     └─ backs off┴──▶ uncertain   handed over without an answer: repeated once

Who sends takes a lease (`lease`), says when the last byte is about to go (`hand_over`) and how it ended (`settle`),
each in a transaction of its own. A sender that dies leaves a lease that runs out: before the last byte the message
is plainly tried again, after it the message is uncertain. So nothing is lost and nothing is sent more than twice.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from storage.database import path_of, transaction
from storage.records import Posting, Recipient
from storage.times import text_of
from storage.wrapping import Database

State = Literal["gathering", "waiting", "sending", "sent", "uncertain", "dead"]
Outcome = Literal["sent", "temporary", "permanent", "uncertain"]
Kind = Literal["alerts", "baseline", "ops", "test"]

#: A send is a dozen exchanges of at most 30 s each; who takes longer has died.
LEASE = timedelta(minutes=10)
#: The first pause after a failure; each further one is twice as long.
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(days=1)
#: A message that could not be sent for so long is dead.
PATIENCE = timedelta(days=7)
#: An uncertain message is handed over once more and then left for a person to judge.
MOST_DOUBTS = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Leased:
    """A message in the hands of one delivery."""

    id: int
    #: Of this attempt: the proof of the lease.
    attempt: int
    recipient: Recipient
    kind: Kind
    key: str
    message_id: str
    #: None: not composed yet, see `Outbox.compose`.
    content: bytes | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Items:
    """What a message tells, in the order in which it came."""

    alerts: tuple[int, ...]
    notes: tuple[dict[str, Any], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Settled:
    """What follows from an attempt."""

    state: State
    #: None: there will be no further one.
    next_attempt: datetime | None = None

    @property
    def given_up(self) -> bool:
        """Whether the message is left as it is, not known to be sent."""
        return self.next_attempt is None and self.state != "sent"


@dataclass(frozen=True, kw_only=True, slots=True)
class Count:
    """Messages that are not sent although it is time, or that never will be."""

    #: Due now or after a failed attempt, and messages in other hands.
    waiting: int
    dead: int
    #: Handed over twice without an answer.
    uncertain: int


class Outbox:
    """The messages of one ledger. All datetimes are aware; every writing method but `post` is a transaction."""

    def __init__(self, db: Database, *, ops: Sequence[Recipient] = ()) -> None:
        """Open it on a ledger's database.

        Args:
            db: migrated.
            ops: who hears of messages that are given up, in the transaction that gives them up.
        """
        self._db = db
        self._ops = tuple(ops)

    def post(
        self, alert_id: int | None, posting: Posting, *, now: datetime, note: Mapping[str, Any] | None = None
    ) -> int:
        """Put an alert, a note, or nothing but the message itself where a posting says.

        Runs within the caller's transaction and is idempotent. Where the message of that recipient and key has been
        composed already, a further part is opened.

        Args:
            alert_id: None where what is told is no alert.
            posting: recipient, key and due time.
            now: when a message without a due time of its own was opened.
            note: JSON values for the composer, told instead of an alert.

        Returns:
            The message's id.
        """
        to, key = posting.recipient, posting.key
        if alert_id is not None and (known := self._telling(alert_id, posting)):
            return known
        open_part = self._one(
            "SELECT id, next_attempt FROM outbox WHERE channel = ? AND address = ? AND key = ? AND content IS NULL"
            " AND state IN ('gathering', 'waiting') ORDER BY part DESC",
            (to.channel, to.address, key),
        )
        message = self._open(posting, now) if open_part is None else int(open_part["id"])
        if alert_id is not None:
            self._execute("INSERT INTO outbox_items (message, alert) VALUES (?, ?)", (message, alert_id))
        elif note is not None:
            text = json.dumps(note, ensure_ascii=False, sort_keys=True)
            self._execute("INSERT OR IGNORE INTO outbox_items (message, note) VALUES (?, ?)", (message, text))
        return message

    def told(self, alert_id: int) -> frozenset[Recipient]:
        """Who has been told of an alert, or is about to be."""
        rows = self._all(
            "SELECT DISTINCT channel, address FROM outbox_items JOIN outbox ON outbox.id = message WHERE alert = ?",
            (alert_id,),
        )
        return frozenset(Recipient(**row) for row in rows)

    def close_run(self, run_id: int, now: datetime) -> int:
        """Release what a run has gathered, the baseline's summary too; gives the number of messages."""
        return self._release("(key = ? OR kind = 'baseline')", (run_key(run_id),), now)

    def release_orphans(self, now: datetime) -> int:
        """Release what runs that died had gathered; call it only where no run is under way.

        The summary of a baseline stays open: the next run completes it.

        Returns:
            The number of messages.
        """
        return self._release("kind <> 'baseline'", (), now)

    def lease(self, channel: str, *, now: datetime) -> Leased | None:
        """Take the next message of a channel that is due, or None.

        Messages with fewer attempts come first, so that one that kills its sender holds up no other.
        """
        with transaction(self._db):
            self._notice_dead_senders(channel, now)
            row = self._one(
                "SELECT *, (SELECT count(*) FROM attempts WHERE message = outbox.id) AS attempts FROM outbox"
                " WHERE channel = ? AND next_attempt <= ? ORDER BY attempts, next_attempt, id LIMIT 1",
                (channel, text_of(now)),
            )
            if row is None:
                return None
            attempt = self._execute(
                "INSERT INTO attempts (message, started) VALUES (?, ?)", (row["id"], text_of(now))
            ).lastrowid
            self._execute(
                "UPDATE outbox SET state = 'sending', next_attempt = NULL, leased_until = ?,"
                " tried_since = coalesce(tried_since, ?) WHERE id = ?",
                (text_of(now + LEASE), text_of(now), row["id"]),
            )
        assert attempt is not None
        return Leased(
            id=row["id"],
            attempt=attempt,
            recipient=Recipient(channel=row["channel"], address=row["address"]),
            kind=row["kind"],
            key=row["key"],
            message_id=row["message_id"],
            content=row["content"],
        )

    def items(self, message: int) -> Items:
        """What a message is to tell."""
        rows = self._all("SELECT alert, note FROM outbox_items WHERE message = ? ORDER BY id", (message,))
        return Items(
            alerts=tuple(row["alert"] for row in rows if row["alert"] is not None),
            notes=tuple(json.loads(row["note"]) for row in rows if row["note"] is not None),
        )

    def compose(self, leased: Leased, *, subject: str, content: bytes) -> None:
        """Keep what will be sent, now and at every repeat."""
        with transaction(self._db):
            self._execute(
                "UPDATE outbox SET subject = ?, content = ? WHERE id = ? AND content IS NULL",
                (subject, content, leased.id),
            )

    def hand_over(self, leased: Leased, *, now: datetime) -> None:
        """Note that the last byte is about to go: from now on the other side may have the message."""
        with self._lasting():
            self._execute("UPDATE attempts SET handed_over = ? WHERE id = ?", (text_of(now), leased.attempt))

    def settle(self, leased: Leased, outcome: Outcome, answer: str, *, now: datetime) -> Settled:
        """Note how an attempt ended and what follows from it.

        Args:
            leased: of `lease`.
            outcome: `sent`, or why not.
            answer: in the words of the other side.
            now: the end of the attempt.

        Returns:
            The message's state after it, and when it will be tried again.
        """
        with self._lasting():
            self._end_attempt(leased.attempt, outcome, answer, now)
            if outcome == "sent":
                # Even where the lease was lost meanwhile: what is sent is sent.
                self._execute(
                    "UPDATE outbox SET state = 'sent', sent = ?, next_attempt = NULL, leased_until = NULL"
                    " WHERE id = ? AND state <> 'sent'",
                    (text_of(now), leased.id),
                )
                return Settled(state="sent")
            return self._follow(leased.id, leased.attempt, outcome, now)

    def retry(self, message: int | None, now: datetime) -> int:
        """Make unsent messages due at once and forget how long they have been tried.

        Args:
            message: one; None: all that are dead, uncertain or backing off.
            now: from when they are due.

        Returns:
            How many: 0 where the message is sent, being sent, still gathering or not there.
        """
        waiting = "tried_since IS NOT NULL" if message is None else "id = :message"
        with transaction(self._db):
            return self._execute(
                "UPDATE outbox SET state = 'waiting', next_attempt = :now, tried_since = NULL, doubts = 0"
                f" WHERE (state IN ('dead', 'uncertain') OR state = 'waiting' AND {waiting})"
                " AND (:message IS NULL OR id = :message)",
                {"now": text_of(now), "message": message},
            ).rowcount

    def count(self, now: datetime) -> Count:
        """How many messages are overdue, dead or uncertain for good."""
        row = self._one(
            "SELECT coalesce(sum(state IN ('waiting', 'uncertain') AND (next_attempt <= :now"
            " OR next_attempt IS NOT NULL AND tried_since IS NOT NULL) OR state = 'sending'), 0) AS waiting,"
            " coalesce(sum(state = 'dead'), 0) AS dead,"
            " coalesce(sum(state = 'uncertain' AND next_attempt IS NULL), 0) AS uncertain FROM outbox",
            {"now": text_of(now)},
        )
        assert row is not None
        return Count(**row)

    def channels(self, now: datetime) -> tuple[str, ...]:
        """Channels that have a message due, or one whose sender may have died."""
        rows = self._all(
            "SELECT DISTINCT channel FROM outbox WHERE next_attempt <= :now"
            " OR state = 'sending' AND leased_until <= :now ORDER BY channel",
            {"now": text_of(now)},
        )
        return tuple(row["channel"] for row in rows)

    def rows(self) -> list[dict[str, Any]]:
        """Every message, the newest first, with the fields of `outbox list`."""
        return self._all(f"SELECT {_LISTED} FROM outbox ORDER BY id DESC")

    def show(self, message: int) -> dict[str, Any] | None:
        """A message with its items, its attempts and what it says; None where there is none of that id."""
        row = self._one(
            f"SELECT {_LISTED}, part, created, sent, content FROM outbox WHERE id = ?",
            (message,),
        )
        if row is None:
            return None
        content = row.pop("content")
        items = self.items(message)
        return {
            **row,
            "alerts": list(items.alerts),
            "notes": list(items.notes),
            "tries": self._all(
                "SELECT started, handed_over, ended, outcome, answer FROM attempts WHERE message = ? ORDER BY id",
                (message,),
            ),
            "content": None if content is None else content.decode("utf-8", "replace"),
        }

    @property
    def file(self) -> Path:
        """The ledger's file, for a delivery that opens it once a channel."""
        return Path(path_of(self._db))

    @contextmanager
    def _lasting(self) -> Iterator[None]:
        """A transaction that a power cut does not take back; others it may, as a whole."""
        self._execute("PRAGMA synchronous = FULL")
        try:
            with transaction(self._db):
                yield
        finally:
            self._execute("PRAGMA synchronous = NORMAL")

    def _telling(self, alert: int, posting: Posting) -> int | None:
        """The message that already tells an alert under the same recipient and key."""
        row = self._one(
            "SELECT outbox.id FROM outbox_items JOIN outbox ON outbox.id = message"
            " WHERE alert = ? AND channel = ? AND address = ? AND key = ?",
            (alert, posting.recipient.channel, posting.recipient.address, posting.key),
        )
        return None if row is None else int(row["id"])

    def _open(self, posting: Posting, now: datetime) -> int:
        to = posting.recipient
        row = self._one(
            "SELECT name, 1 + (SELECT count(*) FROM outbox WHERE channel = ? AND address = ? AND key = ?) AS part"
            " FROM outbox_identity",
            (to.channel, to.address, posting.key),
        )
        assert row is not None
        identity = json.dumps([row["name"], to.channel, to.address, posting.key, row["part"]])
        message = self._execute(
            "INSERT INTO outbox (channel, address, kind, key, part, message_id, state, created, next_attempt)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                to.channel,
                to.address,
                posting.kind,
                posting.key,
                row["part"],
                hashlib.sha256(identity.encode()).hexdigest()[:32],
                "gathering" if posting.due is None else "waiting",
                text_of(now),
                None if posting.due is None else text_of(posting.due),
            ),
        ).lastrowid
        assert message is not None
        return message

    def _release(self, which: str, arguments: tuple[Any, ...], now: datetime) -> int:
        with transaction(self._db):
            return self._execute(
                f"UPDATE outbox SET state = 'waiting', next_attempt = ? WHERE state = 'gathering' AND {which}",
                (text_of(now), *arguments),
            ).rowcount

    def _notice_dead_senders(self, channel: str, now: datetime) -> None:
        lost = self._all(
            "SELECT outbox.id, attempts.id AS attempt, handed_over FROM outbox JOIN attempts ON message = outbox.id"
            " WHERE channel = ? AND state = 'sending' AND leased_until <= ? AND ended IS NULL",
            (channel, text_of(now)),
        )
        for row in lost:
            if row["handed_over"]:
                self._end_attempt(row["attempt"], "uncertain", "killed before the answer came", now)
                self._follow(row["id"], row["attempt"], "uncertain", now, pause=timedelta())
            else:
                self._end_attempt(row["attempt"], "interrupted", "killed before the message was handed over", now)
                self._wait(row["id"], now)

    def _follow(
        self, message: int, attempt: int, outcome: Outcome, now: datetime, *, pause: timedelta | None = None
    ) -> Settled:
        """Decide after a failure: wait, repeat, or give up."""
        row = self._one(
            "SELECT state, next_attempt, message_id, doubts, tried_since,"
            " (SELECT count(*) FROM attempts WHERE message = outbox.id) AS attempts,"
            " (SELECT max(id) FROM attempts WHERE message = outbox.id) AS latest FROM outbox WHERE id = ?",
            (message,),
        )
        assert row is not None
        if row["state"] != "sending" or row["latest"] != attempt:
            # The lease ran out meanwhile and another delivery has taken over.
            return Settled(state=row["state"], next_attempt=now)
        doubts = row["doubts"] + (outcome == "uncertain")
        self._execute("UPDATE outbox SET doubts = ? WHERE id = ?", (doubts, message))
        if outcome == "uncertain" and doubts >= MOST_DOUBTS:
            return self._give_up(message, "uncertain", now)
        if outcome == "permanent" or text_of(now - PATIENCE) >= row["tried_since"]:
            return self._give_up(message, "dead", now)
        return self._wait(message, now + (back_off(row["message_id"], row["attempts"]) if pause is None else pause))

    def _wait(self, message: int, until: datetime) -> Settled:
        row = self._one(
            "UPDATE outbox SET state = iif(doubts, 'uncertain', 'waiting'), next_attempt = ?, leased_until = NULL"
            " WHERE id = ? RETURNING state",
            (text_of(until), message),
        )
        assert row is not None
        return Settled(state=row["state"], next_attempt=until)

    def _give_up(self, message: int, state: State, now: datetime) -> Settled:
        row = self._one(
            "UPDATE outbox SET state = ?, next_attempt = NULL, leased_until = NULL WHERE id = ?"
            " RETURNING kind, message_id",
            (state, message),
        )
        assert row is not None
        # A mail about a mail about a mail would never end.
        for recipient in self._ops if row["kind"] != "ops" else ():
            posting = Posting(recipient=recipient, kind="ops", key=f"given-up:{row['message_id']}", due=now)
            self.post(None, posting, now=now, note={"event": "given up", "message": message})
        return Settled(state=state)

    def _end_attempt(self, attempt: int, outcome: str, answer: str, now: datetime) -> None:
        self._execute(
            "UPDATE attempts SET ended = ?, outcome = ?, answer = ? WHERE id = ?",
            (text_of(now), outcome, answer, attempt),
        )

    def _execute(self, sql: str, arguments: Sequence[Any] | Mapping[str, Any] = ()) -> sqlite3.Cursor:
        return self._db.conn.execute(sql, arguments)

    def _all(self, sql: str, arguments: Sequence[Any] | Mapping[str, Any] = ()) -> list[dict[str, Any]]:
        cursor = self._execute(sql, arguments)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]

    def _one(self, sql: str, arguments: Sequence[Any] | Mapping[str, Any] = ()) -> dict[str, Any] | None:
        return next(iter(self._all(sql, arguments)), None)


#: The columns of `outbox list`.
_LISTED = """id, channel, address AS recipient, kind, key, state, subject,
    (SELECT count(*) FROM attempts WHERE message = outbox.id) AS attempts, next_attempt, message_id,
    CASE WHEN state <> 'sent' THEN (SELECT answer FROM attempts WHERE message = outbox.id AND outcome <> 'sent'
        ORDER BY id DESC LIMIT 1) END AS last_error"""


def run_key(run_id: int) -> str:
    """The key that gathers what a run finds.

    >>> run_key(7)
    'run:7'
    """
    return f"run:{run_id}"


def back_off(message_id: str, attempts: int) -> timedelta:
    """How long to wait after a failed attempt: twice as long each time, up to a day, spread by a quarter either way.

    The spread is drawn from message and attempt, so that messages that failed together do not come back together,
    and a message comes back at the same time however often it is computed.

    Args:
        message_id: of the message.
        attempts: made so far, this one included.
    """
    pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(attempts - 1, 12))
    drawn = int.from_bytes(hashlib.sha256(f"{message_id} {attempts}".encode()).digest()[:4]) / 2**32
    spread: timedelta = pause * (0.75 + drawn / 2)
    return min(LONGEST_PAUSE, spread)
