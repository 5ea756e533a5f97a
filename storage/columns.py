"""How values, numbers and optional times stand in columns, and how they come back."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import cast

from storage.novelty import Reading
from storage.records import Bound, Value
from storage.times import moment_of, text_of

Column = int | float | str | None

#: Above it, floats skip whole numbers: as REAL a number would come back changed.
_WHOLE = Decimal(2**53)


def number(value: Decimal | None) -> int | float | None:
    """A number as INTEGER or REAL; 15 digits come back as they were."""
    if value is None:
        return None
    if value == value.to_integral_value() and -_WHOLE < value < _WHOLE:
        return int(value)
    return float(value)


def decimal(column: float | None) -> Decimal:
    """The number of a column that is not null."""
    assert column is not None
    return Decimal(repr(column)) if isinstance(column, float) else Decimal(column)


def optional_decimal(column: float | None) -> Decimal | None:
    """The number of a column."""
    return None if column is None else decimal(column)


def value_column(value: Value) -> Column:
    """A number or a version; null for ranges, whose ends are low and high."""
    if isinstance(value, tuple):
        return None
    return value if isinstance(value, str) else number(value)


def value_of(column: Column, low: float | None, high: float | None) -> Value:
    """The value of a row."""
    if column is None:
        return decimal(low), decimal(high)
    return column if isinstance(column, str) else decimal(column)


def reading_of(columns: tuple[Column, str, str, float | None, float | None, float | None]) -> Reading:
    """The reading in the columns value, unit, bound, low, high, resolution."""
    value, unit, bound, low, high, resolution = columns
    return Reading(
        value=value_of(value, low, high),
        unit=unit,
        bound=cast(Bound, bound),
        step=optional_decimal(resolution) or Decimal(0),
        low=optional_decimal(low),
        high=optional_decimal(high),
    )


def columns_of(reading: Reading) -> tuple[Column, str, str, Column, Column, Column]:
    """A reading as the columns value, unit, bound, low, high, resolution."""
    return (
        value_column(reading.value),
        reading.unit,
        reading.bound,
        number(reading.low),
        number(reading.high),
        number(reading.step) or None,
    )


def optional_text(moment: datetime | None) -> str | None:
    """A moment, or null."""
    return None if moment is None else text_of(moment)


def optional_moment(column: str | None) -> datetime | None:
    """The moment of a column that may be null."""
    return None if column is None else moment_of(column)


def optional_day(column: str | None) -> date | None:
    """The day of a column that may be null."""
    return None if column is None else date.fromisoformat(column)
