"""sqlite-utils as the ledger uses it.

Where numpy and pandas are installed, sqlite-utils imports them (0.2 s) to know the columns of their types. The ledger
has no such columns, and whoever only reads it should not wait for them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def _hidden(*names: str) -> Iterator[None]:
    """Within, packages that are not imported yet are as if they were not installed."""
    hidden = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # None is how Python marks them
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


with _hidden("numpy", "pandas"):
    from sqlite_utils import Database
    from sqlite_utils.migrations import Migrations

__all__ = ["Database", "Migrations"]
