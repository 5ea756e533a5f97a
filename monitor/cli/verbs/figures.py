"""`figures`: every mention, as it was printed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from monitor.cli.ledgers import open_database
from monitor.cli.options import config_option, filters, format_option
from monitor.cli.output import as_json, print_rows
from monitor.errors import MonitorError

COLUMNS = ("id", "entity", "metric", "measure", "value", "unit", "period", "verdict", "confidence", "quote")


@click.group(invoke_without_command=True)
@config_option
@filters
@click.option("--verdict", multiple=True, help="Only this verdict; may be repeated.")
@click.option("--article", type=int, help="Only of this article.")
@click.option("--search", help="Only those whose sentences hold these words, in any of the languages.")
@format_option
@click.pass_context
def command(ctx: click.Context, /, config_file: Path | None, form: str, **where: Any) -> None:
    """Print figures: each mention of a number, with what it changed.

    \b
    Example: keling-monitor figures --entity keling --verdict new --format csv
    """
    ctx.obj = config_file
    if ctx.invoked_subcommand is None:
        from storage import queries

        with open_database(config_file) as database:
            print_rows(queries.figures(database.conn, **where), form, COLUMNS)


@command.command()
@click.argument("number", metavar="ID", type=int)
@config_option
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.pass_obj
def show(parent: Path | None, number: int, config_file: Path | None, form: str) -> None:
    """Print one figure with its sentence from the stored snapshot.

    \b
    Example: keling-monitor figures show 12
    """
    from storage import queries

    with open_database(config_file or parent) as database:
        figure = queries.figure(database.conn, number)
    if figure is None:
        raise MonitorError(f"no figure has the id {number}: `keling-monitor figures` lists them")
    if form == "json":
        click.echo(as_json(figure))
        return
    for key, value in figure.items():
        if value is not None:
            click.echo(f"{key:<12} {value if isinstance(value, str | int | float) else as_json(value)}")
