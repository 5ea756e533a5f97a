"""`ingest`: articles from files, on the same path as those of the web."""

from __future__ import annotations

from pathlib import Path
from typing import IO

import click

from monitor.cli.options import Clock, clock_option, config_option
from monitor.cli.output import as_json


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(allow_dash=True))
@click.option("--jsonl", is_flag=True, help="Print the verdicts, a line an article.")
@click.option("--db", "database", type=click.Path(path_type=Path), help="The ledger (default: the configured one).")
@click.option(
    "--refused", type=click.File("w", encoding="utf-8"), help="Write refused lines here, to be mended and read again."
)
@config_option
@clock_option
@click.pass_context
def command(
    ctx: click.Context,
    files: tuple[str, ...],
    jsonl: bool,
    database: Path | None,
    refused: IO[str] | None,
    config_file: Path | None,
    clock: Clock,
) -> None:
    """Record articles that stand in FILEs as JSON Lines (- is standard input).

    A line has "url", "title", "text" and "published", and where known "id", "lang", "outlet", "official", "figures".
    Figures that a line brings are taken as they are; without them the text is read. The first import of a ledger is its
    baseline: it is summed up, not told. Exit codes: 0 all well, 3 some line was refused, 4 mail still waiting,
    5 a run is at work.

    \b
    Example: keling-monitor ingest export.jsonl --refused again.jsonl
    """
    from monitor.config import load_config
    from monitor.intake import ingest

    config = load_config(config_file)
    for file in files:
        if file != "-" and not Path(file).is_file():
            raise click.BadParameter(f"{file!r} is no file", param_hint="FILE")

    def tell(row: dict[str, object]) -> None:
        if jsonl:
            click.echo(as_json(row))

    ctx.exit(ingest(config, files, database=database, clock=clock, tell=tell, refused=refused))
