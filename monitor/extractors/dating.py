"""Which period a figure speaks of: the options and what speaks for each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from functools import lru_cache
from itertools import islice, pairwise
from typing import NamedTuple

from monitor.declarations.metrics import Metric
from monitor.extractors import periods
from monitor.extractors.periods import PeriodMention
from monitor.extractors.scene import Cell, Scene, Slot
from monitor.extractors.stretches import stretches
from monitor.extractors.surroundings import gap, kind_of, near_by, owner, pairs, steps
from monitor.extractors.weighing import Options
from storage import periods as algebra
from storage.periods import month_of

#: Kinds of mentions that say how an amount is counted rather than when.
_MANNER = ("rate:", "cumulative")


#: Periods that were chosen with a smaller share are carried on with doubt.
_UNSURE = 0.6
#: Characters of a form that is a year, or a day.
_YEAR, _DAY = 4, 10
#: Shapes of metrics whose figures hold until further notice, whatever heads their column.
_TIMELESS = frozenset({"price", "view"})
#: Shapes of what adds up over a span: no day has it.
_OF_SPANS = frozenset({"flow", "cost", "profit", "ratio", "output"})

#: Parts of a year.
_PARTS = frozenset({"half", "quarter", "month"})
#: What a caption names for the years of the columns.
_CROSSED = frozenset({"half", "quarter", "month", "span", "day"})

#: Of a year.
_QUARTERS = 4

#: Two of a kind are too common to be found again sentences later.
_PAIR = 2

#: Times so far apart, at most, may be joined by a word for "and".
_AND = 12


#: Periods are few and asked about often.
_REMEMBERED = 8192
shifted = lru_cache(maxsize=_REMEMBERED)(periods.shifted)


class _Forms:
    """Forms with the features that speak for each; None is a form too."""

    def __init__(self) -> None:
        self.features: dict[str | None, list[str]] = {None: []}
        #: The form that the wording leaves no choice about.
        self.certain: str | None = None

    def put(self, form: str | None, *facts: str) -> None:
        if form is not None:
            self.features.setdefault(form, []).extend(facts)


def propose(
    scene: Scene, slot: Slot, before: list[Slot], echoes: list[Slot], metrics: Mapping[str, Metric]
) -> tuple[list[str | None], Options]:
    """Periods that a figure may speak of, the first of them none, and the evidence for each."""
    options = _Forms()
    base = _base(scene, slot, before)
    shape = metrics[slot.metric].shape
    _said(scene, slot, base, options)
    if slot.cell is not None:
        _headed(scene, slot, base, shape, options)
    _carried(slot, before, options)
    _recalled(scene, slot, options)
    _summed(slot, before, options)
    _paired(scene, slot, options)
    _around(scene, slot, options)
    _published(scene, options)
    for stretch, signs in stretches(scene, slot, before, shape):
        options.put(stretch, *signs)
    for echo in echoes:
        if echo.metric == slot.metric:
            options.put(echo.period, "echo")
    forms: list[str | None] = [options.certain] if options.certain else list(options.features)
    measure = "level" if slot.measure == "level" else "change"
    part = next((fact for fact in slot.context if fact.startswith("role=")), "role=")
    link = _link(scene, slot, next((near for near in before[:4] if near.kept), None), part)
    around = [
        *_circumstances(scene, slot, before, options),
        *(shape, slot.metric, f"{shape}|{measure}", f"{slot.metric}|{measure}", measure, f"{part}|{measure}"),
    ]
    around += (
        f"aim={meaning.id}"
        for cue in scene.cues.within(*slot.sentence)
        for meaning in cue.meanings
        if meaning.id in _AIMS and scene.layout.clause(cue.start) == slot.clause
    )
    if link is not None:
        around += link.facts
    ties = _tied(scene, slot)
    undated = ["none"]
    if any(echo.metric == slot.metric and echo.period is None for echo in echoes):
        undated.append("echo")
    listed: list[list[str]] = []
    for form in forms:
        if form is None:
            listed.append(undated)
            continue
        facts = list(dict.fromkeys(options.features[form]))
        length, when = length_name(form), when_of(form, scene.dated)
        own = [f"n={min(len(facts), 4)}", length, f"={when}", f"{length}|{when}", f"{facts[0].partition('/')[0]}+"]
        own += facts
        own += (fact.partition("/")[0] for fact in facts if "/" in fact)
        own += (f"{facts[0]}&{fact}" for fact in facts[1:4])
        if link is not None:
            relation = _relation(form, link.period)
            own.append(f"rel={relation}")
            if link.habit:
                own += [f"habit={link.habit == relation}", f"{part}|habit={link.habit == relation}|{measure}"]
        own += (f"{tie}|{_relation(form, period)}" for period, tie in ties)
        if scene.reporting:
            own.append(f"rep={_relation(form, scene.reporting)}")
        listed.append(own)
    return forms, Options(slot.context, around, listed)


class _Link(NamedTuple):
    """How a figure goes on from the one before it."""

    #: The period of that one.
    period: str
    #: What weighs by how a period lies to it.
    facts: list[str]
    #: How such a figure lay to the one before it elsewhere in the text.
    habit: str | None


def _link(scene: Scene, slot: Slot, previous: Slot | None, part: str) -> _Link | None:
    if previous is None or previous.period is None:
        return None
    same = "m" if previous.metric == slot.metric else "o"
    where = "s" if previous.sentence_number == slot.sentence_number else "f"
    alike = f"{previous.measure == 'level'}>{'level' if slot.measure == 'level' else 'change'}"
    facts = [
        f"{same}{where}",
        f"{same}{where}|{part}",
        f"{part}|{alike}",
        f"{same}{where}|{alike}",
        f"{same}{where}|{slot.measure}",
        f"{alike}|{_unit_pair(previous, slot)}",
    ]
    if where == "s":
        facts.append(f"{same}|lk={gap(scene, previous.end, slot.start)}")
        facts += [f"{same}|{f}" for f in slot.context if f.startswith(("cmp", "cue<", "<", "dir"))]
    else:
        facts += [f"f|{feature}" for feature in slot.context]
    return _Link(previous.period, facts, _habit(scene, slot, part) if part != "role=" else None)


def _tied(scene: Scene, slot: Slot) -> list[tuple[str, str]]:
    """Periods of the figures that a figure is explained by, and the reported one, each with the part that it plays."""
    found: list[tuple[str, str]] = []
    for tied in slot.ties:
        for number in (tied.first, tied.second):
            other = scene.slots[number]
            if number < slot.number and other.kept and other.period and other.metric == slot.metric:
                level = other.measure == "level"
                found.append((other.period, f"tie={tied.part}{tied.how}|{level}"))
                found.append((other.period, f"tie={tied.part}|{level}"))
        if scene.reporting:
            found.append((scene.reporting, f"tie={tied.part}{tied.how}|rep"))
    return found


#: How many lines below a heading may be of its chapter.
_CHAPTER = 40
#: How many quantities back times are recalled: all of an article, and no more of a text without end.
_RECALLED = 200
#: How far back a text shows how it uses brackets and comparisons.
_HABIT = 24


def _habit(scene: Scene, slot: Slot, part: str) -> str | None:
    """How the last figure that played the same part lay in time to the one before it."""
    slots = scene.slots[max(slot.number - _HABIT, 1) : slot.number]
    for near in reversed(slots):
        if near.kept and near.period and part in near.context:
            other = scene.slots[near.number - 1]
            if other.kept and other.period:
                return _relation(near.period, other.period)
    return None


def _unit_pair(previous: Slot, slot: Slot) -> str:
    one = kind_of(previous.frame.unit) if previous.frame else "?"
    two = kind_of(slot.frame.unit) if slot.frame else "?"
    return f"{one}>{two}"


def _base(scene: Scene, slot: Slot, before: list[Slot]) -> str | None:
    """The period that a comparison in this place is made from."""
    for near in before[:4]:
        close = slot.sentence_number - near.sentence_number <= (1 if near.line_number == slot.line_number else 0)
        if near.kept and near.period and close and near.metric == slot.metric:
            return near.period
    for mention in scene.periods.before(slot.start, slot.sentence[0]):
        if mention.form and not mention.comparative and mention.kind not in _HOW:
            return mention.form
    for near in before[:2]:
        if near.kept and near.period and slot.line_number == near.line_number:
            return near.period
    return scene.reporting


def _forms(mention: PeriodMention, base: str | None, *, aimed: bool = False) -> Iterable[tuple[str, str]]:
    """Forms that a mention may mean, each with a name for how."""
    if mention.comparative:
        if base:
            against = mention.against(base)
            if against:
                yield against, "against"
        if mention.form:
            yield mention.form, "base"
        for other in mention.others:
            yield other, "otherbase"
        return
    how = _HOW.get(mention.kind, "")
    if mention.form:
        yield mention.form, how
        if not mention.form.startswith("..") and "/" not in mention.form:
            yield f"..{_last_named(mention.form)}", f"open{how}"
        if aimed and _YEAR < len(mention.form) <= len("2025-03-26"):
            # A goal that was set in spring, or at the turn of the year, is the year's.
            yield mention.form[:_YEAR], f"year{how}"
        for other in mention.others:
            yield other, f"other{how}"
        if mention.until:
            yield from _begun(mention.form, how)
    if mention.to_date:
        yield mention.to_date, "todate"


def _begun(form: str, how: str) -> Iterator[tuple[str, str]]:
    """From the beginning of the year up to a month or a day: "2 billion were spent by the end of September"."""
    if len(form) == len("2025-03") and form[5].isdecimal():
        yield algebra.format(algebra.parse(f"{form[:_YEAR]}-01/{form}")), f"begun{how}"
    elif len(form) == _DAY:
        yield algebra.format(algebra.parse(f"{form[:_YEAR]}-01-01/{form}")), f"begun{how}"


#: Cues of figures about times to come.
_AIMS = frozenset({"guidance", "guided", "estimate", "consensus", "broker", "rumour"})

#: Kinds of times that say less than a date: facts about them are kept apart from those about dates.
_HOW = {
    "now": "now",
    "today": "today",
    "since_launch": "launch",
    "own": "own-",
    "length": "length-",
    "same": "same",
    "then": "then-",
    "turn": "turn",
}


#: Of them those that name the reported period.
_OWN = frozenset({"own", "length"})


@lru_cache(maxsize=_REMEMBERED)
def _last_named(form: str) -> str:
    """How an open period names its end: by year, month or day as the form does, a quarter by its last month."""
    if "Q" in form or "H" in form:
        return month_of(algebra.last_day(form))
    return form


def opened(form: str) -> str:
    """All time up to the end of a period: what is cumulative has no beginning."""
    return form if form.startswith("..") else f"..{_last_named(form.rpartition('/')[2])}"


def _said(scene: Scene, slot: Slot, base: str | None, options: _Forms) -> None:
    """Times in the sentence, or in what heads the cell."""
    low, high = slot.sentence
    aimed = any(m.id in _AIMS for cue in scene.cues.within(low, high) for m in cue.meanings)
    for side, mentions in (("b", scene.periods.before(slot.start, low)), ("a", scene.periods.after(slot.end, high))):
        rank = 0
        for mention in mentions:
            if mention.kind.startswith(_MANNER):
                continue
            if rank > 5:
                break
            distance = slot.start - mention.end if side == "b" else mention.start - slot.end
            between = (mention.end, slot.start) if side == "b" else (slot.end, mention.start)
            crossed = sum(1 for near in _slots_between(scene, slot, between))
            clause = "=" if scene.layout.clause(mention.start) == slot.clause else "|"
            kind = mention.kind.split(":")[0]
            text = gap(scene, *between)
            mine = owner(scene, slot, mention.start, mention.end)
            flags = f"{'u' if mention.until else ''}{'e' if mention.estimate else ''}"
            neighbour = _beyond(scene, slot, mention, side)
            for form, how in _forms(mention, base, aimed=aimed):
                name = f"{side}{min(rank, 3)}{how}"
                options.put(
                    form,
                    f"{name}",
                    f"{name}/{clause}q{min(crossed, 3)}",
                    f"{side}{how}/{kind}{flags}",
                    f"{side}{how}/d{steps(distance, scene.language)}",
                    f"{side}{how}/{clause}q{min(crossed, 3)}",
                )
                options.put(form, f"{side}{how}/{neighbour}", f"{side}{how}/{neighbour}{clause}q{min(crossed, 3)}")
                if mention.leads:
                    options.put(form, f"lead{how}", f"lead{how}q{min(crossed, 3)}")
                if mine:
                    options.put(
                        form,
                        f"own{how}",
                        f"own{side}{how}",
                        f"own{how}/d{steps(distance, scene.language)}",
                        f"own{side}{how}/{clause}",
                    )
                if len(text) < 12 and text != "…":
                    options.put(form, f"{side}{how}/gap={text}")
            rank += 1
    for mention in scene.periods.within(slot.start, slot.end):
        for form, how in _forms(mention, base):
            options.put(form, f"in{how}")
    _joined(scene, slot, options)


def _beyond(scene: Scene, slot: Slot, mention: PeriodMention, side: str) -> str:
    """How near the figure beyond a time stands to it, in steps: the time may be that one's."""
    if side == "a":
        for other in scene.slots[slot.number + 1 : slot.number + 4]:
            if other.start >= mention.end and other.sentence_number == slot.sentence_number:
                return f"beyond{steps(other.start - mention.end, scene.language)}"
        return "beyond-"
    for other in scene.slots[slot.number - 1 :: -1][:6] if slot.number else ():
        if other.end <= mention.start and other.sentence_number == slot.sentence_number:
            return f"beyond{steps(mention.start - other.end, scene.language)}"
    return "beyond-"


