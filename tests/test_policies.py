"""Which figures wait for a person, and what they are told."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from monitor.config import load_config
from monitor.policies import hold_of
from storage.records import Figure


def figure(confidence: float, *audit: str) -> Figure:
    return Figure(
        entity="keling",
        metric="revenue",
        measure="level",
        value=Decimal(1),
        unit="CNY",
        bound="exact",
        period="2025",
        aggregation="period",
        basis="reported",
        start=0,
        end=1,
        confidence=confidence,
        audit=audit,
    )


@pytest.mark.parametrize(
    ("read", "reason"),
    [
        (figure(0.53), "confidence 0.53 is below 0.70"),
        (figure(0.699), "confidence 0.699 is below 0.700"),
        (figure(0.7 - 1e-16), "confidence 0.6999999999999998 is below 0.7000000000000000"),
        (figure(0.7), None),
        (
            figure(0.9, "it is more than the revenue in this text"),
            "the audit says: it is more than the revenue in this text",
        ),
        (figure(0.2, "it is more"), "confidence 0.20 is below 0.70"),
    ],
)
def test_what_waits(tmp_path: Path, read: Figure, reason: str | None) -> None:
    config = tmp_path / "monitor.toml"
    config.write_text("[alerts]\nmin_confidence = 0.7\n")
    assert hold_of(load_config(config))(read) == reason
