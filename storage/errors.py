"""What can go wrong with the database file, and what to do about it.

LedgerError
├── LedgerMissingError    there is no such file, or its folder does not exist
├── NotALedgerError       a file of something else
├── LedgerNewerError      written by a later version of this program
├── LedgerOutdatedError   opened for reading only, before a pending migration
├── LedgerReadOnlyError   the file or its folder may not be written
├── LedgerFullError       no space left
├── LedgerBusyError       another process held the write lock for too long
├── LedgerCorruptError    pages are damaged
├── LedgerUnusableError   the operating system failed in some other way
└── NothingToSearchError  a query without a word: no fault of the file
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


class LedgerError(Exception):
    """The database cannot be opened, read or written: one line that says which, why, and what to do."""

    #: What to do about it, in the imperative.
    advice = ""

    def __init__(self, path: Path | str, cause: str) -> None:
        self.path = str(path)
        self.cause = cause
        super().__init__(f"ledger {self.path!r}: {cause}" + (f"; {self.advice}" if self.advice else ""))


class LedgerMissingError(LedgerError):
    """There is no such file, or its folder does not exist."""

    advice = "check storage.path, or start with `keling-monitor run` or `keling-monitor ingest`"


class NotALedgerError(LedgerError):
    """A file of something else: it is left as it is."""

    advice = "name another file in storage.path"


class LedgerNewerError(LedgerError):
    """Written by a later version of this program: it is left as it is."""

    advice = "upgrade keling-monitor, or name another file in storage.path"


class LedgerOutdatedError(LedgerError):
    """Opened for reading only, but its tables are those of an earlier version."""

    advice = "open it once with a command that writes, such as `keling-monitor deliver`"


class LedgerReadOnlyError(LedgerError):
    """The file or its folder may not be written."""

    advice = "make file and folder writable for the user that runs the monitor"


class LedgerFullError(LedgerError):
    """No space left; the transaction was taken back as a whole."""

    advice = "free some space and run again: nothing was half-written"


class LedgerBusyError(LedgerError):
    """Another process held the write lock for too long."""

    advice = "wait for the other process to end and run again"


class LedgerCorruptError(LedgerError):
    """Pages are damaged; what can be read is left as it is."""

    advice = "restore a backup, or save what can be read with `sqlite3 FILE .recover`"


class LedgerUnusableError(LedgerError):
    """The operating system failed in some other way."""

    advice = "check the disk and the permissions of file and folder"


class NothingToSearchError(LedgerError, ValueError):
    """A query that holds no letter and no digit."""

    def __init__(self, query: str) -> None:
        ValueError.__init__(self, f"nothing to search for in {query!r}: expected letters or digits")


#: Primary result codes of SQLite (https://www.sqlite.org/rescode.html) that are about the file, not about a statement.
_KINDS: dict[int, type[LedgerError]] = {
    sqlite3.SQLITE_BUSY: LedgerBusyError,
    sqlite3.SQLITE_LOCKED: LedgerBusyError,
    sqlite3.SQLITE_READONLY: LedgerReadOnlyError,
    sqlite3.SQLITE_PERM: LedgerReadOnlyError,
    sqlite3.SQLITE_FULL: LedgerFullError,
    sqlite3.SQLITE_CORRUPT: LedgerCorruptError,
    sqlite3.SQLITE_NOTADB: NotALedgerError,
    sqlite3.SQLITE_IOERR: LedgerUnusableError,
    sqlite3.SQLITE_CANTOPEN: LedgerUnusableError,
}


@contextmanager
def translated(path: Path | str | Callable[[], str]) -> Iterator[None]:
    """Raise what SQLite says about the file as a `LedgerError`; errors of statements pass as they are.

    Args:
        path: for the message; called where it is not at hand.
    """
    try:
        yield
    except sqlite3.Error as error:
        # The low byte of an extended code is the primary code.
        kind = _KINDS.get((getattr(error, "sqlite_errorcode", None) or 0) & 0xFF)
        if kind is None:
            raise
        raise kind(path() if callable(path) else path, str(error)) from error
