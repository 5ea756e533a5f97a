"""`replay`: what other rules, or the present extractor, would have told."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path

import click

from monitor.cli.options import Clock, Moment, clock_option, config_option, format_option
from monitor.cli.output import print_rows

COLUMNS = ("change", "verdict", "entity", "metric", "value", "unit", "period", "recipients", "quote")


@click.command()
@click.option("--since", type=Moment(), required=True, help="Read again what was recorded from this date or time on.")
@click.option(
    "--rules", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="Another monitor.toml, for its rules."
)
@click.option("--apply", is_flag=True, help="Take over what the present extractor reads; nobody is told.")
@config_option
@format_option
@clock_option
def command(
    since: datetime, rules: Path | None, apply: bool, config_file: Path | None, form: str, clock: Clock
) -> None:
    """Play the stored past again in memory and print the alerts: the same as then, added, or gone.

    With --apply the ledger takes over what the present extractor reads in the stored texts: it adds what is found
    besides, and withdraws what is no longer read, which then supports nothing any more.

    \b
    Example: keling-monitor replay --since 2025-11-01 --rules tighter.toml
    """
    from monitor.config import load_config
    from monitor.replaying import rehearse, take_over

    config = load_config(config_file)
    if apply:
        found = take_over(config, since, clock=clock)
        click.echo(", ".join(f"{count} {verdict}" for verdict, count in found.items() if count) or "nothing", err=True)
        return
    rows = list(rehearse(config, since, rules=load_config(rules) if rules else config))
    print_rows(rows, form, COLUMNS)
    changes = Counter(row["change"] for row in rows)
    click.echo(", ".join(f"{changes[name]} {name}" for name in ("same", "added", "gone")), err=True)
