"""What a figure changes in what is known: the intervals and the table of the novelty rules (docs/ledger.md).

Pure: the ledger finds the slot and asks here. A `Reading` is what a figure says or a fact holds; `judge` holds one
against the other and gives the `Ruling`. What is made anew for each figure is a named tuple: a frozen dataclass takes
three times as long to make, a tenth of what a figure costs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from functools import cache
from typing import Literal, NamedTuple

from storage.records import Basis, Bound, Figure, Measure, Value, Verdict

Role = Literal["former", "rival", "wider", "reading"]

#: For money and counts the last written digit counts for a tenth of the value at most: "20 billion" is no guess of ±10.
_WIDEST_STEP = Decimal("0.1")
#: Two amounts of money or counts are one where they differ by less than a fortieth, however roughly they are told.
_SAME_AMOUNT = Decimal("0.025")
#: Nobody says at which day's rate a sum was converted.
_RATE_DOUBT = Decimal("0.03")
_ABOUT = Decimal("0.1")
#: For so long outlets tell of one announcement.
_SAME_NEWS = timedelta(days=7)
_MIDNIGHT = time(0)
_OPPOSITE = frozenset({"at_least", "at_most"})
_NO_AMOUNTS = frozenset({"percent", "percentage_point", "minutes", "times", "version"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Traits:
    """Metrics whose values behave in a way of their own."""

    #: Several values stand side by side in one slot: none refines, revises or contradicts another.
    several: frozenset[str] = frozenset(
        {"model_version", "price", "revenue_share", "uax_share", "ai_uplift", "funds_raised", "share_price"}
    )
    #: The period does not count.
    undated: frozenset[str] = frozenset({"model_version"})
    #: The value of a period P is that of all time up to its end.
    stocks: frozenset[str] = frozenset(
        {"users", "enterprise_customers", "developers", "downloads", "videos_generated", "images_generated"}
    )
    #: Stocks whose level is told again at later dates as if it were of today.
    milestones: frozenset[str] = frozenset({"users", "enterprise_customers", "developers"})


class Reading(NamedTuple):
    """A value with what it allows."""

    value: Value
    unit: str
    bound: Bound
    #: Place of the last written digit; 0 for versions.
    step: Decimal
    #: None for versions.
    low: Decimal | None
    high: Decimal | None
    #: How it was converted for a comparison, in words; empty: as told.
    converted: str = ""
    #: By what it was multiplied for a comparison.
    factor: Decimal = Decimal(1)

    @property
    def ends(self) -> tuple[Decimal, ...]:
        """The value as one number, or the two of a range; none for versions."""
        if isinstance(self.value, str):
            return ()
        return self.value if isinstance(self.value, tuple) else (self.value,)

    @property
    def middle(self) -> Decimal:
        """The value, or the middle of a range."""
        return sum(self.ends, Decimal(0)) / max(1, len(self.ends))


#: Gives a reading of one currency in another: at the rate of the period and at that of the month of publication.
Converter = Callable[[Reading, str], Sequence[Reading]]


class Known(NamedTuple):
    """What the ledger knows in a slot, as far as the table asks."""

    holds: Reading
    basis: Basis
    #: Of the figure that told the value.
    published: datetime
    #: First publication of the value by an official source.
    official: datetime | None
    #: The only article that the value rests on; None: several.
    sole: int | None
    #: The snapshot that told the value.
    snapshot: int
    #: The figure that told the value.
    figure: int = 0
    others: tuple[tuple[Role, Reading], ...] = ()

    @property
    def said(self) -> Iterator[Reading]:
        """What it holds and has held, more roughly or more finely."""
        yield self.holds
        yield from (reading for role, reading in self.others if role in ("wider", "reading"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Family:
    """What is known for earlier dates."""

    #: Facts whose values are told again with later dates.
    milestones: tuple[Known, ...] = ()
    #: What a cumulative value cannot lie below.
    floors: tuple[Reading, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """How a snapshot tells a value about something."""

    in_title: bool
    #: 0: it does not.
    times: int


class Telling(NamedTuple):
    """A figure with where and when it was told."""

    reading: Reading
    published: datetime
    official: bool
    article: int
    snapshot: int
    #: How the same snapshot tells a value about the same thing.
    said: Callable[[Reading], Said]

    def edits(self, known: Known) -> bool:
        """Whether it stands in a later snapshot of the only article that a fact rests on."""
        return self.article == known.sole and self.snapshot > known.snapshot


class Ruling(NamedTuple):
    """What a figure is, and what becomes of the fact."""

    verdict: Verdict
    #: What the fact holds from now on; None: what it held.
    holds: Reading | None = None
    #: What becomes of the value that the fact held; None: it stays.
    held_becomes: Role | None = None
    #: What becomes of a figure's value that the fact does not hold; None: nothing.
    kept_as: Role | None = None
    #: The figure says what the fact holds: one more source.
    supports: bool = True
    #: The figure that told what the fact holds, where it is not this one.
    told_by: int | None = None
    #: How it was compared with the fact, in words; empty: as told.
    converted: str = ""


def kind_of(unit: str, measure: Measure) -> str:
    """The kind of a unit: all money is one, and a change of n times is one of percent."""
    if unit == "times" and measure != "level":
        return "percent"
    return unit if unit in _NO_AMOUNTS or unit == "count" else "money"


def last_digit(value: Decimal) -> Decimal:
    """The place of the last digit that is not zero, or the last behind the point.

    >>> last_digit(Decimal("350000000")), last_digit(Decimal("4.80"))
    (Decimal('1E+7'), Decimal('0.01'))
    """
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int), "numbers are finite"
    if exponent >= 0 and value:
        exponent = value.normalize().as_tuple().exponent
    return _place(int(exponent))


@cache
def _place(exponent: int) -> Decimal:
    return Decimal((0, (1,), exponent))


def read(figure: Figure) -> Reading:
    """What a figure says, with the interval that it allows.

    Raises:
        ValueError: a number is not finite.
    """
    if isinstance(figure.value, str):
        return Reading(value=figure.value, unit=figure.unit, bound=figure.bound, step=Decimal(0), low=None, high=None)
    ends = figure.value if isinstance(figure.value, tuple) else (figure.value,)
    for end in ends:
        if not end.is_finite():
            raise ValueError(f"a value is a finite number, not {figure.value}")
    step = figure.resolution or min(map(last_digit, ends))
    low, high = _allows(figure.value, figure.bound, step, amount=figure.unit not in _NO_AMOUNTS)
    return Reading(value=figure.value, unit=figure.unit, bound=figure.bound, step=step, low=low, high=high)


def _allows(
    value: Decimal | tuple[Decimal, Decimal], bound: Bound, step: Decimal, *, amount: bool
) -> tuple[Decimal, Decimal]:
    if isinstance(value, tuple):
        return min(value), max(value)
    match bound:
        case "about":
            ends = (value * (1 - _ABOUT), value * (1 + _ABOUT))
        case "at_least":
            ends = (value, Decimal(0) if value < 0 else 2 * value)
        case "at_most":
            ends = (value / 2, value)
        case _:
            half = (min(step, abs(value) * _WIDEST_STEP) if amount else step) / 2
            ends = (value - half, value + half)
    return min(ends), max(ends)


def times_as_percent(reading: Reading) -> tuple[Reading, Reading]:
    """A change of n times as percent: (n - 1) x 100 as it should be, and n x 100 as it is often meant."""
    less, plain = (_scaled(reading, Decimal(100), "percent", f"n times as {way}", shift) for way, shift in _TIMES)
    return less, plain


_TIMES = (("(n - 1) x 100 %", Decimal(-100)), ("n x 100 %", Decimal(0)))


def exchanged(reading: Reading, unit: str, rate: Decimal, words: str) -> Reading:
    """An amount in another currency, its interval widened by the doubt about the rate."""
    there = _scaled(reading, rate, unit, words)
    assert there.low is not None
    assert there.high is not None
    return there._replace(low=there.low - abs(there.low) * _RATE_DOUBT, high=there.high + abs(there.high) * _RATE_DOUBT)


def _scaled(reading: Reading, factor: Decimal, unit: str, words: str, shift: Decimal = Decimal(0)) -> Reading:
    assert reading.low is not None
    assert reading.high is not None
    ends = tuple(end * factor + shift for end in reading.ends)
    return Reading(
        value=(ends[0], ends[1]) if len(ends) == 2 else ends[0],
        unit=unit,
        bound=reading.bound,
        step=reading.step * factor,
        low=reading.low * factor + shift,
        high=reading.high * factor + shift,
        converted=words,
        factor=factor,
    )


def aligned(told: Reading, held: Reading, convert: Converter) -> tuple[Reading, Reading]:
    """Both in one unit: money in the currency of what is held, times as percent; of several ways the nearest.

    Currencies without a rate stay as they are: readings of different units neither agree nor meet.
    """
    if told.unit == held.unit or not told.ends:
        return told, held
    ways = [(one, other) for one in _ways(told, held, convert) for other in _ways(held, told, None)]
    if not ways:
        return told, held
    return min(ways, key=lambda pair: abs(pair[0].middle - pair[1].middle))


def _ways(reading: Reading, other: Reading, convert: Converter | None) -> Sequence[Reading]:
    if reading.unit == "times":
        return times_as_percent(reading)
    if convert is None or other.unit == "times":
        return (reading,)
    return convert(reading, other.unit)


def same(told: Reading, held: Reading) -> bool:
    """Whether two readings in one unit say one value, whatever their bounds say."""
    if told.unit != held.unit:
        return False
    if isinstance(told.value, str) or isinstance(held.value, str):
        return str(told.value).casefold() == str(held.value).casefold()
    if told.bound != held.bound and {told.bound, held.bound} == _OPPOSITE:
        return False
    if told.value == held.value:
        return True
    ends, others = told.ends, held.ends
    return len(ends) == len(others) and all(_near(*pair, told, held) for pair in zip(ends, others, strict=True))


def _near(one: Decimal, other: Decimal, told: Reading, held: Reading) -> bool:
    if one == other:
        return True
    difference = abs(one - other)
    if told.converted and told.unit != "percent":
        return difference < abs(other) * _RATE_DOUBT
    steps = (told.step, held.step)
    if told.unit not in _NO_AMOUNTS:
        steps = (min(told.step, abs(one) * _SAME_AMOUNT), min(held.step, abs(other) * _SAME_AMOUNT))
    return difference < max(steps)


def within(inner: Reading, outer: Reading) -> bool:
    """Whether all that one allows is allowed by the other."""
    if inner.unit != outer.unit or inner.low is None or inner.high is None or outer.low is None or outer.high is None:
        return False
    return outer.low <= inner.low and inner.high <= outer.high


def meet(one: Reading, other: Reading) -> bool:
    """Whether both allow more than one common end point."""
    if one.unit != other.unit or one.low is None or one.high is None or other.low is None or other.high is None:
        return False
    return max(one.low, other.low) < min(one.high, other.high)


def below(one: Reading, other: Reading) -> bool:
    """Whether one lies wholly below the other."""
    return one.unit == other.unit and one.high is not None and other.low is not None and one.high <= other.low


def weaker(told: Reading, held: Reading) -> bool:
    """Whether one is the weaker of two bounds in one direction, as "over 100" is where "over 150" is known."""
    if told.bound != held.bound or not meet(told, held):
        return False
    assert told.low is not None and held.low is not None and told.high is not None and held.high is not None  # noqa: PT018
    return (told.bound == "at_least" and told.low <= held.low) or (told.bound == "at_most" and told.high >= held.high)


def agrees(told: Reading, known: Known, convert: Converter) -> bool:
    """Whether a figure says nothing that a fact does not hold: the same value, or a wider interval around it."""
    told, held = aligned(told, known.holds, convert)
    return same(told, held) or _is_within(told, held, known)


def _is_within(told: Reading, held: Reading, known: Known) -> bool:
    # Guidance that promises less than before is another guidance.
    return within(held, told) or (known.basis == "reported" and weaker(told, held))


def same_as(told: Reading, others: Iterable[Reading], convert: Converter) -> bool:
    """Whether a figure says the value of one of the others."""
    return any(same(*aligned(told, other, convert)) for other in others)


def judge(telling: Telling, known: Known | None, convert: Converter, family: Family | None = None) -> Ruling:
    """The first row of the table that holds.

    Args:
        telling: the figure.
        known: what its slot holds; None: nothing.
        convert: gives readings in another currency.
        family: what is known for earlier dates, where they bear on the figure.
    """
    family = family or Family()
    if known is None:
        for milestone in family.milestones:
            if same_as(telling.reading, milestone.said, convert):
                return Ruling(verdict="repeated", holds=milestone.holds, told_by=milestone.figure)
        if _below_any(telling.reading, family, convert):
            return Ruling(verdict="conflicting", holds=telling.reading, supports=False)
        return Ruling(verdict="new", holds=telling.reading)
    told, held = aligned(telling.reading, known.holds, convert)
    is_same = same(told, held)
    is_known = is_same or _is_within(told, held, known)
    said_before = None if is_known else _said_before(telling.reading, known, convert)
    # "300, not 350 as we wrote": the snapshot that tells the held value corrects nothing by what it also recalls.
    if not is_same and telling.edits(known) and not ((is_known or said_before) and telling.said(known.holds).times):
        ruling = Ruling(verdict="corrected", holds=telling.reading, held_becomes="former")
    elif is_known:
        ruling = _repeated(told, held, known.holds, is_same=is_same)
    elif said_before:
        ruling = Ruling(verdict="repeated", supports=said_before == "reading")
    elif any(same_as(telling.reading, milestone.said, convert) for milestone in family.milestones):
        ruling = Ruling(verdict="repeated", supports=False)
    elif _below_any(telling.reading, family, convert):
        ruling = Ruling(verdict="conflicting", kept_as="rival", supports=False)
    elif known.basis != "reported":
        ruling = _outlook(telling, known, told, held)
    elif meet(told, held):
        ruling = Ruling(verdict="refined", holds=_both(telling.reading, told, held), held_becomes="wider")
    elif telling.official and (known.official is None or not _earlier(telling.published, known.official)):
        ruling = Ruling(verdict="revised", holds=telling.reading, held_becomes="former")
    else:
        ruling = Ruling(verdict="conflicting", kept_as="rival", supports=False)
    words = told.converted or held.converted
    return ruling._replace(converted=words) if words else ruling


def _below_any(reading: Reading, family: Family, convert: Converter) -> bool:
    return any(below(*aligned(reading, other, convert)) for other in family.floors)


def _outlook(telling: Telling, known: Known, told: Reading, held: Reading) -> Ruling:
    """Guidance and estimates change with time; the newest holds, and a point in a range given before refines it."""
    if _earlier(telling.published, known.published):
        return Ruling(verdict="new", kept_as="former", supports=False)
    if held.bound == "range" and within(told, held):
        return Ruling(verdict="refined", holds=_both(telling.reading, told, held), held_becomes="wider")
    if _recalled(telling, known, is_lower=told.middle < held.middle):
        return Ruling(verdict="new", kept_as="former", supports=False)
    return Ruling(verdict="revised", holds=telling.reading, held_becomes="former")


def _recalled(telling: Telling, known: Known, *, is_lower: bool) -> bool:
    """Whether a text that tells what is held tells this value as the one before: "125 million, up from 60".

    The title has the news. Else, where what is held is news itself, it is what the text says more often; of two goals
    that it says alike, the higher one (so in all ten such articles of the development set, either way round).
    """
    held, told = telling.said(known.holds), telling.said(telling.reading)
    if not held.times or held.in_title != told.in_title:
        return held.in_title
    if telling.published - known.published > _SAME_NEWS:
        return False
    return held.times > told.times or (held.times == told.times and known.basis == "guidance" and is_lower)


def _earlier(one: datetime, other: datetime) -> bool:
    """Whether one publication came before another; where only the day is known of one, days are compared."""
    if one.time() == _MIDNIGHT or other.time() == _MIDNIGHT:
        return one.date() < other.date()
    return one < other


def _said_before(reading: Reading, known: Known, convert: Converter) -> Role | None:
    """As what the fact knows the value already, besides what it holds."""
    for role, other in known.others:
        told, there = aligned(reading, other, convert)
        # "355" is 355.54 cut off, though 355.54 was told as 356: only rougher figures are held against finer readings.
        if same(told, there) and (role != "reading" or there.step < told.step):
            return role
    return None


def _repeated(told: Reading, held: Reading, holds: Reading, *, is_same: bool) -> Ruling:
    """One more source; where one says "over v" and the other plainly v, the fact is "over v"."""
    if is_same and told.bound == "at_least" and held.bound == "exact" and isinstance(holds.value, Decimal):
        low, high = _allows(holds.value, "at_least", holds.step, amount=True)
        return Ruling(verdict="repeated", holds=holds._replace(bound="at_least", low=low, high=high))
    finer = is_same and not told.converted and told.step < held.step and told.value != held.value
    return Ruling(verdict="repeated", kept_as="reading" if finer else None)


def _both(figure: Reading, told: Reading, held: Reading) -> Reading:
    """The figure, allowed only what the fact allowed too."""
    assert told.low is not None and told.high is not None and held.low is not None and held.high is not None  # noqa: PT018
    low, high = max(told.low, held.low), min(told.high, held.high)
    if told.unit == figure.unit:
        return figure._replace(low=low, high=high)
    if told.unit == "percent":
        return told._replace(low=low, high=high, converted="", factor=Decimal(1))
    return figure._replace(low=low / told.factor, high=high / told.factor)
