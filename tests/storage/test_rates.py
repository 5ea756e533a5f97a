"""Reference rates: means of days, and the nearest day where there is none."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.rates import UnknownCurrencyError, known, mean_rate


def test_the_mean_of_a_year() -> None:
    rate = mean_rate("USD", "CNY", date(2024, 1, 1), date(2024, 12, 31))
    assert Decimal("7.1") < rate.rate < Decimal("7.3")
    assert (rate.first, rate.last, rate.stale) == (date(2024, 1, 2), date(2024, 12, 31), False)
    assert str(rate).startswith("1 USD = 7.")
    assert str(rate).endswith("mean of 2024-01-02 to 2024-12-31")


def test_a_weekend_takes_the_day_before() -> None:
    rate = mean_rate("EUR", "CNY", date(2025, 2, 1), date(2025, 2, 2))
    assert (rate.last, rate.stale) == (date(2025, 1, 31), False)


def test_after_the_last_known_day_its_rate_stands_and_that_is_said() -> None:
    rate = mean_rate("USD", "CNY", date(2099, 1, 1), date(2099, 1, 31))
    assert rate.stale
    assert str(rate).endswith(f"of {rate.last}, the nearest day with a reference rate")
    assert rate.last < date(2099, 1, 1)
    before = mean_rate("USD", "CNY", date(1990, 1, 1), date(1990, 12, 31))
    assert before.stale
    assert before.last > date(1990, 12, 31)


def test_currencies_without_a_rate() -> None:
    with pytest.raises(UnknownCurrencyError, match="TWD"):
        mean_rate("TWD", "CNY", date(2024, 1, 1), date(2024, 12, 31))
    assert not known("TWD")
    assert known("EUR")


@settings(deadline=None)
@given(st.dates(date(2006, 1, 1), date(2025, 12, 31)), st.integers(0, 40))
def test_there_and_back(first: date, length: int) -> None:
    last = first + timedelta(days=length)
    there, back = mean_rate("USD", "HKD", first, last), mean_rate("HKD", "USD", first, last)
    assert abs(there.rate * back.rate - 1) < Decimal("0.001")
