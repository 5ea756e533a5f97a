"""`backfill`: files of captures, on the same path as pages of the web."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.options import Clock, clock_option, config_option

if TYPE_CHECKING:
    from storage.archives import Reading


@click.command()
@click.argument(
    "files",
    metavar="WARC...",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path),
)
@click.option("--again", is_flag=True, help="Begin anew with files that are read already.")
@config_option
@clock_option
@click.pass_context
def command(ctx: click.Context, files: tuple[Path, ...], again: bool, config_file: Path | None, clock: Clock) -> None:
    """Record what web archives (WARC files, .warc or .warc.gz) hold about the watched.

    It is the past: nobody is alerted, and one summary is sent. How far a file is read is kept: what was interrupted
    goes on, and what is read is not read again. Other runs wait meanwhile; end it with Ctrl-C to let them. Pages that
    cannot be read are kept and tried again by the next backfill.

    Exit codes: 0 all well, 3 some record could not be read, 4 mail still waiting, 5 a run is at work.

    \b
    Example: keling-monitor backfill CC-NEWS-20250326093000-00017.warc.gz
    """
    from monitor.backfill import backfill
    from monitor.config import load_config
    from monitor.errors import FetchError

    config = load_config(config_file)
    told: dict[str, Reading] = {}
    try:
        with _shown(told) as watch:
            code = backfill(config, files, clock=clock, watch=watch, again=again)
    except OSError as error:
        raise FetchError(f"{error.filename}: {error.strerror}") from error
    for reading in told.values():
        click.echo(
            f"keling-monitor: {reading.name}: {reading.pages:,} pages, {reading.recorded:,} recorded,"
            f" {reading.irrelevant:,} name nothing that is watched, {reading.bad:,} could not be read",
            err=True,
        )
    ctx.exit(code)


@contextmanager
def _shown(told: dict[str, Reading]) -> Iterator[Callable[[Reading], None]]:
    """Remember how far each file is read, and show it where somebody looks."""
    if not sys.stderr.isatty():
        yield lambda reading: told.update({reading.digest: reading})
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    counts = TextColumn("{task.fields[recorded]} recorded of {task.fields[pages]} pages")
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), counts, TimeRemainingColumn())
    tasks = {}
    # The stream itself: what others print into `sys.stderr` is caught while a record is read.
    with Progress(*columns, console=Console(file=sys.stderr)) as bar:

        def show(reading: Reading) -> None:
            told[reading.digest] = reading
            if reading.digest not in tasks:
                tasks[reading.digest] = bar.add_task(reading.name, total=reading.size, recorded=0, pages=0)
            task, counted = tasks[reading.digest], {"recorded": reading.recorded, "pages": reading.pages}
            bar.update(task, completed=reading.position, refresh=False, **counted)  # type: ignore[arg-type]

        yield show
