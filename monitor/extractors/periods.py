"""Times of a text resolved to periods: against the day of publication, and the period that the article reports."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from monitor.declarations.periods import PeriodSections
from monitor.extractors.times import PRESENT, Time, Times
from monitor.extractors.timewords import Frame
from storage import periods as algebra
from storage.periods import Period, month_of
from storage.records import Measure

#: A reported period ended no longer ago: annual results come within four months, and are talked of a while.
_REPORTED_WITHIN = timedelta(days=150)
#: A day without a year lies in the past unless it is that near; news announces what comes within weeks.
_SOON = timedelta(days=60)

#: A time without a year began no longer ago, and begins no later.
_AGO, _AHEAD = timedelta(days=300), timedelta(days=100)

#: Several days that end with the one said last, where it is no further from the publication.
_LATELY = timedelta(days=7)
#: Units of several days that end lately.
_STRETCHES = frozenset({"days", "sessions"})

#: A half and a quarter of it are said with so many full stops between them.
_ORDINALS = 2

#: A quarter is reported so many days after its end at the earliest.
_SETTLED = timedelta(days=45)
_DECEMBER = 12

#: From this month on, a year's end of which no year is said is the coming one.
_TURNING = 9

#: Of the words for a base of comparison: the mention's kind, and the measure of a change against it.
_BASES: dict[str, tuple[str, Measure]] = {
    "year": ("prior_year_same", "yoy"),
    "quarter": ("prior_quarter", "qoq"),
    "month": ("prior_month", "mom"),
}
_MONTHS = {"year": 12, "half": 6, "quarter": 3, "month": 1}
#: The first so many months of a year are told of beside the year.
_NINE = 9
#: Characters of a day's form.
_DAY = len("2025-03-26")


@dataclass(frozen=True, kw_only=True, slots=True)
class PeriodMention:
    """A time found in a text."""

    #: Offsets in the normalised text, end exclusive.
    start: int
    end: int
    #: Contract form; None where the text does not fix it.
    form: str | None
    #: `absolute`: the year is said. `relative`: counted from the day of publication. `bare`: the year was filled in.
    #: `span`, `since` (see `to_date`), `open` (all time up to it), `ended` (months that a date ends). `own`: the
    #: period that the article reports. `length`: so many months of the year up to its end. `same`, `then`: the one
    #: said before, `later`: so many months after it. `turn`: a year's beginning or end. `stretch`: so many days up to
    #: lately. `now`, `today`, `since_launch`, `year_to_date`, `cumulative`, `rate:daily`, `rate:monthly`,
    #: `rate:annualized`. Bases: `prior_year_same`, `prior_quarter`, `prior_month`.
    kind: str
    #: The day or month up to which something is counted: as of, by the end of, 截至.
    until: bool = False
    #: A base of comparison; seen from the compared figure it is `against` that figure's period.
    comparative: bool = False
    #: The measure of a change against it.
    measure: Measure | None = None
    #: The year in which a base lies, where it is said ("in the same period of 2023").
    base_year: int | None = None
    #: The period is marked as expected (FY25E).
    estimate: bool = False
    #: From its start to the month of publication: "this year" of what has been done, "since October" of a price.
    to_date: str | None = None
    #: What the same words may mean, too: where the year was filled in the same in the years around ("July", "by
    #: March"), of a stretch or a week those up to another day, of months ago or a base one counted from elsewhere.
    others: tuple[str, ...] = ()
    #: Of a list or a span of years, quarters or months: each of its members ...
    members: tuple[str, ...] = ()
    #: ... and of a list what they cover together ("in each of April and May").
    group: str | None = None
    #: It stands at the head of its line: an entry of a chronicle or a ticker.
    leads: bool = False

    def against(self, form: str) -> str | None:
        """The base's period for a compared figure of the period `form`; None where there is none."""
        if self.base_year is not None:
            return _moved(form, self.base_year)
        return shifted(form, self.kind)


def shifted(form: str, kind: str) -> str | None:
    """The period that a base of `kind` means for a compared figure of the period `form`.

    >>> shifted("2025-Q1", "prior_quarter"), shifted("2025-01/2025-09", "prior_year_same")
    ('2024-Q4', '2024-01/2024-09')
    """
    try:
        if kind == "prior_year_same":
            return algebra.shift_years(form, -1)
        if kind == "prior_quarter":
            months = _length(form)
            return algebra.before(form) if months >= 3 else algebra.shift_quarters(form, -1)
        if kind == "prior_month":
            return algebra.shift_months(form, -1)
    except ValueError:
        pass
    return None


