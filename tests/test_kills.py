"""SIGKILL at random moments between recorded and marked loses nothing and repeats nothing twice."""

from __future__ import annotations

from pathlib import Path

import pytest
from kills import storm


# Python talks to the server that it forks children from over a socket of the file system.
@pytest.mark.enable_socket
def test_a_storm_of_kills(tmp_path: Path) -> None:
    outcome = storm(tmp_path, 5, seed=7)
    assert outcome.kills >= 5
    assert set(outcome.arrivals) <= {1, 2}
    assert sum(outcome.arrivals.values()) == 2 * outcome.alerts
    assert outcome.altered == 0
    assert outcome.integrity == "ok"
