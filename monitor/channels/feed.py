"""A feed of alerts: the address is a JSON Feed file, and beside it stands the same as Atom (`.atom`).

Each message is an entry; an entry that comes again takes its own place, so that a repeat is not seen. Files are
written whole and put in place at once: who reads never sees half of one.
"""

from __future__ import annotations

import fcntl
import json
import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from monitor.channels import Letter
from monitor.errors import TemporaryDeliveryError

if TYPE_CHECKING:
    from monitor.config import Config

_VERSION = "https://jsonfeed.org/version/1.1"
_TITLE = "Keling Monitor"

#: A reader that looks in once a month still misses nothing.
MOST_ENTRIES = 500


def channel(config: Config) -> FeedChannel:
    """The channel; relative paths count from the folder of monitor.toml."""
    return FeedChannel(config.folder)


class FeedChannel:
    """Messages as entries of a file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def render(self, letter: Letter) -> bytes:
        """An item of a JSON Feed."""
        item = {
            "id": uuid.UUID(letter.id).urn,
            "title": letter.subject,
            "content_text": letter.text,
            "content_html": letter.html,
            "date_published": letter.date.isoformat(timespec="seconds"),
        }
        return json.dumps(item, ensure_ascii=False).encode()

    @contextmanager
    def open(self) -> Iterator[FeedChannel]:
        """The channel itself: files are opened as they are written."""
        yield self

    def send(self, content: bytes, to: str, *, hand_over: Callable[[], None]) -> str:
        """See `monitor.channels.Session`."""
        file = self._folder / to
        item = json.loads(content)
        hand_over()
        try:
            with _locked(file):
                feed = _read(file)
                kept = [other for other in feed["items"] if other["id"] != item["id"]]
                feed["items"] = [item, *kept][:MOST_ENTRIES]
                _replace(file, json.dumps(feed, ensure_ascii=False, indent=1))
                _replace(file.with_suffix(".atom"), _atom(feed, file.name))
        except OSError as error:
            raise TemporaryDeliveryError(f"{file}: {error.strerror or error}") from error
        return f"{len(feed['items'])} entries in {file.name}"


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    """No other process writes the feed meanwhile; the lock ends with the process that holds it."""
    with file.with_name(f".{file.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _read(file: Path) -> dict[str, Any]:
    if not file.exists():
        return {"version": _VERSION, "title": _TITLE, "items": []}
    try:
        feed = json.loads(file.read_text("utf-8"))
        if feed["version"] != _VERSION or not all("id" in item for item in feed["items"]):
            raise ValueError("another kind of file")
    except (ValueError, KeyError, TypeError) as error:
        raise TemporaryDeliveryError(f"{file} is no JSON Feed and is left as it is: name another file") from error
    found: dict[str, Any] = feed
    return found


def _replace(file: Path, text: str) -> None:
    fresh = file.with_name(f".{file.name}.new")
    with fresh.open("w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(file)


def _atom(feed: dict[str, Any], name: str) -> str:
    environment = Environment(
        loader=PackageLoader(__package__), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    urn = uuid.uuid5(uuid.NAMESPACE_URL, f"keling-monitor/{name}").urn
    return environment.get_template("feed.atom.j2").render(feed=feed, urn=urn)
