"""Slots to figures: spans and quotes in the original, values with their sign, confidence; and figures to JSON."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from monitor.extractors.normal import Normal
from monitor.extractors.scene import Scene, Slot
from monitor.extractors.weighing import Weights
from storage.records import Figure, Value, Where


def figure_of(scene: Scene, slot: Slot, normal: Normal, title: str, text: str, weights: Weights) -> Figure | None:
    """The figure that a decided slot states; None where its span is empty in the original."""
    assert slot.frame is not None
    start, end = normal.original(slot.start, slot.end)
    low, high = normal.original(*slot.sentence)
    where: Where = "title" if slot.start <= scene.title_end else "text"
    source, offset = (title, 0) if where == "title" else (text, len(title) + 1 if title else 0)
    start, end, low, high = (
        start - offset,
        min(end - offset, len(source)),
        max(low - offset, 0),
        min(high - offset, len(source)),
    )
    if not 0 <= start < end:
        return None
    while low < start and source[low] in " \n\t\u3000":
        low += 1
    quote = source[low : max(high, end)].rstrip()
    if low + len(quote) < end:
        quote = source[low:end]
    version = slot.frame.unit == "version"
    return Figure(
        entity=slot.entity,
        metric=slot.metric,
        measure=slot.measure,
        value=signed(slot),
        unit=slot.frame.unit,
        bound="exact" if version else "range" if isinstance(slot.frame.value, tuple) else slot.quantity.bound,
        period=slot.period,
        aggregation=slot.aggregation,
        basis=slot.basis,
        speaker=None if slot.basis == "reported" else "unnamed",
        where=where,
        start=start,
        end=end,
        quote=quote,
        resolution=None if version else slot.quantity.resolution * (slot.scale if not slot.quantity.scaled else 1),
        confidence=confidence(slot, weights),
    )


def signed(slot: Slot) -> Value:
    """The value with the sign that was decided."""
    assert slot.frame is not None
    value = slot.frame.value
    if isinstance(value, str):
        return value
    if isinstance(value, tuple):
        low, high = sorted((abs(value[0]), abs(value[1])))
        return (-high, -low) if slot.negative else (low, high)
    return -abs(value) if slot.negative else abs(value)


def confidence(slot: Slot, weights: Weights) -> float:
    """Calibrated share of such figures that are right in every field."""
    share = 1.0
    for each in slot.sure.values():
        share *= each
    steps = weights.calibration.get("steps")
    if not steps:
        return round(share, 3)
    for limit, right in reversed(steps):
        if share >= limit:
            return float(right)
    return float(steps[0][1])


def as_json(figure: Figure) -> dict[str, Any]:
    """The figure as the JSON object that `extract --jsonl` writes."""
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
        "quote": figure.quote,
        "confidence": figure.confidence,
    }


def plain(value: Value) -> float | int | str | list[float | int]:
    """A value as JSON has it: a number, two of them, or a name."""
    if isinstance(value, str):
        return value
    if isinstance(value, tuple):
        return [_number(value[0]), _number(value[1])]
    return _number(value)


def _number(value: Decimal) -> float | int:
    return int(value) if value == value.to_integral_value() else float(value)
