"""Spiders, guard, frontier and health together, on real sites."""

from __future__ import annotations

import gzip
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from crawling import NOW, check_apart, crawl_apart, rows
from pdfmaking import pdf
from stage import closed_port, put_article, put_feed

from monitor.crawl import Fetching
from monitor.demo.site import Page, Site

#: Names nothing that is watched: what is tested here needs no figures.
TEXT = "The weather was fine all week.\nNobody was surprised, for it is summer and the sun is out.\nIt may rain later."

HURRY = Fetching(user_agent="Tester/2.0 (+mailto:t@example.com)", timeout=timedelta(seconds=1), max_bytes=200_000)


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def declared(site: Site, name: str, path: str = "/feed.xml", **more: Any) -> dict[str, Any]:
    return {"name": name, "kind": "feed", "url": site.url(path), "allow_private": True, **more}


def write(site: Site, path: str, title: str = "Weather", text: str = TEXT) -> str:
    return put_article(site, path, title=title, text=text, published=NOW, language="en")


def listed(site: Site, *paths: str) -> None:
    put_feed(
        site, [(site.url(path), f"Item {path}", NOW - timedelta(hours=number)) for number, path in enumerate(paths)]
    )


def answer(site: Site, path: str, status: int, body: bytes = b"", **headers: str) -> None:
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    site.pages[path] = Page(body=body, status=status, headers=named)


def test_each_broken_list_is_named_with_its_cause(tmp_path: Path, stack: ExitStack) -> None:
    sites: dict[str, Site] = {}
    more: dict[str, dict[str, Any]] = {}
    causes: dict[str, str] = {}

    def broken(name: str, words: str, **options: Any) -> Site:
        sites[name], causes[name], more[name] = stack.enter_context(Site()), words, options
        return sites[name]

    for status in (403, 404, 410, 500):
        answer(broken(f"status-{status}", f"HTTP {status}"), "/feed.xml", status)
    answer(broken("busy", "HTTP 429"), "/feed.xml", 429, Retry_After="7200")
    broken("slow", "no answer in time").latency = 2.5
    broken("large", "too large").put("/feed.xml", b"x" * 300_000)
    bomb = gzip.compress(b"<rss>" + b" " * 5_000_000)
    answer(broken("bomb", "too large"), "/feed.xml", 200, bomb, Content_Encoding="gzip")
    answer(broken("loop", "redirections"), "/feed.xml", 302, Location="/feed.xml")
    answer(broken("file", "HTTP 302"), "/feed.xml", 302, Location="file:///etc/passwd")
    broken("closed", "closed by its robots.txt").put("/robots.txt", "User-agent: *\nDisallow: /feed", "text/plain")
    broken("page", "not a feed but an HTML page").put("/feed.xml", "<html><body>Welcome to our new site</body></html>")
    broken("challenge", "a challenge page").put("/feed.xml", "<html><body>Just a moment...</body></html>")
    broken("empty", "an empty list").put("/feed.xml", "<rss><channel></channel></rss>")
    broken("cut", "cut off").put("/feed.xml", "<rss><channel><item><title>half a fe")
    broken("private", "is not a public address", allow_private=False)
    broken("redesigned", "an empty list", kind="html_list", items={"rows": "ul.news li"}).put(
        "/feed.xml",
        "<html><body><div class='cards'><a href='/a'>A headline that is long enough</a></div></body></html>",
    )
    sources = [declared(site, name, **more[name]) for name, site in sites.items()]
    sources.append({**sources[0], "name": "silent", "url": f"http://127.0.0.1:{closed_port()}/feed.xml"})
    sources.append({**sources[0], "name": "nowhere", "url": "http://nowhere.invalid/feed.xml"})
    causes |= {"silent": "connection refused", "nowhere": "the name of its host is not resolved"}
    good = stack.enter_context(Site())
    write(good, "/a.html")
    listed(good, "/a.html")

    result = crawl_apart(tmp_path / "keling.db", [*sources, declared(good, "good")], fetching=HURRY)

    told = {source.name: " ".join(source.messages) for source in result.sources}
    assert told.pop("good") == ""
    assert {name: (words, told[name]) for name, words in causes.items() if words not in told[name]} == {}
    assert all(source["url"].split("/feed")[0] in told[source["name"]] for source in sources)
    states = {row["name"]: row for row in rows(tmp_path / "keling.db", "SELECT * FROM sources")}
    assert {name for name, row in states.items() if row["state"] == "ok"} == {"good"}
    assert all(states[name]["last_ok"] is None and causes[name] in states[name]["message"] for name in causes)
    # Nobody is asked twice at once but where it may help; who asks for rest gets it.
    assert sites["status-404"].visited("/feed.xml") == [404]
    assert sites["status-500"].visited("/feed.xml") == [500, 500]
    assert sites["busy"].visited("/feed.xml") == [429]
    assert states["busy"]["next_check"] == "2025-11-21T14:00:00.000+00:00"
    assert sites["private"].visits == []
    assert sites["closed"].visited("/feed.xml") == []
    assert {visit.user_agent for site in sites.values() for visit in site.visits} == {HURRY.user_agent}


