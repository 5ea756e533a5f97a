"""Times as they stand in a text: what words of time side by side say together, not yet resolved to days.

One pass finds the words of time. Those side by side become one time (`third quarter` `of` `last year`); then the ends
of spans, lengths with the date that ends them, and lists are put together.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import NamedTuple, TypeVar

from ahocorasick_rs import AhoCorasick, MatchKind

from monitor.declarations.periods import OPEN, PeriodWords
from monitor.extractors.words import END, LETTERS, alternation

_K = TypeVar("_K")

_SLOT = re.compile(r"\{([a-z]+)\}")
_LETTER = re.compile(f"[{LETTERS}]")
#: A shape does not end inside a number.
_END = "(?<![0-9](?=[0-9]))(?<![0-9](?=[.,][0-9]))"
_NEXT_WORD = re.compile(f"[ \n-]*([{LETTERS}]+)")
#: Patterns of the slots that stay open; a year is one that news of today may name.
_OPEN_PATTERNS = {
    "year": "(?P<year>(?:19[89]|20[0-4])[0-9])(?![0-9])",
    "yy": "(?P<yy>[0-4][0-9])(?![0-9])",
    "month": "(?P<month>1[0-2]|0?[1-9])(?![0-9])",
    "day": "(?P<day>[12][0-9]|3[01]|0?[1-9])(?![0-9])",
}
#: Longest gap between two words of one time.
_GAP = 24
#: Longest chain of words beside a time: "as of" "the" "end of".
_BESIDE = 4
#: Texts whose reading is kept, so that a number of articles does not read "2025" anew each time.
_KEPT = 8192


_NONE: frozenset[str] = frozenset()


class Frame(NamedTuple):
    """What some words of time say."""

    #: "" where only a year is said; half, quarter, months, day; weekday, length, days; own, base, same; a unit with
    #: `~` counted from the day of publication; else the meaning's own name.
    unit: str = ""
    number: int = 0
    #: Of `months` the first one, of `day` its month (0: not said), of a pair of lengths the other.
    first: int = 0
    year: int | None = None
    #: The year, counted from the publication's.
    shift: int | None = None
    #: Of `own` and `base`: period, year, half, quarter, month.
    of: str = ""
    #: The period is marked as expected.
    estimate: bool = False

    @property
    def dated(self) -> bool:
        """Whether a year is said."""
        return self.year is not None or self.shift is not None

    def in_year_of(self, other: Frame) -> Frame:
        """The same in the year of `other`."""
        return self._replace(year=other.year, shift=other.shift, estimate=self.estimate or other.estimate)


class Time(NamedTuple):
    """A time as it stands in the text."""

    start: int
    end: int
    frame: Frame
    #: The far end of a span.
    last: Frame | None = None
    #: Months that end with the frame's.
    length: int = 0
    #: It goes on a list that the time before it began.
    listed: bool = False
    #: What the words beside it do to it: until, since, end, start, middle, next, earlier.
    beside: frozenset[str] = frozenset()


#: Units that a year beside them completes.
_PARTS = frozenset({"half", "quarter", "months", "day"})
_YEARLY = _PARTS | {"year", "same", "year start", "year end"}
#: Units that end a span at the publication.
PRESENT = frozenset({"now", "day~"})
#: How many months the units have that a date may end.
_LENGTHS = {"year": 12, "half": 6, "quarter": 3, "month": 1}


class Times:
    """Finder of the times of one language; compile once, use for every text."""

    def __init__(self, words: PeriodWords) -> None:
        """Compile a language's words."""
        self._compact = words.compact
        self._spelling = _Spelling(words)
        self._before, self._after = _by_word(words.before), _by_word(words.after)
        self._between: dict[str, frozenset[str]] = {}
        for relation, listed in words.between.items():
            for word in listed:
                self._between[word] = self._between.get(word, frozenset()) | {relation}
        self._widest = max(map(len, [*self._before, *self._after]), default=0)
        self._fillers = frozenset(words.before.get("filler", ()))
        self._capitals = frozenset(words.capitals)

    def read(self, text: str) -> list[Time]:
        """The times in normalised `text`, in reading order."""
        low = _lower(text)
        times = self._spanned(low, self._joined(low, self._atoms(text, low)))
        return [self._qualified(low, time) for time in times]

    def _atoms(self, text: str, low: str) -> Iterator[Time]:
        for start, end, frame in self._spelling.find(low):
            word = low[start:end]
            if word in self._capitals and not text[start].isupper():
                continue
            if word.isdecimal() and "refuse" in (self._word_before(low, start)[0], self._word_after(low, end)[0]):
                continue
            if frame.first and frame.unit in ("half", "quarter"):
                yield Time(start, end, frame._replace(number=frame.first, first=0))
                yield Time(start, end, frame._replace(first=0), listed=True)
            else:
                yield Time(start, end, frame)

    def _relations(self, low: str, start: int, end: int) -> frozenset[str]:
        """How two times may be linked by what stands between them."""
        gap = low[start:end]
        if end - start > _GAP or "\n" in gap:
            return _NONE
        joiner = "" if self._compact else " "
        return self._between.get(joiner.join(word for word in gap.split() if word not in self._fillers), _NONE)

    def _joined(self, low: str, atoms: Iterable[Time]) -> list[Time]:
        """Words that say one time together."""
        times: list[Time] = []
        for atom in atoms:
            relations = self._relations(low, times[-1].end, atom.start) if times and not atom.listed else _NONE
            merged = merge(times[-1].frame, atom.frame, relations) if relations else None
            if merged is None:
                times.append(atom)
            elif times[-1].listed:
                _share(times, atom)
                times[-1] = times[-1]._replace(frame=merged)
            else:
                times[-1] = Time(times[-1].start, atom.end, merged)
        return times

    def _spanned(self, low: str, times: list[Time]) -> list[Time]:
        """Spans, lengths with the date that ends them, and lists that share a year or an end."""
        done: list[Time] = []
        for time in times:
            relations = self._relations(low, done[-1].end, time.start) if done else _NONE
            between = "and" in relations and self._word_before(low, done[-1].start)[0] == "between"
            if (between or "range" in relations) and (span := _span(done[-1], time)):
                done[-1] = span
            elif relations & {"ended", "range"} and (ended := _ended(done[-1], time)):
                done[-1:] = ended
            elif time.listed:
                done.append(_heir(done[-1], time))
            elif "and" in relations:
                _share(done, time)
                done.append(_heir(done[-1], time))
            else:
                done.append(time)
        return [time for time in done if time.length or time.frame.unit != "length"]

    def _qualified(self, low: str, time: Time) -> Time:
        """The time with what the words beside it do to it."""
        found: set[str] = set()
        for step in (self._word_before, self._word_after):
            at = time.start if step == self._word_before else time.end
            for _ in range(_BESIDE):
                kind, at = step(low, at)
                if kind is None or kind == "refuse":
                    break
                found.add(kind)
        found.discard("filler")
        return time._replace(beside=frozenset(found)) if found else time

    def _word_before(self, low: str, start: int) -> tuple[str | None, int]:
        while start and low[start - 1] == " ":
            start -= 1
        for width in range(min(self._widest, start), 0, -1):
            kind = self._before.get(low[start - width : start])
            if kind is not None and not _inside_word(low, start - width):
                return kind, start - width
        return None, start

    def _word_after(self, low: str, end: int) -> tuple[str | None, int]:
        while low.startswith(" ", end):
            end += 1
        for width in range(min(self._widest, len(low) - end), 0, -1):
            kind = self._after.get(low[end : end + width])
            if kind is not None and not _inside_word(low, end + width):
                return kind, end + width
        return None, end


