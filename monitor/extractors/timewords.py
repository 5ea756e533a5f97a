"""The words of time of one language, where they stand in a text, and what each of them says."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, MatchKind

from monitor.declarations.periods import OPEN, PeriodWords
from monitor.extractors.words import END, LETTERS, alternation

_SLOT = re.compile(r"\{([a-z]+)\}")
_LETTER = re.compile(f"[{LETTERS}]")
#: The same letters, for a look at one character.
LETTER_SET = frozenset(char for char in map(chr, range(0x250)) if _LETTER.match(char))
_NEXT_WORD = re.compile(f"[ \n-]*([{LETTERS}]+)")
#: A shape does not end inside a number.
_END = "(?<![0-9](?=[0-9]))(?<![0-9](?=[.,][0-9]))"
#: Patterns of the slots that stay open; a year is one that news of today may name.
_OPEN_PATTERNS = {
    "year": "(?P<year>(?:19[89]|20[0-4])[0-9])(?![0-9])",
    "yy": "(?P<yy>[0-4][0-9])(?![0-9])",
    "month": "(?P<month>1[0-2]|0?[1-9])(?![0-9])",
    "first": "(?P<first>[12][0-9]|3[01]|0?[1-9])(?![0-9])",
    "day": "(?P<day>[12][0-9]|3[01]|0?[1-9])(?![0-9])",
    "fromyear": "(?P<fromyear>(?:19[89]|20[0-4])[0-9])(?![0-9])",
    "fromyy": "(?P<fromyy>[0-4][0-9])(?![0-9])",
    "thenyy": "(?P<thenyy>[0-4][0-9])(?![0-9])",
}
#: A list or span of years is no longer.
_YEARS = 7
#: Texts whose reading is kept, so that a number of articles does not read "2025" anew each time.
_KEPT = 8192


class Frame(NamedTuple):
    """What some words of time say."""

    #: "" where only a year is said; half, quarter, months, day; weekday, length, days, sessions; own, base, same; a
    #: unit with `~` counted from the day of publication; else the meaning's own name.
    unit: str = ""
    number: int = 0
    #: Of `months` the first one, of `day` its month (0: not said), of a pair of lengths the other.
    first: int = 0
    year: int | None = None
    #: The year, counted from the publication's.
    shift: int | None = None
    #: Of `own` and `base`: period, year, half, quarter, month. Of others `base`: the year counts from the reported
    #: one, `that`: it is the one said before; `pair`: it stands for two, the first and the number; `word`: a length of
    #: which no number is said.
    of: str = ""
    #: The period is marked as expected.
    estimate: bool = False
    #: Of days in one month (`1 to 11 November`) and of years (`2025-27`) the first; 0: a single one.
    begin: int = 0

    @property
    def dated(self) -> bool:
        """Whether a year is said."""
        return self.year is not None or self.shift is not None

    def in_year_of(self, other: Frame) -> Frame:
        """The same in the year of `other`."""
        return self._replace(year=other.year, shift=other.shift, estimate=self.estimate or other.estimate)


class TimeWords:
    """Finder of the words of time.

    Spelled-out words are found by one automaton: as a regular expression the thousands of forms of a language would
    take seconds to compile. Those with open numbers (`{year}`) make one expression.
    """

    def __init__(self, words: PeriodWords) -> None:
        """Compile a language's words."""
        self._compact = words.compact
        cardinals = {str(n): n for n in range(1, 13)}
        self._tables = {
            "cardinal": _numbers(words.cardinals) | cardinals,
            "from": _numbers(words.cardinals) | cardinals,
            "ordinal": _numbers(words.ordinals),
            "earlier": _numbers(words.ordinals),
            "digit": {str(n): n for n in range(1, 5)},
            "name": _numbers(words.months),
            "weekday": _numbers(words.weekdays),
        }
        self._eras = dict(words.eras)
        self._followers = frozenset(words.followers)
        self._numerals = {char: digit for numerals in words.numerals for digit, char in enumerate(numerals)}
        known: dict[str, Frame] = {}
        # By meaning, slots and fixed number: templates that differ in words alone say the same.
        frames: dict[tuple[str | int | None, ...], dict[tuple[int, ...], Frame]] = defaultdict(dict)
        self._shapes: list[_Shape] = []
        templates = [(meaning, template) for meaning, listed in words.says.items() for template in listed]
        # What is written out is meant more than what a slot happens to make, the reported period more than its length.
        for meaning, written in sorted(templates, key=lambda item: ("{" in item[1], not item[0].startswith("own"))):
            template, _, fixed = written.partition("=")
            number = int(fixed) if fixed else None
            if OPEN.intersection(_SLOT.findall(template)):
                self._shapes.append(self._shape(meaning, template, number))
            else:
                for word, frame in self._spelled_out(meaning, template, number, frames):
                    known.setdefault(word, frame)
        self._shapes.sort(key=lambda shape: -len(shape.pattern))
        leads = {lead for shape in self._shapes for lead in shape.leads}
        searched = [*known, *leads.difference([""])]
        self._automaton = AhoCorasick(searched, matchkind=MatchKind.Standard)
        #: For each word searched what it says (None: what leads to a shape's digits), and of which kinds its ends are.
        self._known = [(known.get(word), _edge(word[0]), _edge(word[-1])) for word in searched]
        self._led = _either(shape for shape in self._shapes if any(shape.leads))
        self._leading = _either(shape for shape in self._shapes if "" in shape.leads)
        numerals = f"|(?<![{''.join(self._numerals)}])[{''.join(self._numerals)}]{{4}}" if self._numerals else ""
        self._digits = re.compile(f"[0-9]+{numerals}")
        self._read: dict[str, Frame | None] = {}

    def find(self, low: str) -> list[tuple[int, int, Frame]]:
        """Spans of the words of time in lower-case text, with what they say; of those that overlap the longest."""
        found = [*self._spelled(low), *self._shaped(low)]
        found.sort(key=lambda hit: (hit[0], -hit[1]))
        kept: list[tuple[int, int, Frame]] = []
        end = 0
        for hit in found:
            if hit[0] < end:
                # What is counted by the month is no part of a month's name: 9月 before 流水, not 月流水 after a 9.
                counted = hit[2].unit.startswith("rate") and not kept[-1][2].unit.startswith("rate")
                if hit[1] - hit[0] <= end - kept[-1][0] or counted:
                    continue
                kept.pop()
            kept.append(hit)
            end = hit[1]
        return kept

    def _spelled(self, low: str) -> Iterator[tuple[int, int, Frame]]:
        length = len(low)
        lines_as_blanks = low.replace("\n", " ")
        for index, start, end in self._automaton.find_matches_as_indexes(lines_as_blanks, overlapping=True):
            frame, head, tail = self._known[index]
            if head and start and _goes_on(head, low, start - 1, start - 2):
                continue
            if frame is None:
                if end < length and low[end].isdecimal():
                    yield from self._shape_at(self._led, low, start)
            elif tail and end < length and _goes_on(tail, low, end, end + 1):
                continue
            elif frame.unit != "nth" or self._ends_phrase(low, end):
                yield start, end, frame

    def _ends_phrase(self, low: str, end: int) -> bool:
        """Whether no noun follows: a mark does, or a word that is none."""
        word = _NEXT_WORD.match(low, end)
        return word is None or word[1] in self._followers

    def _shaped(self, low: str) -> Iterator[tuple[int, int, Frame]]:
        done = 0
        for digits in self._digits.finditer(low):
            start = digits.start()
            if start >= done and not (start and low[start - 1] in ".," and start > 1 and low[start - 2].isdecimal()):
                for hit in self._shape_at(self._leading, low, start):
                    done = hit[1]
                    yield hit

    def _shape_at(self, shapes: re.Pattern[str], low: str, start: int) -> Iterator[tuple[int, int, Frame]]:
        match = shapes.match(low, start)
        if match is None:
            return
        word = match[0]
        if word not in self._read:
            if len(self._read) >= _KEPT:
                self._read.clear()
            self._read[word] = self._understood(word)
        frame = self._read[word]
        if frame is not None:
            yield start, match.end(), frame

    def _understood(self, word: str) -> Frame | None:
        for shape in self._shapes:
            match = re.fullmatch(shape.pattern, word)
            if match:
                values = {slot: self._value(slot, said) for slot, said in match.groupdict().items()}
                if _in_order(values):
                    return _frame(shape.meaning, values, shape.number)
        return None

    def _value(self, slot: str, said: str) -> int:
        if slot == "era":
            return self._eras[said]
        if slot == "numerals":
            return int("".join(str(self._numerals[char]) for char in said))
        # The first year of a reign is written as a word.
        return int(said) if said.isdecimal() else self._tables.get(slot, {}).get(" ".join(said.split()), 1)

    def _spelled_out(
        self,
        meaning: str,
        template: str,
        number: int | None,
        frames: Mapping[tuple[str | int | None, ...], dict[tuple[int, ...], Frame]],
    ) -> Iterator[tuple[str, Frame]]:
        """Every form of a template, with what it says."""
        slots = _SLOT.findall(template)
        pair = len(slots) == 2
        frame_at = frames[(meaning, *slots, number)]
        for choice in product(*(self._tables[slot].items() for slot in slots)):
            values = tuple(value for _, value in choice)
            digits = [said.isdecimal() for said, _ in choice]
            if pair and (values[0] >= values[1] or digits[0] != digits[1]):
                continue
            if values not in frame_at:
                frame_at[values] = _frame(meaning, dict(zip(slots, values, strict=True)), number)
            if frame_at[values].number > _MOST.get(frame_at[values].unit, 99):
                continue
            said = dict(zip(slots, (word for word, _ in choice), strict=True))
            yield template.format_map(said), frame_at[values]
            if self._compact and any(digits):
                # Many outlets set blanks around digits: "第 3 季度".
                spaced = template.format_map({slot: f" {word} " for slot, word in said.items()})
                yield spaced.strip(), frame_at[values]

    def _shape(self, meaning: str, template: str, number: int | None) -> _Shape:
        blank = "[ \n]{0,2}" if self._compact else "[ \n]{1,2}"
        pieces = _SLOT.split(template)
        parts: list[str] = []
        for at, piece in enumerate(pieces):
            if at % 2:
                parts.append(self._slot(piece))
            elif piece:
                around = " ?" if self._compact else ""
                words = blank.join(map(re.escape, piece.split(" ")))
                parts.append((around if at else "") + words + (around if at < len(pieces) - 1 else ""))
        if _LETTER.match(template[-1]):
            parts[-1] += END
        return _Shape(meaning, tuple(parts), "".join(parts), number, self._leads(pieces))

    def _slot(self, slot: str) -> str:
        if slot in _OPEN_PATTERNS:
            return _OPEN_PATTERNS[slot]
        if slot == "numerals":
            return f"(?P<numerals>[{''.join(self._numerals)}]{{4}})"
        if slot == "era":
            return f"(?P<era>{'|'.join(self._eras)}) ?(?P<reign>[0-9]{{1,3}}|元)"
        if slot == "name":
            return f"(?P<name>{alternation(self._tables['name'])})"
        return f"(?P<{slot}>[1-4])(?![0-9])" if slot == "digit" else f"(?P<{slot}>1[0-2]|[1-9])(?![0-9])"

    def _leads(self, pieces: list[str]) -> tuple[str, ...]:
        """What may stand before the first digit of a shape: some words, or names and a blank; "" for nothing."""
        named = {"name": self._tables["name"], "era": self._eras}.get(pieces[1])
        if named is None:
            return (pieces[0],)
        glue = pieces[2] if pieces[1] == "name" else ""
        return tuple({f"{pieces[0]}{name}{blank}" for name in named for blank in (glue, glue + " " * self._compact)})


