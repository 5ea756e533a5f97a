"""A program of the operator's own: it gets the message as JSON on standard input.

The address is its command line, split as a shell would but run without one. Exit code 0: taken. 65 or 67 (bad data,
no such user, as in sysexits.h): it will never take this message. Any other: it may later.
"""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.channels import Letter
from monitor.errors import PermanentDeliveryError, TemporaryDeliveryError, UncertainDeliveryError

if TYPE_CHECKING:
    from monitor.config import Config

#: Seconds until a program that does not end is killed.
PATIENCE = 30.0

_NEVER = (os.EX_DATAERR, os.EX_NOUSER)


def channel(config: Config) -> CommandChannel:
    """The channel; programs start in the folder of monitor.toml."""
    return CommandChannel(config.folder)


class CommandChannel:
    """Messages as JSON objects."""

    def __init__(self, folder: Path, *, patience: float = PATIENCE) -> None:
        self._folder = folder
        self._patience = patience

    def render(self, letter: Letter) -> bytes:
        """One JSON object: what the message tells, and its words; `id` is the same at a repeat."""
        message = {"id": letter.id, "date": letter.date.isoformat(), "text": letter.text, **letter.data}
        return json.dumps(message, ensure_ascii=False).encode() + b"\n"

    @contextmanager
    def open(self) -> Iterator[CommandChannel]:
        """The channel itself: every message starts a program of its own."""
        yield self

    def send(self, content: bytes, to: str, *, hand_over: Callable[[], None]) -> str:
        """See `monitor.channels.Session`."""
        try:
            words = shlex.split(to)
        except ValueError as error:
            raise PermanentDeliveryError(f"{to!r} is no command line: {error}") from error
        if not words:
            raise PermanentDeliveryError("the command line is empty")
        hand_over()
        try:
            # A session of its own: what it has started ends with it.
            program = subprocess.Popen(
                words,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                cwd=self._folder,
                start_new_session=True,
            )
        except OSError as error:
            raise TemporaryDeliveryError(f"{words[0]!r} cannot be started: {error.strerror or error}") from error
        try:
            _, said = program.communicate(content, timeout=self._patience)
        except subprocess.TimeoutExpired as error:
            raise UncertainDeliveryError(f"{words[0]!r} did not end within {self._patience:g} s") from error
        finally:
            with suppress(ProcessLookupError):
                os.killpg(program.pid, signal.SIGKILL)
            program.communicate()
        last = (said.decode("utf-8", "replace").strip().splitlines() or [""])[-1][:300]
        answer = f"{words[0]!r} ended with {program.returncode}{': ' if last else ''}{last}"
        if program.returncode == 0:
            return answer
        if program.returncode in _NEVER:
            raise PermanentDeliveryError(answer)
        raise TemporaryDeliveryError(answer)
