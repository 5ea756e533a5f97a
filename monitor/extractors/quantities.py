"""Numbers with their bounds, scales, currencies and units, in reading order.

A quick pattern finds where a number may begin; a second one reads it there, on to its scale, unit and bound; a third
reads backwards from it, over its sign, currency and bound. What that comes to is remembered by the text it stood in.
Then neighbours are looked at (`neighbours`). Everything a language says stands in its pack. Time is linear in the
length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from itertools import chain
from typing import NamedTuple, cast

from monitor.declarations.numbers import Fixed, NumberSections, as_decimal
from monitor.extractors.affixes import NOTHING, Affixes, Prefix, Unit, edged
from monitor.extractors.amounts import Reading
from monitor.extractors.neighbours import Neighbours
from monitor.extractors.normal import normalise
from monitor.extractors.numerals import Numerals
from monitor.extractors.quantity import Bound, Found, Kind, Number, Quantity, is_money
from monitor.extractors.words import BLANK, LETTERS, alternation, squeezed

__all__ = ["Bound", "Kind", "Number", "Numbers", "Quantity", "read_quantities"]

_ZERO = Decimal(0)
_ONE, _TENTH = Decimal(1), Decimal("0.1")
_TEN = Decimal(10)
_HALF = Decimal("0.5")
_HUNDRED = Decimal(100)
_CENT = Decimal("0.01")
#: How many places are remembered before they are forgotten all at once, and up to which length of text.
_REMEMBERED = 20_000
_LONGEST_REMEMBERED = 120
#: So many letters of a word tell whether it may begin a numeral.
_HEAD = 6
_LETTER = re.compile(f"[{LETTERS}]")
#: So many words at most stand between a quantity and the year that it is compared with, and one more.
_FEW = 5
#: So many characters before an amount tell what it is of.
_BEFORE = 20
#: So many characters on either side tell a number from a name or a list's mark.
_NEAR = 2
#: Years are printed like any number; these are taken for one where nothing else says what they are.
_YEARS = range(1950, 2050)
#: Ideographs and what is written beside them lie from here on.
_IDEOGRAPH = "\u2e80"
#: Days, and years of two digits, lie below.
_SHORT_YEARS = 50
#: So many digits has no number that something is more than.
_PRECISE = 4
#: A link and the number behind it take no more.
_REACH = 32
#: Marks before a day or a year.
_DATING = frozenset({"date", "year"})
#: Signs that stand before an amount as well as behind one.
_MONEY_SIGNS = "$€£¥₩₹"
#: Behind a number at the beginning of a line these make it the number of a list; the last is drawn round it.
_LISTED = ".)、\u20e3"
#: Lists are no longer, and what bears a number ("section 12", "no. 350") has a smaller one.
_LONGEST_COUNT, _LARGE = 40, 1000
#: Dates, times, stock codes and identifiers made of digits and marks.
_STAMP = (
    r"(?:19|20)[0-9]{{2}}([-/.])[01]?[0-9]\2[0-3]?[0-9](?![0-9])"
    # "7/13/20亿元" are three amounts.
    r"|[0-3]?[0-9]([./])[01]?[0-9]\3(?:19|20)?[0-9]{{2}}(?![0-9.,]| ?(?:%|{scales}))"
    # "24Q3:14.0%" is no clock.
    r"|(?<![A-Za-z])[0-2]?[0-9]:[0-5][0-9](?::[0-5][0-9])?(?![0-9%]|[:.,][0-9])"
    r"|[0-9]{{1,6}}\.(?:hk|sh|sz|ss|us|tw)(?![a-z])"
    r"|[0-9]++(?:-[0-9]++){{2,}}+"
)
#: Numbers that have run together, as in a table without its cells' marks: nobody can tell which.
_SPOILED = r"|[0-9]{1,3}(?:,[0-9]{3})*,[0-9]{4,}[.][0-9.,]*[0-9]%?|[0-9]{3,}[.][0-9]+[.][0-9][0-9.,]*%?"
#: A day of a month, where the full stop is no decimal mark: `am 20.11.`
_DAY = r"|[0-3]?[0-9]\.[01]?[0-9]\.(?![0-9])"


#: Percentages are not counted in units of this.
_MYRIAD = 10_000
#: A number of times from here on counts occasions.
_OFTEN = 1000


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
        self._affixes = Affixes(pack, shared or {})
        self._neighbours = Neighbours(pack)
        self._fixed = {self._key(word): entry for entry in pack.fixed for word in entry.words}
        self._halves = frozenset(pack.units.halves)
        self._versus = frozenset(word.lower() for word in pack.links.versus)
        self._tenth_words = pack.units.tenth_words
        self._points = frozenset(pack.units.points)
        self._start = re.compile(self._start_pattern(pack))
        self._main = re.compile(self._main_pattern(pack))
        #: "ein bis zwei": before a range's end an article is a number.
        words = alternation([*self._numerals.first_words], open_end=True)
        links = alternation([word for word in pack.links.range if word.isalpha()]) if not self._compact else "(?!)"
        self._opens = re.compile(f" {{1,3}}{links} {{1,3}}(?:[0-9]|{words})", re.IGNORECASE)
        scales = alternation([word for words in pack.scales.words.values() for word in words])
        #: "RMB(5.6) billion": brackets for a minus between a currency and a scale.
        self._bracketed = re.compile(
            f"(?<=[{LETTERS}$€£¥])[(]([0-9][0-9.,]{{0,20}})[)](?={BLANK}{scales})", re.IGNORECASE
        )
        #: What numbers came to, by the text they stood in, place and length in it, and how far the words before reach.
        self._seen: dict[tuple[str, int, int, int, bool, bool, bool], tuple[Found, ...]] = {}

    def _key(self, word: str) -> str:
        return squeezed(word.lower(), compact=self._compact)

    def _start_pattern(self, pack: NumberSections) -> str:
        """Where a number may begin; it begins with a plain set of characters, which a search skips to at speed."""
        words = [*self._numerals.first_words, *pack.marks.words, *(w for entry in pack.fixed for w in entry.words)]
        if self._compact:
            return f"[0-9{re.escape(''.join(sorted({word[0].lower() for word in words})))}](?:(?<=[0-9])[0-9]++)?+"
        # Articles stand everywhere: they begin a numeral as words of their own, or before another (`einhundert`).
        articles = set(pack.numbers.articles)
        heads = alternation({word.lower()[:_HEAD] for word in words if word not in articles}, open_end=True)
        # `einundzwanzig`
        joined = f"(?:{alternation(pack.numbers.joiners, open_end=True)})?" if pack.numbers.joiners else ""
        own = f"|{alternation(articles, open_end=True)}(?:(?![{LETTERS}])|{joined}{heads})" if articles else ""
        return f"[^{LETTERS}](?:(?<=[0-9])[0-9]*+|(?={heads}{own}))"

    def _main_pattern(self, pack: NumberSections) -> str:
        """A number with what stands behind it, or what only looks like one; tried where `_start_pattern` says."""
        affixes = self._affixes
        never = "(?!)"
        skip = edged(pack.marks.words, compact=self._compact) if pack.marks.words else never
        # 818 is a festival; 818億, 818元, 818多万 and 3600 are numbers, and 这一千万 is ten million.
        scales = [word for words in pack.scales.words.values() for word in words]
        money = [word for words in pack.currencies.after.values() for word in words]
        counts = [*scales, *money, *(word for words in pack.bounds.inside.values() for word in words), "%"]
        skip = f"{skip}(?!(?<=[0-9])(?:[0-9]|[.,][0-9]|{alternation(map(str.lower, counts), open_end=True)}))"
        if self._compact:
            larger = [*scales, *(word for words in pack.numbers.places.values() for word in words)]
            ones = "".join(word for words in pack.numbers.words.values() for word in words if len(word) == 1)
            skip = f"{skip}(?!(?<=[{ones}]){alternation(larger, compact=True)})"
            # 高一点 is a little, 一点五亿 one and a half.
            point = "".join(pack.numbers.points)
            measured = f"(?:{alternation(scales, compact=True)}|{affixes.unit_start})"
            skip = f"{skip}(?!(?<=[{point}])[{ones}]{{1,4}}{measured})" if point else skip
        fixed = edged(self._fixed, compact=self._compact) if self._fixed else never
        multiples = [word for words in pack.units.after.get("times", {}).values() for word in words]
        run = self._numerals.pattern(affixes.unit_start, alternation(multiples) if multiples else never)
        blank = affixes.gap_pattern
        every = alternation([word for words in pack.scales.words.values() for word in words], compact=self._compact)
        stamp = _STAMP.format(scales=every) + (_SPOILED if pack.numbers.decimal == "." else _DAY)
        return (
            f"(?P<stamp>{stamp})|{skip}|(?:(?P<fixed>{fixed})|(?P<run>{run}))"
            f"(?:{blank}(?P<unit>{affixes.unit_pattern}))?{self._more_pattern(pack)}(?P<bound>{affixes.bound_pattern})?"
        )

    def _more_pattern(self, pack: NumberSections) -> str:
        """A half or tenths behind some units: `三成半`, `3块5`."""
        if not pack.units.tenths:
            return "(?P<more>(?!))?"
        ones = [word for value, words in pack.numbers.words.items() if 0 < value < 10 for word in words]
        longest = "|".join(f"(?<={re.escape(unit)})" for unit in pack.units.tenths)
        halved = "|".join(f"(?<={re.escape(unit)})" for unit in pack.units.halved) or "(?!)"
        digits = alternation(ones, compact=self._compact)
        halves = alternation(self._halves, compact=self._compact) if self._halves else "(?!)"
        words = pack.units.tenth_words
        tenths = alternation(words, compact=self._compact) if words else "(?!)"
        blocked = f"{self._affixes.unit_start}|" if self._compact else ""
        years = alternation([w for m in ("year", "date") for w in pack.marks.after.get(m, ())], compact=self._compact)
        return (
            f"(?P<more>(?:{longest}|{halved}){BLANK}{halves}(?!{years})"
            f"|(?:{longest}){BLANK}(?:[1-9]|{digits})(?:{tenths}|(?!{BLANK}(?:{blocked}[.]?[0-9]))))?"
        )

    def read(self, text: str) -> list[Quantity]:
        """All numbers in `text`, which is normalised, in reading order; never raises."""
        if ")" in text:
            text = self._bracketed.sub(r"-\1 ", text)
        low = _lower(text)
        backwards = low[::-1]
        found: list[Found] = []
        done = floor = 0
        match_at = self._main.match
        for start in self._starts(low):
            if start >= done and (match := match_at(low, start)) is not None:
                done = match.end()
                if match["run"] is None and match["fixed"] is None:
                    found += _stamped(match)
                    continue
                for one in self._found(match, text, backwards, floor):
                    found.append(one)
                    floor = one.quantity.end
        if self._points and "%" in low:
            found = [self._pointed(one, low) for one in found]
        return self._neighbours.join(found, low)

    def _pointed(self, one: Found, low: str) -> Found:
        """As percentage points what "pct" says of a margin in a text that has "%" for percent."""
        quantity = one.quantity
        if quantity.unit != "percent" or low[quantity.number_end : quantity.end].strip(" ") not in self._points:
            return one
        return one._replace(quantity=replace(quantity, unit="percentage_point"))

    def forget(self) -> None:
        """Drop what was remembered of the texts read so far; readings stay the same."""
        self._seen.clear()
        self._numerals.forget()
        self._affixes.forget()

    def _starts(self, low: str) -> Iterator[int]:
        """Where numbers may begin, in order; some places more than once."""
        begins = (match.start() for match in self._start.finditer(low))
        if self._compact:
            return begins
        # A word begins behind the character that the pattern starts with, and at the very beginning behind none.
        return chain((0,) if low else (), (at if "0" <= low[at] <= "9" else at + 1 for at in begins))

    def _found(self, match: re.Match[str], text: str, backwards: str, floor: int) -> Iterable[Found]:
        """What stands at one place, looked up by all that it is read from: words before it, and a little around."""
        at = match.start()
        reach = self._affixes.reach(backwards, at, floor)
        begin = max(at - reach - (_BEFORE if match["bound"] else _NEAR), 0)
        opens = self._opens.match(text, match.end()) is not None
        # "5%-10%", "5% - 10%"; in "5% -10%" the dash is the second's.
        gap = text[floor : at - reach] if reach and floor else None
        touches = gap == "" or (gap == " " and text[at - reach + 1].isspace())
        compared = self._is_compared(match, text[floor:at]) if floor else False
        key = (text[begin : match.end() + _NEAR], at - begin, match.end() - at, reach, touches, compared, opens)
        seen = self._seen.get(key)
        if seen is None:
            seen = tuple(self._read_place(match, text, reach, touches, compared))
            if len(key[0]) <= _LONGEST_REMEMBERED:
                if len(self._seen) > _REMEMBERED:
                    self._seen.clear()
                self._seen[key] = seen
        return [
            Found(one.quantity.moved(at), one.scale, one.factor, one.opening, one.part, one.bound_after, one.faint)
            for one in seen
        ]

    def _read_place(
        self, match: re.Match[str], text: str, reach: int, touches: bool, compared: bool
    ) -> Iterator[Found]:
        """The quantities of one match, with offsets from its start."""
        at = match.start()
        prefix = self._affixes.before(text[at - reach : at], touches=touches)
        if compared:
            prefix = prefix.unbound()
        place = _Place(match, text, linked=touches)
        if match["fixed"] is not None:
            yield self._read_fixed(place, prefix)
            return
        pieces = self._numerals.read(match["run"])
        for piece in pieces:
            whole = piece.end == len(match["run"])
            one = self._read_one(place, piece.reading, piece.start, piece.end, prefix, whole=whole)
            if one is not None:
                yield one
            prefix = NOTHING

    def _is_compared(self, match: re.Match[str], between: str) -> bool:
        """Whether a match is a year that the quantity before is measured against: `9 % more than 2023`."""
        run = match["run"] or ""
        year = match["unit"] is None and len(run) == 4 and run.isdecimal() and int(run) in _YEARS
        words = between.lower().split() if year else ()
        return 0 < len(words) < _FEW and not self._versus.isdisjoint(words)

    def _read_one(
        self, place: _Place, reading: Reading, start: int, end: int, prefix: Prefix, *, whole: bool
    ) -> Found | None:
        """One numeral with what belongs to it; `whole` says that what stands behind the run is its own."""
        unit, noun = self._unit(place) if whole else (None, "")
        if unit is not None and (_is_of_next(place, unit, prefix) or _is_no_share(reading, unit)):
            unit, noun, whole = None, "", False
        if prefix.definite and not reading.fraction and not (unit is not None and unit.unit == "times"):
            prefix = prefix.unbound()
        meant = _meant(prefix, unit)
        kind = _kind(_Marks(prefix, unit, meant), reading, place, start, end)
        if unit is not None and unit.kind == "mark" and kind == "number":
            unit, noun, whole = None, "", False
        if not (self._counts(reading, prefix, meant) or self._stands(place, reading, end, whole=whole)):
            return None
        number_end, end = end, end if unit is None else place.unit_end
        value, high, resolution, name, stated = _value(reading, meant)
        if name == "times" and value >= _OFTEN:
            # "downloaded 3.2 million times": nothing grows that much.
            name = "count"
        if place.more and (whole or place.unit == ""):
            # `33億半`: half of the scale.
            value += self._tenths(place.more) * (reading.scale if unit is None else unit.factor)
            end = place.more_end
        bound: str | None = prefix.bound
        bound_after = False
        if bound in {None, "about"} and whole and kind == "number" and place.bound and place.bound_start >= end:
            behind, decade = self._affixes.bound_after(place.bound)
            if behind and name != "times" and self._affixes.compares(place.before(start - prefix.reach), place.bound):
                behind = None
            if bound is not None and (behind != "at_least" or decade is not None):
                # "About 70 % or more" is more; "about 60 million plus a few" is about as much.
                behind = decade = None
            if decade is not None:
                value, high = _decade(value, reading, meant, decade)
            if behind or decade:
                bound, bound_after, end = behind, True, place.bound_end
        begin, sign = _sign(prefix, name, place, start, end)
        if sign == "-":
            value, high = -value, None if high is None else -high
        if bound == "at_least" and not reading.fraction and len(reading.low.normalize().as_tuple().digits) >= _PRECISE:
            # "verfügte über 24.018 Beschäftigte": of 12,000 annotated limits one had so many digits.
            bound = None
        number: Number = value
        if high is not None:
            number, bound = (min(value, high), max(value, high)), "range"
        if kind != "number":
            begin, bound, name = start, "exact", None
        else:
            begin = min(begin, start - prefix.bound_reach)
            bound = bound or reading.bound or self._affixes.bound_of_noun(noun) or "exact"
        quantity = Quantity(
            start=begin,
            end=end,
            number_start=start,
            number_end=number_end,
            value=number,
            unit=name,
            noun=noun,
            bound=cast(Bound, bound),
            resolution=resolution,
            sign=sign,
            scaled=reading.scale > 1,
            currency_stated=stated,
            spelled=reading.spelled,
            kind=kind,
            remains=meant is not None and meant.kind == "discount",
        )
        return Found(
            quantity,
            reading.scale,
            factor=_ONE if meant is None else meant.factor,
            opening=prefix.opening,
            part=meant is not None and meant.kind == "part",
            bound_after=bound_after,
            faint=self._compact and _is_faint(reading, meant, prefix),
        )

    def _counts(self, reading: Reading, prefix: Prefix, unit: Unit | None) -> bool:
        """Whether a numeral that is none by itself counts thanks to its unit or bound: `a minute`, `千円`, `过亿`."""
        if not reading.weak:
            return True
        if prefix.bound is not None and (reading.scale > 1 or reading.fraction):
            return True
        if prefix.bound is not None and unit is not None and unit.unit == "count" and reading.low >= _HUNDRED:
            # 近千家
            return True
        if unit is None or unit.unit == "count" or reading.scale > 1:
            return False
        # 百元 and 千元 are what notes and phones are called, 百倍 is a hundred times.
        return not self._compact or reading.low < _HUNDRED or not is_money(unit.unit)

    def _stands(self, place: _Place, reading: Reading, end: int, *, whole: bool) -> bool:
        """Whether what follows makes a number of a scale or an article: 百亿以内, hundert Millionen, ein bis zwei.

        百亿 with nothing behind it may be a part of a name (百亿补贴).
        """
        if reading.scale > 1 and whole and place.bound:
            return True
        hundreds = not self._compact and reading.low >= _HUNDRED * reading.scale > _HUNDRED
        return hundreds or self._opens.match(place.behind(end)) is not None

    def _unit(self, place: _Place) -> tuple[Unit | None, str]:
        """The unit behind a number and its word."""
        if not place.unit:
            return None, ""
        unit = self._affixes.unit(place.unit)
        if unit is None or (place.torn and (unit.kind == "mark" or unit.unit == "count" or _begins(place.unit))):
            # A new line may begin with a word that counts or dates something elsewhere.
            return None, ""
        return unit, place.unit

    def _tenths(self, text: str) -> Decimal:
        word = text.strip()
        if word in self._halves:
            return _HALF
        word = next((word.removesuffix(tenth) for tenth in self._tenth_words if word.endswith(tenth)), word)
        if word.isascii() and word.isdigit():
            return Decimal(word) / _TEN
        return next((piece.reading.low / _TEN for piece in self._numerals.read(word)), _ZERO)

    def _read_fixed(self, place: _Place, prefix: Prefix) -> Found:
        """Words that are a quantity by themselves."""
        word = self._key(place.fixed)
        entry = self._fixed.get(word) or self._by_stem(word)
        begin, end = 0, len(place.fixed)
        bound: str = entry.bound
        if prefix.bound is not None:
            bound, begin = prefix.bound, -prefix.bound_reach
        elif place.bound and place.bound_start == end:
            said, _ = self._affixes.bound_after(place.bound)
            if said is not None:
                bound, end = said, place.bound_end
        value: Number = as_decimal(entry.value)
        if entry.high is not None:
            value, bound = (as_decimal(entry.value), as_decimal(entry.high)), "range"
        quantity = Quantity(
            start=begin, end=end, number_start=0, number_end=len(place.fixed), value=value, unit=entry.unit,
            noun=place.fixed, bound=cast(Bound, bound), resolution=_ONE, sign="", scaled=False, currency_stated=False,
            spelled=True,
        )  # fmt: skip
        return Found(quantity, _ONE, _ONE, prefix.opening)

    def _by_stem(self, word: str) -> Fixed:
        """The entry whose word with `*` covers `word`, the longest first."""
        stems = [stem for stem in self._fixed if stem.endswith("*") and word.startswith(stem[:-1])]
        return self._fixed[max(stems, key=len)]


class _Place:
    """A match of the main pattern, with offsets from its start."""

    __slots__ = (
        "_at",
        "_text",
        "bound",
        "bound_end",
        "bound_start",
        "fixed",
        "linked",
        "more",
        "more_end",
        "torn",
        "unit",
        "unit_end",
    )  # fmt: skip

    def __init__(self, match: re.Match[str], text: str, *, linked: bool) -> None:
        at = match.start()
        #: A dash links it to the quantity before.
        self.linked = linked
        self._at, self._text = at, text
        self.fixed = text[at : match.end("fixed")] if match["fixed"] is not None else ""
        unit, unit_end = match.span("unit")
        self.unit = text[unit:unit_end] if unit >= 0 else ""
        self.unit_end = unit_end - at
        self.torn = unit >= 0 and "\n" in text[match.end("run") : unit]
        self.more = match["more"] or ""
        self.more_end = match.end("more") - at
        self.bound = match["bound"] or ""
        self.bound_start, self.bound_end = match.start("bound") - at, match.end("bound") - at

    def before(self, offset: int) -> str:
        """What stands before an offset, as far as it is looked at."""
        return self._text[max(self._at + offset - _BEFORE, 0) : self._at + offset]

    def behind(self, offset: int) -> str:
        """The text from an offset on, as far as a link and a number reach."""
        return self._text[self._at + offset : self._at + offset + _REACH]

    def char(self, offset: int) -> str:
        """The character at an offset, in lower case; "" outside the text."""
        at = self._at + offset
        return self._text[at].lower() if 0 <= at < len(self._text) else ""


def _begins(unit: str) -> bool:
    """Whether one ideograph after a line's end rather begins the next line (`25,217` `毛利`)."""
    return len(unit) == 1 and unit >= _IDEOGRAPH


