"""Articles as JSON Lines, from another crawler or an export: one article a line, with its figures where it brings some.

A line is taken as a whole or refused as a whole, with its number, the field and the reason.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn, cast, get_args

from monitor.errors import MonitorError
from storage.periods import Period, month_of, parse
from storage.records import Aggregation, Article, Basis, Bound, Figure, Measure, Tier, Value, Where

_UNITS = frozenset({"percent", "percentage_point", "count", "minutes", "times", "version"})
#: Whatever is measured may be told as a part of something, or as so many times it.
_SHARES = frozenset({"percent", "percentage_point", "times"})
#: Nobody counts beyond it: a million times the world's yearly product in the smallest currency.
_MOST = Decimal("1e24")
_LEAST = Decimal("1e-12")
#: Clocks and time zones differ by no more.
_SLACK = timedelta(days=2)
#: The first day that a listed company's figure may speak of, and how far plans reach.
_EARLIEST, _FARTHEST_YEARS = date(1990, 1, 1), 50

_NUMBER = re.compile(r"[0-9][0-9.,]*")


class LineError(MonitorError):
    """A line that is refused."""

    def __init__(self, number: int, field: str, reason: str) -> None:
        self.number = number
        self.field = field
        self.reason = reason
        super().__init__(f"line {number}: {field + ': ' if field else ''}{reason}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Incoming:
    """What a line brings."""

    #: The line's own name for it; its address where it gives none.
    id: str
    article: Article
    #: None: the line brings no figures, they are to be read from the text.
    figures: tuple[Figure, ...] | None


def read_line(text: str, *, number: int, now: datetime) -> Incoming:
    """An article of a line.

    Fields: `url`, `title`, `text`, `published` (a day or a time with its zone), and, where known, `id`, `lang`,
    `outlet`, `official`, `tier`, `fetched`, `source`, `author`, `figures`. Others are passed over.

    Args:
        text: the line.
        number: the line's number in its file, for messages.
        now: what is published later has not happened yet.

    Raises:
        LineError: the line says which field is wrong and why; nothing of it is taken.
    """
    return _Line(number, now).read(text)


class _Line:
    """Reads one line, or one figure of it, so that every fault can name its place."""

    def __init__(self, number: int, now: datetime, path: str = "") -> None:
        self._number = number
        self._now = now
        #: What stands before the names of fields in messages.
        self._path = path

    def refuse(self, field: str, reason: str) -> NoReturn:
        """Refuse the line for a field."""
        raise LineError(self._number, f"{self._path}{field}", reason)

    def read(self, text: str) -> Incoming:
        """The article of the line."""
        fields = self._fields(text)
        article = self._article(fields)
        given = fields.get("figures")
        if given is None:
            figures = None
        elif isinstance(given, list):
            figures = tuple(
                _Line(self._number, self._now, f"figures[{at}].").figure(one, article) for at, one in enumerate(given)
            )
        else:
            self.refuse("figures", f"expected a list, found {_shown(given)}")
        return Incoming(id=str(fields.get("id") or article.seen_url or article.url), article=article, figures=figures)

    def _fields(self, text: str) -> Mapping[str, Any]:
        try:
            found = json.loads(text, parse_float=Decimal, parse_int=Decimal, parse_constant=self._no_number)
        except (ValueError, RecursionError, InvalidOperation) as error:
            self.refuse("", f"expected one JSON object, found {_shown(text)} ({str(error).lower()})")
        if not isinstance(found, dict):
            self.refuse("", f"expected one JSON object, found {_shown(found)}")
        return found

    def _no_number(self, word: str) -> NoReturn:
        self.refuse("", f"{word} is no number")

    # Articles

    def _article(self, fields: Mapping[str, Any]) -> Article:
        from monitor.parse.addresses import canonical_url, host_of
        from monitor.parse.language import detect_language

        url = self._string(fields, "url")
        if not re.match(r"https?://[^/\s]", url):
            self.refuse("url", f"expected an address that begins with http:// or https://, found {_shown(url)}")
        canonical = canonical_url(url)
        title, text = self._string(fields, "title", empty=True), self._string(fields, "text")
        published, dated = self._moment(fields, "published")
        fetched = self._moment(fields, "fetched")[0] if fields.get("fetched") is not None else published
        official = self._flag(fields, "official")
        declared = self._string(fields, "lang", default="") or self._string(fields, "language", default="")
        return Article(
            url=canonical,
            seen_url="" if canonical == url else url,
            title=title,
            text=text,
            language=declared or detect_language(f"{title}\n{text}"),
            outlet=self._string(fields, "outlet", default="") or host_of(canonical),
            tier=self._word(fields, "tier", get_args(Tier), default="company" if official else "press"),
            official=official,
            published=published,
            dated=dated,
            # Not now: a file that is read again tells nothing of later edits.
            fetched=fetched,
            source=self._string(fields, "source", default="") or "ingest",
            author=self._string(fields, "author", default="") or None,
        )

    def _moment(self, fields: Mapping[str, Any], name: str) -> tuple[datetime, date]:
        """A moment, and the day as it is written."""
        written = self._string(fields, name)
        try:
            found = datetime.fromisoformat(written)
        except ValueError:
            self.refuse(name, f"expected a day or time in ISO 8601, found {_shown(written)}")
        if found.tzinfo is None:
            found = found.replace(tzinfo=UTC)
        try:
            moment = found.astimezone(UTC)
        except OverflowError:
            self.refuse(name, f"expected a time of our age, found {_shown(written)}")
        if moment > self._now + _SLACK:
            self.refuse(name, f"lies in the future: {_shown(written)}")
        return moment, found.date()

    # Figures

    def figure(self, fields: Any, article: Article) -> Figure:
        """A figure that the line brings along."""
        if not isinstance(fields, dict):
            self.refuse("", f"expected an object, found {_shown(fields)}")
        where = cast(Where, self._word(fields, "where", get_args(Where), default="text"))
        place = article.title if where == "title" else article.text
        start, end = self._offset(fields, "start"), self._offset(fields, "end")
        if not start < end <= len(place):
            self.refuse("end", f"expected an offset between start and {len(place)}, found {end} after {start}")
        bound = cast(Bound, self._word(fields, "bound", get_args(Bound)))
        metric, measure = self._name(fields, "metric"), cast(Measure, self._word(fields, "measure", get_args(Measure)))
        unit = self._unit(fields)
        if measure == "level":
            self._fits(unit, metric)
        value = self._value(fields, unit, bound)
        basis = cast(Basis, self._word(fields, "basis", get_args(Basis)))
        quote = self._string(fields, "quote", default="")
        if quote and quote not in place:
            self.refuse("quote", f"expected words of the {where}, found {_shown(quote)}")
        return Figure(
            entity=self._name(fields, "entity"),
            metric=metric,
            measure=measure,
            value=value,
            unit=unit,
            bound=bound,
            period=self._period(fields, basis, article),
            aggregation=cast(Aggregation, self._word(fields, "aggregation", get_args(Aggregation))),
            basis=basis,
            speaker=None if basis == "reported" else self._string(fields, "speaker", default="") or None,
            where=where,
            start=start,
            end=end,
            quote=quote or place[start:end],
            resolution=self._resolution(fields, place[start:end], value),
            confidence=self._confidence(fields),
        )

    def _value(self, fields: Mapping[str, Any], unit: str, bound: str) -> Value:
        given = fields.get("value")
        if unit == "version":
            return self._string(fields, "value")
        if isinstance(given, list) and len(given) == 2 and bound == "range":
            low, high = (self._number_of(end, "value") for end in given)
            if low > high:
                self.refuse("value", f"expected [low, high], found {_shown(given)}")
            return low, high
        if bound == "range" or isinstance(given, list):
            self.refuse("value", f"expected [low, high] for a range and only there, found {_shown(given)}")
        return self._number_of(given, "value")

    def _number_of(self, given: Any, name: str) -> Decimal:
        if not isinstance(given, Decimal):
            self.refuse(name, f"expected a number, found {_shown(given)}")
        if given and not _LEAST <= abs(given) <= _MOST:
            self.refuse(name, f"expected a number that something can have, found {given:.3g}")
        return given

    def _resolution(self, fields: Mapping[str, Any], printed: str, value: Value) -> Decimal | None:
        if fields.get("resolution") is not None:
            given = self._number_of(fields["resolution"], "resolution")
            if given <= 0:
                self.refuse("resolution", f"expected more than 0, found {given}")
            return given
        return resolution_of(printed, value) if isinstance(value, Decimal) else None

    def _unit(self, fields: Mapping[str, Any]) -> str:
        unit = self._string(fields, "unit")
        if unit in _UNITS:
            return unit
        from monitor.declarations.numbers import currency_codes

        if unit not in currency_codes():
            expected = f"an ISO 4217 code or one of {', '.join(sorted(_UNITS))}"
            self.refuse("unit", f"expected {expected}, found {_shown(unit)}")
        return unit

    def _fits(self, unit: str, metric: str) -> None:
        """Refuse a unit that a metric of ours cannot have; metrics of others may have any, and all may be shares."""
        from monitor.declarations.metrics import metrics

        known = metrics().get(metric)
        kinds = () if known is None else known.units
        kind = unit if unit in _UNITS else "money"
        if kinds and kinds != ("percent",) and kind not in {*kinds, *_SHARES}:
            self.refuse("unit", f"expected {' or '.join(kinds)} for {metric}, found {_shown(unit)}")

    def _period(self, fields: Mapping[str, Any], basis: str, article: Article) -> str | None:
        if fields.get("period") is None:
            return None
        form = self._string(fields, "period")
        try:
            period = parse(form)
        except ValueError as error:
            self.refuse("period", str(error))
        day = article.dated
        assert day is not None
        if _begin(period) > day + _SLACK and basis == "reported":
            self.refuse("period", f"begins after the publication on {day}: {form!r} can be no reported figure")
        if not (period.last >= _EARLIEST and period.last.year <= day.year + _FARTHEST_YEARS):
            self.refuse("period", f"expected a time of our age, found {form!r}")
        return form

    def _confidence(self, fields: Mapping[str, Any]) -> float:
        given = fields.get("confidence", Decimal(1))
        if not isinstance(given, Decimal) or not 0 <= given <= 1:
            self.refuse("confidence", f"expected 0 to 1, found {_shown(given)}")
        return float(given)

    # Fields

    def _string(self, fields: Mapping[str, Any], name: str, *, default: str | None = None, empty: bool = False) -> str:
        given = fields.get(name)
        if given is None and default is not None:
            return default
        if not isinstance(given, str) or not (given.strip() or empty or default is not None):
            self.refuse(name, "is missing" if given is None else f"expected words, found {_shown(given)}")
        if any("\ud800" <= character <= "\udfff" for character in given):
            self.refuse(name, "holds half a character (a lone surrogate)")
        return given

    def _name(self, fields: Mapping[str, Any], name: str) -> str:
        found = self._string(fields, name)
        if not re.fullmatch(r"[\w.-]{1,80}", found):
            self.refuse(name, f"expected an id of letters, digits and underscores, found {_shown(found)}")
        return found

    def _word(self, fields: Mapping[str, Any], name: str, words: tuple[Any, ...], default: str | None = None) -> Any:
        found = self._string(fields, name, default=default)
        if found not in words:
            self.refuse(name, f"expected one of {', '.join(words)}, found {_shown(found)}")
        return found

    def _flag(self, fields: Mapping[str, Any], name: str) -> bool:
        given = fields.get(name, False)
        if not isinstance(given, bool):
            self.refuse(name, f"expected true or false, found {_shown(given)}")
        return given

    def _offset(self, fields: Mapping[str, Any], name: str) -> int:
        given = fields.get(name)
        if not isinstance(given, Decimal) or given != given.to_integral_value() or not 0 <= given < 2**31:
            self.refuse(name, "is missing" if given is None else f"expected an offset, found {_shown(given)}")
        return int(given)


def resolution_of(printed: str, value: Decimal) -> Decimal | None:
    """The place of the last digit behind the point of a number as printed; None where it has none, or may have none.

    >>> resolution_of("RMB35.0 billion", Decimal("35000000000"))
    Decimal('1E+8')
    >>> resolution_of("1.269,50 亿", Decimal("126950000000"))
    Decimal('1E+6')
    """
    for number in _NUMBER.findall(printed):
        for point, comma in ((".", ","), (",", ".")):
            whole, found, digits = number.rstrip(".,").replace(comma, "").partition(point)
            if not found or not digits.isdigit() or not (mantissa := Decimal(f"{whole}.{digits}")):
                continue
            # "20,000" is no 20 with three decimals.
            if len(digits) == 3 and digits.endswith("0"):
                continue
            scale = abs(value) / mantissa
            # 35.0 stands for 35,000,000,000: a whole power of ten more, whatever word says so.
            if scale == Decimal(10) ** scale.adjusted():
                return Decimal(10) ** (scale.adjusted() - len(digits))
    return None


def _begin(period: Period) -> date:
    return period.first or parse(month_of(period.last)).first or period.last


def _shown(given: object) -> str:
    if isinstance(given, list | dict):
        shown = json.dumps(given, ensure_ascii=False, default=float)
    else:
        shown = repr(str(given) if isinstance(given, Decimal) else given)
    return shown if len(shown) <= 60 else f"{shown[:57]}..."
