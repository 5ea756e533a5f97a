"""Growth is measured from the level that it grew from: from 2.8 billion in Q1 to 3.9 billion in Q2 it is a quarter's.

Where nothing beside it says what growth is compared with, evidence takes it for a year's, as most is. Where both its
levels are read, their times leave no choice: of 3,963 annotated changes within a line of such levels six disagree, and
these say their base themselves.
"""

from __future__ import annotations

from monitor.extractors.forms import shifted
from monitor.extractors.scene import Scene, Slot
from storage.records import Measure

#: Measures of growth, and how far back each looks.
_BACK: dict[Measure, str] = {"yoy": "prior_year_same", "qoq": "prior_quarter", "mom": "prior_month"}


def settle(scene: Scene) -> None:
    """Give growth whose levels are both decided the measure that their times have, unless its clause says a base."""
    for slot in scene.slots:
        if slot.measure not in _BACK or _says_base(scene, slot):
            continue
        pairs = [(scene.slots[tie.first], scene.slots[tie.second]) for tie in slot.ties if tie.part == "rate"]
        found = {measure for now, then in pairs if (measure := _measure(slot, now, then)) is not None}
        if len(found) == 1 and slot.measure not in found:
            slot.measure = found.pop()
            slot.settle("measure", "levels")


def _says_base(scene: Scene, slot: Slot) -> bool:
    """Whether the slot's clause says what growth is compared with, in a word ("yoy") or a time ("the year before")."""
    words = scene.comparisons.within(*slot.sentence)
    times = (time for time in scene.periods.within(*slot.sentence) if time.comparative)
    starts = [*(word.start for word in words), *(time.start for time in times)]
    return any(scene.layout.clause(start) == slot.clause for start in starts)


def _measure(slot: Slot, now: Slot, then: Slot) -> Measure | None:
    """The measure of growth between two levels of the same; None where they are not, or lie apart in another way."""
    for level in (now, then):
        if level.measure != "level" or (level.metric, level.entity) != (slot.metric, slot.entity):
            return None
    if now.period is None or now.period != slot.period:
        return None
    return next((measure for measure, back in _BACK.items() if shifted(now.period, back) == then.period), None)
