"""The ways out, one module each: a module `NAME` with a function `channel(config) -> Channel` is the channel NAME.

A channel turns a letter into bytes (`render`, pure) and sends such bytes to one address (`open` and `send`). It knows
nothing of ledger, rules, retries or time. What goes wrong it raises as one of `monitor.errors`:
`TemporaryDeliveryError`, `PermanentDeliveryError` or `UncertainDeliveryError`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from monitor.errors import ConfigError, Fault

if TYPE_CHECKING:
    from monitor.config import Config


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """A message as composed, before a channel gives it its form."""

    #: The outbox's identity of the message: hexadecimal digits, the same at every repeat.
    id: str
    #: Whom the channel reaches: a mail address, a file, ...
    to: str
    #: One line.
    subject: str
    text: str
    #: A whole document without remote content.
    html: str
    #: When it was composed.
    date: datetime
    #: Identity of the series that the letter continues; None: it stands alone.
    thread: str | None = None
    #: The same for programs: JSON values.
    data: Mapping[str, Any] = field(default_factory=dict)


class Session(Protocol):
    """An open way to the other side, for the messages of one delivery."""

    def send(self, content: bytes, to: str, *, hand_over: Callable[[], None]) -> str:
        """Send what `render` gave.

        Args:
            content: of `Channel.render`.
            to: one address.
            hand_over: called once, right before the step after which the other side may have it all.

        Returns:
            The answer of the other side.

        Raises:
            TemporaryDeliveryError: it may go well later.
            PermanentDeliveryError: this recipient will never take this message.
            UncertainDeliveryError: the other side may have taken it.
        """


class Channel(Protocol):
    """A way out."""

    def render(self, letter: Letter) -> bytes:
        """What is sent, to the byte.

        Raises:
            PermanentDeliveryError: the address is none of this channel.
        """

    def open(self) -> AbstractContextManager[Session]:
        """A session; it opens connections when the first message is sent."""


def channel_names() -> tuple[str, ...]:
    """The channels there are: the modules of this package."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


def open_channels(names: Iterable[str], config: Config) -> dict[str, Channel]:
    """The named channels, with the operator's settings.

    Raises:
        ConfigError: a name is no channel, a channel needs a package that is not installed, or its settings are wrong.
    """
    channels = {}
    for name in sorted(set(names)):
        if name not in channel_names():
            raise ConfigError([Fault(str(config.file), "channel", "one of " + ", ".join(channel_names()), repr(name))])
        channels[name] = importlib.import_module(f"{__name__}.{name}").channel(config)
    return channels
