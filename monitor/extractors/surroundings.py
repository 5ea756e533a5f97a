"""What a quantity sees around itself, as short feature names that every decision weighs.

A feature names a fact ("the nearest direction before it is `down`, in the same clause"). Facts are language-free where
the packs know the words; the few characters right beside the number stand for what the packs do not know.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from math import log10

from monitor.extractors.mentions import Mention
from monitor.extractors.scene import Item, Scene, Slot

#: Distances in characters: a script without blanks says in half of them what letters say.
_STEPS_COMPACT = (0, 2, 5, 9, 16, 30)
_STEPS_LETTERS = (1, 5, 12, 22, 40, 75)
#: Quantities that are said side by side stand no further apart.
_RUN_COMPACT, _RUN_LETTERS = 8, 20
#: What joins them has no more letters: "as well as", 以及.
_WORDY_COMPACT, _WORDY_LETTERS = 3, 12
#: A word that gives a quantity its part stands no further before it.
_ROLE_COMPACT, _ROLE_LETTERS = 4, 12
_DIGITS = re.compile(r"[0-9]+(?:[.,][0-9]+)*")
_MONEY = re.compile("[A-Z]{3}")
#: Units in which changes are said, whatever is counted.
RATES = frozenset({"percent", "percentage_point", "times"})
#: A conversion, or the value of another time, is no item of a list.
_BRACKETS = frozenset("()[]")
_IDEOGRAPH = "\u2e80"


@lru_cache(maxsize=256)
def kind_of(unit: str | None) -> str:
    """The kind of a unit: `money`, `bare` or the unit itself."""
    if unit is None:
        return "bare"
    return "money" if _MONEY.fullmatch(unit) else unit


def steps(distance: int, language: str) -> int:
    """How far away something is, in six steps."""
    return bisect_left(_STEPS_COMPACT if language in {"zh", "ja"} else _STEPS_LETTERS, distance)


def amount(count: int) -> int:
    """How often something is said, in four steps."""
    return sum(count >= least for least in (1, 3, 7))


def near_by(one: Slot, other: Slot) -> str:
    """How near two quantities are: `s` in one sentence, `p` in one line, `f` further apart."""
    if one.sentence_number == other.sentence_number:
        return "s"
    return "p" if one.line_number == other.line_number else "f"


#: How many quantities back the same is looked for.
_SAME = 80
#: What two values of one figure differ by where one of them is rounded, in parts.
_ROUNDED = 0.03


def same_before(scene: Scene, slot: Slot) -> dict[str | None, tuple[Slot, str]]:
    """The nearest figure before of the same entity, metric and measure by its period; `alike` in worth or `else`."""
    found: dict[str | None, tuple[Slot, str]] = {}
    worth = _worth(slot)
    if worth is None:
        return found
    for number in range(slot.number - 1, max(slot.number - _SAME, 0) - 1, -1):
        near = scene.slots[number]
        if near.metric != slot.metric or near.measure != slot.measure or near.entity != slot.entity:
            continue
        other = _worth(near)
        if other is not None and near.period not in found:
            alike = abs(worth - other) <= _ROUNDED * max(worth, other)
            found[near.period] = near, "alike" if alike else "else"
    return found


#: How many times as much as another a value is, in steps.
_APART = ((1 + _ROUNDED, "0"), (1.2, "1"), (2.0, "2"), (6.0, "3"))


def apart(scene: Scene, slot: Slot) -> dict[tuple[str, str], str]:
    """How far a quantity is from the last level told in its unit, by metric and entity: `0` the same to `4`."""
    found: dict[tuple[str, str], str] = {}
    worth = _worth(slot)
    if not worth:
        return found
    assert slot.frame is not None
    for number in range(slot.number - 1, max(slot.number - _SAME, 0) - 1, -1):
        near = scene.slots[number]
        if not near.kept or near.measure != "level" or (near.metric, near.entity) in found:
            continue
        if near.frame is not None and near.frame.unit == slot.frame.unit:
            other = _worth(near)
            if other:
                times = max(worth, other) / min(worth, other)
                found[near.metric, near.entity] = next((name for most, name in _APART if times <= most), "4")
    return found


def _worth(slot: Slot) -> float | None:
    """What a quantity is worth without its sign, of a range the lower end; None of a name."""
    if slot.frame is None:
        return None
    value = slot.frame.value
    number = value[0] if isinstance(value, tuple) else value
    return abs(float(number)) if isinstance(number, Decimal) else None


def magnitude(value: object) -> int:
    """Power of ten of a number; 0 of a name."""
    number = value[0] if isinstance(value, tuple) else value
    if not isinstance(number, Decimal) or number == 0:
        return 0
    return int(log10(abs(number))) if abs(number) >= 1 else -1


def gap(scene: Scene, start: int, end: int) -> str:
    """The text between two places as a feature: digits folded, shortened."""
    if end <= start:
        return ""
    if end - start > 24:
        return "…"
    return _DIGITS.sub("0", scene.text[start:end]).strip().lower()


def line_up(scene: Scene) -> None:
    """Tell the slots of each run ("x, y and z") their places: alike in unit, with nothing named between them."""
    compact = scene.language in {"zh", "ja"}
    furthest = _RUN_COMPACT if compact else _RUN_LETTERS
    wordiest = _WORDY_COMPACT if compact else _WORDY_LETTERS
    run: list[Slot] = []
    #: What stands between the first two: items set apart by strokes go on by strokes only.
    between = ""

    def close() -> None:
        for number, slot in enumerate(run):
            slot.place = (number, len(run))
            slot.run_start = run[0].start

    for slot in scene.slots:
        if run:
            last = run[-1]
            link = scene.text[last.end : slot.start].strip()
            apart = (
                slot.sentence_number != last.sentence_number
                or slot.start - last.end > furthest
                or not _alike(last, slot, near=len(link) <= 1)
                or not _BRACKETS.isdisjoint(scene.text[last.end : slot.start])
                or (between == "/" and link != "/")
                or sum(map(str.isalpha, scene.text[last.end : slot.start])) > wordiest
                or bool(scene.metrics.within(last.end, slot.start))
                or any(time.form for time in scene.periods.within(last.end, slot.start))
                or bool(scene.directions.within(last.end, slot.start))
                or any(m.meanings[0].id != "base" for m in scene.comparisons.within(last.end, slot.start))
            )
            if apart:
                close()
                run, between = [], ""
            elif len(run) == 1:
                between = link
        run.append(slot)
    close()


def owner(scene: Scene, slot: Slot, start: int, end: int) -> bool:
    """Whether no other quantity of the sentence stands nearer to what is said at `start..end`."""
    mine = max(start - slot.end, slot.start - end, 0)
    for other in (*scene.slots[max(slot.number - 3, 0) : slot.number], *scene.slots[slot.number + 1 : slot.number + 4]):
        if other.sentence_number == slot.sentence_number and max(start - other.end, other.start - end, 0) < mine:
            return False
    return True


def _alike(one: Slot, other: Slot, *, near: bool) -> bool:
    """Whether two quantities can be items of one list: a bare number takes the other's unit if it has no scale.

    Nothing but a mark between them, a bare one may have a scale of its own: 12亿、13亿元.
    """
    first, second = kind_of(one.quantity.unit), kind_of(other.quantity.unit)
    if first == second:
        return True
    bare, full = (one, other) if first == "bare" else (other, one)
    if kind_of(bare.quantity.unit) != "bare" or (bare.quantity.spelled and not bare.quantity.scaled):
        return False
    money = kind_of(full.quantity.unit) == "money" and full.quantity.scaled
    # "RMB127.2bn/137.1bn": a currency before the first serves all.
    return not bare.quantity.scaled or (money and (bare is other or near))


def pairs(slot: Slot, items: Sequence[Item]) -> dict[int, str]:
    """Which of the items before a run answers to each of its quantities: numbers of `items`, with how."""
    number, length = slot.place
    if length < 2 or len(items) < length:
        return {}
    found = {len(items) - length + number: "pair"}
    if len(items) == length:
        found[number] = "pair="
    return found


def _bracketed(scene: Scene, slot: Slot) -> bool:
    """Whether a bracket holds nothing but the quantity, right behind one of its kind: `23.1 billion (20.5 billion)`."""
    if not slot.number or slot.cell is not None:
        return False
    previous = scene.slots[slot.number - 1]
    return (
        scene.text[previous.end : slot.start].strip() in {"(", "["}
        and scene.text[slot.end : slot.end + 2].strip()[:1] in {")", "]"}
        and kind_of(previous.quantity.unit) == kind_of(slot.quantity.unit)
    )


def role(scene: Scene, slot: Slot, floor: int) -> str:
    """The part that a quantity plays by what stands right beside it: `from`, `to`, `base`, `bracketed` or none."""
    if _bracketed(scene, slot):
        return "bracketed"
    near = _ROLE_COMPACT if scene.language in {"zh", "ja"} else _ROLE_LETTERS
    low = max(floor, slot.start - near)
    found: list[tuple[int, str]] = []
    for mention in scene.cues.before(slot.start, low):
        ids = {meaning.id for meaning in mention.meanings}
        found += [(mention.end, name) for name, cue in (("from", "previous"), ("to", "to")) if cue in ids]
        break
    for mention in scene.comparisons.before(slot.start, low):
        found.append((mention.end, f"{mention.meanings[0].id}"))
        break
    after = ""
    for mention in scene.cues.within(slot.end, min(slot.end + 4, slot.sentence[1])):
        if mention.start <= slot.end + 1:
            ids = {meaning.id for meaning in mention.meanings}
            after = "<from" if "previous" in ids else "<to" if "to" in ids else ""
        break
    opened = scene.text[max(slot.start - 2, 0) : slot.start].rstrip()[-1:] in {"(", "["}
    before = max(found)[1] if found else "paren" if opened else ""
    return before + after


def context(scene: Scene, slot: Slot, previous: Slot | None, following: Slot | None) -> tuple[str, ...]:
    """Features of a quantity's surroundings."""
    quantity = slot.quantity
    low, high = slot.sentence
    lang = scene.language
    unit = kind_of(quantity.unit)
    found = [f"u={unit}", f"l={lang}", f"line={slot.line.kind}"]
    put = found.append
    if quantity.sign:
        put(f"sign={quantity.sign}")
    if quantity.spelled:
        put("spelled")
    if quantity.noun:
        put(f"noun={quantity.noun.lower()[:12]}")
    put(f"mag={magnitude(quantity.value)}/{unit}")
    if quantity.bound != "exact":
        put(f"bound={quantity.bound}")
    if isinstance(quantity.value, tuple):
        put("range")
    if slot.place[1] > 1:
        put(f"run={min(slot.place[0], 3)}/{min(slot.place[1], 4)}")
    if slot.cell is not None:
        put("cell")
        put(f"col={min(slot.cell.column, 5)}")
    for tied in slot.ties:
        side = ("<" if tied.first < slot.number else ">") + ("<" if tied.second < slot.number else ">")
        put(f"tie={tied.part}{tied.how}")
        put(f"tie={tied.part}{tied.how}{side}")
    # What stands between it and its neighbours.
    same_before = previous is not None and previous.sentence_number == slot.sentence_number
    if same_before and previous is not None:
        link = gap(scene, previous.end, slot.start)
        before_unit = kind_of(previous.quantity.unit)
        put(f"pu={before_unit}")
        put(f"pu>{before_unit}>{unit}")
        if link and link != "…":
            put(f"lk={link}")
        put(f"ld={steps(slot.start - previous.end, lang)}")
        put(f"pc={min(slot.clause - previous.clause, 3)}")
    else:
        put("first")
    if following is not None and following.sentence_number == slot.sentence_number:
        link = gap(scene, slot.end, following.start)
        put(f"nu={kind_of(following.quantity.unit)}")
        put(f"nu>{unit}>{kind_of(following.quantity.unit)}")
        if link and link != "…":
            put(f"nk={link}")
        put(f"nd={steps(following.start - slot.end, lang)}")
    else:
        put("last")
    floor = previous.end if same_before and previous is not None else low
    ceiling = following.start if following is not None and following.sentence_number == slot.sentence_number else high
    put(f"role={role(scene, slot, floor)}")
    # The characters right beside it.
    _beside(scene, slot, low, high, found)
    found += _words(scene, slot, low, high)
    # Directions and comparisons: up to the neighbouring quantities, and further in the sentence.
    found += _nearest(scene, slot, "dir", scene.directions.before(slot.start, low), floor)
    found += _nearest(scene, slot, "dir", scene.directions.after(slot.end, high), ceiling)
    inside = scene.directions.within(slot.start, slot.end)
    if inside:
        put(f"dir-in={inside[0].meanings[0].id}")
    found += _nearest(scene, slot, "cmp", scene.comparisons.before(slot.start, low), floor)
    found += _nearest(scene, slot, "cmp", scene.comparisons.after(slot.end, high), ceiling)
    for mention in scene.cues.within(floor, ceiling):
        side = "<" if mention.end <= slot.start else ">"
        for meaning in mention.meanings:
            put(f"cue{side}{meaning.id}")
    for mention in scene.cues.within(low, high):
        for meaning in mention.meanings:
            put(f"cue~{meaning.id}")
    return tuple(dict.fromkeys(found))


