"""What goes wrong outside is named, the rest of the run goes on, the exit code tells, and nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from stage import NOON, Stage, closed_port, ended, facts, feed_source, later, put_article, put_feed, stage, until

from monitor.demo.site import Site

PUBLISHED = later(NOON, hours=-20)

ENGLISH = """
Kuaishou published its results for the third quarter on Wednesday.
Revenue from Kling AI exceeded RMB300 million in the third quarter of 2025.
The company said that it will keep investing in its video models.
"""

CHINESE = """
快手周三公布了第三季度业绩,视频生成业务继续扩大。
2025年第三季度,可灵AI收入超过3亿元。
管理层表示,今后会继续投入视频生成模型的研发。
"""

KELING = {"entity": "keling", "metric": "revenue", "period": "2025-Q3"}


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Stage]:
    with stage(tmp_path) as scene:
        yield scene


def paper(site: Site, *, text: str = ENGLISH, language: str = "en", path: str = "/kling.html") -> str:
    """A feed with one article; gives the article's address."""
    title = "Kuaishou publishes results"
    url = put_article(site, path, title=title, text=text, published=PUBLISHED, language=language)
    put_feed(site, [(url, title, PUBLISHED)])
    return url


def test_broken_sources_are_named_and_the_good_one_is_read(scene: Stage) -> None:
    good, gone, broken = scene.site(), scene.site(), scene.site()
    paper(good)
    broken.put("/feed.xml", "<rss><channel><item><title>half a fe", "application/rss+xml")
    port = closed_port()
    unreachable = {"name": "silent", "kind": "feed", "url": f"http://127.0.0.1:{port}/feed.xml", "allow_private": True}
    monitor = scene.configure(
        feed_source(good, "good"), feed_source(gone, "gone"), feed_source(broken, "broken"), unreachable
    )
    done = ended(monitor("run", now=NOON), 3)
    assert "Traceback" not in done.said
    for name, words in {"gone": "404", "broken": "feed", "silent": "refused"}.items():
        lines = [line for line in done.said.splitlines() if name in line]
        assert any(words in line.lower() for line in lines), (name, done.said)
    assert len(facts(monitor, **KELING)) == 1
    sources = {row["name"]: row for row in monitor.rows("sources")}
    assert sources["good"]["last_ok"] is not None
    assert "404" in sources["gone"]["message"]
    assert all(sources[name]["message"] and sources[name]["last_ok"] is None for name in ("gone", "broken", "silent"))

    # Each is read as soon as it is well again.
    paper(gone, text=CHINESE, language="zh-Hans")
    paper(broken, path="/again.html")
    ended(monitor("run", now=later(NOON, hours=12)), 3)
    assert len(monitor.rows("articles")) == 3


#: Source, page instead of its article, status, and what is said of it.
UNREADABLE = [
    ("empty", "<html><head><title>Kuaishou publishes results</title></head><body></body></html>", 200, "/kling.html"),
    ("gone", "gone", 404, "404"),
    ("busy", "overloaded", 500, "500"),
]


def test_articles_that_cannot_be_read_are_named_and_read_later(scene: Stage) -> None:
    sites = [scene.site() for _ in UNREADABLE]
    urls = [paper(site) for site in sites]
    for site, (_, body, status, _) in zip(sites, UNREADABLE, strict=True):
        site.put("/kling.html", body, status=status)
    monitor = scene.configure(*(feed_source(site, name) for site, (name, *_) in zip(sites, UNREADABLE, strict=True)))
    done = ended(monitor("run", now=NOON), 3)
    lines = done.said.splitlines()
    for url, (name, _, _, word) in zip(urls, UNREADABLE, strict=True):
        assert [line for line in lines if name in line and url in line and word in line], name
    assert monitor.rows("facts") == []
    assert monitor.rows("articles") == []

    for site in sites:
        paper(site)
    ended(monitor("run", now=later(NOON, hours=30)))
    assert len(facts(monitor, **KELING)) == 1
    assert len(monitor.rows("articles")) == len(UNREADABLE)