def _lower(text: str) -> str:
    """Lower case of the same length: a few letters have two in lower case."""
    low = text.lower()
    return low if len(low) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def _by_word(words: Mapping[_K, tuple[str, ...]]) -> dict[str, _K]:
    return {word: kind for kind, listed in words.items() for word in listed}


def _inside_word(low: str, at: int) -> bool:
    return 0 < at < len(low) and bool(_LETTER.match(low[at - 1]) and _LETTER.match(low[at]))


def _inside_number(low: str, start: int, end: int) -> bool:
    """Whether digits at either end of the span go on outside it."""
    before, after = low[max(start - 2, 0) : start], low[end : end + 2]
    if low[start].isdecimal() and before and (before[-1].isdecimal() or (before[-1] in ".," and before[0].isdecimal())):
        return True
    if not low[end - 1].isdecimal() or not after:
        return False
    return after[0].isdecimal() or (after[0] in ".," and after[-1].isdecimal())


def merge(one: Frame, other: Frame, relations: frozenset[str]) -> Frame | None:
    """What two words of time say as one, None where they are two times.

    Args:
        one: the earlier in the text.
        other: the later.
        relations: `of`, or `comma`, which joins a day and its year only.
    """
    if "comma" in relations:
        if other.unit == "day" and one.unit == "weekday":
            return other
        if one.unit in ("day", "months") and not one.dated and _only_year(other):
            return one.in_year_of(other)
    if "of" not in relations:
        return None
    if _year_said(other) and one.unit in _YEARLY and not one.dated:
        return one.in_year_of(other)
    if _year_said(one) and other.unit in _YEARLY and not other.dated:
        return other.in_year_of(one)
    if one.unit == "months" and one.first == one.number and other.unit == "day" and not (other.first or other.dated):
        return other._replace(first=one.number).in_year_of(one)
    if one.unit == "weekday" and other.unit == "day":
        return other
    return one if other.unit == "weekday" and one.unit == "day" else None


