"""What a written numeral is worth: digits with their marks, numerals in words, scales, fractions.

`Numerals.pattern` finds a run of numeral words and digits; `Numerals.read` cuts it into numerals and says what each is
worth. Readings are remembered by their text, since the same few thousand numerals make up most of what is printed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Context, Decimal
from typing import NamedTuple

from monitor.declarations.numbers import NumberSections, as_decimal
from monitor.extractors.words import LETTERS, alternation, squeezed

_ZERO = Decimal(0)
_ONE = Decimal(1)
_TEN = Decimal(10)
_HALF = Decimal("0.5")
_HUNDRED = Decimal(100)
#: Greater than any place or scale.
_ENDLESS = Decimal("1e99")
#: Longer runs of digits are identifiers, not numbers.
_LONGEST = 24
#: Exact for all that is read (24 digits and their decimals), and silent about anything longer.
_EXACT = Context(prec=60, traps=[])
#: Scales no longer than this are abbreviations (`bn`), longer ones are words.
_LONGEST_ABBREVIATION = 3
#: How many readings are remembered before they are forgotten all at once.
_REMEMBERED = 20_000
_BLANK = " {0,3}+"
#: A line may end between a number and its scale.
_BREAK = " {0,3}+(?:\n {0,3}+)?+"


class Reading(NamedTuple):
    """What a numeral says."""

    low: Decimal
    #: The upper end where the numeral is a range by itself (`七八成`), else None.
    high: Decimal | None
    #: Place of the last written digit, scale included.
    resolution: Decimal
    #: The scale (the product of adjoining ones), 1 without one.
    scale: Decimal
    #: A part of a whole (`two-thirds`), not yet in percent.
    fraction: bool
    #: The bound of a word inside the numeral (`30多亿`), else None.
    bound: str | None
    spelled: bool
    #: Nothing but an article, a scale or a fraction that needs a number: no numeral by itself.
    weak: bool
    #: A single digit in words (`一`): often a part of a word.
    single: bool = False
    #: Digits in a form that is no amount: `code` (leading zeros, too long) or `name` (`2.1.3`), else "".
    kind: str = ""


class Piece(NamedTuple):
    """A numeral's place in its run."""

    start: int
    end: int
    reading: Reading


class _Token(NamedTuple):
    kind: str
    value: Decimal


_NO_TOKEN = _Token("", _ZERO)


