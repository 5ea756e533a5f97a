"""Digits with their marks: which mark stands before decimals, which ones between groups of three."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

#: Longer runs of digits are identifiers, not numbers.
_LONGEST = 24
_ONE = Decimal(1)
_MARK = re.compile("([.,'’])")


class Digits(NamedTuple):
    """What digits are worth."""

    value: Decimal
    #: Place of the last digit: 0.1 for one decimal.
    resolution: Decimal
    #: `code` (leading zeros, too long) or `name` (`2.1.3`) where they are no amount, else "".
    kind: str = ""


class DigitReader:
    """Reads digits as one language writes them, and as others do where that leaves no doubt."""

    def __init__(self, decimal: str, groups: Iterable[str]) -> None:
        self._decimal = decimal
        self._groups = frozenset(groups)

    def read(self, text: str) -> Digits:
        """The worth of digits with marks between them; blanks are passed over."""
        if text.isdigit() and len(text) <= _LONGEST:
            return Digits(Decimal(text), _ONE, "code" if text[0] == "0" and len(text) > 1 else "")
        head, *tail = _MARK.split(text.replace(" ", ""))
        marks, groups = tail[::2], tail[1::2]
        if len(head) + sum(map(len, groups)) > _LONGEST:
            return Digits(Decimal(head[:_LONGEST]), _ONE, "code")
        if not marks:
            return Digits(Decimal(head), _ONE)
        if self._groups.issuperset(marks) and len(set(marks)) == 1 and (_grouped(head, groups) or _lakhs(head, groups)):
            return Digits(Decimal(head + "".join(groups)), _ONE)
        *before, last = marks
        *whole, decimals = groups
        plain = not before or (len(set(before)) == 1 and last not in before and _grouped(head, whole))
        if plain and last in (".", ","):
            return Digits(Decimal(f"{head}{''.join(whole)}.{decimals}"), _ONE.scaleb(-len(decimals)))
        return Digits(Decimal(head), _ONE, "name")


def _grouped(head: str, groups: Iterable[str]) -> bool:
    return len(head) <= 3 and head[0] != "0" and all(len(group) == 3 for group in groups)


def _lakhs(head: str, groups: Sequence[str]) -> bool:
    """Whether all groups but the last are of two digits, as in India: `12,34,567`."""
    return 0 < len(head) < 3 and len(groups) > 1 and len(groups[-1]) == 3 and {len(g) for g in groups[:-1]} == {2}
