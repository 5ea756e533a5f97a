"""What a time in the text may mean as a period, and how periods lie to each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache

from monitor.extractors import periods
from monitor.extractors.periods import PeriodMention
from storage import periods as algebra
from storage.periods import month_of

#: Kinds of mentions that say how an amount is counted rather than when.
MANNER = ("rate:", "cumulative")
#: Characters of a form that is a year, or a day.
YEAR, DAY = 4, 10
#: Periods are few and asked about often.
REMEMBERED = 8192
shifted = lru_cache(maxsize=REMEMBERED)(periods.shifted)


class Forms:
    """Forms with the features that speak for each; None is a form too."""

    def __init__(self) -> None:
        self.features: dict[str | None, list[str]] = {None: []}
        #: The form that the wording leaves no choice about.
        self.certain: str | None = None

    def put(self, form: str | None, *facts: str) -> None:
        """Let facts speak for a form; None is passed over."""
        if form is not None:
            self.features.setdefault(form, []).extend(facts)


def forms_of(mention: PeriodMention, base: str | None, *, aimed: bool = False) -> Iterable[tuple[str, str]]:
    """Forms that a mention may mean, each with a name for how."""
    if mention.comparative:
        if base:
            against = mention.against(base)
            if against:
                yield against, "against"
        if mention.form:
            yield mention.form, "base"
        for other in mention.others:
            yield other, "otherbase"
        return
    how = HOW.get(mention.kind, "")
    if mention.form:
        yield mention.form, how
        if not mention.form.startswith("..") and "/" not in mention.form:
            yield f"..{_last_named(mention.form)}", f"open{how}"
        if aimed and YEAR < len(mention.form) <= len("2025-03-26"):
            # A goal that was set in spring, or at the turn of the year, is the year's.
            yield mention.form[:YEAR], f"year{how}"
        for other in mention.others:
            yield other, f"other{how}"
        if mention.until:
            yield from _begun(mention.form, how)
    if mention.to_date:
        yield mention.to_date, "todate"


def _begun(form: str, how: str) -> Iterator[tuple[str, str]]:
    """From the beginning of the year up to a month or a day: "2 billion were spent by the end of September"."""
    if len(form) == len("2025-03") and form[5].isdecimal():
        yield algebra.format(algebra.parse(f"{form[:YEAR]}-01/{form}")), f"begun{how}"
    elif len(form) == DAY:
        yield algebra.format(algebra.parse(f"{form[:YEAR]}-01-01/{form}")), f"begun{how}"


#: Kinds of times that say less than a date: facts about them are kept apart from those about dates.
HOW = {
    "now": "now",
    "today": "today",
    "since_launch": "launch",
    "own": "own-",
    "length": "length-",
    "same": "same",
    "then": "then-",
    "turn": "turn",
}
#: Of them those that name the reported period.
OWN = frozenset({"own", "length"})


@lru_cache(maxsize=REMEMBERED)
def _last_named(form: str) -> str:
    """How an open period names its end: by year, month or day as the form does, a quarter by its last month."""
    if "Q" in form or "H" in form:
        return month_of(algebra.last_day(form))
    return form


def opened(form: str) -> str:
    """All time up to the end of a period: what is cumulative has no beginning."""
    return form if form.startswith("..") else f"..{_last_named(form.rpartition('/')[2])}"


@lru_cache(maxsize=REMEMBERED)
def in_year(form: str, year: int) -> str | None:
    """The same part of another year; None where it has none such."""
    try:
        return algebra.shift_years(form, year - algebra.last_day(form).year)
    except ValueError:
        return None


@lru_cache(maxsize=REMEMBERED)
def length_name(form: str) -> str:
    """How long a period is: `year`, `half`, `quarter`, `month`, `day`, `span`, `span-days` or `open`."""
    if form.startswith(".."):
        return "open"
    if "/" in form:
        return "span-days" if len(form) > 15 else "span"
    return {4: "year", 7: "half" if "H" in form else "quarter" if "Q" in form else "month", 10: "day"}.get(
        len(form), "?"
    )


@lru_cache(maxsize=REMEMBERED)
def when_of(form: str, dated: date) -> str:
    """Whether the period is over, running or yet to come on a day."""
    try:
        period = algebra.parse(form)
    except ValueError:
        return "?"
    if period.last <= dated:
        age = (dated - period.last).days
        return "past0" if age <= 130 else "past1" if age < 400 else "past2"
    if period.first is None or period.first <= dated:
        return "running"
    return "future"


@lru_cache(maxsize=REMEMBERED)
def relation(form: str, other: str) -> str:
    """How one period lies to another."""
    if form == other:
        return "="
    for kind, name in (("prior_year_same", "-y"), ("prior_quarter", "-q"), ("prior_month", "-m")):
        if shifted(other, kind) == form:
            return name
        if shifted(form, kind) == other:
            return f"+{name[1:]}"
    try:
        one, two = algebra.parse(form), algebra.parse(other)
    except ValueError:
        return "?"
    if one.last == two.last:
        return "end"
    if one.first is not None and two.first is not None:
        if one.first <= two.first and two.last <= one.last:
            return "over"
        if two.first <= one.first and one.last <= two.last:
            return "within"
    return "earlier" if one.last < two.last else "later"
