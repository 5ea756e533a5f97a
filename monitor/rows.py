"""Figures and quantities as JSON rows: the contract of `extract --jsonl`."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from monitor.extractors.quantities import Quantity
from storage.records import Figure, Value


def number(value: Decimal) -> int | float:
    """A decimal as JSON has it: whole numbers without a point.

    >>> number(Decimal("1E+8")), number(Decimal("4.8"))
    (100000000, 4.8)
    """
    return int(value) if value == value.to_integral_value() else float(value)


def plain(value: Value) -> int | float | str | list[int | float]:
    """A figure's value as JSON has it: a number, `[low, high]`, or the name of a version."""
    if isinstance(value, tuple):
        return [number(end) for end in value]
    return value if isinstance(value, str) else number(value)


def figure_row(figure: Figure) -> dict[str, Any]:
    """Every field of a figure."""
    return {
        "where": figure.where,
        "start": figure.start,
        "end": figure.end,
        "entity": figure.entity,
        "metric": figure.metric,
        "measure": figure.measure,
        "value": plain(figure.value),
        "unit": figure.unit,
        "bound": figure.bound,
        "period": figure.period,
        "aggregation": figure.aggregation,
        "basis": figure.basis,
        "speaker": figure.speaker,
        "confidence": round(figure.confidence, 3),
        "audit": list(figure.audit),
        "quote": figure.quote,
    }


def quantity_row(quantity: Quantity) -> dict[str, Any]:
    """A number with its unit, "" where it has none: the contract has one word for percents and points, and one value.

    Of a range `value` is the upper end and `low` the lower one.
    """
    value = plain(quantity.value)
    low, high = value if isinstance(value, list) else (value, value)
    return {
        "start": quantity.start,
        "end": quantity.end,
        "value": high,
        "low": low,
        "unit": "percent" if quantity.unit == "percentage_point" else quantity.unit or "",
        "bound": quantity.bound,
    }


def quantity_rows(quantities: Iterable[Quantity]) -> list[dict[str, Any]]:
    """The rows of what are quantities: not of years, dates, codes and names, which are read beside them."""
    return [quantity_row(quantity) for quantity in quantities if quantity.kind == "number"]
