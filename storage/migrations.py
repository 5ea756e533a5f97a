"""The schema as a list of SQL files: each `schema/NNN_name.sql` is one migration, found by scanning the folder.

Files are append-only: one that has been released is never changed, a new one gets a higher number. Numbers may have
gaps. Which are applied is kept in `_sqlite_migrations`, as sqlite-utils does it.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from storage.wrapping import Database, Migrations

#: The name of the set in `_sqlite_migrations`.
SET = "keling-monitor"

FOLDER = Path(__file__).parent / "schema"

_NAME = re.compile(r"\d{3}_[a-z0-9_]+")


@cache
def migrations(folder: Path = FOLDER) -> Migrations:
    """All migrations of a folder, in the order of their numbers.

    Raises:
        ValueError: a file's name is not of the form NNN_name.sql, or a number is used twice.
    """
    found = Migrations(SET)
    numbers: dict[str, Path] = {}
    for file in sorted(folder.glob("*.sql")):
        if not _NAME.fullmatch(file.stem):
            raise ValueError(f"{file.name}: expected a name such as 004_name.sql")
        other = numbers.setdefault(file.stem[:3], file)
        if other != file:
            raise ValueError(f"{file.name}: the number is that of {other.name}")
        found(name=file.stem)(_script(file))
    return found


def unknown(db: Database) -> list[str]:
    """Migrations that the database has and this program does not: it was written by a later version."""
    known = {file.stem for file in FOLDER.glob("*.sql")}
    return [migration.name for migration in migrations().applied(db) if migration.name not in known]


def statements(script: str) -> Iterator[str]:
    """The statements of a script one by one: `executescript` would commit the transaction around it."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        code = line.partition("--")[0].rstrip()
        if code.endswith(";") and sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    # Comments may follow the last statement.
    if re.sub(r"--[^\n]*", "", statement).strip():
        yield statement


def _script(file: Path) -> Callable[[Database], None]:
    def apply(db: Database) -> None:
        for statement in statements(file.read_text("utf-8")):
            db.conn.execute(statement)

    return apply
