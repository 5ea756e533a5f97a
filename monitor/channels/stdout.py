"""The text of a letter on standard output, for cron and for trying rules out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from monitor.channels import Letter
from monitor.errors import TemporaryDeliveryError

if TYPE_CHECKING:
    from monitor.config import Config


def channel(config: Config) -> StdoutChannel:
    """The channel; it has no settings."""
    del config
    return StdoutChannel()


class StdoutChannel:
    """Subject and text, one letter after another."""

    def render(self, letter: Letter) -> bytes:
        """Subject, text and a rule under them."""
        return f"{letter.subject}\n\n{letter.text.rstrip()}\n\n{'-' * 72}\n".encode()

    @contextmanager
    def open(self) -> Iterator[StdoutChannel]:
        """The channel itself: standard output is always open."""
        yield self

    def send(self, content: bytes, to: str, *, hand_over: Callable[[], None]) -> str:
        """See `monitor.channels.Session`; `to` only names the recipient in the outbox."""
        del to
        hand_over()
        try:
            sys.stdout.buffer.write(content)
            sys.stdout.buffer.flush()
        except OSError as error:
            raise TemporaryDeliveryError(f"standard output: {error.strerror or error}") from error
        return "written"
