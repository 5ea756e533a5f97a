"""Numbers with their bounds, scales, currencies and units, in reading order.

One pass of one pattern per language finds what begins like a number and reads on to its scale, unit and bound; a second
pattern reads backwards from each number, over its sign, currency and bound. Then neighbours are looked at: parts of one
amount (`2小时5分钟`), ends of a range, and numbers that take scale and unit from the next (`401 und 736 Millionen`).
Everything a language says stands in its pack. Time is linear in the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal, NamedTuple

from monitor.declarations.numbers import NumberSections, as_decimal, currency_codes, currency_names
from monitor.extractors.numerals import Numerals, Reading
from monitor.extractors.words import END, LETTERS, after_first, alternation, squeezed

Bound = Literal["exact", "at_least", "at_most", "about", "range"]
Kind = Literal["number", "year", "date", "time", "ordinal", "name", "code"]
Number = Decimal | tuple[Decimal, Decimal]

_ONE = Decimal(1)
_HUNDRED = Decimal(100)
_CENT = Decimal("0.01")
_BLANK = "[ \n]{0,3}"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as printed, understood as far as its own words go."""

    #: Span of bound word, sign, currency, number, scale and unit in the normalised text, end exclusive.
    start: int
    end: int
    #: Span of the number with its scale.
    number_start: int
    number_end: int
    #: In base units, negative where a minus is printed; the lower and upper end of a range.
    value: Number
    #: ISO 4217 code, `percent`, `percentage_point`, `times`, `minutes`, `count`; None for a bare number.
    unit: str | None
    #: The unit's word as printed (`users`, `个点`, `折`), "" without one.
    noun: str
    bound: Bound
    #: Place of the last written digit, in base units.
    resolution: Decimal
    #: `-` or `+` as printed, `(` for a number in brackets (its value is left positive), else "".
    sign: str
    #: A scale is printed (or shared by coordination): 亿, million, k.
    scaled: bool
    #: The currency is named beyond doubt; False for a plain 元 or $, which get the usual code.
    currency_stated: bool
    #: Written in words or numerals other than 0-9.
    spelled: bool
    #: `number`, or what else the digits are: they are kept so that others need not find them again.
    kind: Kind = "number"
    #: Scale or unit come from a neighbour (`401 und 736 Millionen`).
    inherited: bool = False


class _Unit(NamedTuple):
    """What a word beside a number means."""

    kind: str
    unit: str | None
    factor: Decimal = _ONE
    stated: bool = True
    tenths: bool = False
    #: Spelling that is asked for, where capitals matter.
    exact: str | None = None


class Numbers:
    """Reader of the numbers of one language; compile once, use for every text."""

    def __init__(self, pack: NumberSections, *, shared: Mapping[str, str] | None = None) -> None:
        """Compile the pack.

        Args:
            pack: a language file, or any model with its number sections.
            shared: ISO codes for words that several currencies share (`{"元": "HKD"}`), over the pack's own.
        """
        self._compact = pack.numbers.compact
        self._numerals = Numerals(pack)
        self._after = self._units_after(pack, shared or {})
        self._before = self._units_before(pack, shared or {})
        self._seen_after: dict[str, _Unit | None] = {}
        self._seen_before: dict[str, _Unit | None] = {}
        self._fixed = {word: entry for entry in pack.fixed for word in entry.words}
        self._seen_fixed: dict[str, Reading] = {}
        self._bounds = {
            "before": _by_word(pack.bounds.before),
            "after": _by_word(pack.bounds.after) | {w: f"decade {k}" for k, ws in pack.bounds.decade.items() for w in ws},
            "inside": _by_word(pack.bounds.inside),
        }
        self._opening = dict.fromkeys(pack.links.between, "between") | dict.fromkeys(pack.links.departure, "departure")
        self._marks_before = _by_word(pack.marks.before)
        self._minus, self._plus = set(pack.numbers.minus), set(pack.numbers.plus)
        self._articles = set(pack.numbers.articles)
        self._links = _links(pack)
        self._arrivals = tuple(pack.links.arrival)
        self._main = self._forwards(pack)
        self._prefix = self._backwards(pack)
        self._tail = re.compile(f"{_BLANK}(?:(?P<scale>{self._numerals.scale_pattern}){_BLANK})?(?P<unit>{self._unit_pattern()})?")
        self._header = self._header_pattern()