class Numerals:
    """Patterns and values of one language's numerals."""

    def __init__(self, pack: NumberSections) -> None:
        numbers, scales, parts = pack.numbers, pack.scales, pack.fractions
        self._compact = numbers.compact
        self._decimal = numbers.decimal
        self._marks = "".join(mark for mark in numbers.groups if mark != " ")
        self._blank_groups = " " in numbers.groups
        self._inside = {word: bound for bound, words in pack.bounds.inside.items() for word in words}
        self._articles = set(numbers.articles)
        self._tokens: dict[str, _Token] = {}
        for kind, table in (
            ("word", numbers.words),
            ("place", numbers.places),
            ("scale", scales.words),
            ("scale", scales.glued),
            ("counted", parts.counted),
            ("alone", parts.alone),
            ("scaled", parts.scaled),
        ):
            for value, words in table.items():
                for word in words:
                    self._tokens.setdefault(self._key(word), _Token(kind, as_decimal(value)))
        for kind, plain in (
            ("half", numbers.halves),
            ("point", numbers.points),
            ("joiner", numbers.joiners),
            ("over", parts.over),
            ("vague", numbers.vague),
            ("inside", tuple(self._inside)),
        ):
            for word in plain:
                self._tokens.setdefault(self._key(word), _Token(kind, _ZERO))
        # Before a scale alone and elsewhere too (`halb`): the wider reading is kept under its own name.
        self._scaled = {self._key(w): as_decimal(v) for v, words in parts.scaled.items() for w in words}
        self._glued = tuple(word for words in scales.glued.values() for word in words)
        self._seen: dict[str, tuple[Piece, ...]] = {}
        every = [*self._words_of(pack), *self._glued]
        self._token = re.compile(
            f"(?P<digits>{self._digits(torn='')})|{alternation(every, compact=self._compact, open_end=True)}"
        )

    def _key(self, word: str) -> str:
        return squeezed(word.lower(), compact=self._compact)

    def _words_of(self, pack: NumberSections) -> list[str]:
        """All words of numerals as the pack writes them, blanks kept."""
        numbers, parts = pack.numbers, pack.fractions
        tables = (numbers.words, numbers.places, pack.scales.words, parts.counted, parts.alone, parts.scaled)
        words = [word.lower() for table in tables for group in table.values() for word in group]
        return [*words, *numbers.halves, *numbers.points, *numbers.joiners, *numbers.vague, *parts.over, *self._inside]

    def _digits(self, torn: str = "(?= ?%)") -> str:
        """Digits with all marks that may stand in them; what the marks mean is decided by reading.

        Args:
            torn: what has to follow digits whose decimal mark has blanks round it.
        """
        grouped = "[0-9]{1,3}(?: [0-9]{3})++(?![0-9])|" if self._blank_groups else ""
        # Blanks that a converter has set round the decimal mark: `19. 7%`, `15 . 06 %`.
        broken = f"[0-9]++ {'?' if self._compact else ''}[.] [0-9]++{torn}|"
        return f"(?:{broken}(?:{grouped}[0-9]++)(?:[.,'’⁄][0-9]++)*+)"

    @property
    def first_words(self) -> list[str]:
        """Words that a numeral may begin with."""
        kinds = ("word", "place", "scale", "counted", "alone", "scaled", "half", "vague")
        return [word for kind in kinds for word in self._pick(kind)]

    def pattern(self, unit_start: str, multiples: str) -> str:
        """A run of numerals with their scales.

        Digits take scales only; words take all numerals. Where no blanks are set, both may alternate (`1亿2千万`).

        Args:
            unit_start: matches a character that a unit can begin with.
            multiples: matches units that are glued to a numeral in words (`fach`).
        """
        kinds = {kind: self._pick(kind) for kind in ("word", "place", "scale", "counted", "alone", "scaled")}
        scales = alternation([*kinds["scale"], *kinds["place"]], compact=self._compact)
        glued = alternation(self._glued) if self._glued else "(?!)"
        if self._compact:
            return self._compact_pattern(kinds, scales, glued, unit_start)
        blank = "(?:[ \n]{1,3}|-)"
        # Abbreviations follow digits only: `a` and `t` are no trillion.
        long = [word for word in kinds["scale"] if len(word) > _LONGEST_ABBREVIATION]
        words = [*kinds["word"], *kinds["place"], *long, *kinds["counted"], *kinds["alone"], *kinds["scaled"]]
        more = alternation([*words, *self._pick("half"), *self._pick("point")], open_end=True)
        joined = f"{blank}{alternation(self._pick('joiner'))}{blank}" if self._pick("joiner") else "(?!)"
        bare = alternation(self._pick("joiner"), open_end=True) if self._pick("joiner") else "(?!)"
        # A numeral ends where its word does, or goes on in the same word: fünf-und-dreißig, zweieinhalb-fach.
        on = f"(?:(?![{LETTERS}])|(?={more})|(?={bare}{more})|(?={multiples}))"
        token = f"(?>{more}){on}"
        return (
            f"(?:{self._digits()}(?:{blank}?{scales}|{glued})*+"
            f"|(?<![{LETTERS}0-9])(?>{token}(?:(?:{blank}|{joined}|{bare})?{token})*+))"
        )

    def _compact_pattern(self, kinds: dict[str, list[str]], scales: str, glued: str, unit_start: str) -> str:
        """The run where no blanks are set between words."""
        plain = [*kinds["word"], *kinds["place"]]
        vague = f"{alternation(self._pick('vague'), compact=True)}(?={_BLANK}{scales})|" if self._pick("vague") else ""
        first = alternation(
            [*plain, *kinds["scale"], *kinds["scaled"], *kinds["alone"], *self._pick("half")], compact=True
        )
        inside = alternation(self._pick("inside"), compact=True) if self._inside else "(?!)"
        over = alternation(self._pick("over"), compact=True)
        more = alternation([*plain, *self._pick("half")], compact=True)
        point = alternation(self._pick("point"), compact=True)
        large = alternation(kinds["scale"], compact=True)
        digits = self._digits()
        return (
            f"(?>(?:{digits}|{vague}{first})(?:{_BLANK}{more}|{_BLANK}{point}(?={_BLANK}{more})|{_BREAK}{large}|{glued}|{_BLANK}{over}{_BLANK}(?:{digits})?+"
            f"|{inside}(?={_BLANK}(?:{scales}|{unit_start}))|(?<![0-9]){digits}|(?<![0-9]) {digits}(?= ?{scales}))*+)"
        )

    def _pick(self, kind: str) -> list[str]:
        if kind == "scaled":
            return list(self._scaled)
        return [word for word, token in self._tokens.items() if token.kind == kind]

    def read(self, run: str) -> tuple[Piece, ...]:
        """The numerals in a run that `pattern` matched, in order; what reads as none is left out."""
        found = self._seen.get(run)
        if found is None:
            if len(self._seen) > _REMEMBERED:
                self._seen.clear()
            found = self._seen[run] = tuple(self._cut(run))
        return found

    def _cut(self, run: str) -> Iterable[Piece]:
        tokens = [(match.start(), match.end(), match["digits"], match[0]) for match in self._token.finditer(run)]
        at = 0
        while at < len(tokens):
            reader = _Reader(self._compact)
            begin = at
            while at < len(tokens) and self._take(reader, tokens, at):
                at += 1
                if at < len(tokens) and self._tokens.get(self._key(tokens[at][3]), _NO_TOKEN).kind == "over":
                    bottom = reader.denominator()
                    if bottom is None:
                        break
                    reader, at = _Reader(self._compact, over=bottom), at + 1
            if at == begin:
                at += 1
                continue
            last = at - 1
            while last > begin and reader.trailing:
                last -= 1
                reader.trailing -= 1
            reading = reader.reading()
            if reading is not None:
                yield Piece(tokens[begin][0], tokens[last][1], reading)

    def _take(self, reader: _Reader, tokens: list[tuple[int, int, str | None, str]], at: int) -> bool:
        start, _, digits, word = tokens[at]
        if digits:
            return self._take_digits(reader, digits, glued=at > 0 and tokens[at - 1][1] == start)
        key = squeezed(word, compact=self._compact)
        kind, value = self._tokens[key]
        following = (
            self._tokens.get(squeezed(tokens[at + 1][3], compact=self._compact)) if at + 1 < len(tokens) else None
        )
        if key in self._scaled and following is not None and following.kind == "scale":
            return reader.part(self._scaled[key], counted=False, scaled=True)
        if kind == "word":
            return reader.word(value, article=key in self._articles)
        if kind == "place":
            return reader.place(value)
        if kind == "scale":
            return reader.scaled(value)
        if kind in ("counted", "alone"):
            return reader.part(value, counted=kind == "counted", scaled=False)
        if kind == "inside":
            return reader.inside(self._inside[key])
        if kind == "half":
            return reader.half()
        if kind == "vague":
            return reader.vague() or (key in self._inside and reader.inside(self._inside[key]))
        if kind == "joiner":
            return reader.join()
        return kind == "point" and reader.point()

    def _take_digits(self, reader: _Reader, digits: str, *, glued: bool) -> bool:
        if "⁄" in digits:
            return reader.vulgar(digits)
        plain, kind = self._plain(digits)
        decimals = len(plain.partition(".")[2])
        return reader.digits(Decimal(plain), _TEN**-decimals, kind, glued=glued)

    def _plain(self, digits: str) -> tuple[str, str]:
        """The digits with a point for decimals and no groups; and what they are if no amount."""
        compact = digits.replace(" ", "")
        if len(compact) > _LONGEST:
            return compact[:_LONGEST].replace(",", "").replace("'", "").replace("’", "").replace(".", "") or "0", "code"
        head, *tail = re.split("([.,'’])", compact)
        if not tail:
            leading = len(head) > 1 and head[0] == "0"
            return head, "code" if leading else ""
        marks, groups = tail[::2], tail[1::2]
        if all(mark in self._marks for mark in marks) and len(set(marks)) == 1 and _grouped(head, groups):
            return head + "".join(groups), ""
        if len(marks) == 1 and marks[0] in ".,":
            return f"{head}.{groups[0]}", ""
        if marks[-1] == self._decimal and marks.count(self._decimal) == 1 and _grouped(head, groups[:-1]):
            return head + "".join(groups[:-1]) + "." + groups[-1], ""
        other = marks[-1] in ".," and marks[-1] not in marks[:-1] and len(set(marks[:-1])) == 1
        if other and _grouped(head, groups[:-1]):
            return head + "".join(groups[:-1]) + "." + groups[-1], ""
        return head, "name"


