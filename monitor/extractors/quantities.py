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
from monitor.extractors.normal import normalise
from monitor.extractors.numerals import Numerals, Reading
from monitor.extractors.words import LETTERS, alternation, squeezed

Bound = Literal["exact", "at_least", "at_most", "about", "range"]
Kind = Literal["number", "year", "date", "time", "ordinal", "name", "code"]
Number = Decimal | tuple[Decimal, Decimal]

_ONE = Decimal(1)
_TEN = Decimal(10)
_HUNDRED = Decimal(100)
_CENT = Decimal("0.01")
_BLANK = " {0,3}+"
#: A line may end between a number and its unit.
_BREAK = " {0,3}+(?:\n {0,3}+)?+"
#: Between two numbers that belong together stands no more than this: the longest link with its blanks.
_LONGEST_LINK = 24
#: A verb's object comes within so many characters.
_REACH = 60
_REMEMBERED = 20_000
#: What ends the clause of a verb whose object is looked for.
_CLAUSE_END = re.compile("[.;:!?。;:!?\n]")
_LETTER = re.compile(f"[{LETTERS}]")
_STAMPS = (
    r"(?P<stamp>(?<![0-9])(?:"
    r"(?:19|20)[0-9]{2}([-/.])[01]?[0-9]\2[0-3]?[0-9](?![0-9])"
    r"|[0-3]?[0-9]([./])[01]?[0-9]\3(?:19|20)?[0-9]{2}(?![0-9.,])"
    r"|[0-2]?[0-9]:[0-5][0-9](?::[0-5][0-9])?(?![0-9:])"
    r"|[0-9]{1,6}\.(?:hk|sh|sz|ss|us|tw)(?![a-z])"
    r"|[0-9]+(?:-[0-9]+){2,}"
    r"))"
)


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

    #: `plain`, `discount`, `part` of a currency, or `mark`.
    kind: str
    #: The unit, the currency, or the kind of number.
    unit: str
    factor: Decimal = _ONE
    stated: bool = True
    #: Spelling that is asked for, where capitals matter.
    exact: str | None = None


class _Prefix(NamedTuple):
    """What stands before a number, offsets counted back from the number."""

    #: Where sign, currency, unit and mark begin, and where the bound does; 0 without one.
    reach: int = 0
    bound_reach: int = 0
    bound: str | None = None
    sign: str = ""
    unit: _Unit | None = None
    mark: str | None = None
    #: `between` or `departure`.
    opening: str | None = None
    #: An article stands between the bound and the number: only parts and multiples keep the bound.
    definite: bool = False


_NOTHING = _Prefix()