def test_each_broken_page_is_named_kept_and_asked_for_again(tmp_path: Path, stack: ExitStack) -> None:
    site, secret = stack.enter_context(Site()), stack.enter_context(Site())
    for name, status in {"gone": 410, "missing": 404, "down": 503}.items():
        answer(site, f"/{name}", status)
    site.put("/hollow", "<html><head><title>Weather</title></head><body></body></html>")
    site.put("/captcha", "<html><body>请完成验证后继续访问</body></html>")
    answer(site, "/home", 302, Location="/")
    site.put("/", "<html><body><p>" + "Welcome to the front page of this paper. " * 9 + "</p></body></html>")
    site.put("/large", b"x" * 300_000)
    site.put("/robots.txt", "User-agent: *\nDisallow: /closed", "text/plain")
    site.put("/closed", "<html></html>")
    write(site, "/good")
    # What a public page may not lead to; on loopback every source here is private, so the guard is asked by name.
    names = ["gone", "missing", "down", "hollow", "captcha", "home", "large", "closed", "good"]
    listed(site, *(f"/{name}" for name in names))
    database = tmp_path / "keling.db"
    result = crawl_apart(database, [declared(site, "paper")], fetching=HURRY)

    (paper,) = result.sources
    causes = {
        "gone": "HTTP 410",
        "missing": "HTTP 404",
        "down": "HTTP 503",
        "hollow": "without a body",
        "captcha": "a challenge page",
        "home": "leads to the front page",
        "large": "too large",
    }
    assert len(paper.messages) == len(causes)
    for name, words in causes.items():
        assert any(site.url(f"/{name}") in message and words in message for message in paper.messages), name
    states = {row["link"].rpartition("/")[2]: row["state"] for row in rows(database, "SELECT link, state FROM pages")}
    assert states == {
        "gone": "dead",
        "missing": "failed",
        "down": "failed",
        "hollow": "quarantined",
        "captcha": "quarantined",
        "home": "quarantined",
        "large": "failed",
        "closed": "dead",
        "good": "irrelevant",
    }
    assert site.visited("/closed") == []
    assert secret.visits == []

    for name in names:
        write(site, f"/{name}")
    crawl_apart(database, [declared(site, "paper")], now=NOW + timedelta(days=1))
    states = {row["link"].rpartition("/")[2]: row["state"] for row in rows(database, "SELECT link, state FROM pages")}
    assert {name for name, state in states.items() if state != "irrelevant"} == {"gone", "closed"}
    assert rows(database, "SELECT * FROM quarantine") == []


def test_what_has_not_changed_is_not_sent_again(tmp_path: Path, stack: ExitStack) -> None:
    site = stack.enter_context(Site())
    text = TEXT.replace("Nobody", "Kuaishou")
    write(site, "/kling.html", text=text)
    write(site, "/other.html")
    listed(site, "/kling.html", "/other.html")
    database, source = tmp_path / "keling.db", [declared(site, "paper")]
    crawl_apart(database, source)
    crawl_apart(database, source, now=NOW + timedelta(hours=3))
    assert site.visited("/feed.xml") == [200, 304]
    assert site.visited("/kling.html") == [200, 304]
    assert site.visited("/other.html") == [200]

    write(site, "/kling.html", text=text.replace("fine", "foul"))
    result = crawl_apart(database, source, now=NOW + timedelta(days=1))
    assert site.visited("/kling.html") == [200, 304, 200]
    assert result.total("articles") == 1
    assert len(rows(database, "SELECT * FROM snapshots")) == 2

    crawl_apart(database, source, now=NOW + timedelta(days=1, minutes=1), full=True)
    assert site.visited("/feed.xml")[-1] == site.visited("/kling.html")[-1] == 200
    assert len(rows(database, "SELECT * FROM snapshots")) == 2


