"""What one more outlet confirms: the news that another has told first, and how many independent outlets say it now."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any, cast

from storage.columns import reading_of
from storage.novelty import Converter, Reading, same_as

_COLUMNS = "figures.value, figures.unit, figures.bound, figures.low, figures.high, figures.resolution"


@dataclass(frozen=True, kw_only=True, slots=True)
class Confirmed:
    """News that several say."""

    #: The figure that told it.
    figure: int
    #: Independent outlets that say it, the first one included.
    outlets: int


def outlets_of(connection: sqlite3.Connection, fact: int) -> int:
    """Independent outlets that say what a fact holds."""
    query = (
        "SELECT count(*) FROM facts JOIN confirmations ON fact = facts.id AND confirmations.epoch = facts.epoch"
        " WHERE facts.id = ?"
    )
    return int(connection.execute(query, (fact,)).fetchone()[0])


def held(connection: sqlite3.Connection, fact: int) -> Confirmed:
    """What a fact holds, as confirmed."""
    (figure,) = connection.execute("SELECT figure FROM facts WHERE id = ?", (fact,)).fetchone()
    return Confirmed(figure=figure, outlets=outlets_of(connection, fact))


def rival(connection: sqlite3.Connection, fact: int, said: Reading, convert: Converter) -> Confirmed | None:
    """What contradicts a fact, as confirmed.

    Args:
        connection: of the ledger.
        fact: its id.
        said: the figure that says it again.
        convert: gives readings in another currency.

    Returns:
        None where the figure is none of the fact's rivals.
    """
    rivals = connection.execute(
        "SELECT value, unit, bound, low, high, resolution, figure FROM fact_values WHERE fact = ? AND role = 'rival'"
        " ORDER BY id",
        (fact,),
    )
    told = next((row for row in rivals if same_as(said, [_reading(row[:6])], convert)), None)
    if told is None:
        return None
    rows = connection.execute(
        f"SELECT articles.outlet, {_COLUMNS} FROM figures JOIN snapshots ON snapshots.id = figures.snapshot"
        " JOIN articles ON articles.id = snapshots.article"
        " WHERE figures.fact = ? AND figures.id >= ? AND articles.repost_of IS NULL"
        " AND figures.id NOT IN (SELECT figure FROM withdrawals)",
        (fact, told[6]),
    )
    outlets = {outlet for outlet, *columns in rows if same_as(_reading(columns), [_reading(told[:6])], convert)}
    return Confirmed(figure=told[6], outlets=len(outlets))


def _reading(columns: Any) -> Reading:
    return reading_of(cast(Any, tuple(columns)))
