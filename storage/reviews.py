"""Figures too uncertain to be told: they wait for a person, whose decision holds for the same sentence for ever."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from datetime import datetime

from storage import queries
from storage.records import Figure, Held, Value, Verdict
from storage.slots import speaker_of
from storage.times import text_of


class Reviews:
    """The reviews of one ledger; all writing runs within the caller's transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._rows = connection.execute
        self._connection = connection

    def state(self, figure: Figure, url: str) -> str | None:
        """What was decided about a figure: waiting, accepted or rejected; None: it was never asked about."""
        row = self._rows("SELECT state FROM reviews WHERE key = ?", (_key(figure, url),)).fetchone()
        return None if row is None else str(row[0])

    def put(
        self, figure_id: int, figure: Figure, url: str, *, verdict: Verdict, reason: str, now: datetime
    ) -> list[Held]:
        """Ask about a figure; nothing is asked where it was rejected before.

        Args:
            figure_id: its id; its row may be written later in the transaction.
            figure: what was read.
            url: its article's address.
            verdict: what it would be.
            reason: why it waits.
            now: when it is asked.

        Returns:
            The one that waits, or none.
        """
        key = _key(figure, url)
        self._rows(
            "INSERT INTO reviews (key, figure, verdict, reason, state, created) VALUES (?, ?, ?, ?, 'waiting', ?)"
            " ON CONFLICT (key) DO UPDATE SET figure = excluded.figure",
            (key, figure_id, verdict, reason, text_of(now)),
        )
        review, state = self._rows("SELECT id, state FROM reviews WHERE key = ?", (key,)).fetchone()
        if state != "waiting":
            return []
        return [Held(review_id=review, figure_id=figure_id, verdict=verdict, figure=figure, reason=reason)]

    def settle(self, figure_id: int, figure: Figure, url: str, now: datetime) -> None:
        """Nobody need be asked about a figure any more: it changes the ledger.

        Args:
            figure_id: its id.
            figure: what was read.
            url: its article's address.
            now: when it does.
        """
        self._rows(
            "UPDATE reviews SET state = 'accepted', decided = ?, figure = ? WHERE key = ? AND state = 'waiting'",
            (text_of(now), figure_id, _key(figure, url)),
        )

    def decide(self, review_id: int, state: str, now: datetime) -> int:
        """Write a decision.

        Returns:
            The figure that it is about.

        Raises:
            KeyError: there is no such review.
            ValueError: it is decided already, or its figure is withdrawn.
        """
        query = (
            "SELECT figure, CASE WHEN state = 'waiting' AND figure IN (SELECT figure FROM withdrawals)"
            " THEN 'withdrawn' ELSE state END FROM reviews WHERE id = ?"
        )
        row = self._rows(query, (review_id,)).fetchone()
        if row is None:
            raise KeyError(f"no review has the id {review_id}")
        if row[1] != "waiting":
            raise ValueError(f"review {review_id} is {row[1]} already")
        self._rows("UPDATE reviews SET state = ?, decided = ? WHERE id = ?", (state, text_of(now), review_id))
        return int(row[0])

    def rows(self, state: str | None) -> list[queries.Row]:
        """Reviews with the figures that they are about, oldest first."""
        return queries.reviews(self._connection, state)


def _key(figure: Figure, url: str) -> bytes:
    """The same candidate: the same in the same sentence at the same address, whoever reads it and whenever."""
    parts = (
        url,
        figure.quote,
        figure.entity,
        figure.metric,
        figure.measure,
        _plain(figure.value),
        figure.unit,
        figure.bound,
        figure.period,
        figure.aggregation,
        figure.basis,
        speaker_of(figure),
    )
    return hashlib.blake2b(json.dumps(parts).encode(), digest_size=16).digest()


def _plain(value: Value) -> str | list[str]:
    """The same for equal values, however their digits are kept."""
    if isinstance(value, tuple):
        return [str(end.normalize()) for end in value]
    return value if isinstance(value, str) else str(value.normalize())
