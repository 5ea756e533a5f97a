"""The command line: each verb is a module of `monitor/cli/verbs` whose `command` is loaded when it is called."""

from __future__ import annotations

from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from monitor.errors import ConfigError, MonitorError
from storage.errors import LedgerError

_VERBS = Path(__file__).parent / "verbs"


class Failure(click.ClickException):
    """A message of ours on standard error, a line a fault, instead of a traceback; exit code 1."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))

    def show(self, file: Any = None) -> None:
        """Print the message."""
        for line in self.message.splitlines():
            click.echo(f"keling-monitor: {line}", err=True)


class Verbs(click.Group):
    """Verbs by the names of their modules: a module that is there is a verb."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All verbs, in alphabetical order."""
        return sorted(file.stem for file in _VERBS.glob("[a-z]*.py"))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The verb of a name; its module, and what that imports, is loaded now."""
        if cmd_name not in self.list_commands(ctx):
            close = get_close_matches(cmd_name, self.list_commands(ctx), n=1)
            ctx.fail(f"there is no verb {cmd_name!r}" + (f": do you mean {close[0]!r}?" if close else ""))
        command: click.Command = import_module(f"monitor.cli.verbs.{cmd_name}").command
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run a verb; errors of ours end with their message and exit code."""
        try:
            return super().invoke(ctx)
        except ConfigError as error:
            raise Misuse(error) from error
        except (MonitorError, LedgerError) as error:
            raise Failure(error) from error


class Misuse(Failure):
    """The same where configuration or command line is at fault."""

    exit_code = 2


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="keling-monitor", prog_name="keling-monitor")
def main() -> None:
    """Read the news about Kuaishou and Keling, keep every figure in a ledger, and mail what is new, once.

    \b
    keling-monitor demo          see it work on this machine in under a minute
    keling-monitor init          write a monitor.toml to edit
    keling-monitor run           one cycle, as cron calls it
    keling-monitor facts         what is known
    """