def test_a_list_without_selectors_is_followed_through_its_pages(tmp_path: Path, stack: ExitStack) -> None:
    site = stack.enter_context(Site())
    for number in (1, 2, 3):
        items = "".join(
            f"<li><a href='/{number}{each}.html'>A headline of some length, number {number}{each}</a></li>"
            for each in "abc"
        )
        further = f"<a class='next' href='/list{number + 1}'>older</a>"
        site.put(f"/list{number}", f"<html><body><ul>{items}</ul>{further}</body></html>")
        for each in "abc":
            write(site, f"/{number}{each}.html")
    source = declared(site, "paper", "/list1", kind="html_list", pages=2, next_page="a.next::attr(href)")
    (paper,) = crawl_apart(tmp_path / "keling.db", [source]).sources
    assert (paper.messages, paper.items, paper.pages) == ((), 6, 6)
    assert site.visited("/list3") == []


def test_only_pages_that_name_the_watched_are_asked_for(tmp_path: Path, stack: ExitStack) -> None:
    site = stack.enter_context(Site())
    for path in ("/kling.html", "/weather.html"):
        write(site, path)
    put_feed(site, [(site.url("/kling.html"), "Kuaishou's Kling", NOW), (site.url("/weather.html"), "Weather", NOW)])
    crawl_apart(
        tmp_path / "keling.db",
        [declared(site, "matching", page={"fetch": "matching"}), declared(site, "none", page={"fetch": "none"})],
    )
    assert site.visited("/kling.html") == [200]
    assert site.visited("/weather.html") == []


def test_pages_that_name_nothing_are_passed_over_and_shells_among_them_are_not(
    tmp_path: Path, stack: ExitStack
) -> None:
    site = stack.enter_context(Site())
    paths = [f"/{number}" for number in range(70)]
    for path in paths:
        write(site, path, text=TEXT * 4)
    script = "<script>" + "var weather = 'fine';" * 99 + "</script>"
    site.put("/shell", f"<html><head><title>Weather</title></head><body><div id='app'></div>{script}</body></html>")
    write(site, "/watched", title="Kuaishou", text=TEXT * 4)
    listed(site, *paths, "/shell", "/watched")
    database = tmp_path / "keling.db"
    result = crawl_apart(database, [declared(site, "paper")])
    assert [message.partition(": ")[2] for source in result.sources for message in source.messages] == [
        "a page without a body: 0 characters, expected 40 or more"
    ]
    states = {row["url"]: row["state"] for row in rows(database, "SELECT url, state FROM pages")}
    assert {states.pop(site.url("/shell")), states.pop(site.url("/watched"))} == {"quarantined", "recorded"}
    assert set(states.values()) == {"irrelevant"}
    crawl_apart(database, [declared(site, "paper")], now=NOW + timedelta(days=1))
    assert all(site.visited(path) == [200] for path in paths)


def test_a_host_is_asked_once_a_run_what_it_allows_and_no_page_slips_by_meanwhile(
    tmp_path: Path, stack: ExitStack
) -> None:
    site, list_site = stack.enter_context(Site()), stack.enter_context(Site())
    site.put("/robots.txt", "User-agent: *\nDisallow: /closed", "text/plain")
    # The rules come late: all pages wait for them.
    site.latency = 0.3
    paths = [f"/closed{number}" for number in range(6)]
    put_feed(list_site, [(site.url(path), f"Item {path}", NOW) for path in [*paths, "/open"]])
    write(site, "/open")
    sources = [declared(list_site, "one"), declared(list_site, "two", "/feed.xml?again")]
    result = crawl_apart(tmp_path / "keling.db", sources)
    assert [source.messages for source in result.sources] == [(), ()]
    assert {visit.path for visit in site.visits} == {"/robots.txt", "/open"}
    assert site.visited("/robots.txt") == [200]


