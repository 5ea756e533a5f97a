"""Small charts of a fact series that every mail reader shows: blocks in text, coloured cells in HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from monitor.alerts import wording
from storage import periods
from storage.records import Measure, Point, Value

_BLOCKS = "▁▂▃▄▅▆▇█"
#: More bars than this do not fit a phone's width.
_MOST = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class Bar:
    """One period."""

    label: str
    value: str
    #: Of the largest value's magnitude, 1 to 100.
    percent: int
    negative: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Chart:
    """At least two periods of one length, the oldest first."""

    bars: tuple[Bar, ...]

    @property
    def line(self) -> str:
        """The bars as characters."""
        return "".join(_BLOCKS[max(0, (bar.percent * len(_BLOCKS) - 1) // 100)] for bar in self.bars)


def chart(series: Sequence[Point], measure: Measure) -> Chart | None:
    """The last periods of a series that are as long as its latest one; None where there are fewer than two."""
    points = [(point, _middle(point.value)) for point in _alike(series)]
    bars = [(point, middle) for point, middle in points if middle is not None][-_MOST:]
    largest = max((abs(middle) for _, middle in bars), default=Decimal(0))
    if len(bars) < 2 or not largest:
        return None
    return Chart(
        bars=tuple(
            Bar(
                label=wording.period(point.period),
                value=wording.amount(point.value, point.unit, point.bound, measure),
                percent=max(1, round(abs(middle) / largest * 100)),
                negative=middle < 0,
            )
            for point, middle in bars
        )
    )


def before(series: Sequence[Point], period: str) -> Point | None:
    """The latest point of the same length of period that ended before a period did."""
    earlier = [
        point
        for point in series
        if periods.shape(point.period) == periods.shape(period) and end(point.period) < end(period)
    ]
    return max(earlier, key=lambda point: end(point.period), default=None)


def end(period: str) -> date:
    """The last day of a period."""
    return periods.last_day(period)


def decimal(value: object) -> Decimal:
    """A JSON number as it was printed."""
    return Decimal(str(value))


def _alike(series: Sequence[Point]) -> list[Point]:
    """The points whose period is as long as the latest one's, one a period: the one learned last."""
    if not series:
        return []
    latest = max(series, key=lambda point: end(point.period))
    alike = [
        point
        for point in series
        if (periods.shape(point.period), point.unit) == (periods.shape(latest.period), latest.unit)
    ]
    by_period = {point.period: point for point in sorted(alike, key=lambda point: point.first_seen)}
    return sorted(by_period.values(), key=lambda point: end(point.period))


def _middle(value: Value) -> Decimal | None:
    if isinstance(value, tuple):
        return sum(value, Decimal(0)) / 2
    return value if isinstance(value, Decimal) else None
