"""Amounts and rates that explain each other."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.extractors import Extractor
from monitor.extractors.scene import Scene, Slot
from monitor.extractors.weighing import Options, Weights

EXTRACTOR = Extractor(weights=Weights({}))


class First:
    """Takes the first option of all: what numbers are to each other is found before anything is decided."""

    def choose(self, decision: str, slot: Slot, answers: object, options: Options) -> int:
        return 0


def scene(text: str) -> Scene:
    return EXTRACTOR.bind(f"Kuaishou. {text}", title="", language="en", dated=date(2025, 8, 21), choice=First())


def parts(text: str) -> dict[str, set[str]]:
    """Of each number by its digits: its parts and how closely they fit."""
    found = scene(text)
    numbers: dict[str, set[str]] = {}
    for slot in found.slots:
        digits = re.search(r"[0-9.]*[0-9]", found.text[slot.start : slot.end])
        assert digits is not None
        numbers.setdefault(digits[0], set()).update(f"{tied.part} {tied.how}" for tied in slot.ties)
    return numbers


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Revenue grew 12.0% to RMB67.65 billion from RMB60.38 billion.", "12.0 rate f, 67.65 now f, 60.38 then f"),
        ("Ads made RMB37.8 billion, 55.8% of RMB67.7 billion.", "37.8 part f, 55.8 share f, 67.7 whole f"),
        (
            "Revenue went from RMB340 million to RMB1.26 billion, 3.7 times as much.",
            "340 then t, 1.26 now t, 3.7 rate t",
        ),
    ],
)
def test_numbers_that_fit_have_a_part_in_it(text: str, expected: str) -> None:
    found = parts(text)
    for each in expected.split(", "):
        number, _, part = each.partition(" ")
        assert part in found[number]


@pytest.mark.parametrize(
    "text",
    [
        "Revenue grew 30.0% to RMB67.65 billion from RMB60.38 billion.",
        "Revenue was RMB67.65 billion. Shares cost HK$60.38, up 12.0%.",
        "Revenue grew 12.0% to RMB67.65 billion.",
        f"Revenue grew 12.0% to RMB0.{'0' * 400}1 from RMB1{'0' * 400}.",
    ],
)
def test_numbers_that_do_not_fit_have_none(text: str) -> None:
    assert not any(parts(text).values())


@given(st.integers(min_value=1001, max_value=9999), st.integers(min_value=20, max_value=900))
def test_a_rise_that_is_printed_with_both_amounts_is_found(cents: int, tenths: int) -> None:
    before, rise = Decimal(cents) / 100, Decimal(tenths) / 10
    after = (before * (1 + rise / 100)).quantize(Decimal("0.01"))
    found = parts(f"Revenue grew {rise:.1f}% to RMB{after:.2f} billion from RMB{before:.2f} billion.")
    told = set().union(*found.values())
    assert any(part.startswith("then") for part in told)
    assert any(part.startswith("rate") for part in told)