def _only_year(frame: Frame) -> bool:
    return frame.unit == "" and frame.dated


def _year_said(frame: Frame) -> bool:
    return frame.unit in ("", "year") and frame.dated


def _span(one: Time, other: Time) -> Time | None:
    """Two times as the ends of a span, each completed by the other."""
    first, last = one.frame, other.frame
    if first.unit == "year start" and last.unit == "day":
        first = first._replace(unit="day", number=1, first=1)
    if first.unit in _PARTS and last.unit in PRESENT and not last.number and not one.last and not one.length:
        return Time(one.start, other.end, first, last)
    if first.unit == "" and last.unit in ("day", "months") and not last.dated and first.dated:
        first, last = first._replace(unit=last.unit, number=1, first=1), last.in_year_of(first)
    units = {first.unit, last.unit}
    if one.last or other.last or one.length or other.length or not units <= _PARTS | {""}:
        return None
    if "" in units and len(units) > 1:
        return None
    if not first.dated:
        first = first.in_year_of(last)
    elif not last.dated:
        last = last.in_year_of(first)
    if units == {"day"}:
        if not first.first:
            first = first._replace(first=last.first)
        elif not last.first:
            last = last._replace(first=first.first)
    return Time(one.start, other.end, first, last)


def _ended(one: Time, other: Time) -> list[Time] | None:
    """A length and the date that ends it, whichever is first; two times where two lengths are said."""
    for length, date in ((one.frame, other.frame), (other.frame, one.frame)):
        months = length.number if length.unit == "length" else _LENGTHS.get(length.of or length.unit, 0)
        undated = length.unit in ("length", "own") or (length.unit == "year" and not length.dated)
        if months and undated and date.unit in ("day", "months"):
            lengths = (length.first, months) if length.unit == "length" and length.first else (months,)
            return [Time(one.start, other.end, date, length=n) for n in lengths]
    return None


def _share(done: list[Time], time: Time) -> None:
    """Give the year of a list's last member to those before it that name none (`Q3 and Q4 2024`)."""
    at = len(done) - 1
    while at >= 0 and time.frame.dated and not done[at].frame.dated and done[at].frame.unit in _YEARLY:
        done[at] = done[at]._replace(frame=done[at].frame.in_year_of(time.frame))
        if not done[at].listed:
            break
        at -= 1


def _heir(before: Time, time: Time) -> Time:
    """The next member of a list, with the year or end that the member before it names."""
    if before.length and time.frame.unit == "length":
        return time._replace(frame=before.frame, length=time.frame.number, listed=True)
    known = before.last or before.frame
    if known.dated and time.frame.unit in _PARTS and not time.frame.dated and known.unit in _PARTS:
        return time._replace(frame=time.frame.in_year_of(known), listed=True)
    return time._replace(listed=True)


