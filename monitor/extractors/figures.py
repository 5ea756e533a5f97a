"""Slots to figures: spans and quotes in the original, values with their sign, speaker and confidence."""

from __future__ import annotations

from math import prod
from typing import NamedTuple

from monitor.extractors.normal import Normal
from monitor.extractors.scene import Scene, Slot
from monitor.extractors.speakers import Speakers
from storage.records import Bound, Figure, Value, Where

_BLANKS = " \n\t\u3000|"


class Original(NamedTuple):
    """An article as it was given, and its normal form: title, line end, text; without a title the text alone."""

    title: str
    text: str
    normal: Normal

    def place(self, scene: Scene, start: int, end: int) -> tuple[Where, int, int]:
        """Where a span of the normal form stands in the title or the text."""
        first, last = self.normal.original(start, end)
        if start <= scene.title_end:
            return "title", first, min(last, len(self.title))
        offset = len(self.title) + 1 if self.title else 0
        return "text", max(first - offset, 0), min(last - offset, len(self.text))

    def quote(self, where: Where, low: int, high: int, start: int, end: int) -> str:
        """The sentence `low..high`, stripped, with at least `start..end`."""
        source = self.title if where == "title" else self.text
        low = min(low, start)
        while low < start and source[low] in _BLANKS:
            low += 1
        high = max(high, end)
        while high > end and source[high - 1] in _BLANKS:
            high -= 1
        return source[low:high]


def figure_of(scene: Scene, slot: Slot, original: Original, speakers: Speakers) -> Figure | None:
    """The figure that a decided slot states, its confidence the share of its decisions.

    None where its span is empty in the original.
    """
    assert slot.frame is not None
    where, start, end = original.place(scene, slot.start, slot.end)
    if not 0 <= start < end:
        return None
    _, low, high = original.place(scene, *slot.sentence)
    version = slot.frame.unit == "version"
    quantity = slot.quantity
    return Figure(
        entity=slot.entity,
        metric=slot.metric,
        measure=slot.measure,
        value=signed(slot),
        unit=slot.frame.unit,
        bound=bound_of(slot),
        period=slot.period,
        aggregation=slot.aggregation,
        basis=slot.basis,
        speaker=speakers.of(scene, slot),
        where=where,
        start=start,
        end=end,
        quote=original.quote(where, low, high, start, end),
        resolution=None if version else quantity.resolution * (1 if quantity.scaled else slot.scale),
        confidence=prod(slot.sure.values()),
    )


def bound_of(slot: Slot) -> Bound:
    """The bound of the number."""
    assert slot.frame is not None
    if isinstance(slot.frame.value, str):
        return "exact"
    if isinstance(slot.frame.value, tuple):
        return "range"
    return slot.quantity.bound


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