def reporting_period(mentions: Sequence[PeriodMention], dated: date) -> str | None:
    """The period that an article published on `dated` reports.

    It is the first quarter, half, nine months or year that ended lately; of a quarter and a year that are said together
    and end together the quarter.

    Args:
        mentions: of the title and the first paragraphs, in reading order.
        dated: day of publication.
    """
    chosen: str | None = None
    since_chosen = 0
    for mention in mentions:
        since_chosen += 1
        form = mention.form
        if form is None or not _reportable(mention, form, dated):
            continue
        together = chosen is not None and since_chosen <= _TOGETHER
        if chosen is None or (
            together and algebra.last_day(form) == algebra.last_day(chosen) and _length(form) < _length(chosen)
        ):
            chosen, since_chosen = form, 0
    return chosen


def _reportable(mention: PeriodMention, form: str, dated: date) -> bool:
    """Whether results of the period may be what is published on `dated`."""
    if mention.comparative or mention.estimate or mention.kind in _UNREPORTED or form.startswith(".."):
        return False
    first, months = algebra.first_day(form), _length(form)
    if first is None or first.day != 1 or months not in _REPORTED or (months == 9 and first.month != 1):
        return False
    if months == 12 and mention.kind == "relative":
        return False
    return timedelta(0) <= dated - algebra.last_day(form) <= _REPORTED_WITHIN


_NOT_REPORTED = frozenset({"open", "since", "since_launch", "year_to_date", "cumulative"})
#: Nor is what is counted from a time said before.
_UNREPORTED = _NOT_REPORTED | {"later"}
#: Months of the periods that companies report.
_REPORTED = frozenset({3, 6, 9, 12})
#: "The fourth quarter and full year": so many mentions apart at most.
_TOGETHER = 3


class Periods:
    """Reader of the periods of one language; compile once, use for every text."""

    def __init__(self, pack: PeriodSections) -> None:
        """Compile the pack."""
        self._times = Times(pack.periods)
        stops = re.escape(pack.periods.stops.replace(".", ""))
        self._stop = re.compile(rf"[{stops}\n]|\.(?![0-9])" if "." in pack.periods.stops else f"[{stops}\n]")
        self._last: tuple[str, list[Time]] = ("", [])

    def read(
        self, text: str, *, dated: date, reporting: str | None, sentences: Sequence[int] | None = None
    ) -> list[PeriodMention]:
        """The periods in `text`, in reading order; reading the same text again with another `reporting` is cheap.

        Args:
            text: normalised text.
            dated: day of publication, from which relative words count.
            reporting: the period that the article reports, where known: what "the quarter" or "a year earlier" mean.
            sentences: where sentences begin, where known: a year left out is the sentence's. None: each full stop ends
                one, abbreviations too.
        """
        known, times = self._last
        if known != text:
            times = self._times.read(text)
            self._last = text, times
        if sentences is None:
            sentences = [match.end() for match in self._stop.finditer(text)] if times else []
        resolver = _Resolver(dated, reporting)
        lines = [0, *(match.end() for match in _LINE_BREAK.finditer(text))] if times else []
        mentions = _listed(
            [
                resolver.mention(time, bisect_right(sentences, time.start), _place_of(time, lines, len(text)))
                for time in times
            ],
            times,
        )
        return [mention for mention in mentions if mention.form or mention.kind != "bare"]


_LINE_BREAK = re.compile("\n")
#: A time so near to the beginning of its line heads it: the entry of a chronicle, a ticker, a chapter.
_LEAD = 6
#: A line with a time at its head and hardly more is the heading of a chapter.
_CHAPTER = 14


class _Place(NamedTuple):
    """Where a time stands: its line, and whether it heads it."""

    line: int
    leads: bool
    #: Characters of the line.
    length: int


def _place_of(time: Time, lines: Sequence[int], end: int) -> _Place:
    line = bisect_right(lines, time.start) - 1
    after = lines[line + 1] - 1 if line + 1 < len(lines) else end
    return _Place(line, time.start - lines[line] <= _LEAD, after - lines[line])