def _grouped(head: str, groups: list[str]) -> bool:
    return len(head) <= 3 and head[0] != "0" and all(len(group) == 3 for group in groups)


class _Reader:
    """Adds up one numeral, token by token; each method says whether the token still belongs to it."""

    def __init__(self, compact: bool, *, over: Decimal | None = None) -> None:
        self._compact = compact
        #: The denominator that has been read before.
        self._over = over
        self._total = _ZERO
        self._section = _ZERO
        #: What stands before the next place or scale, None if nothing does.
        self._pending: Decimal | None = None
        self._row: list[Decimal] = []
        self._last = ""
        self._place = self._least = _ENDLESS
        self._resolution = _ONE
        self._scale = _ONE
        self._below: Decimal | None = None
        self._fraction = self._weak = False
        self._digits = self._words = self._real = False
        self._bound: str | None = None
        self._kind = ""
        self._tenth: Decimal | None = None
        #: How many of the last tokens say nothing (a point or joiner without what should follow).
        self.trailing = 0

    def _done(self, kind: str) -> bool:
        self._last = kind
        self.trailing = 0
        return True

    def digits(self, value: Decimal, resolution: Decimal, kind: str, *, glued: bool) -> bool:
        if self._tenth is not None or self._kind:
            return False
        if self._last and (self._last not in ("scale", "place") or kind):
            return False
        if self._last in ("scale", "place") and (value >= self._least or value >= self._place or self._resolution < 1):
            return False
        if self._last and not glued and not self._compact:
            return False
        self._pending, self._digits, self._real, self._kind = value, True, True, kind
        self._resolution = resolution
        return self._done("digits")

    def vulgar(self, digits: str) -> bool:
        """`2½` is folded to `21⁄2`: the numerator has one digit, what stands before it is whole."""
        if self._last:
            return False
        top, _, bottom = digits.partition("⁄")
        if not (top.isdigit() and bottom.isdigit() and len(digits) <= 8) or int(bottom) == 0:
            return False
        part = Decimal(top[-1]) / Decimal(bottom)
        self._pending = Decimal(top[:-1] or 0) + part
        self._fraction = len(top) == 1
        self._digits = self._real = True
        self._resolution = Decimal("0.1")
        return self._done("digits")

    def word(self, value: Decimal, *, article: bool) -> bool:
        if self._tenth is not None:
            if value >= _TEN:
                return False
            self._pending = (self._pending or _ZERO) + value * self._tenth
            self._resolution, self._tenth = self._tenth, self._tenth / _TEN
            return self._done("decimal")
        if self._last in ("digits", "counted", "half") or self._digits:
            return False
        if article and self._last == "joiner":
            self.trailing += 1
            return True
        if self._last == "alone":
            return article and self._done("alone")
        if self._pending is not None and self._last in ("word", "joiner"):
            if not self._joins(value, article=article):
                return False
        else:
            self._pending = value
            self._row = [value]
        self._words = True
        self._real = self._real or not article
        self._weak = not self._real
        self._resolution = _ONE
        return self._done("word")

    def _joins(self, value: Decimal, *, article: bool) -> bool:
        assert self._pending is not None
        if self._compact:
            if value >= _TEN or self._pending >= Decimal("1e20"):
                return False
            if self._pending == 0 and (self._total or self._section):
                self._row = []
            self._pending = self._pending * _TEN + value
            self._row.append(value)
            return True
        if article:
            return False
        tens, ones = (self._pending, value) if self._pending > value else (value, self._pending)
        fits = tens >= 20 and tens % _TEN == 0 and 0 < ones < _TEN
        # `twenty five` needs no joiner, `fünfundzwanzig` does; `fünf zwanzig` and `twenty and five` are two numbers.
        if not fits or (self._last == "joiner") != (self._pending < value):
            return False
        self._pending += value
        return True

    def place(self, value: Decimal) -> bool:
        if self._last == "place" and not self._compact:
            return False
        if value >= self._place or self._tenth is not None or self._last in ("joiner", "inside", "half", "decimal"):
            return False
        if len(self._row) > 1 or self._kind:
            if len(self._row) != 2 or not self._ascending():
                return False
            self._below = self._row[0] * value
            self._pending = self._row[1]
            self._row = []
        if self._pending is None:
            self._weak = self._weak or not self._real
            self._pending = _ONE
            self._resolution = value
        else:
            self._resolution *= value
            self._weak, self._real = False, True
        self._section += self._pending * value
        self._pending, self._place = None, value
        self._words = True
        return self._done("place")

    def scaled(self, value: Decimal) -> bool:
        if self._last in ("joiner", "counted") or self._kind:
            return False
        self._tenth = None
        if len(self._row) == 2 and self._ascending() and self._compact:
            self._below = self._row[0]
            self._pending = self._row[1]
        head = self._section + (self._pending or _ZERO)
        if self._pending is None and not self._section:
            if self._last == "scale":
                self._total *= value
                self._scale *= value
                self._resolution *= value
            elif self._last not in ("", "vague"):
                return False
            else:
                self._total, self._scale, self._resolution = value, value, value
                self._weak = not self._real
        elif value < self._least:
            self._total += head * value
            self._scale = value
            self._resolution *= value
        else:
            self._total = (self._total + head) * value
            self._scale *= value
            self._resolution *= value
        if self._below is not None:
            self._below *= value
        self._section, self._pending, self._row = _ZERO, None, []
        self._place, self._least = _ENDLESS, value
        self._fraction = False
        if self._last == "word":
            self._weak, self._real = False, True
        return self._done("scale")

    def part(self, value: Decimal, *, counted: bool, scaled: bool) -> bool:
        if self._last in ("counted", "scale", "place", "decimal", "half", "digits") and not (
            counted and self._last == "digits"
        ):
            return False
        if counted:
            if self._last == "joiner" or self._total or self._section:
                return False
            if self._pending is None:
                self._weak = True
            elif self._pending * value >= 1:
                return False
            else:
                self._weak, self._real = False, True
            self._pending = (self._pending if self._pending is not None else _ONE) * value
            self._fraction = True
        elif self._last == "joiner" and self._pending is not None:
            self._pending += value
            self._real, self._weak = True, False
        elif self._pending is not None and self._real and scaled:
            self._pending *= value
        elif self._pending is not None and not self._weak:
            return False
        else:
            self._pending = value
            self._fraction = self._real = True
            self._weak = False
        self._words = True
        self._row = []
        self._resolution = Decimal("0.01")
        return self._done("counted" if counted else "alone")

    def half(self) -> bool:
        if self._last not in ("", "word", "digits") or len(self._row) > 1:
            return False
        self._pending = (self._pending if self._pending is not None else _ONE) + _HALF
        self._resolution, self._words, self._real, self._weak = _HALF, True, True, False
        return self._done("half")

    def point(self) -> bool:
        if self._tenth is not None or self._last not in ("word", "place", "digits") or self._resolution < 1:
            return False
        if self._last == "place":
            self._pending = _ZERO
        self._tenth = Decimal("0.1")
        self._last = "point"
        self.trailing = 1
        return True

    def join(self) -> bool:
        if self._last not in ("word", "place"):
            return False
        self._last = "joiner"
        self.trailing = 1
        return True

    def inside(self, bound: str) -> bool:
        if not self._last or self._bound is not None:
            return False
        self._bound = bound
        if self._pending is None and self._last == "scale":
            return self._done("scale")
        return self._done("inside" if self._pending is None else "word")

    def vague(self) -> bool:
        if self._last:
            return False
        self._bound, self._real, self._words = "at_least", True, True
        return self._done("vague")

    def denominator(self) -> Decimal | None:
        """What has been read, as the lower part of a fraction."""
        bottom = self._total + self._section + (self._pending or _ZERO)
        return None if self._fraction or bottom <= 0 or self._digits or self._over is not None else bottom

    def _ascending(self) -> bool:
        return self._row[1] == self._row[0] + 1 and self._row[0] > 0

    def reading(self) -> Reading | None:
        """What has been read, None where it is nothing."""
        if not self._last or (self._over is not None and self._last == ""):
            return None
        low = _EXACT.add(self._total + self._section, self._pending or _ZERO)
        high = None
        if self._below is not None:
            low, high = self._below, low
        elif (
            self._last == "word" and len(self._row) == 2 and self._ascending() and not self._total and not self._section
        ):
            low, high = self._row[0], self._row[1]
        fraction = self._fraction
        if self._over is not None:
            low, fraction = _EXACT.divide(low, self._over), True
        single = (
            self._words
            and not self._digits
            and self._compact
            and self._last == "word"
            and len(self._row) == 1
            and not self._total
            and not self._section
        )
        return Reading(
            low=low,
            high=high,
            resolution=self._resolution,
            scale=self._scale,
            fraction=fraction,
            bound=self._bound,
            spelled=not self._digits,
            weak=self._weak and not self._digits,
            single=single,
            kind=self._kind,
        )
