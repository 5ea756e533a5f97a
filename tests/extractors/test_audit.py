"""What does not go together is said, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from monitor.declarations.metrics import metrics
from monitor.extractors.audit import audited, checks
from storage.records import Figure

LEVEL = Figure(
    entity="kuaishou", metric="revenue", measure="level", value=Decimal("35.6e9"), unit="CNY", bound="exact",
    period="2025-Q3", aggregation="period", basis="reported", start=0, end=1, resolution=Decimal("1e8"),
)  # fmt: skip
BEFORE = replace(LEVEL, value=Decimal("31.1e9"), period="2024-Q3")
GROWTH = replace(LEVEL, measure="yoy", value=Decimal("14.2"), unit="percent", resolution=Decimal("0.1"))
PROFIT = replace(LEVEL, metric="adjusted_net_profit", value=Decimal("5.0e9"))
MARGIN = replace(LEVEL, metric="adjusted_net_margin", value=Decimal("14.0"), unit="percent", resolution=Decimal("0.1"))


def remarks(*figures: Figure) -> list[str]:
    return [remark for figure in audited(figures, checks(figures, metrics())) for remark in figure.audit]


@pytest.mark.parametrize("growth", ["14.2", "14.5"])
def test_growth_that_follows_from_the_levels_is_left_alone(growth: str) -> None:
    assert remarks(LEVEL, BEFORE, replace(GROWTH, value=Decimal(growth))) == []


def test_growth_that_does_not_is_told() -> None:
    wrong = replace(LEVEL, value=Decimal("42.46e9"), resolution=Decimal("1e7"))
    assert remarks(wrong, BEFORE, GROWTH) == ["from the levels in this text it would be +36.5 %"]


def test_what_cannot_be_checked_is_left_alone() -> None:
    assert remarks(LEVEL, GROWTH) == []
    assert remarks(LEVEL, replace(BEFORE, bound="about"), replace(GROWTH, value=Decimal(99))) == []
    assert remarks(LEVEL, BEFORE, replace(GROWTH, value=Decimal(99), basis="estimate")) == []


def test_margins_are_held_against_profit_and_revenue() -> None:
    assert remarks(LEVEL, PROFIT, MARGIN) == []
    assert remarks(LEVEL, PROFIT, replace(MARGIN, value=Decimal(41))) == [
        "from the amounts in this text it would be 14.0 %"
    ]


def test_a_part_is_no_more_than_its_whole() -> None:
    part = replace(LEVEL, metric="online_marketing_revenue", value=Decimal("20.1e9"))
    assert remarks(LEVEL, part) == []
    assert remarks(LEVEL, replace(part, value=Decimal("201e9"))) == ["it is more than the revenue in this text"]


def test_growth_in_times_may_be_meant_as_factor_or_as_addition() -> None:
    tripled = replace(GROWTH, value=Decimal(3), unit="times", resolution=Decimal(1))
    assert remarks(replace(LEVEL, value=Decimal("93e9")), BEFORE, tripled) == []
    assert remarks(replace(LEVEL, value=Decimal("124e9")), BEFORE, tripled) == []
    assert remarks(replace(LEVEL, value=Decimal("60e9")), BEFORE, tripled) != []


@pytest.mark.parametrize("amount", ["0", "5e7"])
def test_what_may_be_nothing_is_no_base(amount: str) -> None:
    nothing = Decimal(amount)
    assert remarks(replace(LEVEL, value=nothing), PROFIT, MARGIN) == []
    assert remarks(LEVEL, replace(BEFORE, value=nothing), GROWTH) == []