#: The greatest number that a unit has.
_MOST = {"months": 12, "quarter": 4, "half": 2, "day": 31, "nth": 4}


class _Shape(NamedTuple):
    """A template with numbers that are not spelled out."""

    meaning: str
    #: Patterns of its slots and of the words between them, one after another.
    parts: tuple[str, ...]
    #: All of them as one; compiled when a text has such a time.
    pattern: str
    #: The number that it means without saying it.
    number: int | None
    #: What stands before its first digit.
    leads: tuple[str, ...]


_Tree = dict[str, "_Tree"]


def _either(shapes: Iterable[_Shape]) -> re.Pattern[str]:
    """One pattern that matches any of the shapes, longer ones before others; what they begin with is looked at once."""
    root: _Tree = {}
    for shape in shapes:
        node = root
        for part in shape.parts:
            node = node.setdefault(re.sub(r"\(\?P<[a-z]+>", "(?:", part), {})
        node[""] = {}
    return re.compile(f"{_branches(root)}{_END}" if root else "(?!)")


def _branches(node: _Tree) -> str:
    options = [part + _branches(rest) for part, rest in node.items() if part]
    if "" in node:
        options.append("")
    return options[0] if len(options) == 1 else f"(?:{'|'.join(options)})"


def _edge(char: str) -> str:
    """Of which kind an end of a word is: a letter of an alphabet, a digit, or neither."""
    if char.isdecimal():
        return "digit"
    return "letter" if char in LETTER_SET else ""