def _headed(scene: Scene, slot: Slot, base: str | None, shape: str, options: _Forms) -> None:
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
            for form, how in _forms(mention, base):
                options.put(form, f"t-{name}{how}", f"t-{name}{how}/{min(rank, 2)}")
                if not how or how == "length-":
                    found.setdefault(name, []).append(form)
                if not how and mention.kind == "bare" and length_name(form) in _PARTS:
                    parts.setdefault(name, []).append(form)
    if _in_brackets(scene, slot):
        # "19,139 (12,862)": a cell with the year before in brackets.
        for form in found.get("head", ()):
            options.put(shifted(form, "prior_year_same"), "t-bracket")
    if scene.reporting and len(scene.reporting) == _YEAR:
        for form in found.get("label", ()):
            if len(form) > _YEAR:
                options.put(_in_year(form, int(scene.reporting)), "t-label-reported")
    crossed: list[str] = []
    for caption in (*found.get("caption", ()), scene.reporting):
        for year in (*found.get("head", ()), *found.get("label", ())):
            if caption and len(year) == _YEAR and length_name(caption) in _CROSSED:
                moved = _in_year(caption, int(year))
                if moved and caption in found.get("caption", ()):
                    crossed.append(moved)
                options.put(moved, "t-cross" if caption in found.get("caption", ()) else "t-cross-reported")
    # "Revenue 2025 | 150 | 250" under "Q1 | Q2", and "Revenue (Q4) | 340" under "2025"
    parted = [
        moved
        for one, other in (("head", "label"), ("label", "head"))
        for part in parts.get(one, ())
        for year in found.get(other, ())
        if len(year) == _YEAR and (moved := _in_year(part, int(year)))
    ]
    for form in parted:
        options.put(form, "t-parted")
    over = next((m.form for m in _times(scene, cell.over) if m.form and m.kind not in _HOW), None)
    if over and found.get("head") and len(found["head"][0]) == _YEAR:
        year = found["head"][0]
        crossed = [year if len(over) == _YEAR else _in_year(over, int(year)) or over]
        options.put(crossed[0], "t-over")
    certain = _heading(scene, slot, spans["head"], crossed, over) if shape not in _TIMELESS else None
    if certain and parted:
        certain = parted[0] if len(set(parted)) == 1 else None
    if certain and shape in _OF_SPANS and len(certain) == _DAY:
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
        if mention.kind not in _HOW
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


