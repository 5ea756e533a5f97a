"""What the extractor reads right does not become less."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_no_floor_is_broken() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.eval.gate"],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert (done.returncode, done.stderr.strip()) == (0, "")