def _goes_on(edge: str, low: str, at: int, beyond: int) -> bool:
    """Whether a word whose end is of the kind `edge` goes on at the character beside it, or the one beyond that."""
    beside = low[at]
    if edge == "letter":
        return beside in LETTER_SET
    if beside in ".,":
        return 0 <= beyond < len(low) and low[beyond].isdecimal()
    return beside.isdecimal()


def _numbers(words: Mapping[int, tuple[str, ...]]) -> dict[str, int]:
    return {word: number for number, listed in words.items() for word in listed}


def _frame(meaning: str, values: Mapping[str, int], fixed: int | None) -> Frame:
    """What a template under `meaning` says with the numbers in its slots."""
    year = values.get("year", values.get("numerals"))
    if "yy" in values:
        year = 2000 + values["yy"]
    elif "era" in values:
        year = values["era"] + values["reign"]
    number = fixed or next((values[slot] for slot in _NUMBERS if slot in values), 0)
    first = values.get("from", values.get("earlier", 0))
    estimate = meaning.startswith("estimate")
    unit = meaning.removeprefix("estimate").strip() or "date"
    kind, _, of = unit.partition(" ")
    away = _AWAY.fullmatch(unit)
    if unit == "date":
        return _date(values, year, estimate=estimate)
    if unit in ("quarter", "half", "length"):
        of = "pair" if first else "word" if fixed and unit == "length" else ""
        return Frame(unit, number, first, year, of=of, estimate=estimate)
    if unit == "month":
        return Frame("months", number, first or number, year, of="pair" if first else "")
    if unit in ("months", "quarters"):
        return Frame("months", 3 * number if unit == "quarters" else number, first or 1, year)
    if kind in ("own", "base"):
        return Frame(kind, of=of)
    if away is None:
        return Frame(unit, number, year=year)
    return Frame(shift=int(away[2])) if away[1] == "year" else Frame(f"{away[1]}~", int(away[2]))


