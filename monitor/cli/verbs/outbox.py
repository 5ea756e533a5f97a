"""`outbox`: what waits, what died and why."""

from __future__ import annotations

from pathlib import Path

import click

from monitor.cli.ledgers import open_database
from monitor.cli.options import Clock, clock_option, config_option, format_option
from monitor.cli.output import as_json, print_rows
from monitor.errors import MonitorError

COLUMNS = ("id", "channel", "recipient", "state", "attempts", "next_attempt", "last_error")


@click.group(invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """Look after messages: one row for each message and recipient.

    \b
    Example: keling-monitor outbox list
    """
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_messages)


@command.command("list")
@config_option
@click.option("--state", multiple=True, help="Only this state; may be repeated.")
@format_option
def list_messages(config_file: Path | None, state: tuple[str, ...] = (), form: str = "table") -> None:
    """Print the messages, the newest first.

    \b
    Example: keling-monitor outbox list --state dead
    """
    from storage.outbox import Outbox

    with open_database(config_file) as database:
        rows = (row for row in Outbox(database).rows() if not state or row["state"] in state)
        print_rows(rows, form, COLUMNS)


@command.command()
@click.argument("number", metavar="ID", type=int)
@config_option
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def show(number: int, config_file: Path | None, form: str) -> None:
    """Print one message: each attempt with its answer, and the text.

    \b
    Example: keling-monitor outbox show 3
    """
    from storage.outbox import Outbox

    with open_database(config_file) as database:
        message = Outbox(database).show(number)
    if message is None:
        raise MonitorError(f"no message has the id {number}: `keling-monitor outbox list` lists them")
    if form == "json":
        click.echo(as_json(message))
        return
    for key, value in message.items():
        if isinstance(value, list):
            label = "attempt" if key == "tries" else key.removesuffix("s")
            for entry in value:
                click.echo(f"{label:<14} {as_json(entry)}")
        elif value is not None:
            click.echo(f"{key:<14} {value}")


@command.command()
@click.argument("numbers", metavar="[ID]...", type=int, nargs=-1)
@config_option
@clock_option
def retry(numbers: tuple[int, ...], config_file: Path | None, clock: Clock) -> None:
    """Let dead or waiting messages be sent at the next delivery; without an ID all dead ones.

    \b
    Example: keling-monitor outbox retry 3 && keling-monitor deliver
    """
    from storage.outbox import Outbox

    with open_database(config_file, read_only=False) as database:
        outbox = Outbox(database)
        counts = [outbox.retry(number, clock()) for number in numbers] if numbers else [outbox.retry(None, clock())]
    count = sum(counts)
    click.echo(f"{count} message{'' if count == 1 else 's'} will be sent at the next delivery", err=True)
