from __future__ import annotations

import fcntl
import multiprocessing
import os
import signal
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage.database import memory
from storage.errors import LedgerReadOnlyError
from storage.runs import AlreadyRunningError, Counts, RunLock, Runs

NOW = datetime(2025, 11, 21, 12, tzinfo=UTC)


def hold(database: Path, ready: Path) -> None:
    with RunLock(database):
        ready.touch()
        time.sleep(60)


def test_a_lock_is_freed_by_a_kill(tmp_path: Path) -> None:
    database, ready = tmp_path / "keling.db", tmp_path / "ready"
    child = multiprocessing.get_context("spawn").Process(target=hold, args=(database, ready))
    child.start()
    while not ready.exists():
        time.sleep(0.01)
    with pytest.raises(AlreadyRunningError, match=f"process {child.pid}"), RunLock(database):
        pass
    assert child.pid is not None
    os.kill(child.pid, signal.SIGKILL)
    child.join()
    with RunLock(database):
        pass


def test_a_lock_that_cannot_be_made_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(LedgerReadOnlyError, match=r"keling\.db\.lock"), RunLock(tmp_path / "absent" / "keling.db"):
        pass


def test_a_run_leaves_a_row() -> None:
    runs = Runs(memory())
    first, second = runs.start(now=NOW), runs.start(now=NOW + timedelta(hours=1))
    counts = Counts(sources=5, failed=1, articles=7, figures=40, alerts=3)
    runs.end(second, now=NOW + timedelta(hours=1, minutes=2), exit=3, counts=counts, message="paper: HTTP 404")
    newest, killed = runs.rows()
    assert newest == {
        "id": second,
        "started": "2025-11-21T13:00:00.000+00:00",
        "ended": "2025-11-21T13:02:00.000+00:00",
        "exit": 3,
        "sources": 5,
        "failed": 1,
        "articles": 7,
        "figures": 40,
        "alerts": 3,
        "message": "paper: HTTP 404",
    }
    assert (killed["id"], killed["ended"], killed["exit"]) == (first, None, None)
    assert runs.last() == newest


def test_a_look_at_the_lock_neither_waits_nor_stops_a_run(tmp_path: Path) -> None:
    lock = RunLock(tmp_path / "keling.db")
    assert lock.is_free()
    with lock:
        assert not RunLock(tmp_path / "keling.db").is_free()
    assert lock.is_free()
    looking = os.open(lock.path, os.O_RDONLY)
    fcntl.flock(looking, fcntl.LOCK_SH)
    threading.Timer(0.05, os.close, [looking]).start()
    with RunLock(tmp_path / "keling.db"):
        pass
