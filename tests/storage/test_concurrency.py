"""Two that write and one that reads, at the same time, on one file."""

from __future__ import annotations

from contextlib import closing
from multiprocessing import get_context
from pathlib import Path

from ledgering import START, article, written

from storage.database import connect
from storage.ledger import Ledger

ARTICLES = 15


def write(database: Path, outlet: str) -> None:
    with closing(connect(database)) as db:
        ledger = Ledger(db)
        for number in range(ARTICLES):
            text, figures = written([f"revenue {number + 1}e6 CNY exact {2000 + number} period"])
            ledger.record(article(f"https://{outlet}.example/{number}", text), figures, now=START)


def test_nobody_finds_the_database_locked(tmp_path: Path) -> None:
    database = tmp_path / "keling.db"
    connect(database).close()
    context = get_context("fork")
    writers = [context.Process(target=write, args=(database, outlet)) for outlet in "ab"]
    for writer in writers:
        writer.start()
    counts = []
    with closing(connect(database, read_only=True)) as db:
        while any(writer.is_alive() for writer in writers):
            counts.append(len(list(Ledger(db).facts())))
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    assert counts == sorted(counts)
    with closing(connect(database, read_only=True)) as db:
        assert [row["outlets"] for row in Ledger(db).facts()] == [2] * ARTICLES