def _listed(mentions: Sequence[PeriodMention], times: Sequence[Time]) -> Iterator[PeriodMention]:
    """The mentions, those of one list with its members."""
    start = 0
    while start < len(mentions):
        end = start + 1
        while end < len(mentions) and times[end].listed:
            end += 1
        forms = tuple(mention.form for mention in mentions[start:end] if mention.form)
        if end - start == 1 or len(forms) < end - start:
            yield from mentions[start:end]
        else:
            group = cover(forms)
            yield from (replace(mention, members=forms, group=group) for mention in mentions[start:end])
        start = end


def cover(forms: Sequence[str]) -> str | None:
    """The span of periods that follow each other without a gap, None for others."""
    periods = [algebra.parse(form) for form in forms]
    for one, other in pairwise(periods):
        if one.first is None or other.first is None or other.first - one.last != timedelta(days=1):
            return None
    first, last = periods[0].first, periods[-1].last
    return None if first is None else algebra.format(Period(first, last))


def _steps(form: str, unit: str) -> tuple[str, ...]:
    """The years, quarters or months of a span that was said in such a unit."""
    period = algebra.parse(form)
    months = {"": 12, "past years": 12, "quarter": 3, "prior quarters": 3, "past quarters": 3, "months": 1}.get(unit)
    if months is None or period.first is None or _length(form) > 12 * months:
        return ()
    start = month_of(period.first)
    first = algebra.format(algebra.parse(f"{start}/{algebra.shift_months(start, months - 1)}"))
    return tuple(algebra.shift_months(first, step) for step in range(0, _length(form), months))


