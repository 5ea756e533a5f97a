"""Which quantity states which metric of whom, when, how and on what basis.

Quantities are taken in reading order, the text before the title, so that each may lean on what was decided before it.
Seven decisions are made of each, one after the other: its frame (scale and unit where none is printed), whether it is a
change, its metric (or none), the measure, the entity, the period, aggregation and basis, and the sign. Every decision
gathers what speaks for each of its options and takes the heaviest.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import zip_longest
from typing import NamedTuple, Protocol

from monitor.declarations.languages import Language
from monitor.declarations.metrics import Metric
from monitor.declarations.watchlists import Entity
from monitor.extractors import bases, dating, forms, frames, manner, sums, surroundings
from monitor.extractors.quantities import Numbers, Quantity
from monitor.extractors.scene import Heading, Scene, Slot
from monitor.extractors.subjects import NOTHING, EntityOptions, MetricOptions
from monitor.extractors.tables import Tables, heading
from monitor.extractors.weighing import Options
from monitor.extractors.words import LETTERS, alternation
from storage.periods import month_of
from storage.records import Value

_ONE = Decimal(1)
#: A bracket with another amount, and how far a bound may stand behind it.
_BRACKET = re.compile(r"\s?\([^()\n]{1,40}\)")
_TAIL = 12
_LATIN = re.compile("[A-Za-z]")
#: A number of chapter and section that opens a line of words; one alone may be something else.
_NUMBERED = re.compile(r"^[ #*]*([0-9]{1,2})\.([0-9]) +(?=[^\W\d_])", re.MULTILINE)
_FEWEST = 2
#: Shapes of what is quoted: the highest of several is one of them.
_PRICED = frozenset({"price", "market", "view"})
#: An amount and its conversion stand no further apart.
_BETWEEN = 14
#: How far back a quantity may look for quantities.
_MEMORY = 10
#: And for its like: through an article, and no further in a text without end.
_TOLD = 200


class Choice(Protocol):
    """Makes a decision: the shipped weights, or a teacher who knows the answers."""

    def choose(self, decision: str, slot: Slot, answers: Sequence[object], options: Options) -> int:
        """The number of the option that is taken."""
        ...


class _Past(NamedTuple):
    """What was decided before."""

    #: Slots of the same part of the article, in reading order.
    done: list[Slot]
    #: Slots whose figures may be told again: of the text.
    told: list[Slot]


class Binder:
    """Binds the quantities of one language's scenes."""

    def __init__(
        self, pack: Language, numbers: Numbers, metrics: Mapping[str, Metric], entities: Mapping[str, Entity]
    ) -> None:
        self._numbers = numbers
        self._mark = pack.numbers.decimal
        self._metrics, self._entities = metrics, entities
        self._metric_options = MetricOptions(metrics, entities)
        self._entity_options = EntityOptions(entities, metrics)
        company = next((e for e in entities.values() if e.currency), next(iter(entities.values())))
        listed = next((e.listed for e in entities.values() if e.listed), company.currency)
        self._house = (company.currency or "USD", listed or company.currency or "USD")
        self._comparing = pack.comparisons.get("base", ())
        self._superlatives = pack.bounds.superlatives
        self._headings: dict[str, Heading | None] = {}
        self._shares = tuple(word.lower() for word in pack.tables.percent)
        scales = [word for words in pack.scales.words.values() for word in words]
        self._scale = re.compile(f"(?<![{LETTERS}]){alternation(scales)}", re.IGNORECASE)
        suffixes = {form: name for name, written in pack.versions.items() for form in written}
        self._suffixes = suffixes
        tail = "|".join(sorted(map(re.escape, suffixes), key=len, reverse=True)) or "(?!)"
        self._version = re.compile(
            r"(?<![0-9./$€£¥])(?<![0-9],)[Vv]?(?P<number>[0-9]{1,2}\.[0-9]|O[0-9])(?![0-9%]|\.[0-9]|,[0-9]{3})"
            # "2.5 Turbo Pro" has two.
            rf"(?P<suffix>(?:[ -]?(?:{tail})(?![a-z])){{0,2}})"
        )
        self._suffix = re.compile(tail)

    def slots(self, scene: Scene) -> list[Slot]:
        """A slot for each quantity that may state something, in reading order, with its surroundings."""
        layout = scene.layout
        tables = Tables(scene.text, layout, scene.quantities, scene.periods)
        names = {(mention.start, mention.end) for mention in scene.subjects.items}
        versions = self._versions(scene)
        numbered = frozenset(layout.line(each.start) for each in scene.quantities if each.kind == "number")
        found: list[Slot] = []
        for quantity in scene.quantities:
            if quantity.unit is None and (quantity.start, quantity.end) in names:
                # A stock code names its company.
                continue
            if tables.is_scale(layout.line(quantity.number_start), quantity):
                continue
            match = versions.pop(quantity.number_start, None)
            if quantity.kind != "number" and match is None:
                continue
            if match is not None and quantity.unit in {None, "count"} and not quantity.scaled:
                found.append(self._slot(scene, tables, quantity, self._named(match), match.end()))
            elif quantity.kind == "number":
                found.append(self._slot(scene, tables, quantity, "", 0))
        taken = [(slot.start, slot.end) for slot in found]
        for start, match in versions.items():
            if not any(low < match.end() and start < high for low, high in taken):
                found.append(self._slot(scene, tables, _unread(match), self._named(match), match.end()))
        found.sort(key=lambda slot: slot.start)
        self._bound_after_brackets(scene, found)
        for number, slot in enumerate(found):
            slot.number = number
            slot.over = layout.introduced(scene.text, slot.line_number, numbered)
            slot.scale = frames.written_scale(scene.text, slot, self._mark)
        scene.slots = found
        surroundings.line_up(scene)
        sums.tie(found)
        for number, slot in enumerate(found):
            previous = found[number - 1] if number else None
            following = found[number + 1] if number + 1 < len(found) else None
            slot.context = surroundings.context(scene, slot, previous, following)
        return found

    def _versions(self, scene: Scene) -> dict[int, re.Match[str]]:
        """What may be a version, by where its number starts: behind a letter only where a name ends with it.

        What stands right behind another's name is that one's.
        """
        text = scene.text
        sections = _sections(text)
        others = [mention for mention in scene.subjects.items if mention.meanings[0].kind == "other"]
        theirs = {place for mention in others for place in range(mention.start, mention.end + 1)}
        ends = {mention.end for mention in scene.subjects.items}
        found: dict[int, re.Match[str]] = {}
        for match in self._version.finditer(text):
            start = match.start()
            behind = start in theirs or (start - 1 in theirs and text[start - 1] == " ")
            glued = start not in ends and _LATIN.match(text, max(start - 1, 0)) is not None
            numbered = match.start("number") in sections and not match["suffix"]
            if not (behind or glued or numbered):
                found[match.start("number")] = match
        return found

    def bind(self, scene: Scene, choice: Choice) -> list[Slot]:
        """Decide all of each slot; those that state nothing are left with an empty metric."""
        scene.absent = self._absent(scene)
        slots = self.slots(scene)
        body = [slot for slot in slots if slot.start > scene.title_end]
        title = [slot for slot in slots if slot.start <= scene.title_end]
        told: list[Slot] = []
        for part in (body, title):
            done: list[Slot] = []
            for slot, following in zip_longest(part, part[1:]):
                self._decide(scene, slot, _Past(done, told or done), following, choice)
                done.append(slot)
            told = told or done
        bases.settle(scene, self._comparing)
        return slots

    def _absent(self, scene: Scene) -> frozenset[str]:
        """What belongs to somebody who is named, and is itself neither named nor meant by a word such as "the unit".

        Of 77,341 figures of 3,611 such articles 33 were of it.
        """
        meant = {(m.kind, m.id) for mention in scene.subjects.items for m in mention.meanings}
        return frozenset(
            entity.id
            for entity in self._entities.values()
            if ("entity", entity.of) in meant
            and ("entity", entity.id) not in meant
            and ("reference", entity.kind) not in meant
        )

    def _bound_after_brackets(self, scene: Scene, slots: list[Slot]) -> None:
        """`300 million (42 million dollars) or more`: a bound behind the bracket holds for both amounts."""
        for number, slot in enumerate(slots):
            bracket = _BRACKET.match(scene.text, slot.end)
            if bracket is None or slot.quantity.bound != "exact" or slot.version:
                continue
            tail = scene.text[bracket.end() : min(bracket.end() + _TAIL, slot.sentence[1])]
            if tail.startswith(" +"):
                # "416m DAU (Q3) + Kling" adds something.
                continue
            again = self._numbers.read(scene.text[slot.start : slot.end] + tail)
            if not again or again[0].value != slot.quantity.value or again[0].bound == "exact":
                continue
            slot.quantity = replace(slot.quantity, bound=again[0].bound)
            for other in slots[number + 1 : number + 3]:
                if other.end <= bracket.end() and other.quantity.bound == "exact":
                    other.quantity = replace(other.quantity, bound=again[0].bound)

    def _slot(self, scene: Scene, tables: Tables, quantity: Quantity, version: str, version_end: int) -> Slot:
        layout = scene.layout
        start = quantity.number_start
        line_number = layout.line(start)
        line = layout.lines[line_number]
        number = layout.sentence(start)
        span = layout.sentence_span(number) if line.kind != "row" else (line.start, line.end)
        return Slot(
            quantity=quantity,
            number=0,
            sentence=(span[0], max(span[1], quantity.end)),
            sentence_number=number,
            clause=layout.clause(start),
            line=line,
            line_number=line_number,
            cell=tables.cell(line_number, start),
            version=version,
        )

    def _named(self, match: re.Match[str]) -> str:
        return " ".join(
            (match["number"], *(self._suffixes[each[0]] for each in self._suffix.finditer(match["suffix"])))
        )

    def _header(self, scene: Scene, slot: Slot) -> Heading | None:
        """What stands above a bare number of scale and unit: the nearest header that says anything."""
        best: Heading | None = None
        for span in frames.header_spans(scene, slot):
            said = self._heading(scene.text[span[0] : span[1]])
            if said is not None and (best is None or (not best.unit and said.unit)):
                best = said if best is None else Heading(best.factor if best.factor != 1 else said.factor, said.unit)
        if best is None:
            above = (scene.text[start:end] for start, end in frames.statements(scene, slot))
            said_above = (self._heading(text) for text in above if self._scale.search(text))
            best = next((said for said in said_above if said and said.unit and said.factor != 1), None)
        return best

    def _heading(self, text: str) -> Heading | None:
        if text not in self._headings:
            if len(self._headings) > 5000:
                self._headings.clear()
            self._headings[text] = heading(text, self._numbers, self._shares) if text.strip() else None
        return self._headings[text]

    def _decide(self, scene: Scene, slot: Slot, past: _Past, following: Slot | None, choice: Choice) -> None:
        before = past.done[: -_MEMORY - 1 : -1]
        if not self._frame(scene, slot, before, following, choice):
            return
        if before and _converts(scene, slot, before[0]):
            _copy(slot, before[0])
            return
        changes = manner.changes(scene, slot, before)
        slot.change = manner.MEASURES[choice.choose("change", slot, manner.MEASURES, changes)]
        echoes = _echoes(slot, past.told)
        if slot.start <= scene.title_end and not slot.version and _repeats(slot, echoes):
            self._unbind(scene, slot)
            return
        names, options = self._metric_options.propose(scene, slot, before, echoes)
        if names[0] == NOTHING:
            slot.metric = names[choice.choose("metric", slot, names, options)]
        else:
            slot.metric = names[0]
            slot.settle("metric", "only")
        if slot.metric == NOTHING:
            return
        measures = manner.measures(scene, slot, before, echoes, self._metrics)
        slot.measure = manner.MEASURES[choice.choose("measure", slot, manner.MEASURES, measures)]
        self._unbind(scene, slot)
        owners, ties = self._entity_options.propose(scene, slot, before, echoes)
        if len(owners) > 1:
            slot.entity = owners[choice.choose("entity", slot, owners, ties)]
        else:
            slot.entity = owners[0]
            slot.settle("entity", "only")
        heard = (scene, slot, before, echoes, self._metrics)
        counted = manner.adds_up(scene, slot, self._metrics)
        listing = self._entities[slot.entity].listing
        times, signs = dating.propose(*heard, counted=counted, listing=listing)
        slot.period = times[choice.choose("period", slot, times, signs)]
        if counted is not None:
            slot.aggregation = counted
            slot.settle("aggregation", "cumulative")
        else:
            number = choice.choose("aggregation", slot, manner.AGGREGATIONS, manner.aggregations(*heard))
            slot.aggregation = manner.AGGREGATIONS[number]
        _agree(slot, month_of(scene.dated))
        marked = manner.expected(scene, slot)
        if marked is None:
            slot.basis = manner.BASES[choice.choose("basis", slot, manner.BASES, manner.bases(*heard))]
        else:
            # "FY25E" over a column leaves no choice, nor does a plain year beside it.
            slot.basis = "estimate" if marked else "reported"
            slot.settle("basis", "t-head")
        if slot.frame is not None and not isinstance(slot.frame.value, str):
            slot.negative = choice.choose("sign", slot, (False, True), manner.signs(*heard)) == 1

    def _unbind(self, scene: Scene, slot: Slot) -> None:
        """Take the bound from what is said to be the lowest or highest of several.

        That is a price (283 of 288 annotated ones are exact), unless it comes down by so much, or what stands beside
        the other extreme (20 of 20 are exact).
        """
        if slot.quantity.bound == "exact":
            return
        said = scene.text[slot.start : slot.quantity.number_start].lower()
        superlative = next((word for word in self._superlatives if said.startswith(word)), None)
        if superlative is None:
            return
        shape = self._metrics[slot.metric].shape
        priced = shape in _PRICED and (shape != "price" or slot.measure == "level")
        sentence = scene.text[slice(*slot.sentence)].lower()
        if priced or any(word in sentence for word in self._superlatives if word != superlative):
            slot.quantity = replace(slot.quantity, bound="exact")

    def _frame(self, scene: Scene, slot: Slot, before: list[Slot], following: Slot | None, choice: Choice) -> bool:
        """Give the slot its frame; False where the number counts nothing."""
        quantity = slot.quantity
        if quantity.unit is not None and not slot.version:
            self._own_frame(scene, slot, before, choice)
            return True
        options, weighed = frames.options(
            scene,
            slot,
            before,
            following,
            header=self._header(scene, slot),
            house=self._house,
            metrics=self._metrics,
        )
        answers: list[object] = [None, *(option.frame for option in options)]
        number = choice.choose("frame", slot, answers, weighed)
        if number == 0:
            return False
        slot.frame = options[number - 1].frame
        slot.scale = options[number - 1].scale * (slot.scale if quantity.scaled else _ONE)
        return True

    def _own_frame(self, scene: Scene, slot: Slot, before: list[Slot], choice: Choice) -> None:
        """The printed unit, unless its word is short for several."""
        quantity = slot.quantity
        assert quantity.unit is not None
        options = frames.readings(quantity, self._house, before)
        number = 0
        if len(options) > 1:
            features = frames.of_readings(scene, slot, before, options)
            number = choice.choose("reading", slot, options, features)
        else:
            slot.settle("reading", "printed")
        slot.frame = options[number]