def read_quantities(text: str, numbers: Numbers) -> list[Quantity]:
    """The quantities of a text as it is, with spans in that text."""
    normal = normalise(text)
    quantities = []
    for quantity in numbers.read(normal.text):
        start, end = normal.original(quantity.start, quantity.end)
        number_start, number_end = normal.original(quantity.number_start, quantity.number_end)
        quantities.append(replace(quantity, start=start, end=end, number_start=number_start, number_end=number_end))
    return quantities


def _lower(text: str) -> str:
    """Lower case of the same length."""
    low = text.lower()
    if len(low) == len(text):
        return low
    return "".join(small if len(small := char.lower()) == 1 else char for char in text)


def _is_faint(reading: Reading, unit: Unit | None, prefix: Prefix) -> bool:
    """Whether a numeral in words may as well be a part of another word, in a script without blanks."""
    if not reading.spelled or reading.scale > 1 or reading.fraction:
        return False
    if unit is None:
        return reading.single or (reading.low < _HUNDRED and prefix.bound is None)
    return reading.single and unit.unit == "count" and reading.low == 1


def _value(reading: Reading, unit: Unit | None) -> tuple[Decimal, Decimal | None, Decimal, str | None, bool]:
    """Value, upper end, resolution, unit, and whether a currency is beyond doubt."""
    low, high, resolution = reading.low, reading.high, reading.resolution
    if reading.fraction and (unit is None or unit.unit in ("percent", "count")):
        return _percent(low), None if high is None else _percent(high), _CENT, "percent", False
    if unit is None:
        return low, high, resolution, None, False
    factor = unit.factor
    if unit.kind == "discount":
        if low > _TEN:
            # 八五折 is 85 percent, as 8.5折 is.
            factor /= _TEN
        ends = [None if n is None else n * factor if factor > 0 else _HUNDRED + n * factor for n in (low, high)]
        return ends[0] or _ZERO, ends[1], resolution * abs(factor), "percent", False
    if factor != _ONE:
        low, resolution = low * factor, resolution * factor
        high = None if high is None else high * factor
    return low, high, resolution, unit.unit, unit.stated and is_money(unit.unit)


