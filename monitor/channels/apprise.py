"""Everything that Apprise reaches: chats, pagers, push services.

The address is the name of an environment variable that holds the Apprise URL, because such URLs hold passwords and
addresses are kept in the ledger.
"""

from __future__ import annotations

import importlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from monitor.channels import Letter
from monitor.errors import ConfigError, Fault, PermanentDeliveryError, TemporaryDeliveryError

if TYPE_CHECKING:
    from monitor.config import Config


def channel(config: Config) -> AppriseChannel:
    """The channel.

    Raises:
        ConfigError: the package is not installed.
    """
    try:
        package = importlib.import_module("apprise")
    except ImportError as error:
        wanted = "the package apprise: pip install 'keling-monitor[channels]'"
        raise ConfigError([Fault(str(config.file), "channel", wanted, "'apprise'")]) from error
    return AppriseChannel(package, os.environ)


class AppriseChannel:
    """Subject and text; Apprise cuts them to what a service takes."""

    def __init__(self, package: Any, environment: Mapping[str, str]) -> None:
        self._apprise = package
        self._environment = environment

    def render(self, letter: Letter) -> bytes:
        """Subject and text as JSON."""
        if "://" in letter.to:
            raise PermanentDeliveryError("an Apprise URL is a secret: name the environment variable that holds it")
        return json.dumps({"title": letter.subject, "body": letter.text}, ensure_ascii=False).encode()

    @contextmanager
    def open(self) -> Iterator[AppriseChannel]:
        """The channel itself: Apprise connects for every message."""
        yield self

    def send(self, content: bytes, to: str, *, hand_over: Callable[[], None]) -> str:
        """See `monitor.channels.Session`."""
        url = self._environment.get(to, "")
        if not url:
            raise TemporaryDeliveryError(f"the environment variable {to!r} holds no Apprise URL")
        service = self._apprise.Apprise()
        if not service.add(url):
            raise TemporaryDeliveryError(f"the environment variable {to!r} holds no URL that Apprise understands")
        hand_over()
        # Apprise says only whether all went well; why not it logs itself.
        if not service.notify(**json.loads(content)):
            raise TemporaryDeliveryError(f"the service behind {to!r} did not take the message")
        return "taken"
