"""monitor.toml: what the operator decides, read into frozen settings. docs/configuration.md has every key."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import time, timedelta
from decimal import Decimal
from email.utils import parseaddr
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from monitor.declarations.reading import validated
from monitor.declarations.sources import Duration, Source, shipped_sources
from monitor.declarations.tables import EVERY, LEDGER, configuration, read_toml
from monitor.errors import ConfigError, Fault
from storage.records import Basis, Measure, Tier, Verdict

_MULTIPLES = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9}


def _size(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    match = re.fullmatch(r"\s*(\d+)\s*([KMG]?B)\s*", value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("a size such as '20MB'")
    return int(match[1]) * _MULTIPLES[match[2]]


def _zone(value: str) -> str:
    try:
        return ZoneInfo(value).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("a time zone such as 'Asia/Shanghai'") from None


def _mailbox(value: str) -> str:
    if "\r" in value or "\n" in value or not re.fullmatch(r"[^@\s]+@[^@\s]+", parseaddr(value)[1]):
        raise ValueError("an address such as 'Keling Monitor <monitor@example.com>'")
    return value


def _clock(value: object) -> object:
    match = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("a time such as '08:00'")
    return time(int(match[1]), int(match[2]))


Size = Annotated[int, BeforeValidator(_size), Field(gt=0)]
Zone = Annotated[str, AfterValidator(_zone)]
Mailbox = Annotated[str, AfterValidator(_mailbox)]
Clock = Annotated[time, BeforeValidator(_clock)]
Mode = Literal["run", "instant", "daily", "weekly"]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Storage(_Table):
    """`[storage]`: the ledger."""

    #: Beside the file that names it, unless absolute.
    path: Path = LEDGER
    #: `quotes`: of press articles only the sentences with figures are kept.
    keep: Literal["snapshots", "quotes"] = "snapshots"


class Watch(_Table):
    """`[watch]`: who is watched."""

    #: Names of shipped watchlists, or paths of TOML files.
    lists: tuple[str, ...] = Field(default=("kuaishou",), min_length=1)


class Sources(_Table):
    """`[sources]`: which of the shipped sources are read."""

    use: Literal["default", "none"] | tuple[str, ...] = "default"


class Fetch(_Table):
    """`[fetch]`: how pages are asked for."""

    user_agent: str = Field(default="KelingMonitor/1.0", min_length=1, pattern=r"^[\x20-\x7e]+$")
    obey_robots: bool = True
    timeout: Duration = timedelta(seconds=30)
    max_bytes: Size = 20 * 10**6


class Schedule(_Table):
    """`[schedule]`: when `keling-monitor schedule` works."""

    every: Duration = EVERY
    timezone: Zone = "Asia/Shanghai"
    digest_at: Clock = time(8)
    #: Of weekly summaries.
    digest_day: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] = "monday"
    #: Asked for after each good run; "": none.
    heartbeat_url: str = Field(default="", pattern=r"^(https?://\S+)?$")

    @property
    def zone(self) -> ZoneInfo:
        """The operator's time zone."""
        return ZoneInfo(self.timezone)


class When(_Table):
    """`[[alerts.to.when]]`: what figures of one metric must reach to be told."""

    metric: str
    #: "": of every entity.
    entity: str = ""
    measure: Measure = "level"
    #: ISO code or unit of the limits; "": any.
    unit: str = ""
    above: Decimal | None = None
    below: Decimal | None = None
    #: Percent, of percentages points, from what was known of the same period, else of the period before.
    moved: Decimal | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _limits(self) -> Self:
        if self.above is None and self.below is None and self.moved is None:
            raise ValueError("one of above, below and moved")
        return self


class Hours(_Table):
    """`alerts.to.quiet`: hours in which nobody is disturbed."""

    begin: Clock
    end: Clock


