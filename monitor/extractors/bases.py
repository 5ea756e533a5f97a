"""What growth is compared with, where the text leaves no choice: a quarter, though most growth is a year's.

`环比上升20.0%` says it right before its number. Growth "from 2.8 billion in Q1 to 3.9 billion in Q2" says it by the
times of its levels: of 3,963 annotated changes within a line of such levels six disagree, and these say their base
themselves.
"""

from __future__ import annotations

from collections.abc import Sequence

from monitor.extractors.forms import shifted
from monitor.extractors.scene import Scene, Slot
from storage import periods
from storage.records import Measure

#: Measures of growth, and how far back each looks.
_BACK: dict[Measure, str] = {"yoy": "prior_year_same", "qoq": "prior_quarter", "mom": "prior_month"}
#: So near behind a number stands what it does: `20.0%増`.
_BESIDE = 2
_MONTH = periods.shape("2025-03")


def settle(scene: Scene, comparing: Sequence[str]) -> None:
    """Give growth the measure that its words or its levels have.

    Args:
        scene: its slots are decided.
        comparing: words that open any comparison; one that holds none of them ("last quarter") may be a time.
    """
    for slot in scene.slots:
        if slot.measure not in _BACK:
            continue
        measure = _said(scene, slot, comparing)
        if measure is None and not _says_base(scene, slot):
            measure = _grown(scene, slot)
        if measure is not None and measure != slot.measure:
            slot.measure = measure
            slot.settle("measure", "compared")


def _said(scene: Scene, slot: Slot, comparing: Sequence[str]) -> Measure | None:
    """The measure that is said right before growth taken for a year's, with nothing but up or down between."""
    said = next(scene.comparisons.before(slot.start, slot.sentence[0]), None)
    if slot.measure != "yoy" or said is None or said.meanings[0].id not in {"qoq", "mom"}:
        return None
    if not any(word in scene.text[said.start : said.end] for word in comparing):
        return None
    ways = scene.directions.within(said.start, slot.end + _BESIDE)
    passed = max([said.end, *(way.end for way in ways if way.end <= slot.start)])
    if not ways or scene.text[passed : slot.start].strip():
        return None
    # 环比 is against the period before, whatever it is.
    monthly = slot.period is not None and periods.shape(slot.period) == _MONTH
    return "mom" if monthly or said.meanings[0].id == "mom" else "qoq"


def _says_base(scene: Scene, slot: Slot) -> bool:
    """Whether the slot's clause says what growth is compared with, in a word ("yoy") or a time ("the year before")."""
    words = scene.comparisons.within(*slot.sentence)
    times = (time for time in scene.periods.within(*slot.sentence) if time.comparative)
    starts = [*(word.start for word in words), *(time.start for time in times)]
    return any(scene.layout.clause(start) == slot.clause for start in starts)


def _grown(scene: Scene, slot: Slot) -> Measure | None:
    """The measure that the times of the levels make it which growth fits; None where they are not of one mind."""
    pairs = [(scene.slots[tie.first], scene.slots[tie.second]) for tie in slot.ties if tie.part == "rate"]
    found = {measure for now, then in pairs if (measure := _measure(slot, now, then)) is not None}
    return found.pop() if len(found) == 1 else None


def _measure(slot: Slot, now: Slot, then: Slot) -> Measure | None:
    """The measure of growth between two levels of the same; None where they are not, or lie apart in another way."""
    for level in (now, then):
        if level.measure != "level" or (level.metric, level.entity) != (slot.metric, slot.entity):
            return None
    if now.period is None or now.period != slot.period:
        return None
    return next((measure for measure, back in _BACK.items() if shifted(now.period, back) == then.period), None)
