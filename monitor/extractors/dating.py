"""Which period a figure speaks of: the options and what speaks for each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from monitor.declarations.metrics import Metric
from monitor.extractors import periods
from monitor.extractors.columns import headed
from monitor.extractors.forms import (
    HOW,
    MANNER,
    REMEMBERED,
    YEAR,
    Forms,
    forms_of,
    length_name,
    opened,
    relation,
    shifted,
    when_of,
)
from monitor.extractors.periods import PeriodMention
from monitor.extractors.runs import joined, paired
from monitor.extractors.scene import Scene, Slot
from monitor.extractors.stretches import stretches
from monitor.extractors.surroundings import gap, kind_of, near_by, owner, same_before, steps
from monitor.extractors.weighing import Options
from storage import periods as algebra
from storage.periods import month_of
from storage.records import Aggregation

#: Shapes of what is told of an offering: its price and proceeds, the first day's close.
_OFFERED = frozenset({"market", "deal"})
#: Periods that were chosen with a smaller share are carried on with doubt.
_UNSURE = 0.6


def propose(
    scene: Scene,
    slot: Slot,
    before: list[Slot],
    echoes: list[Slot],
    metrics: Mapping[str, Metric],
    *,
    counted: Aggregation | None = None,
    listing: date | None = None,
) -> tuple[list[str | None], Options]:
    """Periods that a figure may speak of, the first of them none, and the evidence for each.

    Args:
        scene: the text.
        slot: the figure, whose metric, measure and entity are decided.
        before: slots before it, the nearest first.
        echoes: figures told before with the same number.
        metrics: the catalogue.
        counted: how it is counted, where that is settled: a month and all time up to it are one answer then.
        listing: the day on which its entity's shares were first traded.
    """
    options = Forms()
    base = _base(scene, slot, before)
    shape = metrics[slot.metric].shape
    _said(scene, slot, base, options)
    if slot.cell is not None:
        headed(scene, slot, base, shape, options)
    _carried(slot, before, options)
    _recalled(scene, slot, options)
    _told(scene, slot, options)
    _summed(slot, before, options)
    paired(scene, slot, options)
    _around(scene, slot, options)
    _published(scene, options)
    for stretch, signs in stretches(scene, slot, before, shape):
        options.put(stretch, *signs)
    _derived(shape, options)
    if listing is not None and shape in _OFFERED:
        _offered(scene, slot, listing, options)
    for echo in echoes:
        if echo.metric == slot.metric:
            options.put(echo.period, "echo")
    forms: list[str | None] = [options.certain] if options.certain else list(options.features)
    if counted == "cumulative":
        forms = [form for form in forms if form is None or form.startswith("..") or opened(form) not in forms]
    elif counted == "period":
        forms = [form for form in forms if form is None or not form.startswith("..") or form[2:] not in forms]
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
            lies = relation(form, link.period)
            own.append(f"rel={lies}")
            if link.habit:
                own += [f"habit={link.habit == lies}", f"{part}|habit={link.habit == lies}|{measure}"]
        own += (f"{tie}|{relation(form, period)}" for period, tie in ties)
        if scene.reporting:
            own.append(f"rep={relation(form, scene.reporting)}")
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
                return relation(near.period, other.period)
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
        if mention.form and not mention.comparative and mention.kind not in HOW:
            return mention.form
    for near in before[:2]:
        if near.kept and near.period and slot.line_number == near.line_number:
            return near.period
    return scene.reporting


#: Cues of figures about times to come.
_AIMS = frozenset({"guidance", "guided", "estimate", "consensus", "broker", "rumour"})


def _said(scene: Scene, slot: Slot, base: str | None, options: Forms) -> None:
    """Times in the sentence, or in what heads the cell."""
    low, high = slot.sentence
    aimed = any(m.id in _AIMS for cue in scene.cues.within(low, high) for m in cue.meanings)
    for side, mentions in (("b", scene.periods.before(slot.start, low)), ("a", scene.periods.after(slot.end, high))):
        rank = 0
        for mention in mentions:
            if mention.kind.startswith(MANNER):
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
            for form, how in forms_of(mention, base, aimed=aimed):
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
        for form, how in forms_of(mention, base):
            options.put(form, f"in{how}")
    joined(scene, slot, options)


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


def _slots_between(scene: Scene, slot: Slot, between: tuple[int, int]) -> list[Slot]:
    start, end = between
    if end <= slot.start:
        near = scene.slots[max(slot.number - 8, 0) : slot.number]
    else:
        near = scene.slots[slot.number + 1 : slot.number + 9]
    return [other for other in near if other.start >= start and other.end <= end]


def _carried(slot: Slot, before: list[Slot], options: Forms) -> None:
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


def _told(scene: Scene, slot: Slot, options: Forms) -> None:
    """Times that the text has told the same of before: a second value of a quarter is mostly another quarter's."""
    for form, (near, again) in same_before(scene, slot).items():
        if form:
            options.put(form, f"told-{again}", f"told-{again}/{near_by(near, slot)}")


