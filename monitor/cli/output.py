"""Rows on standard output: a table for people, JSON, JSON Lines or CSV for programs."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, TextIO

import click

Row = Mapping[str, Any]


def print_rows(rows: Iterable[Row], form: str, columns: Sequence[str], file: TextIO | None = None) -> None:
    """Print rows.

    Args:
        rows: all with the same keys.
        form: `table`, `json`, `jsonl` or `csv`.
        columns: those that the table shows; the other forms have them all.
        file: None: standard output.
    """
    if form == "jsonl":
        for row in rows:
            click.echo(as_json(row), file)
    elif form == "json":
        click.echo("[" + ",\n ".join(map(as_json, rows)) + "]", file)
    elif form == "csv":
        _print_csv(list(rows), file or sys.stdout)
    else:
        _print_table(list(rows), columns)


def as_json(value: Any) -> str:
    """One line of JSON: numbers as numbers, characters as they are."""
    return json.dumps(value, ensure_ascii=False, default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _print_csv(rows: list[Row], file: TextIO) -> None:
    if rows:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows({key: _cell(value) for key, value in row.items()} for row in rows)


def _cell(value: Any) -> Any:
    return as_json(value) if isinstance(value, list | dict) else value.isoformat() if isinstance(value, date) else value


def _print_table(rows: list[Row], columns: Sequence[str]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(*columns, box=None, header_style="bold", pad_edge=False)
    for row in rows:
        table.add_row(*(_shown(column, row) for column in columns))
    # A pipe has no width: what reads it gets whole cells.
    console = Console(markup=False, highlight=False, width=None if sys.stdout.isatty() else 200)
    console.print(table)
    click.echo(f"{len(rows)} rows" if len(rows) != 1 else "1 row", err=True)


_BOUNDS = {"at_least": "≥ ", "at_most": "≤ ", "about": "≈ "}


def _shown(column: str, row: Row) -> str:
    value = row.get(column)
    if column == "value" and "bound" in row:
        ends = [
            _plain(end) if isinstance(end, Decimal) else end for end in (value if isinstance(value, list) else [value])
        ]
        return _BOUNDS.get(row["bound"], "") + " – ".join(
            f"{end:,}" if not isinstance(end, str) else end for end in ends
        )
    if value is None:
        return ""
    return as_json(value) if isinstance(value, list | dict) else str(_cell(value))