@lru_cache(maxsize=_REMEMBERED)
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
    said = [m for m in _times(scene, head) if m.form and not m.kind.startswith(_MANNER)]
    if slot.measure != "level" or _in_brackets(scene, slot):
        return None
    if not said:
        return _labelled(scene, slot)
    mention = said[0]
    assert slot.cell is not None
    assert mention.form is not None
    if mention.kind in _HOW and mention.kind not in _OWN:
        return None
    if mention.comparative:
        near = (*slot.cell.left, slot.cell.caption)
        beside = [m for span in near for m in scene.periods.within(*span) if m.form and not m.comparative]
        against = mention.against(beside[0].form) if beside and beside[0].form else None
        return against or mention.form
    if len(mention.form) != _YEAR or mention.estimate:
        return mention.form
    if over:
        return crossed[0] if crossed else None
    row = scene.layout.lines[scene.layout.line(head[0])]
    others = scene.periods.within(min(slot.cell.caption[1], head[0]), row.end)
    if any(m.form and (len(m.form) != _YEAR or m.estimate) for m in others):
        # "Q4 2021 | Q4 2020 | 2021 | 2020": beside quarters a year is a year.
        return mention.form
    if crossed:
        return crossed[0] if len(set(crossed)) == 1 else None
    return mention.form if scene.reporting is None or len(scene.reporting) == _YEAR else None


