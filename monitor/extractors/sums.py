"""Numbers that explain each other: 67.7 is 12.0 % more than 60.4, 20.6 is 57.1 % of 36.1.

Texts about business print the result of an arithmetic next to what it was made from. Where two amounts and a rate fit
within what rounding allows, each has a part in it, whatever the language and the words between.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from math import inf
from typing import NamedTuple

from monitor.extractors.scene import Slot, Tie
from monitor.extractors.surroundings import RATES

#: Amounts and rates that belong together stand no further apart, in quantities.
_REACH = 4
#: Rounding leaves this many percentage points open where a fit says much, and where it says anything.
_FINE, _COARSE = 0.25, 1.2
#: And of what is said in times, in hundredths.
_LOOSE = 12
_GROWTH, _SHARE = ("now", "then", "rate"), ("part", "whole", "share")


class _Number(NamedTuple):
    slot: Slot
    value: float
    #: Half of the last printed digit, as a part of the value.
    slack: float
    rate: bool
    unit: str | None


def tie(slots: Sequence[Slot]) -> None:
    """Tell the slots of a text what they are to each other."""
    numbers = [number for slot in slots if (number := _number(slot)) is not None]
    for index, one in enumerate(numbers):
        if one.rate or one.value <= 0:
            continue
        near = numbers[index + 1 : index + 1 + _REACH]
        for other in near:
            if other.rate or other.value <= 0 or other.value == one.value or not _comparable(one, other):
                continue
            low = max(index - _REACH + 1, 0)
            for rate in numbers[low : index + 1 + _REACH + 1]:
                if rate.rate and _together(one.slot, other.slot, rate.slot):
                    _fit(one, other, rate)


def _number(slot: Slot) -> _Number | None:
    value = slot.quantity.value
    if not isinstance(value, Decimal) or slot.version or slot.quantity.kind != "number" or not value:
        return None
    unit = slot.quantity.unit
    size = abs(float(value))
    if not 0 < size < inf:
        # Too small or too large for arithmetic with rounding.
        return None
    if unit in RATES:
        return _Number(slot, size, float(slot.quantity.resolution) / 2, True, unit)
    return _Number(slot, size, float(slot.quantity.resolution) / 2 / size, False, unit)


def _comparable(one: _Number, other: _Number) -> bool:
    if one.unit == other.unit:
        return True
    return one.unit is None or other.unit is None


def _together(one: Slot, other: Slot, rate: Slot) -> bool:
    lines = {one.line_number, other.line_number, rate.line_number}
    return max(lines) - min(lines) <= 1


def _fit(one: _Number, other: _Number, rate: _Number) -> None:
    """Note the parts where the ratio of two amounts, with or without 100 %, is the rate."""
    for now, then in ((one, other), (other, one)):
        ratio = now.value / then.value
        slack = ratio * (now.slack + then.slack) * 100
        if rate.unit == "times":
            # "Doubled" is printed of 1.9 and of 2.1, not of 1.5.
            open_ = max(slack, min(rate.slack * 100, _LOOSE))
            if ratio > 1 and abs(ratio - rate.value) * 100 <= open_ <= _LOOSE:
                _note(_GROWTH, now, then, rate, "t")
            continue
        if rate.unit != "percent":
            continue
        open_ = slack + rate.slack
        if open_ > _COARSE:
            continue
        how = "f" if open_ <= _FINE else "c"
        change = abs(ratio - 1) * 100
        if abs(change - rate.value) <= open_ + 1e-9 and change < 1000:
            _note(_GROWTH, now, then, rate, how)
        if ratio < 1 and abs(ratio * 100 - rate.value) <= open_ + 1e-9:
            _note(_SHARE, now, then, rate, how)


def _note(parts: tuple[str, str, str], one: _Number, other: _Number, rate: _Number, how: str) -> None:
    numbers = one.slot.number, other.slot.number, rate.slot.number
    one.slot.ties.append(Tie(parts[0], how, numbers[1], numbers[2]))
    other.slot.ties.append(Tie(parts[1], how, numbers[0], numbers[2]))
    rate.slot.ties.append(Tie(parts[2], how, numbers[0], numbers[1]))
