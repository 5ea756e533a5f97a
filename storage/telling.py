"""Alerts: what the policy decides of a figure becomes rows of alerts and outbox, in the caller's transaction."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import datetime, timedelta

from storage import queries
from storage.outbox import Outbox
from storage.outlets import Confirmed, outlets_of
from storage.records import Article, Judged, Policy
from storage.times import text_of


class Teller:
    """Tells what is news, and tells it to those who wait for more outlets once there are so many."""

    def __init__(self, connection: sqlite3.Connection, outbox: Outbox, max_age: timedelta) -> None:
        """Prepare to tell.

        Args:
            connection: in a transaction whenever something is told.
            outbox: of the same database.
            max_age: what was published longer ago is no news any more.
        """
        self._connection = connection
        self._outbox = outbox
        self._max_age = max_age

    def tell(self, judged: Judged, article: Article, policy: Policy, *, now: datetime, run: int | None) -> Judged:
        """Make an alert of a figure where the policy wants one; gives the figure with the alert's id."""
        outlets = outlets_of(self._connection, judged.fact_id) if judged.verdict == "refined" else 1
        postings = policy(self._compared(replace(judged, outlets=outlets)), article)
        if postings is None:
            return judged
        alert = self._connection.execute(
            "INSERT INTO alerts (figure, fact, verdict, created, run) VALUES (?, ?, ?, ?, ?)",
            (judged.figure_id, judged.fact_id, judged.verdict, text_of(now), run),
        ).lastrowid
        assert alert is not None
        for posting in postings:
            self._outbox.post(alert, posting, now=now)
        return replace(judged, alert_id=alert)

    def tell_again(self, confirmed: Confirmed, policy: Policy, *, now: datetime) -> None:
        """Ask the policy once more about news that more outlets say now; who has been told is not told again."""
        news = queries.news(self._connection, confirmed.figure)
        if news is None or now - (news.article.published or news.article.fetched) > self._max_age:
            return
        judged = self._compared(replace(news.judged, outlets=confirmed.outlets))
        assert judged.alert_id is not None
        told = self._outbox.told(judged.alert_id)
        for posting in policy(judged, news.article) or ():
            if posting.recipient not in told:
                self._outbox.post(judged.alert_id, posting, now=now)

    def _compared(self, judged: Judged) -> Judged:
        return replace(judged, before=queries.value_before(self._connection, judged.figure_id, judged.fact_id))