class To(_Table):
    """`[[alerts.to]]`: who hears, where, of what; an empty list lets everything through."""

    channel: str = "email"
    to: tuple[str, ...] = Field(min_length=1)
    mode: Mode = "run"
    entities: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    measures: tuple[Measure, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    bases: tuple[Basis, ...] = ()
    #: Of the outlet that says it.
    tiers: tuple[Tier, ...] = ()
    #: So many independent outlets must say it; it is told when the last of them does.
    outlets: int = Field(default=1, ge=1)
    min_confidence: float = Field(default=0.0, ge=0, le=1)
    when: tuple[When, ...] = ()
    quiet: Hours | None = None


class Operator(_Table):
    """`[[ops.to]]`: who hears of trouble, and where."""

    channel: str = "email"
    to: tuple[str, ...] = Field(min_length=1)


class Alerts(_Table):
    """`[alerts]`: what a person should know."""

    verdicts: tuple[Verdict, ...] = ("new", "refined", "revised", "corrected", "conflicting")
    #: Articles published longer ago change the ledger and alert nobody.
    max_age: Duration = timedelta(days=14)
    #: Figures below wait in `review`.
    min_confidence: float = Field(default=0.65, ge=0, le=1)
    #: Mails show amounts in it as well, marked as converted; "": they do not.
    currency: str = Field(default="", pattern=r"^([A-Z]{3})?$")
    to: tuple[To, ...] = ()


class Ops(_Table):
    """`[ops]`: who hears of broken sources and dead mail."""

    to: tuple[Operator, ...] = ()


class Smtp(_Table):
    """`[smtp]`: the mail server."""

    host: str = "127.0.0.1"
    port: int = Field(default=25, ge=1, le=65535)
    security: Literal["none", "starttls", "tls"] = "none"
    username: str = ""
    #: Environment variable that holds the password.
    password_env: str = "KELING_SMTP_PASSWORD"  # noqa: S105 (a name)
    #: File that holds it; outranks the variable.
    password_file: Path | None = None
    sender: Mailbox = "Keling Monitor <monitor@localhost>"
    timeout: Duration = timedelta(seconds=30)


class Settings(_Table):
    """The whole of monitor.toml; without a file the defaults serve."""

    storage: Storage = Storage()
    watch: Watch = Watch()
    sources: Sources = Sources()
    source: tuple[Source, ...] = ()
    fetch: Fetch = Fetch()
    schedule: Schedule = Schedule()
    alerts: Alerts = Alerts()
    ops: Ops = Ops()
    smtp: Smtp = Smtp()

    @model_validator(mode="after")
    def _names_are_distinct(self) -> Self:
        names = [source.name for source in self.source]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"one [[source]] a name, and {', '.join(twice)} stands twice")
        return self


@dataclass(frozen=True, kw_only=True, slots=True)
class Config:
    """Settings and the place that their relative paths count from."""

    settings: Settings
    #: As messages name it; None: there is no file and the defaults serve.
    file: Path | None

    @property
    def folder(self) -> Path:
        """Where relative paths of the file begin."""
        return self.file.parent if self.file else Path.cwd()

    @property
    def database(self) -> Path:
        """The ledger's file."""
        return self.folder / self.settings.storage.path

    def active_sources(self) -> tuple[Source, ...]:
        """The operator's own sources and the shipped ones in use; own ones take the place of their namesakes.

        Raises:
            ConfigError: `sources.use` names a source that is not there.
        """
        shipped = shipped_sources()
        own = {source.name: source for source in self.settings.source}
        use = self.settings.sources.use
        if use == "default":
            chosen = [name for name, source in shipped.items() if source.enabled]
        elif use == "none":
            chosen = []
        else:
            unknown = [name for name in use if name not in shipped and name not in own]
            if unknown:
                expected = "names that `keling-monitor sources` lists"
                raise ConfigError([Fault(str(self.file), "sources.use", expected, repr(name)) for name in unknown])
            chosen = list(use)
        enabled = [source for source in own.values() if source.enabled]
        return (*(shipped[name] for name in chosen if name not in own), *enabled)

    def password(self) -> str:
        """The mail server's password, or "" where none is given.

        Raises:
            ConfigError: `smtp.password_file` cannot be read.
        """
        smtp = self.settings.smtp
        if smtp.password_file is None:
            return os.environ.get(smtp.password_env, "")
        file = self.folder / smtp.password_file
        try:
            return file.read_text(encoding="utf-8").strip()
        except OSError as error:
            fault = Fault(str(self.file), "smtp.password_file", "a file that can be read", f"{file} ({error.strerror})")
            raise ConfigError([fault]) from None


def load_config(file: Path | None = None) -> Config:
    """Read monitor.toml.

    Args:
        file: as `--config` names it; None: what KELING_MONITOR_CONFIG names, else `monitor.toml` here if there is one.

    Raises:
        ConfigError: a named file is absent, or the file has faults: all of them are told.
    """
    file = configuration(file)
    if file is None:
        return Config(settings=Settings(), file=None)
    return Config(settings=validated(Settings, read_toml(file), str(file)), file=file)
