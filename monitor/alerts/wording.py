"""Values, periods and verdicts as a person says them in English."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal

from storage.records import Aggregation, Basis, Bound, Figure, Measure, Value

_SCALES = ((Decimal(10) ** 12, " trillion"), (Decimal(10) ** 9, " billion"), (Decimal(10) ** 6, " million"))
_BOUNDS: Mapping[Bound, str] = {"exact": "", "at_least": "over ", "at_most": "at most ", "about": "about ", "range": ""}
_MEASURES: Mapping[Measure, str] = {
    "level": "",
    "yoy": "year on year",
    "qoq": "quarter on quarter",
    "mom": "month on month",
    "change": "change",
}
_AGGREGATIONS: Mapping[Aggregation, str] = {
    "period": "",
    "cumulative": "cumulative",
    "daily": "a day",
    "monthly": "a month",
    "annualized": "annualized",
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def amount(value: Value, unit: str, bound: Bound, measure: Measure = "level") -> str:
    """A value with bound and unit.

    >>> amount(Decimal("3.56E+10"), "CNY", "exact"), amount(Decimal(100_000_000), "CNY", "at_least")
    ('CNY 35.6 billion', 'over CNY 100 million')
    >>> amount(Decimal("4.8"), "percent", "about", "yoy"), amount((Decimal(14), Decimal(16)), "percent", "range")
    ('about +4.8%', '14% to 16%')
    """
    if isinstance(value, str):
        return value
    if isinstance(value, tuple):
        low, high = value
        return f"{_quantity(low, unit, measure)} to {_quantity(high, unit, measure)}"
    return _BOUNDS[bound] + _quantity(value, unit, measure)


def _quantity(value: Decimal, unit: str, measure: Measure) -> str:
    sign = "−" if value < 0 else "+" if measure != "level" and unit != "times" else ""
    number = _number(abs(value))
    match unit:
        case "percent":
            return f"{sign}{number}%"
        case "percentage_point":
            return f"{sign}{number} points"
        case "times":
            return f"{sign}{number} times"
        case "minutes":
            return f"{sign}{number} minutes"
        case "count":
            return f"{sign}{number}"
        case _:
            return f"{sign}{unit} {number}"


def _number(value: Decimal) -> str:
    """A number without its sign, all of its digits kept."""
    for size, word in _SCALES:
        if value >= size:
            return f"{_digits(value / size)}{word}"
    return _digits(value)


def _digits(value: Decimal) -> str:
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def rounded(value: Decimal, digits: int) -> Decimal:
    """A value with so many significant digits.

    >>> f"{rounded(Decimal('42149.87'), 3):f}"
    '42100'
    """
    return Decimal(f"{value:.{digits - 1}e}")


def change(new: Value, old: Value, unit: str, bounds: tuple[Bound, Bound] = ("exact", "exact")) -> str:
    """How far a value lies from an earlier one in the same unit; "" where that cannot be said.

    Args:
        new: the later value.
        old: the earlier one.
        unit: of both.
        bounds: of the later and of the earlier one.

    >>> change(Decimal("1.2e8"), Decimal("1e8"), "CNY"), change(Decimal("21.5"), Decimal("20"), "percent")
    ('+20%', '+1.5 points')
    >>> change(Decimal("3e8"), Decimal("2.5e8"), "CNY", ("at_least", "at_least"))
    'about +20%'
    """
    if not isinstance(new, Decimal) or not isinstance(old, Decimal) or new == old:
        return ""
    hedge = _HEDGES.get(bounds, "about ")
    if unit in ("percent", "percentage_point"):
        return hedge + _quantity(new - old, "percentage_point", "change")
    if not old:
        return ""
    percent = (new - old) / abs(old) * 100
    return hedge + _quantity(
        percent.quantize(Decimal(1) if abs(percent) >= 10 else Decimal("0.1")), "percent", "change"
    )


#: What the bounds of a later and an earlier value make of the change between them; otherwise it is "about".
_HEDGES: Mapping[tuple[Bound, Bound], str] = {
    ("exact", "exact"): "",
    ("at_least", "exact"): "at least ",
    ("exact", "at_most"): "at least ",
    ("at_most", "exact"): "at most ",
    ("exact", "at_least"): "at most ",
}


def period(form: str | None) -> str:
    """A period as a person writes it.

    >>> [period(form) for form in ("2024-Q4", "2025-02", "..2025-02", "2025-01/2025-09", "2025-03-26", "2024", None)]
    ['Q4 2024', 'Feb 2025', 'to Feb 2025', 'Jan 2025 to Sep 2025', '26 Mar 2025', '2024', 'no period stated']
    """
    if form is None:
        return "no period stated"
    if form.startswith(".."):
        return f"to {period(form[2:])}"
    if "/" in form:
        return " to ".join(map(period, form.split("/")))
    year, _, rest = form.partition("-")
    if not rest or not rest[0].isdigit():
        return f"{rest} {year}".strip()
    month, _, day = rest.partition("-")
    return " ".join(filter(None, [day.lstrip("0"), _MONTHS[int(month) - 1], year]))


def about(figure: Figure, form: str | None, speaker: str) -> str:
    """What a figure is about, besides entity and metric: period, aggregation, measure, basis.

    Args:
        figure: for all but the period.
        form: the period, which the ledger may know better than the sentence.
        speaker: what the speaker of guidance or an estimate is called.
    """
    return ", ".join(
        filter(
            None,
            [
                when(figure.aggregation, form),
                _MEASURES[figure.measure],
                _whose(figure.basis, speaker),
            ],
        )
    )


def when(aggregation: Aggregation, form: str | None) -> str:
    """Period and aggregation; "" where there is nothing to say.

    >>> when("cumulative", "..2025-02"), when("annualized", "2025-03"), when("period", None)
    ('cumulative to Feb 2025', 'annualized, Mar 2025', '')
    """
    how = _AGGREGATIONS[aggregation]
    if form is None:
        return how
    return f"{how}{' ' if form.startswith('..') else ', '}{period(form)}" if how else period(form)


def _whose(basis: Basis, speaker: str) -> str:
    if basis == "reported":
        return ""
    return basis if speaker in ("", "unnamed") else f"{basis} by {speaker}"


def counted(number: int, noun: str) -> str:
    """A number of things.

    >>> counted(1, "fact"), counted(1200, "article")
    ('1 fact', '1,200 articles')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def clock(moment: datetime, zone: tzinfo) -> str:
    """A time in the reader's zone, which is named by its offset: CST is Shanghai's time and Chicago's.

    >>> from zoneinfo import ZoneInfo
    >>> clock(datetime(2025, 11, 20, 8, tzinfo=ZoneInfo("UTC")), ZoneInfo("Asia/Shanghai"))
    '20 Nov 2025, 16:00 UTC+8'
    """
    local = moment.astimezone(zone)
    minutes = int((local.utcoffset() or timedelta()).total_seconds()) // 60
    hours, rest = divmod(abs(minutes), 60)
    offset = f"{'-' if minutes < 0 else '+'}{hours}{f':{rest:02}' if rest else ''}" if minutes else ""
    return f"{local.day} {_MONTHS[local.month - 1]} {local:%Y, %H:%M} UTC{offset}"


def plain(text: str) -> str:
    r"""Foreign text without control characters and without marks that turn the direction of what follows.

    >>> plain("a\u202eb\x1bc")
    'abc'
    """
    return "".join(each for each in text if each in "\n\t" or not _hidden(each))


def _hidden(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cs") or character in _TURNS


#: Embeddings, overrides and isolates of the bidirectional algorithm, and what XML may not hold.
_TURNS = frozenset("\ufffe\uffff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")


def line(text: str, limit: int = 300) -> str:
    r"""Foreign text on one line of a bounded length.

    >>> line("a\r\nBcc: b")
    'a Bcc: b'
    """
    joined = " ".join(re.sub(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", plain(text.replace("\r", " "))).split())
    return joined if len(joined) <= limit else joined[: limit - 1].rstrip() + "…"
