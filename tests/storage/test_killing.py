"""Killed at any moment, the intake of a file leaves a whole ledger, and a rerun completes it."""

from __future__ import annotations

from pathlib import Path

from killing import storm


def test_a_rerun_after_kills_ends_where_an_undisturbed_run_ends(tmp_path: Path) -> None:
    assert storm(8, 30, tmp_path) == 8
