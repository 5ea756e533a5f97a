"""`facts`: what the ledger knows."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from monitor.cli.ledgers import open_database
from monitor.cli.options import EndOfDay, config_option, filters, format_option
from monitor.cli.output import print_rows

COLUMNS = (
    "id",
    "entity",
    "metric",
    "measure",
    "value",
    "unit",
    "period",
    "aggregation",
    "basis",
    "first_seen",
    "outlets",
)


@click.command()
@config_option
@filters
@click.option("--as-of", type=EndOfDay(), help="What was known at this time; a date means its end.")
@click.option("--id", "number", type=int, help="Only this fact.")
@format_option
def command(config_file: Path | None, form: str, as_of: datetime | None, number: int | None, **where: Any) -> None:
    """Print facts: what is known of each entity, metric and period.

    \b
    Example: keling-monitor facts --entity keling --metric revenue --as-of 2025-06-30
    """
    from storage import queries

    with open_database(config_file) as database:
        print_rows(queries.facts(database.conn, id=number, as_of=as_of, **where), form, COLUMNS)
