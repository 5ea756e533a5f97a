"""Times as they stand in a text: what words of time side by side say together, not yet resolved to days.

One pass finds the words of time. Those side by side become one time (`third quarter` `of` `last year`); then the ends
of spans, lengths with the date that ends them, and lists are put together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple, TypeVar

from monitor.declarations.periods import PeriodWords
from monitor.extractors.timewords import LETTER_SET, Frame, TimeWords

_K = TypeVar("_K", bound=str)

#: Longest gap between two words of one time.
_GAP = 24
#: Longest chain of words beside a time: "as of" "the" "end of".
_CHAIN = 4


_NONE: frozenset[str] = frozenset()
_FILLER = frozenset({"filler"})
#: Letters of a year in digits.
_YEAR = 4


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
#: Units of the members of a list.
_LISTED = _PARTS | {"", "year", "length"}
#: How many months the units have that a date may end.
_LENGTHS = {"year": 12, "half": 6, "quarter": 3, "month": 1}


class Times:
    """Finder of the times of one language; compile once, use for every text."""

    def __init__(self, words: PeriodWords) -> None:
        """Compile a language's words."""
        self._compact = words.compact
        self._words = TimeWords(words)
        self._before, self._after = (
            _Beside(_by_word(words.before), back=True),
            _Beside(_by_word(words.after), back=False),
        )
        self._between: dict[str, frozenset[str]] = {}
        for relation, listed in words.between.items():
            for word in listed:
                self._between[word] = self._between.get(word, frozenset()) | {relation}
        self._fillers = frozenset(words.before.get("filler", ()))
        self._capitals = frozenset(words.capitals)

    def read(self, text: str) -> list[Time]:
        """The times in normalised `text`, in reading order."""
        low = _lower(text)
        times = self._spanned(low, self._joined(text, low))
        return list(self._qualified(low, times))

    def _atoms(self, text: str, low: str) -> Iterator[Time]:
        for start, end, frame in self._words.find(low):
            if low[start:end] in self._capitals and not text[start].isupper():
                continue
            if frame.of == "pair" and frame.unit != "length":
                first = frame._replace(first=frame.first if frame.unit == "months" else 0, number=frame.first, of="")
                second = frame._replace(first=frame.number if frame.unit == "months" else 0, of="")
                yield Time(start, end, first)
                yield Time(start, end, second, listed=True)
            else:
                yield Time(start, end, frame)

    def _relations(self, low: str, start: int, end: int) -> frozenset[str]:
        """How two times may be linked by what stands between them."""
        if end - start > _GAP or "\n" in (gap := low[start:end]):
            return _NONE
        joiner = "" if self._compact else " "
        words = gap.split()
        if len(words) > 1 and words[-1] == "|":
            # "Three months ended | Mar 31, 2023": the word stands in the first cell.
            words.pop()
        return self._between.get(joiner.join(word for word in words if word not in self._fillers), _NONE)

    def _joined(self, text: str, low: str) -> list[Time]:
        """Words that say one time together; digits that may be an amount are a year beside another word only."""
        times: list[Time] = []
        for found in self._atoms(text, low):
            atom = found
            if self._is_one_year(low, times, atom):
                atom = atom._replace(start=times.pop().start)
            if times and not atom.listed:
                relations = self._relations(low, times[-1].end, atom.start)
                if times[-1].frame.unit == "length" and "|" in low[times[-1].end : atom.start]:
                    # "Nine months | 2025 | 2024": the length holds for the row.
                    relations = _NONE
                merged = merge(times[-1].frame, atom.frame, relations) if relations else None
                if merged is not None:
                    if times[-1].listed:
                        _share(times, atom)
                    times[-1] = times[-1]._replace(end=times[-1].end if times[-1].listed else atom.end, frame=merged)
                    continue
            times.append(atom)
        return [time for time in times if not self._amount(low, time)]

    def _is_one_year(self, low: str, times: list[Time], atom: Time) -> bool:
        """Whether the last word says the same as the year behind it: `in the third quarter of the year 2020`."""
        if len(times) < 2 or times[-1].frame not in _YEAR_WORDS or not _year_said(atom.frame):
            return False
        return atom.start - times[-1].end == 1 and "of" in self._relations(low, times[-2].end, times[-1].start)

    def _amount(self, low: str, time: Time) -> bool:
        """Whether the time is a number only, with a unit after it or a currency before."""
        if time.end - time.start > _YEAR or not low[time.start : time.end].isdecimal():
            return False
        return "refuse" in (self._before.at(low, time.start)[0], self._after.at(low, time.end)[0])

    def _spanned(self, low: str, times: list[Time]) -> list[Time]:
        """Spans, lengths with the date that ends them, and lists that share a year or an end."""
        done: list[Time] = []
        for time in map(_ends_apart, times):
            relations = self._relations(low, done[-1].end, time.start) if done else _NONE
            between = "and" in relations and self._before.at(low, done[-1].start)[0] == "between"
            if (between or "range" in relations) and (span := _span(done[-1], time)):
                done[-1] = span
            elif relations & {"ended", "range"} and (ended := _ended(done[-1], time, dated_first="ended" in relations)):
                done[-1:] = ended
            elif done and done[-1].length and _is_next_cell(low, done[-1].end, time):
                # "Three months ended | Mar 31, 2023 | Dec 31, 2022": the length holds for the row.
                done.append(time._replace(length=done[-1].length))
            elif time.listed:
                done.append(_heir(done[-1], time))
            elif "and" in relations:
                # Without blanks a year stands before its part: 首季及去年第四季 names the last quarter's only.
                if not self._compact or _only_year(time.frame):
                    _share(done, time)
                done.append(_heir(done[-1], time))
            else:
                done.append(time)
        return [time for time in done if time.length or time.frame.unit != "length" or _counted(time.frame)]

    def _qualified(self, low: str, times: list[Time]) -> Iterator[Time]:
        """The times with what the words beside them do to them; "now" may be such a word itself."""
        taken = 0
        for time in times:
            if time.frame.unit == "now" and time.start < taken:
                continue
            before, _ = self._chain(self._before, low, time.start)
            after, taken = self._chain(self._after, low, time.end)
            beside = (before | after) - _FILLER
            yield time._replace(beside=beside) if beside else time

    def _chain(self, words: _Beside, low: str, at: int) -> tuple[frozenset[str], int]:
        found = _NONE
        for _ in range(_CHAIN):
            kind, beyond = words.at(low, at)
            if kind is None or kind == "refuse":
                break
            found, at = found | {kind}, beyond
        return found, at


