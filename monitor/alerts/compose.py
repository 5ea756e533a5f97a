"""Mails in words: alerts, the summary of a first run, words to the operators."""

from __future__ import annotations

import hashlib
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from monitor.alerts import charts, wording
from storage.rates import Rate
from storage.records import Excerpt, Figure, Holding, Point, Told, Value

#: A reader on a phone shows some forty characters of a subject, a program that cuts at a limit keeps this many.
_SUBJECT = 200

#: What else an article says is told in so many lines at most.
_ASIDES = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class Composed:
    """A message in words."""

    #: One line without control characters.
    subject: str
    text: str
    #: A whole document without remote content.
    html: str
    #: Identity of the fact series that the message is about; None where it is about several or none.
    thread: str | None = None
    #: The same for programs, as JSON values.
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reader:
    """How a message speaks to whom it is for."""

    #: What entities and metrics are called, by id.
    labels: Mapping[str, str]
    #: Times are told in it.
    zone: tzinfo
    #: Gives the rate from the figure's currency into the reader's, for a period (None: not stated) and the day of
    #: publication; None where there is no such rate. None: nothing is converted.
    rate: Callable[[str, str | None, date], Rate | None] | None = None

    def label(self, name: str) -> str:
        """What an entity or metric is called.

        >>> from datetime import UTC
        >>> Reader(labels={"dau": "daily active users"}, zone=UTC).label("dau")
        'daily active users'
        """
        return self.labels.get(name) or wording.line(name.replace("_", " "), 60)

    def clock(self, moment: datetime | None) -> str:
        """A time as the reader's clock shows it."""
        return "" if moment is None else wording.clock(moment, self.zone)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sentence:
    """A sentence as printed, and where it stood."""

    #: Before, in and after the figure; the figure is "" where the sentence does not hold it.
    before: str
    figure: str
    after: str
    #: Outlet, what kind it is, language.
    source: str
    title: str
    #: "" where the address is none that a browser opens.
    url: str
    published: str
    fetched: str
    language: str

    @property
    def quote(self) -> str:
        """The whole sentence."""
        return f"{self.before}{self.figure}{self.after}"

    @property
    def marked(self) -> Markup:
        """The sentence as HTML with the figure marked."""
        mark = Markup("<mark>{}</mark>").format(self.figure) if self.figure else Markup("")
        return escape(self.before) + mark + escape(self.after)


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One alert, ready to be set."""

    told: Told
    #: Entity and metric.
    name: str
    #: Period, measure and the like.
    about: str
    value: str
    #: The value in the reader's currency, marked as converted, with the rate; "" where nothing is converted.
    converted: str
    verdict: str
    sentence: Sentence
    #: What was known, in this or the period before; "" where nothing was.
    before: str
    #: Against `before`; "" where it cannot be told.
    change: str
    #: The two of them in a few words, for the table; "" where nothing was known.
    against: str
    #: What to call the two of them.
    before_says: str
    change_says: str
    #: The other side of a conflict or correction.
    other: Sentence | None
    #: What `other` is.
    other_says: str
    confirmed: tuple[str, ...]
    #: What the confirming outlets say, where that is not the figure's value; else "".
    confirmed_value: str
    #: What else the article says and the message does not tell.
    also: tuple[str, ...]
    audit: tuple[str, ...]
    chart: charts.Chart | None

    @property
    def headline(self) -> str:
        """Who, what, when, how much."""
        return f"{self.name}{', ' if self.about else ''}{self.about}: {self.value}"


def compose_alerts(told: Sequence[Told], reader: Reader) -> Composed:
    """The message that tells these alerts.

    Args:
        told: at least one.
        reader: whom it is for.
    """
    items = _items(_headlines_first(told), reader)
    first = items[0]
    more = f", and {len(items) - 1} more" if len(items) > 1 else ""
    verdict = f" — {first.verdict}{more}"
    subject = wording.line(first.headline, _SUBJECT - len(verdict)) + verdict
    fields = {"subject": subject, "items": items}
    return Composed(
        subject=subject,
        text=_render("alerts.txt.j2", fields),
        html=_render("alerts.html.j2", fields),
        thread=_series(first.told) if len(items) == 1 else None,
        data={"kind": "alerts", "subject": subject, "alerts": [_row(item) for item in items]},
    )


def compose_baseline(
    facts: Sequence[Mapping[str, Any]],
    *,
    articles: int,
    figures: int,
    sources: Iterable[str],
    reader: Reader,
    past: bool = False,
) -> Composed:
    """The summary of a first run, or of archives that were read: nothing in it is news.

    Args:
        facts: rows as `keling-monitor facts` prints them.
        articles: how many were read.
        figures: how many were found in them.
        sources: names of the sources that were read for the first time.
        reader: whom it is for.
        past: all of them are archives.
    """
    counts = Counter(str(row["entity"]) for row in facts)
    entities = [
        (reader.label(entity), wording.counted(count, "fact"), _latest(facts, entity, reader))
        for entity, count in sorted(counts.items())
    ]
    known = wording.counted(len(facts), "fact")
    read = wording.counted(articles, "article")
    subject = f"Keling Monitor {'knows the past' if past else 'has begun'}: {known} from {read}"
    fields = {
        "subject": subject,
        "past": past,
        "known": known,
        "read": read,
        "found": wording.counted(figures, "figure"),
        "sources": sorted({wording.line(source) for source in sources}),
        "entities": entities,
    }
    return Composed(
        subject=subject,
        text=_render("baseline.txt.j2", fields),
        html=_render("baseline.html.j2", fields),
        data={"kind": "baseline", "subject": subject, "facts": len(facts), "articles": articles, "figures": figures},
    )


def compose_note(subject: str, lines: Sequence[str], *, kind: str, tables: Sequence[str] = ()) -> Composed:
    """A few lines to an operator, or a test.

    Args:
        subject: on one line.
        lines: paragraphs.
        kind: of the message.
        tables: lines set as they are, such as a log.
    """
    subject = wording.line(subject, _SUBJECT)
    fields = {
        "subject": subject,
        "lines": [wording.line(each, 2000) for each in lines],
        "tables": [wording.line(each, 2000) for each in tables],
    }
    return Composed(
        subject=subject,
        text=_render("note.txt.j2", fields),
        html=_render("note.html.j2", fields),
        data={"kind": kind, "subject": subject, "lines": list(lines)},
    )


def _items(told: Sequence[Told], reader: Reader) -> list[Item]:
    """The alerts in order; what else an article says stands with the first of them that is from it."""
    own = frozenset(each.figure_id for each in told)
    articles: set[int] = set()
    items = []
    for each in told:
        is_first = each.excerpt.article_id not in articles
        articles.add(each.excerpt.article_id)
        items.append(_item(each, reader, _also(each, reader, own) if is_first else ()))
    return items


def _item(told: Told, reader: Reader, also: tuple[str, ...]) -> Item:
    figure, now = told.figure, told.now
    period = figure.period or now.period
    before, change, against = _before(told, period)
    other, other_says = _other_side(told)
    return Item(
        told=told,
        name=f"{reader.label(figure.entity)} {reader.label(figure.metric)}",
        about=wording.line(wording.about(figure, period, reader.label(figure.speaker or ""))),
        value=wording.line(wording.amount(figure.value, figure.unit, figure.bound, figure.measure)),
        converted=_converted(told, period, reader),
        verdict=told.verdict,
        sentence=_sentence(told.excerpt, reader),
        before=before,
        change=change,
        against=against,
        before_says="The ledger holds" if told.verdict == "conflicting" else "Before",
        change_says="Difference" if told.verdict == "conflicting" else "Change",
        other=None if other is None else _sentence(other.excerpt, reader),
        other_says=other_says,
        confirmed=tuple(f"{wording.line(outlet)} ({tier})" for outlet, tier in told.confirmed),
        confirmed_value=_holding(now, told) if told.verdict == "conflicting" else "",
        also=also,
        audit=tuple(map(wording.line, figure.audit)),
        chart=charts.chart(told.series, figure.measure),
    )


def _converted(told: Told, period: str | None, reader: Reader) -> str:
    figure = told.figure
    day = (told.excerpt.published or told.excerpt.fetched).date()
    rate = reader.rate and reader.rate(figure.unit, period, day)
    if not rate or isinstance(figure.value, str):
        return ""
    ends = figure.value if isinstance(figure.value, tuple) else (figure.value,)
    # Three digits are as many as a mean rate is good for.
    shown = [wording.amount(wording.rounded(end * rate.rate, 3), rate.target, figure.bound) for end in ends]
    return f"{' to '.join(shown)}, converted at {rate}"


def _before(told: Told, period: str | None) -> tuple[str, str, str]:
    """What was known before, how far the figure lies from it, and both in short.

    It is the fact's own value, else that of the period before.
    """
    figure = told.figure
    if (held := told.previous) is not None:
        # A finer value is no other one.
        change = "" if told.verdict == "refined" else _change(figure, held)
        word = "against" if told.verdict == "conflicting" else "was"
        return _holding(held, told), change, ", ".join(filter(None, [change, f"{word} {_holding(held, told)}"]))
    earlier = charts.before(told.series, period) if period else None
    if earlier is None:
        return "", "", ""
    value = wording.amount(earlier.value, earlier.unit, earlier.bound, figure.measure)
    when, change = wording.period(earlier.period), _change(figure, earlier)
    return f"{value} ({when})", change, f"{change} on {when}" if change else f"{when}: {value}"


def _also(told: Told, reader: Reader, own: frozenset[int]) -> tuple[str, ...]:
    """The other figures of the article that the message does not tell, headline metrics first, each once."""
    ranks = headline_ranks()
    others = [figure for id_, figure in told.also.items() if id_ not in own]
    others.sort(
        key=lambda figure: (
            figure.entity != told.figure.entity,
            figure.measure != "level",
            ranks.get(figure.metric, len(ranks)),
            -charts.end(figure.period).toordinal() if figure.period else 0,
        )
    )
    lines = list(dict.fromkeys(_line(figure, reader) for figure in others))
    more = [f"{len(lines) - _ASIDES} more"] if len(lines) > _ASIDES else []
    return (*lines[:_ASIDES], *more)


def _line(figure: Figure, reader: Reader) -> str:
    about = wording.about(figure, figure.period, reader.label(figure.speaker or ""))
    value = wording.amount(figure.value, figure.unit, figure.bound, figure.measure)
    name = f"{reader.label(figure.entity)} {reader.label(figure.metric)}"
    return wording.line(f"{name}{', ' if about else ''}{about}: {value}")


def _change(figure: Figure, earlier: Holding | Point) -> str:
    if figure.unit != earlier.unit:
        return ""
    return wording.change(figure.value, earlier.value, figure.unit, (figure.bound, earlier.bound))


def _other_side(told: Told) -> tuple[Holding | None, str]:
    """The sentence that stands against the figure's, and what it is."""
    if told.previous is not None and told.previous.excerpt.quote != told.excerpt.quote:
        says = "Against it" if told.verdict == "conflicting" else "Said before"
        return told.previous, f"{says}: {_holding(told.previous, told)}"
    if told.now.excerpt.quote != told.excerpt.quote:
        return told.now, f"The ledger holds: {_holding(told.now, told)}"
    return None, ""


