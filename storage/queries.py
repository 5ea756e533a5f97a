"""What is read out of the ledger: rows as the commands print them, and what a message tells of an alert."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage import periods
from storage.columns import optional_day, optional_decimal, optional_moment, value_of
from storage.records import Article, Excerpt, Figure, Holding, Judged, Origin, Point, Stored, Told, Value
from storage.search import holding, matching
from storage.times import moment_of, text_of

Row = dict[str, Any]
#: One word, several of which one must agree, or None for all.
Words = str | Sequence[str] | None

#: Columns that facts of one thing in different periods share.
FAMILY = ("metric", "entity", "measure", "kind", "basis", "speaker", "slot_aggregation")

#: A chart shows no more.
_LONGEST_SERIES = 60

_PLACE = "JOIN snapshots ON snapshots.id = figures.snapshot JOIN articles ON articles.id = snapshots.article"


class Where:
    """Conditions that are added up."""

    def __init__(self) -> None:
        self._conditions: list[str] = []
        self.parameters: list[object] = []

    def words(self, column: str, words: Words) -> Where:
        """The column is one of the words."""
        if words is not None and words != ():
            chosen = [words] if isinstance(words, str) else list(words)
            return self.that(f"{column} IN ({', '.join('?' * len(chosen))})", *chosen)
        return self

    def at_least(self, column: str, moment: datetime | None) -> Where:
        """The column's time is that moment or later."""
        return self if moment is None else self.that(f"{column} >= ?", text_of(moment))

    def at_most(self, column: str, moment: datetime | None) -> Where:
        """The column's time is that moment or earlier."""
        return self if moment is None else self.that(f"{column} <= ?", text_of(moment))

    def that(self, condition: str, *parameters: object) -> Where:
        """The condition holds."""
        self._conditions.append(condition)
        self.parameters += parameters
        return self

    def __str__(self) -> str:
        return " AND ".join(self._conditions) or "true"


def _newest(
    connection: sqlite3.Connection, select: str, where: Where, *, key: str, limit: int | None = None
) -> Iterator[sqlite3.Row]:
    """The rows of a query in the order of a key; with a limit the newest of them."""
    if limit is None:
        query = f"{select} WHERE {where} ORDER BY {key}"
    else:
        query = f"SELECT * FROM ({select} WHERE {where} ORDER BY {key} DESC LIMIT {int(limit)}) ORDER BY id"
    return _rows(connection, query, where.parameters)


def _rows(connection: sqlite3.Connection, query: str, parameters: Iterable[object] = ()) -> Iterator[sqlite3.Row]:
    cursor = connection.cursor()
    cursor.row_factory = sqlite3.Row
    return iter(cursor.execute(query, tuple(parameters)))


def facts(
    connection: sqlite3.Connection,
    *,
    id: int | None = None,  # noqa: A002 - the column's name, as users know it
    entity: Words = None,
    metric: Words = None,
    since: datetime | None = None,
    as_of: datetime | None = None,
    limit: int | None = None,
) -> Iterator[Row]:
    """What is known, oldest first; with `as_of`, what was known then."""
    chosen = Where().words("metric", metric).words("entity", entity).at_least("first_seen", since)
    chosen.at_most("first_seen", as_of)
    if id is not None:
        chosen.that("id = ?", id)
    if as_of is None:
        chosen.that("withdrawn IS NULL")
    newest = "" if limit is None else f" ORDER BY id DESC LIMIT {int(limit)}"
    # The few rows first, and then what belongs to them.
    where = Where().that(f"facts.id IN (SELECT id FROM facts WHERE {chosen}{newest})", *chosen.parameters)
    held, source, until = "facts", "facts", ""
    if as_of is not None:
        held, until = "held", " AND since <= ?"
        source = (
            "facts JOIN fact_versions AS held ON held.id = (SELECT id FROM fact_versions WHERE fact = facts.id"
            " AND since <= ? ORDER BY id DESC LIMIT 1)"
        )
        # In the order in which they stand in the query: outlets, then source, then conditions.
        where.parameters[:0] = [text_of(as_of)] * 3
        where.that("held.verdict <> 'withdrawn'")
    outlets = f"(SELECT count(*) FROM confirmations WHERE fact = facts.id AND epoch = {held}.epoch{until})"
    if as_of is not None:
        outlets += f" + {outlets.replace('confirmations', 'past_confirmations')}"
    select = (
        f"SELECT facts.id, facts.entity, facts.metric, facts.measure, {held}.value, {held}.unit, {held}.bound,"
        f" {held}.low, {held}.high, {held}.period, {held}.aggregation, facts.basis, facts.speaker, {held}.status,"
        f" facts.first_seen, {held}.published, {outlets} AS outlets, figures.quote, articles.url"
        f" FROM {source} JOIN figures ON figures.id = {held}.figure {_PLACE}"
    )
    return map(_plain, _newest(connection, select, where, key="facts.id"))


