"""`review`: figures that wait for a person."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.ledgers import open_database
from monitor.cli.options import Clock, clock_option, config_option, format_option
from monitor.cli.output import print_rows
from monitor.errors import ConfigError, Fault

if TYPE_CHECKING:
    from storage.ledger import Ledger

COLUMNS = ("id", "state", "reason", "entity", "metric", "measure", "value", "unit", "period", "quote")

ids = click.argument("numbers", metavar="ID...", type=int, nargs=-1, required=True)


@click.group(invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """Decide on figures that are too uncertain to tell; decisions outlive the next reading of the same sentence.

    \b
    Example: keling-monitor review list
    """
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_figures)


@command.command("list")
@config_option
@click.option("--state", type=click.Choice(["waiting", "accepted", "rejected", "all"]), default="waiting")
@format_option
def list_figures(config_file: Path | None, state: str = "waiting", form: str = "table") -> None:
    """Print what waits, with the reason why.

    \b
    Example: keling-monitor review list --state rejected
    """
    from storage import queries

    with open_database(config_file) as database:
        print_rows(queries.reviews(database.conn, None if state == "all" else state), form, COLUMNS)


@command.command()
@ids
@config_option
@clock_option
@click.pass_context
def accept(ctx: click.Context, numbers: Sequence[int], config_file: Path | None, clock: Clock) -> None:
    """Let figures change the ledger, and tell of what is new, once.

    \b
    Example: keling-monitor review accept 3 4
    """
    from monitor.config import load_config
    from monitor.policies import rules_of
    from monitor.sending import deliver_waiting

    config = load_config(config_file)
    policy = rules_of(config).policy(None, clock)
    _decide(config_file, numbers, lambda ledger, number: ledger.accept(number, now=clock(), policy=policy))
    ctx.exit(deliver_waiting(config, clock))


@command.command()
@ids
@config_option
@clock_option
def reject(numbers: Sequence[int], config_file: Path | None, clock: Clock) -> None:
    """Never let figures change the ledger or be told.

    \b
    Example: keling-monitor review reject 5
    """
    _decide(config_file, numbers, lambda ledger, number: ledger.reject(number, now=clock()))


def _decide(config_file: Path | None, numbers: Sequence[int], decide: Callable[[Ledger, int], object]) -> None:
    from monitor.config import load_config
    from monitor.policies import ledger_of
    from storage.database import connect

    config = load_config(config_file)
    faults = []
    with closing(connect(config.database)) as db:
        ledger = ledger_of(config, db)
        for number in numbers:
            try:
                decide(ledger, number)
            except (KeyError, ValueError) as error:
                expected = "a figure that waits, as `keling-monitor review list` shows"
                faults.append(Fault("command line", "ID", expected, f"{number} ({error.args[0]})"))
    if faults:
        raise ConfigError(faults)
