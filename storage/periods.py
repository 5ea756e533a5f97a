"""The algebra of periods: what a contract form means in days, and which form lies a year, quarter or month away.

Forms: `2025` `2025-H1` `2025-Q3` `2025-02` `2025-03-26`, spans of two of them (`2025-01/2025-09`,
`2025-11-01/2025-11-11`), and `..` before a form for all time up to its end (`..2025-02`).
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

_FORM = re.compile(
    r"(?P<year>[0-9]{4})(?:-(?:Q(?P<quarter>[1-4])|H(?P<half>[12])|(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2}))?))?"
)
_EXPECTED = "a year, half, quarter, month or day, a span of two or '..' before one (2025, 2025-H1, 2025-Q3, ...)"


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `first` to `last`, both of them included."""

    #: None: the start is open.
    first: date | None
    last: date

    @property
    def open_start(self) -> bool:
        """Whether the period is all time up to its last day."""
        return self.first is None


@lru_cache(maxsize=4096)
def parse(form: str) -> Period:
    """The days that a contract form covers.

    >>> parse("2024-Q4")
    Period(first=datetime.date(2024, 10, 1), last=datetime.date(2024, 12, 31))

    Raises:
        ValueError: `form` is no contract form, names a day that does not exist or ends before it begins.
    """
    if form.startswith(".."):
        return Period(None, _days(form[2:], form)[1])
    head, slash, tail = form.partition("/")
    first, last = _days(head, form)
    if slash:
        last = _days(tail, form)[1]
    if last < first:
        raise ValueError(f"a period ends no earlier than it begins: {form!r}")
    return Period(first, last)


def _days(part: str, form: str) -> tuple[date, date]:
    """First and last day of a form that is neither open nor a span."""
    match = _FORM.fullmatch(part)
    if match is None:
        raise ValueError(f"a period is {_EXPECTED}, not {form!r}")
    year = int(match["year"])
    month, length = 1, 12
    if match["quarter"]:
        month, length = 3 * int(match["quarter"]) - 2, 3
    elif match["half"]:
        month, length = 6 * int(match["half"]) - 5, 6
    elif match["month"]:
        month, length = int(match["month"]), 1
    try:
        if match["day"]:
            day = date(year, month, int(match["day"]))
            return day, day
        end = month + length - 1
        return date(year, month, 1), date(year, end, monthrange(year, end)[1])
    except ValueError as error:
        raise ValueError(f"a period is of days that exist, not {form!r}: {error}") from None


@lru_cache(maxsize=4096)
def format(period: Period) -> str:  # noqa: A001 - the counterpart of parse
    """The shortest contract form of the days; an open period is named by its last month where that is whole.

    >>> format(parse("2025-07/2025-09"))
    '2025-Q3'

    Raises:
        ValueError: the period ends before it begins.
    """
    first, last = period.first, period.last
    if first is not None and last < first:
        raise ValueError(f"a period ends when it has begun, not from {first} to {last}")
    whole_end = last.day == monthrange(last.year, last.month)[1]
    if first is None:
        return f"..{month_of(last) if whole_end else last.isoformat()}"
    if first == last:
        return first.isoformat()
    if first.day != 1 or not whole_end:
        return f"{first.isoformat()}/{last.isoformat()}"
    return _months(first, last)


def _months(first: date, last: date) -> str:
    """The form of whole months."""
    if (first.year, first.month) == (last.year, last.month):
        return month_of(first)
    length = last.month - first.month + 1
    if first.year == last.year and last.month % length == 0:
        if length == 12:
            return f"{first.year:04}"
        if length == 6:
            return f"{first.year:04}-H{last.month // 6}"
        if length == 3:
            return f"{first.year:04}-Q{last.month // 3}"
    return f"{month_of(first)}/{month_of(last)}"


def month_of(day: date) -> str:
    """The form of the month that holds `day`."""
    return f"{day.year:04}-{day.month:02}"


def first_day(form: str) -> date | None:
    """First day of the form, None where its start is open; raises ValueError as `parse` does."""
    return parse(form).first


def last_day(form: str) -> date:
    """Last day of the form; raises ValueError as `parse` does."""
    return parse(form).last


