"""docs/sources.md names a test for everything that goes wrong out there: each of them exists."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_what_goes_wrong_is_tried_where_the_docs_say() -> None:
    told = (ROOT / "docs" / "sources.md").read_text("utf-8")
    table = told.partition("## What goes wrong out there")[2].partition("\n## ")[0]
    lines = [line for line in table.splitlines() if line.startswith("| ")][2:]
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", table)
    assert len(lines) - 1 == len(named)
    missing = [name for file, name in named if f"def {name}(" not in (ROOT / file).read_text("utf-8")]
    assert missing == []
