"""How the monitor fares, from what runs, sources and the outbox have left in the ledger."""

from __future__ import annotations

import shutil
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from storage.database import connect
from storage.health import Health
from storage.outbox import Outbox
from storage.runs import Runs
from storage.times import moment_of

#: Without a run for so many times its interval, the monitor has stopped.
_MISSED = 4
#: Cron may be slower than `schedule.every` says; below this nothing counts as stopped.
_PATIENCE = timedelta(hours=2)
#: Less free space than this is worth a word.
_SPACE = 500 * 10**6


@dataclass(frozen=True, kw_only=True, slots=True)
class Status:
    """0: well; 1: degraded, it works and something needs a person; 2: stopped."""

    code: int
    facts: dict[str, Any]
    #: Why it is not 0, one line each.
    reasons: tuple[str, ...]


def status_of(database: Path, *, every: timedelta, now: datetime) -> Status:
    """The state of the monitor at a moment.

    Args:
        database: the ledger's file.
        every: how often the monitor is to run.
        now: the moment.

    Raises:
        LedgerError: the ledger cannot be read.
    """
    if not database.exists():
        return Status(code=2, facts={"ledger": None}, reasons=(f"no ledger at {database}: there was no run yet",))
    with closing(connect(database, read_only=True)) as db:
        last = Runs(db).last()
        sources = Health(db).all()
        waiting = Outbox(db).count(now)
    free = shutil.disk_usage(database.parent).free
    states = Counter(health.state for health in sources.values())
    facts = {
        "last_run": last["started"] if last else None,
        "exit": last["exit"] if last else None,
        "sources": dict(states),
        "newest_item": max((h.last_new for h in sources.values() if h.last_new), default=None),
        "outbox": {"waiting": waiting.waiting, "dead": waiting.dead, "uncertain": waiting.uncertain},
        "ledger_bytes": database.stat().st_size,
        "free_bytes": free,
    }
    if stopped := _stopped(last, every, now):
        return Status(code=2, facts=facts, reasons=(stopped,))
    reasons = [f"source {name} is {h.state}: {h.message}" for name, h in sources.items() if h.state != "ok"]
    if waiting.waiting:
        reasons.append(f"{waiting.waiting} messages wait: `keling-monitor outbox list` says why")
    if waiting.dead:
        reasons.append(f"{waiting.dead} messages are dead: `keling-monitor outbox list --state dead`")
    if free < _SPACE:
        reasons.append(f"{free // 10**6} MB are left on the disk")
    return Status(code=1 if reasons else 0, facts=facts, reasons=tuple(reasons))


def _stopped(last: dict[str, Any] | None, every: timedelta, now: datetime) -> str | None:
    if last is None:
        return "there was no run yet: `keling-monitor run`"
    age = now - moment_of(last["started"])
    if age > max(every * _MISSED, _PATIENCE):
        return f"the last run began {age} ago: is cron or `keling-monitor schedule` at work?"
    return None
