"""What a text's numbers become: quantities, and what only their neighbours ask of them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, NamedTuple

Bound = Literal["exact", "at_least", "at_most", "about", "range"]
Kind = Literal["number", "year", "date", "time", "ordinal", "name", "code"]
Number = Decimal | tuple[Decimal, Decimal]


@dataclass(slots=True, unsafe_hash=True)
class Quantity:
    """A number as printed, understood as far as its own words go; never changed once made.

    One is made for every number of every text, and a frozen dataclass takes ten times as long to make (4.4 against
    0.46 microseconds, of 11 to 20 that a number takes in all).
    """

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
    #: The unit's word as printed behind the number (`users`, `个点`, `折`), "" without one.
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
    #: It says what is left of a price (`八五折`, `3割引`): a figure takes what comes off.
    remains: bool = False

    def moved(self, by: int) -> Quantity:
        """The same quantity `by` characters further on."""
        return self.placed(self.start + by, self.end + by, self.number_start + by, self.number_end + by)

    def placed(self, start: int, end: int, number_start: int, number_end: int) -> Quantity:
        """The same quantity elsewhere; `dataclasses.replace` takes six times as long."""
        return Quantity(
            start,
            end,
            number_start,
            number_end,
            self.value,
            self.unit,
            self.noun,
            self.bound,
            self.resolution,
            self.sign,
            self.scaled,
            self.currency_stated,
            self.spelled,
            self.kind,
            self.inherited,
            self.remains,
        )


class Found(NamedTuple):
    """A quantity with what only its neighbours ask for."""

    quantity: Quantity
    #: The scale, 1 without one.
    scale: Decimal
    #: What one of the unit is worth: 60 for an hour, 10 for 成.
    factor: Decimal
    #: A word before it that says how it goes with the next: `between` or `departure`.
    opening: str | None = None
    #: The unit is a part of a currency (`cents`).
    part: bool = False
    #: The bound stands behind the number.
    bound_after: bool = False
    #: Counts only beside a neighbour of its kind (`一至两个百分点`): alone it is a part of a word.
    faint: bool = False


def is_money(unit: str | None) -> bool:
    """Whether a unit is an ISO 4217 code."""
    return unit is not None and len(unit) == 3 and unit.isupper()