def test_a_check_says_what_came_and_writes_nothing(stack: ExitStack) -> None:
    good, half, bad, closed = (stack.enter_context(Site()) for _ in range(4))
    write(
        good, "/a.html", title="Kuaishou", text="Kuaishou's revenue rose by 14% to 35.6 billion yuan in 2024.\n" + TEXT
    )
    listed(good, "/a.html", "/b.html")
    good.put("/robots.txt", "User-agent: *\nAllow: /", "text/plain")
    listed(half, "/b.html", "/a.html")
    write(closed, "/a.html")
    listed(closed, "/a.html")
    closed.put("/robots.txt", "User-agent: *\nDisallow: /a", "text/plain")
    sources = [
        declared(site, name) for name, site in {"good": good, "half": half, "bad": bad, "closed": closed}.items()
    ]
    sources[0]["page"] = {"fetch": "matching"}
    checked = check_apart(sources)
    found = {name: (each.state, each.status, each.robots, each.items) for name, each in checked.items()}
    assert found == {
        "good": ("ok", 200, "allows", 2),
        "half": ("degraded", 200, "absent", 2),
        "bad": ("broken", 404, "absent", 0),
        "closed": ("ok", 200, "closes pages", 1),
    }
    best = checked["good"]
    assert (best.newest, best.dated, best.latest, best.link) == (NOW, 2, "Item /a.html", good.url("/a.html"))
    assert best.article
    assert (best.article.title, best.watched, best.figures) == ("Kuaishou", True, 2)
    assert "/b.html: HTTP 404" in checked["half"].messages[0]
    assert "find the new one" in checked["bad"].advice[0]


def test_a_host_that_does_not_answer_is_not_waited_for_again_and_again(tmp_path: Path, stack: ExitStack) -> None:
    site, dumb = stack.enter_context(Site()), stack.enter_context(Site())
    dumb.latency = 1.5
    put_feed(site, [(dumb.url(f"/{number}"), f"Item {number}", NOW) for number in range(40)])
    database = tmp_path / "keling.db"
    hurry = Fetching(timeout=timedelta(seconds=1))
    result = crawl_apart(database, [declared(site, "paper")], fetching=hurry)
    assert len(result.messages) == 40
    assert all("no answer in time" in message for message in result.messages)
    # Two times robots.txt, and what was under way when the fourth request had no answer.
    assert len(dumb.visits) <= 20
    assert {row["state"] for row in rows(database, "SELECT state FROM pages")} == {"failed"}


