"""`runs`: what was done when."""

from __future__ import annotations

from pathlib import Path

import click

from monitor.cli.ledgers import open_database
from monitor.cli.options import config_option, format_option, limit_option
from monitor.cli.output import print_rows

COLUMNS = ("id", "started", "ended", "exit", "sources", "articles", "figures", "alerts", "message")


@click.command()
@config_option
@limit_option
@format_option
def command(config_file: Path | None, limit: int | None, form: str) -> None:
    """Print runs, the newest first.

    \b
    Example: keling-monitor runs --limit 5
    """
    from storage.runs import Runs

    with open_database(config_file) as database:
        print_rows(Runs(database).rows(limit=limit), form, COLUMNS)
