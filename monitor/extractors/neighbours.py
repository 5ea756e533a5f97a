"""What neighbouring quantities have to do with each other: parts of one amount, ends of a range, shared units."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple, cast

from monitor.declarations.numbers import NumberSections
from monitor.extractors.quantity import Bound, Found, Quantity, is_money
from monitor.extractors.words import LETTERS, alternation, endings, squeezed

_ONE = Decimal(1)
_TEN = Decimal(10)
_WHOLE = Decimal(100)
#: So many percent or minutes are not printed without their unit.
_THOUSAND = Decimal(1000)
#: Between two numbers that belong together stands no more than this: the longest link with its blanks.
_LONGEST_LINK = 24
#: The ends of a range after "by" are not so many times each other.
_FAR = 3
#: A verb's object comes within so many characters.
_REACH = 60
#: So far from a number stand its article and the mark that it is.
_MARKED = 14
#: What ends the clause of a verb whose object is looked for, and an object that is none of the numbers: `exceeded
#: expectations, with revenue growing 13%`.
_CLAUSE_END = re.compile("[.;:!?。;:!?\n]")
_OBJECT = re.compile(" *\\w[^,]*,(?![0-9])")
_REMEMBERED = 5_000


_DASHES = frozenset("-–—−")
_RANGING = frozenset({"range", "either"})
#: Units that no thousands or millions are said in.
_UNSCALED = frozenset({"percent", "percentage_point", "minutes", "times"})
_SHARING = frozenset({"range", "either", "series", "versus"})


class _Link(NamedTuple):
    """What the words between two numbers can say."""

    kinds: frozenset[str] = frozenset()
    #: Nothing but a comma: shares only within a longer series.
    comma: bool = False
    #: A slash, as between columns.
    slash: bool = False
    #: An opening bracket: the second is the first in another currency.
    bracket: bool = False
    #: Both a range and the first half of a from-to pair, by what follows the second.
    double: bool = False


_NO_LINK = _Link()


class Neighbours:
    """Joins the quantities of one language."""

    def __init__(self, pack: NumberSections) -> None:
        self._compact = pack.numbers.compact
        links = pack.links
        self._links: dict[str, set[str]] = {}
        for kind in ("range", "either", "series", "versus", "parts", "spans"):
            for word in cast(tuple[str, ...], getattr(links, kind)):
                self._links.setdefault(squeezed(word.lower(), compact=self._compact), set()).add(kind)
        self._arrivals = tuple(links.arrival)
        self._spreads = tuple(links.spread)
        # The pattern begins with a plain set of characters, which a search skips to at speed.
        self._apart = [
            (cast(Bound, bound), re.compile(f"[^{LETTERS}]{alternation(verbs, compact=self._compact)}"))
            for bound, verbs in pack.bounds.apart.items()
        ]
        bounds = pack.bounds
        self._beside, self._margins = frozenset(bounds.beside), frozenset(bounds.margins)
        self._articles = frozenset(bounds.articles)
        self._attributed = endings(bounds.attributed, compact=self._compact)
        self._marked = bounds.marked
        self._seen: dict[str, _Link] = {}

    def join(self, found: list[Found], low: str) -> list[Quantity]:
        """Merge parts and ranges, and let numbers take scale and unit from the next; from the last to the first."""
        done: list[Found] = []
        after: Found | None = None
        for each in reversed(found):
            one = each if after is None else self._unglued(each, after, low)
            if after is not None:
                first, second = one.quantity, after.quantity
                gap = second.start - first.end
                if 0 <= gap <= _LONGEST_LINK and first.kind == "number":
                    link = self._link(low[first.end : second.start])
                    joined = None if link is _NO_LINK else self._pair(one, after, link, low)
                    if joined is not None:
                        done[-1:] = joined
                        after = done[-1]
                        continue
            done.append(one)
            after = one
        quantities = [one.quantity for one in reversed(done) if not one.faint or one.quantity.inherited]
        return self._reach(quantities, low) if self._apart and quantities else quantities

    def _link(self, words: str) -> _Link:
        link = self._seen.get(words)
        if link is None:
            if len(self._seen) > _REMEMBERED:
                self._seen.clear()
            link = self._seen[words] = self._read_link(words)
        return link

    def _read_link(self, words: str) -> _Link:
        if not words.strip():
            return _Link(frozenset({"parts"}))
        if words.endswith("\n- "):
            # What follows is an item of a list.
            return _NO_LINK
        word = squeezed(words, compact=self._compact)
        kinds = frozenset(self._links.get(word, ()))
        bracket = word == "("
        if not kinds and not bracket:
            return _NO_LINK
        return _Link(
            kinds, comma=word in (",", "、"), slash=word == "/", bracket=bracket, double={"range", "versus"} <= kinds
        )

    def _pair(self, one: Found, after: Found, link: _Link, low: str) -> list[Found] | None:
        """What becomes of two neighbours, the last first; None where they have nothing to do with each other."""
        first, second = one.quantity, after.quantity
        if isinstance(first.value, tuple):
            return None
        if second.kind != "number":
            # `7〜9月`: both ends are dates.
            bare = "range" in link.kinds and first.unit is None and not first.scaled and not first.spelled
            return [after, one._replace(quantity=replace(first, kind=second.kind))] if bare else None
        if link.bracket:
            return _inherit_bound(one, after)
        if "parts" in link.kinds and _is_part(one, after):
            return [_merged(one, after)]
        if "parts" in link.kinds and (whole := _of_last_digit(one, after)) is not None:
            return [whole]
        said = low[second.number_end : second.end].endswith(self._spreads)
        spread = said or self._follows(low, second.end, self._spreads)
        shared = _share(one, after) if link.kinds & _SHARING and not _in_columns(first, second, link) else None
        if second.remains and "range" not in link.kinds:
            # "30 % cheaper than 2.1"
            shared = None
        if shared is not None and first.spelled and "versus" in link.kinds and not link.kinds & _RANGING:
            # `the two, against 3 %`: a numeral in words is rather a count of its own.
            shared = None
        ranging = (
            "range" in link.kinds
            # "Now at 14.4 %, 15.4 %" is a list, "between 14.4 and 15.4 %" has two ends.
            or (one.opening == "between" and "series" in link.kinds and (spread or not link.comma))
            or ("either" in link.kinds and _is_near(first, second))
        )
        steps = one.opening == "step" and _is_step(first, second)
        departs = not spread and (steps or (one.opening == "departure" and "spans" not in link.kinds))
        if ranging and first.sign == "-" != second.sign and not _DASHES.isdisjoint(low[first.end : second.start]):
            # "Kling – $9.20 – $1.45": columns.
            ranging = False
        if ranging and first.spelled and not second.spelled:
            # "pushed the adjusted one to 12.7%": nobody writes the ends of a range in two ways.
            return None
        arrives = link.double and not spread and self._follows(low, second.end, self._arrivals)
        if ranging and not departs and not arrives:
            ranged = _range(shared or one, after)
            if ranged is not None:
                return [ranged]
        if shared is None or (link.comma and not second.inherited and one.opening is None):
            return None
        if link.comma and is_money(second.unit) and second.start < second.number_start:
            # `20.2 billion, US$150/270 million`: with a currency before it another list begins.
            return None
        return [after, shared]

    def _unglued(self, one: Found, after: Found, low: str) -> Found:
        """As a number what stands behind a name but is part of what follows: `capex250-260亿`, `GMV1.59/1.74万亿`."""
        first, second = one.quantity, after.quantity
        if first.kind != "name" or not (self._compact and second.scaled and second.start - first.end == 1):
            return one
        value, limit = first.value, second.value
        if isinstance(value, tuple) or isinstance(limit, tuple):
            return one
        ranged = low[first.end] in _DASHES and first.resolution == 1 and value * after.scale < limit
        listed = low[first.end] == "/" and value < after.scale
        return one._replace(quantity=replace(first, kind="number")) if ranged or listed else one

    def _follows(self, low: str, at: int, words: tuple[str, ...]) -> bool:
        return low.startswith(words, at + (low[at : at + 1] == " "))

    def _reach(self, quantities: list[Quantity], low: str) -> list[Quantity]:
        """Give the bound of a verb to its object, the next number of the clause."""
        for bound, verbs in self._apart:
            at = 0
            for verb in verbs.finditer(low):
                while at < len(quantities) and quantities[at].start < verb.end():
                    at += 1
                if at == len(quantities):
                    break
                if at and quantities[at - 1].end > verb.start():
                    # The verb has its object already.
                    continue
                place = at
                if self._word_before(low, quantities[at]) in self._beside and at + 1 < len(quantities):
                    place += 1
                found = quantities[place]
                span = verb.end(), found.start
                near = span[1] - span[0] <= _REACH and not (_CLAUSE_END.search(low, *span) or _OBJECT.match(low, *span))
                known = bound != "about" and self._is_known(low, found)
                if near and found.kind == "number" and found.bound == "exact" and not known:
                    quantities[place] = replace(found, bound=bound)
        return quantities

    def _is_known(self, low: str, found: Quantity) -> bool:
        """Whether an amount is what another is measured by, or how far: `exceeded the 30 billion of 2021 by 32.5%`."""
        before = self._word_before(low, found)
        if before in self._articles and not (found.spelled and found.unit in _UNSCALED):
            return not any(word in low[found.number_end : found.end + _MARKED] for word in self._marked)
        said = low[max(found.start - _REACH, 0) : found.start].rstrip()
        return before in self._margins or said.endswith(("(", *self._attributed))

    @staticmethod
    def _word_before(low: str, found: Quantity) -> str:
        words = low[max(found.start - _MARKED, 0) : found.start].split()
        return words[-1] if words else ""


def _is_step(first: Quantity, second: Quantity) -> bool:
    """Whether the first is by how much, the second what it comes to: `raised by HK$5 to HK$68`, `by 27m to 320m`."""
    if is_money(first.unit) and is_money(second.unit):
        return True
    if isinstance(first.value, tuple) or isinstance(second.value, tuple):
        return False
    far = first.scaled == second.scaled and _FAR * abs(first.value) <= abs(second.value)
    return far and "percent" not in {first.unit, second.unit}


def _is_part(one: Found, after: Found) -> bool:
    """Whether the second is cents to the first's dollars, or minutes to its hours."""
    first, second = one.quantity, after.quantity
    if isinstance(first.value, tuple) or isinstance(second.value, tuple):
        return False
    # Cents are not the dollar's only: "a million euros and twenty cents".
    if first.unit != second.unit and not (after.part and is_money(first.unit) and is_money(second.unit)):
        return False
    if after.part:
        return after.factor < one.factor and abs(second.value) < abs(first.value) + 1
    plain = second.start == second.number_start
    return first.unit == "minutes" and plain and after.factor < one.factor and second.value < first.resolution