def days(form: str) -> int | None:
    """How many days the form covers, None where its start is open; raises ValueError as `parse` does."""
    period = parse(form)
    return None if period.first is None else (period.last - period.first).days + 1


def shape(form: str) -> str:
    """The same for forms of one length: quarters with quarters, months with months.

    >>> shape("2025-Q3") == shape("2024-Q1"), shape("2025-Q3") == shape("2025-03")
    (True, False)
    """
    return re.sub(r"\d", "9", form)


def same(one: str, other: str) -> bool:
    """Whether both forms cover the same days; raises ValueError as `parse` does.

    >>> same("2025-Q3", "2025-07/2025-09")
    True
    """
    return parse(one) == parse(other)


def contains(outer: str, inner: str) -> bool:
    """Whether every day of `inner` is one of `outer`; raises ValueError as `parse` does."""
    wide, narrow = parse(outer), parse(inner)
    if narrow.last > wide.last:
        return False
    return wide.first is None or (narrow.first is not None and wide.first <= narrow.first)


def shift_years(form: str, years: int) -> str:
    """The form of the same shape `years` later; raises ValueError as `parse` does, or past the years 1 to 9999.

    >>> shift_years("..2025-02", -1)
    '..2024-02'
    """
    return shift_months(form, 12 * years)


def shift_quarters(form: str, quarters: int) -> str:
    """The form `quarters` later; raises ValueError as `parse` does, or past the years 1 to 9999.

    >>> shift_quarters("2025-Q1", -1)
    '2024-Q4'
    """
    return shift_months(form, 3 * quarters)


@lru_cache(maxsize=4096)
def shift_months(form: str, months: int) -> str:
    """The form `months` later, in the same shape where that names the shifted days, else as a span of months.

    The last day of a month stays the last, a 31st becomes the last of a shorter month.

    >>> shift_months("2025-06-30", -3)
    '2025-03-31'
    >>> shift_months("2025-H1", -3)
    '2024-10/2025-03'

    Raises:
        ValueError: as `parse`, or the days would lie past the years 1 to 9999.
    """
    parse(form)
    if form.startswith(".."):
        return ".." + _shift(form[2:], months, end=True)
    head, slash, tail = form.partition("/")
    if slash:
        return f"{_shift(head, months, end=False)}/{_shift(tail, months, end=True)}"
    moved = _shift(form, months, end=None)
    parse(moved)
    return moved


def _shift(part: str, months: int, *, end: bool | None) -> str:
    """One form shifted; where its shape does not fit the new place, `end` says which of its months stands for it."""
    first, last = _days(part, part)
    shape = _FORM.fullmatch(part)
    assert shape is not None
    if shape["day"]:
        return _shift_day(first, months).isoformat()
    begin, close = _shift_day(first, months), _shift_day(last, months)
    moved = _months(begin, close)
    if "/" not in moved or end is None:
        return moved
    return month_of(close if end else begin)


def _shift_day(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not date.min.year <= year <= date.max.year:
        raise ValueError(f"a period lies in the years 1 to 9999, not in {year}")
    longest = monthrange(year, month + 1)[1]
    whole = day.day == monthrange(day.year, day.month)[1]
    return date(year, month + 1, longest if whole else min(day.day, longest))


def before(form: str) -> str:
    """The period of the same length that ends on the day before `form` begins.

    >>> before("2025-Q1"), before("2025-01/2025-09")
    ('2024-Q4', '2024-04/2024-12')

    Raises:
        ValueError: as `parse`, or the start of `form` is open.
    """
    period = parse(form)
    if period.first is None:
        raise ValueError(f"no period lies before one with an open start: {form!r}")
    span = period.last - period.first
    shortest = format(period)
    if period.first.day == 1 and len(shortest.partition("/")[0]) < len("2025-03-26"):
        length = (period.last.year - period.first.year) * 12 + period.last.month - period.first.month + 1
        return shift_months(form, -length)
    try:
        last = period.first - timedelta(days=1)
        return format(Period(last - span, last))
    except OverflowError:
        raise ValueError(f"no period lies before {form!r}") from None
