"""Which metric a quantity states, and whose: the options and what speaks for each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import takewhile
from typing import NamedTuple

from monitor.declarations.metrics import Metric
from monitor.declarations.watchlists import Entity
from monitor.extractors.exclusions import says_nothing
from monitor.extractors.mentions import Meaning, Mention
from monitor.extractors.scene import Scene, Slot
from monitor.extractors.surroundings import RATES, amount, apart, gap, kind_of, near_by, owner, pairs, steps
from monitor.extractors.weighing import Options

#: A subject is carried on no further.
_FAR = 2000
#: Who a line speaks of is named within so many characters; a section has no more lines.
_LEAD, _SECTION = 30, 12
#: A label stands so many lines above its number at most, and is no longer.
_APART, _LABEL = 2, 40
#: A bracket opens and closes so near to a word in it.
_BRACKET = 40
#: Shapes of what both a company and its product report.
_OF_ACCOUNTS = frozenset({"flow", "profit", "cost", "ratio"})
#: Nothing of the watchlist: the option that drops a quantity.
NOTHING = ""


class Place(NamedTuple):
    """A metric's mention seen from a quantity."""

    side: str
    rank: int
    #: The same among those that the quantity's unit allows.
    fitting: int
    #: Quantities between.
    crossed: int
    same_clause: bool
    #: No other quantity stands nearer to it.
    own: bool
    distance: int
    weak: bool
    shared: bool
    between: str


class _Clues(NamedTuple):
    """What was found around a quantity that speaks for metrics, by metric."""

    places: dict[str, list[Place]]
    #: Words for what is not annotated: side and distance.
    excluded: list[tuple[str, int]]
    table: dict[str, list[str]]
    carried: dict[str, list[str]]
    nearby: dict[str, list[str]]
    paired: dict[str, list[str]]
    #: Kind of the entity that is spoken of, and how far back it was named.
    subject: tuple[str, str]
    #: Decided slots, the nearest first.
    before: list[Slot]
    #: Figures already told with the same number.
    echoes: list[Slot]
    #: How far the last level of each metric in the same unit is from the quantity.
    apart: dict[str, str]


