"""`status`: is it at work, and does it see?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from monitor.cli.ledgers import place_of
from monitor.cli.options import Clock, clock_option, config_option

#: What each exit code says.
WORDS = ("ok", "degraded", "stopped")


@click.command()
@config_option
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@clock_option
@click.pass_context
def command(ctx: click.Context, config_file: Path | None, form: str, clock: Clock) -> None:
    """Say in a few lines how the monitor fares: exit 0 well, 1 degraded, 2 stopped.

    \b
    Example: keling-monitor status || echo "look after the monitor"
    """
    from monitor.status import status_of

    place = place_of(config_file)
    status = status_of(place.database, every=place.every, now=clock())
    if form == "json":
        from monitor.cli.output import as_json

        click.echo(as_json({"state": WORDS[status.code], **status.facts}))
    else:
        click.echo(WORDS[status.code])
        for key, value in status.facts.items():
            click.echo(f"  {key:<14} {_line(value)}")
        for reason in status.reasons:
            click.echo(f"  ! {reason}")
    ctx.exit(status.code)


def _line(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{count} {name}" for name, count in value.items())
    return "-" if value is None else str(value)
