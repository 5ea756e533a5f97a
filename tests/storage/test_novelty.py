"""The novelty rules, case by case, through the ledger as a user's articles come."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ledgering import article, figure, written

from storage.database import memory
from storage.ledger import Ledger
from storage.novelty import Reading, last_digit, meet, read, same, within

FILES = sorted((Path(__file__).parent / "cases").glob("*.toml"))
CASES = [(file.stem, case) for file in FILES for case in tomllib.loads(file.read_text("utf-8"))["case"]]


NUMBERS = ("value", "low", "high")


def listed(given: Any) -> list[Any]:
    return given if isinstance(given, list) else [given]


@pytest.mark.parametrize("case", [pytest.param(case, id=f"{file}: {case['name']}") for file, case in CASES])
def test_verdicts(case: dict[str, Any]) -> None:
    ledger = Ledger(memory())
    for number, telling in enumerate(case["told"]):
        says = listed(telling["say"])
        text, figures = written(says)
        title, in_title = written(listed(telling.get("title", [])))
        figures += [replace(one, where="title") for one in in_title]
        published = datetime.fromisoformat(telling["on"]).replace(tzinfo=UTC)
        url = f"https://{telling['by']}.example/{telling.get('url', number)}"
        told = article(
            url,
            f"{text} {number}",
            title=title or "Title",
            published=published,
            outlet=telling["by"],
            official=telling.get("official", False),
        )
        judged = ledger.record(told, figures, now=published).judged
        assert [one.verdict for one in judged] == listed(telling["is"]), (number, says)
    facts = list(ledger.facts())
    assert len(case.get("holds", facts)) == len(facts)
    for expected, fact in zip(case.get("holds", ()), facts, strict=False):
        found = {key: Decimal(str(fact[key])) if key in NUMBERS else fact[key] for key in expected}
        assert found == {key: Decimal(value) if key in NUMBERS else value for key, value in expected.items()}


def test_intervals() -> None:
    bounds = {
        "exact": ("99500000", "100500000"),
        "about": ("90000000", "110000000"),
        "at_least": ("100000000", "200000000"),
        "at_most": ("50000000", "100000000"),
    }
    for bound, (low, high) in bounds.items():
        reading = read(figure(f"revenue 100000000@1e6 CNY {bound} 2025 period"))
        assert (reading.low, reading.high) == (Decimal(low), Decimal(high)), bound


@pytest.mark.parametrize(
    ("number", "place"),
    [("150000000", "1e7"), ("35.0", "0.1"), ("4.80", "0.01"), ("0", "1"), ("-3", "1"), ("1e8", "1e8")],
)
def test_the_last_written_digit(number: str, place: str) -> None:
    assert last_digit(Decimal(number)) == Decimal(place)


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity"])
def test_no_number_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="finite"):
        read(figure(f"revenue {value} CNY exact 2025 period"))


VALUES = st.decimals(min_value=-(10**12), max_value=10**12, allow_nan=False, places=2)
BOUNDS = st.sampled_from(["exact", "about", "at_least", "at_most"])


@st.composite
def readings(draw: st.DrawFn) -> Reading:
    unit = draw(st.sampled_from(["CNY", "percent"]))
    return read(figure(f"revenue {draw(VALUES)} {unit} {draw(BOUNDS)} 2025 period"))


@given(readings())
def test_a_reading_is_itself(one: Reading) -> None:
    assert same(one, one)
    assert within(one, one)
    assert one.low is not None
    assert one.high is not None
    assert one.low <= one.high


@given(readings(), readings())
def test_sameness_and_meeting_have_no_direction(one: Reading, other: Reading) -> None:
    assert same(one, other) == same(other, one)
    assert meet(one, other) == meet(other, one)
    if within(one, other) and within(other, one):
        assert (one.low, one.high) == (other.low, other.high)
