"""`sources check` as a person sees it who has never asked these sources before."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from stage import NOON, Stage, closed_port, ended, feed_source, put_article, put_feed, stage

TEXT = "Kuaishou's revenue rose by 14% to 35.6 billion yuan in 2024.\nNobody was surprised."


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Stage]:
    with stage(tmp_path) as scene:
        yield scene


def test_one_source_is_told_on_one_screen(scene: Stage) -> None:
    site = scene.site()
    page = put_article(site, "/a.html", title="A good year", text=TEXT, published=NOON, language="en")
    put_feed(site, [(page, "A good year", NOON)])
    monitor = scene.configure(feed_source(site))
    shown = ended(monitor("sources", "check", "paper", now=NOON)).output
    lines = [
        "paper (feed): ok",
        f"asked       {site.url('/feed.xml')}",
        "answered    HTTP 200, ",
        "1 of 1 lists well",
        "robots.txt  absent",
        "items       1, 1 with a date, newest 2025-11-21 12:00 UTC",
        "first item  A good year",
        "2025-11-21 12:00 UTC; names the watched, 2 figures",
        "Kuaishou's revenue rose by 14%",
    ]
    assert [line for line in lines if line not in shown] == []
    assert not (scene.folder / "keling.db").exists()


def test_a_report_of_many_is_a_table_and_the_answers_can_be_sent_along(scene: Stage) -> None:
    site = scene.site()
    page = put_article(site, "/a.html", title="A good year", text=TEXT, published=NOON, language="en")
    put_feed(site, [(page, "A good year", NOON)])
    site.put("/changed.xml", "<html><body>Welcome to our new site</body></html>")
    dead = {**feed_source(site, "dead"), "url": f"http://127.0.0.1:{closed_port()}/feed.xml"}
    names = ["good", "changed", "moved", "dead"]
    sources = [feed_source(site, "good"), *(feed_source(site, name, f"/{name}.xml") for name in names[1:3]), dead]
    monitor = scene.configure(*sources)
    report, kept = scene.folder / "report.csv", scene.folder / "kept"
    done = ended(monitor("sources", "check", "--report", str(report), "--keep", str(kept), now=NOON), 3)
    assert "4 asked: 1 ok, 3 broken" in done.said
    with report.open(encoding="utf-8", newline="") as file:
        rows = {row["name"]: row for row in csv.DictReader(file)}
    told = {name: (rows[name]["state"], rows[name]["message"].partition(": ")[2]) for name in names}
    assert told == {
        "good": ("ok", ""),
        "changed": ("broken", "not a feed but an HTML page"),
        "moved": ("broken", "HTTP 404"),
        "dead": ("broken", "connection refused"),
    }
    assert "find the new one and set `url`" in rows["moved"]["advice"]
    assert "nobody listens there" in rows["dead"]["advice"]
    assert {file.name for file in kept.iterdir()} == {
        "addresses.txt", "good-1.xml", "good-2.html", "changed-1.html", "moved-1.html",
    }  # fmt: skip
    assert (kept / "good-2.html").read_bytes() == site.pages["/a.html"].body


def test_a_report_that_cannot_be_written_is_told_before_anybody_is_asked(scene: Stage) -> None:
    site = scene.site()
    monitor = scene.configure(feed_source(site))
    done = ended(monitor("sources", "check", "--report", str(scene.folder / "nowhere" / "report.csv")), 2)
    assert "No such file or directory" in done.said
    assert site.visits == []
