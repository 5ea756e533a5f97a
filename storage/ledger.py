"""The ledger: one transaction writes article, snapshot, figures, facts, verdicts, alerts and their messages."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from sqlite_utils import Database

from storage.columns import columns_of, optional_stamp, stamp
from storage.database import transaction
from storage.judging import Decision, Judge, Mention, Reported, mentions_of
from storage.novelty import Traits, read
from storage.outbox import Outbox
from storage.records import Article, Figure, Held, Judged, Policy, Recorded

#: Says why a figure must wait for a person before it may change the ledger; None: it need not.
Hold = Callable[[Figure], str | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Reading:
    """How one snapshot is being read."""

    article: Article
    told: Reported
    now: datetime
    policy: Policy | None
    hold: Hold | None
    run: int | None
    #: Too old, or part of a baseline: nothing of it is told.
    silent: bool
    #: None: that of the snapshot.
    extractor: str | None = None


class Ledger:
    """What is known, in one database."""

    def __init__(self, db: Database, *, max_age: timedelta = timedelta(days=14), traits: Traits | None = None) -> None:
        """Open it on a database.

        Args:
            db: migrated, see `storage.database.connect`.
            max_age: an article published longer before it is read changes the ledger but alerts nobody.
            traits: metrics whose values behave in a way of their own.
        """
        self._db = db
        self._rows = db.conn.execute
        self._max_age = max_age
        self._traits = traits or Traits()
        self._outbox = Outbox(db)

    # Writing

    def record(
        self,
        article: Article,
        figures: Sequence[Figure],
        *,
        now: datetime,
        policy: Policy | None = None,
        run: int | None = None,
        baseline: bool = False,
        extractor: str = "",
        hold: Hold | None = None,
        within: Callable[[Recorded], None] | None = None,
    ) -> Recorded:
        """Write an article with its figures and all that follows from them, in one transaction.

        A text that is kept already for this article writes nothing. A new text of a known article is a new snapshot.

        Args:
            article: as it was fetched; its canonical URL is its identity.
            figures: as read in it.
            now: when the ledger learns of them.
            policy: decides who hears of what is new; None: nobody.
            run: the run that brought it.
            baseline: part of a first filling: nothing is told.
            extractor: name and version of what read the figures.
            hold: says which figures wait for a person before they may change the ledger.
            within: called in the same transaction, also where nothing was written.

        Raises:
            LedgerError: nothing was written.
            ValueError: a figure's period is no contract form; nothing was written.
        """
        mentions = mentions_of(figures, read, self._traits)
        with transaction(self._db):
            kept = self._kept(article)
            recorded = self._again(kept) if kept else None
            if recorded is None:
                told = self._add(article, now=now, run=run, baseline=baseline, extractor=extractor)
                silent = baseline or now - told.published > self._max_age
                reading = _Reading(
                    article=article, told=told, now=now, policy=policy, hold=hold, run=run, silent=silent
                )
                judged, held = self._judge(mentions, reading)
                recorded = Recorded(
                    article_id=told.article, snapshot_id=told.snapshot, new_snapshot=True, judged=judged, held=held
                )
            if within is not None:
                within(recorded)
        return recorded

    def _kept(self, article: Article) -> tuple[int, int] | None:
        """Article and snapshot where this text is kept already."""
        rows = self._rows(
            "SELECT article, id, hash, fetched FROM snapshots WHERE article = (SELECT id FROM articles WHERE url = ?)"
            " ORDER BY id DESC",
            (article.url,),
        ).fetchall()
        digest = _digest(article)
        for number, (article_id, snapshot, hash_, _) in enumerate(rows):
            # An older text that was fetched later than the newest one has come back: that is an edit, too.
            if hash_ == digest and (number == 0 or stamp(article.fetched) <= rows[0][3]):
                return article_id, snapshot
        return None

    def _again(self, kept: tuple[int, int]) -> Recorded:
        article, snapshot = kept
        judged = tuple(
            Judged(figure_id=id_, fact_id=fact, alert_id=None, verdict="repeated", figure=figure)
            for id_, fact, figure in self._figures_of(snapshot)
        )
        return Recorded(article_id=article, snapshot_id=snapshot, new_snapshot=False, judged=judged)

    def _add(self, article: Article, *, now: datetime, run: int | None, baseline: bool, extractor: str) -> Reported:
        """Write article and snapshot."""
        row = self._rows("SELECT id, repost_of FROM articles WHERE url = ?", (article.url,)).fetchone()
        id_, repost_of = row or (self._add_article(article, now), None)
        snapshot = self._rows(
            "INSERT INTO snapshots (article, hash, title, text, language, published, dated, author, seen_url, fetched,"
            " first_seen, extractor, run, baseline) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                id_,
                _digest(article),
                article.title,
                zlib.compress(article.text.encode(), 6),
                article.language,
                optional_stamp(article.published),
                article.dated.isoformat() if article.dated else None,
                article.author,
                article.seen_url if article.seen_url not in ("", article.url) else None,
                stamp(article.fetched),
                stamp(now),
                extractor,
                run,
                baseline,
            ),
        ).lastrowid
        assert snapshot is not None
        return _reported(article, article_id=id_, snapshot=snapshot, repost_of=repost_of, now=now)

    def _add_article(self, article: Article, now: datetime) -> int:
        id_ = self._rows(
            "INSERT INTO articles (url, outlet, tier, official, source, repost_of, first_seen)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (article.url, article.outlet, article.tier, article.official, article.source, None, stamp(now)),
        ).lastrowid
        assert id_ is not None
        return id_

    def _judge(self, mentions: Sequence[Mention], reading: _Reading) -> tuple[tuple[Judged, ...], tuple[Held, ...]]:
        """Judge the figures of one snapshot in reading order and write what follows."""
        judge = Judge(self._db.conn, self._traits, reading.told, mentions)
        judged, held = [], []
        figure_id = self._rows("SELECT coalesce(max(id), 0) FROM figures").fetchone()[0]
        for mention in mentions:
            figure_id += 1
            decision = judge.decide(mention)
            waits = self._held(mention, figure_id, decision, reading)
            if waits is not None:
                self._add_figure(mention, figure_id, reading)
                held.append(waits)
                continue
            fact, previous = judge.write(decision, mention, figure_id)
            self._add_figure(mention, figure_id, reading, decision, fact, previous)
            one = Judged(
                figure_id=figure_id,
                fact_id=fact,
                alert_id=None,
                verdict=decision.verdict,
                figure=mention.figure,
                previous=decision.previous,
            )
            judged.append(self._alerted(one, reading))
        return tuple(judged), tuple(held)

    def _held(self, mention: Mention, figure_id: int, decision: Decision, reading: _Reading) -> Held | None:
        return None

    def _add_figure(
        self,
        mention: Mention,
        figure_id: int,
        reading: _Reading,
        decision: Decision | None = None,
        fact: int | None = None,
        previous: int | None = None,
    ) -> None:
        figure = mention.figure
        self._rows(
            "INSERT INTO figures (id, snapshot, entity, metric, measure, value, unit, bound, low, high, resolution,"
            " period, aggregation, basis, speaker, place, start, stop, quote, confidence, audit, extractor, verdict,"
            " fact, converted, previous, first_seen)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                figure_id,
                reading.told.snapshot,
                figure.entity,
                figure.metric,
                figure.measure,
                *columns_of(mention.reading),
                figure.period,
                figure.aggregation,
                figure.basis,
                mention.slot.speaker,
                figure.where,
                figure.start,
                figure.end,
                figure.quote,
                figure.confidence,
                json.dumps(figure.audit, ensure_ascii=False) if figure.audit else None,
                reading.extractor,
                decision.verdict if decision else None,
                fact,
                (decision.ruling.converted or None) if decision else None,
                previous,
                reading.told.now,
            ),
        )

    def _alerted(self, judged: Judged, reading: _Reading) -> Judged:
        """Tell it where the policy wants it told."""
        if judged.verdict == "repeated" or reading.silent or reading.policy is None:
            return judged
        postings = reading.policy(judged, reading.article)
        if postings is None:
            return judged
        alert = self._rows(
            "INSERT INTO alerts (figure, fact, verdict, created, run) VALUES (?, ?, ?, ?, ?)",
            (judged.figure_id, judged.fact_id, judged.verdict, stamp(reading.now), reading.run),
        ).lastrowid
        assert alert is not None
        for posting in postings:
            self._outbox.post(alert, posting, now=reading.now)
        return replace(judged, alert_id=alert)

    def _figures_of(self, snapshot: int) -> list[tuple[int, int, Figure]]:
        return []


def _digest(article: Article) -> bytes:
    return hashlib.sha256(f"{article.title}\0{article.text}".encode()).digest()


def _reported(article: Article, *, article_id: int, snapshot: int, repost_of: int | None, now: datetime) -> Reported:
    published = article.published or article.fetched
    return Reported(
        article=article_id,
        snapshot=snapshot,
        published=published,
        day=article.dated or published.astimezone(UTC).date(),
        official=article.official,
        outlet=article.outlet,
        tier=article.tier,
        repost_of=repost_of,
        now=stamp(now),
    )