_FIGURE = (
    "SELECT figures.id, figures.entity, figures.metric, figures.measure, figures.value, figures.unit, figures.bound,"
    " figures.low, figures.high, figures.period, figures.aggregation, figures.basis, figures.speaker,"
    " CASE WHEN withdrawals.figure IS NOT NULL THEN 'withdrawn' ELSE coalesce(reviews.state, 'recorded') END AS status,"
    " figures.first_seen,"
    " coalesce(snapshots.published, snapshots.fetched) AS published,"
    " (SELECT count(*) FROM confirmations WHERE fact = facts.id AND epoch = facts.epoch) AS outlets,"
    ' figures.quote, articles.url, figures.place AS "where", figures.start, figures.stop AS "end",'
    " figures.confidence, figures.audit, figures.verdict, figures.fact, figures.converted, figures.snapshot,"
    " snapshots.article"
    f" FROM figures {_PLACE} LEFT JOIN facts ON facts.id = figures.fact"
    " LEFT JOIN reviews ON reviews.figure = figures.id LEFT JOIN withdrawals ON withdrawals.figure = figures.id"
)


def figures(
    connection: sqlite3.Connection,
    *,
    entity: Words = None,
    metric: Words = None,
    verdict: Words = None,
    since: datetime | None = None,
    as_of: datetime | None = None,
    article: int | None = None,
    fact: int | None = None,
    search: str | None = None,
    limit: int | None = None,
) -> Iterator[Row]:
    """Every mention, oldest first; `search` finds words in its sentence."""
    where = Where().words("figures.metric", metric).words("figures.entity", entity).words("figures.verdict", verdict)
    where.at_least("figures.first_seen", since).at_most("figures.first_seen", as_of)
    if article is not None:
        where.that("figures.snapshot IN (SELECT id FROM snapshots WHERE article = ?)", article)
    if fact is not None:
        where.that("figures.fact = ?", fact)
    if search is not None:
        where.that("figures.snapshot IN (SELECT rowid FROM texts WHERE texts MATCH ?)", matching(search))
        # Of the texts that hold the words, the sentences that do; SQLite's own lower() knows ASCII only.
        connection.create_function("holds_words", 1, holding(search), deterministic=True)
        where.that("holds_words(figures.quote)")
    return map(_plain, _newest(connection, _FIGURE, where, key="figures.id", limit=limit))


def figure(connection: sqlite3.Connection, id_: int) -> Row | None:
    """One mention with its sentence as it stands in the stored snapshot; None where there is no such figure."""
    found = next(_rows(connection, f"{_FIGURE} WHERE figures.id = ?", (id_,)), None)
    if found is None:
        return None
    row = _plain(found)
    place = next(
        _rows(
            connection,
            "SELECT snapshots.title, snapshots.text, snapshots.language, snapshots.fetched, snapshots.hash,"
            " coalesce(figures.extractor, snapshots.extractor) AS extractor, articles.outlet, articles.tier,"
            f" figures.place, figures.quote_start FROM figures {_PLACE} WHERE figures.id = ?",
            (id_,),
        )
    )
    text = place["title"] if place["place"] == "title" else _text(place["text"])
    begin = place["quote_start"]
    return {
        **row,
        "quote": row["quote"] if text is None or begin is None else text[begin : begin + len(row["quote"])],
        "printed": None if text is None else text[row["start"] : row["end"]],
        "title": place["title"],
        "outlet": place["outlet"],
        "tier": place["tier"],
        "language": place["language"],
        "fetched": place["fetched"],
        "hash": place["hash"].hex(),
        "extractor": place["extractor"] or None,
    }


