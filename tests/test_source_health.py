"""Sources that break: operators hear once, the analysts never, and once when it is well again."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from apart import command_apart
from stage import NOON, Stage, ended, feed_source, later, put_article, put_feed, stage, until

from monitor.demo.mailbox import Letter
from storage.database import connect

TEXT = "The weather was fine all week.\nNobody was surprised, for it is summer and the sun is out.\nIt may rain later."


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Stage]:
    with stage(tmp_path) as scene:
        yield scene


def test_operators_hear_once_of_a_broken_source_and_once_of_its_recovery(scene: Stage) -> None:
    site, good = scene.site(), scene.site()
    page = put_article(site, "/a.html", title="Weather", text=TEXT, published=NOON, language="en")
    put_feed(site, [(page, "Weather", NOON)])
    monitor = scene.configure(feed_source(site), feed_source(good, "good"))
    states, letters = [], []
    for number in range(7):
        if number == 1:
            del site.pages["/feed.xml"]
        if number == 4:
            # Another fault of the same source is the same incident.
            site.put("/feed.xml", "<html><body>Just a moment...</body></html>")
        if number == 5:
            put_feed(site, [(page, "Weather", NOON)])
        name = f"/{number}.html"
        item = put_article(good, name, title="Kuaishou", text=f"{TEXT} {name}", published=NOON, language="en")
        put_feed(good, [(item, f"Kuaishou {name}", NOON)])
        now = later(NOON, hours=12 * number)
        ended(command_apart(monitor, "run", now=now), 3 if 1 <= number < 5 else 0)
        states += sources(scene, "paper")
        letters.append(len(told(scene)))
    assert states == ["ok", "degraded", "degraded", "broken", "broken", "ok", "ok"]
    assert letters == [0, 0, 0, 1, 1, 2, 2]
    broken, well = told(scene)
    assert "paper is broken" in broken.subject
    assert "HTTP 404" in broken.text
    assert "paper is well again" in well.subject
    # The other source is read all the while.
    assert articles(scene) == [f"/{number}.html" for number in range(7)]


def test_a_run_that_is_ended_leaves_the_rest_to_the_next(scene: Stage) -> None:
    quick, slow = scene.site(), scene.site()
    for site in (quick, slow):
        page = put_article(site, "/a.html", title="Weather", text=TEXT, published=NOON, language="en")
        put_feed(site, [(page, "Weather", NOON)])
    slow.latency = 2
    monitor = scene.configure(feed_source(quick, "quick"), feed_source(slow, "slow"))
    child = monitor.start("run", now=NOON)
    until(lambda: bool(quick.visited("/a.html")) and bool(slow.visits))
    child.send_signal(signal.SIGTERM)
    _, said = child.communicate(timeout=60)
    assert child.returncode == 3, said
    assert "slow: not read: the run was ended" in said
    assert "Traceback" not in said
    assert rows(scene, "SELECT exit, sources FROM runs") == [{"exit": 3, "sources": 1}]

    slow.latency = 0
    ended(command_apart(monitor, "run", now=later(NOON, hours=1)))
    assert slow.visited("/a.html") == [200]
    assert sources(scene, "quick") == sources(scene, "slow") == ["ok"]


def told(scene: Stage) -> list[Letter]:
    """The letters to operators."""
    return [letter for letter in scene.mailbox.letters if letter.recipients == ("ops@example.com",)]


def rows(scene: Stage, sql: str) -> list[dict[str, Any]]:
    with closing(connect(scene.folder / "keling.db", read_only=True)) as db:
        return list(db.query(sql))


def sources(scene: Stage, name: str) -> list[str]:
    return [row["state"] for row in rows(scene, f"SELECT state FROM sources WHERE name = '{name}'")]


def articles(scene: Stage) -> list[str]:
    return [urlsplit(row["url"]).path for row in rows(scene, "SELECT url FROM articles ORDER BY id")]
