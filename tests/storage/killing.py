"""A storm of SIGKILL on the intake of a file: `python tests/storage/killing.py 200` prints what came of it.

A child process records the lines of a file; it is killed at a random moment and started again, until it has ended by
itself. Then the ledger must be whole and hold what an undisturbed run leaves behind.
"""

from __future__ import annotations

import json
import random
import signal
import sys
import tempfile
import time
from contextlib import closing
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path

from ledgering import START, posting, written

from monitor.ingest import read_line
from storage.database import connect
from storage.ledger import Ledger
from storage.records import Article, Judged, Posting

NOW = START + timedelta(days=2)


def everything(judged: Judged, article: Article) -> list[Posting]:
    """All of it, to one reader."""
    return [posting(f"article:{article.url}")]


def lines(count: int, seed: int = 7) -> list[str]:
    """Articles of ten outlets, some of them edited, with figures that repeat, refine and contradict each other."""
    choose = random.Random(seed)
    made = []
    for number in range(count):
        says = []
        for _ in range(choose.randint(1, 6)):
            metric = choose.choice(["revenue", "gmv", "users", "capex", "gross_margin"])
            unit = {"users": "count", "gross_margin": "percent"}.get(metric, "CNY")
            value = choose.choice([54, 55, 60]) * (1 if unit == "percent" else 10**6)
            bound, period = (
                choose.choice(["exact", "at_least", "about"]),
                choose.choice(["2024-Q3", "2024-Q4", "2025-02"]),
            )
            says.append(f"{metric} {value} {unit} {bound} {period} period")
        text, figures = written(says)
        outlet, page = choose.randrange(10), choose.randrange(count)
        fields = {
            "url": f"https://outlet{outlet}.example/{page}",
            "title": f"Article {page}",
            "text": f"{text}{' '.join(str(choose.random()) for _ in range(40))}",
            "published": (START + timedelta(minutes=number)).isoformat(),
            "lang": "en",
            "figures": [
                {
                    "start": one.start,
                    "end": one.end,
                    "quote": one.quote,
                    "entity": one.entity,
                    "metric": one.metric,
                    "measure": one.measure,
                    "value": int(one.value),  # type: ignore[arg-type]
                    "unit": one.unit,
                    "bound": one.bound,
                    "period": one.period,
                    "aggregation": one.aggregation,
                    "basis": one.basis,
                }
                for one in figures
            ],
        }
        made.append(json.dumps(fields))
    return made


def take(file: Path, database: Path) -> None:
    """Record every line of a file."""
    with closing(connect(database)) as db:
        ledger = Ledger(db)
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
            incoming = read_line(line, number=number, now=NOW)
            ledger.record(incoming.article, incoming.figures or (), now=NOW, policy=everything)


def state(database: Path) -> dict[str, list[tuple[object, ...]]]:
    """All rows but those that differ from ledger to ledger: its name, and when migrations were applied."""
    with closing(connect(database)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        found = {}
        for name in db.table_names():
            if not name.startswith(("texts", "outbox_identity", "_")):
                columns = ", ".join(column.name for column in db.table(name).columns if column.name != "message_id")
                found[name] = db.execute(f"SELECT {columns} FROM {name} ORDER BY {columns}").fetchall()
        found["texts"] = [(row["url"],) for row in Ledger(db).search("sentence article", limit=None)]
    return found


def storm(kills: int, articles: int, folder: Path, seed: int = 1) -> int:
    """Kill so often, on fresh ledgers where one is done; gives how many kills hit a child at work.

    Raises:
        AssertionError: a ledger is damaged, or holds something else than after an undisturbed run.
    """
    choose = random.Random(seed)
    context = get_context("fork")
    file = folder / "articles.jsonl"
    file.write_text("\n".join(lines(articles)), "utf-8")
    # Once before the clock runs: what a process loads lazily, its children have then.
    take(file, folder / "first.db")
    started = time.monotonic()
    take(file, folder / "calm.db")
    length = time.monotonic() - started
    calm = state(folder / "calm.db")
    hits = rounds = 0
    while hits < kills:
        rounds += 1
        database = folder / f"stormy{rounds}.db"
        while True:
            child = context.Process(target=take, args=(file, database))
            child.start()
            # Each time it comes farther, for what is recorded already is passed over quickly.
            child.join(choose.random() * length)
            if child.exitcode is None and hits < kills:
                assert child.pid is not None
                child.kill()
                child.join()
                hits += 1
                continue
            child.join()
            assert child.exitcode in (0, -signal.SIGKILL), child.exitcode
            if child.exitcode == 0:
                break
        assert state(database) == calm
        database.unlink()
    return hits


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        count = storm(int(sys.argv[1]), 120, Path(place))
    print(f"{count} kills: every ledger whole and equal to that of an undisturbed run")  # noqa: T201