def test_scrapy_itself_lists_and_crawls_the_sources(tmp_path: Path, stack: ExitStack) -> None:
    site = stack.enter_context(Site())
    write(site, "/kling.html", title="Kuaishou's summer")
    listed(site, "/kling.html")
    (tmp_path / "monitor.toml").write_text(
        f'[[source]]\nname = "paper"\nkind = "feed"\nurl = "{site.url("/feed.xml")}"\nallow_private = true\n', "utf-8"
    )

    def scrapy(*arguments: str) -> str:
        root = str(Path(__file__).parents[2])
        environment = {**os.environ, "SCRAPY_SETTINGS_MODULE": "monitor.settings", "PYTHONPATH": root}
        done = subprocess.run(
            [sys.executable, "-m", "scrapy", *arguments],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=100,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "paper" in scrapy("list").split()
    scrapy("crawl", "paper", "-O", "articles.jsonl")
    lines = (tmp_path / "articles.jsonl").read_text("utf-8").splitlines()
    assert len(lines) == 1
    assert "Kuaishou's summer" in lines[0]


def test_every_kind_is_crawled(tmp_path: Path, stack: ExitStack) -> None:
    site = stack.enter_context(Site())
    for name in ("search", "mapped", "json", "state"):
        write(site, f"/{name}.html", title="Kuaishou in summer")
    title, day = "Interim results", "21/11/2025 16:35"
    site.put(
        "/filing.pdf",
        pdf([(60, 780, 12, "Kuaishou Technology announces its results for the period.")]),
        "application/pdf",
    )
    wrapped = f"http://search.example/click?url={site.url('/search.html').replace(':', '%3a')}"
    put_feed(site, [(wrapped, "Kuaishou", NOW)], "/search.xml")
    index = f"<sitemapindex><sitemap><loc>{site.url('/news.xml')}</loc></sitemap></sitemapindex>"
    site.put("/index.xml", index, "application/xml")
    site.put("/news.xml", f"<urlset><url><loc>{site.url('/mapped.html')}</loc></url></urlset>", "application/xml")
    site.put("/api", 'cb({"rows": [{"code": "json"}], "last": 2});', "application/javascript")
    site.put("/state", '<html><script>state = {"rows": [{"u": "/state.html"}]};</script></html>')
    row = f'{{\\"T\\": \\"{title}\\", \\"D\\": \\"{day}\\", \\"L\\": \\"/filing.pdf\\"}}'
    site.put("/titles", f'{{"result": "[{row}]", "hasNextRow": false}}', "application/json")
    site.put("/lookup", 'callback({"stockInfo": [{"code": "01024", "stockId": 77}]});', "application/javascript")
    sources = [
        declared(site, "search", "/search.xml", kind="search_feed", queries=["Kuaishou", "Kling"], unwrap="url"),
        declared(site, "mapped", "/index.xml", kind="sitemap"),
        declared(
            site,
            "json",
            "/api",
            kind="json_list",
            params={"n": "{page}", "q": {"since": "{since:%Y}"}},
            pages=9,
            items={"rows": "rows", "link_template": "/{code}.html"},
            answer={"pages": "last"},
        ),
        declared(
            site,
            "state",
            "/state",
            kind="embedded_state",
            items={"rows": "rows", "link": "u"},
            answer={"after": "state ="},
        ),
        declared(
            site,
            "filings",
            "/titles",
            kind="disclosure",
            params={"stock": "{stock}"},
            timezone="Asia/Hong_Kong",
            lookup={"stock": {"url": site.url("/lookup"), "value": "stockInfo[?code=='01024'].stockId | [0]"}},
            items={"rows": "@", "link": "L", "title": "T", "date": "D"},
            answer={"string": "result", "more": "hasNextRow"},
            tier="filing",
            official=True,
        ),
    ]
    result = crawl_apart(tmp_path / "keling.db", sources)
    assert result.messages == []
    assert len(site.visited("/search.xml")) == 2
    assert len(site.visited("/api")) == 2
    articles = rows(tmp_path / "keling.db", "SELECT source, url, tier, official FROM articles")
    assert {row["source"]: row["url"] for row in articles} == {
        "search": site.url("/search.html"),
        "mapped": site.url("/mapped.html"),
        "json": site.url("/json.html"),
        "state": site.url("/state.html"),
        "filings": site.url("/filing.pdf"),
    }
    # Whatever led to it, what lies on an official site is official.
    assert {row["tier"] for row in articles} == {"filing"}
    (filing,) = rows(tmp_path / "keling.db", "SELECT title, published FROM snapshots WHERE title = 'Interim results'")
    assert filing["published"].startswith("2025-11-21T08:35")


def test_a_pdf_that_cannot_be_read_is_kept(tmp_path: Path, stack: ExitStack) -> None:
    site = stack.enter_context(Site())
    site.put("/scan.pdf", pdf([]), "application/pdf")
    listed(site, "/scan.pdf")
    (paper,) = crawl_apart(tmp_path / "keling.db", [declared(site, "paper")]).sources
    assert paper.messages == (f"{site.url('/scan.pdf')}: a PDF without text: it may be a scan",)
    assert len(rows(tmp_path / "keling.db", "SELECT * FROM quarantine")) == 1


def test_what_could_not_be_read_is_read_by_a_better_declaration(tmp_path: Path, stack: ExitStack) -> None:
    site, database = stack.enter_context(Site()), tmp_path / "keling.db"
    site.put("/kling.html", "<html><body><div id='txt'>Kuaishou said so.</div></body></html>")
    listed(site, "/kling.html")
    (paper,) = crawl_apart(database, [declared(site, "paper")]).sources
    assert "without a body" in paper.messages[0]
    # The page is gone since; its bytes are not.
    site.pages.pop("/kling.html")
    mended = declared(site, "paper", page={"body": "#txt", "chars": 10})
    result = crawl_apart(database, [mended], now=NOW + timedelta(minutes=1), full=True)
    assert result.total("articles") == 1
    assert site.visited("/kling.html")[:1] == [200]
    assert rows(database, "SELECT * FROM quarantine") == []


def test_an_article_that_its_list_carries_is_read_again_when_the_list_changes(tmp_path: Path, stack: ExitStack) -> None:
    site, database = stack.enter_context(Site()), tmp_path / "keling.db"
    source = [declared(site, "flash", page={"fetch": "none"})]

    def put(title: str, text: str) -> None:
        item = f"<item><title>{title}</title><link>{site.url('/1')}</link><description>{text}</description></item>"
        site.put("/feed.xml", f"<rss><channel>{item}</channel></rss>")

    put("Kuaishou in summer", "The weather was fine.")
    crawl_apart(database, source)
    for hours in (3, 24):
        crawl_apart(database, source, now=NOW + timedelta(hours=hours), full=hours == 24)
    assert len(rows(database, "SELECT * FROM snapshots")) == 1
    put("Kuaishou in summer, corrected", "The weather was foul.")
    crawl_apart(database, source, now=NOW + timedelta(hours=48))
    assert len(rows(database, "SELECT * FROM snapshots")) == 2
    assert site.visited("/1") == []


def test_what_was_there_before_us_is_of_the_day_that_it_tells_and_what_comes_is_of_today(
    tmp_path: Path, stack: ExitStack
) -> None:
    site, database = stack.enter_context(Site()), tmp_path / "keling.db"
    source = [declared(site, "flash", page={"fetch": "none"})]

    def put(title: str, *texts: str) -> None:
        items = [
            f"<item><title>{title}</title><link>{site.url(f'/{number}')}</link><description>{text}</description></item>"
            for number, text in enumerate(texts)
        ]
        site.put("/feed.xml", f"<rss><channel>{''.join(items)}</channel></rss>")

    old = "HONG KONG, November 20, 2023. Kuaishou's revenue was RMB27.9 billion in the third quarter."
    new = "Kuaishou, listed since February 5, 2021, said that Kling's revenue was RMB100 million last month."
    put("Kuaishou reports", old)
    crawl_apart(database, source)
    put("Kuaishou reports", old, new)
    crawl_apart(database, source, now=NOW + timedelta(hours=3))
    told = "SELECT period FROM figures JOIN snapshots ON snapshots.id = snapshot ORDER BY snapshot"
    assert [row["period"] for row in rows(database, told)] == ["2023-Q3", "2025-10"]
    # Edited two weeks later they are of the same days.
    put("Kuaishou reports, corrected", f"{old} It is a record.", f"{new} It is a record.")
    crawl_apart(database, source, now=NOW + timedelta(days=14))
    assert [row["period"] for row in rows(database, told)] == ["2023-Q3", "2025-10"] * 2


def test_a_host_that_asks_for_rest_gets_it_and_its_pages_wait(tmp_path: Path, stack: ExitStack) -> None:
    site, database = stack.enter_context(Site()), tmp_path / "keling.db"
    names = [f"/{number}" for number in range(30)]
    for name in names:
        answer(site, name, 429, Retry_After="60")
    listed(site, *names)
    (paper,) = crawl_apart(database, [declared(site, "paper")]).sources
    asked = [name for name in names if site.visited(name)]
    # What was on the wire when the first refusal came (CONCURRENT_REQUESTS; at a public host it is one) and no more.
    assert 1 <= len(asked) <= 16
    assert len(paper.messages) == len(asked)
    waiting = rows(database, "SELECT count(*) AS n FROM pages WHERE state = 'discovered' AND attempts = 0")
    assert waiting == [{"n": len(names) - len(asked)}]
    # Other sources of the host keep its rest, too, and are hardly blamed for it.
    answer(site, "/feed.xml", 429, Retry_After="60")
    site.visits.clear()
    first = declared(site, "paper", official=True)
    result = crawl_apart(database, [first, declared(site, "again", "/again.xml")], now=NOW + timedelta(days=1))
    assert [visit.path for visit in site.visits if visit.path != "/robots.txt"][:1] == ["/feed.xml"]
    assert site.visited("/again.xml") == []
    assert "asked to be left alone" in {source.name: source.messages for source in result.sources}["again"][0]
    assert rows(database, "SELECT failures FROM sources WHERE name = 'again'") == [{"failures": 0.25}]


def test_an_answer_with_very_long_headers_is_read(tmp_path: Path, stack: ExitStack) -> None:
    site = stack.enter_context(Site())
    write(site, "/a.html")
    listed(site, "/a.html")
    for path in ("/a.html", "/feed.xml"):
        site.pages[path] = replace(site.pages[path], headers=(("Content-Security-Policy", "x" * 40_000),))
    (paper,) = crawl_apart(tmp_path / "keling.db", [declared(site, "paper")]).sources
    assert (paper.messages, paper.items, paper.pages) == ((), 1, 1)


def test_a_headline_behind_an_opaque_link_and_its_article_are_one_voice(tmp_path: Path, stack: ExitStack) -> None:
    site, search = stack.enter_context(Site()), stack.enter_context(Site())
    title = "Kuaishou's revenue rose to 35.6 billion yuan in the third quarter of 2025"
    url = write(site, "/a.html", title=title, text=f"{title}.\n{TEXT}")
    put_feed(site, [(url, title, NOW)])
    # Two calls, two ids of the same article.
    for number in range(2):
        put_feed(search, [(search.url(f"/rss/articles/CBM{number}?oc=5"), f"{title} - Paper", NOW)], "/search.xml")
        sources = [
            declared(site, "paper", outlet="Paper"),
            declared(
                search,
                "search",
                "/search.xml",
                kind="search_feed",
                queries=["Kuaishou"],
                outlet_in_title=True,
                tier="aggregator",
                page={"fetch": "none"},
            ),
        ]
        crawl_apart(tmp_path / "keling.db", sources, now=NOW + timedelta(hours=number * 3))
    facts = rows(
        tmp_path / "keling.db", "SELECT outlets, period FROM facts_now WHERE metric = 'revenue' AND unit = 'CNY'"
    )
    assert facts == [{"outlets": 1, "period": "2025-Q3"}]
    assert len(rows(tmp_path / "keling.db", "SELECT DISTINCT outlet FROM articles")) == 1
    assert [visit.path for visit in search.visits if visit.path.startswith("/rss")] == []


EXTRA = importlib.util.find_spec("scrapy_playwright") is not None
BROWSER = EXTRA and shutil.which("chromium") is not None


def drawn(site: Site) -> dict[str, Any]:
    """A list that is empty until its script has run."""
    script = "document.body.innerHTML = \"<ul><li><a href='/a.html'>A headline of some length</a></li></ul>\""
    site.put("/list", f"<html><body><script>{script}</script></body></html>")
    write(site, "/a.html")
    return declared(site, "drawn", "/list", kind="html_list", browser=True)


@pytest.mark.skipif(not BROWSER, reason="needs the extra 'browser' and Chromium")
def test_a_list_that_a_script_draws_is_read_with_a_browser(tmp_path: Path, stack: ExitStack) -> None:
    (source,) = crawl_apart(tmp_path / "keling.db", [drawn(stack.enter_context(Site()))]).sources
    assert (source.messages, source.items, source.pages) == ((), 1, 1)


@pytest.mark.skipif(EXTRA, reason="the extra 'browser' is here")
def test_without_the_extra_a_source_that_wants_a_browser_is_a_fault(tmp_path: Path, stack: ExitStack) -> None:
    good, site = stack.enter_context(Site()), stack.enter_context(Site())
    write(good, "/a.html")
    listed(good, "/a.html")
    result = crawl_apart(tmp_path / "keling.db", [drawn(site), declared(good, "good")])
    (message,) = result.messages
    assert message == f"drawn: {site.url('/list')}: it wants a browser: install keling-monitor with the extra 'browser'"
