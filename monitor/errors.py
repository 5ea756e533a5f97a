"""The exception tree.

MonitorError
├── ConfigError        monitor.toml, a declaration or the command line is wrong (exit 2)
├── FetchError         a source or page did not give what it should
├── ParseError         bytes that are not the article, feed or list they should be
│   └── NoPageError    what an archive has kept is no page: it will never be one
└── DeliveryError      a channel could not deliver
    ├── TemporaryDeliveryError   try again later
    ├── PermanentDeliveryError   this recipient will never accept this message
    └── UncertainDeliveryError   it may have been accepted: repeat once with the same Message-ID

Messages are lower case, name the culprit with its repr, and say what to do.
`storage` raises errors of its own: `LedgerError` of storage.errors, which is no MonitorError, stands here under the
same name, so that whoever reports errors finds all of them in one place.
"""

from __future__ import annotations

from dataclasses import dataclass

from storage.errors import LedgerError

__all__ = [
    "ConfigError",
    "DeliveryError",
    "Fault",
    "FetchError",
    "LedgerError",
    "MonitorError",
    "NoPageError",
    "ParseError",
    "PermanentDeliveryError",
    "TemporaryDeliveryError",
    "UncertainDeliveryError",
]


class MonitorError(Exception):
    """Anything that the program reports in one line instead of a traceback."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a declaration or of monitor.toml."""

    file: str
    #: Dotted path of the key, such as `smtp.port`.
    key: str
    expected: str
    #: What stands there, as text; never a secret.
    found: str

    def __str__(self) -> str:
        return f"{self.file}: {self.key}: expected {self.expected}, found {self.found}"


class ConfigError(MonitorError):
    """One or more faults, all of them gathered before it is raised."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__("\n".join(map(str, faults)))


class FetchError(MonitorError):
    """A source or page did not give what it should."""


class ParseError(MonitorError):
    """Bytes that are not the article, feed or list they should be."""


class NoPageError(ParseError):
    """What an archive has kept is no page, such as a redirect: it will never be one."""


class DeliveryError(MonitorError):
    """A channel could not deliver; the subclass says whether to try again."""


class TemporaryDeliveryError(DeliveryError):
    """Try again later."""


class PermanentDeliveryError(DeliveryError):
    """This recipient will never accept this message."""


class UncertainDeliveryError(DeliveryError):
    """The other side may have accepted it: repeat once with the same Message-ID."""
