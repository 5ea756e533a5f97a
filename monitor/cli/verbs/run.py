"""`run`: one cycle, as cron calls it."""

from __future__ import annotations

from pathlib import Path

import click

from monitor.cli.options import Clock, clock_option, config_option


@click.command()
@config_option
@click.option("--source", "names", multiple=True, help="Only this source, due or not; may be repeated.")
@click.option("--full", is_flag=True, help="All sources, due or not, and every page anew.")
@clock_option
@click.pass_context
def command(ctx: click.Context, config_file: Path | None, names: tuple[str, ...], full: bool, clock: Clock) -> None:
    """Read what is due, record it, deliver what is new.

    Exit codes: 0 all well, 3 some source failed, 4 mail still waiting, 5 another run is at work.

    \b
    Example: keling-monitor run --source my-feed
    """
    from monitor.config import load_config
    from monitor.runner import run_cycle

    ctx.exit(run_cycle(load_config(config_file), names=names, full=full, clock=clock))
