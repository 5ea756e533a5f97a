"""Sources that break: operators hear once, the analysts never, and once when it is well again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from stage import NOON, Stage, ended, feed_source, later, put_article, put_feed, stage

TEXT = "The weather was fine all week.\nNobody was surprised, for it is summer and the sun is out.\nIt may rain later."


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Stage]:
    with stage(tmp_path) as scene:
        yield scene


def test_operators_hear_once_of_a_broken_source_and_once_of_its_recovery(scene: Stage) -> None:
    site = scene.site()
    page = put_article(site, "/a.html", title="Weather", text=TEXT, published=NOON, language="en")
    monitor = scene.configure(feed_source(site))
    states = []
    for hours in (0, 12, 24, 36):
        ended(monitor("run", now=later(NOON, hours=hours)), 3)
        states += [row["state"] for row in monitor.rows("sources") if row["name"] == "paper"]
    assert states == ["degraded", "degraded", "broken", "broken"]
    put_feed(site, [(page, "Weather", NOON)])
    for hours in (48, 60):
        ended(monitor("run", now=later(NOON, hours=hours)))
    assert [letter.recipients for letter in scene.mailbox.letters] == [("ops@example.com",)] * 2
    broken, well = scene.mailbox.letters
    assert "paper is broken" in broken.subject
    assert "HTTP 404" in broken.text
    assert "paper is well again" in well.subject
