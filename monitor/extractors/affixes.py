"""What stands before and behind a number: signs, currencies, units, bounds, and marks that make it something else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import chain
from typing import NamedTuple

from monitor.declarations.numbers import NumberSections, as_decimal, currency_codes, currency_names
from monitor.extractors.words import BLANK, BREAK, LETTERS, alternation, endings, squeezed

_ONE = Decimal(1)
#: So many words before a number are looked at.
_MOST_BEFORE = 7
_REMEMBERED = 20_000
#: Marks that end a clause.
_STOPS = ",.;:!?、。\n"


class Unit(NamedTuple):
    """What a word beside a number means."""

    #: `plain`, `discount`, `part` of a currency, or `mark`.
    kind: str
    #: The unit, the currency, or for a mark the kind of number.
    unit: str
    factor: Decimal = _ONE
    #: False for a currency's word that other currencies share.
    stated: bool = True
    #: Spelling that is asked for, where capitals matter.
    exact: str | None = None


class Prefix(NamedTuple):
    """What stands before a number, offsets counted back from the number."""

    #: Where sign, currency, unit and mark begin, and where the bound does; 0 without one.
    reach: int = 0
    bound_reach: int = 0
    bound: str | None = None
    sign: str = ""
    unit: Unit | None = None
    mark: str | None = None
    #: `between`, `departure` or `step`.
    opening: str | None = None
    #: A definite article stands between the bound and the number.
    definite: bool = False

    def unbound(self) -> Prefix:
        """The same without its bound."""
        return self._replace(bound=None, bound_reach=0)


class _Roles(NamedTuple):
    """What a word before a number can be."""

    sign: str | None = None
    units: tuple[Unit, ...] = ()
    mark: str | None = None
    bound: str | None = None
    opening: str | None = None
    article: bool = False
    filler: bool = False


NOTHING = Prefix()
_NO_ROLE = _Roles()


class Affixes:
    """Words beside the numbers of one language: their patterns and their meaning."""

    def __init__(self, pack: NumberSections, shared: Mapping[str, str]) -> None:
        self.compact = pack.numbers.compact
        self._money_words = pack.currencies
        self._shared = shared
        self._units: dict[str, tuple[Unit, ...]] = {}
        after = self._read_units(pack)
        #: Any unit or mark behind a number.
        self.unit_pattern = self._words(after)
        letters = [letter for group in pack.scales.codes.values() for letter in group]
        if letters:
            # Codes with a scale before them, written so that the codes are spelled out once: `MUSD`.
            scaled = f"{alternation(map(str.lower, letters), open_end=True)}{self._words(currency_codes())}"
            self.unit_pattern = f"(?:{scaled}|{self.unit_pattern})"
        #: A character that a unit can begin with.
        self.unit_start = f"[{re.escape(''.join(sorted({word[0] for word in after})))}]"
        #: What may stand between a number and its unit.
        self.gap_pattern = BREAK if self.compact else f"(?:{BREAK}|-)"
        self._bounds = {self.key(w): b for b, words in pack.bounds.after.items() for w in words}
        self._decades = {self.key(w): part for part, words in pack.bounds.decade.items() for w in words}
        self._nouns = {self.key(w): b for b, words in pack.bounds.nouns.items() for w in words}
        self._attributed = endings(pack.bounds.attributed, compact=self.compact)
        self._comparing = tuple(self.key(w) for w in pack.bounds.comparing)
        measured = alternation(pack.bounds.measured, compact=self.compact) if pack.bounds.measured else "(?!)"
        #: A word of comparison, with what makes it another word (`同比`), and nothing behind it that is counted or ends
        #: a clause.
        self._measured = re.compile(f".?{measured}[^0-9{re.escape(_STOPS)}]*$")
        self._unmeasured = tuple(pack.bounds.unmeasured)
        self._more = tuple(self.key(w) for w in pack.bounds.more)
        self._fillers = tuple(sorted(pack.bounds.fillers_after, key=len, reverse=True))
        self.bound_pattern = self._read_bounds(pack)
        self._roles: dict[str, _Roles] = {}
        before = self._read_roles(pack)
        # "closed atHK$72.5": where a blank is lost, the sign alone would be another currency's.
        signs = [re.escape(word.lower()[::-1]) for word in before if re.fullmatch(r"[A-Za-z]{2,3}\$", word)]
        self._item = re.compile(f"{BLANK}({'|'.join([*signs, self._words(before, backwards=True)])})")
        self._links = {self.key(word) for word in pack.links.range}
        self._seen_prefixes: dict[str, Prefix] = {}

    def key(self, word: str) -> str:
        """The form under which a word is looked up."""
        return squeezed(word.lower(), compact=self.compact)

    def _words(self, words: Iterable[str], *, backwards: bool = False) -> str:
        return alternation((word.lower() for word in words), compact=self.compact, backwards=backwards)

    # Behind the number.

    def _read_units(self, pack: NumberSections) -> list[str]:
        """Fill the table of units; the words as written."""
        written: dict[str, None] = {}

        def put(word: str, unit: Unit) -> None:
            written[word] = None
            key = self.key(word)
            self._units[key] = (*self._units.get(key, ()), unit)

        for mark, words in pack.marks.after.items():
            for word in words:
                put(word, Unit("mark", mark))
        for kind, by_value in pack.units.after.items():
            for value, words in by_value.items():
                for word in words:
                    exact = word if word != word.lower() else None
                    if kind == "discount":
                        put(word, Unit("discount", "percent", as_decimal(value), exact=exact))
                    else:
                        put(word, Unit("plain", kind, as_decimal(value), exact=exact))
        for part in pack.currencies.parts:
            for word in part.words:
                put(word, Unit("part", part.of, as_decimal(part.factor), word not in pack.currencies.shared))
        for word, unit in self._money(pack.currencies.after):
            put(word, unit)
        for word, code in self._names(pack):
            if self.key(word) not in self._units:
                put(word, Unit("plain", code))
        for value, letters in pack.scales.codes.items():
            for letter in letters:
                for code in currency_codes():
                    unit = Unit("plain", code, as_decimal(value), exact=letter + code)
                    self._units.setdefault(self.key(letter + code), (unit,))
        return list(written)

    def _money(self, by_code: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, Unit]]:
        """Words of money in one place, the pack's first, then the codes as they are."""
        said: set[str] = set()
        for code, words in by_code.items():
            for word in words:
                said.add(word)
                stated = word not in self._money_words.shared
                yield word, Unit("plain", self._shared.get(word, code), stated=stated)
        for code in currency_codes():
            if code.lower() not in said and code.lower() not in self._money_words.ignored:
                yield code, Unit("plain", code, exact=code)

    @staticmethod
    def _names(pack: NumberSections) -> Iterator[tuple[str, str]]:
        """The CLDR's names of currencies, but for those that the pack leaves out and single characters."""
        for locale in pack.currencies.locales:
            for word, code in currency_names(locale).items():
                if word not in pack.currencies.ignored and len(word) > 1:
                    yield word, code

    def _read_bounds(self, pack: NumberSections) -> str:
        tables = (*pack.bounds.after.values(), *pack.bounds.decade.values())
        words = f"(?>{self._words(chain.from_iterable(tables))})"
        fillers = f"(?:{self._words(self._fillers)}{BLANK}){{0,3}}" if self._fillers else ""
        # A bound right before another number is that one's: `300 million, about 5 % more`, `2700万+5300万`.
        free = "(?![0-9])" if self.compact else f"(?!{BLANK}[0-9$€£])"
        return f"{BLANK}{fillers}{words}{free}"

    def unit(self, word: str) -> Unit | None:
        """The unit that a word behind a number says, None where only its capitals could make it one."""
        entries = self._units.get(word.lower()) or self._units.get(self.key(word), ())
        return next((entry for entry in entries if entry.exact is None or entry.exact == word), None)

    def bound_after(self, text: str) -> tuple[str | None, str | None]:
        """The bound, or else the part of a decade, that is said behind a number; fillers before it are passed over."""
        word = self.key(text)
        while word not in self._bounds and word not in self._decades:
            filler = next((f for f in map(self.key, self._fillers) if word.startswith(f)), None)
            if filler is None:
                return None, None
            word = word[len(filler) :].strip()
        bound = self._bounds.get(word)
        return (None if bound in ("none", "exact") else bound), self._decades.get(word)

    def compares(self, before: str, bound: str) -> bool:
        """Whether a bound behind an amount compares with it, for what stands before says what it is of."""
        before, bound = before.lower().rstrip(), self.key(bound)
        if before.endswith(self._attributed) and any(word in bound for word in self._comparing):
            return True
        compared = self._measured.search(before) if bound.startswith(self._more) else None
        return compared is not None and not any(word in compared[0] for word in self._unmeasured)

    def bound_of_noun(self, noun: str) -> str | None:
        """The bound that a unit's word says itself."""
        return self._nouns.get(self.key(noun)) if noun else None

    # Before the number.

    def _read_roles(self, pack: NumberSections) -> list[str]:
        """Fill the table of words before a number; the words as written."""
        written: dict[str, None] = {}

        def put(word: str, role: _Roles) -> None:
            written[word] = None
            key = self.key(word)
            # What is said first stays.
            said = {name: value for name, value in self._roles.get(key, _NO_ROLE)._asdict().items() if value}
            self._roles[key] = role._replace(**said)

        for sign, signs in (("-", pack.numbers.minus), ("+", pack.numbers.plus)):
            for word in signs:
                put(word, _Roles(sign=sign))
        money: dict[str, tuple[Unit, ...]] = {}
        for word, unit in self._money(pack.currencies.before):
            money[word] = (*money.get(word, ()), unit)
        for word, units in money.items():
            put(word, _Roles(units=units))
        for kind, by_value in pack.units.before.items():
            for value, words in by_value.items():
                for word in words:
                    put(word, _Roles(units=(Unit("plain", kind, as_decimal(value)),)))
        for bound, words in pack.bounds.before.items():
            for word in words:
                put(word, _Roles(bound=bound))
        for mark, words in pack.marks.before.items():
            for word in words:
                put(word, _Roles(mark=mark))
        for word in pack.bounds.fillers_before:
            put(word, _Roles(filler=True))
        for word in pack.bounds.articles:
            put(word, _Roles(article=True))
        for opening, openings in (
            ("between", pack.links.between),
            ("departure", pack.links.departure),
            ("step", pack.links.step),
        ):
            for word in openings:
                put(word, _Roles(opening=opening))
        return list(written)

    def reach(self, backwards: str, at: int, floor: int) -> int:
        """How many characters before the number at `at` are words that can belong to it; not beyond `floor`."""
        begin = end = len(backwards) - at
        for _ in range(_MOST_BEFORE):
            match = self._item.match(backwards, end, len(backwards) - floor)
            if match is None:
                break
            end = match.end()
        return end - begin

    def before(self, words: str, *, touches: bool) -> Prefix:
        """Understand the words before a number.

        Args:
            words: the text right before the number, as long as `reach` says.
            touches: it begins where another quantity ends, so that a dash there links the two.
        """
        if not words:
            return NOTHING
        key = f"{words}|" if touches else words
        prefix = self._seen_prefixes.get(key)
        if prefix is None:
            if len(self._seen_prefixes) > _REMEMBERED:
                self._seen_prefixes.clear()
            prefix = self._seen_prefixes[key] = self._read_prefix(words, touches)
        return prefix

    def forget(self) -> None:
        """Drop the prefixes remembered so far."""
        self._seen_prefixes.clear()

    def _read_prefix(self, words: str, touches: bool) -> Prefix:
        """From the nearest word to the farthest, as far as they go together."""
        backwards = words.lower()[::-1]
        prefix = NOTHING
        for item in self._item.finditer(backwards):
            word = self.key(item[1][::-1])
            if touches and item.end() == len(words) and word in self._links:
                break
            roles = self._roles.get(word, _NO_ROLE)
            written = words[len(words) - item.end() : len(words) - item.start(1)]
            nearest = not backwards[: item.start()].strip()
            after = _add(prefix, roles, written, item.end(), nearest)
            if after is None:
                break
            prefix = after
            if prefix.opening in ("between", "departure") or prefix.mark is not None:
                break
        return prefix if prefix.bound is not None or not prefix.definite else prefix._replace(definite=False)


