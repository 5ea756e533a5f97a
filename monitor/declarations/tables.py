"""TOML files before any model reads them: what every verb needs, without the models' 0.2 s."""

from __future__ import annotations

import os
import re
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

from monitor.errors import ConfigError, Fault

#: Names the configuration where `--config` does not.
VARIABLE = "KELING_MONITOR_CONFIG"

#: Read where neither the option nor the variable names another.
DEFAULT_FILE = "monitor.toml"

#: The ledger, and how often it is written, where the configuration does not say.
LEDGER, EVERY = Path("keling.db"), timedelta(minutes=15)

#: Of the units of durations.
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


def configuration(named: Path | None = None) -> Path | None:
    """The configuration that counts; None where there is none, and the defaults serve.

    Args:
        named: by `--config`; None: what KELING_MONITOR_CONFIG names, else `monitor.toml` here if there is one.
    """
    if named is None and (variable := os.environ.get(VARIABLE)):
        return Path(variable)
    return named or (Path(DEFAULT_FILE) if Path(DEFAULT_FILE).exists() else None)


def read_toml(file: Path) -> dict[str, Any]:
    """The tables of a TOML file.

    Raises:
        ConfigError: the file is absent, cannot be read, or is no TOML.
    """
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        fault = Fault(str(file), "file", "a file that is there", "none")
    except UnicodeDecodeError as error:
        fault = Fault(str(file), "file", "text in UTF-8", f"byte {error.object[error.start]:#04x} at {error.start}")
    except OSError as error:
        fault = Fault(str(file), "file", "a file that can be read", error.strerror or type(error).__name__)
    except tomllib.TOMLDecodeError as error:
        fault = Fault(str(file), "file", "TOML", str(error))
    raise ConfigError([fault])


def duration(value: object) -> timedelta:
    """A duration as the files write it.

    >>> duration("15m")
    datetime.timedelta(seconds=900)

    Raises:
        ValueError: it is none.
    """
    if isinstance(value, timedelta):
        return value
    match = re.fullmatch(r"\s*(\d+)\s*([smhdw])\s*", value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("a duration such as '15m', '30s' or '14d'")
    return timedelta(seconds=int(match[1]) * SECONDS[match[2]])
