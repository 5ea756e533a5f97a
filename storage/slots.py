"""The slot of a figure: what it is about, in a form in which equal slots are equal."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import NamedTuple

from storage.novelty import Traits, kind_of
from storage.periods import Period, month_of, parse
from storage.records import Figure

#: "unnamed" is not one speaker: voices without a name stand side by side.
UNNAMED = "unnamed"
#: Guidance is the company's own, whether the text says so or not.
COMPANY = "company"


class Slot(NamedTuple):
    """What a figure or fact is about; days are ISO dates, as in columns."""

    metric: str
    entity: str
    measure: str
    kind: str
    basis: str
    #: None for reported figures.
    speaker: str | None
    #: Period and cumulative of stocks are one, and so are a month and its monthly value, a day and its daily one.
    aggregation: str
    #: None: the period is not stated, or does not count.
    last_day: str | None
    #: None: not stated, or all time up to the last day.
    first_day: str | None

    @property
    def family(self) -> tuple[str | None, ...]:
        """The slot without its period, in the order of the index."""
        return self[:7]


def slot_of(figure: Figure, traits: Traits) -> Slot:
    """The slot of a figure.

    Raises:
        ValueError: the period is no contract form.
    """
    aggregation: str = figure.aggregation
    first = last = None
    if figure.period is not None and figure.metric not in traits.undated:
        first, last = _days(figure.period)
        one_month = aggregation == "monthly" and month_of_span(figure.period) is not None
        if one_month or (aggregation == "daily" and first == last):
            aggregation = "period"
    if figure.metric in traits.stocks and aggregation in ("period", "cumulative"):
        aggregation, first = "cumulative", None
    return Slot(
        figure.metric,
        figure.entity,
        figure.measure,
        kind_of(figure.unit, figure.measure),
        figure.basis,
        speaker_of(figure),
        aggregation,
        last,
        first,
    )


def speaker_of(figure: Figure) -> str | None:
    """Whose guidance or estimate a figure is; None for reported figures."""
    if figure.basis == "reported":
        return None
    return figure.speaker or (COMPANY if figure.basis == "guidance" else UNNAMED)


@lru_cache(maxsize=4096)
def _days(form: str) -> tuple[str | None, str]:
    period = parse(form)
    return (None if period.first is None else period.first.isoformat()), period.last.isoformat()


@lru_cache(maxsize=4096)
def month_of_span(form: str) -> str | None:
    """The month (`2025-03`) that a period is, to the day; None where it is no single month."""
    period = parse(form)
    return month_of(period.last) if period.first and period == parse(month_of(period.last)) else None


@lru_cache(maxsize=4096)
def month_around(day: date) -> Period:
    """The month that holds a day."""
    return parse(month_of(day))