def alerts(
    connection: sqlite3.Connection,
    *,
    entity: Words = None,
    metric: Words = None,
    verdict: Words = None,
    since: datetime | None = None,
    as_of: datetime | None = None,
    limit: int | None = None,
) -> Iterator[Row]:
    """What a person was to hear of, oldest first."""
    where = Where().words("figures.metric", metric).words("figures.entity", entity).words("alerts.verdict", verdict)
    where.at_least("alerts.created", since).at_most("alerts.created", as_of)
    select = (
        "SELECT alerts.id, alerts.verdict, alerts.fact, alerts.created, alerts.run, alerts.figure, figures.entity,"
        " figures.metric, figures.measure, figures.value, figures.unit, figures.bound, figures.low, figures.high,"
        " coalesce(figures.period, facts.period) AS period, figures.aggregation, figures.basis, figures.speaker,"
        " figures.quote, articles.url, (SELECT json_group_array(message) FROM outbox_items WHERE alert = alerts.id)"
        f" AS messages FROM alerts JOIN figures ON figures.id = alerts.figure {_PLACE}"
        " JOIN facts ON facts.id = alerts.fact"
    )
    return map(_plain, _newest(connection, select, where, key="alerts.id", limit=limit))


def articles(
    connection: sqlite3.Connection,
    *,
    since: datetime | None = None,
    outlet: Words = None,
    search: str | None = None,
    limit: int | None = None,
) -> Iterator[Row]:
    """What was read, oldest first, as of its latest snapshot; `search` finds words in any snapshot's title and text."""
    where = Where().words("articles.outlet", outlet).at_least("snapshots.fetched", since)
    if search is not None:
        found = "SELECT article FROM snapshots WHERE id IN (SELECT rowid FROM texts WHERE texts MATCH ?)"
        where.that(f"articles.id IN ({found})", matching(search))
    select = (
        "SELECT articles.id, articles.url, snapshots.title, articles.outlet, articles.tier, articles.official,"
        " snapshots.language, snapshots.published, snapshots.fetched, articles.source, articles.repost_of,"
        " articles.first_seen, (SELECT count(*) FROM snapshots WHERE article = articles.id) AS snapshots,"
        " (SELECT count(*) FROM figures JOIN snapshots ON snapshots.id = figures.snapshot"
        " WHERE snapshots.article = articles.id) AS figures FROM articles"
        " JOIN snapshots ON snapshots.id = (SELECT max(id) FROM snapshots WHERE article = articles.id)"
    )
    return map(_plain, _newest(connection, select, where, key="articles.id", limit=limit))


def told(connection: sqlite3.Connection, alert_ids: Iterable[int]) -> list[Told]:
    """What a message needs to tell alerts, in the order asked for.

    Raises:
        KeyError: there is no such alert.
    """
    return [_told(connection, alert) for alert in alert_ids]


def _told(connection: sqlite3.Connection, id_: int) -> Told:
    query = (
        "SELECT alerts.fact, alerts.figure, alerts.verdict, alerts.created, figures.previous, figures.snapshot,"
        f" articles.repost_of FROM alerts JOIN figures ON figures.id = alerts.figure {_PLACE} WHERE alerts.id = ?"
    )
    row = next(_rows(connection, query, (id_,)), None)
    if row is None:
        raise KeyError(f"no alert has the id {id_}")
    columns = "value, unit, bound, low, high, period, figure"
    fact = next(_rows(connection, f"SELECT *, {columns} FROM facts WHERE id = ?", (row["fact"],)))
    before = _rows(connection, f"SELECT {columns} FROM fact_versions WHERE id = ?", (row["previous"],))
    confirmed = _rows(
        connection,
        "SELECT outlet, tier FROM confirmations WHERE fact = ? AND epoch = ? ORDER BY since, figure",
        (row["fact"], fact["epoch"]),
    )
    return Told(
        alert_id=id_,
        fact_id=row["fact"],
        figure_id=row["figure"],
        verdict=row["verdict"],
        created=moment_of(row["created"]),
        figure=stored_figure(connection, row["figure"]),
        excerpt=_excerpt(connection, row["figure"]),
        previous=next((_holding(connection, one) for one in before), None),
        now=_holding(connection, fact),
        confirmed=tuple((one["outlet"], one["tier"]) for one in confirmed),
        series=tuple(_series(connection, fact)),
        repost=row["repost_of"] is not None,
        also=_also(connection, row["snapshot"], row["figure"]),
    )


