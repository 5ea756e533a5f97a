"""Opens the database file: WAL, foreign keys, a busy timeout, mode 0600, migrations, transactions that lock at once."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage.errors import (
    LedgerMissingError,
    LedgerNewerError,
    LedgerOutdatedError,
    LedgerReadOnlyError,
    NotALedgerError,
    translated,
)
from storage.migrations import migrations, unknown
from storage.wrapping import Database

#: Written into the file's header, so that `file` and we know it again: "KLNG".
APPLICATION_ID = 0x4B4C4E47

#: How long a statement waits for another process's transaction. One of ours takes milliseconds; a migration longer.
BUSY_SECONDS = 30.0


def connect(path: Path, *, read_only: bool = False) -> Database:
    """Open a ledger; for writing, create it where it is absent and bring its schema up to date.

    Args:
        path: the database file.
        read_only: never writes, not even a migration; the file must exist.

    Raises:
        LedgerError: the file cannot be used; the message says why and what to do.
    """
    with translated(path):
        return _read(path) if read_only else _write(path)


@contextmanager
def transaction(db: Database) -> Iterator[Database]:
    """All or nothing; takes the write lock at once, so that it never fails halfway for want of it.

    Inside another transaction it is a savepoint of that one.

    Raises:
        LedgerError: the file cannot be written.
    """
    with translated(lambda: path_of(db)):
        if db.conn.in_transaction:
            with db.atomic():
                yield db
            return
        db.conn.execute("BEGIN IMMEDIATE")
        try:
            yield db
            db.conn.execute("COMMIT")
        except BaseException:
            # SQLite itself has rolled back where the disk is full or a page is damaged.
            if db.conn.in_transaction:
                db.conn.execute("ROLLBACK")
            raise


def path_of(db: Database) -> str:
    """The file behind a database; ":memory:" where there is none."""
    return db.conn.execute("SELECT file FROM pragma_database_list WHERE name = 'main'").fetchone()[0] or ":memory:"


def memory() -> Database:
    """A ledger in memory, with the same schema: for rehearsals."""
    db = _wrapped(sqlite3.connect(":memory:", isolation_level=None))
    _migrate(db)
    return db


def _write(path: Path) -> Database:
    if not path.parent.is_dir():
        raise LedgerMissingError(path, "its folder does not exist")
    if path.is_dir():
        raise NotALedgerError(path, "it is a folder")
    if not path.exists():
        _create(path)
    elif not os.access(path, os.W_OK):
        raise LedgerReadOnlyError(path, "the file may not be written")
    db = _wrapped(_opened(path, "rw"))
    try:
        _check(db, path)
        # Not in _opened: it writes to the header, so the checks come first.
        db.conn.execute("PRAGMA journal_mode = WAL")
        # A power cut may take back the last transactions as a whole; FULL costs a disk sync for each.
        db.conn.execute("PRAGMA synchronous = NORMAL")
        # 64 MB of WAL between checkpoints: an article touches some 50 pages, many of them again with the next one.
        db.conn.execute("PRAGMA wal_autocheckpoint = 16000")
        if migrations().pending(db):
            _migrate(db)
    except BaseException:
        db.close()
        raise
    return db


def _read(path: Path) -> Database:
    if not path.is_file():
        raise LedgerMissingError(path, "there is no such file")
    db = _wrapped(_opened(path, "ro"))
    try:
        _check(db, path)
        if pending := migrations().pending(db):
            raise LedgerOutdatedError(path, f"it lacks the migration {pending[0].name}")
    except BaseException:
        db.close()
        raise
    return db


def _create(path: Path) -> None:
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        pass  # another process was faster
    except PermissionError as error:
        raise LedgerReadOnlyError(path, "its folder may not be written") from error


def _opened(path: Path, mode: str) -> sqlite3.Connection:
    # Transactions are begun by hand (isolation_level None): sqlite3 would begin a deferred one behind our back.
    uri = f"{path.resolve().as_uri()}?mode={mode}"
    connection = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None)
    if mode == "ro":
        try:
            connection.execute("SELECT 1 FROM sqlite_schema").fetchone()
        except sqlite3.OperationalError:
            # In a folder that may not be written, WAL's index cannot be made: read the file as it lies there.
            if os.access(path.parent, os.W_OK) or Path(f"{path}-wal").exists():
                raise
            connection.close()
            connection = sqlite3.connect(f"{uri}&immutable=1", uri=True, isolation_level=None)
    return connection


def _wrapped(connection: sqlite3.Connection) -> Database:
    db = Database(connection, execute_plugins=False)
    connection.execute("PRAGMA foreign_keys = ON")
    # 64 MB of pages: lookups in a ledger of ten million figures stay in memory. Memory is taken as it is needed.
    connection.execute("PRAGMA cache_size = -65536")
    connection.execute("PRAGMA temp_store = MEMORY")
    return db


def _check(db: Database, path: Path) -> None:
    tables = db.conn.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    if tables and db.conn.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise NotALedgerError(path, "its tables are not ours")
    if names := unknown(db):
        raise LedgerNewerError(path, f"it has the migration {names[0]}, unknown here")


def _migrate(db: Database) -> None:
    # One transaction around all: two processes that open a new file at once do not both create its tables.
    with transaction(db):
        db.conn.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        migrations().apply(db)
