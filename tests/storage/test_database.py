"""The database file: how it is made, and what is said where it cannot be used."""

from __future__ import annotations

import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from ledgering import START, article, figure
from sqlite_utils import Database

from storage.database import connect, memory, transaction
from storage.errors import (
    LedgerCorruptError,
    LedgerError,
    LedgerFullError,
    LedgerMissingError,
    LedgerNewerError,
    LedgerOutdatedError,
    LedgerReadOnlyError,
    NotALedgerError,
)
from storage.ledger import Ledger
from storage.migrations import FOLDER, migrations, statements

SAY = "revenue 1e8 CNY at_least ..2025-02 cumulative"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "keling.db"


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger of some sixty pages."""
    file = tmp_path_factory.mktemp("master") / "keling.db"
    with closing(connect(file)) as db:
        for number in range(30):
            told = article(f"https://a.example/{number}", f"Text {number} " + "of some length " * 200)
            Ledger(db).record(told, [figure(SAY)], now=START)
    return file


@pytest.fixture
def filled(master: Path, file: Path) -> Path:
    return Path(shutil.copy(master, file))


def test_a_new_file_is_private_and_has_every_table(file: Path) -> None:
    with closing(connect(file)) as db:
        assert {"articles", "snapshots", "figures", "facts", "alerts", "outbox", "runs"} <= set(db.table_names())
        assert db.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        assert db.execute("PRAGMA foreign_keys").fetchone()[0] == 1
        for path in (file, Path(f"{file}-wal"), Path(f"{file}-shm")):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def test_opening_again_keeps_what_is_there(filled: Path) -> None:
    with closing(connect(filled)) as db:
        assert db["articles"].count == 30
    with closing(connect(filled, read_only=True)) as db:
        assert db["articles"].count == 30
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            db.execute("DELETE FROM alerts")


def test_two_processes_may_open_a_new_file_at_once(file: Path) -> None:
    faults: list[BaseException] = []

    def opens() -> None:
        try:
            connect(file).close()
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=opens) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []


def test_a_file_that_is_absent_or_in_no_folder(tmp_path: Path) -> None:
    with pytest.raises(LedgerMissingError, match=r"nowhere/keling\.db.*folder does not exist.*storage\.path"):
        connect(tmp_path / "nowhere" / "keling.db")
    with pytest.raises(LedgerMissingError, match="no such file"):
        connect(tmp_path / "keling.db", read_only=True)
    with pytest.raises(NotALedgerError, match="folder"):
        connect(tmp_path)


@pytest.mark.parametrize("read_only", [False, True])
def test_a_file_of_something_else_is_left_as_it_is(file: Path, read_only: bool) -> None:
    file.write_bytes(b"Dear diary, this is no database. " * 100)
    before = file.read_bytes()
    with pytest.raises(NotALedgerError, match="not a database"):
        connect(file, read_only=read_only)
    assert file.read_bytes() == before


def test_a_database_of_something_else_is_left_as_it_is(file: Path) -> None:
    with closing(sqlite3.connect(file)) as other:
        other.execute("CREATE TABLE photos (id)")
    before = file.read_bytes()
    with pytest.raises(NotALedgerError, match="not ours"):
        connect(file)
    assert file.read_bytes() == before


@pytest.mark.parametrize("read_only", [False, True])
def test_a_newer_schema_is_refused(filled: Path, read_only: bool) -> None:
    with closing(sqlite3.connect(filled)) as db, db:
        db.execute("INSERT INTO _sqlite_migrations VALUES (99, 'keling-monitor', '099_later', 'now')")
    with pytest.raises(LedgerNewerError, match=r"099_later.*upgrade"):
        connect(filled, read_only=read_only)


def test_an_older_schema_is_brought_up_to_date_by_who_may_write(filled: Path) -> None:
    with closing(sqlite3.connect(filled)) as older, older:
        for view in ("facts_now", "fact_history", "figures_full", "alerts_full"):
            older.execute(f"DROP VIEW {view}")
        older.execute("DELETE FROM _sqlite_migrations WHERE name = '004_views'")
    with pytest.raises(LedgerOutdatedError, match="004_views"):
        connect(filled, read_only=True)
    connect(filled).close()
    with closing(connect(filled, read_only=True)) as db:
        assert len(list(db.query("SELECT * FROM facts_now"))) == 1


def test_a_migration_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "001_one.sql").write_text("CREATE TABLE one (id); -- fine\n")
    (tmp_path / "005_five.sql").write_text("CREATE TABLE five (id);\nCREATE TABLE one (id);\n")
    db = Database(memory=True)
    with pytest.raises(sqlite3.OperationalError, match="one"):
        migrations(tmp_path).apply(db)
    assert [name for name in db.table_names() if not name.startswith("_")] == ["one"]


def test_confirmations_of_an_older_ledger_are_kept() -> None:
    with closing(memory()) as newer, closing(sqlite3.connect(":memory:")) as older:
        for number, outlet in enumerate("aba"):
            Ledger(newer).record(
                article(f"https://{outlet}.example/{number}", f"Text {number}"), [figure(SAY)], now=START
            )
        for script in sorted(FOLDER.glob("*.sql")):
            if script.stem == "007_confirmations":
                for table in ("articles", "snapshots", "figures", "facts"):
                    columns = ", ".join(name for _, name, *_ in older.execute(f"PRAGMA table_info({table})"))
                    rows = newer.execute(f"SELECT {columns} FROM {table}").fetchall()
                    older.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})", rows)
                said = newer.execute("SELECT * FROM confirmations").fetchall()
                # The last one is of a fact that was withdrawn, and counts for another now.
                older.executemany(
                    "INSERT INTO confirmations VALUES (?, ?, ?, ?, ?, ?)", [*said, (9, 1, "a", "press", 1, "then")]
                )
            for statement in statements(script.read_text("utf-8")):
                older.execute(statement)
        assert len(said) == 2
        assert older.execute("SELECT * FROM confirmations").fetchall() == said
        assert older.execute("SELECT * FROM past_confirmations").fetchall() == [(9, 1, "then")]


@pytest.mark.parametrize(("name", "words"), [("1_short.sql", "such as"), ("001_twice.sql", "number")])
def test_files_with_wrong_names_are_refused(tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / "001_a.sql").write_text("")
    (tmp_path / name).write_text("")
    with pytest.raises(ValueError, match=words):
        migrations(tmp_path)


def test_statements_are_cut_where_they_end() -> None:
    script = (
        "CREATE TABLE a (b); -- one; two\nCREATE TRIGGER c INSERT ON a BEGIN\n SELECT 1;\n SELECT 2;\nEND;\n-- the end"
    )
    assert [part.strip()[:13] for part in statements(script)] == ["CREATE TABLE ", "CREATE TRIGGE"]
    for file in FOLDER.glob("*.sql"):
        for part in statements(file.read_text("utf-8")):
            assert sqlite3.complete_statement(part), part


def test_a_transaction_is_all_or_nothing_and_may_stand_in_another() -> None:
    db = memory()

    def fails(name: str) -> None:
        with transaction(db):
            db.execute("INSERT INTO outbox_identity VALUES (?)", [name])
            raise KeyError

    with pytest.raises(KeyError):
        fails("a")
    with transaction(db):
        db.execute("INSERT INTO outbox_identity VALUES ('b')")
        with pytest.raises(KeyError):
            fails("c")
    names = {row["name"] for row in db["outbox_identity"].rows}
    assert "b" in names
    assert not names & {"a", "c"}


def test_a_full_disk_takes_the_article_back_and_nothing_else(filled: Path) -> None:
    with closing(connect(filled)) as db:
        ledger = Ledger(db)
        # SQLite's own limit is as full a disk as any.
        db.execute(f"PRAGMA max_page_count = {db.execute('PRAGMA page_count').fetchone()[0]}")
        told = article("https://b.example/1", "\n".join(f"{number * number}" for number in range(40_000)))
        with pytest.raises(LedgerFullError, match=r"keling\.db.*full.*free some space"):
            ledger.record(told, [figure(SAY)], now=START)
        assert not db.conn.in_transaction
        assert db["articles"].count == 30
        db.execute("PRAGMA max_page_count = 1000000")
        assert ledger.record(told, [figure(SAY)], now=START).new_snapshot
        assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"


def test_a_damaged_page_is_said(filled: Path) -> None:
    with filled.open("r+b") as raw:
        raw.seek(4096)
        raw.write(b"\xff" * (filled.stat().st_size - 4096))
    with pytest.raises(LedgerError, match=r"restore a backup|not a database"), closing(connect(filled)) as db:
        Ledger(db).record(article("https://b.example/1", "Text"), [figure(SAY)], now=START)


def test_a_damaged_table_is_said_and_the_rest_can_be_read(filled: Path) -> None:
    with closing(sqlite3.connect(filled)) as db:
        page = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'articles'").fetchone()[0]
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with filled.open("r+b") as raw:
        raw.seek((page - 1) * 4096)
        raw.write(b"\xff" * 4096)
    with closing(connect(filled)) as db:
        with pytest.raises(LedgerCorruptError, match="restore a backup"):
            Ledger(db).record(article("https://b.example/1", "Text"), [figure(SAY)], now=START)
        assert db["figures"].count == 30


#: A user that may not write: root may everything, so a child gives its rights away first.
READ_ONLY = """
import os, sys
from pathlib import Path
from storage.database import connect
from storage.errors import LedgerError
from storage.ledger import Ledger
if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
path = Path(sys.argv[1])
print(len(list(Ledger(connect(path, read_only=True)).articles())))
try:
    connect(path)
except LedgerError as error:
    print(type(error).__name__, error)
"""


@pytest.fixture
def shelf() -> Iterator[Path]:
    """A folder that other users can reach: those of pytest are private."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


def test_a_file_that_may_only_be_read(filled: Path, shelf: Path) -> None:
    with closing(connect(filled)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    file = Path(shutil.copy(filled, shelf))
    file.chmod(0o444)
    shelf.chmod(0o555)
    done = subprocess.run([sys.executable, "-c", READ_ONLY, str(file)], capture_output=True, text=True, check=False)
    if not done.stdout and ("Permission denied" in done.stderr or "ModuleNotFoundError" in done.stderr):
        pytest.skip("another user of this machine cannot read the program")
    count, error = done.stdout.splitlines()
    assert count == "30"
    assert error.startswith("LedgerReadOnlyError")
    assert LedgerReadOnlyError.advice in error
