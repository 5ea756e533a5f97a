"""The ledger that a verb reads or writes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.config import Config, load_config
from monitor.errors import ConfigError, Fault

if TYPE_CHECKING:
    from sqlite_utils import Database

    from storage.ledger import Ledger


@contextmanager
def open_database(config_file: Path | None, *, read_only: bool = True) -> Iterator[Database]:
    """The configured database, which must be there.

    Raises:
        ConfigError: there is none yet.
    """
    from storage.database import connect

    config = load_config(config_file)
    if not config.database.exists():
        expected = "a ledger: `keling-monitor run` makes it"
        raise ConfigError([Fault(str(config.file or "defaults"), "storage.path", expected, str(config.database))])
    database = connect(config.database, read_only=read_only)
    try:
        yield database
    finally:
        database.close()


@contextmanager
def open_ledger(config_file: Path | None) -> Iterator[Ledger]:
    """The configured ledger, for reading only."""
    from storage.ledger import Ledger

    with open_database(config_file) as database:
        yield Ledger(database)


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
