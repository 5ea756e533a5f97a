"""What a later extractor no longer reads: it stays in the ledger, and what is known is told anew without it."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from storage import queries
from storage.judging import Judge, add_version, mentions_of, reported
from storage.novelty import Traits, read
from storage.times import text_of

_STANDING = "NOT EXISTS (SELECT 1 FROM withdrawals WHERE withdrawals.figure = figures.id)"
_SAME_FAMILY = " AND ".join(f"other.{column} IS fact.{column}" for column in queries.FAMILY)


class Withdrawal:
    """Takes figures back in one transaction of the caller."""

    def __init__(self, connection: sqlite3.Connection, traits: Traits, *, now: datetime) -> None:
        """Prepare to take figures back.

        Args:
            connection: in a transaction.
            traits: metrics that behave in a way of their own.
            now: when the ledger learns of it.
        """
        self._connection = connection
        self._rows = connection.execute
        self._traits = traits
        self._now = now

    def take_back(self, figures: Sequence[int], extractor: str) -> None:
        """Withdraw figures; what is known and rested on them is told anew by the others that stand.

        Args:
            figures: ids of what is no longer read.
            extractor: name and version of what no longer reads them.
        """
        rows = [(figure, extractor, text_of(self._now)) for figure in figures]
        self._connection.executemany("INSERT INTO withdrawals (figure, extractor, since) VALUES (?, ?, ?)", rows)
        resting = {fact: figure for figure in figures for fact in self._resting_on(figure)}
        for fact, figure in sorted(resting.items()):
            self._tell_anew(fact, figure)

    def _resting_on(self, figure: int) -> list[int]:
        """Facts that would be others without a figure."""
        rows = self._rows(
            "SELECT fact.id FROM facts AS fact JOIN figures ON figures.fact = fact.id"
            " WHERE figures.id = :figure AND fact.withdrawn IS NULL AND (fact.figure = :figure"
            " OR :figure IN (SELECT figure FROM fact_values WHERE fact = fact.id)"
            " OR figures.epoch = fact.epoch)"
            # A milestone that was told again with a later date is held there, too.
            " UNION SELECT other.id FROM figures JOIN facts AS fact ON fact.id = figures.fact"
            f" JOIN facts AS other ON {_SAME_FAMILY}"
            " WHERE figures.id = :figure AND other.figure = :figure AND other.withdrawn IS NULL",
            {"figure": figure},
        )
        return [fact for (fact,) in rows]

    def _tell_anew(self, fact: int, cause: int) -> None:
        """Withdraw a fact, and judge what still stands of its figures as if it were told now."""
        self._rows("UPDATE facts SET withdrawn = ? WHERE id = ?", (text_of(self._now), fact))
        add_version(self._rows, fact, text_of(self._now), "withdrawn", cause)
        standing = self._rows(
            f"SELECT id, snapshot FROM figures WHERE fact = ? AND {_STANDING} ORDER BY id", (fact,)
        ).fetchall()
        for figure, snapshot in standing:
            self._judge(figure, snapshot)

    def _judge(self, figure: int, snapshot: int) -> None:
        """Judge one figure again; what it was when it was told stays its verdict."""
        stored = queries.stored_snapshot(self._connection, snapshot)
        told = reported(
            stored.article,
            article_id=stored.article_id,
            snapshot=snapshot,
            repost_of=stored.repost_of,
            now=self._now,
        )
        of_snapshot = [one for one in stored.figures if one not in stored.unjudged]
        judge = Judge(self._connection, self._traits, told, mentions_of(of_snapshot, read, self._traits))
        (mention,) = mentions_of([queries.stored_figure(self._connection, figure)], read, self._traits)
        decision = judge.decide(mention)
        place = judge.place(decision)
        # What it confirmed is still asked for by `facts --as-of`.
        self._rows(
            "INSERT INTO past_confirmations SELECT fact, epoch, since FROM confirmations WHERE figure = ?", (figure,)
        )
        self._rows(
            "UPDATE figures SET fact = ?, epoch = ?, confirmer = ? WHERE id = ?",
            (place.fact, place.epoch, place.confirmer, figure),
        )
        judge.write(decision, mention, figure, place)
        self._rows(
            "UPDATE facts SET first_seen = min(first_seen, (SELECT first_seen FROM figures WHERE id = ?)) WHERE id = ?",
            (figure, place.fact),
        )