class _Beside:
    """The words that may stand before a time, or after it."""

    def __init__(self, words: Mapping[str, str], *, back: bool) -> None:
        self._words = words
        self._back = back
        #: For the character that touches the time, the lengths of the words with it, longest first.
        self._widths: dict[str, list[int]] = {}
        for word in sorted(words, key=len, reverse=True):
            widths = self._widths.setdefault(word[-1] if back else word[0], [])
            if len(word) not in widths:
                widths.append(len(word))

    def at(self, low: str, at: int) -> tuple[str | None, int]:
        """What the longest word that touches the offset says, blanks aside, and the offset beyond it."""
        if self._back:
            while at and low[at - 1] == " ":
                at -= 1
            for width in self._widths.get(low[at - 1], ()) if at else ():
                kind = self._words.get(low[at - width : at]) if width <= at else None
                if kind is not None and not _inside_word(low, at - width):
                    return kind, at - width
            return None, at
        while low.startswith(" ", at):
            at += 1
        for width in self._widths.get(low[at], ()) if at < len(low) else ():
            kind = self._words.get(low[at : at + width])
            if kind is not None and not _inside_word(low, at + width):
                return kind, at + width
        return None, at


def _lower(text: str) -> str:
    """Lower case of the same length: a few letters have two in lower case."""
    low = text.lower()
    return low if len(low) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def _by_word(words: Mapping[_K, tuple[str, ...]]) -> dict[str, str]:
    return {word: kind for kind, listed in words.items() for word in listed}


