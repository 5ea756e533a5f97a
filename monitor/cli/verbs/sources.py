"""`sources`: where articles are found, and how each place fares; `sources check`: what comes from it now."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from monitor.cli.ledgers import optional_database
from monitor.cli.options import Clock, clock_option, config_option, format_option
from monitor.cli.output import print_rows

COLUMNS = ("name", "kind", "enabled", "state", "last_ok", "last_new", "items", "evidence", "message")


CHECKED = ("name", "state", "status", "seconds", "robots", "items", "newest", "chars", "message")

#: So few are shown each by itself, with so many of their faults.
_FEW = 3
_MOST_FAULTS = 5


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
@click.option(
    "--report", type=click.Path(path_type=Path, dir_okay=False), help="Write all columns to this file as CSV."
)
@click.option("--keep", type=click.Path(path_type=Path, file_okay=False), help="Keep what came in this folder.")
@format_option
@clock_option
@click.pass_context
def check(
    ctx: click.Context,
    names: tuple[str, ...],
    config_file: Path | None,
    everything: bool,
    report: Path | None,
    keep: Path | None,
    form: str,
    clock: Clock,
) -> None:
    """Ask each source once, its newest page too, and say what came; writes nothing into the ledger.

    `ok`: it gave what it should; `degraded`: its list did, its page or another list did not; `broken`: nothing of use.
    Exit 3 where one is not ok. Of a source alone all is shown, with what to mend; `--report` has as much of each.

    \b
    Example: keling-monitor sources check --all --report sources.csv --keep answers
    """
    from monitor.config import load_config
    from monitor.runner import check_sources

    done = _progress() if sys.stderr.isatty() else None
    config = load_config(config_file or ctx.obj)
    _prepare(report, keep)
    rows = check_sources(config, names, everything=everything, now=clock(), keep=keep, done=done)
    if report:
        with report.open("w", encoding="utf-8", newline="") as file:
            print_rows(rows, "csv", (), file)
    if form == "table" and len(rows) <= _FEW:
        for row in rows:
            click.echo(_card(row))
    else:
        print_rows(rows, form, CHECKED)
    click.echo(_summary(rows), err=True)
    ctx.exit(0 if all(row["state"] == "ok" for row in rows) else 3)


def _prepare(report: Path | None, keep: Path | None) -> None:
    """Whether file and folder can be written is told before minutes have passed."""
    try:
        if report:
            report.touch()
        if keep:
            keep.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise click.UsageError(
            f"{error.filename}: {error.strerror}: name a file and a folder that can be made"
        ) from error


def _progress() -> Callable[[str, int], None]:
    count = 0

    def done(name: str, of: int) -> None:
        nonlocal count
        count += 1
        click.echo(f"{count} of {of}: {name}", err=True)

    return done


def _card(row: Mapping[str, Any]) -> str:
    """All of one source on a screen."""
    status = "no answer" if row["status"] is None else f"HTTP {row['status']}"
    size = f", {row['bytes']:,} bytes {row['content_type']}".rstrip() if row["bytes"] else ""
    newest = f", newest {_minute(row['newest'])}" if row["newest"] else ""
    article = f"{row['chars']:,} characters, {row['language']}, {row['outlet']}, published {_minute(row['published'])}"
    watched = f"names the watched, {row['figures']} figures" if row["watched"] else "names nothing that is watched"
    lines = [
        ("asked", row["url"]),
        ("answered", f"{status}{size}; {row['good_lists']} of {row['lists']} lists well; {row['seconds']} s"),
        ("robots.txt", row["robots"] or "not asked for"),
        ("items", f"{row['items']}, {row['dated']} with a date{newest}" if row["items"] else ""),
        ("first item", row["latest"]),
        ("", row["link"]),
        ("article", row["title"]),
        ("", f"{article}; {watched}" if row["chars"] else ""),
        ("", f"{row['begins']} …" if row["begins"] else ""),
        *(("fault", fault) for fault in row["messages"][:_MOST_FAULTS]),
        ("", f"and {more} more" if (more := len(row["messages"]) - _MOST_FAULTS) > 0 else ""),
        *(("to do", advice) for advice in row["advice"]),
        ("note", row["note"]),
        ("last seen", row["evidence"] or "never proven"),
    ]
    told = "\n".join(f"  {name:11} {text}" for name, text in lines if text)
    return f"{row['name']} ({row['kind']}): {row['state']}\n{told}\n"


def _minute(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else "without a date"


def _summary(rows: Sequence[Mapping[str, Any]]) -> str:
    """How many are well; and where none has answered, what that means."""
    states = Counter(row["state"] for row in rows)
    told = ", ".join(f"{states[state]} {state}" for state in ("ok", "degraded", "broken") if states[state])
    if rows and all(row["status"] is None for row in rows):
        told += "; not one has answered: see whether this machine reaches the web (name server, firewall, proxy)"
    elif states["ok"] < len(rows):
        told += ". A [[source]] of the same name in monitor.toml replaces a shipped one"
    return f"keling-monitor: {len(rows)} asked: {told}" if rows else "keling-monitor: no source to ask"
