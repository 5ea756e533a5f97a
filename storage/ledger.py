"""The ledger: one transaction writes article, snapshot, figures, facts, verdicts, alerts and their messages."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from storage import outlets, queries, sightings
from storage.columns import columns_of, optional_text
from storage.database import memory, transaction
from storage.judging import NOWHERE, Decision, Judge, Mention, Place, Reported, day_of, headed, mentions_of, reported
from storage.novelty import Traits, read
from storage.outbox import Outbox
from storage.outlets import Confirmed
from storage.queries import Row
from storage.records import Article, Figure, Held, Judged, Origin, Policy, Recorded, Stored, Told
from storage.reviews import Reviews
from storage.sameness import add_sketch, original_of, sketch_of
from storage.search import indexed
from storage.sightings import Known
from storage.slots import speaker_of
from storage.telling import Teller
from storage.times import text_of
from storage.withdrawing import Withdrawal
from storage.wrapping import Database

#: Says why a figure must wait for a person before it may change the ledger; None: it need not.
Hold = Callable[[Figure], str | None]

#: Their texts are public documents, kept in full whatever is kept of others.
_KEPT_TIERS = frozenset({"filing", "company"})

_ADD_FIGURE = (
    "INSERT INTO figures (id, snapshot, entity, metric, measure, value, unit, bound, low, high, resolution, period,"
    " aggregation, basis, speaker, place, start, stop, quote, quote_start, confidence, audit, extractor, verdict, fact,"
    " converted, previous, epoch, confirmer, first_seen)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


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

    def __init__(
        self,
        db: Database,
        *,
        max_age: timedelta = timedelta(days=14),
        keep: Literal["snapshots", "quotes"] = "snapshots",
        traits: Traits | None = None,
    ) -> None:
        """Open it on a database.

        Args:
            db: migrated, see `storage.database.connect`.
            max_age: an article published longer before it is read changes the ledger but alerts nobody.
            keep: `quotes` keeps of press articles only the sentences that hold figures.
            traits: metrics whose values behave in a way of their own.
        """
        self.db = db
        self._rows = db.conn.execute
        self._max_age = max_age
        self._keep = keep
        self._traits = traits or Traits()
        self._reviews = Reviews(db.conn)
        self._teller = Teller(db.conn, Outbox(db), max_age)

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
            ValueError: a figure's period is no contract form, or its numbers are not finite; nothing was written.
        """
        mentions = mentions_of(headed(figures), read, self._traits)
        with transaction(self.db):
            known = sightings.known(self.db.conn, article)
            if known is not None:
                known = sightings.settle(self.db.conn, known, article, now)
                # Its figures stand under one outlet, however another telling names it.
                article = article if article.outlet == known.outlet else replace(article, outlet=known.outlet)
            recorded = known and self._again(article, known)
            if recorded is None:
                told = self._add(article, known, mentions, now=now, run=run, baseline=baseline, extractor=extractor)
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

    # Reading again

    def snapshots(self, since: datetime | None = None) -> Iterator[Stored]:
        """Snapshots with their articles and figures in the order in which they were recorded.

        Args:
            since: recorded at that moment or later; None: all.
        """
        return queries.stored_snapshots(self.db.conn, since)

    def reread(
        self,
        snapshot_id: int,
        figures: Sequence[Figure],
        *,
        now: datetime,
        extractor: str,
        policy: Policy | None = None,
        hold: Hold | None = None,
    ) -> Recorded:
        """Take over what another extractor reads in a stored snapshot.

        What was read in it before and is read again stays as it is and is not repeated. What is no longer read is
        withdrawn, unless a person has accepted it: it stays, and supports nothing any more.

        Args:
            snapshot_id: of a stored snapshot.
            figures: all that the extractor reads in it.
            now: when the ledger learns of them.
            extractor: name and version of what read the figures.
            policy: decides who hears of what is new; None, as history should be read: nobody.
            hold: says which figures wait for a person.

        Raises:
            KeyError: there is no such snapshot.
            LedgerError: nothing was written.
        """
        with transaction(self.db):
            stored = queries.stored_snapshot(self.db.conn, snapshot_id)
            figures = headed(figures)
            before = [kept for kept in queries.figures_of(self.db.conn, snapshot_id) if not kept.withdrawn]
            contents = set(map(_content, figures))
            gone = [kept.id for kept in before if kept.review != "accepted" and _content(kept.figure) not in contents]
            Withdrawal(self.db.conn, self._traits, now=now).take_back(gone, extractor)
            known = {_content(kept.figure): kept.review for kept in before}
            fresh = [one for one in figures if _is_fresh(one, known, hold)]
            mentions = mentions_of(fresh, read, self._traits)
            told = reported(
                stored.article,
                article_id=stored.article_id,
                snapshot=snapshot_id,
                repost_of=stored.repost_of,
                now=now,
            )
            reading = _Reading(
                article=stored.article,
                told=told,
                now=now,
                policy=policy,
                hold=hold,
                run=None,
                silent=now - told.published > self._max_age,
                extractor=extractor,
            )
            judged, held = self._judge(mentions, reading)
        return Recorded(
            article_id=stored.article_id,
            snapshot_id=snapshot_id,
            new_snapshot=False,
            judged=judged,
            held=held,
            withdrawn=len(gone),
        )

    def rehearsal(self, since: datetime) -> Ledger:
        """A ledger in memory that knows what this one knew before a moment, for playing what came later again."""
        other = Ledger(memory(), max_age=self._max_age, traits=self._traits)
        for stored in queries.stored_snapshots(self.db.conn, before=since):
            figures = [figure for figure in stored.figures if figure not in stored.unjudged]
            # Where only quotes are kept, something else must tell one snapshot from the next.
            article = stored.article if stored.whole else replace(stored.article, text=str(stored.snapshot_id))
            other.record(article, figures, now=stored.recorded, baseline=True, extractor=stored.extractor)
        return other

    # Review

    def reviews(self, state: str | None = "waiting") -> list[Row]:
        """Figures that wait for a decision, or with another state; None: all."""
        return self._reviews.rows(state)

    def accept(self, review_id: int, *, now: datetime, policy: Policy | None = None) -> Judged:
        """Let a figure change the ledger, and tell of it where the policy says so.

        Raises:
            KeyError: there is no such review.
            ValueError: it is decided already.
        """
        with transaction(self.db):
            figure_id = self._reviews.decide(review_id, "accepted", now)
            snapshot = self._rows("SELECT snapshot FROM figures WHERE id = ?", (figure_id,)).fetchone()[0]
            stored = queries.stored_snapshot(self.db.conn, snapshot)
            told = reported(
                stored.article, article_id=stored.article_id, snapshot=snapshot, repost_of=stored.repost_of, now=now
            )
            (mention,) = mentions_of([queries.stored_figure(self.db.conn, figure_id)], read, self._traits)
            # A person has looked at it: it is told however long that took.
            reading = _Reading(
                article=stored.article, told=told, now=now, policy=policy, hold=None, run=None, silent=False
            )
            judge = Judge(self.db.conn, self._traits, told, [mention])
            decision = judge.decide(mention)
            place = judge.place(decision)
            self._rows(
                "UPDATE figures SET verdict = ?, fact = ?, converted = ?, previous = ?, epoch = ?, confirmer = ?"
                " WHERE id = ?",
                (*place, figure_id),
            )
            return self._follow(judge, decision, mention, figure_id=figure_id, place=place, reading=reading)

    def reject(self, review_id: int, *, now: datetime) -> None:
        """Never let this figure change the ledger; the same sentence is not asked about again.

        Raises:
            KeyError: there is no such review.
            ValueError: it is decided already.
        """
        with transaction(self.db):
            self._reviews.decide(review_id, "rejected", now)

    # Rows

    def facts(self, **where: Any) -> Iterator[Row]:
        """What is known: see `storage.queries.facts`."""
        return queries.facts(self.db.conn, **where)

    def figures(self, **where: Any) -> Iterator[Row]:
        """Every mention: see `storage.queries.figures`."""
        return queries.figures(self.db.conn, **where)

    def figure(self, figure_id: int) -> Row | None:
        """One mention with its sentence from the stored snapshot; None where there is no such figure."""
        return queries.figure(self.db.conn, figure_id)

    def alerts(self, **where: Any) -> Iterator[Row]:
        """What a person was to hear of: see `storage.queries.alerts`."""
        return queries.alerts(self.db.conn, **where)

    def articles(self, **where: Any) -> Iterator[Row]:
        """What was read: see `storage.queries.articles`."""
        return queries.articles(self.db.conn, **where)

    def origin(self, url: str) -> Origin | None:
        """How the article at a canonical address came; None: it is not known."""
        return queries.origin(self.db.conn, url)

    def knows_source(self, name: str) -> bool:
        """Whether some article came from a source."""
        return bool(self._rows("SELECT EXISTS (SELECT 1 FROM articles WHERE source = ?)", (name,)).fetchone()[0])

    def search(self, words: str, *, limit: int | None = 100) -> Iterator[Row]:
        """Articles that hold all the words in title or text, in any script, the newest."""
        return queries.articles(self.db.conn, search=words, limit=limit)

    def told(self, alert_ids: Iterable[int]) -> list[Told]:
        """What a message needs to tell alerts, in the order asked for.

        Raises:
            KeyError: there is no such alert.
        """
        return queries.told(self.db.conn, alert_ids)

    # Writing

    def _again(self, article: Article, known: Known) -> Recorded | None:
        """What was recorded where this text is kept already; None: it is a new one."""
        article_id = known.id
        rows = self._rows(
            "SELECT id, hash, fetched FROM snapshots WHERE article = ? ORDER BY id DESC", (article_id,)
        ).fetchall()
        digest = _digest(article)
        # What a search prints of an article is no text of it where its own is kept.
        sighted = article.opaque is not None and not known.opaque
        for number, (snapshot, hash_, _) in enumerate(rows):
            # An older text that was fetched later than the newest one has come back: that is an edit, too.
            if sighted or (hash_ == digest and (number == 0 or text_of(article.fetched) <= rows[0][2])):
                judged = tuple(
                    Judged(figure_id=kept.id, fact_id=kept.fact, alert_id=None, verdict="repeated", figure=kept.figure)
                    for kept in queries.figures_of(self.db.conn, snapshot)
                    if kept.fact is not None and not kept.withdrawn
                )
                return Recorded(article_id=article_id, snapshot_id=snapshot, new_snapshot=False, judged=judged)
        return None

    def _add(
        self,
        article: Article,
        known: Known | None,
        mentions: Sequence[Mention],
        *,
        now: datetime,
        run: int | None,
        baseline: bool,
        extractor: str,
    ) -> Reported:
        """Write a snapshot, and the article where it is not known."""
        sketch = sketch_of(article.text) if mentions else None
        id_, repost_of = known[:2] if known else self._add_article(article, sketch, now)
        whole = self._keep == "snapshots" or article.tier in _KEPT_TIERS
        snapshot = self._rows(
            "INSERT INTO snapshots (article, hash, title, text, language, published, dated, author, seen_url, fetched,"
            " first_seen, extractor, run, baseline, sketch) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                id_,
                _digest(article),
                article.title,
                zlib.compress(article.text.encode()) if whole else None,
                article.language,
                optional_text(article.published),
                article.dated.isoformat() if article.dated else None,
                article.author,
                article.seen_url if article.seen_url not in ("", article.url) else None,
                text_of(article.fetched),
                text_of(now),
                extractor,
                run,
                baseline,
                sketch,
            ),
        ).lastrowid
        assert snapshot is not None
        if sketch is not None:
            add_sketch(self.db.conn, snapshot, sketch, day_of(article))
        text = article.text if whole else "\n".join({mention.figure.quote for mention in mentions})
        row = (snapshot, indexed(article.title), indexed(text))
        self._rows("INSERT INTO texts (rowid, title, text) VALUES (?, ?, ?)", row)
        return reported(article, article_id=id_, snapshot=snapshot, repost_of=repost_of, now=now)

    def _add_article(self, article: Article, sketch: bytes | None, now: datetime) -> tuple[int, int | None]:
        repost_of = None if sketch is None else original_of(self.db.conn, sketch, day_of(article))
        id_ = self._rows(
            "INSERT INTO articles (url, outlet, tier, official, source, repost_of, first_seen, headline, site, within)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(article.url, article.outlet, article.tier, article.official, article.source, repost_of, text_of(now)),
                *sightings.columns(article),
            ),
        ).lastrowid
        assert id_ is not None
        return id_, repost_of

    def _judge(self, mentions: Sequence[Mention], reading: _Reading) -> tuple[tuple[Judged, ...], tuple[Held, ...]]:
        """Judge the figures of one snapshot in reading order and write what follows."""
        judge = Judge(self.db.conn, self._traits, reading.told, mentions)
        judged, held = [], []
        figure_id = self._rows("SELECT coalesce(max(id), 0) FROM figures").fetchone()[0]
        for mention in mentions:
            figure_id += 1
            decision = judge.decide(mention)
            reason = self._reason(mention.figure, decision, reading)
            if reason is not None:
                self._add_figure(figure_id, mention, reading, NOWHERE)
                held += self._reviews.put(
                    figure_id,
                    mention.figure,
                    reading.article.url,
                    verdict=decision.verdict,
                    reason=reason,
                    now=reading.now,
                )
                continue
            place = judge.place(decision)
            self._add_figure(figure_id, mention, reading, place)
            if reading.hold is not None and decision.verdict != "repeated":
                self._reviews.settle(figure_id, mention.figure, reading.article.url, reading.now)
            judged.append(self._follow(judge, decision, mention, figure_id=figure_id, place=place, reading=reading))
        return tuple(judged), tuple(held)

    def _follow(
        self, judge: Judge, decision: Decision, mention: Mention, *, figure_id: int, place: Place, reading: _Reading
    ) -> Judged:
        """Write what becomes of a figure's fact, and tell of it."""
        may_confirm = judge.write(decision, mention, figure_id, place)
        assert place.fact is not None
        judged = Judged(
            figure_id=figure_id,
            fact_id=place.fact,
            alert_id=None,
            verdict=decision.verdict,
            figure=mention.figure,
            previous=decision.previous,
        )
        if reading.policy is None:
            return judged
        if may_confirm:
            self._tell_again(judge, decision, mention, place.fact, reading)
        if judged.verdict == "repeated" or reading.silent:
            return judged
        return self._teller.tell(judged, reading.article, reading.policy, now=reading.now, run=reading.run)

    def _tell_again(self, judge: Judge, decision: Decision, mention: Mention, fact: int, reading: _Reading) -> None:
        """Tell those who wait for more outlets, where one more has confirmed what a fact or its rival says."""
        confirmed: Confirmed | None
        if decision.ruling.supports:
            confirmed = outlets.held(self.db.conn, fact)
        else:
            convert = judge.converter(mention.figure.period)
            confirmed = outlets.rival(self.db.conn, fact, mention.reading, convert)
        if confirmed is not None and reading.policy is not None:
            self._teller.tell_again(confirmed, reading.policy, now=reading.now)

    def _reason(self, figure: Figure, decision: Decision, reading: _Reading) -> str | None:
        """Why a figure must wait; None: it may change the ledger. What a person decided before holds."""
        if reading.hold is None or decision.verdict == "repeated":
            return None
        state = self._reviews.state(figure, reading.article.url)
        if state == "rejected":
            return "rejected before"
        return None if state == "accepted" else reading.hold(figure)

    def _add_figure(self, figure_id: int, mention: Mention, reading: _Reading, place: Place) -> None:
        figure, article = mention.figure, reading.article
        self._rows(
            _ADD_FIGURE,
            (
                *(figure_id, reading.told.snapshot, figure.entity, figure.metric, figure.measure),
                *columns_of(mention.reading),
                *(figure.period, figure.aggregation, figure.basis, mention.slot.speaker),
                *(figure.where, figure.start, figure.end, figure.quote),
                _quote_start(article.title if figure.where == "title" else article.text, figure),
                figure.confidence,
                json.dumps(figure.audit, ensure_ascii=False) if figure.audit else None,
                reading.extractor,
                *place,
                reading.told.now,
            ),
        )


def _content(figure: Figure) -> tuple[object, ...]:
    """What was read where: two readings of a figure with the same content are one."""
    where = (figure.where, figure.start, figure.entity, figure.metric, figure.measure)
    what = (figure.value, figure.unit, figure.bound, figure.period, figure.aggregation)
    return (*where, *what, figure.basis, speaker_of(figure))


def _is_fresh(figure: Figure, known: Mapping[tuple[object, ...], str | None], hold: Hold | None) -> bool:
    """Whether a reading adds to those of a snapshot: what has waited for a person may pass where it is sure now."""
    content = _content(figure)
    return content not in known or (known[content] == "waiting" and not (hold and hold(figure)))


def _digest(article: Article) -> bytes:
    return hashlib.sha256(f"{article.title}\0{article.text}".encode()).digest()


def _quote_start(text: str, figure: Figure) -> int | None:
    """Where the quote that holds the number begins; None where there is no such place."""
    quote = figure.quote
    at = text.find(quote, max(0, figure.end - len(quote)), figure.start + len(quote)) if quote else -1
    return at if 0 <= at <= figure.start else None
