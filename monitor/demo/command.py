"""The program as a user runs it: a child process, its configuration file and its exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

#: A run of the demo takes seconds; one that takes longer hangs.
_PATIENCE = 120


@dataclass(frozen=True, kw_only=True, slots=True)
class Finished:
    """What a command left behind."""

    #: As a user would type it.
    line: str
    code: int
    output: str
    #: Standard error: progress and messages.
    said: str
    seconds: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Program:
    """`python -m monitor` with one configuration file."""

    config: Path
    #: Put over the environment of this process.
    environment: Mapping[str, str] = field(default_factory=dict)

    def arguments(self, verb: str, *options: str, now: datetime | None = None) -> list[str]:
        """The whole command line; `now` sets the command's clock."""
        clock = [] if now is None else ["--now", now.isoformat()]
        return [sys.executable, "-m", "monitor", verb, *options, "--config", str(self.config), *clock]

    def __call__(self, verb: str, *options: str, now: datetime | None = None) -> Finished:
        """Run a command to its end; its exit code is for the caller to judge."""
        started = time.monotonic()
        done = subprocess.run(
            self.arguments(verb, *options, now=now),
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            stdin=subprocess.DEVNULL,
            timeout=_PATIENCE,
            env=self._env(),
            check=False,
        )
        return Finished(
            line=" ".join(["keling-monitor", verb, *options]),
            code=done.returncode,
            output=done.stdout,
            said=done.stderr,
            seconds=time.monotonic() - started,
        )

    def start(self, verb: str, *options: str, now: datetime | None = None) -> subprocess.Popen[str]:
        """Start a command and leave it running: the caller waits for it or kills it."""
        return subprocess.Popen(
            self.arguments(verb, *options, now=now),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            env=self._env(),
        )

    def rows(self, verb: str, *options: str) -> list[dict[str, Any]]:
        """The rows that a reading command prints as JSON.

        Raises:
            RuntimeError: the command failed; the message is what it said.
        """
        done = self(verb, *options, "--format", "json")
        if done.code:
            raise RuntimeError(f"{done.line}: exit {done.code}: {done.said.strip()}")
        rows: list[dict[str, Any]] = json.loads(done.output)
        return rows

    def _env(self) -> dict[str, str]:
        # The child imports what this process imported, wherever it was started from.
        root = str(Path(__file__).resolve().parents[2])
        path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
        return {**os.environ, "PYTHONPATH": path, "PYTHONUTF8": "1", **self.environment}


def toml_table(header: str, values: Mapping[str, str | int | float | bool | Sequence[str]]) -> str:
    """One TOML table: the JSON form of strings, numbers, booleans and lists is also their TOML form.

    >>> print(toml_table("[smtp]", {"host": "127.0.0.1", "port": 25}), end="")
    [smtp]
    host = "127.0.0.1"
    port = 25
    """
    lines = (f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in values.items())
    return f"{header}\n{''.join(lines)}"
