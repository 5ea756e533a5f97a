"""`deliver`: delivery alone."""

from __future__ import annotations

from pathlib import Path

import click

from monitor.cli.options import Clock, clock_option, config_option


@click.command()
@config_option
@clock_option
@click.pass_context
def command(ctx: click.Context, config_file: Path | None, clock: Clock) -> None:
    """Send the messages that wait; exit 4 where some still do.

    \b
    Example: keling-monitor deliver
    """
    from monitor.config import load_config
    from monitor.sending import deliver_waiting

    ctx.exit(deliver_waiting(load_config(config_file), clock))
