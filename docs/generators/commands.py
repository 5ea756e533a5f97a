"""docs/commands.md: every verb with its help, as click prints it."""

from __future__ import annotations

from collections.abc import Iterator

import click

from monitor.cli import main

FILE = "commands.md"

_HEAD = """# Commands
What `keling-monitor VERB --help` prints; written by `make docs`.

Rows are printed with `--format table|json|jsonl|csv`; results go to standard output, everything else to standard error.
Exit codes: 0 well, 1 failed, 2 bad usage or configuration; `run` has 3, 4 and 5 besides.
"""


def text() -> str:
    """The whole file."""
    return _HEAD + "".join(_sections(main, "keling-monitor"))


def _sections(group: click.Group, path: str) -> Iterator[str]:
    parent = click.Context(group, info_name=path, max_content_width=110, terminal_width=110)
    for name in group.list_commands(parent):
        command = group.get_command(parent, name)
        assert command is not None
        if command.hidden:
            continue
        context = click.Context(command, info_name=name, parent=parent, max_content_width=110, terminal_width=110)
        yield f"\n## `{path} {name}`\n```\n{command.get_help(context)}\n```\n"
        if isinstance(command, click.Group):
            yield from _sections(command, f"{path} {name}")