#: Slots that hold a meaning's number.
_NUMBERS = ("cardinal", "ordinal", "digit", "weekday", "name")
_AWAY = re.compile(r"([a-z]+)([+-][0-9])")


def _first_year(values: Mapping[str, int]) -> int:
    """The year in which a span of years begins; 0: none is said."""
    return values["fromyear"] if "fromyear" in values else 2000 + values["fromyy"] if "fromyy" in values else 0


def _in_order(values: Mapping[str, int]) -> bool:
    """Whether years that are said as one span follow each other: `24-25`, `2025/26/27`, not `25-24`."""
    first = _first_year(values)
    if not first:
        return True
    last = values["year"] if "year" in values else 2000 + values["yy"]
    if "thenyy" in values:
        return last - first == 2 and values["thenyy"] == (first + 1) % 100
    return 0 < last - first < _YEARS


def _date(values: Mapping[str, int], year: int | None, *, estimate: bool) -> Frame:
    month = values.get("month", values.get("name", 0))
    if "day" in values or "cardinal" in values:
        day, begin = values.get("day", values.get("cardinal", 0)), values.get("first", 0)
        return Frame("day", day, month, year, estimate=estimate, begin=begin if begin < day else 0)
    if month:
        return Frame("months", month, month, year, estimate=estimate)
    return Frame(year=year, estimate=estimate, begin=_first_year(values))
