"""The ledger that a verb reads or writes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.declarations.tables import EVERY, LEDGER, configuration, duration, read_toml
from monitor.errors import ConfigError, Fault, LedgerError

if TYPE_CHECKING:
    from monitor.config import Config
    from storage.wrapping import Database


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """What a look at the ledger needs of monitor.toml."""

    #: None: there is none, and the defaults serve.
    file: Path | None
    database: Path
    #: How often it is to be written.
    every: timedelta


def place_of(config_file: Path | None) -> Place:
    """Where the ledger is.

    Reading all of monitor.toml takes as long as everything else that a look at the ledger does. A file that the last
    run has read as it stands needs no second reading; any other is read whole, so that its faults are told.

    Raises:
        ConfigError: a named file is absent, or the file has faults.
    """
    file = configuration(config_file)
    if file is None:
        return Place(file=None, database=Path.cwd() / LEDGER, every=EVERY)
    tables = read_toml(file)
    try:
        database = file.parent / tables.get("storage", {}).get("path", LEDGER)
        place = Place(file=file, database=database, every=duration(tables.get("schedule", {}).get("every", EVERY)))
    except (AttributeError, TypeError, ValueError):
        return _read_whole(file)
    return place if _was_read(place) else _read_whole(file)


def _read_whole(file: Path) -> Place:
    from monitor.config import load_config

    config = load_config(file)
    return Place(file=file, database=config.database, every=config.settings.schedule.every)


def _was_read(place: Place) -> bool:
    """Whether the last run began after its file was last changed."""
    from storage.database import connect
    from storage.runs import Runs
    from storage.times import moment_of

    assert place.file is not None
    try:
        database = connect(place.database, read_only=True)
    except LedgerError:
        return False
    try:
        last = Runs(database).last()
    finally:
        database.close()
    return last is not None and moment_of(last["started"]).timestamp() > place.file.stat().st_mtime


@contextmanager
def open_database(config_file: Path | None, *, read_only: bool = True) -> Iterator[Database]:
    """The configured database, which must be there.

    Raises:
        ConfigError: there is none yet.
    """
    from storage.database import connect

    place = place_of(config_file)
    if not place.database.exists():
        expected = "a ledger: `keling-monitor run` makes it"
        raise ConfigError([Fault(str(place.file or "defaults"), "storage.path", expected, str(place.database))])
    database = connect(place.database, read_only=read_only)
    try:
        yield database
    finally:
        database.close()


@contextmanager
def optional_database(config: Config) -> Iterator[Database | None]:
    """The database of a configuration, for reading only; None where there is none yet."""
    from storage.database import connect

    database = connect(config.database, read_only=True) if config.database.exists() else None
    try:
        yield database
    finally:
        if database is not None:
            database.close()