class _Spelling:
    """The words of time, and what each of them says.

    Spelled-out words are found by one automaton; as a regular expression the 13,000 forms of a language would take
    seconds to compile. Those with open numbers are tried where digits begin, or a prefix of theirs before them.
    """

    def __init__(self, words: PeriodWords) -> None:
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
        self._known: dict[str, Frame] = {}
        shapes: list[_Shape] = []
        templates = [(meaning, template) for meaning, listed in words.says.items() for template in listed]
        # What is written out is meant more than what a slot happens to make.
        for meaning, written in sorted(templates, key=lambda item: "{" in item[1]):
            template, _, fixed = written.partition("=")
            number = int(fixed) if fixed else None
            if OPEN.intersection(_SLOT.findall(template)):
                shapes.append(self._shape(meaning, template, number))
            else:
                self._spell(meaning, template, number)
        self._words = list(self._known)
        self._frames = list(self._known.values())
        self._automaton = AhoCorasick(self._words, matchkind=MatchKind.Standard)
        shapes.sort(key=lambda shape: -len(shape.pattern.pattern))
        self._shapes = shapes
        self._prefixes = frozenset(prefix for shape in shapes for prefix in shape.prefixes if prefix)
        self._widest = max(map(len, self._prefixes), default=0)
        self._any = re.compile(f"(?:{'|'.join(_ungrouped(shape.pattern.pattern) for shape in shapes) or '(?!)'}){_END}")
        numerals = f"|(?<![{''.join(self._numerals)}])[{''.join(self._numerals)}]{{4}}" if self._numerals else ""
        self._digits = re.compile(f"[0-9]+{numerals}")
        self._read: dict[str, Frame | None] = {}

    def find(self, low: str) -> list[tuple[int, int, Frame]]:
        """Spans of the words of time in lower-case text, with what they say; of those that overlap the longest."""
        found = [*self._spelled(low), *self._shaped(low)]
        found.sort(key=lambda hit: (hit[0], -hit[1]))
        kept: list[tuple[int, int, Frame]] = []
        for hit in found:
            if not kept or hit[0] >= kept[-1][1]:
                kept.append(hit)
        return kept

    def _spelled(self, low: str) -> Iterator[tuple[int, int, Frame]]:
        lines_as_blanks = low.replace("\n", " ")
        for index, start, end in self._automaton.find_matches_as_indexes(lines_as_blanks, overlapping=True):
            if _inside_word(low, start) or _inside_word(low, end) or _inside_number(low, start, end):
                continue
            frame = self._frames[index]
            if frame.unit != "nth" or self._ends_phrase(low, end):
                yield start, end, frame

    def _ends_phrase(self, low: str, end: int) -> bool:
        """Whether no noun follows: a mark does, or a word that is none."""
        word = _NEXT_WORD.match(low, end)
        return word is None or word[1] in self._followers

    def _shaped(self, low: str) -> Iterator[tuple[int, int, Frame]]:
        done = 0
        for digits in self._digits.finditer(low):
            if digits.start() < done:
                continue
            for start in (*self._prefixed(low, digits.start()), digits.start()):
                match = self._any.match(low, start)
                if match and not (_inside_word(low, start) or _inside_number(low, start, match.end())):
                    frame = self._meaning(match[0])
                    if frame is not None:
                        done = max(done, match.end())
                        yield start, match.end(), frame

    def _prefixed(self, low: str, start: int) -> Iterator[int]:
        """Where a shape may begin whose first digits stand at `start`, the longest prefix first."""
        for width in range(min(self._widest, start), 0, -1):
            if low[start - width : start] in self._prefixes:
                yield start - width

    def _meaning(self, word: str) -> Frame | None:
        if word not in self._read:
            if len(self._read) >= _KEPT:
                self._read.clear()
            self._read[word] = self._understood(word)
        return self._read[word]

    def _understood(self, word: str) -> Frame | None:
        for shape in self._shapes:
            match = shape.pattern.fullmatch(word)
            if match:
                values = {slot: self._value(slot, said) for slot, said in match.groupdict().items()}
                return _frame(shape.meaning, values, shape.number)
        return None

    def _value(self, slot: str, said: str) -> int:
        if said in self._eras:
            return self._eras[said]
        if slot == "numerals":
            return int("".join(str(self._numerals[char]) for char in said))
        return int(said) if said.isdecimal() else self._tables.get(slot, {}).get(" ".join(said.split()), 1)

    def _spell(self, meaning: str, template: str, number: int | None) -> None:
        slots = _SLOT.findall(template)
        for choice in product(*(self._tables[slot].items() for slot in slots)):
            frame = _frame(meaning, {slot: value for slot, (_, value) in zip(slots, choice, strict=True)}, number)
            self._known.setdefault(_filled(template, [said for said, _ in choice]), frame)
            if self._compact and any(said.isdecimal() for said, _ in choice):
                # Many outlets set blanks around digits: "第 3 季度".
                spaced = [f" {said} " if said.isdecimal() else said for said, _ in choice]
                self._known.setdefault(_filled(template, spaced).strip(), frame)

    def _shape(self, meaning: str, template: str, number: int | None) -> _Shape:
        blank = "[ \n]{0,2}" if self._compact else "[ \n]{1,2}"
        pieces = _SLOT.split(template)
        pattern = ""
        for at, piece in enumerate(pieces):
            if at % 2:
                pattern += self._slot(piece)
                continue
            around = " ?" if self._compact and piece else ""
            pattern += (around if at else "") + blank.join(map(re.escape, piece.split(" ")))
            pattern += around if at < len(pieces) - 1 else ""
        if _LETTER.match(template[-1]):
            pattern += END
        return _Shape(meaning, re.compile(pattern), number, self._before_digits(pieces))

    def _before_digits(self, pieces: list[str]) -> tuple[str, ...]:
        """What stands before the first digit of a shape: some words, or the names of months or eras and a blank."""
        named = {"name": self._tables["name"], "era": self._eras}.get(pieces[1])
        if named is None:
            return (pieces[0],)
        glue = pieces[2] if pieces[1] == "name" else ""
        return tuple(f"{pieces[0]}{name}{blank}" for name in named for blank in {glue, f"{glue} "})

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


