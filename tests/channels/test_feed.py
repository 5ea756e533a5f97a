"""Alerts as a feed: both files parse, a repeat is not seen, other files are left alone."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import feedparser
import pytest

from monitor.channels import Letter
from monitor.channels.feed import MOST_ENTRIES, FeedChannel
from monitor.errors import TemporaryDeliveryError

NOW = datetime(2025, 11, 21, 1, tzinfo=UTC)


def letter(number: int) -> Letter:
    return Letter(
        id=f"{number:032x}",
        to="alerts.json",
        subject=f"Keling <{number}> & 可灵",
        text="text\x0b" if number < 0 else "text",
        html=f"<p>over {number}</p>",
        date=NOW + timedelta(hours=number),
    )


def send(channel: FeedChannel, *numbers: int, to: str = "alerts.json") -> None:
    with channel.open() as session:
        for number in numbers:
            session.send(channel.render(letter(number)), to, hand_over=lambda: None)


def test_both_feeds_hold_the_entries_the_newest_first(tmp_path: Path) -> None:
    send(FeedChannel(tmp_path), 1, 2)
    feed = json.loads((tmp_path / "alerts.json").read_text("utf-8"))
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert [item["title"] for item in feed["items"]] == ["Keling <2> & 可灵", "Keling <1> & 可灵"]
    atom = feedparser.parse((tmp_path / "alerts.atom").read_bytes())
    assert not atom.bozo
    assert atom.version == "atom10"
    assert [entry.title for entry in atom.entries] == ["Keling <2> & 可灵", "Keling <1> & 可灵"]
    assert atom.entries[0].id == feed["items"][0]["id"] == "urn:uuid:00000000-0000-0000-0000-000000000002"
    assert atom.entries[0].content[0].value == "<p>over 2</p>"


def test_a_repeat_takes_its_own_place(tmp_path: Path) -> None:
    send(FeedChannel(tmp_path), 1, 2, 1)
    feed = json.loads((tmp_path / "alerts.json").read_text("utf-8"))
    assert len(feed["items"]) == 2


def test_old_entries_go(tmp_path: Path) -> None:
    send(FeedChannel(tmp_path), 0)
    file = tmp_path / "alerts.json"
    feed = json.loads(file.read_text("utf-8"))
    feed["items"] = [{**feed["items"][0], "id": f"urn:uuid:{number}"} for number in range(MOST_ENTRIES)]
    file.write_text(json.dumps(feed), "utf-8")
    send(FeedChannel(tmp_path), 1)
    feed = json.loads(file.read_text("utf-8"))
    assert len(feed["items"]) == MOST_ENTRIES
    assert feed["items"][-1]["id"] == f"urn:uuid:{MOST_ENTRIES - 2}"


@pytest.mark.parametrize("text", ["", "[]", '{"version": "1"}', "notes of my own"])
def test_a_file_of_something_else_is_left_as_it_is(tmp_path: Path, text: str) -> None:
    file = tmp_path / "alerts.json"
    file.write_text(text, "utf-8")
    with pytest.raises(TemporaryDeliveryError, match="no JSON Feed"):
        send(FeedChannel(tmp_path), 1)
    assert file.read_text("utf-8") == text


def test_a_folder_that_is_absent_is_named(tmp_path: Path) -> None:
    with pytest.raises(TemporaryDeliveryError, match="absent"):
        send(FeedChannel(tmp_path), 1, to="absent/alerts.json")
