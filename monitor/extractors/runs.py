"""Times that answer to the place of a quantity in a run: "in Q1, Q2 and Q3 1.5, 2.5 and 3 billion"."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

from monitor.extractors.forms import MANNER, REMEMBERED, YEAR, Forms, length_name
from monitor.extractors.periods import PeriodMention
from monitor.extractors.scene import Scene, Slot
from monitor.extractors.surroundings import gap, pairs
from storage import periods as algebra
from storage.periods import month_of

#: Of a year.
_QUARTERS = 4
#: Two of a kind are too common to be found again sentences later.
_PAIR = 2
#: Times so far apart, at most, may be joined by a word for "and".
_AND = 12


def paired(scene: Scene, slot: Slot, options: Forms) -> None:
    """Times that answer to the quantity's place in its run, said before or decided in the run before it."""
    if slot.place[1] < 2:
        return
    times = [
        m
        for m in scene.periods.within(slot.sentence[0], slot.run_start)
        if m.form and not m.comparative and not m.kind.startswith(MANNER)
    ]
    distinct = [m for number, m in enumerate(times) if not number or m.form != times[number - 1].form]
    said = any(m.id == "respectively" for c in scene.cues.within(*slot.sentence) for m in c.meanings)
    # One metric in as many periods as there are numbers: each has its own.
    fellows = scene.slots[slot.number - slot.place[0] : slot.number]
    same = all(near.metric == slot.metric for near in fellows if near.kept)
    named = {mention.meanings for mention in scene.metrics.within(slot.sentence[0], slot.run_start)}
    listed = _listed(scene, slot)
    if listed is not None:
        options.put(listed.members[slot.place[0]], "paired", "paired-list", f"paired-list|{said}")
        if same and (said or listed.kind != "span") and not (listed.comparative and len(named) > 1):
            options.certain = options.certain or listed.members[slot.place[0]]
    alike = len({length_name(m.form) for m in distinct if m.form}) == 1
    # Of the first it is not known yet whether the others are of the same metric.
    alone = slot.place[0] or len(named) <= 1
    clear = said and same and alone and alike and len(distinct) == slot.place[1]
    for number, how in pairs(slot, distinct).items():
        options.put(distinct[number].form, "paired", f"paired|{said}", how, f"{how}/{slot.place[1]}")
        if clear and how == "pair=":
            options.certain = distinct[number].form
    if said and same and distinct and distinct[-1].form:
        # "In the first three quarters it was 1.5, 2.5 and 3 billion, respectively": one metric has each part's.
        options.put(_part(distinct[-1].form, *slot.place), "paired", "split-said", f"split-said|{min(len(named), 2)}")
    after = [
        m
        for m in scene.periods.within(slot.end, slot.sentence[1])
        if m.form and not m.comparative and not m.kind.startswith(MANNER)
    ]
    if len(after) >= slot.place[1]:
        options.put(after[slot.place[0]].form, "paired", f"paired|{said}", "pair-after")
    for mention in scene.periods.within(*slot.sentence):
        if mention.form and not mention.comparative:
            options.put(_part(mention.form, *slot.place), "paired", "split", f"split/{slot.place[1]}")
    if slot.place[1] == _QUARTERS and scene.reporting:
        options.put(_part(scene.reporting[:YEAR], *slot.place), "paired", "split-reported", f"split-reported|{same}")
    first = slot.number - slot.place[0]
    above = scene.slots[first - slot.place[1] : first] if first >= slot.place[1] else []
    if above and above[0].place == (0, slot.place[1]) and above[0].sentence_number == slot.sentence_number:
        twin = above[slot.place[0]]
        if twin.kept:
            options.put(twin.period, "paired", "twin")
            if said and twin.metric == slot.metric and not _compared(scene, slot, above[-1].end):
                options.certain = twin.period


def _compared(scene: Scene, slot: Slot, start: int) -> bool:
    """Whether a run is said to be what the run before it is measured against."""
    between = start, slot.run_start
    against = any(time.comparative or time.form for time in scene.periods.within(*between))
    return against or any(m.meanings[0].id == "base" for m in scene.comparisons.within(*between))


def _listed(scene: Scene, slot: Slot) -> PeriodMention | None:
    """The nearest list of times with as many members as the slot's run has quantities, before the run or after it."""
    first = slot.number - slot.place[0]
    last = scene.slots[min(first + slot.place[1], len(scene.slots)) - 1]
    # "Estimates (24E/25E/26E): sales 127/137/145; profit 18/21/25": one list dates the whole line.
    for mention in scene.periods.before(slot.run_start, slot.line.start):
        if mention.start < slot.sentence[0] and len(mention.members) <= _PAIR:
            break
        # "In the two quarters before": what is compared with has members, too.
        if (not mention.comparative or mention.members) and not mention.kind.startswith(MANNER):
            if len(mention.members) == slot.place[1]:
                return mention
            break
    against = next(scene.comparisons.after(last.end, slot.sentence[1]), None)
    for mention in scene.periods.after(last.end, slot.sentence[1]):
        if against is not None and against.start < mention.start:
            # "higher than in Q3 and Q2, respectively"
            return None
        if not mention.comparative and not mention.kind.startswith(MANNER):
            return mention if len(mention.members) == slot.place[1] else None
    return None


@lru_cache(maxsize=REMEMBERED)
def _part(form: str, number: int, length: int) -> str | None:
    """One of the years, quarters or months of a period that has as many of them as a run has quantities."""
    try:
        period = algebra.parse(form)
    except ValueError:
        return None
    if period.first is None or period.first.day != 1:
        return None
    months = (period.last.year - period.first.year) * 12 + period.last.month - period.first.month + 1
    for size in (12, 3, 1):
        if months == size * length:
            start = algebra.shift_months(month_of(period.first), number * size)
            return algebra.format(algebra.parse(f"{start}/{algebra.shift_months(start, size - 1)}"))
    return None


def joined(scene: Scene, slot: Slot, options: Forms) -> None:
    """Neighbouring times taken together: "April and May" is a span."""
    mentions = [m for m in scene.periods.within(*slot.sentence) if m.form and not m.comparative and "/" not in m.form]
    for one, two in pairwise(mentions):
        if two.start - one.end > _AND or one.form is None or two.form is None or len(one.form) != len(two.form):
            continue
        if length_name(one.form) != "month":
            continue
        try:
            span = algebra.format(algebra.parse(f"{one.form}/{two.form}"))
        except ValueError:
            continue
        side = "b" if two.end <= slot.start else "a"
        options.put(span, "joined", f"joined-{side}", f"joined|{gap(scene, one.end, two.start)}")