def _nearest(scene: Scene, slot: Slot, name: str, mentions: Iterator[Mention], limit: int) -> Iterator[str]:
    """The two nearest words of a kind on one side; within `limit` they stand closer than the next quantity."""
    for rank, near in enumerate(islice(mentions, 2)):
        after = near.start >= slot.end
        distance = near.start - slot.end if after else slot.start - near.end
        close = near.end <= limit if after else near.start >= limit
        clause = "=" if scene.layout.clause(near.start) == slot.clause else "|"
        for meaning in near.meanings:
            what = f"{name}{'a' if after else 'b'}{rank}={meaning.id}"
            yield what
            yield f"{what}/{'c' if close else 'f'}{clause}"
            if close:
                yield f"{what}/{steps(distance, scene.language)}"


#: Words of the sentence are looked at so many characters away.
_WIDE_COMPACT, _WIDE_LETTERS = 24, 80
_WORD = re.compile(r"[^\W\d_]{2,}")


def _words(scene: Scene, slot: Slot, low: int, high: int) -> Iterator[str]:
    """The words on both sides, in any order; of a script without blanks each two characters."""
    compact = scene.language in {"zh", "ja"}
    wide = _WIDE_COMPACT if compact else _WIDE_LETTERS
    before = scene.text[max(low, slot.start - wide) : slot.start]
    after = scene.text[slot.end : min(high, slot.end + wide)]
    for side, said in (("w<", before), ("w>", after)):
        for word in _WORD.findall(said.lower()):
            if compact:
                for number in range(len(word) - 1):
                    yield f"{side}{word[number : number + 2]}"
            else:
                yield f"{side}{word}"


def _beside(scene: Scene, slot: Slot, low: int, high: int, found: list[str]) -> None:
    text = scene.text
    left = _DIGITS.sub("0", text[max(low, slot.start - 24) : slot.start].lower())
    right = _DIGITS.sub("0", text[slot.end : min(high, slot.end + 24)].lower())
    if scene.language in {"zh", "ja"}:
        left, right = left.replace(" ", ""), right.replace(" ", "")
        for size in (1, 2, 3, 4):
            if len(left) >= size:
                found.append(f"<{left[-size:]}")
            if len(right) >= size:
                found.append(f">{right[:size]}")
        return
    words = re.findall(r"[^\W\d_]+[.]?|0|[^\w\s]", left)
    more = re.findall(r"[^\W\d_]+[.]?|0|[^\w\s]", right)
    if len(text[max(low, slot.start - 24) : slot.start]) == 24 and words:
        words = words[1:]
    for size in (1, 2, 3):
        if len(words) >= size:
            found.append(f"<{' '.join(words[-size:])}")
        if len(more) >= size:
            found.append(f">{' '.join(more[:size])}")