def _of_last_digit(one: Found, after: Found) -> Found | None:
    """The whole where the second is a last digit with the currency of both: 四毛六港币."""
    first, second = one.quantity, after.quantity
    digit = second.value
    alone = second.start == second.number_start and second.currency_stated and second.resolution == 1
    if not (one.part and alone and isinstance(digit, Decimal) and isinstance(first.value, Decimal) and digit < _TEN):
        return None
    worth = one.factor / _TEN
    whole = replace(
        first,
        end=second.end,
        value=first.value + digit * worth,
        unit=second.unit,
        resolution=worth,
        currency_stated=True,
    )
    return one._replace(quantity=whole, part=False)


def _merged(one: Found, after: Found) -> Found:
    first, second = one.quantity, after.quantity
    assert isinstance(first.value, Decimal)
    assert isinstance(second.value, Decimal)
    value = first.value + second.value
    whole = replace(first, end=second.end, number_end=second.number_end, value=value, resolution=second.resolution)
    return one._replace(quantity=whole)


def _inherit_bound(one: Found, after: Found) -> list[Found] | None:
    """The same amount in another currency, in brackets: it has the bound of the first."""
    first, second = one.quantity, after.quantity
    if second.bound != "exact" or first.unit == second.unit or not (is_money(first.unit) and is_money(second.unit)):
        return None
    if first.bound in ("at_least", "at_most") or (first.bound == "about" and one.bound_after):
        return [after._replace(quantity=replace(second, bound=first.bound)), one]
    return None