def _paired(scene: Scene, slot: Slot, options: _Forms) -> None:
    """Times that answer to the quantity's place in its run, said before or decided in the run before it."""
    if slot.place[1] < 2:
        return
    times = [
        m
        for m in scene.periods.within(slot.sentence[0], slot.run_start)
        if m.form and not m.comparative and not m.kind.startswith(_MANNER)
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
        if m.form and not m.comparative and not m.kind.startswith(_MANNER)
    ]
    if len(after) >= slot.place[1]:
        options.put(after[slot.place[0]].form, "paired", f"paired|{said}", "pair-after")
    for mention in scene.periods.within(*slot.sentence):
        if mention.form and not mention.comparative:
            options.put(_part(mention.form, *slot.place), "paired", "split", f"split/{slot.place[1]}")
    if slot.place[1] == _QUARTERS and scene.reporting:
        options.put(_part(scene.reporting[:_YEAR], *slot.place), "paired", "split-reported", f"split-reported|{same}")
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
        if (not mention.comparative or mention.members) and not mention.kind.startswith(_MANNER):
            if len(mention.members) == slot.place[1]:
                return mention
            break
    for mention in scene.periods.after(last.end, slot.sentence[1]):
        if any(m.meanings[0].id == "base" for m in scene.comparisons.within(last.end, mention.start)):
            return None
        if not mention.comparative and not mention.kind.startswith(_MANNER):
            return mention if len(mention.members) == slot.place[1] else None
    return None


