"""What a text allows to be checked: growth against levels, margins against profit and revenue, parts against totals.

A figure that fails a check keeps its value; what failed is written beside it, so that a reader is told and asked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from monitor.declarations.metrics import Metric
from monitor.extractors.periods import shifted
from storage.records import Figure

_HUNDRED = Decimal(100)
#: Growth is printed to a tenth and of unrounded amounts: what differs by less is not wrong.
_SLACK = Decimal("0.6")
#: The bases of changes that can be recomputed.
_BASES = {"yoy": "prior_year_same", "qoq": "prior_quarter", "mom": "prior_month"}


class Level(NamedTuple):
    """An amount that others are checked against."""

    number: int
    figure: Figure


#: Amounts of an entity, a metric, a time and an aggregation, by unit.
Key = tuple[str, str, str, str]
Levels = Mapping[Key, Mapping[str, Level]]


class Check(NamedTuple):
    """Figures that the text allows to be checked against each other."""

    #: Their numbers, the one that is checked first.
    figures: tuple[int, ...]
    #: What does not go together; "" where all does.
    remark: str


def checks(figures: Sequence[Figure], metrics: Mapping[str, Metric]) -> list[Check]:
    """What can be checked in the figures of one text."""
    levels = _levels(figures)
    found: list[Check] = []
    for number, figure in enumerate(figures):
        if figure.basis != "reported" or figure.period is None or not isinstance(figure.value, Decimal):
            continue
        metric = metrics.get(figure.metric)
        if figure.measure in _BASES and figure.unit in {"percent", "times"}:
            one = _growth(number, figure, levels)
        elif metric is None or figure.measure != "level":
            continue
        elif figure.unit == "percent":
            one = _margin(number, figure, metric, levels)
        else:
            one = _part(number, figure, metrics, levels)
        if one is not None:
            found.append(one)
    return found


def audited(figures: Sequence[Figure], checks: Sequence[Check]) -> list[Figure]:
    """The figures of one text with remarks on those that do not go together with others."""
    remarks = {check.figures[0]: check.remark for check in checks if check.remark}
    return [
        replace(figure, audit=(remarks[number],)) if number in remarks else figure
        for number, figure in enumerate(figures)
    ]


def _key(figure: Figure, *, metric: str = "", period: str = "") -> Key:
    return figure.entity, metric or figure.metric, period or figure.period or "", figure.aggregation


def _levels(figures: Sequence[Figure]) -> Levels:
    """Exact reported levels; of two for the same slot the more precise."""
    found: dict[Key, dict[str, Level]] = defaultdict(dict)
    for number, figure in enumerate(figures):
        if figure.measure != "level" or figure.basis != "reported" or figure.bound != "exact":
            continue
        if figure.period is None or figure.unit == "percent" or not isinstance(figure.value, Decimal):
            continue
        known = found[_key(figure)].get(figure.unit)
        if known is None or step(figure) < step(known.figure):
            found[_key(figure)][figure.unit] = Level(number, figure)
    return found


def step(figure: Figure) -> Decimal:
    """Place of the last written digit."""
    return figure.resolution if figure.resolution else Decimal(1)


def ends(figure: Figure) -> tuple[Decimal, Decimal]:
    """The lowest and highest amount that rounds to the figure."""
    assert isinstance(figure.value, Decimal)
    half = step(figure) / 2
    return figure.value - half, figure.value + half


def _pairs(one: Key, other: Key, levels: Levels) -> Iterator[tuple[Level, Level]]:
    """Amounts of both in the same unit."""
    others = levels.get(other, {})
    for unit, level in levels.get(one, {}).items():
        if unit in others:
            yield level, others[unit]


def _growth(number: int, figure: Figure, levels: Levels) -> Check | None:
    """Compare growth with the levels that it is between."""
    assert isinstance(figure.value, Decimal)
    assert figure.period is not None
    base = shifted(figure.period, _BASES[figure.measure])
    if base is None:
        return None
    for now, before in _pairs(_key(figure), _key(figure, period=base), levels):
        if ends(before.figure)[0] <= 0:
            continue
        (low, high), (base_low, base_high) = ends(now.figure), ends(before.figure)
        least, most = low / base_high, high / base_low
        said = figure.value if figure.unit == "times" else 1 + figure.value / _HUNDRED
        slack = _SLACK / _HUNDRED + (step(figure) / 2 / (1 if figure.unit == "times" else _HUNDRED))
        fits = least - slack <= said <= most + slack
        if figure.unit == "times" and least - 1 - slack <= said <= most - 1 + slack:
            fits = True
        grown = ((low + high) / (base_low + base_high) - 1) * _HUNDRED
        remark = "" if fits else f"from the levels in this text it would be {grown:+.1f} %"
        return Check((number, now.number, before.number), remark)
    return None


def _margin(number: int, figure: Figure, metric: Metric, levels: Levels) -> Check | None:
    """Compare a share of revenue with the amounts it is of."""
    assert isinstance(figure.value, Decimal)
    if not metric.margin_of:
        return None
    for amount, total in _pairs(_key(figure, metric=metric.margin_of), _key(figure, metric="revenue"), levels):
        if ends(total.figure)[0] <= 0:
            continue
        (low, high), (total_low, total_high) = ends(amount.figure), ends(total.figure)
        least, most = low / total_high * _HUNDRED, high / total_low * _HUNDRED
        fits = least - _SLACK <= figure.value <= most + _SLACK
        share = (low + high) / (total_low + total_high) * _HUNDRED
        remark = "" if fits else f"from the amounts in this text it would be {share:.1f} %"
        return Check((number, amount.number, total.number), remark)
    return None


def _part(number: int, figure: Figure, metrics: Mapping[str, Metric], levels: Levels) -> Check | None:
    """Compare a part with the whole."""
    whole = metrics[figure.metric].part_of
    if not whole or figure.bound != "exact":
        return None
    total = levels.get(_key(figure, metric=whole), {}).get(figure.unit)
    if total is None:
        return None
    fits = ends(figure)[0] <= ends(total.figure)[1]
    return Check((number, total.number), "" if fits else f"it is more than the {metrics[whole].label} in this text")
