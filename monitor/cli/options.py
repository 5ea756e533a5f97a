"""Options that several verbs share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, TypeVar

import click

Clock = Callable[[], datetime]
Command = TypeVar("Command", bound=Callable[..., Any])


class Moment(click.ParamType[datetime]):
    """An aware UTC time from an ISO 8601 date or time; without a zone it is UTC."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The time that the text means."""
        if isinstance(value, datetime):
            return value
        try:
            at = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is no time such as 2025-11-21 or 2025-11-21T09:00+08:00", param, ctx)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)


class EndOfDay(Moment):
    """The same; a date alone means its end."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The time that the text means."""
        try:
            day = date.fromisoformat(str(value))
        except ValueError:
            return super().convert(value, param, ctx)
        return datetime.combine(day, time.max, UTC)


config_option = click.option(
    "--config",
    "config_file",
    type=click.Path(path_type=Path),
    help="The configuration (default: what KELING_MONITOR_CONFIG names, else monitor.toml in this folder).",
)


def _clock(ctx: click.Context, param: click.Parameter, value: datetime | None) -> Clock:
    return (lambda: datetime.now(UTC)) if value is None else lambda: value


#: The clock of a command: it stands still where `--now` is given, so that a past can be played again.
clock_option = click.option("--now", "clock", type=Moment(), callback=_clock, hidden=True)

format_option = click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "jsonl", "csv"]),
    default="table",
    show_default=True,
    help="How rows are printed.",
)

limit_option = click.option("--limit", type=click.IntRange(min=1), help="At most so many rows, the newest.")


def filters(command: Command) -> Command:
    """`--entity`, `--metric`, `--since` and `--limit` of the verbs that read the ledger."""
    for option in (
        limit_option,
        click.option("--since", type=Moment(), help="First seen at or after this date or time."),
        click.option("--metric", multiple=True, help="Only this metric; may be repeated."),
        click.option("--entity", multiple=True, help="Only this entity; may be repeated."),
    ):
        command = option(command)
    return command