#: What a page is written in, what it says, and the quarter that it tells of.
CHARSETS = [
    ("gb18030", "utf-8", "2025年第一季度", "2025-Q1"),
    ("gbk", "gb2312", "2025年第二季度", "2025-Q2"),
    ("utf-8", "iso-8859-1", "2025年第三季度", "2025-Q3"),
    ("utf-8", "gbk", "2024年第四季度", "2024-Q4"),
]


def test_a_wrong_charset_does_not_spoil_the_text(scene: Stage) -> None:
    site = scene.site()
    items = []
    for number, (charset, declared, quarter, _) in enumerate(CHARSETS):
        path, title = f"/{number}.html", f"快手公布业绩之{number}"
        text = CHINESE.replace("2025年第三季度", quarter).replace("3亿", f"{number + 2}亿")
        put_article(site, path, title=title, text=text, published=PUBLISHED, language="zh-Hans")
        body = site.pages[path].body.decode().replace('charset="utf-8"', f'charset="{declared}"')
        url = site.put(path, body.encode(charset), f"text/html; charset={declared}")
        items.append((url, title, PUBLISHED))
    put_feed(site, items)
    monitor = scene.configure(feed_source(site))
    ended(monitor("run", now=NOON))
    found = {row["period"]: row["quote"] for row in facts(monitor, entity="keling", metric="revenue")}
    assert {*found} == {period for *_, period in CHARSETS}
    assert all(f"可灵AI收入超过{number + 2}亿元" in found[period] for number, (*_, period) in enumerate(CHARSETS))


def test_an_unknown_key_is_named_with_file_and_expectation(scene: Stage) -> None:
    site = scene.site()
    paper(site)
    monitor = scene.configure(feed_source(site), more='\n[fetch.limits]\nspeed = "fast"\n')
    done = ended(monitor("run", now=NOON), 2)
    assert "Traceback" not in done.said
    assert "monitor.toml" in done.said
    assert "fetch.limits" in done.said
    assert site.visits == []
    assert not (scene.folder / "keling.db").exists()


def test_all_faults_of_a_configuration_are_told_at_once(scene: Stage) -> None:
    monitor = scene.configure(more='\n[schedule]\nevery = "soon"\ntimezone = "Mars/Olympus"\n')
    done = ended(monitor("run", now=NOON), 2)
    assert "schedule.every" in done.said
    assert "schedule.timezone" in done.said
    assert "'soon'" in done.said or '"soon"' in done.said


def test_a_file_that_is_no_toml_or_is_absent_is_named(scene: Stage) -> None:
    monitor = scene.configure(more="\n[watch\n")
    done = ended(monitor("run", now=NOON), 2)
    assert "monitor.toml" in done.said
    assert "Traceback" not in done.said
    monitor.config.unlink()
    done = ended(monitor("run", now=NOON), 2)
    assert "monitor.toml" in done.said


def test_a_mail_server_that_is_down_is_named_and_the_crawl_is_kept(scene: Stage) -> None:
    site = scene.site()
    paper(site)
    monitor = scene.configure(feed_source(site))
    scene.close_mail()
    done = ended(monitor("run", now=NOON), 4)
    assert f"127.0.0.1:{scene.mailbox.port}" in done.said.replace(" port ", ":")
    assert "Traceback" not in done.said
    assert len(facts(monitor, **KELING)) == 1
    ended(monitor("deliver", now=later(NOON, hours=2)), 4)
    scene.open_mail()
    ended(monitor("deliver", now=later(NOON, hours=12)))
    assert len(scene.subjects) == 1


def test_a_second_run_at_the_same_time_steps_back(scene: Stage) -> None:
    site = scene.site()
    paper(site)
    site.latency = 2
    monitor = scene.configure(feed_source(site))
    first = monitor.start("run", now=NOON)
    until(lambda: bool(site.visits))
    second = ended(monitor("run", now=NOON), 5)
    assert "Traceback" not in second.said
    _, said = first.communicate(timeout=60)
    assert first.returncode == 0, said
    assert len(facts(monitor, **KELING)) == 1
    assert len(scene.subjects) == 1
