"""Sources that break: operators hear once, the analysts never, and once when it is well again."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from stage import NOON, Stage, ended, feed_source, later, put_article, put_feed, stage, until

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


def test_a_run_that_is_ended_leaves_the_rest_to_the_next(scene: Stage) -> None:
    quick, slow = scene.site(), scene.site()
    for site in (quick, slow):
        page = put_article(site, "/a.html", title="Weather", text=TEXT, published=NOON, language="en")
        put_feed(site, [(page, "Weather", NOON)])
    slow.latency = 3
    monitor = scene.configure(feed_source(quick, "quick"), feed_source(slow, "slow"))
    child = monitor.start("run", now=NOON)
    until(lambda: bool(quick.visited("/a.html")) and bool(slow.visits))
    child.send_signal(signal.SIGTERM)
    _, said = child.communicate(timeout=60)
    assert child.returncode == 3, said
    assert "slow: not read: the run was ended" in said
    assert "Traceback" not in said
    (run,) = monitor.rows("runs")
    assert (run["exit"], run["sources"]) == (3, 1)

    slow.latency = 0
    ended(monitor("run", now=later(NOON, hours=1)))
    assert slow.visited("/a.html") == [200]
    assert {row["state"] for row in monitor.rows("sources") if row["name"] in {"quick", "slow"}} == {"ok"}