def _sign(prefix: Prefix, unit: str | None, place: _Place, start: int, end: int) -> tuple[int, str]:
    """Where the quantity begins with its sign and currency, and the sign."""
    begin = start - prefix.reach
    if prefix.sign == "-" and not _is_minus(place, begin, unit):
        return start, ""
    if not prefix.sign and begin == start and place.char(start - 1) == "(" and place.char(end) == ")":
        return begin, "("
    return begin, prefix.sign


def _is_minus(place: _Place, at: int, unit: str | None) -> bool:
    """Whether a dash is a minus and no hyphen."""
    before = place.char(at - 1)
    if before in ("", "\n") and place.char(at + 1) == " ":
        # It begins an item.
        return False
    if not before or place.char(at).isalpha():
        return True
    if before.isdigit():
        return False
    return not _LETTER.match(before) or unit in ("percent", "percentage_point")


class _Marks(NamedTuple):
    """What stands beside a number."""

    prefix: Prefix
    #: Unit or mark behind it.
    unit: Unit | None
    #: The unit that counts, before or behind it.
    meant: Unit | None


def _is_no_share(reading: Reading, unit: Unit) -> bool:
    """Whether what looks like a percentage begins the next word, for nobody counts millions of them: 2.5億 成長."""
    return unit.unit == "percent" and reading.scale >= _MYRIAD


