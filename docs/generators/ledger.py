"""docs/ledger.md: what the ledger holds, with every column as the schema's own comments tell it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from storage.database import memory
from storage.migrations import FOLDER

FILE = "ledger.md"

#: The words around the tables; they stand where the mark stands.
FRAME = Path(__file__).with_name("ledger.in.md")
MARK = "<!-- tables -->\n"

_MADE = re.compile(r"CREATE (?:VIRTUAL )?(TABLE|VIEW) (\w+)")
_ADDED = re.compile(r"ALTER TABLE (\w+) ADD COLUMN (\w+)")
_NAMED = re.compile(r"(?:.*\bAS )?(?:\w+\.)?(\w+),?")


def text() -> str:
    """The whole file."""
    return FRAME.read_text("utf-8").replace(MARK, "\n".join(_tables()))


def _tables() -> Iterator[str]:
    db = memory()
    said = comments()
    # The views first: they are what most people need.
    for name in [*sorted(db.view_names()), *db.table_names()]:
        if name in said:
            yield f"### `{name}`\n{said[name].about}\n"
            yield "| column | type | what |\n| --- | --- | --- |"
            yield "".join(_rows(db, name, said))


def _rows(db: Database, name: str, said: dict[str, Made]) -> Iterator[str]:
    """A line for each column that there is."""
    known = {} if name in db.view_names() else {key.column: key.other_table for key in db.table(name).foreign_keys}
    for column, kind in db.execute(f"SELECT name, type FROM pragma_table_xinfo('{name}') WHERE hidden <> 1").fetchall():
        words = said[name].columns.get(column, "")
        if column in known:
            words = f"{words} Row of `{known[column]}`.".strip()
        elif not words:
            words = "The row's number." if column == "id" else _elsewhere(db, column, name, said)
        yield f"| `{column}` | {kind.lower() or 'any'} | {words} |\n"


def _elsewhere(db: Database, column: str, name: str, said: dict[str, Made]) -> str:
    """What is said of a column of this name where it comes from, or else where it stands first in the file."""
    if name in db.view_names():
        sources = re.findall(r"^(?:FROM|(?:LEFT )?JOIN) (\w+)", db.view(name).schema, re.MULTILINE)
    else:
        sources = [other for other, made in said.items() if made.file == said[name].file]
    return next((said[other].columns[column] for other in sources if column in said[other].columns), "")


@dataclass(frozen=True, kw_only=True)
class Made:
    """What the schema says of a table or view."""

    file: str
    about: str
    columns: dict[str, str]


def comments() -> dict[str, Made]:
    """What the schema says of its tables and views and of their columns."""
    said: dict[str, Made] = {}
    for file in sorted(FOLDER.glob("*.sql")):
        waiting: list[str] = []
        inside: dict[str, str] = {}
        for raw in file.read_text("utf-8").splitlines():
            line = raw.strip()
            if line.startswith("--"):
                waiting.append(line.removeprefix("--").strip())
                continue
            if added := _ADDED.match(line):
                said[added[1]].columns[added[2]] = " ".join(waiting)
            elif made := _MADE.match(line):
                inside = {}
                said[made[2]] = Made(file=file.stem, about=" ".join(waiting), columns=inside)
            elif waiting and (name := _column(line)):
                inside[name] = " ".join(waiting)
            waiting = []
    return said


def _column(line: str) -> str | None:
    """The column that a line of a table or view is about."""
    if made := re.match(r"(\w+)(?: [A-Z]|,|$)", line):
        return made[1]
    named = _NAMED.fullmatch(line)
    return named[1] if named else None