def _holding(held: Holding, told: Told) -> str:
    return wording.line(wording.amount(held.value, held.unit, held.bound, told.figure.measure))


def _sentence(excerpt: Excerpt, reader: Reader) -> Sentence:
    start, end = excerpt.mark or (0, 0)
    quote = excerpt.quote
    kind = "official" if excerpt.official else excerpt.tier
    return Sentence(
        before=wording.plain(quote[:start]),
        figure=wording.plain(quote[start:end]),
        after=wording.plain(quote[end:]),
        source=f"{wording.line(excerpt.outlet)} ({kind}, {excerpt.language})",
        title=wording.line(excerpt.title),
        url=excerpt.url if excerpt.url.startswith(("http://", "https://")) else "",
        published=reader.clock(excerpt.published),
        fetched=reader.clock(excerpt.fetched),
        language=excerpt.language,
    )


def _headlines_first(told: Sequence[Told]) -> list[Told]:
    """The order of a message: levels of headline metrics first, changes and opinions later, the latest period first.

    Of one metric the entity with fewer alerts leads: one figure of a product among thirty of its company stands out.
    """
    ranks = headline_ranks()
    crowd = Counter(each.figure.entity for each in told)

    def rank(each: Told) -> tuple[int, int, int, int, int]:
        figure = each.figure
        return (
            ("reported", "guidance", "estimate").index(figure.basis),
            ranks.get(figure.metric, len(ranks)),
            crowd[figure.entity],
            int(figure.measure != "level"),
            -charts.end(figure.period).toordinal() if figure.period else 0,
        )

    return sorted(told, key=rank)


