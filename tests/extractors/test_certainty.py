"""The other figures of a text lend and take confidence."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from monitor.declarations.metrics import metrics
from monitor.extractors.audit import checks
from monitor.extractors.certainty import CONSTANT, EVIDENCE, certain, evidence, reasons, shipped
from storage.records import Figure

LEVEL = Figure(
    entity="kuaishou", metric="revenue", measure="level", value=Decimal("35.6e9"), unit="CNY", bound="exact",
    period="2025-Q3", aggregation="period", basis="reported", start=0, end=1, resolution=Decimal("1e8"), confidence=0.8,
)  # fmt: skip
BEFORE = replace(LEVEL, value=Decimal("31.1e9"), period="2024-Q3")
GROWTH = replace(LEVEL, measure="yoy", value=Decimal("14.2"), unit="percent", resolution=Decimal("0.1"))
OTHER = replace(LEVEL, value=Decimal("32.6e9"))


def told(*figures: Figure) -> list[dict[str, float]]:
    """What speaks for each figure, without what is nought."""
    found = evidence(figures, checks(figures, metrics()))
    return [{name: one for name, one in zip(EVIDENCE, each, strict=True) if one} for each in found]


def sure(*figures: Figure) -> list[float]:
    why = reasons(figures, checks(figures, metrics()), shipped())
    return [figure.confidence for figure in certain(figures, why)]


def test_there_is_a_factor_for_each_evidence_and_one_more() -> None:
    assert set(shipped()) == {*EVIDENCE, CONSTANT}


def test_figures_that_go_together_are_surer_and_others_less() -> None:
    alone = sure(LEVEL, BEFORE)
    assert all(one > other for one, other in zip(sure(LEVEL, BEFORE, GROWTH), alone, strict=False))
    wrong = replace(GROWTH, value=Decimal("24.2"))
    assert all(one < other for one, other in zip(sure(LEVEL, BEFORE, wrong), alone, strict=False))
    assert [set(each) & {"confirmed", "failed"} for each in told(LEVEL, BEFORE, wrong)] == [{"failed"}] * 3


def test_another_amount_of_the_same_takes_from_both() -> None:
    assert ["contradicted" in each for each in told(LEVEL, BEFORE, OTHER)] == [True, False, True]
    assert sure(LEVEL, OTHER)[0] < sure(LEVEL, BEFORE)[0]


@pytest.mark.parametrize(
    "other",
    [
        replace(LEVEL, value=Decimal("35.55e9"), resolution=Decimal("1e7")),
        replace(OTHER, bound="at_least"),
        replace(OTHER, period="2025-Q2"),
        replace(OTHER, basis="estimate"),
        replace(OTHER, value=(Decimal("32e9"), Decimal("33e9")), bound="range"),
    ],
    ids=["within rounding", "a bound", "another time", "an estimate", "a range"],
)
def test_what_is_not_another_amount_of_the_same(other: Figure) -> None:
    assert not any("contradicted" in each for each in told(LEVEL, other))


def test_estimates_differ_by_who_makes_them() -> None:
    mine = replace(LEVEL, basis="estimate", speaker="One")
    assert not any("contradicted" in each for each in told(mine, replace(mine, value=Decimal(1), speaker="Two")))
    assert all("contradicted" in each for each in told(mine, replace(mine, value=Decimal(1))))


def test_a_doubtful_text_makes_each_of_its_figures_less_sure() -> None:
    assert sure(LEVEL, replace(BEFORE, confidence=0.1))[0] < sure(LEVEL, BEFORE)[0]


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_no_share_is_too_much(share: float) -> None:
    found = sure(replace(LEVEL, confidence=share))[0]
    assert 0 <= found < 1
    assert found == round(found, 3)
