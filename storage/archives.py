"""Files of captures, and how far each has been read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from storage.database import transaction
from storage.times import text_of
from storage.wrapping import Database


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """How far a file has been read."""

    #: Tells it from others, wherever it lies.
    digest: str
    name: str
    size: int
    #: Where the first record begins that is not dealt with.
    position: int = 0
    #: Pages so far, and of these what was recorded, names nothing that is watched, or could not be read.
    pages: int = 0
    recorded: int = 0
    irrelevant: int = 0
    bad: int = 0

    @property
    def done(self) -> bool:
        """Whether it is read to its end."""
        return self.position >= self.size


class Archives:
    """The files of one ledger."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def of(self, digest: str) -> Reading | None:
        """How far a file has been read; None: it was never begun."""
        row = self._db.conn.execute(
            "SELECT digest, name, size, position, pages, recorded, irrelevant, bad FROM archives WHERE digest = ?",
            (digest,),
        ).fetchone()
        if row is None:
            return None
        digest, name, size, position, pages, recorded, irrelevant, bad = row
        return Reading(
            digest=digest,
            name=name,
            size=size,
            position=position,
            pages=pages,
            recorded=recorded,
            irrelevant=irrelevant,
            bad=bad,
        )

    def write(self, reading: Reading, *, now: datetime) -> None:
        """Put how far a file is read: a transaction, or part of the one that records what was read."""
        with transaction(self._db):
            self._db.conn.execute(
                "INSERT OR REPLACE INTO archives (digest, name, size, position, pages, recorded, irrelevant, bad,"
                " checked) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    reading.digest,
                    reading.name,
                    reading.size,
                    reading.position,
                    reading.pages,
                    reading.recorded,
                    reading.irrelevant,
                    reading.bad,
                    text_of(now),
                ),
            )