def _also(connection: sqlite3.Connection, snapshot: int, figure_id: int) -> dict[int, Figure]:
    """The figures of a snapshot that are about other facts, one a fact, by id in reading order.

    The last of them: what a headline rounds, the text and its tables tell to the digit.
    """
    rows = _rows(
        connection,
        "SELECT * FROM figures WHERE id IN (SELECT max(id) FROM figures WHERE snapshot = ?"
        " AND fact <> (SELECT fact FROM figures WHERE id = ?) AND id NOT IN (SELECT figure FROM withdrawals)"
        " GROUP BY fact) ORDER BY id",
        (snapshot, figure_id),
    )
    return {row["id"]: figure_of(row) for row in rows}


@dataclass(frozen=True, kw_only=True, slots=True)
class News:
    """A figure that made an alert, with its article."""

    judged: Judged
    #: Without its text.
    article: Article


def news(connection: sqlite3.Connection, figure_id: int) -> News | None:
    """What a figure was when it made an alert; None where it made none."""
    query = (
        "SELECT alerts.id AS alert, alerts.fact AS fact_id, alerts.verdict AS verdict_told, figures.*,"
        " fact_versions.id AS version, fact_versions.value AS v_value, fact_versions.low AS v_low,"
        " fact_versions.high AS v_high FROM alerts JOIN figures ON figures.id = alerts.figure"
        " LEFT JOIN fact_versions ON fact_versions.id = figures.previous WHERE alerts.figure = ?"
    )
    row = next(_rows(connection, query, (figure_id,)), None)
    if row is None:
        return None
    place = next(_rows(connection, f"{_STORED} WHERE snapshots.id = ?", (row["snapshot"],)))
    judged = Judged(
        figure_id=figure_id,
        fact_id=row["fact_id"],
        alert_id=row["alert"],
        verdict=row["verdict_told"],
        figure=figure_of(row),
        previous=None if row["version"] is None else value_of(row["v_value"], row["v_low"], row["v_high"]),
    )
    return News(judged=judged, article=_article(place, text=""))


def value_before(connection: sqlite3.Connection, figure_id: int, fact_id: int) -> Value | None:
    """What a figure's change counts from, in its unit: what its fact held, else what is held for the period before.

    That is the latest earlier one of the same length.
    """
    unit, period, previous = connection.execute(
        "SELECT figures.unit, coalesce(figures.period, facts.period), figures.previous FROM figures, facts"
        " WHERE figures.id = ? AND facts.id = ?",
        (figure_id, fact_id),
    ).fetchone()
    if previous is not None:
        query = "SELECT value, low, high FROM fact_versions WHERE id = ? AND unit = ?"
        held = connection.execute(query, (previous, unit)).fetchone()
        return None if held is None else value_of(*held)
    if period is None:
        return None
    same = " AND ".join(f"held.{column} IS facts.{column}" for column in FAMILY)
    rows = connection.execute(
        f"SELECT held.period, held.value, held.low, held.high FROM facts JOIN facts AS held ON {same}"
        " WHERE facts.id = ? AND held.unit = ? AND held.last_day < ? AND held.status <> 'apart'"
        " AND held.withdrawn IS NULL"
        " ORDER BY held.last_day DESC, held.first_day DESC, held.id DESC",
        (fact_id, unit, periods.last_day(period).isoformat()),
    )
    shape = periods.shape(period)
    return next((value_of(*value) for form, *value in rows if periods.shape(form) == shape), None)