def _inside_word(low: str, at: int) -> bool:
    return 0 < at < len(low) and low[at - 1] in LETTER_SET and low[at] in LETTER_SET


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
    if _year_said(other) and one.unit in _YEARLY and not one.dated and (one.unit != "day" or one.first):
        # A day without its month has no year either: "25日" before "2025年" is another time.
        return one.in_year_of(other)
    if _year_said(one) and other.unit in _YEARLY and not other.dated:
        return other.in_year_of(one)
    for length, year in ((one, other), (other, one)):
        if _counted(length) and not length.dated and _year_said(year):
            if length.number in _FIRST_MONTHS:
                return Frame("months", length.number, 1).in_year_of(year)
            if length.number == _QUARTER:
                return length.in_year_of(year)
    if one.unit == "months" and one.first == one.number and other.unit == "day" and not (other.first or other.dated):
        return other._replace(first=one.number).in_year_of(one)
    if _year_said(other) and (one.unit, one.of) == ("own", "year"):
        return other
    for part, base in ((one, other), (other, one)):
        if part.unit in _PARTS and not part.dated and (base.unit, base.of) == ("base", "year"):
            return part._replace(shift=-1, of="base")
        if part.unit in _PARTS and not part.dated and base.unit == "that year":
            return part._replace(shift=0, of="that")
        if part.unit in _PARTS and not part.dated and base.unit == "later" and base.number % 12 == 0:
            return part._replace(shift=base.number // 12, of="that")
    if one.unit == "weekday" and other.unit == "day":
        return other
    return one if other.unit == "weekday" and one.unit == "day" else None


#: Words that say nothing beside the year's number.
_YEAR_WORDS = (Frame("length", 12, of="word"), Frame("own", of="year"))
#: Lengths of which a year beside them says that they are its first months.
_FIRST_MONTHS = frozenset({6, 9})
#: "Three months 2021" are the quarter of that year which the article reports of its own.
_QUARTER = 3
#: Months of the periods that companies report.
_REPORTED = frozenset({3, 6, 9, 12})


def _counted(frame: Frame) -> bool:
    """Whether it is a length in months, said as a number, that reports are about."""
    return frame.unit == "length" and not frame.of and frame.number in _REPORTED


def _only_year(frame: Frame) -> bool:
    return frame.unit == "" and frame.dated


def _year_said(frame: Frame) -> bool:
    return frame.unit in ("", "year") and frame.dated


def _ends_apart(time: Time) -> Time:
    """Days of one month, or years, that are said in one word, as a span."""
    frame = time.frame
    if not frame.begin:
        return time
    first = frame._replace(number=frame.begin) if frame.unit == "day" else frame._replace(year=frame.begin)
    return time._replace(frame=first._replace(begin=0), last=frame._replace(begin=0))


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
    if units == {"weekday"}:
        return Time(one.start, other.end, first, last)
    if one.last or other.last or one.length or other.length or not units <= _PARTS | {""}:
        return None
    if ("" in units and len(units) > 1) or ("day" in units and units & {"quarter", "half"}):
        # "May 27 - First quarter: ...": a date and what it brought.
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
    if first.year is not None and last.year is not None and _order(last) < _order(first):
        # "Q1 2023 – Q4 2022" heads two columns.
        return None
    return Time(one.start, other.end, first, last)


def _order(frame: Frame) -> tuple[int | None, int, int]:
    return frame.year, frame.first, frame.number


def _is_next_cell(low: str, end: int, time: Time) -> bool:
    return low[end : time.start].strip() == "|" and time.frame.unit in {"day", "months"} and not time.length


def _ended(one: Time, other: Time, *, dated_first: bool) -> list[Time] | None:
    """A length and the date that ends it, whichever is first; two times where two lengths are said."""
    orders = ((one.frame, other.frame), (other.frame, one.frame))
    for length, date in orders if dated_first else orders[:1]:
        months = length.number if length.unit == "length" else _LENGTHS.get(length.of or length.unit, 0)
        undated = length.unit in ("length", "own") or (length.unit == "year" and not length.dated)
        if months and undated and date.unit in ("day", "months"):
            lengths = (length.first, months) if length.of == "pair" else (months,)
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
    if not {known.unit, time.frame.unit} <= _LISTED or (known.unit == "day") != (time.frame.unit == "day"):
        return time
    if known.dated and time.frame.unit in _PARTS and not time.frame.dated and known.unit in _PARTS:
        return time._replace(frame=time.frame.in_year_of(known), listed=True)
    return time._replace(listed=True)