class _Resolver:
    """Goes through the times of one text; what was said before fills in what is left out."""

    def __init__(self, dated: date, reporting: str | None) -> None:
        self._dated = dated
        self._month = month_of(dated)
        self._reporting = reporting
        self._to_dates: dict[str | None, str | None] = {None: None}
        self._said: str | None = None
        self._members: tuple[str, ...] = ()
        self._said_in = -1
        self._said_kind = ""
        #: What the last time but bases says.
        self._frame = Frame()
        #: The last single day, and its line.
        self._day: tuple[str, int] | None = None
        #: The month that was named last, and the line it was named in: days of that line lie in it.
        self._named: tuple[str, int] = ("", -1)
        #: The month that the heading of a chapter named.
        self._chapter = ""
        #: The year that the heading of a chapter is.
        self._chapter_year = 0
        #: The line that is read, and the year that the time at its head says.
        self._line = -1
        self._headed: tuple[int, int] = (-1, 0)
        #: The last quarter or half: which of them it was, and its sentence.
        self._part: tuple[str, int] | None = None
        #: The last time with a year, and the number of its sentence.
        self._context: tuple[Frame, int, int] | None = None

    def mention(self, time: Time, sentence: int, place: _Place) -> PeriodMention:
        """The mention that `time`, standing in the sentence of that number and at that place, makes."""
        frame = time.frame
        self._line = place.line
        before = self._said
        # Before what is said here moves what "that year" means.
        year = self._year(frame) if frame.dated else 0
        kind, form = self._resolve(time, sentence)
        comparative = kind.startswith("prior_")
        if form is not None and time.beside:
            form, kind = self._beside(time, form, kind)
        members = self._members if kind == "same" else ()
        if form is not None and (kind == "span" or frame.unit == "prior quarters"):
            members = _steps(form, frame.unit)
        if form is not None and not comparative:
            self._said, self._members, self._said_in, self._said_kind = form, members, sentence, kind
            self._frame = frame
            if frame.unit in ("quarter", "half"):
                self._part = frame.unit, sentence
            if len(form) == _DAY and "/" not in form:
                self._day = form, place.line
            if frame.unit in ("day", "months") and "/" not in form and not form.startswith("..") and "Q" not in form:
                self._named = form[: len("2025-03")], place.line
                if place.leads and place.length <= _CHAPTER:
                    self._chapter = form[: len("2025-03")]
                if place.leads and not time.beside & {"since", "until", "against"}:
                    self._headed = place.line, int(form[:4])
            if frame.dated and self._headed[0] == place.line and not time.beside & {"since", "against"}:
                # "2024-06-06: ...; this year's first quarter ...": a line goes on in the year that it comes to.
                self._headed = place.line, algebra.last_day(form).year
            if place.leads and place.length <= _CHAPTER and len(form) == len("2025") and frame.dated:
                self._chapter_year = int(form)
            if not time.beside & {"since", "against"}:
                if frame.dated:
                    self._context = frame, year, sentence
                elif len(form) == len("2025") and kind != "own":
                    # "Last year", said by a word of its own, dates the quarters that follow as the number would; a year
                    # that is only meant ("the full year") does not.
                    self._context = Frame(year=int(form)), int(form), sentence
                elif kind == "bare" and self._context and self._goes_on(frame, form, self._context):
                    self._context = frame, *self._context[1:]
        return PeriodMention(
            start=time.start,
            end=time.end,
            form=form,
            kind=kind,
            until="until" in time.beside,
            comparative=comparative,
            measure=_measure(frame),
            base_year=year if frame.unit == "same" and frame.dated else None,
            estimate=frame.estimate,
            to_date=self._to_date(form),
            others=self._others(frame, kind, form, before) if form is not None else (),
            members=members,
            leads=place.leads,
        )

    @staticmethod
    def _goes_on(frame: Frame, form: str, context: tuple[Frame, int, int]) -> bool:
        """Whether a tale has come further in its year: "from March 2025 to that December"; a July is the next then."""
        known, year, _ = context
        return known.unit == frame.unit and form.startswith(f"{year:04}-") and _place(known) < _place(frame)

    def _others(self, frame: Frame, kind: str, form: str, before: str | None) -> tuple[str, ...]:
        """What the same words may mean, too, after the time `before`; nothing where no calendar has it."""
        try:
            return self._meant_too(frame, kind, form, before)
        except (ValueError, OverflowError):
            return ()

    def _meant_too(self, frame: Frame, kind: str, form: str, before: str | None) -> tuple[str, ...]:
        if kind == "stretch":
            return tuple(other for other in self._last_days(frame.unit, frame.number) if other != form)
        if frame.unit == "weekday":
            return ((date.fromisoformat(form) - timedelta(weeks=1)).isoformat(),) if len(form) == _DAY else ()
        if frame.unit == "week~":
            return tuple(other for count in (0, -1) if (other := self._week(count)) != form)
        if frame.unit == "later":
            # The year after is that year, whatever part of one was said before.
            last = algebra.last_day(form)
            wholes = [f"{last.year:04}"] if frame.number % _MONTHS["year"] == 0 else []
            wholes += [f"{last.year:04}-Q{(last.month + 2) // 3}"] if frame.number == _MONTHS["quarter"] else []
            return tuple(whole for whole in wholes if whole != form)
        if frame.unit == "ago" and before:
            return (algebra.shift_months(month_of(algebra.last_day(before)), -frame.number),)
        if frame.unit == "base":
            # "Last month" may be that of the publication, "a year ago" the same month.
            other = algebra.shift_months(self._month, -_MONTHS[frame.of])
            return (other,) if frame.of != "quarter" and other != form else ()
        return self._other_years(form) if kind in {"bare", "turn"} else ()

    def _other_years(self, form: str) -> tuple[str, ...]:
        """A time without a year in the years around the publication that are not out of the question."""
        year = algebra.last_day(form).year
        found = []
        for other in (self._dated.year - 1, self._dated.year, self._dated.year + 1):
            moved = _moved(form, other) if other != year else None
            first = algebra.first_day(moved) if moved else None
            if moved and first and -_AGO <= first - self._dated <= _AHEAD:
                found.append(moved)
        return tuple(found)

    def _year(self, frame: Frame) -> int:
        if frame.year is not None:
            return frame.year
        if frame.of == "that":
            return self._that_year() + (frame.shift or 0)
        reported = frame.of == "base" and self._reporting is not None
        now = algebra.last_day(self._reporting) if reported and self._reporting else self._dated
        return now.year + (frame.shift or 0)

    def _that_year(self) -> int:
        """The year of the time said before, else of the reported period, else of the publication."""
        before = self._said or self._reporting
        return algebra.last_day(before).year if before else self._dated.year

    def _resolve(self, time: Time, sentence: int) -> tuple[str, str | None]:
        try:
            if time.last is not None:
                span = self._span(time.frame, time.last, sentence)
                # One that ends before it begins is none.
                algebra.parse(span)
                return "span", span
            if time.length:
                return "ended", self._ended(time, sentence)
            return self._single(time, sentence)
        except (ValueError, OverflowError):
            return "absolute", None

    def _span(self, first: Frame, last: Frame, sentence: int) -> str:
        if last.unit in PRESENT:
            begin = self._plain(first, sentence)
            since = algebra.first_day(begin) or self._dated
            return f"{begin}/{self._dated.isoformat()}" if first.unit == "day" else self._until_now(since)
        if last.unit == "weekday":
            until = self._dated - timedelta(days=(self._dated.isoweekday() - last.number) % 7)
            since = until - timedelta(days=(last.number - first.number) % 7)
            return f"{since.isoformat()}/{until.isoformat()}"
        end = self._plain(last, sentence)
        begin = self._plain(first, sentence) if first.dated else self._in_year(first, algebra.last_day(end).year)
        if not first.dated and algebra.last_day(begin) > algebra.last_day(end):
            begin = algebra.shift_years(begin, -1)
        start = algebra.first_day(begin)
        assert start is not None
        if algebra.last_day(end) < start:
            # "From April of last year to March": the year that is said is the first one's.
            end = algebra.shift_years(end, 1)
        if first.unit == "day":
            # "1 January to 31 December" is the year.
            return algebra.format(algebra.parse(f"{begin}/{end}"))
        return algebra.format(Period(start, algebra.last_day(end)))

    def _ended(self, time: Time, sentence: int) -> str:
        end = algebra.last_day(self._plain(time.frame, sentence))
        last = month_of(end)
        return algebra.format(algebra.parse(f"{algebra.shift_months(last, 1 - time.length)}/{last}"))

    def _single(self, time: Time, sentence: int) -> tuple[str, str | None]:
        frame = time.frame
        unit = frame.unit
        if unit == "" or unit in _NUMBERED or (unit == "year" and frame.dated):
            kind = "absolute" if frame.year is not None else "relative" if frame.shift is not None else "bare"
            if kind == "bare" and time.beside & {"next", "last"}:
                return kind, self._beside_now(frame, coming="next" in time.beside)
            goes_on = self._in_list(frame) if kind == "bare" and time.listed else None
            return kind, goes_on or self._plain(frame, sentence)
        if unit in {"year start", "year end"}:
            return "turn", self._turn_of_year(time, sentence)
        if unit.endswith("~"):
            return self._away(unit[:-1], frame.number)
        if unit == "base":
            return self._base(frame.of, sentence)
        if unit == "prior quarters":
            return "prior_quarter", self._prior_quarters(frame.number)
        if unit in {"past quarters", "past years"}:
            return "span", self._past(unit, frame.number)
        if unit == "nth":
            return "bare", self._nth(frame, sentence)
        if unit in {"own", "year"}:
            of, _, end = (frame.of or "year").partition(" ")
            own = self._own(of, sentence)
            return "own", algebra.last_day(own).isoformat() if own and end else own
        if unit == "same":
            return self._same(frame)
        if unit == "that year":
            return "own", f"{self._that_year():04}"
        if unit == "that time":
            return "then", self._said
        if unit == "later":
            return "later", self._later(frame.number)
        if unit == "length":
            form = self._up_to_reported(frame.number)
            return "length", _moved(form, self._year(frame)) if form and frame.dated else form
        return self._special(unit, frame.number, coming="next" in time.beside)

    def _in_list(self, frame: Frame) -> str | None:
        """A later part of the year that the time before it in a list is of: "Q3/Q4", also where Q4 has not begun."""
        before, said = self._frame, self._said
        if said is None or before.unit != frame.unit or _place(before) >= _place(frame):
            return None
        form = self._in_year(frame, algebra.last_day(said).year)
        first = algebra.first_day(form)
        return form if first is not None and first - self._dated <= _AHEAD else None

    def _later(self, months: int) -> str | None:
        """So many months after the time said before, else after the reported period: of a long one after its end.

        None where that is to come and no year: "three months later" is told of what has been.
        """
        before = self._said or self._reporting or self._month
        if len(before) >= _DAY or before.startswith("..") or months % _length(before):
            before = month_of(algebra.last_day(before))
        later = algebra.shift_months(before, months)
        first = algebra.first_day(later)
        return None if months % _MONTHS["year"] and first is not None and first > self._dated else later

    def _base(self, of: str, sentence: int) -> tuple[str, str | None]:
        """The base of comparison: of the period just said, else of the reported one, else counted from today."""
        kind, _ = _BASES[of]
        months = _MONTHS[of]
        # Without a report what was said a sentence ago is the best guess, too.
        near = self._said_in >= sentence - (self._reporting is None)
        said = self._said if near and self._said_kind not in _NOT_REPORTED else None
        if said is not None and (_length(said) == months or (of == "year" and _length(said) in _REPORTED)):
            return kind, shifted(said, kind)
        reporting = self._reporting
        if of == "month" and (reporting is None or _length(reporting) > 1):
            reporting = self._month
        elif of == "quarter" and reporting is None:
            reporting = self._current("quarter")
        return kind, shifted(reporting, kind) if reporting else None

    def _prior_quarters(self, count: int) -> str:
        now = self._reporting if self._reporting and _length(self._reporting) == 3 else self._current("quarter")
        first, last = algebra.shift_quarters(now, -count), algebra.shift_quarters(now, -1)
        return algebra.format(Period(algebra.first_day(first), algebra.last_day(last)))

    def _past(self, unit: str, count: int) -> str:
        """The last quarters, up to the one that is reported, or the last years that are over."""
        reporting = self._reporting
        if unit == "past years":
            ends = reporting and algebra.last_day(reporting)
            last = ends.year if ends and ends.month == _DECEMBER else self._dated.year - 1
            return f"{last - count + 1:04}-01/{last:04}-12"
        if reporting is None or _length(reporting) != _MONTHS["quarter"]:
            settled = self._dated - _SETTLED
            reporting = algebra.shift_quarters(f"{settled.year:04}-Q{(settled.month + 2) // 3}", -1)
        first = algebra.first_day(algebra.shift_quarters(reporting, 1 - count))
        return algebra.format(Period(first, algebra.last_day(reporting)))

    def _nth(self, frame: Frame, sentence: int) -> str | None:
        """The quarter or half of which only the number is said, after another of its kind."""
        if self._part is None or sentence - self._part[1] > 3:
            return None
        unit = self._part[0]
        if frame.number > 12 // _MONTHS[unit]:
            return None
        return self._nearest(frame._replace(unit=unit), sentence)

    def _turn_of_year(self, time: Time, sentence: int) -> str:
        """The first or last month of a year; a year's end without a year is the nearer one, or the coming one."""
        frame = time.frame
        year = self._year(frame)
        if not frame.dated and self._context and self._context[2] == sentence and self._context[1] < year:
            year = self._context[1]
        elif frame.unit == "year end" and not frame.dated and self._dated.month < _TURNING:
            year -= not time.beside & {"until", "next"}
        return f"{year:04}-{1 if frame.unit == 'year start' else 12:02}"

    def _special(self, unit: str, number: int, *, coming: bool) -> tuple[str, str | None]:
        month = self._month
        if unit in ("now", "since launch"):
            return unit.replace(" ", "_"), month
        if unit == "year to date":
            begin = f"{self._dated.year:04}-01"
            return "year_to_date", month if month == begin else f"{begin}/{month}"
        if unit == "weekday":
            back = (self._dated.isoweekday() - number) % 7 - 7 * coming
            return "relative", (self._dated - timedelta(days=back)).isoformat()
        if unit in ("that day", "day after"):
            day = date.fromisoformat(self._day[0]) if self._day and self._day[1] >= self._line - 1 else None
            if day is None:
                return "relative", self._dated.isoformat() if unit == "that day" else None
            return "relative", (day + timedelta(days=unit == "day after")).isoformat()
        if unit == "ago":
            return "relative", algebra.shift_months(month, -number)
        if unit == "past":
            return "relative", f"{algebra.shift_months(month, -number)}/{month}"
        if unit in _STRETCHES:
            return "stretch", self._last_days(unit, number)[0]
        return unit.replace(" ", ":"), None

    def _plain(self, frame: Frame, sentence: int) -> str:
        """The form of a year or a part of one."""
        if frame.dated:
            return self._in_year(frame, self._year(frame))
        return self._nearest(frame, sentence)

    def _in_year(self, frame: Frame, year: int) -> str:
        return _form(frame.unit, frame.first, frame.number, year)

    def _nearest(self, frame: Frame, sentence: int) -> str:
        """The part of a year whose year is left out: the year of the sentence, or the nearest that has begun."""
        year = self._dated.year
        if frame.unit == "day" and not frame.first:
            return self._day_of_month(frame.number)
        if self._context:
            known, known_year, said_in = self._context
            later = known.unit == frame.unit and _place(known) < _place(frame)
            # A tale goes on in the next sentence; figures begin anew.
            tale = later and frame.unit in ("day", "months") and sentence - said_in == 1
            # "H1 2023 | of which Q2": the full stop of an ordinal ends no more than a sentence or two.
            half = (known.unit, frame.unit) == ("half", "quarter") and (frame.number + 1) // 2 == known.number
            part = half and sentence - said_in <= _ORDINALS
            if tale or part or (said_in == sentence and (known.unit in ("", "year") or later)):
                return self._in_year(frame, known_year)
        headed = self._headed[1] if self._headed[0] == self._line else self._chapter_year
        if headed:
            form = self._in_leap_year(frame, headed)
            if algebra.last_day(form) <= self._dated:
                return form
        form = self._in_leap_year(frame, year)
        first, last = algebra.first_day(form), algebra.last_day(form)
        # A quarter is talked of once it has begun, other months once the last has.
        begun = first if frame.unit != "months" or _length(form) == 3 else last.replace(day=1)
        if first is not None and begun is not None and begun > self._dated:
            soon = frame.unit == "day" and first - self._dated <= _SOON
            return form if soon else self._in_leap_year(frame, year - 1)
        return form

    def _in_leap_year(self, frame: Frame, year: int) -> str:
        """The form in `year`, or for the 29th of February in the leap year before."""
        if (frame.unit, frame.first, frame.number) == ("day", 2, 29):
            year -= year % 4
        return self._in_year(frame, year)

    def _beside_now(self, frame: Frame, *, coming: bool) -> str:
        """The nearest part of a year that has not begun yet, or that has ended."""
        year = self._dated.year
        form = self._in_year(frame, year)
        first = algebra.first_day(form)
        if coming:
            return form if first is not None and first > self._dated else self._in_year(frame, year + 1)
        return form if algebra.last_day(form) < self._dated else self._in_year(frame, year - 1)

    def _day_of_month(self, day: int) -> str:
        month, line = self._named
        if line != self._line:
            month = self._chapter
        if month:
            form = f"{month}-{day:02}"
            try:
                if algebra.last_day(form) - self._dated <= _SOON:
                    return form
            except ValueError:
                pass
        for back in range(3):
            form = f"{algebra.shift_months(month_of(self._dated), -back)}-{day:02}"
            try:
                if algebra.last_day(form) <= self._dated:
                    return form
            except ValueError:
                continue
        raise ValueError(f"no month has a day {day}")

    def _away(self, unit: str, count: int) -> tuple[str, str | None]:
        """A unit counted from the day of publication; the quarter before, from the one that is reported."""
        today = self._dated
        if unit == "day":
            return "today" if count == 0 else "relative", (today + timedelta(days=count)).isoformat()
        if unit == "week":
            return "relative", self._week(count)
        months = _MONTHS[unit]
        reported = self._reporting if self._reporting and _length(self._reporting) == months else None
        now = reported if reported and count < 0 else self._current(unit)
        return "relative", algebra.shift_months(now, months * count)

    def _week(self, count: int) -> str:
        """The trading days of a week counted from the publication's, of that one up to now."""
        monday = self._dated - timedelta(days=self._dated.weekday()) + timedelta(weeks=count)
        friday = monday + timedelta(days=4)
        last = min(self._dated, friday) if count == 0 else friday
        return f"{monday.isoformat()}/{last.isoformat()}" if last > monday else monday.isoformat()

    def _last_days(self, unit: str, count: int) -> list[str]:
        """So many days up to the one that was said last, else to the publication or the day before."""
        today = self._dated
        said = date.fromisoformat(self._day[0]) if self._day else today
        near = [said] if timedelta(0) <= today - said <= _LATELY else []
        return list(
            dict.fromkeys(
                f"{days_before(last, count - 1, trading=unit == 'sessions').isoformat()}/{last.isoformat()}"
                for last in (*near, today, today - timedelta(days=1))
            )
        )

    def _current(self, unit: str) -> str:
        year, month = self._dated.year, self._dated.month
        if unit == "half":
            return f"{year:04}-H{(month + 5) // 6}"
        if unit == "quarter":
            return f"{year:04}-Q{(month + 2) // 3}"
        return month_of(self._dated) if unit == "month" else f"{year:04}"

    def _own(self, of: str, sentence: int) -> str | None:
        """The reported period, or the part or whole of it that the word names; of a year just named that year."""
        if of == "year" and self._context and self._context[2] >= sentence - 1 and _only_year(self._context[0]):
            return f"{self._context[1]:04}"
        if self._reporting is None:
            if of in _MONTHS and self._said and _length(self._said) == _MONTHS[of]:
                return self._said
            if of == "half":
                half = self._current("half")
                return half if algebra.last_day(half) < self._dated else algebra.before(half)
            return f"{self._dated.year:04}" if of == "year" else None
        if of == "period" or _length(self._reporting) == _MONTHS[of]:
            return self._reporting
        last = algebra.last_day(self._reporting)
        if of == "year":
            return f"{last.year:04}"
        if of == "half":
            return f"{last.year:04}-H{(last.month + 5) // 6}"
        return f"{last.year:04}-Q{(last.month + 2) // 3}" if of == "quarter" else month_of(last)

    def _up_to_reported(self, months: int) -> str | None:
        """The reported period of so many months, its last quarter, or the first months of its year.

        "Nine months" says the same in the report of a third quarter and in that of the year.
        """
        if self._reporting is None:
            return None
        last = algebra.last_day(self._reporting)
        if _length(self._reporting) == months:
            return self._reporting
        if months == _MONTHS["quarter"]:
            return f"{last.year:04}-Q{(last.month + 2) // 3}"
        first_of_year = months in (last.month, _NINE)
        return _form("months", 1, months, last.year) if first_of_year and months <= last.month else None

    def _same(self, frame: Frame) -> tuple[str, str | None]:
        if not frame.dated:
            return "same", self._said
        base = self._reporting or self._said
        moved = _moved(base, self._year(frame)) if base else None
        return "prior_year_same", moved

    def _beside(self, time: Time, form: str, kind: str) -> tuple[str, str]:
        """What the words beside a time make of its period."""
        period = algebra.parse(form)
        if period.first is None:
            return form, kind
        beside = time.beside
        if "earlier" in beside:
            return f"..{form.partition('/')[2] or form}", "open"
        if "end" in beside and time.frame.unit in ("", "half", "quarter", "year"):
            form = month_of(period.last)
        elif "end" in beside and time.frame.unit in ("own", "base"):
            form = period.last.isoformat() if _length(form) > 1 else form
        elif "start" in beside and time.frame.unit in ("", "half", "quarter", "year"):
            form = month_of(period.first)
        if "since" in beside and time.last is None and period.first <= self._dated and not kind.startswith("prior_"):
            kind = "since"
        return form, kind

    def _until_now(self, first: date) -> str:
        begin = month_of(first)
        return begin if begin == self._month else f"{begin}/{self._month}"

    def _to_date(self, form: str | None) -> str | None:
        """The period from its start to the month of publication."""
        if form not in self._to_dates:
            first = algebra.first_day(form) if form else None
            self._to_dates[form] = None if first is None or month_of(first) >= self._month else self._until_now(first)
        return self._to_dates[form]


