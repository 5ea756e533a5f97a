"""The algebra of periods holds for every form, and nonsense is told from it."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import periods
from storage.periods import Period, parse

YEARS = st.integers(1000, 8999)
DAYS = st.dates(date(1000, 1, 1), date(8999, 12, 31))
SINGLE = st.one_of(
    YEARS.map(str),
    st.builds("{}-H{}".format, YEARS, st.integers(1, 2)),
    st.builds("{}-Q{}".format, YEARS, st.integers(1, 4)),
    st.builds("{}-{:02}".format, YEARS, st.integers(1, 12)),
    DAYS.map(date.isoformat),
)
SPANS = st.tuples(DAYS, DAYS).map(sorted)
FORMS = st.one_of(
    SINGLE,
    SINGLE.map("..{}".format),
    SPANS.map(lambda ends: f"{ends[0].isoformat()}/{ends[1].isoformat()}"),
    SPANS.map(lambda ends: f"{periods.month_of(ends[0])}/{periods.month_of(ends[1])}"),
)


@pytest.mark.parametrize(
    ("form", "first", "last"),
    [
        ("2024", "2024-01-01", "2024-12-31"),
        ("2024-H2", "2024-07-01", "2024-12-31"),
        ("2024-Q4", "2024-10-01", "2024-12-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2025-03-26", "2025-03-26", "2025-03-26"),
        ("2025-01/2025-09", "2025-01-01", "2025-09-30"),
        ("2025-11-01/2025-11-11", "2025-11-01", "2025-11-11"),
    ],
)
def test_a_form_names_its_days(form: str, first: str, last: str) -> None:
    assert parse(form) == Period(date.fromisoformat(first), date.fromisoformat(last))
    assert not parse(form).open_start


def test_an_open_form_has_an_end_only() -> None:
    assert parse("..2025-02") == parse("..2025-02-28") == Period(None, date(2025, 2, 28))
    assert parse("..2025-02").open_start
    assert periods.days("..2025-02") is None
    assert periods.format(parse("..2025")) == "..2025-12"


@pytest.mark.parametrize(
    "form", ["", "..", "25", "2025-Q5", "2025-H3", "2025-13", "2025-02-30", "0000", "2025/", "2025-09/2025-01",
             "2025Q3", "2025-Q3 ", "２０２５", "..2025-01/2025-02", "2025-1", "2025/2026/2027"]
)  # fmt: skip
def test_nonsense_is_named(form: str) -> None:
    with pytest.raises(ValueError, match="a period"):
        parse(form)


@given(FORMS)
def test_format_names_the_same_days(form: str) -> None:
    assert parse(periods.format(parse(form))) == parse(form)
    assert periods.same(form, periods.format(parse(form)))
    assert periods.contains(form, form)


@given(FORMS, st.integers(-100, 100))
def test_shifting_there_and_back_by_whole_years_returns(form: str, years: int) -> None:
    back = periods.shift_years(periods.shift_years(form, years), -years)
    assert abs((periods.last_day(back) - periods.last_day(form)).days) <= 1
    assert len(periods.shift_years(form, years)) == len(form)


@given(SINGLE)
def test_the_period_before_ends_where_this_one_begins(form: str) -> None:
    first = periods.first_day(form)
    assert first is not None
    assert periods.last_day(periods.before(form)) == first - timedelta(days=1)


@pytest.mark.parametrize(
    ("form", "months", "shifted"),
    [
        ("2025-Q1", -3, "2024-Q4"),
        ("2025-Q3", 1, "2025-08/2025-10"),
        ("2025", -3, "2024-10/2025-09"),
        ("2025-01/2025-09", -12, "2024-01/2024-09"),
        ("2025-01/2025-12", -12, "2024-01/2024-12"),
        ("2024-02-29", -12, "2023-02-28"),
        ("2025-06-30", -3, "2025-03-31"),
        ("..2025", 3, "..2026-03"),
        ("2024/2026", 12, "2025/2027"),
    ],
)
def test_shifting_keeps_the_shape(form: str, months: int, shifted: str) -> None:
    assert periods.shift_months(form, months) == shifted


def test_the_ends_of_the_calendar_are_errors() -> None:
    with pytest.raises(ValueError, match="years 1 to 9999"):
        periods.shift_years("9999-Q4", 1)
    with pytest.raises(ValueError, match="a period"):
        periods.before("0001-Q1")
    with pytest.raises(ValueError, match="open start"):
        periods.before("..2025")
    with pytest.raises(ValueError, match="ends when it has begun"):
        periods.format(periods.Period(date(2025, 4, 1), date(2025, 3, 31)))


def test_same_and_contains_are_of_days() -> None:
    assert periods.same("2025-Q3", "2025-07/2025-09")
    assert periods.contains("2025", "2025-Q3")
    assert periods.contains("..2025-02", "2024")
    assert not periods.contains("2025-Q3", "..2025-07")
    assert not periods.contains("2025-Q3", "2025-H2")
    assert periods.days("2024-02") == 29
    assert periods.before("2025-11-11") == "2025-11-10"
    assert periods.before("2025-01-06/2025-01-10") == "2025-01-01/2025-01-05"
