"""What a quantity sees around itself, as short feature names that every decision weighs.

A feature names a fact ("the nearest direction before it is `down`, in the same clause"). Facts are language-free where
the packs know the words; the few characters right beside the number stand for what the packs do not know.
"""

from __future__ import annotations

import re
from decimal import Decimal
from math import log10

from monitor.extractors.mentions import Mention
from monitor.extractors.scene import Scene, Slot

#: Distances in characters: a script without blanks says in half of them what letters say.
_STEPS_COMPACT = (0, 2, 5, 9, 16, 30)
_STEPS_LETTERS = (1, 5, 12, 22, 40, 75)
_DIGITS = re.compile(r"[0-9]+(?:[.,][0-9]+)*")
_MONEY = re.compile("[A-Z]{3}")
_IDEOGRAPH = "\u2e80"


def kind_of(unit: str | None) -> str:
    """The kind of a unit: `money`, `bare` or the unit itself."""
    if unit is None:
        return "bare"
    return "money" if _MONEY.fullmatch(unit) else unit


def steps(distance: int, language: str) -> int:
    """How far away something is, in six steps."""
    for number, limit in enumerate(_STEPS_COMPACT if language in {"zh", "ja"} else _STEPS_LETTERS):
        if distance <= limit:
            return number
    return 6


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
    if slot.cell is not None:
        put("cell")
        put(f"col={min(slot.cell.column, 5)}")
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
    # The characters right beside it.
    _beside(scene, slot, low, high, found)
    # Directions and comparisons: up to the neighbouring quantities, and further in the sentence.
    _nearest(scene, slot, "dir", scene.directions.before(slot.start, low), floor, found, after=False)
    _nearest(scene, slot, "dir", scene.directions.after(slot.end, high), ceiling, found, after=True)
    inside = scene.directions.within(slot.start, slot.end)
    if inside:
        put(f"dir-in={inside[0].meanings[0].id}")
    _nearest(scene, slot, "cmp", scene.comparisons.before(slot.start, low), floor, found, after=False)
    _nearest(scene, slot, "cmp", scene.comparisons.after(slot.end, high), ceiling, found, after=True)
    for mention in scene.cues.within(floor, ceiling):
        side = "<" if mention.end <= slot.start else ">"
        for meaning in mention.meanings:
            put(f"cue{side}{meaning.id}")
    for mention in scene.cues.within(low, high):
        for meaning in mention.meanings:
            put(f"cue~{meaning.id}")
    return tuple(dict.fromkeys(found))


def _nearest(
    scene: Scene, slot: Slot, name: str, mentions: object, limit: int, found: list[str], *, after: bool
) -> None:
    side = "a" if after else "b"
    for rank, mention in enumerate(mentions):  # type: ignore[arg-type, var-annotated]
        if rank > 1:
            break
        near: Mention = mention
        distance = near.start - slot.end if after else slot.start - near.end
        close = (near.end <= limit) if after else (near.start >= limit)
        clause = scene.layout.clause(near.start) == slot.clause
        for meaning in near.meanings:
            what = f"{name}{side}{rank}={meaning.id}"
            found.append(what)
            found.append(f"{what}/{'c' if close else 'f'}{'=' if clause else '|'}")
            if close:
                found.append(f"{what}/{steps(distance, scene.language)}")


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
