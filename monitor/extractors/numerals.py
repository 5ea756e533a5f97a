"""What a written numeral is worth: digits with their marks, numerals in words, scales, fractions.

`Numerals.pattern` finds a run of numeral words and digits; `Numerals.read` cuts it into numerals and says what each is
worth. Readings are remembered by their text, since the same few thousand numerals make up most of what is printed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from monitor.declarations.numbers import NumberSections, as_decimal
from monitor.extractors.amounts import Amount, Reading
from monitor.extractors.digits import DigitReader
from monitor.extractors.words import BLANK, BREAK, ITEM, LETTERS, alternation, squeezed

_ZERO = Decimal(0)
_ONE = Decimal(1)
#: How many readings are remembered before they are forgotten all at once, and up to which length of text.
_REMEMBERED = 20_000
_LONGEST_REMEMBERED = 80
#: Scales no longer than this are abbreviations (`bn`), longer ones are words.
_LONGEST_ABBREVIATION = 3


class Piece(NamedTuple):
    """A numeral's place in its run."""

    start: int
    end: int
    reading: Reading


class _Token(NamedTuple):
    kind: str
    value: Decimal


_NO_TOKEN = _Token("", _ZERO)
#: Behind a scale an article counts where one of these follows: `eine Million ein hundert`.
_AFTER_ARTICLE = frozenset({"place", "scale", "joiner"})


