"""Times that head a cell of a table: of its column, of its row, and above both."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from monitor.extractors.forms import (
    DAY,
    HOW,
    MANNER,
    OWN,
    REMEMBERED,
    YEAR,
    Forms,
    forms_of,
    in_year,
    length_name,
    shifted,
)
from monitor.extractors.periods import PeriodMention
from monitor.extractors.scene import Cell, Scene, Slot
from storage import periods as algebra

#: Shapes of metrics whose figures hold until further notice, whatever heads their column.
_TIMELESS = frozenset({"price", "view"})
#: Shapes of what adds up over a span: no day has it.
_OF_SPANS = frozenset({"flow", "cost", "profit", "ratio", "output"})
#: Parts of a year.
_PARTS = frozenset({"half", "quarter", "month"})
#: What a caption names for the years of the columns.
_CROSSED = frozenset({"half", "quarter", "month", "span", "day"})


def headed(scene: Scene, slot: Slot, base: str | None, shape: str, options: Forms) -> None:
    """Times in what heads a cell; those of its column, or of its row where the label is one, leave no choice."""
    cell = slot.cell
    assert cell is not None
    spans = {"head": cell.head, "label": cell.label, "caption": cell.caption}
    if not any(m.form for m in _times(scene, cell.head)):
        left = _leftward(scene, cell)
        if left is not None:
            spans["head"] = left
    found: dict[str, list[str]] = {}
    #: Parts of a year of which no year is said.
    parts: dict[str, list[str]] = {}
    for name, span in spans.items():
        for rank, mention in enumerate(_times(scene, span)):
            for form, how in forms_of(mention, base):
                options.put(form, f"t-{name}{how}", f"t-{name}{how}/{min(rank, 2)}")
                if not how or how == "length-":
                    found.setdefault(name, []).append(form)
                if not how and mention.kind == "bare" and length_name(form) in _PARTS:
                    parts.setdefault(name, []).append(form)
    if _in_brackets(scene, slot):
        # "19,139 (12,862)": a cell with the year before in brackets.
        for form in found.get("head", ()):
            options.put(shifted(form, "prior_year_same"), "t-bracket")
    if scene.reporting and len(scene.reporting) == YEAR:
        for form in found.get("label", ()):
            if len(form) > YEAR:
                options.put(in_year(form, int(scene.reporting)), "t-label-reported")
    crossed: list[str] = []
    for caption in (*found.get("caption", ()), scene.reporting):
        for year in (*found.get("head", ()), *found.get("label", ())):
            if caption and len(year) == YEAR and length_name(caption) in _CROSSED:
                moved = in_year(caption, int(year))
                if moved and caption in found.get("caption", ()):
                    crossed.append(moved)
                options.put(moved, "t-cross" if caption in found.get("caption", ()) else "t-cross-reported")
    # "Revenue 2025 | 150 | 250" under "Q1 | Q2", and "Revenue (Q4) | 340" under "2025"
    parted = [
        moved
        for one, other in (("head", "label"), ("label", "head"))
        for part in parts.get(one, ())
        for year in found.get(other, ())
        if len(year) == YEAR and (moved := in_year(part, int(year)))
    ]
    for form in parted:
        options.put(form, "t-parted")
    over = next((m.form for m in _times(scene, cell.over) if m.form and m.kind not in HOW), None)
    if over and found.get("head") and len(found["head"][0]) == YEAR:
        year = found["head"][0]
        crossed = [year if len(over) == YEAR else in_year(over, int(year)) or over]
        options.put(crossed[0], "t-over")
    certain = _heading(scene, slot, spans["head"], crossed, over) if shape not in _TIMELESS else None
    if certain and parted:
        certain = parted[0] if len(set(parted)) == 1 else None
    if certain and shape in _OF_SPANS and len(certain) == DAY:
        # A quarter's sales under its last day.
        options.put(_ending(certain), "t-ending")
        return
    options.certain = certain
    if options.certain:
        options.put(options.certain, "t-certain")


def _times(scene: Scene, span: tuple[int, int]) -> list[PeriodMention]:
    """The times of a cell; "profit for the period" heads a column by what is counted, not by when."""
    return [
        mention
        for mention in scene.periods.within(*span)
        if mention.kind not in HOW
        or not any(m.start <= mention.start and mention.end <= m.end for m in scene.metrics.within(*span))
    ]


def _leftward(scene: Scene, cell: Cell) -> tuple[int, int] | None:
    """The head whose time holds for a column without one, of those on its left.

    "2024 | share | 2023 | share" goes on with the nearest, "2024 | 2023 | growth | share" with the latest of those that
    stand side by side.
    """
    timed = {
        number: algebra.last_day(form)
        for number, span in enumerate(cell.left)
        for form in [m.form for m in _times(scene, span) if m.form and not m.comparative][:1]
    }
    if not timed:
        return None
    at = [min(timed)]
    while at[-1] + 1 in timed:
        at.append(at[-1] + 1)
    return cell.left[max(at, key=timed.__getitem__)]


@lru_cache(maxsize=REMEMBERED)
def _ending(day: str) -> str | None:
    """The quarter that ends on a day."""
    last = date.fromisoformat(day)
    quarter = f"{last.year:04}-Q{(last.month + 2) // 3}"
    return quarter if algebra.last_day(quarter) == last else None


def _in_brackets(scene: Scene, slot: Slot) -> bool:
    """Whether a bracket holds the number beside another of its cell."""
    if not slot.number or scene.text[max(slot.start - 2, 0) : slot.start].strip()[-1:] not in {"(", "["}:
        return False
    before = scene.slots[slot.number - 1]
    return (
        before.cell is not None
        and slot.cell is not None
        and before.line_number == slot.line_number
        and (before.cell.column == slot.cell.column)
    )


def _labelled(scene: Scene, slot: Slot) -> str | None:
    """The time that the label of a row is: tables of days have one for each row."""
    assert slot.cell is not None
    start, end = slot.cell.label
    length = len(scene.text[start:end].strip())
    for mention in scene.periods.within(start, end):
        if mention.form and not mention.comparative and (mention.end - mention.start) * 3 >= length * 2:
            return mention.form
    return None


def _heading(scene: Scene, slot: Slot, head: tuple[int, int], crossed: list[str], over: str | None) -> str | None:
    """The one time that a column's head gives to a level below it; None where it may be read in two ways."""
    said = [m for m in _times(scene, head) if m.form and not m.kind.startswith(MANNER)]
    if slot.measure != "level" or _in_brackets(scene, slot):
        return None
    if not said:
        return _labelled(scene, slot)
    mention = said[0]
    assert slot.cell is not None
    assert mention.form is not None
    if mention.kind in HOW and mention.kind not in OWN:
        return None
    if mention.comparative:
        near = (*slot.cell.left, slot.cell.caption)
        beside = [m for span in near for m in scene.periods.within(*span) if m.form and not m.comparative]
        against = mention.against(beside[0].form) if beside and beside[0].form else None
        return against or mention.form
    if len(mention.form) != YEAR or mention.estimate:
        return mention.form
    if over:
        return crossed[0] if crossed else None
    row = scene.layout.lines[scene.layout.line(head[0])]
    others = scene.periods.within(min(slot.cell.caption[1], head[0]), row.end)
    if any(m.form and (len(m.form) != YEAR or m.estimate) for m in others):
        # "Q4 2021 | Q4 2020 | 2021 | 2020": beside quarters a year is a year.
        return mention.form
    if crossed:
        return crossed[0] if len(set(crossed)) == 1 else None
    return mention.form if scene.reporting is None or len(scene.reporting) == YEAR else None
