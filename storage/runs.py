"""Runs: a row for each, and the lock that keeps them apart."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from storage.database import transaction
from storage.errors import LedgerReadOnlyError
from storage.times import text_of
from storage.wrapping import Database

#: Seconds: far longer than another process holds the lock to see whether it is free.
_A_LOOK = 0.2


class AlreadyRunningError(Exception):
    """Another run holds the lock."""

    def __init__(self, path: Path, holder: str) -> None:
        self.path = path
        #: Process id of the other run as it wrote it; "" where it has not.
        self.holder = holder
        who = f"process {holder}" if holder else "another process"
        super().__init__(f"another run is at work on this ledger ({who} holds {str(path)!r}); wait for it to end")


class RunLock:
    """An advisory lock on a file beside the database, used as a context manager.

    The operating system frees it when its process ends, however it ends: there is no stale lock to remove.
    """

    def __init__(self, database: Path) -> None:
        self.path = database.with_name(f"{database.name}.lock")

    def __enter__(self) -> Self:
        """Take the lock.

        Raises:
            AlreadyRunningError: another process has it.
            LedgerReadOnlyError: the folder may not be written.
        """
        try:
            self._file = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise LedgerReadOnlyError(self.path, error.strerror or type(error).__name__) from error
        try:
            self._take()
        except OSError as error:
            holder = os.read(self._file, 20).decode("ascii", "replace").strip()
            os.close(self._file)
            raise AlreadyRunningError(self.path, holder) from error
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, f"{os.getpid()}\n".encode(), 0)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # The file stays: removing it would let two processes lock two files of one name.
        os.close(self._file)

    def is_free(self) -> bool:
        """Whether no run is at work; where that cannot be found out, one may be."""
        try:
            file = os.open(self.path, os.O_RDONLY)
        except FileNotFoundError:
            return True
        except OSError:
            return False
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return False
        finally:
            os.close(file)
        return True

    def _take(self) -> None:
        end = time.monotonic() + _A_LOOK
        while True:
            try:
                return fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > end:
                    raise
                time.sleep(_A_LOOK / 20)


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """What a run did."""

    #: Sources asked, and of these with a list or page that could not be read.
    sources: int = 0
    failed: int = 0
    #: Articles whose text was recorded, new or changed.
    articles: int = 0
    figures: int = 0
    alerts: int = 0


class Runs:
    """The runs of one ledger; every writing method is a transaction."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def start(self, *, now: datetime) -> int:
        """Open a run's row and give its id."""
        with transaction(self._db):
            row = self._db.conn.execute(
                "INSERT INTO runs (started) VALUES (?) RETURNING id", (text_of(now),)
            ).fetchone()
        return int(row[0])

    def end(self, run: int, *, now: datetime, exit: int, counts: Counts, message: str = "") -> None:  # noqa: A002
        """Close a run's row.

        Args:
            run: its id.
            now: when it ended.
            exit: its exit code.
            counts: what it did.
            message: what went wrong, a line a fault.
        """
        with transaction(self._db):
            self._db.conn.execute(
                "UPDATE runs SET ended = ?, exit = ?, sources = ?, failed = ?, articles = ?, figures = ?, alerts = ?,"
                " message = ? WHERE id = ?",
                (
                    text_of(now),
                    exit,
                    counts.sources,
                    counts.failed,
                    counts.articles,
                    counts.figures,
                    counts.alerts,
                    message,
                    run,
                ),
            )

    def last(self) -> dict[str, Any] | None:
        """The newest run; None: there was none yet."""
        return next(self.rows(limit=1), None)

    def rows(self, *, limit: int | None = None) -> Iterator[dict[str, Any]]:
        """Runs as rows, the newest first."""
        cursor = self._db.conn.execute("SELECT * FROM runs ORDER BY id DESC LIMIT ?", (-1 if limit is None else limit,))
        names = [column[0] for column in cursor.description]
        return (dict(zip(names, row, strict=True)) for row in cursor)