@lru_cache(maxsize=_REMEMBERED)
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


def _joined(scene: Scene, slot: Slot, options: _Forms) -> None:
    """Neighbouring times taken together: "April and May" is a span."""
    mentions = [m for m in scene.periods.within(*slot.sentence) if m.form and not m.comparative and "/" not in m.form]
    for one, two in pairwise(mentions):
        if two.start - one.end > _AND or one.form is None or two.form is None or len(one.form) != len(two.form):
            continue
        try:
            joined = (
                algebra.format(algebra.parse(f"{one.form}/{two.form}"))
                if len(one.form) == 7 and "Q" not in one.form and "H" not in one.form
                else ""
            )
        except ValueError:
            continue
        if joined:
            side = "b" if two.end <= slot.start else "a"
            options.put(joined, "joined", f"joined-{side}", f"joined|{gap(scene, one.end, two.start)}")


@lru_cache(maxsize=_REMEMBERED)
def _in_year(form: str, year: int) -> str | None:
    try:
        return algebra.shift_years(form, year - algebra.last_day(form).year)
    except ValueError:
        return None


def _slots_between(scene: Scene, slot: Slot, between: tuple[int, int]) -> list[Slot]:
    start, end = between
    if end <= slot.start:
        near = scene.slots[max(slot.number - 8, 0) : slot.number]
    else:
        near = scene.slots[slot.number + 1 : slot.number + 9]
    return [other for other in near if other.start >= start and other.end <= end]


def _carried(slot: Slot, before: list[Slot], options: _Forms) -> None:
    rank = 0
    for near in before[:8]:
        if not near.kept:
            continue
        if rank > 3:
            break
        where = near_by(near, slot)
        alike = "m" if near.metric == slot.metric else "o"
        if near.entity != slot.entity:
            alike += "!"
        if near.sure.get("period", 1.0) < _UNSURE:
            alike += "?"
        if near.period:
            options.put(near.period, f"c{rank}{where}{alike}")
            if rank == 0 or alike == "m":
                for kind, name in (("prior_year_same", "y"), ("prior_quarter", "q"), ("prior_month", "m")):
                    options.put(shifted(near.period, kind), f"c{min(rank, 1)}-{name}{where}{alike}")
                for years, name in ((1, "+y"), (-1, "-y")):
                    try:
                        options.put(algebra.shift_years(near.period, years), f"c{min(rank, 1)}{name}{alike}")
                    except ValueError:
                        continue
        rank += 1