class _Shape(NamedTuple):
    """A template with numbers that are not spelled out."""

    meaning: str
    pattern: re.Pattern[str]
    #: The number that it means without saying it.
    number: int | None
    #: What stands before its first digit.
    prefixes: tuple[str, ...]


def _filled(template: str, words: list[str]) -> str:
    for word in words:
        template = _SLOT.sub(lambda _, said=word: said, template, count=1)  # type: ignore[misc]
    return template


def _numbers(words: Mapping[int, tuple[str, ...]]) -> dict[str, int]:
    return {word: number for number, listed in words.items() for word in listed}


def _ungrouped(pattern: str) -> str:
    return re.sub(r"\(\?P<[a-z]+>", "(?:", pattern)


def _frame(meaning: str, values: Mapping[str, int], fixed: int | None) -> Frame:
    """What a template under `meaning` says with the numbers in its slots."""
    year = values.get("year", values.get("numerals"))
    if "yy" in values:
        year = 2000 + values["yy"]
    elif "era" in values:
        year = values["era"] + values["reign"]
    number = fixed or next(
        (values[slot] for slot in ("cardinal", "ordinal", "digit", "weekday", "name") if slot in values), 0
    )
    estimate = meaning.startswith("estimate")
    meaning = meaning.removeprefix("estimate").strip() or "date"
    if meaning == "date":
        return _date(values, year, estimate=estimate)
    if meaning == "month":
        return Frame("months", number, number, year=year)
    if meaning == "months":
        return Frame("months", number, values.get("from", 1), year=year)
    if meaning == "quarters":
        return Frame("months", 3 * number, 1, year=year)
    if meaning in ("length", "quarter", "half"):
        return Frame(meaning, number, values.get("from", values.get("earlier", 0)), year=year, estimate=estimate)
    kind, _, of = meaning.partition(" ")
    if kind in ("own", "base"):
        return Frame(kind, of=of)
    unit, sign, count = _away(meaning)
    if unit == "year" and sign:
        return Frame(shift=count)
    if sign:
        return Frame(f"{unit}~", count)
    return Frame(meaning, number, year=year, estimate=estimate)


def _away(meaning: str) -> tuple[str, bool, int]:
    match = re.fullmatch(r"([a-z]+)([+-][0-9])", meaning)
    return (match[1], True, int(match[2])) if match else (meaning, False, 0)


def _date(values: Mapping[str, int], year: int | None, *, estimate: bool) -> Frame:
    month = values.get("month", values.get("name", 0))
    if "day" in values or "cardinal" in values:
        return Frame("day", values.get("day", values.get("cardinal", 0)), month, year=year, estimate=estimate)
    if month:
        return Frame("months", month, month, year=year, estimate=estimate)
    return Frame(year=year, estimate=estimate)
