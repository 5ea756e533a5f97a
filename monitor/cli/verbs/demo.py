"""`demo`: the main job on loopback."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.option(
    "--keep",
    type=click.Path(path_type=Path, file_okay=False),
    help="Leave configuration, ledger and mails in this folder.",
)
@click.pass_context
def command(ctx: click.Context, keep: Path | None) -> None:
    """Serve a small newsroom in four languages, read two editions, and show what was told and what was not.

    \b
    Example: keling-monitor demo --keep demo-out
    """
    from rich.console import Console

    from monitor.demo import run_demo

    ctx.exit(run_demo(keep, Console()))