def _add(prefix: Prefix, roles: _Roles, written: str, reach: int, nearest: bool) -> Prefix | None:
    """The prefix with one more word before it, None where the word does not belong to it."""
    if roles.sign and not prefix.sign and prefix.bound is None:
        return prefix._replace(sign=roles.sign, reach=reach)
    unit = next((u for u in roles.units if u.exact is None or u.exact == written), None)
    if unit is not None and prefix.unit is None:
        return prefix._replace(unit=unit, reach=reach)
    limits = roles.bound in ("at_least", "at_most", "about")
    if roles.mark and nearest:
        both = prefix._replace(mark=roles.mark)
        return both._replace(bound=roles.bound, bound_reach=reach) if limits else both
    if prefix.bound is None:
        if limits:
            return prefix._replace(bound=roles.bound, bound_reach=reach)
        if roles.bound:
            return None
        if roles.article and not roles.opening:
            return prefix._replace(definite=True)
    if roles.opening and prefix.opening is None:
        return prefix._replace(opening=roles.opening)
    return prefix if roles.filler else None


def edged(words: Iterable[str], *, compact: bool) -> str:
    """A pattern of words that do not begin inside a word of letters."""
    return f"(?<![{LETTERS}]){alternation((word.lower() for word in words), compact=compact)}"
