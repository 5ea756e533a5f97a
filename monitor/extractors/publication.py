"""The day of publication of a text that comes without one: what the times that it writes out with their year say.

News tell of what was last, so the latest of those times is near it: a day is mostly the day itself, and results come
some weeks after the quarter. Where only years are told, the days and months without a year lie in the latest of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import date, timedelta
from typing import NamedTuple

from monitor.extractors.periods import PeriodMention
from storage.periods import parse

#: From the last day of the latest time to publication, by the longest such time in days: medians of 819 articles whose
#: latest is a day, a quarter or half a year. A month is told weeks or years later.
_LAGS = {1: timedelta(0), 31: timedelta(15), 184: timedelta(54)}
_DAY = _LAGS[1]
_YEAR = 366
#: A day without a year comes that soon after the latest time that is told, or is of another year.
_SOON = timedelta(120)


class _Told(NamedTuple):
    """A time that is told."""

    first: date
    last: date
    #: Whether its year is.
    dated: bool
    #: None: a time of which publication is near to nothing, a year.
    lag: timedelta | None


def told_day(times: Sequence[PeriodMention], text: str, found: date) -> date | None:
    """The day on which a text was published by what it tells, no later than it was found; None: it tells no year.

    Args:
        times: those of the text.
        text: in the normal form that their offsets refer to.
        found: the day on which it was there already.
    """
    told = [each for time in times if (each := _told(time, text)) is not None]
    dated = [each for each in told if each.dated and each.first <= found]
    bare = [each for each in told if not each.dated and each.lag is not None]
    near = max(((each.last, each.lag) for each in dated if each.lag is not None and each.last <= found), default=None)
    if near is not None:
        last, lag = near
        days = [_next(each.last, last) for each in bare if each.lag == _DAY]
        return min(max((day for day in days if day - last <= _SOON), default=last + lag), found)
    if not dated:
        return None
    year = max(each.last.year for each in dated)
    ends = [_in(each.last, year) + each.lag for each in bare if each.lag is not None]
    return min(max(ends, default=date(year, 12, 31)), found)


def _told(time: PeriodMention, text: str) -> _Told | None:
    """A time as evidence; None where it is none: an expected one, all time up to a day, one counted from another."""
    if time.estimate or time.form is None:
        return None
    form = time.form.removeprefix("..")
    dated = time.kind == "absolute" or form[:4] in text[time.start : time.end]
    if not dated and time.kind != "bare":
        return None
    period = parse(form)
    assert period.first is not None
    days = (period.last - period.first).days + 1
    if days > _YEAR:
        return None
    return _Told(period.first, period.last, dated, next((lag for most, lag in _LAGS.items() if days <= most), None))


def _in(day: date, year: int) -> date:
    """The same day of a year."""
    with suppress(ValueError):
        return day.replace(year=year)
    return day.replace(year=year, day=28)


def _next(day: date, begin: date) -> date:
    """The first such day that is not before `begin`."""
    return _in(day, begin.year + (_in(day, begin.year) < begin))
