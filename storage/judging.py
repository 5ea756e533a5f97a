"""Finds what the ledger knows about a figure, asks the novelty table, and writes what becomes of the fact."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal, NamedTuple, cast

from storage.columns import columns_of, optional_moment, optional_text, reading_of
from storage.novelty import (
    Converter,
    Family,
    Known,
    Reading,
    Role,
    Ruling,
    Said,
    Telling,
    Traits,
    agrees,
    aligned,
    exchanged,
    judge,
    same,
    same_as,
)
from storage.periods import Period, parse
from storage.rates import UnknownCurrencyError, mean_rate
from storage.records import Article, Bound, Figure, Value, Verdict
from storage.slots import UNNAMED, Slot, month_around, month_of_span, slot_of
from storage.times import moment_of, text_of

#: How long a figure without a period may speak of a period that has ended.
REACH = timedelta(days=400)

_TELLS_PREVIOUS = frozenset({"refined", "revised", "corrected", "conflicting"})
#: The fact holds another value from then on.
_REPLACES = frozenset({"revised", "corrected"})

_ADD_FACT = (
    "INSERT INTO facts (id, metric, entity, measure, kind, basis, speaker, slot_aggregation, last_day, first_day,"
    " period, aggregation, value, unit, bound, low, high, resolution, status, figure, published, official, sole,"
    " unstated, epoch, others, first_seen)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, 0, ?)"
)
#: What a version keeps of its fact.
_HELD = "period, aggregation, value, unit, bound, low, high, status, figure, published, epoch"
_ADD_VERSION = (
    f"INSERT INTO fact_versions (fact, since, verdict, cause, {_HELD})"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
#: Facts of a family: `Fact.of` takes a row. As whole statements, which are not put together anew for each figure.
_FACTS = (
    "SELECT id, value, unit, bound, low, high, resolution, status, figure, published, official, sole, epoch, others,"
    " period, aggregation, last_day, first_day, basis, EXISTS (SELECT 1 FROM figures WHERE figures.fact = facts.id"
    " AND figures.epoch = facts.epoch AND figures.confirmer = ?) FROM facts WHERE metric = ? AND entity = ?"
    " AND measure = ? AND kind = ? AND basis = ? AND speaker IS ? AND slot_aggregation = ? AND withdrawn IS NULL"
)
_IN_SLOT = f"{_FACTS} AND last_day IS ? AND first_day IS ?"
_UNSTATED = f"{_FACTS} AND last_day IS NULL ORDER BY published DESC, id DESC"
_LATELY_UNSTATED = f"{_FACTS} AND last_day IS NULL AND published BETWEEN ? AND ? ORDER BY published DESC, id DESC"
_MOVED = f"{_FACTS} AND unstated IS NOT NULL AND last_day IS NOT NULL ORDER BY published DESC, id DESC"
_IN_REACH = f"{_FACTS} AND last_day >= ? AND (first_day IS NULL OR first_day <= ?) ORDER BY last_day DESC, id DESC"
_EARLIER = f"{_FACTS} AND last_day < ? AND status <> 'apart' ORDER BY last_day DESC, id DESC"


@dataclass(frozen=True, kw_only=True, slots=True)
class Reported:
    """The article and snapshot in which figures stand, as far as judging asks."""

    article: int
    snapshot: int
    #: Publication, or fetching where that is unknown.
    published: datetime
    #: Calendar day of publication.
    day: date
    official: bool
    outlet: str
    tier: str
    #: The article whose text it repeats; None: the text is its own.
    repost_of: int | None
    #: Publication as a column.
    stamp: str
    #: When the ledger records it, as a column.
    now: str
    #: Between which publications a figure without a period may say the same, as columns.
    reach: tuple[str, str]


def reported(article: Article, *, article_id: int, snapshot: int, repost_of: int | None, now: datetime) -> Reported:
    """Where the figures of an article stand."""
    published = article.published or article.fetched
    return Reported(
        article=article_id,
        snapshot=snapshot,
        published=published,
        day=day_of(article),
        official=article.official,
        outlet=article.outlet,
        tier=article.tier,
        repost_of=repost_of,
        stamp=text_of(published),
        now=text_of(now),
        reach=(text_of(published - REACH), text_of(published + REACH)),
    )


def day_of(article: Article) -> date:
    """The day of publication, or of fetching where that is unknown."""
    return article.dated or (article.published or article.fetched).astimezone(UTC).date()


class Mention(NamedTuple):
    """A figure with its slot and reading."""

    figure: Figure
    slot: Slot
    reading: Reading


class Fact(NamedTuple):
    """A row of facts, as far as judging asks."""

    id: int
    known: Known
    status: str
    epoch: int
    others: int
    period: str | None
    aggregation: str
    slot_days: tuple[str | None, str | None]
    #: An independent text of the same outlet has said so before.
    said: bool


class Decision(NamedTuple):
    """What a figure is and which fact it concerns."""

    ruling: Ruling
    #: None: it opens a fact.
    fact: Fact | None
    #: The fact was told without a period and now gets the figure's.
    moves: bool = False
    #: It contradicts an earlier date: kept apart, no base for later checks.
    apart: bool = False

    @property
    def verdict(self) -> Verdict:
        """The verdict of the table."""
        return self.ruling.verdict

    @property
    def previous(self) -> Value | None:
        """What the ledger held before, where the verdict tells of it."""
        return self.fact.known.holds.value if self.verdict in _TELLS_PREVIOUS and self.fact else None


class Place(NamedTuple):
    """What a figure has to do with a fact, as columns of its row."""

    verdict: Verdict | None = None
    #: The fact that it concerns or will open.
    fact: int | None = None
    converted: str | None = None
    #: The version of the fact that held before it, where the verdict tells of it.
    previous: int | None = None
    #: Of the value that it is its outlet's first to say; None: it confirms nothing.
    epoch: int | None = None
    confirmer: str | None = None


#: Where a figure stands that waits for a person.
NOWHERE = Place()


class Judge:
    """Judges the figures of one snapshot in reading order, within the caller's transaction."""

    def __init__(
        self, connection: sqlite3.Connection, traits: Traits, told: Reported, mentions: Sequence[Mention]
    ) -> None:
        """Prepare to judge.

        Args:
            connection: in a transaction.
            traits: metrics that behave in a way of their own.
            told: where the figures stand.
            mentions: all figures of the snapshot, for what it tells besides.
        """
        self._rows = connection.execute
        self._traits = traits
        self._told = told
        self._mentions = mentions
        self._last_fact: int | None = None

    # Deciding

    def decide(self, mention: Mention) -> Decision:
        """What a figure is; writes nothing."""
        convert = self.converter(mention.figure.period)
        telling = Telling(
            reading=mention.reading,
            published=self._told.published,
            official=self._told.official,
            article=self._told.article,
            snapshot=self._told.snapshot,
            said=lambda reading: self._said(mention.slot, reading, convert),
        )
        slot = mention.slot
        if slot.metric in self._traits.several or slot.speaker == UNNAMED:
            return self._beside(mention, telling, convert)
        if slot.last_day is None:
            return self._without_period(mention, telling, convert)
        return self._in_slot(mention, telling, convert)

    def _in_slot(self, mention: Mention, telling: Telling, convert: Converter) -> Decision:
        found = self._in(mention.slot)
        fact = next((one for one in found if one.status != "apart"), None)
        apart = [one for one in found if one.status == "apart"]
        if fact is None:
            for one in apart:
                if same_as(mention.reading, [one.known.holds], convert):
                    return Decision(fact=one, ruling=Ruling(verdict="repeated"))
            family = self._family(mention)
            ruling = judge(telling, None, convert, family)
            if ruling.verdict == "repeated":
                return Decision(fact=None, ruling=ruling)
            for one in self._waiting(mention):
                if agrees(mention.reading, one.known, convert):
                    moving = judge(telling._replace(article=0), one.known, convert)
                    return Decision(fact=one, ruling=moving, moves=True)
            return Decision(fact=None, ruling=ruling, apart=ruling.verdict == "conflicting")
        known = fact.known
        if apart:
            rivals: list[tuple[Role, Reading]] = [("rival", one.known.holds) for one in apart]
            known = known._replace(others=(*known.others, *rivals))
        return Decision(fact=fact, ruling=judge(telling, known, convert, self._family(mention)))

    def _without_period(self, mention: Mention, telling: Telling, convert: Converter) -> Decision:
        slot = mention.slot
        places = self._unstated(slot)
        if slot.basis == "reported":
            known = self._told_before(mention, telling, [*self._in_reach(slot), *places[1:]])
            if known is not None:
                return known
        else:
            # One place a speaker: what has got a period since is still what he said.
            places += self._moved(slot)
        fact = places[0] if places else None
        return Decision(fact=fact, ruling=judge(telling, fact.known if fact else None, convert))

    def _told_before(self, mention: Mention, telling: Telling, facts: Iterable[Fact]) -> Decision | None:
        """Which fact a figure without a period tells again; None: none."""
        for one in facts:
            convert = self.converter(one.period)
            if agrees(mention.reading, one.known, convert):
                # Whether its article corrects itself is asked where it stated no period, too.
                return Decision(fact=one, ruling=judge(telling._replace(article=0), one.known, convert))
            if same_as(mention.reading, (reading for _, reading in one.known.others), convert):
                return Decision(fact=one, ruling=Ruling(verdict="repeated", supports=False))
        return None

    def _beside(self, mention: Mention, telling: Telling, convert: Converter) -> Decision:
        """Values stand side by side: only the same one is known."""
        slot = mention.slot
        several = slot.metric in self._traits.several
        here = self._in(slot) if slot.last_day else self._unstated(slot)
        if slot.last_day is None and slot.metric not in self._traits.undated:
            here += self._in_reach(slot) if slot.basis == "reported" else self._moved(slot)
        elsewhere = self._waiting(mention) if slot.last_day else []
        for one in [*here, *elsewhere]:
            values = [one.known.holds, *(reading for _, reading in one.known.others)]
            if same_as(mention.reading, values, convert):
                ruling = judge(telling._replace(article=0), one.known, convert)
                return Decision(fact=one, ruling=ruling, moves=one in elsewhere and ruling.supports)
        if not several:
            own = [one for one in here if telling.edits(one.known) and not telling.said(one.known.holds).times]
            if len(own) == 1:
                return Decision(fact=own[0], ruling=judge(telling, own[0].known, convert))
        return Decision(fact=None, ruling=judge(telling, None, convert))

    def _said(self, slot: Slot, reading: Reading, convert: Converter) -> Said:
        again = [
            other.figure.where
            for other in self._mentions
            if other.slot == slot and same(*aligned(other.reading, reading, convert))
        ]
        return Said(in_title="title" in again, times=len(again))

    # Looking up

    def _in(self, slot: Slot) -> list[Fact]:
        return self._facts(_IN_SLOT, slot, slot.last_day, slot.first_day)

    def _unstated(self, slot: Slot) -> list[Fact]:
        """What stands at the family's place "period not stated", newest first."""
        if slot.basis == "reported" and slot.metric not in self._traits.undated:
            return self._lately_unstated(slot)
        return self._facts(_UNSTATED, slot)

    def _lately_unstated(self, slot: Slot) -> list[Fact]:
        return self._facts(_LATELY_UNSTATED, slot, *self._told.reach)

    def _waiting(self, mention: Mention) -> list[Fact]:
        """Facts whose period is not stated and may be that of a figure."""
        slot = mention.slot
        found = self._lately_unstated(slot)
        if mention.figure.aggregation != slot.aggregation and slot.aggregation == "period":
            # For one month monthly and period are one, and for one day daily and period.
            found += self._lately_unstated(slot._replace(aggregation=mention.figure.aggregation))
        return found

    def _moved(self, slot: Slot) -> list[Fact]:
        return self._facts(_MOVED, slot)

    def _in_reach(self, slot: Slot) -> list[Fact]:
        """Facts of periods that a figure without one may speak of, newest first."""
        day = self._told.day
        days = ((day - REACH).isoformat(), day.isoformat())
        found = self._facts(_IN_REACH, slot, *days)
        if slot.aggregation == "monthly":
            # For one month, monthly and period are one.
            found += [
                one
                for one in self._facts(_IN_REACH, slot._replace(aggregation="period"), *days)
                if one.aggregation == "monthly" or month_of_span(one.period or "..0001")
            ]
        return found

    def _family(self, mention: Mention) -> Family | None:
        """What bears on a figure from earlier dates: of what only grows, and of levels told again as of today."""
        figure, slot = mention.figure, mention.slot
        cumulative = figure.aggregation == "cumulative"
        milestone = figure.measure == "level" and figure.metric in self._traits.milestones
        if not (cumulative or milestone) or slot.last_day is None:
            return None
        known = tuple(one.known for one in self._facts(_EARLIER, slot, slot.last_day))
        return Family(milestones=known, floors=tuple(one.holds for one in known) if cumulative else ())

    def _facts(self, query: str, slot: Slot, *more: str | None) -> list[Fact]:
        rows = self._rows(query, (self._told.outlet, *slot.family, *more)).fetchall()
        return [self._fact(row) for row in rows]

    def _fact(self, row: tuple[Any, ...]) -> Fact:
        id_, status, figure, published, official, sole, epoch, others = row[0], *row[7:14]
        period, aggregation, last_day, first_day, basis, said = row[14:]
        snapshot = 0
        if sole == self._told.article:
            snapshot = self._rows("SELECT snapshot FROM figures WHERE id = ?", (figure,)).fetchone()[0]
        known = Known(
            holds=reading_of(row[1:7]),
            basis=basis,
            published=moment_of(published),
            official=optional_moment(official),
            sole=sole,
            snapshot=snapshot,
            figure=figure,
            others=self._others(id_) if others else (),
        )
        return Fact(
            id=id_,
            known=known,
            status=status,
            epoch=epoch,
            others=others,
            period=period,
            aggregation=aggregation,
            slot_days=(last_day, first_day),
            said=bool(said),
        )

    def _others(self, fact: int) -> tuple[tuple[Role, Reading], ...]:
        rows = self._rows(
            "SELECT role, value, unit, bound, low, high, resolution FROM fact_values WHERE fact = ?", (fact,)
        )
        return tuple((role, reading_of(cast(Any, tuple(columns)))) for role, *columns in rows)

    def converter(self, period: str | None) -> Converter:
        """Gives readings in another currency, at the rate of a period and at that of the month of publication."""

        def convert(reading: Reading, unit: str) -> list[Reading]:
            rates = []
            for days in self._rate_days(period):
                try:
                    rates.append(mean_rate(reading.unit, unit, days.first or days.last, days.last))
                except UnknownCurrencyError:
                    continue
            return [exchanged(reading, unit, rate.rate, str(rate)) for rate in rates]

        return convert

    def _rate_days(self, form: str | None) -> list[Period]:
        """The days whose rates count: those of the period, and the month of publication."""
        around = month_around(self._told.day)
        if form is None:
            return [around]
        period = parse(form)
        if period.first is None:
            return [month_around(period.last), around]
        return [around] if period.first > self._told.day else [period, around]

    # Writing

    def place(self, decision: Decision) -> Place:
        """Where a figure belongs, for its row.

        Figures are written before their facts: a row that others point at is looked for in all of them.
        """
        fact, verdict = decision.fact, decision.verdict
        epoch = self._confirmed(decision)
        return Place(
            verdict,
            self._next_fact() if fact is None else fact.id,
            decision.ruling.converted or None,
            self._version(fact.id) if fact and verdict in _TELLS_PREVIOUS else None,
            epoch,
            None if epoch is None else self._told.outlet,
        )

    def _confirmed(self, decision: Decision) -> int | None:
        """The epoch of the value that a figure is its outlet's first to say; None: it confirms nothing."""
        fact, ruling = decision.fact, decision.ruling
        if fact is None:
            return 1
        if ruling.verdict in _REPLACES:
            return fact.epoch + 1
        return fact.epoch if ruling.supports and not fact.said and self._told.repost_of is None else None

    def write(self, decision: Decision, mention: Mention, figure: int, place: Place) -> bool:
        """Write what becomes of the fact.

        Args:
            decision: of this figure, made now.
            mention: the figure.
            figure: its id; its row is written.
            place: of this decision.

        Returns:
            Whether one more independent outlet may now say again what others have told as news.
        """
        fact, ruling = decision.fact, decision.ruling
        if fact is None:
            assert place.fact is not None
            self._open(decision, mention, figure, place.fact)
            return False
        if ruling.kept_as:
            self._keep(fact.id, ruling.kept_as, mention.reading, figure)
        if ruling.held_becomes:
            self._keep(fact.id, ruling.held_becomes, fact.known.holds, fact.known.figure)
        if ruling.verdict in _REPLACES:
            self._replace(fact, ruling, mention, figure)
        elif ruling.verdict == "refined":
            self._refine(fact, ruling, figure)
        elif ruling.verdict == "repeated":
            self._repeat(decision, fact, mention, figure)
            rival = not ruling.supports and fact.others > 0 and self._told.repost_of is None
            return rival or place.epoch is not None
        else:
            status = "disputed" if ruling.verdict == "conflicting" else fact.status
            self._rows("UPDATE facts SET status = ?, others = others + 1 WHERE id = ?", (status, fact.id))
            self._add_version(fact.id, ruling.verdict, figure)
        return False

    def _open(self, decision: Decision, mention: Mention, figure: int, fact: int) -> None:
        told, slot = self._told, mention.slot
        holds = decision.ruling.holds
        assert holds is not None
        status = "apart" if decision.apart else "current"
        by = decision.ruling.told_by or figure
        # What is known from an earlier date rests on more than this article.
        sole = told.article if by == figure else None
        period, aggregation = mention.figure.period, mention.figure.aggregation
        (*columns, resolution) = columns_of(holds)
        self._rows(
            _ADD_FACT,
            (
                *(fact, *slot.family, slot.last_day, slot.first_day, period, aggregation, *columns, resolution),
                *(status, by, told.stamp, told.stamp if told.official else None, sole),
                *(told.stamp if period is None else None, told.now),
            ),
        )
        self._rows(
            _ADD_VERSION,
            (fact, told.now, decision.verdict, figure, period, aggregation, *columns, status, by, told.stamp, 1),
        )

    def _replace(self, fact: Fact, ruling: Ruling, mention: Mention, figure: int) -> None:
        """The fact holds another value from now on: confirmations count anew."""
        told = self._told
        assert ruling.holds is not None
        self._rows(
            "UPDATE facts SET value = ?, unit = ?, bound = ?, low = ?, high = ?, resolution = ?, status = 'current',"
            " figure = ?, published = ?, official = ?, sole = ?, epoch = epoch + 1, others = others + 1 WHERE id = ?",
            (
                *(*columns_of(ruling.holds), figure, told.stamp, told.stamp if told.official else None),
                *(told.article, fact.id),
            ),
        )
        if fact.slot_days != (mention.slot.last_day, mention.slot.first_day):
            self._move(fact.id, mention)
        self._add_version(fact.id, ruling.verdict, figure)

    def _refine(self, fact: Fact, ruling: Ruling, figure: int) -> None:
        """The fact holds less that is unknown; who said the wider value still confirms it."""
        told = self._told
        assert ruling.holds is not None
        self._rows(
            "UPDATE facts SET value = ?, unit = ?, bound = ?, low = ?, high = ?, resolution = ?, figure = ?,"
            " published = ?, official = ?, sole = ?, others = others + 1 WHERE id = ?",
            (
                *(*columns_of(ruling.holds), figure, told.stamp, optional_text(self._official(fact))),
                *(told.article, fact.id),
            ),
        )
        self._add_version(fact.id, ruling.verdict, figure)

    def _repeat(self, decision: Decision, fact: Fact, mention: Mention, figure: int) -> None:
        ruling = decision.ruling
        if ruling.kept_as:
            self._rows("UPDATE facts SET others = others + 1 WHERE id = ?", (fact.id,))
        if ruling.supports:
            told = self._told
            stays = fact.known.sole == told.article or told.repost_of is not None
            sole, official = fact.known.sole if stays else None, self._official(fact)
            if sole != fact.known.sole or official != fact.known.official:
                row = (sole, optional_text(official), fact.id)
                self._rows("UPDATE facts SET sole = ?, official = ? WHERE id = ?", row)
        if ruling.holds is not None:
            self._rows(
                "UPDATE facts SET value = ?, unit = ?, bound = ?, low = ?, high = ?, resolution = ? WHERE id = ?",
                (*columns_of(ruling.holds), fact.id),
            )
        if decision.moves:
            self._move(fact.id, mention)
        if ruling.holds is not None or decision.moves:
            self._add_version(fact.id, "repeated", figure)

    def _move(self, fact: int, mention: Mention) -> None:
        slot, figure = mention.slot, mention.figure
        self._rows(
            "UPDATE facts SET slot_aggregation = ?, last_day = ?, first_day = ?, period = ?, aggregation = ?"
            " WHERE id = ?",
            (slot.aggregation, slot.last_day, slot.first_day, figure.period, figure.aggregation, fact),
        )

    def _official(self, fact: Fact) -> datetime | None:
        """First publication of the value by an official source, this telling included."""
        known, told = fact.known.official, self._told
        if not told.official:
            return known
        return told.published if known is None else min(known, told.published)

    def _keep(self, fact: int, role: Role, reading: Reading, figure: int) -> None:
        self._rows(
            "INSERT INTO fact_values (fact, role, value, unit, bound, low, high, resolution, figure, since)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (fact, role, *columns_of(reading), figure, self._told.now),
        )

    def _version(self, fact: int) -> int:
        query = "SELECT id FROM fact_versions WHERE fact = ? ORDER BY id DESC LIMIT 1"
        return int(self._rows(query, (fact,)).fetchone()[0])

    def _add_version(self, fact: int, verdict: Verdict, cause: int) -> None:
        add_version(self._rows, fact, self._told.now, verdict, cause)

    def _next_fact(self) -> int:
        if self._last_fact is None:
            self._last_fact = int(self._rows("SELECT coalesce(max(id), 0) FROM facts").fetchone()[0])
        self._last_fact += 1
        return self._last_fact