def _in_columns(first: Quantity, second: Quantity, link: _Link) -> bool:
    """Whether two numbers share nothing, for they stand in columns: `236/232/+1.7%`, `884,000 shares/$55.20/$4.9m`."""
    signed = bool(second.sign) and not first.sign and second.unit in _UNSCALED and first.unit is None
    if signed and (link.slash or second.sign == "+"):
        return True
    if isinstance(first.value, tuple) or not link.slash:
        return False
    if is_money(first.unit) and second.scaled and not first.scaled and second.start == second.number_start:
        # `RMB17.4/20.2 billion`: the currency stands before all of them, the scale behind.
        return second.unit not in (None, first.unit)
    return first.unit is not None or (second.unit in _UNSCALED and abs(first.value) >= _THOUSAND)


def _is_near(first: Quantity, second: Quantity) -> bool:
    """`one or two points`, but not `$10 or $92`, nor `$92 or $180`: prices with units of their own are alternatives."""
    if isinstance(first.value, tuple) or isinstance(second.value, tuple) or first.unit is not None:
        return False
    return first.value < second.value <= 2 * first.value


def _share(one: Found, after: Found) -> Found | None:
    """The first with the scale and unit of the second, where it has none of its own; None where nothing is shared."""
    first, second = one.quantity, after.quantity
    assert isinstance(first.value, Decimal)
    # Millions beside a percentage or minutes are of something else: `MAUs 640m, and 134 minutes`.
    takes_unit = first.unit is None and second.unit is not None and not (first.scaled and second.unit in _UNSCALED)
    same = first.unit in (None, second.unit) or second.unit is None
    takes_scale = (
        second.scaled
        and not first.scaled
        and same
        and (first.unit is None or (is_money(first.unit) and not first.noun))
    )
    if not takes_unit and not takes_scale:
        return None
    scale = after.scale if takes_scale and first.value < after.scale else _ONE
    factor = scale * (after.factor if takes_unit else _ONE)
    quantity = replace(
        first,
        # What is left: `1〜2割引` is 80 to 90 percent.
        value=first.value * factor + (_WHOLE if second.remains and after.factor < 0 else 0),
        unit=first.unit or second.unit,
        noun=first.noun or second.noun,
        resolution=first.resolution * factor,
        scaled=first.scaled or second.scaled,
        currency_stated=first.currency_stated or second.currency_stated,
        remains=second.remains,
        inherited=True,
    )
    return one._replace(quantity=quantity, scale=after.scale if takes_scale else one.scale)


def _range(one: Found, after: Found) -> Found | None:
    """Both as the ends of one range, None where they cannot be."""
    first, second = one.quantity, after.quantity
    if isinstance(first.value, tuple) or isinstance(second.value, tuple):
        return None
    # A currency before the first serves both: `$10 to 92`.
    serves = second.unit is None and first.unit is not None and not first.noun
    if second.scaled and first.unit in _UNSCALED:
        # "by a third to 78.1 billion"
        return None
    if first.unit != second.unit and not serves:
        return None
    low, high, scaled = first.value, second.value, first.scaled or second.scaled
    if serves and first.scaled and not second.scaled:
        high *= one.scale
    if (low < 0 and high < 0) or (first.remains and second.remains):
        # "minus 8% to minus 10%", and so many percent off
        low, high = min(low, high), max(low, high)
    if low >= high:
        return None
    quantity = replace(
        first,
        end=second.end,
        number_end=second.number_end,
        value=(low, high),
        unit=first.unit or second.unit,
        noun=second.noun or first.noun,
        bound="range",
        resolution=min(first.resolution, second.resolution),
        scaled=scaled,
        inherited=False,
    )
    return after._replace(quantity=quantity, opening=one.opening, faint=False)