class _Found(NamedTuple):
    """A quantity with what only its neighbours ask for."""

    quantity: Quantity
    scale: Decimal
    opening: str | None
    part: bool
    bound_after: bool
    #: Counts only beside a neighbour of its kind (`一至两个百分点`): alone it is a part of a word.
    faint: bool = False


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
        self._roles = self._roles_before(pack, shared or {})
        self._fixed = {self._key(word): entry for entry in pack.fixed for word in entry.words if not word.endswith("*")}
        self._stems = {word[:-1]: entry for entry in pack.fixed for word in entry.words if word.endswith("*")}
        self._bounds_after = {self._key(word): bound for bound, words in pack.bounds.after.items() for word in words}
        self._decade = {self._key(word): part for part, words in pack.bounds.decade.items() for word in words}
        self._bounds_of_nouns = {self._key(word): bound for bound, words in pack.bounds.nouns.items() for word in words}
        self._fillers_after = tuple(pack.bounds.fillers_after)
        self._links = self._link_words(pack)
        self._arrivals = tuple(pack.links.arrival)
        self._halves = {*pack.units.halves}
        self._tenths = {*pack.units.tenths}
        self._blank = _BREAK if self._compact else f"(?:{_BREAK}|-)"
        self._main = re.compile(self._forwards(pack))
        self._prefix = re.compile(f"(?:{_BLANK}{self._words(self._roles, backwards=True)}){{1,7}}+")
        self._item = re.compile(self._words(self._roles, backwards=True))
        self._apart = self._apart_words(pack)
        self._seen_prefix: dict[str, _Prefix] = {}

    def _key(self, word: str) -> str:
        return squeezed(word.lower(), compact=self._compact)

    def _words(self, words: Iterable[str], *, backwards: bool = False, open_end: bool = False) -> str:
        return alternation(words, compact=self._compact, backwards=backwards, open_end=open_end)

    # ---- compiling a pack -------------------------------------------------------------------------------------

    def _units_after(self, pack: NumberSections, shared: Mapping[str, str]) -> dict[str, list[_Unit]]:
        table: dict[str, list[_Unit]] = {}

        def put(word: str, unit: _Unit) -> None:
            table.setdefault(word.lower(), []).append(unit)

        for mark, words in pack.marks.after.items():
            for word in words:
                put(word, _Unit("mark", mark))
        for kind, by_value in pack.units.after.items():
            for value, words in by_value.items():
                for word in words:
                    exact = word if word != word.lower() else None
                    if kind == "discount":
                        put(word, _Unit("discount", "percent", as_decimal(value), exact=exact))
                    else:
                        put(word, _Unit("plain", kind, as_decimal(value), exact=exact))
        for part in pack.currencies.parts:
            for word in part.words:
                put(word, _Unit("part", part.of, as_decimal(part.factor), word not in pack.currencies.shared))
        for word, unit in self._money(pack, pack.currencies.after, shared):
            put(word, unit)
        ignored = set(pack.currencies.ignored)
        for locale in pack.currencies.locales:
            for word, code in currency_names(locale).items():
                if word not in ignored and word not in table and len(word) > 1:
                    put(word, _Unit("plain", code))
        for value, letters in pack.scales.codes.items():
            for letter in letters:
                for code in currency_codes():
                    put(letter + code, _Unit("plain", code, as_decimal(value), exact=letter + code))
        return table

    def _money(
        self, pack: NumberSections, by_code: Mapping[str, tuple[str, ...]], shared: Mapping[str, str]
    ) -> Iterable[tuple[str, _Unit]]:
        """Words of money in one place, the pack's first, then the codes as they are."""
        plain = set(pack.currencies.shared)
        said: set[str] = set()
        for code, words in by_code.items():
            for word in words:
                said.add(word)
                yield word, _Unit("plain", shared.get(word, code), stated=word not in plain)
        ignored = set(pack.currencies.ignored)
        for code in currency_codes():
            if code.lower() not in said and code.lower() not in ignored:
                yield code, _Unit("plain", code, exact=code)

    def _roles_before(self, pack: NumberSections, shared: Mapping[str, str]) -> dict[str, dict[str, object]]:
        roles: dict[str, dict[str, object]] = {}

        def put(word: str, role: str, value: object) -> None:
            roles.setdefault(word.lower(), {}).setdefault(role, value)

        for word in pack.numbers.minus:
            put(word, "sign", "-")
        for word in pack.numbers.plus:
            put(word, "sign", "+")
        for word, unit in self._money(pack, pack.currencies.before, shared):
            put(word, "unit", unit)
        for kind, by_value in pack.units.before.items():
            for value, words in by_value.items():
                for word in words:
                    put(word, "unit", _Unit("plain", kind, as_decimal(value)))
        for bound, words in pack.bounds.before.items():
            for word in words:
                put(word, "bound", bound)
        for word in pack.bounds.fillers_before:
            put(word, "filler", True)
        for mark, words in pack.marks.before.items():
            for word in words:
                put(word, "mark", mark)
        for word in pack.bounds.articles:
            put(word, "article", True)
        for word in pack.links.between:
            put(word, "opening", "between")
        for word in pack.links.departure:
            put(word, "opening", "departure")
        return roles

    def _link_words(self, pack: NumberSections) -> dict[str, set[str]]:
        links: dict[str, set[str]] = {}
        for kind, words in (
            ("range", pack.links.range),
            ("either", pack.links.either),
            ("series", pack.links.series),
            ("versus", pack.links.versus),
            ("parts", pack.links.parts),
        ):
            for word in words:
                links.setdefault(self._key(word), set()).add(kind)
        return links

    def _forwards(self, pack: NumberSections) -> str:
        units = self._words(self._after)
        multiples = pack.units.after.get("times", {})
        run = self._numerals.pattern(units if self._compact else self._words(w for ws in multiples.values() for w in ws))
        bounds = f"(?>{self._words([*self._bounds_after, *self._decade])})"
        fillers = f"(?:{self._words(self._fillers_after)}{_BLANK}){{0,3}}" if self._fillers_after else ""
        # A bound right before another number is that one's: `A 300 million, about 5 % more`, `2700万+5300万`.
        free = "(?![0-9])" if self._compact else f"(?!{_BLANK}[0-9$€£])"
        bound = f"(?P<bound>{_BLANK}{fillers}{bounds}{free})?"
        more = ""
        if self._tenths:
            ones = [word for value, words in pack.numbers.words.items() if 0 < value < 10 for word in words]
            after = "|".join(re.escape(unit) for unit in pack.units.tenths)
            halves = self._words(pack.units.halves) if self._halves else "(?!)"
            more = f"(?:(?<={after})(?P<more>{_BLANK}(?:{halves}|[1-9]|{self._words(ones)})(?!{_BLANK}(?:{units}|[0-9.])))))?"
        skip = f"|{self._edge(pack.marks.words)}" if pack.marks.words else ""
        fixed = f"(?P<fixed>{self._edge([w for e in pack.fixed for w in e.words])})|" if pack.fixed else "(?P<fixed>(?!))|"
        more = more.replace(")))))?", "))))?") if more else "(?P<more>(?!))?"
        return f"{_STAMPS}{skip}|(?:{fixed}(?P<run>{run}))(?:{self._blank}(?P<unit>{units}))?{more}{bound}"

    def _edge(self, words: Iterable[str]) -> str:
        """Words that do not begin inside a word of letters."""
        return f"(?<![{LETTERS}]){self._words(word.lower() for word in words)}"

    def _apart_words(self, pack: NumberSections) -> list[tuple[str, re.Pattern[str]]]:
        return [(bound, re.compile(self._edge(words))) for bound, words in pack.bounds.apart.items()]

    # ---- reading ----------------------------------------------------------------------------------------------

    def read(self, text: str) -> list[Quantity]:
        """All numbers in `text`, which is normalised, in reading order; never raises."""
        low = _lower(text)
        backwards = low[::-1]
        found: list[_Found] = []
        end = 0
        for match in self._main.finditer(low):
            for one in self._quantities(match, text, low, backwards, end):
                found.append(one)
                end = one.quantity.end
        found = self._join(found, low)
        return self._reach_apart([one.quantity for one in found if not one.faint or one.quantity.inherited], low)

    def _quantities(
        self, match: re.Match[str], text: str, low: str, backwards: str, floor: int
    ) -> Iterable[_Found]:
        stamp = match["stamp"]
        if stamp is not None:
            yield _Found(_stamped(match, stamp), _ONE, None, False, False)
            return
        if match["fixed"] is not None:
            yield self._fixed_quantity(match, text, low, backwards, floor)
            return
        run = match["run"]
        if run is None:
            return
        begin = match.start("run")
        pieces = self._numerals.read(run)
        for piece in pieces:
            last = begin + piece.end == match.end("run")
            found = self._one(match if last else None, piece.reading, begin + piece.start, begin + piece.end, text, low, backwards, floor)
            if found is not None:
                yield found
                floor = found.quantity.end

    def _unit_of(self, match: re.Match[str] | None, text: str) -> tuple[_Unit | None, str, int]:
        """The unit behind a number, its word and its end."""
        if match is None or match["unit"] is None:
            return None, "", 0
        start, end = match.span("unit")
        word = text[start:end]
        torn = "\n" in text[match.end("run") : start]
        entries = self._after.get(word.lower())
        if entries is None:
            key = self._key(word)
            entries = self._after.get(key) or self._squeezed_after().get(key, [])
        for entry in entries:
            if entry.exact is None or entry.exact == word:
                # A new line may begin with a word that counts or dates something elsewhere.
                return (None, "", 0) if torn and (entry.kind == "mark" or entry.unit == "count") else (entry, word, end)
        return None, "", 0

    def _squeezed_after(self) -> dict[str, list[_Unit]]:
        table = getattr(self, "_after_keys", None)
        if table is None:
            table = self._after_keys = {self._key(word): units for word, units in self._after.items()}
        return table

    def _before(self, backwards: str, low: str, at: int, floor: int) -> _Prefix:
        begin = len(low) - at
        match = self._prefix.match(backwards, begin, len(low) - floor)
        if match is None:
            return _NOTHING
        words = match[0]
        glued = match.end() == len(low) - floor and floor > 0
        key = words + "|" if glued else words
        prefix = self._seen_prefix.get(key)
        if prefix is None:
            if len(self._seen_prefix) > _REMEMBERED:
                self._seen_prefix.clear()
            prefix = self._seen_prefix[key] = self._read_prefix(words, glued)
        return prefix

    def _read_prefix(self, words: str, glued: bool) -> _Prefix:
        """Understand the words before a number, the nearest first; `words` is reversed text."""
        reach = bound_reach = 0
        bound: str | None = None
        sign = ""
        unit: _Unit | None = None
        mark = opening = None
        definite = False
        for item in self._item.finditer(words):
            word = item[0][::-1]
            first = item.end() == len(item[0]) + item.start() and item.start() <= len(words) - len(words.lstrip())
            roles = self._roles.get(word) or self._role_keys().get(self._key(word), {})
            touches = glued and item.end() == len(words)
            if touches and len(word) == 1 and self._key(word) in self._links:
                break
            if "sign" in roles and not sign and bound is None and mark is None:
                sign, reach = str(roles["sign"]), item.end()
            elif "unit" in roles and unit is None and mark is None:
                entry = roles["unit"]
                assert isinstance(entry, _Unit)
                unit, reach = entry, item.end()
            elif "mark" in roles and first:
                mark, reach = str(roles["mark"]), item.end()
                if roles.get("bound") not in (None, "none", "exact"):
                    bound, bound_reach = str(roles["bound"]), item.end()
                break
            elif "bound" in roles and bound is None:
                bound = str(roles["bound"])
                if bound == "none":
                    bound = None
                    break
                if bound == "exact":
                    break
                bound_reach = item.end()
            elif "opening" in roles and bound is None:
                opening = str(roles["opening"])
                break
            elif "article" in roles and bound is None:
                definite = True
            elif "filler" not in roles:
                break
        return _Prefix(reach, bound_reach, bound, sign, unit, mark, opening, definite and bound is not None)

    def _role_keys(self) -> dict[str, dict[str, object]]:
        table = getattr(self, "_roles_by_key", None)
        if table is None:
            table = self._roles_by_key = {self._key(word): roles for word, roles in self._roles.items()}
        return table

    def _one(
        self, match: re.Match[str] | None, reading: Reading, start: int, end: int, text: str, low: str, backwards: str, floor: int
    ) -> _Found | None:
        prefix = self._before(backwards, low, start, floor)
        unit, noun, unit_end = self._unit_of(match, text)
        if prefix.definite and not reading.fraction and not (unit is not None and unit.unit == "times"):
            prefix = prefix._replace(bound=None, bound_reach=0)
        number_end = end
        if unit is not None:
            end = unit_end
        before = prefix.unit
        if before is not None and before.exact is not None:
            word_start = start - prefix.reach
            if before.exact not in text[word_start:start]:
                before = None
        rival = unit is not None and before is not None and _is_money(unit.unit) and _is_money(before.unit)
        if rival and unit is not None and before is not None and unit.unit != before.unit:
            # `RMB 10 USD 20`: the second code is the next number's.
            unit, noun, end, match = None, "", number_end, None
        money = None
        if unit is None or unit.kind == "mark" or unit.unit == "count":
            money = before
        kind = self._kind(prefix, unit, reading, low, start, number_end, money)
        if money is not None and unit is not None and unit.kind == "mark" and kind == "number":
            unit, noun, end = None, "", number_end
        if reading.weak and not prefix.bound and not self._made_by_unit(reading, unit, money):
            return None
        if reading.weak and prefix.bound and reading.scale == 1 and not reading.fraction and unit is None and money is None:
            return None
        faint = self._is_faint(reading, unit, money, prefix)
        value, high, resolution, name, stated = self._value(reading, unit if unit is not None and unit.kind != "mark" else money)
        if match is not None and match["more"] is not None and unit is not None:
            extra = self._more(match["more"]) * unit.factor
            value += extra
            end = match.end("more")
        bound: str = reading.bound or self._bounds_of_nouns.get(self._key(noun), "exact")
        bound_after = False
        if prefix.bound is not None:
            bound = prefix.bound
        if match is not None and match["bound"] is not None and (bound == "exact" or reading.bound):
            word = self._key(self._strip(match["bound"]))
            if word in self._decade:
                width = _TEN * (unit.factor if unit else _ONE) / (_TEN if unit and unit.factor == _TEN else _ONE)
                value, high = _decade(value, width, self._decade[word])
                end = match.end("bound")
            else:
                said = self._bounds_after.get(word, "none")
                if said != "none":
                    bound, bound_after = said, True
                    end = match.end("bound")
        sign = prefix.sign
        begin = start - prefix.reach
        if sign == "-" and not self._is_minus(low, start, prefix.reach, name):
            sign, begin = "", start
        if not sign and begin == start and low[start - 1 : start] == "(" and low[end : end + 1] == ")":
            sign = "("
        if sign == "-":
            value, high = -value, None if high is None else -high
        begin = min(begin, start - prefix.bound_reach)
        number: Number = value
        if high is not None:
            number, bound = (min(value, high), max(value, high)), "range"
        if kind != "number":
            begin, bound = start, "exact"
        quantity = Quantity(
            start=begin, end=end, number_start=start, number_end=number_end, value=number, unit=name if kind == "number" else None,
            noun=noun, bound=bound, resolution=resolution, sign=sign, scaled=reading.scale > 1,  # type: ignore[arg-type]
            currency_stated=stated, spelled=reading.spelled, kind=kind,
        )
        part = unit is not None and unit.kind == "part"
        return _Found(quantity, reading.scale, prefix.opening, part, bound_after, faint)

    @staticmethod
    def _made_by_unit(reading: Reading, unit: _Unit | None, money: _Unit | None) -> bool:
        """Whether an article, a place or a fraction without a number counts thanks to its unit (`a minute`, `千円`)."""
        if money is not None:
            return True
        return unit is not None and unit.kind != "mark" and reading.scale == 1

    def _is_faint(self, reading: Reading, unit: _Unit | None, money: _Unit | None, prefix: _Prefix) -> bool:
        """Whether a numeral in words may as well be a part of another word."""
        if not self._compact or not reading.spelled or reading.scale > 1 or reading.fraction or money is not None:
            return False
        if unit is None:
            return reading.single or (reading.low < 100 and not prefix.bound)
        return reading.single and unit.unit == "count" and reading.low == 1

    def _strip(self, word: str) -> str:
        """A bound behind a number without the fillers before it."""
        word = word.strip()
        while self._key(word) not in self._bounds_after and self._key(word) not in self._decade:
            filler = max((f for f in self._fillers_after if word.startswith(f)), key=len, default="")
            if not filler:
                break
            word = word[len(filler) :].strip()
        return word

    def _more(self, text: str) -> Decimal:
        word = text.strip()
        if word in self._halves:
            return Decimal("0.5")
        if word.isascii():
            return Decimal(word) / _TEN
        pieces = self._numerals.read(word)
        return pieces[0].reading.low / _TEN if pieces else Decimal(0)

    def _value(self, reading: Reading, unit: _Unit | None) -> tuple[Decimal, Decimal | None, Decimal, str | None, bool]:
        """Value, upper end, resolution, unit and whether a currency is beyond doubt."""
        low, high, resolution = reading.low, reading.high, reading.resolution
        if reading.fraction and (unit is None or unit.unit in ("percent", "count")):
            return _percent(low), None if high is None else _percent(high), _CENT, "percent", False
        if unit is None:
            return low, high, resolution, None, False
        if unit.kind == "discount":
            factor = unit.factor
            if abs(factor) == _TEN and low >= _TEN and low != _TEN:
                factor /= _TEN
            left = [None if n is None else n * factor if factor > 0 else _HUNDRED + n * factor for n in (low, high)]
            assert left[0] is not None
            return left[0], left[1], resolution * abs(factor), "percent", False
        factor = unit.factor
        if factor != _ONE:
            low, resolution = low * factor, resolution * factor
            high = None if high is None else high * factor
        return low, high, resolution, unit.unit, unit.stated and len(unit.unit) == 3 and unit.unit.isupper()

    def _is_minus(self, low: str, start: int, reach: int, unit: str | None) -> bool:
        at = start - reach
        if at == 0 or low[at : at + 1].isalpha():
            return True
        before = low[at - 1]
        if before.isdigit():
            return False
        return not _LETTER.match(before) or unit in ("percent", "percentage_point")

    def _kind(
        self, prefix: _Prefix, unit: _Unit | None, reading: Reading, low: str, start: int, end: int, money: _Unit | None
    ) -> Kind:
        if reading.kind and money is None and (unit is None or unit.kind == "mark"):
            return reading.kind  # type: ignore[return-value]
        real = unit is not None and unit.kind != "mark"
        if money is None and not real and start and _LETTER.match(low[start - 1]) and not prefix.mark:
            return "name"
        if prefix.mark is not None and not real:
            return prefix.mark  # type: ignore[return-value]
        if money is not None or real or reading.scale > 1:
            return "number"
        if unit is not None:
            return unit.unit  # type: ignore[return-value]
        if low[end : end + 1] and _LETTER.match(low[end]):
            return "name"
        year = reading.resolution == 1 and not reading.spelled and end - start == 4 and 1949 < reading.low < 2050
        return "year" if year and not prefix.bound and not prefix.sign else "number"

    def _fixed_quantity(self, match: re.Match[str], text: str, low: str, backwards: str, floor: int) -> _Found:
        start, end = match.span("fixed")
        word = self._key(match["fixed"])
        entry = self._fixed.get(word) or next(e for stem, e in self._stems.items() if word.startswith(stem))
        prefix = self._before(backwards, low, start, floor)
        bound: str = entry.bound
        begin = start
        if prefix.bound is not None:
            bound, begin = prefix.bound, start - prefix.bound_reach
        number_end = end
        if match["bound"] is not None:
            said = self._bounds_after.get(self._key(self._strip(match["bound"])), "none")
            if said != "none":
                bound, end = said, match.end("bound")
        value: Number = as_decimal(entry.value)
        if entry.high is not None:
            value, bound = (as_decimal(entry.value), as_decimal(entry.high)), "range"
        quantity = Quantity(
            start=begin, end=end, number_start=start, number_end=number_end, value=value, unit=entry.unit, noun=text[start:number_end],
            bound=bound, resolution=_ONE, sign="", scaled=False, currency_stated=False, spelled=True,  # type: ignore[arg-type]
        )
        return _Found(quantity, _ONE, None, False, False)

    # ---- neighbours -------------------------------------------------------------------------------------------

    def _join(self, found: list[_Found], low: str) -> list[_Found]:
        """Merge parts and ranges, and let numbers take scale and unit from the next; from the last to the first."""
        done: list[_Found] = []
        for one in reversed(found):
            if not done:
                done.append(one)
                continue
            after = done[-1]
            first, second = one.quantity, after.quantity
            gap = second.start - first.end
            if gap < 0 or gap > _LONGEST_LINK or first.kind != "number" or second.kind != "number":
                done.append(one)
                continue
            words = low[first.end : second.start]
            links = self._links.get(self._key(words)) if words else {"parts"}
            joined = self._pair(one, after, links or set(), words, low)
            if joined is None:
                done.append(one)
                continue
            done[-1:] = joined
        done.reverse()
        return done

    def _pair(self, one: _Found, after: _Found, links: set[str], words: str, low: str) -> list[_Found] | None:
        """What becomes of two neighbours, last first; None where they have nothing to do with each other."""
        first, second = one.quantity, after.quantity
        if not isinstance(first.value, Decimal):
            return None
        if "parts" in links and isinstance(second.value, Decimal) and self._is_part(one, after):
            value = first.value + second.value
            merged = replace(first, end=second.end, number_end=second.number_end, value=value, resolution=second.resolution)
            return [one._replace(quantity=merged)]
        if words.strip() == "(" and second.bound == "exact" and first.unit and second.unit and first.unit != second.unit and _is_money(first.unit) and _is_money(second.unit):
            if first.bound in ("at_least", "at_most") or (first.bound == "about" and one.bound_after):
                return [after._replace(quantity=replace(second, bound=first.bound)), one]
            return None
        if not links:
            return None
        shared = self._share(one, after)
        between = one.opening == "between"
        ranging = "range" in links or (between and "series" in links) or ("either" in links and self._is_near(first, second))
        if isinstance(second.value, Decimal) and ranging and one.opening != "departure":
            if not any(low.startswith(word, self._skip(low, second.end)) for word in self._arrivals) or "から" not in words:
                ranged = self._range(shared or one, after)
                if ranged is not None:
                    return [ranged]
        if shared is None:
            return None
        if words.strip() == "," and not second.inherited and one.opening is None:
            return None
        return [after, shared]

    @staticmethod
    def _is_near(first: Quantity, second: Quantity) -> bool:
        """`one or two points`, but not `$10 or $92`."""
        assert isinstance(first.value, Decimal)
        assert isinstance(second.value, Decimal)
        return first.value < second.value <= 2 * first.value

    @staticmethod
    def _skip(low: str, at: int) -> int:
        return at + 1 if low[at : at + 1] == " " else at

    def _is_part(self, one: _Found, after: _Found) -> bool:
        first, second = one.quantity, after.quantity
        if after.part:
            return first.unit == second.unit and not one.part and abs(second.value) < abs(first.value) + 1  # type: ignore[arg-type,operator]
        return first.unit == second.unit == "minutes" and second.start == second.number_start and second.value < first.resolution  # type: ignore[operator]

    def _share(self, one: _Found, after: _Found) -> _Found | None:
        """The first with the scale and unit of the second, where it has none of its own."""
        first, second = one.quantity, after.quantity
        if first.unit is not None or (second.unit is None and not second.scaled):
            if first.unit is None or first.scaled or not second.scaled or second.unit not in (None, first.unit) or not _is_money(first.unit):
                return None
        assert isinstance(first.value, Decimal)
        factor = _ONE
        top = second.value if isinstance(second.value, Decimal) else second.value[1]
        if not first.scaled and second.scaled:
            factor = after.scale
            if first.value >= after.scale:
                factor = _ONE
        unit = first.unit or second.unit
        multiplier = _ONE
        if first.unit is None and second.noun and unit is not None:
            entries = self._after.get(second.noun.lower()) or self._squeezed_after().get(self._key(second.noun), [])
            entry = next((e for e in entries if e.unit == unit), None)
            if entry is not None and entry.kind == "plain":
                multiplier = entry.factor
            elif entry is not None and entry.kind == "discount":
                multiplier = abs(entry.factor)
        del top
        factor *= multiplier
        quantity = replace(
            first, value=first.value * factor, unit=unit, noun=first.noun or second.noun, resolution=first.resolution * factor,
            scaled=first.scaled or second.scaled, currency_stated=first.currency_stated or second.currency_stated, inherited=True,
        )
        return one._replace(quantity=quantity, scale=after.scale if second.scaled and not first.scaled else one.scale)

    def _range(self, one: _Found, after: _Found) -> _Found | None:
        first, second = one.quantity, after.quantity
        assert isinstance(first.value, Decimal)
        assert isinstance(second.value, Decimal)
        value, low = second.value, first.value
        unit = first.unit or second.unit
        if first.unit != second.unit and not (second.unit is None and first.unit is not None and not first.noun):
            return None
        scaled = second.scaled
        if first.scaled and not second.scaled and first.unit is not None and second.unit is None:
            value, scaled = value * one.scale, True
        if low >= value:
            return None
        quantity = replace(
            first, end=second.end, number_end=second.number_end, value=(low, value), unit=unit, noun=second.noun or first.noun, bound="range",
            resolution=min(first.resolution, second.resolution), scaled=scaled or first.scaled, inherited=False,
        )
        return after._replace(quantity=quantity, opening=one.opening)

    def _reach_apart(self, quantities: list[Quantity], low: str) -> list[Quantity]:
        """Give the bound of a verb to the next number of its clause."""
        if not quantities:
            return quantities
        for bound, pattern in self._apart:
            at = 0
            for match in pattern.finditer(low):
                while at < len(quantities) and quantities[at].start < match.end():
                    at += 1
                if at == len(quantities):
                    break
                if at and quantities[at - 1].end > match.start():
                    # The verb has its object already.
                    continue
                quantity = quantities[at]
                near = quantity.start - match.end() <= _REACH
                if near and quantity.kind == "number" and quantity.bound == "exact" and not _CLAUSE_END.search(low, match.end(), quantity.start):
                    quantities[at] = replace(quantity, bound=bound)  # type: ignore[arg-type]
        return quantities


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


def _percent(value: Decimal) -> Decimal:
    """A part of a whole in percent, to two decimals."""
    percent = value * _HUNDRED
    return percent.quantize(_CENT).normalize() if percent >= _CENT else percent


def _is_money(unit: str) -> bool:
    return len(unit) == 3 and unit.isupper()


def _decade(value: Decimal, width: Decimal, part: str) -> tuple[Decimal, Decimal]:
    low, high = {"low": (1, 3), "middle": (4, 6), "high": (7, 9)}[part]
    tenth = width / _TEN
    return value + low * tenth, value + high * tenth


def _stamped(match: re.Match[str], stamp: str) -> Quantity:
    kind: Kind = "time" if ":" in stamp else "code" if stamp[-1].isalpha() or stamp.count("-") > 1 and len(stamp) > 10 else "date"
    start, end = match.span("stamp")
    return Quantity(
        start=start, end=end, number_start=start, number_end=end, value=Decimal(re.sub("[^0-9].*", "", stamp)), unit=None, noun="",
        bound="exact", resolution=_ONE, sign="", scaled=False, currency_stated=False, spelled=False, kind=kind,
    )