def _is_of_next(place: _Place, unit: Unit, prefix: Prefix) -> bool:
    """Whether a currency behind a number stands before the next one: `RMB 10 USD 20`, `a US$25`, `$10-$20`."""
    if unit.kind != "plain" or not is_money(unit.unit):
        return False
    before = place.char(place.unit_end - len(place.unit) - 1)
    apart = place.unit[-1] in _MONEY_SIGNS or before == "-" or before.isspace()
    if apart and place.char(place.unit_end).isdigit():
        return True
    if prefix.unit is None or not is_money(prefix.unit.unit) or not unit.stated or unit.unit == prefix.unit.unit:
        return False
    # A bare sign is many currencies': `$1 trillion HKD`, but `$300 million RMB 2.1 billion`.
    return prefix.unit.stated or place.behind(place.unit_end).lstrip()[:1].isdigit()


def _meant(prefix: Prefix, unit: Unit | None) -> Unit | None:
    """The unit that counts where there may be one on either side: `RMB 10 million users`, `新台幣4萬元`."""
    if unit is None or unit.kind == "mark":
        return prefix.unit
    vague = unit.unit == "count" or (is_money(unit.unit) and not unit.stated)
    return prefix.unit if vague and prefix.unit is not None else unit


def _kind(marks: _Marks, reading: Reading, place: _Place, start: int, end: int) -> Kind:
    """What a number is: most are numbers, the rest is told by marks beside them or by their digits."""
    prefix, unit, meant = marks
    if meant is None:
        if reading.kind:
            return cast(Kind, reading.kind)
        if reading.scale > 1 and place.char(end - 1) >= _IDEOGRAPH:
            # GMV3850亿: no name has such a scale.
            return "number"
        if prefix.mark is not None and _is_marked(reading, prefix.mark):
            return cast(Kind, prefix.mark)
        before = place.char(start - 1)
        if _LETTER.match(before) or (before == "-" and _LETTER.match(place.char(start - 2)) and not place.linked):
            return "name"
    if (
        prefix.mark == "ordinal"
        and meant is unit
        and meant is not None
        and meant.unit == "count"
        and reading.scale == 1
    ):
        return "ordinal"
    if meant is not None or reading.scale > 1:
        return "number"
    if unit is not None:
        # "+2.7 q/q", "52.35 周息率": no day and no quarter has a sign and decimals, nor hundredths.
        signed = unit.unit in _DATING and reading.resolution < (_ONE if prefix.sign else _TENTH)
        return cast(Kind, "number" if signed else unit.unit)
    after = place.char(end)
    if _LETTER.match(after):
        return "name"
    if after and after in _LISTED and place.char(start - 1) in ("", "\n") and not place.char(end + 1).isdigit():
        # "Your target price?" "70. It was 88 before."
        return "ordinal" if reading.resolution == 1 and reading.low <= _LONGEST_COUNT else "number"
    bare = reading.resolution == 1 and not reading.spelled and end - start == 4 and not prefix.bound and not prefix.sign
    return "year" if bare and int(reading.low) in _YEARS else "number"


