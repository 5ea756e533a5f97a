"""How a figure is meant: level or change, its aggregation, its basis and its sign; options and what speaks for each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import get_args

from monitor.declarations.metrics import Metric
from monitor.extractors.forms import length_name, relation, when_of
from monitor.extractors.scene import Scene, Slot
from monitor.extractors.surroundings import amount, kind_of, near_by, same_before, steps
from monitor.extractors.weighing import Options, of_classes
from storage.records import Aggregation, Basis, Measure

MEASURES: tuple[Measure, ...] = get_args(Measure)
AGGREGATIONS: tuple[Aggregation, ...] = get_args(Aggregation)
BASES: tuple[Basis, ...] = get_args(Basis)


def changes(scene: Scene, slot: Slot, before: list[Slot]) -> Options:
    """What speaks for each measure before the metric is known."""
    assert slot.frame is not None
    unit = kind_of(slot.frame.unit)
    facts = [f"unit={unit}|{slot.frame.source}", *_before(slot, before), *_bases(scene, slot)]
    return of_classes(MEASURES, slot.context, facts, unit)


def measures(
    scene: Scene, slot: Slot, before: list[Slot], echoes: list[Slot], metrics: Mapping[str, Metric]
) -> Options:
    """What speaks for each measure of a known metric."""
    metric = metrics[slot.metric]
    assert slot.frame is not None
    unit = kind_of(slot.frame.unit)
    facts = [
        "",
        f"{metric.shape}|{unit}",
        f"{slot.metric}|{unit}",
        f"{slot.change}|{metric.shape}|{unit}",
        f"{slot.change}|{slot.metric}",
    ]
    facts += _before(slot, before)
    facts += _bases(scene, slot)
    facts += (f"tied={lies}|{unit}" for lies in _apart(scene, slot))
    if slot.cell is not None:
        facts += _in_head(scene, slot, unit)
    for echo in echoes:
        if echo.metric == slot.metric:
            facts.append(f"echo={echo.measure}")
    # The figure it is said with: a level of the same metric nearby makes this one its change.
    for near in before[:3]:
        if near.kept and near.sentence_number == slot.sentence_number and near.metric == slot.metric:
            facts.append(f"with={near.measure}|{unit}")
            break
    else:
        facts.append(f"with=none|{unit}")
    return of_classes(MEASURES, slot.context, facts, unit, f"{metric.shape}|{unit}")


def _apart(scene: Scene, slot: Slot) -> Iterator[str]:
    """How the times of the two amounts lie to each other that a rate was made from, where both are told before it."""
    for tied in slot.ties:
        now, then = scene.slots[tied.first], scene.slots[tied.second]
        told = tied.part == "rate" and max(tied.first, tied.second) < slot.number
        if told and now.metric == then.metric == slot.metric and now.period and then.period:
            yield relation(now.period, then.period)


def _in_head(scene: Scene, slot: Slot, unit: str) -> list[str]:
    assert slot.cell is not None
    found = []
    for name, span in (("head", slot.cell.head), ("label", slot.cell.label), ("caption", slot.cell.caption)):
        found += [f"t-{name}={mention.meanings[0].id}|{unit}" for mention in scene.comparisons.within(*span)]
        for mention in scene.cues.within(*span):
            found += [f"t-{name}~{meaning.id}|{unit}" for meaning in mention.meanings]
        found += [f"t-{name}={time.measure}|{unit}" for time in scene.periods.within(*span) if time.measure]
    return found


def _bases(scene: Scene, slot: Slot) -> list[str]:
    """Bases of comparison that the periods name."""
    low, high = slot.sentence
    found: list[str] = []
    for side, mentions in (("b", scene.periods.before(slot.start, low)), ("a", scene.periods.after(slot.end, high))):
        for rank, mention in enumerate(islice(mentions, 3)):
            if mention.measure is not None:
                distance = slot.start - mention.end if side == "b" else mention.start - slot.end
                clause = "=" if scene.layout.clause(mention.start) == slot.clause else "|"
                found.append(f"base{side}={mention.measure}{clause}")
                found.append(f"base{side}={mention.measure}/{steps(distance, scene.language)}")
                found.append(f"base{side}{rank}={mention.measure}")
    return found


def _before(slot: Slot, before: list[Slot]) -> list[str]:
    """What has been decided of the quantities before."""
    facts: list[str] = []
    assert slot.frame is not None
    unit = kind_of(slot.frame.unit)
    kept = [near for near in before[:5] if near.kept][:2]
    for rank, near in enumerate(kept):
        assert near.frame is not None
        where = "s" if near.sentence_number == slot.sentence_number else "f"
        alike = "m" if slot.metric and near.metric == slot.metric else "o"
        pair = f"{kind_of(near.frame.unit)}>{unit}"
        facts.append(f"p{rank}{where}{alike}={near.measure}|{pair}")
        facts.append(f"p{rank}{where}={near.measure}|{pair}")
        if rank == 0 and where == "s":
            facts += [f"p0={near.measure}|{pair}|{f}" for f in slot.context if f.startswith(("lk=", "pc=", "cue<"))]
    if len(kept) == 2 and kept[0].frame and kept[1].frame:
        facts.append(
            f"pp={kept[1].measure}{kind_of(kept[1].frame.unit)}>{kept[0].measure}{kind_of(kept[0].frame.unit)}>{unit}"
        )
    return facts


#: The nearest time of such a length before "cumulative" says what is added up: 12 annotated figures are sums of it.
_SPANNED = frozenset({"span", "quarter", "half", "year"})


def adds_up(scene: Scene, slot: Slot, metrics: Mapping[str, Metric]) -> Aggregation | None:
    """How an amount of a flow is counted that a word such as "cumulative" stands before; None where none does.

    With the span that it adds up ("the first three quarters cumulatively") it is the period's own, else all so far.
    """
    if slot.measure != "level" or metrics[slot.metric].shape not in {"flow", "output"}:
        return None
    low = slot.sentence[0]
    if slot.number and scene.slots[slot.number - 1].sentence_number == slot.sentence_number:
        low = scene.slots[slot.number - 1].end
    times = scene.periods.within(low, slot.start)
    if not any(time.kind == "cumulative" for time in times):
        return None
    nearest = next((time.form for time in reversed(times) if time.form), None)
    return "period" if nearest and length_name(nearest) in _SPANNED else "cumulative"


def aggregations(
    scene: Scene, slot: Slot, before: list[Slot], echoes: list[Slot], metrics: Mapping[str, Metric]
) -> Options:
    """What speaks for each aggregation."""
    metric = metrics[slot.metric]
    shape = metric.shape
    low, high = slot.sentence
    level = slot.measure == "level"
    assert slot.frame is not None
    length = length_name(slot.period) if slot.period else "none"
    facts = [
        "",
        shape,
        f"{slot.metric}",
        f"{shape}|{length}",
        f"{slot.metric}|{length}|{level}",
        f"{slot.metric}|{slot.entity}",
        f"default={metric.aggregation}",
        f"{slot.metric}|{slot.frame.unit}",
    ]
    seen: set[str] = set()
    for side, mentions in (("b", scene.periods.before(slot.start, low)), ("a", scene.periods.after(slot.end, high))):
        for mention in mentions:
            if (
                mention.kind.startswith("rate:")
                or mention.kind in {"cumulative", "since_launch"}
                or (mention.form or "").startswith("..")
                or mention.until
            ):
                name = mention.kind
                if mention.form and not name.startswith("rate:"):
                    name = "open" if mention.form.startswith("..") else "until" if mention.until else name
                if f"{side}{name}" in seen:
                    continue
                seen.add(f"{side}{name}")
                distance = slot.start - mention.end if side == "b" else mention.start - slot.end
                clause = "=" if scene.layout.clause(mention.start) == slot.clause else "|"
                far = steps(distance, scene.language)
                facts += [
                    f"{side}{name}",
                    f"{side}{name}{clause}",
                    f"{side}{name}{far}",
                    f"{side}{name}|{shape}",
                    f"{side}{name}{clause}|{slot.metric}",
                    f"{side}{name}{clause}|{shape}|{slot.frame.unit}",
                ]
    for mention in scene.periods.before(low, slot.line.start):
        if mention.kind.startswith("rate:") or mention.kind == "cumulative":
            facts += [f"line={mention.kind}|{slot.metric}"]
            break
    if slot.cell is not None:
        for span in (slot.cell.head, slot.cell.label, slot.cell.caption):
            facts += [f"t={m.kind}" for m in scene.periods.within(*span) if ":" in m.kind or m.kind == "cumulative"]
    for named in scene.metrics.before(slot.start, low):
        word = scene.text[named.start : named.end].lower()
        facts.append(f"word={word}")
        break
    facts += _decided(slot, before, "aggregation")
    for echo in echoes:
        if echo.metric == slot.metric:
            facts += [f"echo={echo.aggregation}"]
    return of_classes(AGGREGATIONS, slot.context, facts, slot.metric, f"={shape}")


def _decided(slot: Slot, before: list[Slot], name: str) -> list[str]:
    facts: list[str] = []
    for rank, near in enumerate([b for b in before[:6] if b.kept][:3]):
        where = near_by(near, slot)
        alike = "m" if near.metric == slot.metric else "o"
        period = "=" if near.period == slot.period else "|"
        value = getattr(near, name)
        facts += [f"c{rank}{where}{alike}={value}", f"c{rank}{where}{alike}{period}={value}"]
        if rank == 0:
            facts += [f"c0={value}|{slot.metric}", f"c0{where}={value}"]
            facts += [f"c0{where}{alike}={value}|{f}" for f in slot.context if f.startswith(("lk=", "cue<", "pc="))]
    return facts


#: Characters to both sides of a figure that are of its paragraph, at most.
_PARAGRAPH = 1500
#: Cues of who says a figure, and how sure it is.
_SAYING = frozenset(
    ("guidance", "estimate", "consensus", "broker", "rumour", "previous", "hypothetical", "reported", "guided")
)

#: Those that tell a note or a preview from a report, where a text has many.
_VIEWS = ("guidance", "estimate", "consensus", "broker", "rumour")


def _further(scene: Scene, slot: Slot) -> Iterator[tuple[str, int, int]]:
    """The sentence before and the heading above: they say whose view the next sentences tell."""
    if slot.sentence_number > 0:
        start, end = scene.layout.sentence_span(slot.sentence_number - 1)
        if start >= slot.line.start:
            yield "p", start, end
    asked = scene.layout.asked(scene.text, slot.sentence_number)
    if asked is not None:
        yield "q", *asked
    if slot.over is not None:
        yield "i", *slot.over
    for number in range(slot.line_number - 1, max(slot.line_number - 8, -1), -1):
        line = scene.layout.lines[number]
        if line.kind == "heading":
            yield "h", line.start, line.end
            break


def expected(scene: Scene, slot: Slot) -> bool | None:
    """Whether a cell stands under a time that is marked as expected; None where nothing in its table is."""
    if slot.cell is None:
        return None
    head = slot.cell.head
    row = scene.layout.lines[scene.layout.line(head[0])]
    if not any(time.estimate for time in scene.periods.within(row.start, row.end)):
        return None
    times = [time for time in scene.periods.within(*head) if time.form]
    return times[0].estimate if times else None


def bases(scene: Scene, slot: Slot, before: list[Slot], echoes: list[Slot], metrics: Mapping[str, Metric]) -> Options:
    """What speaks for each basis."""
    metric = metrics[slot.metric]
    low, high = slot.sentence
    when = when_of(slot.period, scene.dated) if slot.period else "none"
    length = length_name(slot.period) if slot.period else "none"
    shape = metric.shape
    facts = [
        "",
        shape,
        f"{slot.metric}",
        f"{when}",
        f"{when}|{shape}",
        f"{when}|{length}",
        f"{slot.metric}|{when}",
        f"{slot.metric}|{when}|{slot.entity}",
        f"view={metric.basis}",
        f"{slot.measure}|{when}",
        f"{slot.aggregation}|{when}",
        f"{slot.aggregation}|{slot.metric}",
    ]
    for name, start, end in (
        ("s", low, high),
        ("l", max(slot.line.start, slot.start - _PARAGRAPH), min(slot.line.end, slot.end + _PARAGRAPH)),
        ("t", 0, max(scene.title_end, 0)),
        *_further(scene, slot),
    ):
        seen: set[str] = set()
        for mention in scene.cues.within(start, end):
            seen.update(meaning.id for meaning in mention.meanings)
        seen &= _SAYING
        facts += (f"{name}~{cue}" for cue in sorted(seen))
        facts.append(f"{name}~~{'+'.join(sorted(seen - {'previous', 'reported'}))}")
    for side, mentions in (("b", scene.cues.before(slot.start, low)), ("a", scene.cues.after(slot.end, high))):
        rank = 0
        for mention in mentions:
            ids = [m.id for m in mention.meanings if m.id in _SAYING]
            if not ids:
                continue
            clause = "=" if scene.layout.clause(mention.start) == slot.clause else "|"
            distance = slot.start - mention.end if side == "b" else mention.start - slot.end
            far = steps(distance, scene.language)
            for cue in ids:
                facts += [f"{side}{rank}={cue}{clause}", f"{side}={cue}{far}", f"{side}={cue}{clause}"]
            if rank == 0:
                facts.append(f"{side}word={scene.text[mention.start : mention.end].lower()}")
            rank += 1
            if rank > 2:
                break
    facts += (f"doc~{cue}={amount(scene.named[cue])}" for cue in _VIEWS)
    if any(time.estimate for time in scene.periods.within(low, high)):
        facts.append("marked")
    facts += _decided(slot, before, "basis")
    if before and before[0].kept:
        near = before[0]
        past = when_of(near.period, scene.dated) if near.period else "none"
        same = near.sentence_number == slot.sentence_number
        facts += [
            f"c0={near.basis}|{past}>{when}|{same}",
            f"c0={near.basis}|{past}>{when}|{near.metric == slot.metric}|{same}",
        ]
    for echo in echoes:
        if echo.metric == slot.metric and echo.period == slot.period:
            facts += [f"echo={echo.basis}"]
    told = same_before(scene, slot).get(slot.period)
    if told is not None:
        near, again = told
        facts += [f"told={near.basis}|{again}", f"told={near.basis}|{again}|{near_by(near, slot)}"]
    for mention in scene.subjects.within(low, high):
        facts.append(f"subject={mention.meanings[0].kind}")
    if slot.cell is not None:
        facts += _in_head(scene, slot, when)
    return of_classes(BASES, slot.context, facts, when, f"={shape}", _follows(slot, before))


def _follows(slot: Slot, before: list[Slot]) -> str:
    """What the figure before is based on, and how near it stands."""
    near = next((near for near in before[:4] if near.kept), None)
    return "after=none" if near is None else f"after={near.basis}|{near_by(near, slot)}|{near.metric == slot.metric}"


def _named_adversely(scene: Scene, slot: Slot) -> bool | None:
    """Whether the words that name the metric nearest to a figure speak of a loss; None where nothing names it.

    Of the 599 annotated levels of profits that words name it gives 569 their sign.
    """
    low, high = slot.sentence
    nearest: tuple[int, int, int] | None = None
    for mention in (*scene.metrics.within(low, slot.start), *scene.metrics.within(slot.end, high)):
        if any(meaning.id == slot.metric for meaning in mention.meanings):
            far = max(slot.start - mention.end, mention.start - slot.end)
            if nearest is None or far < nearest[0]:
                nearest = far, mention.start, mention.end
    if nearest is None:
        return None
    _, start, end = nearest
    return any(
        cue.start < end and start < cue.end and any(meaning.id == "adverse" for meaning in cue.meanings)
        for cue in scene.cues.within(max(low, start - _OVERLAP), min(high, end + _OVERLAP))
    )


#: A cue that overlaps a metric's name goes beyond it by no more.
_OVERLAP = 24


def signs(scene: Scene, slot: Slot, before: list[Slot], echoes: list[Slot], metrics: Mapping[str, Metric]) -> Options:
    """What speaks for a positive and for a negative reading."""
    metric = metrics[slot.metric]
    assert slot.frame is not None
    unit = kind_of(slot.frame.unit)
    level = slot.measure == "level"
    facts = [
        "",
        f"{slot.measure}|{unit}",
        f"{metric.shape}|{level}",
        f"{slot.metric}|{level}",
        f"{slot.metric}|{slot.measure}|{slot.basis}",
    ]
    adverse = False
    low, high = slot.sentence
    for mention in scene.cues.within(low, high):
        if any(meaning.id == "adverse" for meaning in mention.meanings):
            clause = "=" if scene.layout.clause(mention.start) == slot.clause else "|"
            adverse = True
            facts += [f"adverse{clause}", f"adverse{clause}|{metric.shape}|{level}"]
    if slot.cell is not None:
        for mention in scene.cues.within(*slot.cell.label):
            if any(meaning.id == "adverse" for meaning in mention.meanings):
                facts += [f"t-adverse|{level}"]
                adverse = True
    if metric.shape in {"profit", "ratio"}:
        named = _named_adversely(scene, slot)
        facts += [f"named-adverse={named}|{level}", f"named-adverse={named}|{level}|{unit}"]
    for near in before[:2]:
        if near.kept and near.sentence_number == slot.sentence_number:
            alike = "m" if near.metric == slot.metric else "o"
            facts += [
                f"p={near.negative}|{near.measure == 'level'}>{level}",
                f"p={near.negative}|{near.measure}>{slot.measure}|{alike}",
            ]
            facts += [f"p={near.negative}|{level}|{f}" for f in slot.context if f.startswith(("lk=", "pc="))]
            break
    for echo in echoes:
        if echo.metric == slot.metric and echo.measure == slot.measure:
            facts.append(f"echo={echo.negative}")
    heads = str(level), f"{metric.shape}|{level}", f"adverse={adverse}|{level}"
    return of_classes(("+", "-"), slot.context, facts, *heads)