def _series(connection: sqlite3.Connection, fact: sqlite3.Row) -> list[Point]:
    """What is held about the same thing in other periods, oldest first."""
    same = " AND ".join(f"{column} IS ?" for column in FAMILY)
    rows = _rows(
        connection,
        f"SELECT id, period, value, unit, bound, low, high, first_seen FROM facts WHERE {same} AND unit = ?"
        " AND last_day IS NOT NULL AND (id = ? OR (status <> 'apart' AND withdrawn IS NULL))"
        f" ORDER BY last_day DESC, first_day DESC, id DESC LIMIT {_LONGEST_SERIES}",
        (*(fact[column] for column in FAMILY), fact["unit"], fact["id"]),
    )
    points = [
        Point(
            fact_id=row["id"],
            period=row["period"],
            value=value_of(row["value"], row["low"], row["high"]),
            unit=row["unit"],
            bound=row["bound"],
            first_seen=moment_of(row["first_seen"]),
        )
        for row in rows
    ]
    return points[::-1]


def _holding(connection: sqlite3.Connection, row: sqlite3.Row) -> Holding:
    return Holding(
        value=value_of(row["value"], row["low"], row["high"]),
        unit=row["unit"],
        bound=row["bound"],
        low=optional_decimal(row["low"]),
        high=optional_decimal(row["high"]),
        period=row["period"],
        excerpt=_excerpt(connection, row["figure"]),
    )


def _excerpt(connection: sqlite3.Connection, figure_id: int) -> Excerpt:
    query = (
        "SELECT figures.quote, figures.quote_start, figures.start, figures.stop, snapshots.article, articles.url,"
        " snapshots.title, articles.outlet, articles.tier, articles.official, snapshots.language,"
        f" snapshots.published, snapshots.fetched FROM figures {_PLACE} WHERE figures.id = ?"
    )
    row = next(_rows(connection, query, (figure_id,)))
    begin = row["quote_start"]
    return Excerpt(
        quote=row["quote"],
        mark=None if begin is None else (row["start"] - begin, row["stop"] - begin),
        article_id=row["article"],
        url=row["url"],
        title=row["title"],
        outlet=row["outlet"],
        tier=row["tier"],
        official=bool(row["official"]),
        language=row["language"],
        published=optional_moment(row["published"]),
        fetched=moment_of(row["fetched"]),
    )


def stored_figure(connection: sqlite3.Connection, id_: int) -> Figure:
    """A figure as it was read."""
    return figure_of(next(_rows(connection, "SELECT * FROM figures WHERE id = ?", (id_,))))


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """A mention as the ledger keeps it."""

    id: int
    figure: Figure
    #: None: it waits for review or was rejected.
    fact: int | None
    #: waiting, accepted or rejected; None: nobody was asked about it.
    review: str | None
    #: A later extractor no longer read it.
    withdrawn: bool


def figures_of(connection: sqlite3.Connection, snapshot: int) -> list[Kept]:
    """The mentions in a snapshot, in reading order."""
    rows = _rows(
        connection,
        "SELECT figures.*, (SELECT state FROM reviews WHERE figure = figures.id) AS review,"
        " EXISTS (SELECT 1 FROM withdrawals WHERE figure = figures.id) AS withdrawn"
        " FROM figures WHERE snapshot = ? ORDER BY id",
        (snapshot,),
    )
    return [
        Kept(
            id=row["id"],
            figure=figure_of(row),
            fact=row["fact"],
            review=row["review"],
            withdrawn=bool(row["withdrawn"]),
        )
        for row in rows
    ]


def figure_of(row: sqlite3.Row) -> Figure:
    """The figure of a row of figures."""
    return Figure(
        entity=row["entity"],
        metric=row["metric"],
        measure=row["measure"],
        value=value_of(row["value"], row["low"], row["high"]),
        unit=row["unit"],
        bound=row["bound"],
        period=row["period"],
        aggregation=row["aggregation"],
        basis=row["basis"],
        speaker=row["speaker"],
        where=row["place"],
        start=row["start"],
        end=row["stop"],
        quote=row["quote"],
        resolution=optional_decimal(row["resolution"]),
        confidence=row["confidence"],
        audit=tuple(json.loads(row["audit"])) if row["audit"] else (),
    )


def _plain(row: sqlite3.Row) -> Row:
    """A row as JSON has it: ranges as [low, high], lists as lists."""
    plain: Row = dict(row)
    if "value" in plain and plain["value"] is None:
        plain["value"] = [plain["low"], plain["high"]]
    for key in ("audit", "messages"):
        if key in plain:
            plain[key] = json.loads(plain[key] or "[]")
    if "official" in plain:
        plain["official"] = bool(plain["official"])
    return plain


