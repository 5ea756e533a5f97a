"""`alerts`: what was worth telling; `alerts test`: whether it would arrive."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from monitor.cli.ledgers import open_database
from monitor.cli.options import Clock, clock_option, config_option, filters, format_option
from monitor.cli.output import print_rows

COLUMNS = ("id", "verdict", "entity", "metric", "value", "unit", "period", "created", "quote")


@click.group(invoke_without_command=True)
@config_option
@filters
@click.option("--verdict", multiple=True, help="Only this verdict; may be repeated.")
@format_option
@click.pass_context
def command(ctx: click.Context, /, config_file: Path | None, form: str, **where: Any) -> None:
    """Print alerts: the figures that a person was to hear of.

    \b
    Example: keling-monitor alerts --since 2025-11-01 --verdict revised
    """
    ctx.obj = config_file
    if ctx.invoked_subcommand is None:
        from storage import queries

        with open_database(config_file) as database:
            print_rows(queries.alerts(database.conn, **where), form, COLUMNS)


@command.command()
@config_option
@clock_option
@click.pass_context
def test(ctx: click.Context, config_file: Path | None, clock: Clock) -> None:
    """Send a test message to everyone who is to hear of alerts, and say what came of it.

    \b
    Example: keling-monitor alerts test
    """
    from monitor.config import load_config
    from monitor.sending import send_test

    ctx.exit(send_test(load_config(config_file or ctx.obj), clock))
