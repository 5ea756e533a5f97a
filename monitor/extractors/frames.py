"""Which scale and unit a number has that is printed without: its neighbour's, its header's, or its metric's own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from monitor.declarations.metrics import Metric
from monitor.extractors.mentions import Mention
from monitor.extractors.quantities import Quantity
from monitor.extractors.scene import Frame, Heading, Scene, Slot
from monitor.extractors.surroundings import gap, kind_of, magnitude, steps
from monitor.extractors.weighing import Options
from storage.records import Value

_ONE = Decimal(1)
#: Units that changes are said in.
_OF_CHANGE = frozenset({"percent", "percentage_point", "times"})


def written_scale(text: str, slot: Slot, mark: str) -> Decimal:
    """The product of the scales that are written with a number."""
    quantity = slot.quantity
    if not quantity.scaled or not quantity.resolution:
        return _ONE
    digits = re.search(
        rf"[0-9]+(?:{re.escape(mark)}([0-9]+))?(?![0-9.,])", text[quantity.number_start : quantity.number_end]
    )
    decimals = len(digits[1] or "") if digits else 0
    scale = quantity.resolution * Decimal(10) ** decimals
    return scale if scale >= 1 else _ONE


#: A bracket with a unit stands at most that far before the numbers that it serves.
_REACH = 400
_BRACKET = re.compile(r"[(\[]([^()\n]{1,80})[)\]]")
#: A list goes on for so many lines below the line that gives its unit.
_LONGEST_LIST = 14
#: Lines of a list are no longer.
_LONGEST_ITEM = 120


def header_spans(scene: Scene, slot: Slot) -> Iterator[tuple[int, int]]:
    """Where scale and unit of a bare number may be said: the heads of its cell or list, else brackets before it."""
    if slot.cell is not None:
        yield from (slot.cell.head, slot.cell.label, slot.cell.caption)
        return
    start = max(slot.start - _REACH, scene.layout.lines[max(slot.line_number - 3, 0)].start)
    brackets = [match.span(1) for match in _BRACKET.finditer(scene.text, start, slot.start)]
    yield from reversed(brackets[-3:])
    if slot.line.kind not in _LISTED:
        return
    for number in range(slot.line_number - 1, max(slot.line_number - _LONGEST_LIST, -1), -1):
        line = scene.layout.lines[number]
        if line.kind not in _LISTED or line.end - line.start > _LONGEST_ITEM:
            return
        if line.kind == "heading":
            # "3Q25, RMB million"
            yield line.start, line.end
        yield from (match.span(1) for match in _BRACKET.finditer(scene.text, line.start, line.end))


#: "Unless otherwise indicated, amounts are in RMB million." is no longer, and stands at most so many sentences above.
_LONGEST_STATEMENT, _STATED_ABOVE = 80, 60


def statements(scene: Scene, slot: Slot) -> Iterator[tuple[int, int]]:
    """Sentences that may say the unit of all tables and lists below them: short ones without a digit, nearest first."""
    if slot.cell is None and slot.line.kind not in _LISTED:
        return
    for number in range(slot.sentence_number - 1, max(slot.sentence_number - _STATED_ABOVE, -1), -1):
        start, end = scene.layout.sentence_span(number)
        text = scene.text[start:end]
        if 0 < len(text.strip()) <= _LONGEST_STATEMENT and not any(map(str.isdigit, text)):
            yield start, end


#: Kinds of lines that lists are made of.
_LISTED = frozenset({"heading", "item"})


def _taken_off(quantity: Quantity) -> Value:
    """The number, or of a discount that says what is left of a price what comes off it."""
    value = quantity.value
    if not quantity.remains:
        return value
    return (100 - value[1], 100 - value[0]) if isinstance(value, tuple) else 100 - value


def readings(quantity: Quantity, house: tuple[str, str], before: list[Slot]) -> list[Frame]:
    """Units that a printed word may mean: a plain dollar, yuan or cent is of any currency, a point any point.

    Args:
        quantity: with a unit.
        house: currency of the accounts and of the exchange.
        before: slots before it, the nearest first: "12 cents" are those of the last amount.
    """
    assert quantity.unit is not None
    found = [Frame(_taken_off(quantity), quantity.unit, "own")]
    if kind_of(quantity.unit) == "money" and not quantity.currency_stated:
        currencies = dict(zip(house, ("house", "listed"), strict=True))
        last = (near.frame.unit for near in before if near.frame is not None and kind_of(near.frame.unit) == "money")
        currencies.setdefault(next(last, house[0]), "before")
        found += [Frame(quantity.value, unit, f"own>{name}") for unit, name in currencies.items()]
    elif quantity.unit == "percentage_point":
        found.append(Frame(quantity.value, "percent", "own>percent"))
    unique: dict[str, Frame] = {}
    for frame in found:
        unique.setdefault(frame.unit, frame)
    return list(unique.values())


def of_readings(scene: Scene, slot: Slot, before: list[Slot], options: list[Frame]) -> Options:
    """What speaks for each reading of a printed unit."""
    facts = [fact for fact in _facts(scene, slot, before, None) if fact[:2] in {"b=", "a=", "s="}]
    for near in before[:6]:
        if near.frame is not None and kind_of(near.frame.unit) == kind_of(slot.quantity.unit):
            facts.append(f"previous={near.frame.source}")
            facts.append(f"previous={near.frame.source}|{near.metric}")
            break
    word = scene.text[slot.quantity.number_end : slot.end].strip()
    facts += [f"word={word}", f"scaled={slot.quantity.scaled}"]
    own = options[0].unit
    listed = []
    for option in options:
        name = f"{own}>{option.unit}"
        listed.append([name, option.source])
    return Options(slot.context, facts, listed)


def times(value: Value, factor: Decimal) -> Value:
    """A value by a factor; a name stays."""
    if isinstance(value, str):
        return value
    if isinstance(value, tuple):
        return value[0] * factor, value[1] * factor
    return value * factor


class Option:
    """A frame with what speaks for it."""

    __slots__ = ("also", "evidence", "frame", "scale")

    def __init__(self, frame: Frame, scale: Decimal) -> None:
        self.frame, self.scale = frame, scale
        #: Other ways to come to it.
        self.also: list[str] = []
        self.evidence: list[str] = []


def options(
    scene: Scene,
    slot: Slot,
    previous: list[Slot],
    following: Slot | None,
    *,
    header: Heading | None,
    house: tuple[str, str],
    metrics: Mapping[str, Metric],
) -> tuple[list[Option], Options]:
    """Ways to read a number without a unit, and what speaks for each, after what speaks for reading it not at all.

    Args:
        scene: the text.
        slot: the number.
        previous: slots before it, the nearest first, whose frames are decided.
        following: the next slot.
        header: what its table's headers say.
        house: currency of the accounts and of the exchange.
        metrics: the catalogue.
    """
    quantity = slot.quantity
    raw: Value = quantity.value
    found: list[Option] = []
    known: set[tuple[str, str]] = set()

    def put(value: Value, unit: str, source: str, scale: Decimal) -> None:
        key = (str(value), unit)
        if key in known:
            next(o for o in found if (str(o.frame.value), o.frame.unit) == key).also.append(f"also={source}")
            return
        known.add(key)
        found.append(Option(Frame(value, unit, source), scale))

    if header is not None:
        unit = header.unit or house[0]
        put(times(raw, header.factor), unit, "table", header.factor)
        if unit != "count" and header.factor != 1:
            # Users in millions under a header that speaks of money in millions, or says so of them too.
            factor = header.factor if header.counted == 1 else header.counted
            put(times(raw, factor), "count", "table-count", factor)
    seen_kinds: set[str] = set()
    for near in previous:
        if near.frame is None or near.frame.unit == "version":
            continue
        kind = kind_of(near.frame.unit)
        if kind in seen_kinds or len(seen_kinds) > 2:
            continue
        source = f"previous{len(seen_kinds)}" + ("" if near.sentence_number == slot.sentence_number else "-far")
        seen_kinds.add(kind)
        scale = _ONE if quantity.scaled else near.scale
        put(times(raw, scale), near.frame.unit, source, scale)
        if near.frame.unit != house[0] and kind == "money":
            continue
    giver = _giver(scene, slot, following)
    if giver is not None and giver.quantity.unit is not None:
        scale = _ONE if quantity.scaled else giver.scale
        put(times(raw, scale), giver.quantity.unit, "next", scale)
    put(raw, "count", "plain", _ONE)
    if any(_makes_whole(near, raw) for near in (*previous[:1], *((following,) if following else ()))):
        put(raw, "percent", "pair", _ONE)
    if slot.cell is None or header is None:
        put(raw, house[0], "house", _ONE)
        put(raw, house[1], "listed", _ONE)
    if slot.version:
        put(slot.version, "version", "version", _ONE)
    shared = list(_facts(scene, slot, previous, following))
    named = list(_named(scene, slot, previous, metrics))
    for option in found:
        frame = option.frame
        kind = kind_of(frame.unit)
        names = [f"{frame.source}", f"{frame.source}>{kind}", f"{kind}|mag={magnitude(frame.value)}"]
        features = [*names, *option.also]
        features += [f"{frame.source.split('-')[0]}|{near}" for near in _likeness(slot, option, previous, following)]
        for where, metric in named:
            fit = _fit(metric, frame)
            features += [f"{where}={fit}", f"{where}={fit}|{frame.source.split('-')[0]}", f"{where}={fit}|{kind}"]
        option.evidence = [*features, f"={kind}"]
    return found, Options(slot.context, shared, [["none"], *(option.evidence for option in found)])


def _giver(scene: Scene, slot: Slot, following: Slot | None) -> Slot | None:
    """The next quantity, or behind one as bare as this the one after it: "from 60 to 125, then to 140 million"."""
    if following is None or following.quantity.unit is not None or following.quantity.scaled:
        return following
    for beyond in scene.slots[following.number + 1 : following.number + 2]:
        if beyond.sentence_number == slot.sentence_number:
            return beyond
    return following


def _named(
    scene: Scene, slot: Slot, previous: list[Slot], metrics: Mapping[str, Metric]
) -> Iterator[tuple[str, Metric]]:
    """The metrics that the number may be of: named nearest on both sides, in the sentence before, or stated last."""
    low, high = slot.sentence

    def nearest(mentions: Iterable[Mention]) -> Metric | None:
        return next((metrics[m.id] for each in mentions for m in each.meanings if m.kind == "metric"), None)

    before = nearest(scene.metrics.before(slot.start, low))
    if before is not None:
        yield "before", before
    after = nearest(scene.metrics.after(slot.end, high))
    if after is not None:
        yield "after", after
    if before is None and slot.sentence_number > 0:
        start, end = scene.layout.sentence_span(slot.sentence_number - 1)
        earlier = nearest(scene.metrics.before(end, start))
        if earlier is not None:
            yield "earlier", earlier
    if slot.cell is not None:
        label = nearest(scene.metrics.within(*slot.cell.label)) or nearest(scene.metrics.within(*slot.cell.head))
        if label is not None:
            yield "label", label
    kept = next((near for near in previous[:3] if near.kept), None)
    if kept is not None:
        yield f"stated{'' if kept.sentence_number == slot.sentence_number else '-far'}", metrics[kept.metric]


def _fit(metric: Metric, frame: Frame) -> str:
    """Whether a metric is said in such a unit, and in such amounts."""
    kind = kind_of(frame.unit)
    if kind == "version" or metric.shape == "version":
        return str(kind == metric.shape)
    if kind not in metric.units:
        return "change" if kind in _OF_CHANGE else "no"
    number = frame.value[0] if isinstance(frame.value, tuple) else frame.value
    if not isinstance(number, Decimal) or kind in _OF_CHANGE:
        return "unit"
    return "range" if metric.least <= abs(number) <= metric.most else "unit"


def _makes_whole(near: Slot, value: Value) -> bool:
    """Whether two bare numbers are the parts of a hundred ("70 to 30")."""
    other = near.quantity.value
    return isinstance(other, Decimal) and isinstance(value, Decimal) and other + value == 100


def _facts(scene: Scene, slot: Slot, previous: list[Slot], following: Slot | None) -> Iterator[str]:
    low, high = slot.sentence
    for side, mentions in (("b", scene.metrics.before(slot.start, low)), ("a", scene.metrics.after(slot.end, high))):
        for mention in mentions:
            distance = slot.start - mention.end if side == "b" else mention.start - slot.end
            for meaning in mention.meanings:
                yield f"{side}={meaning.id}"
            yield f"{side}={mention.meanings[0].id}/{steps(distance, scene.language)}"
            break
        else:
            yield f"{side}=0"
    for mention in scene.subjects.before(slot.start, low):
        yield f"s={mention.meanings[0].kind}/{steps(slot.start - mention.end, scene.language)}"
        break
    text = scene.text[slot.start : slot.end]
    yield "decimals" if re.search(r"[.,][0-9]{1,2}$", text) else "whole"
    yield f"digits={sum(map(str.isdigit, text))}"
    if not slot.quantity.scaled:
        yield "unscaled"
    if previous and previous[0].sentence_number == slot.sentence_number:
        yield f"gap={gap(scene, previous[0].end, slot.start)}"
        yield f"pkept={previous[0].kept}"
    if following is not None and following.sentence_number == slot.sentence_number:
        yield f"nextgap={gap(scene, slot.end, following.start)}"


def _likeness(slot: Slot, option: Option, previous: list[Slot], following: Slot | None) -> Iterator[str]:
    """How near the number comes to the one whose unit it would share."""
    value = option.frame.value
    if isinstance(value, str):
        return
    mine = value[0] if isinstance(value, tuple) else value
    others = [near.frame for near in previous[:4] if near.frame is not None and near.frame.unit == option.frame.unit]
    if following is not None and following.quantity.unit == option.frame.unit and option.frame.source == "next":
        others.insert(0, Frame(following.quantity.value, option.frame.unit, ""))
    for frame in others[:1]:
        other = frame.value[0] if isinstance(frame.value, tuple) else frame.value
        if not isinstance(other, Decimal) or not other or not mine:
            continue
        ratio = abs(mine / other)
        for limit in ("0.01", "0.2", "0.6", "0.9", "1.1", "1.7", "5", "100"):
            if ratio < Decimal(limit):
                yield f"like<{limit}"
                break
        else:
            yield "like=far"