def _is_marked(reading: Reading, mark: str) -> bool:
    """Whether a word before a number makes it something else: `section 4`, not `users number 960,000`."""
    if mark == "ordinal":
        return reading.scale == 1 and reading.low < _LARGE
    return mark not in _DATING or _dates(reading, mark)


def _dates(reading: Reading, mark: str) -> bool:
    """Whether a number can be a day or a year: in `im Quartal 143 Millionen` and `Ende Juni 25.610` it is none.

    Nor is it a year in `in diesem Jahr 40 bis 50 Millionen`, where a day's number would do.
    """
    whole = reading.scale == 1 and not reading.fraction and reading.resolution == 1
    short = mark == "date" and reading.low < _SHORT_YEARS
    return whole and (short or (reading.low < _YEARS.stop and int(reading.low) in _YEARS))


def _percent(value: Decimal) -> Decimal:
    """A part of a whole in percent, to two decimals unless it is too small for them."""
    percent = value * _HUNDRED
    if not _CENT <= percent < Decimal("1e20"):
        return percent
    rounded = percent.quantize(_CENT)
    whole = rounded.to_integral_value()
    return whole if rounded == whole else rounded


def _decade(value: Decimal, reading: Reading, unit: Unit | None, part: str) -> tuple[Decimal, Decimal]:
    """The lower, middle or upper part of the ten that begins at `value`: `1割台半ば`, `30%台前半`."""
    low, high = {"low": (1, 3), "middle": (4, 6), "high": (7, 9)}[part]
    # The ten begins at the last digit that is no zero: 30 % and 4600 億 go on to 40 and 4700, one 割 to two.
    mantissa = (reading.low / reading.scale).normalize()
    step = _ONE.scaleb(int(mantissa.as_tuple().exponent) - 1) * reading.scale * (_ONE if unit is None else unit.factor)
    return value + low * step, value + high * step


def _stamped(match: re.Match[str]) -> tuple[Found, ...]:
    """A date, time or code made of digits and marks; none where ordinary words have matched."""
    stamp = match["stamp"]
    if stamp is None:
        return ()
    kind: Kind = "date"
    if ":" in stamp:
        kind = "time"
    elif stamp[-1].isalpha() or (stamp.count("-") > 1 and len(stamp) > len("2025-03-26")):
        kind = "code"
    start, end = match.span("stamp")
    digits = re.match("[0-9]{1,24}", stamp)
    quantity = Quantity(
        start=start, end=end, number_start=start, number_end=end, value=Decimal(digits[0]) if digits else _ZERO,
        unit=None, noun="", bound="exact", resolution=_ONE, sign="", scaled=False, currency_stated=False, spelled=False,
        kind=kind,
    )  # fmt: skip
    return (Found(quantity, _ONE, _ONE),)
