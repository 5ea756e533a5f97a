"""Currency conversion at the European Central Bank's reference rates, which CurrencyConverter carries: no network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from statistics import fmean
from typing import Any


class UnknownCurrencyError(LookupError):
    """The reference rates have no such currency, or none of that time."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rate:
    """What one unit of a currency is worth in another, as the mean of some days."""

    rate: Decimal
    source: str
    target: str
    #: First and last day whose rates were taken.
    first: date
    last: date
    #: The days asked for lie after the last one known, or before the first: its rate stands for them.
    stale: bool

    def __str__(self) -> str:
        if self.stale:
            days = f"of {self.last}, the nearest day with a reference rate"
        elif self.first == self.last:
            days = f"of {self.last}"
        else:
            days = f"mean of {self.first} to {self.last}"
        return f"1 {self.source} = {self.rate:.5g} {self.target}, {days}"


@lru_cache(maxsize=65536)
def mean_rate(source: str, target: str, first: date, last: date) -> Rate:
    """The mean reference rate of some days; of days outside the known ones, that of the nearest known one.

    Args:
        source: ISO 4217 code of the amount.
        target: ISO 4217 code of what it is to be.
        first: first day.
        last: last day.

    Raises:
        UnknownCurrencyError: one of the codes has no reference rate.
    """
    begins, ends = _bounds(source, target)
    days = list(_days(max(first, begins), min(last, ends)))
    found = [rate for day in days if (rate := _rate(source, target, day)) is not None]
    if found:
        known = [day for day in days if _rate(source, target, day) is not None]
        return Rate(
            rate=Decimal(repr(fmean(found))),
            source=source,
            target=target,
            first=known[0],
            last=known[-1],
            stale=False,
        )
    # No working day among them: the last one before, or the first one of all.
    day = min(max(last, begins), ends)
    step = timedelta(days=-1 if day > begins else 1)
    while (rate := _rate(source, target, day)) is None:
        day += step
    stale = last < begins or first > ends
    return Rate(rate=Decimal(repr(rate)), source=source, target=target, first=day, last=day, stale=stale)


def known(currency: str) -> bool:
    """Whether there are reference rates of a currency."""
    return currency in _converter().currencies


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=count) for count in range((last - first).days + 1))


def _bounds(source: str, target: str) -> tuple[date, date]:
    bounds = _converter().bounds
    for code in (source, target):
        if code not in bounds:
            raise UnknownCurrencyError(f"no reference rate of {code!r}: expected one of {', '.join(sorted(bounds))}")
    return (
        max(bounds[source].first_date, bounds[target].first_date),
        min(bounds[source].last_date, bounds[target].last_date),
    )


@lru_cache(maxsize=65536)
def _rate(source: str, target: str, day: date) -> float | None:
    from currency_converter import RateNotFoundError

    try:
        return float(_converter().convert(1, source, target, day))
    except RateNotFoundError:
        return None


@cache
def _converter() -> Any:
    # 0.4 s: only a process that compares two currencies pays for it.
    from currency_converter import CurrencyConverter

    return CurrencyConverter()