def _sections(text: str) -> frozenset[int]:
    """Where the numbers of sections begin that open lines: `1.1 Outlook`, `1.2 Risks`; of versions some end in `.0`."""
    found = [(match.start(1), match[1], match[2]) for match in _NUMBERED.finditer(text)]
    chapters = {chapter for _, chapter, number in found if number == "1"}
    if len(found) < _FEWEST or not chapters or any(number == "0" for _, _, number in found):
        return frozenset()
    return frozenset(start for start, chapter, _ in found if chapter in chapters)


def _unread(match: re.Match[str]) -> Quantity:
    """A version that is no number to the reader of numbers."""
    return Quantity(
        start=match.start(),
        end=match.end(),
        number_start=match.start("number"),
        number_end=match.end("number"),
        value=_ONE,
        unit=None,
        noun="",
        bound="exact",
        resolution=_ONE,
        sign="",
        scaled=False,
        currency_stated=False,
        spelled=False,
        kind="name",
    )


def _echoes(slot: Slot, told: list[Slot]) -> list[Slot]:
    """Figures told before with the same number, or with one that rounds to it; of those that say the same the first."""
    assert slot.frame is not None
    found: dict[tuple[object, ...], Slot] = {}
    for near in told[-_TOLD:]:
        if (
            near.kept
            and near.frame is not None
            and near.frame.unit == slot.frame.unit
            and _alike(near.frame.value, slot.frame.value)
        ):
            found.setdefault((*_meaning(near), near.quantity.bound), near)
    return list(found.values())