#: So many parts are added up to a whole.
_SUMMED = 5


def _summed(slot: Slot, before: list[Slot], options: Forms) -> None:
    """What the last figures of the metric cover together: "1.5, 2.5 and 3 billion, 7 billion in all"."""
    told = [near.period for near in before if near.kept and near.metric == slot.metric and near.measure == "level"]
    forms = list(dict.fromkeys(form for form in told if form and not form.startswith("..")))[:_SUMMED]
    for count in range(2, len(forms) + 1):
        parts = sorted(forms[:count], key=algebra.last_day)
        if len({length_name(form) for form in parts}) == 1:
            whole = periods.cover(parts)
            options.put(whole, "sum", f"sum{count}", f"sum|{length_name(parts[0])}")


#: Lengths of periods that end with a month, and shapes of what a period has the sum of.
_LONGER = frozenset({"year", "half", "quarter", "span"})
_SUMS = frozenset({"flow", "cost", "profit", "payout"})


def _derived(shape: str, options: Forms) -> None:
    """Times that follow from others and that nobody names.

    Of what is counted on a day the end of a period, of what has been made all time up to one, of sums the half or the
    months so far that end with a quarter.
    """
    for form, facts in list(options.features.items()):
        if form is None or not facts:
            continue
        for derived, how in _ends(form, shape):
            options.put(derived, how, f"{how}/{facts[0].partition('/')[0]}")


@lru_cache(maxsize=REMEMBERED)
def _ends(form: str, shape: str) -> tuple[tuple[str, str], ...]:
    length = length_name(form)
    if shape == "stock":
        return ((month_of(algebra.last_day(form)), "end"),) if length in _LONGER else ()
    if shape == "output":
        return ((f"..{form}", "upto"),) if length in {"month", "day"} else ()
    if length != "quarter" or shape not in _SUMS:
        return ()
    year, quarter = form.split("-Q")
    if quarter == "3":
        return ((f"{year}-01/{year}-09", "so-far"),)
    return ((f"{year}-H{int(quarter) // 2}", "half"),) if quarter in "24" else ()


def _recalled(scene: Scene, slot: Slot, options: Forms) -> None:
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


def _around(scene: Scene, slot: Slot, options: Forms) -> None:
    """Times outside the sentence: the sentence before, the line, the heading, the title, and what is reported."""
    low = slot.sentence[0]

    def put(span: tuple[int, int], name: str, most: int, *, first: bool = False) -> None:
        mentions = scene.periods.after(*span) if first else scene.periods.before(span[1], span[0])
        said = (m for m in mentions if m.form and not m.comparative and not m.kind.startswith(MANNER))
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
    if slot.over is not None:
        put(slot.over, "over", 1)
    if slot.line_number > 0:
        put((scene.layout.lines[slot.line_number - 1].start, scene.layout.lines[slot.line_number - 1].end), "above", 1)
    if scene.reporting:
        options.put(scene.reporting, "reporting")
        for kind, name in (("prior_year_same", "y"), ("prior_quarter", "q")):
            options.put(shifted(scene.reporting, kind), f"reporting-{name}")
        year = scene.reporting[:YEAR]
        options.put(year, "reporting-year")
        if scene.reporting == year:
            for quarter in range(4, 0, -1):
                options.put(f"{year}-Q{quarter}", "reporting-part", f"reporting-part{quarter}")
        elif length_name(scene.reporting) == "quarter":
            options.put(f"{year}-Q1", "reporting-first")


def _offered(scene: Scene, slot: Slot, listing: date, options: Forms) -> None:
    """The first day of trading, its month, and of a change what has passed since."""
    first, now = month_of(listing), month_of(scene.dated)
    options.put(listing.isoformat(), "listing-day")
    options.put(first, "listing-month")
    if slot.measure != "level" and first < now:
        options.put(f"{first}/{now}", "listing-since")


def _published(scene: Scene, options: Forms) -> None:
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
    other = scene.reporting is not None and algebra.last_day(scene.reporting) != algebra.last_day(latest)
    if other and scene.reporting in titled:
        # Results of another time than the last quarter, as the title says: that one is told where it is named.
        return
    age = min((today - algebra.last_day(latest)).days // 15, 5)
    options.put(f"{today.year:04}-Q{quarter + 1}", "pub-quarter-now")
    options.put(latest, "pub-quarter", f"pub-quarter/{age}")
    options.put(shifted(latest, "prior_quarter"), "pub-quarter-q", f"pub-quarter-q/{age}")
    options.put(shifted(latest, "prior_year_same"), "pub-quarter-y")


def _circumstances(scene: Scene, slot: Slot, before: list[Slot], options: Forms) -> list[str]:
    low, high = slot.sentence
    said = [m for m in scene.periods.within(low, high) if m.form and not m.kind.startswith(MANNER)]
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
