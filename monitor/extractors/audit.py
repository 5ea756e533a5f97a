"""What a text allows to be checked: growth against levels, margins against profit and revenue, parts against totals.

A figure that fails a check keeps its value; what failed is written beside it, so that a reader is told and asked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from monitor.declarations.metrics import Metric
from monitor.extractors.periods import shifted
from storage.records import Figure

_HUNDRED = Decimal(100)
#: Growth is printed to a tenth and of unrounded amounts: what differs by less is not wrong.
_SLACK = Decimal("0.6")
#: The bases of changes that can be recomputed.
_BASES = {"yoy": "prior_year_same", "qoq": "prior_quarter", "mom": "prior_month"}

Key = tuple[str, str, str, str, str]
Levels = Mapping[Key, Figure]


def audited(figures: Sequence[Figure], metrics: Mapping[str, Metric]) -> list[Figure]:
    """The figures of one text with remarks on those that do not go together with others."""
    levels = _levels(figures)
    remarks: dict[int, list[str]] = defaultdict(list)
    for number, figure in enumerate(figures):
        if figure.basis != "reported" or figure.period is None or not isinstance(figure.value, Decimal):
            continue
        if figure.measure in _BASES and figure.unit in {"percent", "times"}:
            remarks[number] += _growth(figure, levels)
        elif figure.measure == "level" and figure.unit == "percent":
            remarks[number] += _margin(figure, levels, metrics)
        elif figure.measure == "level":
            remarks[number] += _part(figure, levels, metrics)
    return [
        replace(figure, audit=tuple(remarks[number])) if remarks[number] else figure
        for number, figure in enumerate(figures)
    ]


def _key(figure: Figure, *, metric: str = "", period: str = "", unit: str = "") -> Key:
    return (
        figure.entity,
        metric or figure.metric,
        period or figure.period or "",
        unit or figure.unit,
        figure.aggregation,
    )


def _levels(figures: Sequence[Figure]) -> Levels:
    """Exact reported levels; of two for the same slot the more precise."""
    found: dict[Key, Figure] = {}
    for figure in figures:
        if figure.measure != "level" or figure.basis != "reported" or figure.bound != "exact":
            continue
        if figure.period is None or not isinstance(figure.value, Decimal):
            continue
        known = found.get(_key(figure))
        if known is None or _step(figure) < _step(known):
            found[_key(figure)] = figure
    return found


def _step(figure: Figure) -> Decimal:
    """Place of the last written digit."""
    return figure.resolution if figure.resolution else Decimal(1)


def _ends(figure: Figure) -> tuple[Decimal, Decimal]:
    """The lowest and highest amount that rounds to the figure."""
    assert isinstance(figure.value, Decimal)
    half = _step(figure) / 2
    return figure.value - half, figure.value + half


def _growth(figure: Figure, levels: Levels) -> list[str]:
    assert isinstance(figure.value, Decimal)
    assert figure.period is not None
    base = shifted(figure.period, _BASES[figure.measure])
    if base is None:
        return []
    for (entity, metric, period, unit, aggregation), now in levels.items():
        if (entity, metric, period, aggregation) != (
            figure.entity, figure.metric, figure.period, figure.aggregation,
        ) or unit == "percent":  # fmt: skip
            continue
        before = levels.get(_key(now, period=base))
        if before is None or not isinstance(before.value, Decimal) or before.value <= 0:
            continue
        (low, high), (base_low, base_high) = _ends(now), _ends(before)
        if base_low <= 0:
            continue
        least, most = low / base_high, high / base_low
        said = figure.value if figure.unit == "times" else 1 + figure.value / _HUNDRED
        slack = _SLACK / _HUNDRED + (_step(figure) / 2 / (1 if figure.unit == "times" else _HUNDRED))
        if figure.unit == "times" and least - 1 - slack <= said <= most - 1 + slack:
            return []
        if not least - slack <= said <= most + slack:
            grown = ((low + high) / (base_low + base_high) - 1) * _HUNDRED
            return [f"from the levels in this text it would be {grown:+.1f} %"]
        return []
    return []


def _margin(figure: Figure, levels: Levels, metrics: Mapping[str, Metric]) -> list[str]:
    metric = metrics.get(figure.metric)
    if metric is None or not metric.margin_of:
        return []
    return _share(figure, levels, metric.margin_of, "revenue")


def _share(figure: Figure, levels: Levels, part: str, whole: str) -> list[str]:
    """Compare a share with the amounts it is of."""
    assert isinstance(figure.value, Decimal)
    for (entity, metric, period, unit, aggregation), amount in levels.items():
        if unit == "percent" or (entity, metric, period, aggregation) != (
            figure.entity, part, figure.period, figure.aggregation,
        ):  # fmt: skip
            continue
        total = levels.get(_key(amount, metric=whole))
        if total is None or not isinstance(total.value, Decimal) or total.value <= 0:
            continue
        (low, high), (total_low, total_high) = _ends(amount), _ends(total)
        least, most = low / total_high * _HUNDRED, high / total_low * _HUNDRED
        if not least - _SLACK <= figure.value <= most + _SLACK:
            return [
                f"from the amounts in this text it would be {(low + high) / (total_low + total_high) * _HUNDRED:.1f} %"
            ]
    return []


def _part(figure: Figure, levels: Levels, metrics: Mapping[str, Metric]) -> list[str]:
    metric = metrics.get(figure.metric)
    if metric is None or not metric.part_of or figure.bound != "exact":
        return []
    total = levels.get(_key(figure, metric=metric.part_of))
    if total is None or not isinstance(total.value, Decimal):
        return []
    if _ends(figure)[0] > _ends(total)[1]:
        return [f"it is more than the {metrics[metric.part_of].label} in this text"]
    return []