#: So many parts are added up to a whole.
_SUMMED = 5


def _summed(slot: Slot, before: list[Slot], options: _Forms) -> None:
    """What the last figures of the metric cover together: "1.5, 2.5 and 3 billion, 7 billion in all"."""
    told = [near.period for near in before if near.kept and near.metric == slot.metric and near.measure == "level"]
    forms = list(dict.fromkeys(form for form in told if form and not form.startswith("..")))[:_SUMMED]
    for count in range(2, len(forms) + 1):
        parts = sorted(forms[:count], key=algebra.last_day)
        if len({length_name(form) for form in parts}) == 1:
            whole = periods.cover(parts)
            options.put(whole, "sum", f"sum{count}", f"sum|{length_name(parts[0])}")


def _recalled(scene: Scene, slot: Slot, options: _Forms) -> None:
    """Times decided further back: the line's first, the one before the last change, and the text's usual one."""
    told = [n for n in scene.slots[max(slot.number - _RECALLED, 0) : slot.number] if n.kept and n.period]
    if not told:
        return
    line = [near for near in told if near.line_number == slot.line_number]
    if line:
        alike = "m" if line[0].metric == slot.metric else "o"
        options.put(line[0].period, f"first{alike}", f"first/{min(len(line), 4)}")
    other = next((near.period for near in reversed(told) if near.period != told[-1].period), None)
    if other is not None:
        options.put(other, "back", f"back/{'line' if any(near.period == other for near in line) else 'far'}")
    twin = next((near.period for near in reversed(told) if near.metric == slot.metric), None)
    options.put(twin, "same-metric")
    usual = Counter(near.period for near in told)
    (most, count), *rest = usual.most_common(2)
    options.put(most, "usual", f"usual/{min(count, 6)}|{count * 2 > len(told)}")
    for form, _ in rest:
        options.put(form, "usual1")


def _around(scene: Scene, slot: Slot, options: _Forms) -> None:
    """Times outside the sentence: the sentence before, the line, the heading, the title, and what is reported."""
    low = slot.sentence[0]

    def put(span: tuple[int, int], name: str, most: int, *, first: bool = False) -> None:
        mentions = scene.periods.within(*span) if first else scene.periods.before(span[1], span[0])
        said = (m for m in mentions if m.form and not m.comparative and not m.kind.startswith(_MANNER))
        chosen = islice(said, most)
        for rank, mention in enumerate(chosen):
            options.put(mention.form, f"{name}{rank}", f"{name}/{mention.kind.split(':')[0]}")

    put((slot.line.start, low), "line", 2)
    put((slot.line.start, low), "top", 1, first=True)
    if scene.title_end > 0 and slot.start > scene.title_end:
        put((0, scene.title_end), "title", 1, first=True)
    for number in range(slot.line_number - 1, max(slot.line_number - 5, -1), -1):
        line = scene.layout.lines[number]
        if line.kind == "heading":
            put((line.start, line.end), "heading", 1, first=True)
            break
    for number in range(slot.line_number - 1, max(slot.line_number - _CHAPTER, -1), -1):
        line = scene.layout.lines[number]
        if line.kind == "heading" and any(
            m.form and not m.comparative for m in scene.periods.within(line.start, line.end)
        ):
            put((line.start, line.end), "chapter", 1, first=True)
            break
    asked = scene.layout.asked(scene.text, slot.sentence_number)
    if asked is not None:
        put(asked, "asked", 1)
    if slot.line_number > 0:
        put((scene.layout.lines[slot.line_number - 1].start, scene.layout.lines[slot.line_number - 1].end), "above", 1)
    if scene.reporting:
        options.put(scene.reporting, "reporting")
        for kind, name in (("prior_year_same", "y"), ("prior_quarter", "q")):
            options.put(shifted(scene.reporting, kind), f"reporting-{name}")
        year = scene.reporting[:4]
        options.put(year, "reporting-year")


