"""`sources`: where articles are found, and how each place fares; `sources check`: what comes from it now."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from monitor.cli.ledgers import optional_database
from monitor.cli.options import Clock, clock_option, config_option, format_option
from monitor.cli.output import print_rows

COLUMNS = ("name", "kind", "enabled", "state", "last_ok", "last_new", "items", "evidence", "message")


CHECKED = ("name", "state", "status", "items", "newest", "title", "chars", "message")


@click.group(invoke_without_command=True)
@config_option
@click.option("--state", multiple=True, help="Only this state; may be repeated.")
@format_option
@click.pass_context
def command(ctx: click.Context, config_file: Path | None, state: tuple[str, ...], form: str) -> None:
    """Print the sources: the shipped ones and those of monitor.toml, with their state.

    \b
    Example: keling-monitor sources --state broken
    """
    ctx.obj = config_file
    if ctx.invoked_subcommand is None:
        rows = (row for row in _rows(config_file) if not state or row["state"] in state)
        print_rows(rows, form, COLUMNS)


def _rows(config_file: Path | None) -> Iterator[dict[str, Any]]:
    from monitor.config import load_config
    from monitor.declarations.sources import shipped_sources
    from storage.health import Health

    config = load_config(config_file)
    active = {source.name: source for source in config.active_sources()}
    own = {source.name: source for source in config.settings.source}
    with optional_database(config) as database:
        states = Health(database).all() if database else {}
    for name, source in sorted((shipped_sources() | own).items()):
        health = states.get(name)
        yield {
            "name": name,
            "kind": source.kind,
            "enabled": name in active,
            "state": health.state if health else "new",
            "since": health.since if health else None,
            "last_ok": health.last_ok if health else None,
            "last_new": health.last_new if health else None,
            "items": health.items if health else None,
            "evidence": source.evidence,
            "message": health.message if health else "",
        }


@command.command()
@click.argument("names", metavar="[NAME]...", nargs=-1)
@config_option
@click.option("--all", "everything", is_flag=True, help="Every source, also those that are off.")
@click.option("--report", type=click.Path(path_type=Path, dir_okay=False), help="Write the table to this file as CSV.")
@format_option
@clock_option
@click.pass_context
def check(
    ctx: click.Context,
    names: tuple[str, ...],
    config_file: Path | None,
    everything: bool,
    report: Path | None,
    form: str,
    clock: Clock,
) -> None:
    """Ask each source once and say what came; writes nothing into the ledger. Exit 3 where one is not well.

    \b
    Example: keling-monitor sources check my-feed
    """
    from monitor.config import load_config
    from monitor.runner import check_sources

    rows = check_sources(load_config(config_file or ctx.obj), names, everything=everything, now=clock())
    if report:
        with report.open("w", encoding="utf-8", newline="") as file:
            print_rows(rows, "csv", (), file)
    print_rows(rows, form, CHECKED)
    ctx.exit(0 if all(row["state"] == "ok" for row in rows) else 3)