@cache
def headline_ranks() -> Mapping[str, int]:
    """Metrics that lead a mail, with their places."""
    document = tomllib.loads(files(__package__).joinpath("headlines.toml").read_text("utf-8"))
    return {metric: rank for rank, metric in enumerate(document["metrics"])}


def _series(told: Told) -> str:
    figure = told.figure
    parts = (
        figure.entity,
        figure.metric,
        figure.measure,
        figure.aggregation,
        figure.basis,
        figure.speaker or "",
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def _latest(facts: Sequence[Mapping[str, Any]], entity: str, reader: Reader) -> list[str]:
    """The latest level of each headline metric that an entity reports."""
    lines = []
    for metric in headline_ranks():
        rows = [
            row
            for row in facts
            if (row["entity"], row["metric"], row["measure"], row["basis"]) == (entity, metric, "level", "reported")
            and row["period"]
        ]
        if rows:
            row = max(rows, key=lambda row: charts.end(row["period"]))
            value = wording.amount(_value(row["value"]), row["unit"], row["bound"])
            about = wording.when(row["aggregation"], row["period"])
            lines.append(wording.line(f"{reader.label(metric)}, {about}: {value}"))
    return lines


def _value(value: Any) -> Value:
    """A value as JSON rows carry it."""
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple):
        low, high = (charts.decimal(end) for end in value)
        return low, high
    return charts.decimal(value)