def add_version(
    rows: Callable[..., sqlite3.Cursor], fact: int, since: str, verdict: Verdict | Literal["withdrawn"], cause: int
) -> None:
    """Write down what a fact holds since a moment; `rows` executes a statement in the caller's transaction."""
    # Two statements: INSERT … SELECT with foreign keys keeps a journal of its own, and takes six times as long.
    held = rows(f"SELECT {_HELD} FROM facts WHERE id = ?", (fact,)).fetchone()
    rows(_ADD_VERSION, (fact, since, verdict, cause, *held))


_LIMITS: tuple[Bound, ...] = ("at_least", "at_most")


def headed(figures: Iterable[Figure]) -> list[Figure]:
    """The figures of an article, those of its title with the limit that its text sets to the same number.

    Headlines leave "more than" out, and mean no other number for that.
    """
    figures = list(figures)

    def said(figure: Figure) -> tuple[object, ...]:
        what = (figure.entity, figure.metric, figure.measure, figure.value, figure.unit)
        return (*what, figure.period, figure.aggregation, figure.basis)

    told: dict[tuple[object, ...], set[Bound]] = defaultdict(set)
    for figure in figures:
        if figure.where == "text":
            told[said(figure)].add(figure.bound)

    def meant(figure: Figure) -> Figure:
        bounds = told.get(said(figure), set()) if figure.where == "title" and figure.bound == "exact" else set()
        return next((replace(figure, bound=limit) for limit in _LIMITS if bounds == {limit}), figure)

    return [meant(figure) for figure in figures]


def mentions_of(figures: Iterable[Figure], read: Callable[[Figure], Reading], traits: Traits) -> list[Mention]:
    """Figures in reading order with slot and reading; the title is read first.

    Raises:
        ValueError: a figure's period is no contract form.
    """
    ordered = sorted(figures, key=lambda figure: (figure.where != "title", figure.start))
    return [Mention(figure=one, slot=slot_of(one, traits), reading=read(one)) for one in ordered]