class MetricOptions:
    """Proposes metrics for a quantity."""

    def __init__(self, metrics: Mapping[str, Metric], entities: Mapping[str, Entity]) -> None:
        self._metrics, self._entities = metrics, entities
        self._margins: dict[str, str] = {m.margin_of: name for name, m in metrics.items() if m.margin_of}
        self._implied = tuple(name for name, metric in metrics.items() if metric.implied)
        self._owners = {name: {e.id for e in entities.values() if e.kind in m.of} for name, m in metrics.items()}

    def fits(self, name: str, slot: Slot) -> bool:
        """Whether the metric can be said in the quantity's unit."""
        assert slot.frame is not None
        metric, kind = self._metrics[name], kind_of(slot.frame.unit)
        if kind == "version" or metric.shape == "version":
            return kind == "version" and metric.shape == "version"
        return kind in RATES or kind in metric.units

    def _is_part(self, mention: Mention, whole: Mention) -> bool:
        wholes = {meaning.id for meaning in whole.meanings}
        return any(m.kind == "metric" and self._metrics[m.id].part_of in wholes for m in mention.meanings)

    def _may_be(self, meaning: Meaning, slot: Slot) -> bool:
        return meaning.kind == "metric" and not meaning.weak and self._suits(meaning.id, slot)

    def _suits(self, name: str, slot: Slot) -> bool:
        return self.fits(name, slot) and _in_range(self._metrics[name], slot)

    def propose(self, scene: Scene, slot: Slot, before: list[Slot], echoes: list[Slot]) -> tuple[list[str], Options]:
        """Metrics that the quantity may state, the first of them nothing, and what speaks for each; or the only one."""
        places, excluded = self._places(scene, slot)
        clues = _Clues(
            places=places,
            excluded=excluded,
            table=self._in_table(scene, slot),
            carried=self._carried(slot, before),
            nearby=self._nearby(scene, slot),
            paired=self._paired(scene, slot),
            subject=self._subject(scene, slot),
            before=before,
            echoes=echoes,
            apart=_apart(scene, slot),
        )
        names = dict.fromkeys([*places, *clues.table, *clues.carried, *clues.nearby, *(e.metric for e in echoes)])
        for name in list(names):
            margin = self._margins.get(name)
            if margin:
                names[margin] = None
        names.update(dict.fromkeys(self._implied))
        fitting = [name for name in names if name and self._suits(name, slot) and self._owners[name] - scene.absent]
        if any("paired|True" in facts for facts in clues.paired.values()):
            # "X and Y were x and y, respectively": what answers to the number's place, or nothing at all.
            fitting = [name for name in fitting if "paired" in clues.paired.get(name, ())]
        if says_nothing(scene, slot, self._metrics):
            fitting = []
        certain = self._margin_of_row(scene, slot) or self._labelled(scene, slot)
        if certain in fitting:
            return [certain], Options((), (), [()])
        features = [self._of_nothing(scene, slot, clues)]
        features += [self._of(scene, slot, name, clues) for name in fitting]
        return [NOTHING, *fitting], Options(slot.context, list(subject_facts(scene, slot)), features)

    def _labelled(self, scene: Scene, slot: Slot) -> str:
        """The only metric that a label names where its number has the next line to itself; "" elsewhere."""
        line = scene.text[slot.line.start : slot.start] + scene.text[slot.end : slot.line.end]
        if slot.cell is not None or line.strip(" *:"):
            return ""
        for above in reversed(scene.layout.lines[max(slot.line_number - _APART, 0) : slot.line_number]):
            label = scene.text[above.start : above.end]
            if label.strip():
                short = len(label) <= _LABEL and not any(map(str.isdigit, label))
                said = {name for each in scene.metrics.within(above.start, above.end) for name in each.metrics}
                fitting = [name for name in said if self._suits(name, slot)] if short else []
                return fitting[0] if len(fitting) == 1 else ""
        return ""

    def _margin_of_row(self, scene: Scene, slot: Slot) -> str:
        """The margin that a percentage is, under "as % of revenue" in a row of profit; "" elsewhere."""
        if slot.cell is None or slot.frame is None or slot.frame.unit != "percent" or not _head_share(scene, slot):
            return ""
        named = {name for each in scene.metrics.within(*slot.cell.label) for name in each.metrics}
        return self._margins.get(named.pop(), "") if len(named) == 1 else ""

    def _places(self, scene: Scene, slot: Slot) -> tuple[dict[str, list[Place]], list[tuple[str, int]]]:
        low, high = slot.sentence
        found: dict[str, list[Place]] = {}
        excluded: list[tuple[str, int]] = []
        # A term may begin with the number's own noun: "135 million people a month bought something".
        inside = takewhile(lambda mention: mention.start < slot.end, scene.metrics.after(slot.start, high))
        for side, mentions in (
            ("i", inside),
            ("b", scene.metrics.before(slot.start, low)),
            ("a", scene.metrics.after(slot.end, high)),
        ):
            rank = fitting = 0
            for mention in mentions:
                if rank > 7:
                    break
                if side == "b":
                    distance, between = slot.start - mention.end, (mention.end, slot.start)
                elif side == "a":
                    distance, between = mention.start - slot.end, (slot.end, mention.start)
                else:
                    distance, between = 0, (0, 0)
                if mention.meanings[0].kind == "excluded":
                    excluded.append((side, distance))
                crossed = _crossed(scene, slot, between)
                clause = scene.layout.clause(mention.start) == slot.clause
                for meaning in mention.meanings:
                    if meaning.kind != "metric":
                        continue
                    found.setdefault(meaning.id, []).append(
                        Place(
                            side,
                            rank,
                            fitting,
                            crossed,
                            clause,
                            owner(scene, slot, mention.start, mention.end),
                            distance,
                            meaning.weak,
                            len(mention.meanings) > 1,
                            gap(scene, *between),
                        )
                    )
                rank += 1
                fitting += any(m.kind == "excluded" or self._suits(m.id, slot) for m in mention.meanings)
        return found, excluded

    def _paired(self, scene: Scene, slot: Slot) -> dict[str, list[str]]:
        """Metrics that answer to the quantity's place in its run, named before or decided in the run before it."""
        found: dict[str, list[str]] = {}
        if slot.place[1] < 2:
            return found
        low = slot.sentence[0]
        named = [
            m
            for m in scene.metrics.within(low, slot.run_start)
            if any(self._may_be(each, slot) for each in m.meanings) and not _in_brackets(scene.text, m, low)
        ]
        unlike: list[Mention] = []
        for mention in named:
            if unlike and mention.meanings == unlike[-1].meanings:
                continue
            if unlike and self._is_part(mention, unlike[-1]):
                # "revenue from advertising" names one metric.
                unlike.pop()
            unlike.append(mention)
        wholes = {meaning.id for mention in unlike for meaning in mention.meanings}
        parts = [m for m in unlike if any(self._metrics[name].part_of in wholes for name in m.metrics)]
        if len(parts) == slot.place[1]:
            # "A, B and C drove revenue and brought in x, y and z": the whole is none of them.
            unlike = parts
        said = any(m.id == "respectively" for c in scene.cues.within(*slot.sentence) for m in c.meanings)
        for number, how in pairs(slot, unlike).items():
            for meaning in unlike[number].meanings:
                found.setdefault(meaning.id, []).extend(("paired", f"paired|{said}", how, f"{how}|{slot.place[1]}"))
        first = slot.number - slot.place[0]
        above = scene.slots[first - slot.place[1] : first] if first >= slot.place[1] else []
        if above and above[0].place == (0, slot.place[1]) and above[0].sentence_number == slot.sentence_number:
            twin = above[slot.place[0]]
            if twin.kept:
                found.setdefault(twin.metric, []).extend(("paired", "twin", f"twin|{said}"))
        return found

    def _subject(self, scene: Scene, slot: Slot) -> tuple[str, str]:
        """The kind of the watched entity that was named last, and where: in the sentence, line, text or title."""
        spans = (
            ("s", slot.sentence[0]),
            ("l", slot.line.start),
            ("d", max(scene.title_end, slot.line.start - _FAR)),
            ("t", 0),
        )
        place = slot.end
        for where, low in spans:
            for mention in scene.subjects.before(place, low):
                meaning = mention.meanings[0]
                if meaning.kind == "entity":
                    return self._entities[meaning.id].kind, where
                if meaning.kind == "reference":
                    return meaning.id, f"{where}~"
            place = min(place, max(low, 0))
        return "", ""

    def _in_table(self, scene: Scene, slot: Slot) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        if slot.cell is None:
            return found
        for name, span in (("label", slot.cell.label), ("head", slot.cell.head), ("caption", slot.cell.caption)):
            mentions = scene.metrics.within(*span)
            for rank, mention in enumerate(mentions):
                whole = "=" if (mention.end - mention.start) * 3 >= (span[1] - span[0]) * 2 else "~"
                for meaning in mention.meanings:
                    if meaning.kind == "metric":
                        found.setdefault(meaning.id, []).append(
                            f"t-{name}{min(rank, 2)}{whole}{'w' if meaning.weak else ''}"
                        )
        return found

    def _carried(self, slot: Slot, before: list[Slot]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for rank, near in enumerate(before[:6]):
            if not near.kept:
                continue
            far = slot.sentence_number - near.sentence_number
            if slot.line_number - near.line_number > 2 and rank > 1:
                break
            where = near_by(near, slot)
            if where == "p" and far > 1:
                where = "l"
            found.setdefault(near.metric, []).append(f"c{min(rank, 3)}{where}")
        return found

    def _nearby(self, scene: Scene, slot: Slot) -> dict[str, list[str]]:
        """Metrics of the sentence before, of the heading above and of the title."""
        found: dict[str, list[str]] = {}

        def put(span: tuple[int, int], name: str, most: int) -> None:
            for rank, mention in enumerate(scene.metrics.before(span[1], span[0])):
                if rank >= most:
                    break
                for meaning in mention.meanings:
                    if meaning.kind == "metric":
                        found.setdefault(meaning.id, []).append(f"{name}{min(rank, 2)}{'w' if meaning.weak else ''}")

        if slot.sentence_number > 0:
            start, end = scene.layout.sentence_span(slot.sentence_number - 1)
            put((start, end), "ps" if start >= slot.line.start else "pl", 4)
        asked = scene.layout.asked(scene.text, slot.sentence_number)
        if asked is not None:
            put(asked, "asked", 3)
        if slot.over is not None:
            put(slot.over, "over", 2)
        if scene.title_end >= 0 and slot.start > scene.title_end:
            put((0, scene.title_end), "title", 3)
        for number in range(slot.line_number - 1, max(slot.line_number - 5, -1), -1):
            line = scene.layout.lines[number]
            if line.kind == "heading":
                put((line.start, line.end), "heading", 2)
                break
        return found

    def _of(self, scene: Scene, slot: Slot, name: str, clues: _Clues) -> list[str]:
        places, table, carried, nearby = clues.places.get(name, []), clues.table, clues.carried, clues.nearby
        before, echoes = clues.before, clues.echoes
        metric = self._metrics[name]
        assert slot.frame is not None
        kind = kind_of(slot.frame.unit)
        unit = slot.frame.unit if kind == "money" else kind
        found = [
            f"m={name}",
            f"={metric.shape}",
            f"{metric.shape}|{unit}",
            f"{name}|{kind}",
            f"{metric.shape}|{slot.change}|{kind}",
            f"{name}|{slot.change}",
        ]
        put = found.append
        spoken, where = clues.subject
        put(f"sub={spoken in metric.of}|{where}")
        put(f"sub={spoken}|{where}|{metric.shape}")
        put(f"sub={spoken}|{name}")
        if kind == "percent" and metric.part_of:
            share = any(f == "cue~share" for f in slot.context)
            put(f"part|{slot.change}|{share}")
        if kind not in RATES:
            # Weights have learned with options out of range, too, which are none now.
            put("range=True")
            put(f"range=True|{metric.shape}")
        elif metric.shape == "ratio":
            put(f"ratio|{kind}|{slot.change}")
        closest: dict[str, Place] = {}
        for place in places:
            if place.side not in closest:
                closest[place.side] = place
        for side, place in closest.items():
            base = f"{side}r{min(place.rank, 4)}"
            clause = "=" if place.same_clause else "|"
            put(base)
            suited = f"{side}f{min(place.fitting, 3)}"
            put(suited)
            if place.own:
                put(f"own{side}")
                put(f"own{side}{clause}d{min(steps(place.distance, scene.language), 3)}")
                put(f"own{side}|{kind}|{slot.change}")
            put(f"{suited}own={place.own}")
            put(f"{suited}q{min(place.crossed, 3)}{clause}")
            put(f"{suited}d{steps(place.distance, scene.language)}")
            put(f"{suited}|{kind}|{slot.change}|{metric.shape}")
            put(f"{base}q{min(place.crossed, 3)}{clause}")
            put(f"{side}q{min(place.crossed, 3)}{clause}")
            put(f"{side}d{steps(place.distance, scene.language)}")
            put(f"{side}d{steps(place.distance, scene.language)}q{min(place.crossed, 3)}")
            put(f"{base}|{kind}|{slot.change}")
            put(f"{side}|{name}|{kind}")
            if place.weak:
                put(f"{side}weak")
                put(f"{side}weak|{name}")
                put(f"{base}weak{clause}")
            if place.shared:
                put(f"{side}shared|{name}")
            if place.between and place.between != "…" and len(place.between) < 13:
                put(f"{side}gap={place.between}")
            taken = any(
                near.metric == name
                and near.sentence_number == slot.sentence_number
                and near.frame is not None
                and kind_of(near.frame.unit) == kind
                and near.measure == slot.change
                for near in before[:4]
            )
            if taken:
                put(f"{side}taken")
                put(f"{base}taken")
        if not closest:
            put("unsaid")
            put(f"unsaid|{kind}")
            put(f"unsaid|{name}")
            put(f"unsaid|{name}|{kind}|{slot.change}")
        elif "b" in closest and "a" in closest:
            put("both")
        for fact in table.get(name, ()):
            put(fact)
            put(f"{fact}|{kind}")
        margin_of = metric.margin_of
        for source in (table, carried):
            if margin_of and margin_of in source:
                put("margin-of")
        if margin_of and margin_of in table:
            put(f"t-margin|{kind}|{_head_share(scene, slot)}")
        if name in table and kind == "percent":
            part, has_margin = bool(metric.part_of), bool(self._margins.get(name))
            put(f"t-share|{metric.shape}|{part}|{_head_share(scene, slot)}|{has_margin}")
        facts = carried.get(name, ())
        if facts:
            put(f"{facts[0]}")
            put(f"{facts[0]}|{kind}|{slot.change}")
            put(f"{facts[0]}|{'said' if closest else 'unsaid'}")
            near = before[int(facts[0][1])] if int(facts[0][1]) < len(before) else None
            if near is not None and near.frame is not None:
                pair = f"{kind_of(near.frame.unit)}-{near.measure}>{kind}-{slot.change}"
                put(f"{facts[0]}|{pair}")
                between = scene.metrics.within(near.end, slot.start)
                put(f"{facts[0]}|new={any(m.meanings[0].kind == 'metric' for m in between)}")
                put(f"{facts[0]}|{pair}|new={bool(between)}")
        elif carried:
            put("not-carried")
        for fact in nearby.get(name, ()):
            put(fact)
            if not closest:
                put(f"{fact}|unsaid")
        if margin_of and before and before[0].metric == margin_of:
            put("margin-of-previous")
        if clues.apart:
            far = clues.apart.get(name, "-")
            found += (f"apart={far}", f"apart={far}|{kind}", f"apart={far}|{name}")
        for tied in slot.ties:
            for number in (tied.first, tied.second):
                other = scene.slots[number]
                if number < slot.number and other.kept:
                    put(f"tie={tied.part}{tied.how}|{other.metric == name}")
                    put(f"tie={tied.part}{tied.how}|{other.metric == name}|{other.measure == 'level'}|{metric.shape}")
        for echo in echoes:
            if echo.metric == name:
                put("echo")
                break
        else:
            if echoes:
                put("not-echo")
        found += clues.paired.get(name, ())
        return found

    def _of_nothing(self, scene: Scene, slot: Slot, clues: _Clues) -> list[str]:
        places, excluded, before, in_table = clues.places, clues.excluded, clues.before, bool(clues.table)
        assert slot.frame is not None
        kind = kind_of(slot.frame.unit)
        unit = slot.frame.unit if kind == "money" else kind
        found = ["0", f"0|unit={unit}", f"0|unit={unit}|{slot.change}", f"0|frame={slot.frame.source}"]
        put = found.append
        for side, distance in excluded[:2]:
            far = steps(distance, scene.language)
            put(f"0|x{side}{far}")
            put(f"0|x{side}{far}|{kind}")
        if excluded:
            put("0|x")
        fitting = [name for name in places if self.fits(name, slot)]
        put(f"0|fit={min(len(fitting), 2)}")
        put(f"0|fit={min(len(fitting), 2)}|{kind}")
        strong = [p for name in fitting for p in places[name] if not p.weak]
        put(f"0|strong={bool(strong)}|{kind}")
        if in_table:
            put("0|table")
        if before:
            same = before[0].sentence_number == slot.sentence_number
            put(f"0|kept={before[0].kept}|{same}")
            if same and before[0].frame is not None:
                put(f"0|kept={before[0].kept}|{kind_of(before[0].frame.unit)}>{kind}")
                put(f"0|kept={before[0].kept}|{gap(scene, before[0].end, slot.start)}")
        return found


def _apart(scene: Scene, slot: Slot) -> dict[str, str]:
    """How far a level is from the last of each metric in its unit, of whichever entity is nearest in worth."""
    found: dict[str, str] = {}
    if slot.change == "level":
        for (metric, _), far in apart(scene, slot).items():
            found[metric] = min(far, found.get(metric, far))
    return found


def _in_brackets(text: str, mention: Mention, low: int) -> bool:
    """Whether a word explains what stands before it: "other services (including e-commerce)"."""
    opened = text.rfind("(", max(low, mention.start - _BRACKET), mention.start)
    closed = text.find(")", mention.end, mention.end + _BRACKET)
    return opened >= 0 and closed >= 0 and ")" not in text[opened : mention.start]


def _head_share(scene: Scene, slot: Slot) -> bool:
    if slot.cell is None:
        return False
    return any(meaning.id == "share" for m in scene.cues.within(*slot.cell.head) for meaning in m.meanings)


def _crossed(scene: Scene, slot: Slot, between: tuple[int, int]) -> int:
    """How many quantities lie between two places."""
    count = 0
    if between[1] <= slot.start:
        # By number: a copy of all slots before it, for each mention, would take time in the square of the text.
        for number in range(slot.number - 1, -1, -1):
            near = scene.slots[number]
            if near.start < between[0]:
                break
            count += near.end <= between[1]
    else:
        for number in range(slot.number + 1, len(scene.slots)):
            near = scene.slots[number]
            if near.end > between[1]:
                break
            count += near.start >= between[0]
    return count


def _in_range(metric: Metric, slot: Slot) -> bool:
    assert slot.frame is not None
    value = slot.frame.value
    number = value[0] if isinstance(value, tuple) else value
    if slot.frame.unit in RATES:
        return True
    return not isinstance(number, Decimal) or metric.least <= abs(number) <= metric.most


def _what(mention: Mention) -> str:
    meaning = mention.meanings[0]
    return f"{meaning.kind}" if meaning.kind != "reference" else f"ref-{meaning.id}"


def subject_facts(scene: Scene, slot: Slot) -> Iterator[str]:
    """Who is spoken of around a quantity: watched, others, or nobody."""
    low, high = slot.sentence
    lang = scene.language
    clause = slot.clause
    rank = 0
    kinds: list[str] = []
    for mention in scene.subjects.before(slot.start, low):
        what = _what(mention)
        if rank < 2:
            here = scene.layout.clause(mention.start) == clause
            yield f"sb{rank}={what}"
            yield f"sb{rank}={what}|{'=' if here else '|'}"
            if rank == 0:
                yield f"sb={what}|{steps(slot.start - mention.end, lang)}"
                yield f"sb={what}|q{min(_crossed(scene, slot, (mention.end, slot.start)), 2)}"
        kinds.append(what)
        rank += 1
    if not rank:
        yield "sb=none"
        for mention in scene.subjects.before(low, slot.line.start):
            yield f"sline={_what(mention)}"
            break
        else:
            yield "sline=none"
            for mention in scene.subjects.before(slot.line.start, max(slot.line.start - 1500, 0)):
                yield f"sdoc={_what(mention)}"
                break
    rank = 0
    for mention in scene.subjects.after(slot.end, high):
        what = _what(mention)
        if rank == 0:
            yield f"sa={what}"
            yield f"sa={what}|{steps(mention.start - slot.end, lang)}"
        kinds.append(what)
        rank += 1
    if not rank:
        yield "sa=none"
    for mention in scene.subjects.within(slot.line.start, min(slot.line.start + _LEAD, slot.start)):
        yield f"slead={_what(mention)}"
        break
    for number in range(slot.line_number - 1, max(slot.line_number - _SECTION, -1), -1):
        line = scene.layout.lines[number]
        if line.kind == "heading":
            named = [_what(mention) for mention in scene.subjects.within(line.start, line.end)]
            yield f"shead={named[0] if named else 'none'}"
            break
    yield f"doc-others={amount(scene.named['other'])}|{amount(scene.named['entity'])}"
    watched = any(kind == "entity" for kind in kinds)
    foreign = sum(kind in {"other", "elsewhere"} for kind in kinds)
    yield f"s={watched}|{min(foreign, 2)}"
    if slot.cell is not None:
        for mention in scene.subjects.within(slot.line.start, slot.line.end):
            yield f"row={_what(mention)}"


class EntityOptions:
    """Proposes whose metric a quantity states."""

    def __init__(self, entities: Mapping[str, Entity], metrics: Mapping[str, Metric]) -> None:
        self._entities, self._metrics = entities, metrics

    def propose(self, scene: Scene, slot: Slot, before: list[Slot], echoes: list[Slot]) -> tuple[list[str], Options]:
        """The entities that have the metric, and what speaks for each."""
        metric = self._metrics[slot.metric]
        names = [n for n, entity in self._entities.items() if entity.kind in metric.of and n not in scene.absent]
        named = self._named(scene, slot, metric)
        if named in names:
            names = [named]
        if len(names) < 2:
            return names, Options((), (), [() for _ in names])
        facts = self._facts(scene, slot, before)
        around = [fact for holder, fact in facts if holder == ""]
        around += (f"={metric.shape}", slot.metric)
        options = [self._of(slot, name, facts, before, echoes) for name in names]
        if slot.measure == "level":
            told = apart(scene, slot)
            for name, features in zip(names, options, strict=True):
                far = told.get((slot.metric, name), "-")
                features.extend((f"apart={far}", f"{self._entities[name].kind}|apart={far}"))
        return names, Options(slot.context, around, options)

    def _named(self, scene: Scene, slot: Slot, metric: Metric) -> str:
        """The one entity that heads a cell, or that is named between the quantity before and the metric; "" if none.

        Of 51 annotated cells whose label or head names one, all are of that entity.
        """
        for span in (slot.cell.label, slot.cell.head) if slot.cell is not None else ():
            heading = {m.meanings[0].id for m in scene.subjects.within(*span) if m.meanings[0].kind == "entity"}
            if len(heading) == 1:
                return heading.pop()
        if metric.shape not in _OF_ACCOUNTS:
            return ""
        low = slot.sentence[0]
        if slot.number:
            low = max(low, scene.slots[slot.number - 1].end)
        mentions = scene.subjects.within(low, slot.start)
        if not mentions or {m.meanings[0].kind for m in mentions} != {"entity"}:
            return ""
        if len({m.meanings[0].id for m in mentions}) > 1:
            return ""
        told = scene.metrics.within(mentions[-1].end, slot.start)
        return mentions[-1].meanings[0].id if any(m.id == slot.metric for t in told for m in t.meanings) else ""

    def _facts(self, scene: Scene, slot: Slot, before: list[Slot]) -> list[tuple[str, str]]:
        """Facts with the entity that they speak of."""
        low, high = slot.sentence
        found: list[tuple[str, str]] = []
        references = {entity.kind: name for name, entity in self._entities.items()}

        def named(mention: Mention) -> str:
            meaning = mention.meanings[0]
            if meaning.kind == "entity":
                return meaning.id
            return f"~{references.get(meaning.id, '')}" if meaning.kind == "reference" else ""  # type: ignore[call-overload]

        def put(mention: Mention, fact: str) -> None:
            name = named(mention)
            if name.startswith("~"):
                found.append((name[1:], f"{fact}~"))
            elif name:
                found.append((name, fact))

        rank = 0
        for mention in scene.subjects.before(slot.start, low):
            if not named(mention):
                continue
            here = "=" if scene.layout.clause(mention.start) == slot.clause else "|"
            put(mention, f"b{min(rank, 2)}")
            put(mention, f"b{min(rank, 2)}{here}")
            put(mention, f"bd{steps(slot.start - mention.end, scene.language)}")
            put(mention, f"bq{min(_crossed(scene, slot, (mention.end, slot.start)), 3)}")
            rank += 1
        first = next(iter(scene.subjects.within(low, slot.start)), None)
        if first is not None:
            put(first, "first")
        if not rank:
            found.append(("", "b-none"))
        after = 0
        for mention in scene.subjects.after(slot.end, high):
            if not named(mention):
                continue
            here = "=" if scene.layout.clause(mention.start) == slot.clause else "|"
            put(mention, f"a{min(after, 1)}{here}")
            put(mention, f"ad{steps(mention.start - slot.end, scene.language)}{'' if rank else '!'}")
            after += 1
        for mention in scene.subjects.within(slot.start, slot.end):
            put(mention, "in")
        line = 0
        for mention in scene.subjects.before(low, slot.line.start):
            if named(mention):
                put(mention, f"line{min(line, 1)}{'' if rank else '!'}")
                line += 1
                if line > 1:
                    break
        if not rank and not line:
            for mention in scene.subjects.before(slot.line.start, max(0, slot.line.start - 3000)):
                if named(mention):
                    put(mention, "doc")
                    break
        if scene.title_end > 0:
            for number, mention in enumerate(scene.subjects.within(0, scene.title_end)):
                put(mention, f"title{min(number, 1)}")
        if slot.cell is not None:
            for name, span in (
                ("label", slot.cell.label),
                ("head", slot.cell.head),
                ("caption", slot.cell.caption),
                ("row", (slot.line.start, slot.line.end)),
            ):
                for mention in scene.subjects.within(*span):
                    put(mention, f"t-{name}")
        if scene.layout.lines[slot.line_number].start > 0:
            for number in range(slot.line_number - 1, max(slot.line_number - 4, -1), -1):
                above = scene.layout.lines[number]
                if above.kind == "heading":
                    for mention in scene.subjects.within(above.start, above.end):
                        put(mention, "heading")
                    break
            if slot.over is not None:
                for mention in scene.subjects.within(*slot.over):
                    put(mention, "over")
        return found

    def _of(
        self, slot: Slot, name: str, facts: list[tuple[str, str]], before: list[Slot], echoes: list[Slot]
    ) -> list[str]:
        kind = self._entities[name].kind
        metric = self._metrics[slot.metric]
        assert slot.frame is not None
        unit = slot.frame.unit
        features = [kind, f"{kind}|{slot.metric}", f"{kind}|{metric.shape}", f"{kind}|{slot.metric}|{unit}"]
        put = features.append
        mine = [fact for holder, fact in facts if holder == name]
        features += mine or ["unsaid"]
        features += (f"{kind}|{fact}" for fact in mine)
        for rank, near in enumerate([b for b in before[:6] if b.kept][:3]):
            same = near_by(near, slot)
            alike = "m" if near.metric == slot.metric else "o"
            if near.entity == name:
                put(f"c{rank}{same}{alike}")
                put(f"c{rank}{same}{alike}|{metric.shape}")
                put(f"{kind}|c{rank}{same}{alike}")
                if rank == 0:
                    said = any(holder == name and fact.startswith("b") for holder, fact in facts)
                    put(f"c0{same}{alike}|said={said}")
        if any(echo.entity == name and echo.metric == slot.metric for echo in echoes):
            put("echo")
        return features
