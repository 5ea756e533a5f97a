from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.parse.dates import read_date

NOW = datetime(2025, 11, 21, 12, tzinfo=UTC)
CASES = tomllib.loads((Path(__file__).parent / "dates.toml").read_text("utf-8"))["case"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["text"])[:30] or "empty")
def test_a_date_means(case: dict[str, Any]) -> None:
    moment = read_date(
        case["text"],
        now=NOW,
        zone=ZoneInfo(case["zone"]) if "zone" in case else None,
        order=case.get("order", "DMY"),
        languages=(case["language"],) if "language" in case else (),
    )
    if "at" not in case:
        assert moment is None
    else:
        assert moment is not None
        assert (moment.at, moment.day) == (case["at"], case["day"])


@settings(deadline=None)
@given(st.integers(0, 11_000).map(lambda days: NOW - timedelta(days=days, seconds=days * 7)))
def test_iso_dates_come_back(moment: datetime) -> None:
    read = read_date(moment.isoformat(), now=NOW)
    assert read is not None
    assert read.at == moment


@settings(deadline=None)
@given(st.text(max_size=60))
def test_no_text_is_too_much(text: str) -> None:
    moment = read_date(text, now=NOW, languages=("en", "zh"))
    assert moment is None or moment.at <= NOW