def _row(item: Item) -> dict[str, Any]:
    """An alert as JSON values."""
    told, figure = item.told, item.told.figure
    return {
        "id": told.alert_id,
        "verdict": told.verdict,
        "fact": told.fact_id,
        "figure": told.figure_id,
        "entity": figure.entity,
        "metric": figure.metric,
        "measure": figure.measure,
        "value": _plain_value(figure.value),
        "unit": figure.unit,
        "bound": figure.bound,
        "period": figure.period,
        "aggregation": figure.aggregation,
        "basis": figure.basis,
        "speaker": figure.speaker,
        "headline": item.headline,
        "converted": item.converted or None,
        "before": item.before or None,
        "change": item.change or None,
        "also": list(item.also),
        "quote": told.excerpt.quote,
        "url": told.excerpt.url,
        "title": told.excerpt.title,
        "outlet": told.excerpt.outlet,
        "tier": told.excerpt.tier,
        "language": told.excerpt.language,
        "published": None if told.excerpt.published is None else told.excerpt.published.isoformat(),
        "fetched": told.excerpt.fetched.isoformat(),
        "outlets": len(told.confirmed),
        "audit": list(figure.audit),
    }


def _plain_value(value: Value) -> Any:
    if isinstance(value, tuple):
        return [_plain_value(end) for end in value]
    if isinstance(value, str):
        return value
    return int(value) if value == value.to_integral_value() else float(value)


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader(__package__),
        autoescape=select_autoescape(enabled_extensions=("html.j2",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _render(name: str, fields: Mapping[str, Any]) -> str:
    return _templates().get_template(name).render(fields)
