"""A language and a metric are one file each: added to a copy of the declarations, they are read at once."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
KEYS = ("entity", "metric", "value", "unit")
TO_JSON = ("--format", "jsonl")

METRIC = """
label = "electricity used"
what = "Electricity that the entity's data centres use."
of = ["company", "product"]
shape = "cost"
units = ["money"]
least = "1e3"

[terms]
en = ["power bill", "power bills", "electricity bill"]
de = ["stromrechnung"]
ja = ["電気代"]
zh = ["电费"]
"""


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A folder with the program's packages, to add files to."""
    for package in ("monitor", "storage"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def extract(folder: Path, text: str, language: str) -> list[dict[str, Any]]:
    """Figures that the program in `folder` reads."""
    file = folder / "article.txt"
    file.write_text(text, encoding="utf-8")
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "monitor",
            "extract",
            "--lang",
            language,
            "--published",
            "2025-11-21",
            "--format",
            "jsonl",
            str(file),
        ],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines() if line.strip()]


def test_a_language_is_one_file(copied: Path) -> None:
    pack = (copied / "monitor" / "languages" / "en.toml").read_text(encoding="utf-8")
    for old, new in (('decimal = "."', 'decimal = ","'), ('groups = [",", " "]', 'groups = [".", " "]')):
        assert old in pack
        pack = pack.replace(old, new, 1)
    pack += '\n[metrics.revenue]\nterms = ["omzet"]\n'
    text = "The omzet of Keling in the third quarter of 2025 was 1.040 million yuan."
    expected = ("keling", "revenue", 1_040_000_000, "CNY")
    assert expected not in [tuple(f[key] for key in KEYS) for f in extract(copied, text, "nl")]
    (copied / "monitor" / "languages" / "nl.toml").write_text(pack, encoding="utf-8")
    assert [tuple(f[key] for key in KEYS) for f in extract(copied, text, "nl")] == [expected]


def test_a_metric_is_one_file(copied: Path) -> None:
    text = "Kuaishou's power bill was 450 million yuan in the third quarter of 2025."
    assert all(figure["metric"] != "power_bill" for figure in extract(copied, text, "en"))
    (copied / "monitor" / "metrics" / "power_bill.toml").write_text(METRIC, encoding="utf-8")
    (figure,) = extract(copied, text, "en")
    assert (figure["entity"], figure["metric"], figure["value"]) == ("kuaishou", "power_bill", 450_000_000)
    assert figure["period"] == "2025-Q3"