@lru_cache(maxsize=4096)
def _form(unit: str, first: int, number: int, year: int) -> str:
    """The form of a part of a year, or of the year."""
    if unit in ("", "year"):
        form = f"{year:04}"
    elif unit == "half":
        form = f"{year:04}-H{number}"
    elif unit == "quarter":
        form = f"{year:04}-Q{number}"
    elif unit == "months":
        form = algebra.format(algebra.parse(f"{year:04}-{first:02}/{year:04}-{number:02}"))
    else:
        form = f"{year:04}-{first:02}-{number:02}"
    algebra.parse(form)
    return form


_NUMBERED = frozenset({"half", "quarter", "months", "day"})


def days_before(day: date, count: int, *, trading: bool) -> date:
    """So many days before, or so many days from Monday to Friday."""
    if not trading:
        return day - timedelta(days=count)
    while count:
        day -= timedelta(days=1)
        count -= day.isoweekday() <= _FRIDAY
    return day


_FRIDAY = 5


_BEFORE: dict[str, Measure] = {"quarter~": "qoq", "month~": "mom"}


def _measure(frame: Frame) -> Measure | None:
    """The measure of a change against the time, where it may be a base."""
    if frame.unit == "base":
        return _BASES[frame.of][1]
    if frame.shift == -1 or (frame.unit == "same" and frame.dated):
        return "yoy"
    return _BEFORE.get(frame.unit) if frame.number == -1 else None


def _only_year(frame: Frame) -> bool:
    return frame.unit in ("", "year")


def _place(frame: Frame) -> tuple[int, int]:
    return (frame.first, frame.number) if frame.unit == "day" else (frame.number, 0)


def _length(form: str) -> int:
    """Months that the form covers, begun ones included; 0 where its start is open."""
    period = algebra.parse(form)
    if period.first is None:
        return 0
    return (period.last.year - period.first.year) * 12 + period.last.month - period.first.month + (period.last.day > 27)


def _moved(form: str, year: int) -> str | None:
    try:
        return algebra.shift_years(form, year - algebra.last_day(form).year)
    except ValueError:
        return None
