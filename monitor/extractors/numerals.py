"""What a written numeral is worth: digits with their marks, numerals in words, scales, fractions.

`Numerals` gives the patterns that find a numeral and reads what they found. Readings are remembered by their text,
since the same few thousand numerals make up most of what is printed.
"""

from __future__ import annotations

import re
from decimal import Context, Decimal
from typing import NamedTuple

from monitor.declarations.numbers import NumberSections, as_decimal
from monitor.extractors.words import END, LETTERS, after_first, alternation, squeezed

_ZERO = Decimal(0)
_ONE = Decimal(1)
_HALF = Decimal("0.5")
#: Longer runs of digits are identifiers, not numbers.
_LONGEST = 24
#: Exact for all that is read (24 digits and their decimals), and silent about anything longer.
_EXACT = Context(prec=60, traps=[])
#: How many readings are remembered before they are forgotten all at once.
_REMEMBERED = 20_000
_BLANK = "[ \n]{0,3}"


class Reading(NamedTuple):
    """What a numeral says."""

    low: Decimal
    #: The upper end where the numeral is a range by itself (`七八成`), else None.
    high: Decimal | None
    #: Place of the last written digit, scale included.
    resolution: Decimal
    #: The product of the scales, 1 without one.
    scale: Decimal
    #: A part of a whole (`two-thirds`), not yet in percent.
    fraction: bool
    #: The bound of a word inside the numeral (`30多亿`), else None.
    bound: str | None
    spelled: bool
    #: Nothing but an article, a scale or a fraction that needs a number: no numeral by itself.
    weak: bool
    unit: str | None = None


class _Token(NamedTuple):
    kind: str
    value: Decimal


class Numerals:
    """Patterns and values of one language's numerals."""

    def __init__(self, pack: NumberSections) -> None:
        numbers, scales = pack.numbers, pack.scales
        self._compact = numbers.compact
        self._decimal = numbers.decimal
        self._inside = {word: bound for bound, words in pack.bounds.inside.items() for word in words}
        self._articles = set(numbers.articles)
        self._tokens: dict[str, _Token] = {}
        for kind, table in (
            ("word", numbers.words),
            ("place", numbers.places),
            ("scale", scales.words),
            ("scale", scales.glued),
            ("counted", pack.fractions.counted),
            ("alone", pack.fractions.alone),
        ):
            for value, words in table.items():
                for word in words:
                    self._tokens.setdefault(word.lower(), _Token(kind, as_decimal(value)))
        for kind, plain in (("half", numbers.halves), ("point", numbers.points), ("adder", numbers.adders)):
            for word in plain:
                self._tokens.setdefault(word.lower(), _Token(kind, _ZERO))
        for word in self._inside:
            self._tokens.setdefault(word, _Token("inside", _ZERO))
        self._groups = "".join(re.escape(mark) for mark in numbers.groups if mark != " ")
        self._blank_groups = " " in numbers.groups
        self._seen: dict[str, Reading | None] = {}
        #: A scale after a number: a word, or an abbreviation right behind the digits.
        self.scale_pattern = alternation(self._words("scale", "place"), compact=self._compact)
        self._glued = [word for words in scales.glued.values() for word in words]
        self._joiners = scales.joiners
        self._token = re.compile(
            f"(?P<digits>[0-9][0-9.,'’⁄ ]*[0-9]|[0-9])|{alternation(self._tokens, compact=self._compact, open_end=True)}"
        )

    def _words(self, *kinds: str) -> list[str]:
        return [word for word, token in self._tokens.items() if token.kind in kinds]