def _meaning(slot: Slot) -> tuple[object, ...]:
    """All that has been decided of a figure."""
    return (
        slot.metric, slot.measure, slot.entity, slot.period, slot.aggregation, slot.basis, slot.negative,
    )  # fmt: skip


def _repeats(slot: Slot, echoes: list[Slot]) -> bool:
    """Take over the figure of the text that a title repeats, where all that have its number say the same."""
    said = {_meaning(echo) for echo in echoes}
    if len(said) != 1 or (slot.frame is not None and slot.frame.unit == "times"):
        # Too much is doubled for the one that the text tells of to be the title's.
        return False
    _copy(slot, echoes[0])
    return True


def _copy(slot: Slot, other: Slot) -> None:
    """Let a slot state what another does."""
    slot.change, slot.measure, slot.metric, slot.entity = other.change, other.measure, other.metric, other.entity
    slot.period, slot.aggregation, slot.basis, slot.negative = (
        other.period, other.aggregation, other.basis, other.negative,
    )  # fmt: skip
    slot.sure, slot.reasons = dict(other.sure), dict(other.reasons)


def _converts(scene: Scene, slot: Slot, other: Slot) -> bool:
    """Whether an amount says the one before it again, in another currency: in brackets or after "or about"."""
    if slot.frame is None or other.frame is None or slot.sentence_number != other.sentence_number:
        return False
    units = slot.frame.unit, other.frame.unit
    if units[0] == units[1] or any(surroundings.kind_of(unit) != "money" for unit in units):
        return False
    between = scene.text[other.end : slot.start].strip()
    if len(between) > _BETWEEN:
        return False
    cued = any(m.id == "bracket" for cue in scene.cues.within(other.end, slot.start) for m in cue.meanings)
    return between.startswith("(") or between == "/" or cued


def _agree(slot: Slot, month: str) -> None:
    """What is cumulative has no beginning, and what is not has one."""
    opened = slot.period is not None and slot.period.startswith("..")
    if slot.aggregation == "cumulative" and not opened:
        slot.period = forms.opened(slot.period or month)
    elif opened and slot.period is not None and slot.measure == "level" and slot.aggregation != "cumulative":
        slot.period = slot.period.removeprefix("..")
    else:
        return
    # The two readings of the time were taken for rivals; the aggregation has settled it.
    slot.sure["period"] = max(slot.sure.get("period", 1.0), slot.sure.get("aggregation", 1.0))


def _alike(one: Value, other: Value) -> bool:
    if isinstance(one, Decimal) and isinstance(other, Decimal):
        return abs(abs(one) - abs(other)) <= abs(other) / 200
    return one == other
