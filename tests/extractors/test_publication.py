"""A text without a day of publication is of the day that it tells of itself."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.extractors import Extractor
from monitor.extractors.weighing import Weights

CASES = tomllib.loads((Path(__file__).parent / "publication.toml").read_text(encoding="utf-8"))["case"]
EXTRACTOR = Extractor(weights=Weights({}))


@pytest.mark.parametrize("case", CASES, ids=[case["why"] for case in CASES])
def test_the_latest_time_that_is_written_out_says_the_day(case: dict[str, Any]) -> None:
    assert EXTRACTOR.published(case["text"], language=case["lang"], found=case["found"]) == case["day"]


def test_a_title_tells_too() -> None:
    told = EXTRACTOR.published("Revenue rose.", title="Kuaishou Q3 2024 results", language="en", found=date(2026, 1, 1))
    assert told == date(2024, 11, 23)


_PIECES = [
    "in 2024 ", "2月29日", "2024-02-29 ", "on February 29 ", "since 2019 ", "FY25E ", "第四季度", "bis Ende 2030 ",
    "0001年", "9999年", "Q4 ", "by 2099 ", "12月31日", "1Q24 ", "去年", "10.31.", "三年来",
]  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from(_PIECES), max_size=12).map("".join),
    st.sampled_from(["zh", "en", "de", "ja"]),
    st.dates(min_value=date(1, 1, 1)),
)
def test_no_text_came_out_after_it_was_found(text: str, code: str, found: date) -> None:
    assert EXTRACTOR.published(text, language=code, found=found) <= found
