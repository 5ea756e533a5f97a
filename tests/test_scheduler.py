"""`schedule` works by itself: sources on their cadence, delivery in between, a clean end, a configuration read anew."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from stage import Stage, feed_source, put_article, put_feed, stage, until

from monitor.config import load_config
from monitor.scheduler import Children, intervals


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Stage]:
    with stage(tmp_path) as scene:
        yield scene


class Watcher:
    """A started `schedule` and what it says."""

    def __init__(self, config: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "monitor", "schedule", "--config", str(config)],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        self.said: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.said.append(line)

    def hears(self, words: str) -> bool:
        return any(words in line for line in self.said)

    def end(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        code = self.process.wait(60)
        self._reader.join(10)
        assert self.process.stderr is not None
        self.process.stderr.close()
        return code


def test_it_runs_and_delivers_and_ends_when_asked(scene: Stage) -> None:
    site = scene.site()
    published = datetime.now(UTC) - timedelta(hours=3)
    text = (
        "Kuaishou published its results.\nRevenue from Kling AI exceeded RMB300 million in the third quarter of 2025."
    )
    url = put_article(site, "/a.html", title="Results", text=text, published=published, language="en")
    put_feed(site, [(url, "Results", published)])
    monitor = scene.configure(feed_source(site) | {"every": "1s"})
    watcher = Watcher(monitor.config)
    try:
        until(lambda: len(scene.subjects) == 1 and len(monitor.rows("runs")) >= 2, patience=60)
        assert site.visited("/feed.xml").count(200) == 1

        good = monitor.config.read_text("utf-8")
        monitor.config.write_text(f"{good}\n[nonsense]\n", "utf-8")
        watcher.process.send_signal(signal.SIGHUP)
        until(lambda: watcher.hears("stays as it was"))
        monitor.config.write_text(good, "utf-8")
        watcher.process.send_signal(signal.SIGHUP)
        until(lambda: watcher.hears("read anew"))
    finally:
        code = watcher.end()
    assert code == 0, watcher.said
    assert not any("Traceback" in line for line in watcher.said)
    assert len(scene.subjects) == 1


def test_a_faulty_configuration_is_told_at_the_start(scene: Stage) -> None:
    monitor = scene.configure(more='\n[schedule]\nevery = "soon"\n')
    watcher = Watcher(monitor.config)
    assert watcher.process.wait(30) == 2
    assert watcher.end() == 2
    assert watcher.hears("schedule.every")


def test_run_is_called_as_often_as_the_most_frequent_source(scene: Stage) -> None:
    site = scene.site()
    monitor = scene.configure(feed_source(site) | {"every": "40s"}, feed_source(site, "other") | {"every": "2h"})
    every = intervals(load_config(monitor.config))
    assert every == {"run": timedelta(seconds=40), "deliver": timedelta(seconds=40)}


def test_closed_children_start_no_more() -> None:
    children = Children(None)
    children.close()
    assert children.run("status") is None