def _text(column: bytes | None) -> str | None:
    return None if column is None else zlib.decompress(column).decode()


def reviews(connection: sqlite3.Connection, state: str | None) -> list[Row]:
    """Figures that wait for a person, or were decided upon, oldest first; what no longer is read needs no decision."""
    where = Where().words("reviews.state", state)
    where.that("(reviews.state <> 'waiting' OR reviews.figure NOT IN (SELECT figure FROM withdrawals))")
    select = (
        "SELECT reviews.id, reviews.state, reviews.verdict, reviews.reason, reviews.created, reviews.decided,"
        " reviews.figure, figures.entity, figures.metric, figures.measure, figures.value, figures.unit, figures.bound,"
        " figures.low, figures.high, figures.period, figures.aggregation, figures.basis, figures.speaker,"
        " figures.confidence, figures.audit, figures.quote, articles.url, articles.outlet"
        f" FROM reviews JOIN figures ON figures.id = reviews.figure {_PLACE}"
    )
    return list(map(_plain, _newest(connection, select, where, key="reviews.id")))


#: The first version of an article.
_FIRST = (
    "JOIN snapshots AS first ON first.id = (SELECT min(id) FROM snapshots AS each WHERE each.article = articles.id)"
)
_STORED = (
    "SELECT snapshots.*, articles.url, articles.outlet, articles.tier, articles.official, articles.source,"
    " articles.repost_of, first.fetched AS found, first.baseline AS past"
    f" FROM snapshots JOIN articles ON articles.id = snapshots.article {_FIRST}"
)


def stored_snapshots(
    connection: sqlite3.Connection, since: datetime | None = None, *, before: datetime | None = None
) -> Iterator[Stored]:
    """Snapshots with their articles and figures, in the order in which they were recorded; one may write meanwhile."""
    where = Where().at_least("first_seen", since)
    if before is not None:
        where.that("first_seen < ?", text_of(before))
    rows = connection.execute(f"SELECT id FROM snapshots WHERE {where} ORDER BY id", where.parameters).fetchall()
    return (stored_snapshot(connection, id_) for (id_,) in rows)


def stored_snapshot(connection: sqlite3.Connection, id_: int) -> Stored:
    """One snapshot with its article and figures.

    Raises:
        KeyError: there is no such snapshot.
    """
    row = next(_rows(connection, f"{_STORED} WHERE snapshots.id = ?", (id_,)), None)
    if row is None:
        raise KeyError(f"no snapshot has the id {id_}")
    return _stored(connection, row)


def origin(connection: sqlite3.Connection, url: str) -> Origin | None:
    """How the article at a canonical address came; None: it is not known."""
    found = f"SELECT first.fetched AS found, first.baseline AS past FROM articles {_FIRST} WHERE articles.url = ?"
    row = next(_rows(connection, found, (url,)), None)
    return None if row is None else _origin(row)


def _origin(row: sqlite3.Row) -> Origin:
    return Origin(moment_of(row["found"]), bool(row["past"]))


def _stored(connection: sqlite3.Connection, row: sqlite3.Row) -> Stored:
    text = _text(row["text"])
    found = [kept for kept in figures_of(connection, row["id"]) if not kept.withdrawn]
    return Stored(
        snapshot_id=row["id"],
        article_id=row["article"],
        repost_of=row["repost_of"],
        article=_article(row, text=text or ""),
        whole=text is not None,
        recorded=moment_of(row["first_seen"]),
        baseline=bool(row["baseline"]),
        origin=_origin(row),
        run=row["run"],
        extractor=row["extractor"],
        figures=tuple(kept.figure for kept in found),
        unjudged=frozenset(kept.figure for kept in found if kept.fact is None),
    )


def _article(row: sqlite3.Row, *, text: str) -> Article:
    return Article(
        url=row["url"],
        seen_url=row["seen_url"] or "",
        title=row["title"],
        text=text,
        language=row["language"],
        outlet=row["outlet"],
        tier=row["tier"],
        official=bool(row["official"]),
        published=optional_moment(row["published"]),
        dated=optional_day(row["dated"]),
        fetched=moment_of(row["fetched"]),
        source=row["source"],
        author=row["author"],
    )
