"""How each source fares: asked when, answered when, and what it was that went wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from storage.database import transaction
from storage.times import moment_of, text_of
from storage.wrapping import Database

State = Literal["ok", "degraded", "broken"]


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceHealth:
    """The state of one source."""

    name: str
    state: State
    #: When it came into this state.
    since: datetime
    checked: datetime
    next_check: datetime
    #: None: never yet.
    last_ok: datetime | None
    #: When it last listed an article that was not known; None: never yet.
    last_new: datetime | None
    #: In the last good list; None: there was none yet.
    items: int | None
    #: What went wrong when it was last asked; "": nothing.
    message: str
    #: Failures since it was last well, weighted.
    failures: float
    #: Operators have been told that it is broken.
    told: bool
    #: How many times something new has come, and the longest time in between.
    arrivals: int = 0
    pause: timedelta = timedelta()
    #: Articles recorded, of a long memory; of these those with figures, and the latest in a row that have none.
    articles: int = 0
    telling: int = 0
    barren: int = 0


class Health:
    """The sources of one ledger; every writing method is a transaction."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def of(self, name: str) -> SourceHealth | None:
        """The state of a source; None: it was never asked."""
        return next(self._select("WHERE name = ?", name), None)

    def all(self) -> dict[str, SourceHealth]:
        """The states of all sources that were ever asked, by name."""
        return {health.name: health for health in self._select("ORDER BY name")}

    def is_baseline(self, name: str) -> bool:
        """Whether what the source lists now was there before us."""
        row = self._db.conn.execute("SELECT baseline FROM sources WHERE name = ?", (name,)).fetchone()
        return row is None or row[0] is None

    def write(self, health: SourceHealth, *, baseline: datetime | None = None) -> None:
        """Put a source's new state.

        Args:
            health: as it is now.
            baseline: the end of its first good run, the first time that it is given; later ones are ignored.
        """
        with transaction(self._db):
            self._db.conn.execute(
                "INSERT INTO sources (name, state, since, checked, next_check, last_ok, last_new, items, message,"
                " failures, told, arrivals, pause, articles, telling, barren, baseline)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (name) DO UPDATE SET state = excluded.state, since = excluded.since,"
                " checked = excluded.checked, next_check = excluded.next_check, last_ok = excluded.last_ok,"
                " last_new = excluded.last_new, items = excluded.items, message = excluded.message,"
                " failures = excluded.failures, told = excluded.told, arrivals = excluded.arrivals,"
                " pause = excluded.pause, articles = excluded.articles, telling = excluded.telling,"
                " barren = excluded.barren,"
                " baseline = coalesce(sources.baseline, excluded.baseline)",
                (
                    health.name,
                    health.state,
                    text_of(health.since),
                    text_of(health.checked),
                    text_of(health.next_check),
                    _text(health.last_ok),
                    _text(health.last_new),
                    health.items,
                    health.message,
                    health.failures,
                    health.told,
                    health.arrivals,
                    int(health.pause.total_seconds()),
                    health.articles,
                    health.telling,
                    health.barren,
                    _text(baseline),
                ),
            )

    def _select(self, where: str, *values: Any) -> Iterator[SourceHealth]:
        cursor = self._db.conn.execute(
            "SELECT name, state, since, checked, next_check, last_ok, last_new, items, message, failures, told,"
            f" arrivals, pause, articles, telling, barren FROM sources {where}",
            values,
        )
        for (
            name,
            state,
            since,
            checked,
            next_check,
            last_ok,
            last_new,
            items,
            message,
            failures,
            told,
            *learned,
        ) in cursor:
            arrivals, pause, articles, telling, barren = learned
            yield SourceHealth(
                name=name,
                state=state,
                since=moment_of(since),
                checked=moment_of(checked),
                next_check=moment_of(next_check),
                last_ok=_moment(last_ok),
                last_new=_moment(last_new),
                items=items,
                message=message,
                failures=failures,
                told=bool(told),
                arrivals=arrivals,
                pause=timedelta(seconds=pause),
                articles=articles,
                telling=telling,
                barren=barren,
            )


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else text_of(moment)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else moment_of(text)
