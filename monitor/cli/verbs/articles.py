"""`articles`: what was read."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from monitor.cli.ledgers import open_database
from monitor.cli.options import Moment, config_option, format_option, limit_option
from monitor.cli.output import print_rows

COLUMNS = ("id", "published", "outlet", "language", "figures", "title", "url")


@click.command()
@config_option
@click.option("--since", type=Moment(), help="Fetched at or after this date or time.")
@click.option("--outlet", multiple=True, help="Only this outlet; may be repeated.")
@click.option("--search", "words", help="Only those that hold these words, in any of the languages.")
@limit_option
@format_option
def command(
    config_file: Path | None,
    since: datetime | None,
    outlet: tuple[str, ...],
    words: str | None,
    limit: int | None,
    form: str,
) -> None:
    """Print articles: what was read, and how many figures it held.

    \b
    Example: keling-monitor articles --search 可灵 --since 2025-11-01
    """
    from storage import queries

    with open_database(config_file) as database:
        found = queries.articles(database.conn, since=since, outlet=outlet, search=words, limit=limit)
        print_rows(found, form, COLUMNS)