def _published(scene: Scene, options: _Forms) -> None:
    today = scene.dated
    options.put(month_of(today), "pub-month")
    options.put(today.isoformat(), "pub-day")
    options.put((today - timedelta(days=1)).isoformat(), "pub-yesterday")
    options.put(f"{today.year:04}", "pub-year")
    options.put(f"{today.year - 1:04}", "pub-last-year")
    options.put(f"{today.year + 1:04}", "pub-next-year")
    if today.month > 1:
        options.put(f"{today.year:04}-01/{month_of(today)}", "pub-to-date")
    else:
        options.put(month_of(today), "pub-to-date")
    options.put(f"..{month_of(today)}", "pub-open")
    quarter = (today.month - 1) // 3
    latest = f"{today.year:04}-Q{quarter}" if quarter else f"{today.year - 1:04}-Q4"
    titled = (mention.form for mention in scene.periods.within(0, scene.title_end))
    if scene.reporting not in {None, latest} and scene.reporting in titled:
        # Results of another time than the last quarter, as the title says: that one is told where it is named.
        return
    age = min((today - algebra.last_day(latest)).days // 15, 5)
    options.put(f"{today.year:04}-Q{quarter + 1}", "pub-quarter-now")
    options.put(latest, "pub-quarter", f"pub-quarter/{age}")
    options.put(shifted(latest, "prior_quarter"), "pub-quarter-q", f"pub-quarter-q/{age}")
    options.put(shifted(latest, "prior_year_same"), "pub-quarter-y")


def _circumstances(scene: Scene, slot: Slot, before: list[Slot], options: _Forms) -> list[str]:
    low, high = slot.sentence
    said = [m for m in scene.periods.within(low, high) if m.form and not m.kind.startswith(_MANNER)]
    facts = [
        f"said={min(len(said), 2)}",
        f"said={min(len(said), 2)}|{slot.metric}",
        f"options={min(len(options.features), 14) // 3}",
    ]
    if any(scene.layout.clause(m.start) == slot.clause for m in said):
        facts.append("said=clause")
    for near in [b for b in before[:6] if b.kept][:1]:
        where = "s" if near.sentence_number == slot.sentence_number else "f"
        alike = "m" if near.metric == slot.metric else "o"
        facts.append(f"c={near.period is None}{where}{alike}")
        facts.append(f"c={near.period is None}{where}{alike}|{slot.metric}")
    facts.append(f"reporting={scene.reporting is not None}")
    return facts


@lru_cache(maxsize=_REMEMBERED)
def length_name(form: str) -> str:
    """How long a period is: `year`, `half`, `quarter`, `month`, `day`, `span`, `span-days` or `open`."""
    if form.startswith(".."):
        return "open"
    if "/" in form:
        return "span-days" if len(form) > 15 else "span"
    return {4: "year", 7: "half" if "H" in form else "quarter" if "Q" in form else "month", 10: "day"}.get(
        len(form), "?"
    )


@lru_cache(maxsize=_REMEMBERED)
def when_of(form: str, dated: date) -> str:
    """Whether the period is over, running or yet to come on a day."""
    try:
        period = algebra.parse(form)
    except ValueError:
        return "?"
    if period.last <= dated:
        age = (dated - period.last).days
        return "past0" if age <= 130 else "past1" if age < 400 else "past2"
    if period.first is None or period.first <= dated:
        return "running"
    return "future"


@lru_cache(maxsize=_REMEMBERED)
def _relation(form: str, other: str) -> str:
    """How one period lies to another."""
    if form == other:
        return "="
    for kind, name in (("prior_year_same", "-y"), ("prior_quarter", "-q"), ("prior_month", "-m")):
        if shifted(other, kind) == form:
            return name
        if shifted(form, kind) == other:
            return f"+{name[1:]}"
    try:
        one, two = algebra.parse(form), algebra.parse(other)
    except ValueError:
        return "?"
    if one.last == two.last:
        return "end"
    if one.first is not None and two.first is not None:
        if one.first <= two.first and two.last <= one.last:
            return "over"
        if two.first <= one.first and one.last <= two.last:
            return "within"
    return "earlier" if one.last < two.last else "later"