class Numerals:
    """Patterns and values of one language's numerals."""

    def __init__(self, pack: NumberSections) -> None:
        numbers, scales, parts = pack.numbers, pack.scales, pack.fractions
        self._compact = numbers.compact
        self._bare_places = numbers.bare_places
        self._last_tenths = numbers.last_tenths
        self._digit_reader = DigitReader(numbers.decimal, numbers.groups)
        self._blank_groups = " " in numbers.groups
        self._inside = {word: bound for bound, words in pack.bounds.inside.items() for word in words}
        self._bounds = {self._key(word): bound for word, bound in self._inside.items()}
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
        self._simple = re.compile(f"({self._digits(torn='')})(?![0-9])")
        dated = [word for mark in ("year", "date") for word in pack.marks.after.get(mark, ())]
        # Units that begin as a numeral does are none of it: `3百分点`.
        units = [word for each in pack.units.after.values() for group in each.values() for word in group]
        begun = tuple(word for group in (*numbers.words.values(), *numbers.places.values()) for word in group)
        begun += tuple(self._inside)
        worded = [word for word in units if self._compact and word.startswith(begun)]
        self._worded = alternation(worded, compact=True) if worded else "(?!)"
        self._dated = alternation(dated, compact=True) if self._compact and dated else "(?!)"
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
        # `Q4 340 million` is no group of three, nor are the cells `1,180 340 247%`.
        grouped = "(?<![A-Za-z])(?<![.,][0-9]{3} )[0-9]{1,3}(?: [0-9]{3}){1,7}+(?![0-9])|" if self._blank_groups else ""
        # Blanks that a converter has set round the decimal mark: `19. 7%`, `15 . 06 %`.
        broken = f"[0-9]++ {'?' if self._compact else ''}[.] [0-9]++{torn}|"
        if self._compact:
            # `收231. 3亿`: no sentence ends with that mark where ideographs stand around.
            broken += "(?<=[\u3040-\u9fff])[0-9]++[.] [0-9]++(?= ?[\u3040-\u9fff])|"
            # `亏损1 3.1亿`, `3 .204亿`
            behind, ahead = ("(?<=[\u3040-\u9fff])", "(?= ?[%\u3040-\u9fff])") if torn else ("", "")
            broken += f"{behind}[0-9]{{1,2}} [0-9]{{1,3}}[.][0-9]++{ahead}|[0-9]++ [.][0-9]++{ahead}|"
        # Without blanks a comma between groups of three only: `报79.2,2月高位417`.
        marked = "(?:[.'’⁄][0-9]++|,[0-9]{3}(?![0-9]))" if self._compact else "(?:[.,'’⁄][0-9]++)"
        return f"(?:{broken}(?:{grouped}[0-9]++){marked}*+)"

    @property
    def first_words(self) -> list[str]:
        """Words that a numeral may begin with: 個半 is one and a half, "and a half" something else's."""
        kinds = ("word", "place", "scale", "counted", "alone", "scaled", "vague", *(["half"] if self._compact else []))
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
        blank = f"(?:[ \n]{{1,3}}(?!(?<=\n){ITEM})|-)"
        # Abbreviations follow digits only: `a` and `t` are no trillion.
        long = [word for word in kinds["scale"] if len(word) > _LONGEST_ABBREVIATION]
        words = [*kinds["word"], *kinds["place"], *long, *kinds["counted"], *kinds["alone"], *kinds["scaled"]]
        more = alternation([*words, *self._pick("half")], open_end=True)
        joined = f"{blank}{alternation(self._pick('joiner'))}{blank}" if self._pick("joiner") else "(?!)"
        bare = alternation(self._pick("joiner"), open_end=True) if self._pick("joiner") else "(?!)"
        # A numeral ends where its word does, or goes on in the same word: fünf-und-dreißig, zweieinhalb-fach.
        point = alternation(self._pick("point"), open_end=True) if self._pick("point") else "(?!)"
        on = f"(?:(?![{LETTERS}])|(?={more})|(?={bare}{more})|(?={point}{more})|(?={multiples}))"
        token = f"(?:(?>{more}){on}|{point}(?={blank}?{more}))"
        inside = f"(?:{alternation(self._inside)}(?=[ -]?{unit_start}))?+" if self._inside else ""
        # "54 and a half million"
        halves = f"(?:{blank}{alternation(self._pick('half'))})?+" if self._pick("half") else ""
        return (
            f"(?:{self._digits()}{halves}(?:{blank}?{scales}|{glued})*+"
            f"|(?<![{LETTERS}0-9])(?>{token}(?:(?:{blank}|{joined}|{bare})?{token})*+)){inside}"
        )

    def _compact_pattern(self, kinds: dict[str, list[str]], scales: str, glued: str, unit_start: str) -> str:
        """The run where no blanks are set between words."""
        plain = [*kinds["word"], *kinds["place"]]
        vague = f"{alternation(self._pick('vague'), compact=True)}(?={BLANK}{scales})|" if self._pick("vague") else ""
        first = alternation(
            # S&M 97亿: letters are no scale without a number before them.
            [
                *plain,
                *(word for word in kinds["scale"] if not word.isascii()),
                *kinds["scaled"],
                *kinds["alone"],
                *self._pick("half"),
            ],
            compact=True,
        )
        inside = alternation(self._inside, compact=True) if self._inside else "(?!)"
        over = alternation(self._pick("over"), compact=True)
        more = alternation([*plain, *self._pick("half")], compact=True)
        point = alternation(self._pick("point"), compact=True)
        large = alternation(kinds["scale"], compact=True)
        digits = self._digits()
        onward = "|".join(
            (
                f"(?!{BLANK}{self._worded}){BLANK}{more}",
                f"{BLANK}{point}(?={BLANK}{more})",
                f"{BREAK}{large}",
                glued,
                f"{BLANK}{over}(?={BLANK}(?:[0-9]|{more})){BLANK}(?:{digits})?+",
                f"(?! ?{self._worded}) ?{inside}(?={BLANK}(?:{scales}|{unit_start}))",
                # A day or month behind a scale is none of its digits: `5亿3月`.
                f"(?<![0-9])(?!{digits}{BLANK}{self._dated}){digits}",
                f"(?<![0-9]) {digits}(?= ?{scales})",
            )
        )
        return f"(?>(?:{digits}|{vague}{first})(?:{onward})*+)"

    def _pick(self, kind: str) -> list[str]:
        if kind == "scaled":
            return list(self._scaled)
        return [word for word, token in self._tokens.items() if token.kind == kind]

    def read(self, run: str) -> tuple[Piece, ...]:
        """The numerals in a run that `pattern` matched, in order; what reads as none is left out."""
        found = self._seen.get(run)
        if found is None:
            found = self._plain(run) or tuple(self._cut(run))
            if len(run) <= _LONGEST_REMEMBERED:
                if len(self._seen) > _REMEMBERED:
                    self._seen.clear()
                self._seen[run] = found
        return found

    def forget(self) -> None:
        """Drop the readings remembered so far."""
        self._seen.clear()

    def _plain(self, run: str) -> tuple[Piece, ...] | None:
        """Digits with one scale or none, which most runs are: no need to add anything up."""
        match = self._simple.match(run)
        if match is None or "⁄" in match[1]:
            return None
        value, resolution, kind = self._digit_reader.read(match[1])
        scale = _ONE
        word = run[match.end() :].strip(" -\n")
        if word:
            token = self._tokens.get(self._key(word), _NO_TOKEN)
            if token.kind != "scale":
                return None
            scale = token.value
            value, resolution = value * scale, resolution * scale
        reading = Reading(value, None, resolution, scale, False, None, False, False, kind=kind)
        return (Piece(0, len(run), reading),)

    def _cut(self, run: str) -> Iterable[Piece]:
        tokens = [(match.start(), match.end(), match["digits"], match[0]) for match in self._token.finditer(run)]
        at = 0
        while at < len(tokens):
            reader = self._amount()
            begin = at
            while at < len(tokens) and self._take(reader, tokens, at):
                at += 1
                if at < len(tokens) and self._tokens.get(self._key(tokens[at][3]), _NO_TOKEN).kind == "over":
                    bottom = reader.denominator()
                    if bottom is None:
                        break
                    reader, at = self._amount(over=bottom), at + 1
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

    def _amount(self, over: Decimal | None = None) -> Amount:
        return Amount(compact=self._compact, bare_places=self._bare_places, last_tenths=self._last_tenths, over=over)

    def _take(self, reader: Amount, tokens: list[tuple[int, int, str | None, str]], at: int) -> bool:
        start, _, digits, word = tokens[at]
        if digits:
            if "⁄" in digits:
                return reader.vulgar(digits)
            return reader.digits(self._digit_reader.read(digits), glued=at > 0 and tokens[at - 1][1] == start)
        key = squeezed(word, compact=self._compact)
        kind, value = self._tokens[key]
        following = (
            self._tokens.get(squeezed(tokens[at + 1][3], compact=self._compact)) if at + 1 < len(tokens) else None
        )
        if key in self._scaled and following is not None and following.kind == "scale":
            return reader.part(self._scaled[key], counted=False, scaled=True)
        if kind == "word":
            article = key in self._articles
            if article and reader.scales and (following is None or following.kind not in _AFTER_ARTICLE):
                # "ten million a month", "nahm fünf Milliarden ein"
                return False
            return reader.word(value, article=article)
        if kind == "place":
            return reader.place(value)
        if kind == "scale":
            return reader.scaled(value)
        if kind in ("counted", "alone"):
            return reader.part(value, counted=kind == "counted", scaled=False)
        if kind == "scaled":
            return reader.part_of_unit(value)
        if kind == "inside":
            return reader.inside(self._bounds[key])
        if kind == "half":
            return reader.half()
        if kind == "vague":
            return reader.vague() or (key in self._bounds and reader.inside(self._bounds[key]))
        if kind == "joiner":
            return reader.join()
        return kind == "point" and reader.point()
