"""Redirects: where lists and pages may be led, and where nobody is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from crawling import NOW, crawl_apart, rows
from stage import put_article, put_feed

from monitor.demo.site import Page, Site

#: Where machines of a cloud are told their keys.
KEYS = "http://169.254.169.254/latest/meta-data"
TEXT = "Kuaishou had a fine week.\nNobody was surprised, for it is summer and the sun is out.\nIt may rain later."


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def site(stack: ExitStack) -> Site:
    return stack.enter_context(Site())


def declared(site: Site, name: str, path: str = "/feed.xml", **more: Any) -> dict[str, Any]:
    return {"name": name, "kind": "feed", "url": site.url(path), "allow_private": True, **more}


def lead(site: Site, path: str, target: str, status: int = 302) -> str:
    site.pages[path] = Page(body=b"", status=status, headers=(("Location", target),))
    return site.url(path)


def test_nobody_is_led_to_where_clouds_keep_their_keys(tmp_path: Path, site: Site) -> None:
    database = tmp_path / "keling.db"
    refresh = f"<html><head><meta http-equiv='refresh' content='0; url={KEYS}/refresh'></head></html>"
    links = {
        "page": lead(site, "/page", f"{KEYS}/page"),
        "late": lead(site, "/late", lead(site, "/later", "http://[::ffff:169.254.169.254]/late", 307)),
        "refreshed": site.put("/refreshed", refresh),
        "entry": f"{KEYS}/entry",
        "good": put_article(site, "/good", title="Kuaishou", text=TEXT, published=NOW, language="en"),
    }
    put_feed(site, [(url, name, NOW) for name, url in links.items()])
    lead(site, "/list.xml", f"{KEYS}/list")
    lead(site, "/named.xml", f"{KEYS}/list")
    result = crawl_apart(
        database,
        [
            declared(site, "paper"),
            declared(site, "list", "/list.xml"),
            # Neither `redirects` nor `allow_private` opens it.
            declared(site, "named", "/named.xml", redirects=["169.254.169.254"]),
            declared(site, "itself") | {"url": f"{KEYS}/feed.xml"},
        ],
    )
    pages = {row["title"]: row for row in rows(database, "SELECT title, state, message, attempts FROM pages")}
    assert pages.pop("good")["state"] == "recorded"
    assert {name: (row["state"], row["attempts"]) for name, row in pages.items()} == dict.fromkeys(pages, ("failed", 1))
    refused = "is not a public address: it is link-local, where no source lives"
    assert {name: row["message"] for name, row in pages.items() if refused not in row["message"]} == {}
    assert all(links[name] in row["message"] for name, row in pages.items())
    told = {source.name: " ".join(source.messages) for source in result.sources}
    assert f"redirected to another site, {KEYS}/list" in told["list"]
    assert refused in told["named"]
    assert refused in told["itself"]
    states = rows(database, "SELECT name, state FROM sources")
    assert {row["name"]: row["state"] for row in states} == dict.fromkeys(told, "degraded")
    # They are asked for again, and refused again.
    crawl_apart(database, [declared(site, "paper")], now=NOW + timedelta(hours=1))
    again = rows(database, "SELECT message, attempts FROM pages WHERE state = 'failed'")
    assert [(row["attempts"], refused in row["message"]) for row in again] == [(2, True)] * len(pages)


def test_a_list_stays_on_its_site_and_an_article_may_move(tmp_path: Path, site: Site, stack: ExitStack) -> None:
    other = stack.enter_context(Site())
    put_article(other, "/a.html", title="Kuaishou", text=TEXT, published=NOW, language="en")
    put_feed(other, [(lead(site, "/a.html", other.url("/a.html")), "Kuaishou", NOW)])
    lead(site, "/away.xml", other.url("/feed.xml"), 301)
    site.put("/wait.xml", f"<html><head><meta http-equiv='refresh' content='0; url={other.url('/')}'></head></html>")
    away = declared(site, "away", "/away.xml")
    result = crawl_apart(tmp_path / "keling.db", [away, declared(site, "wait", "/wait.xml")])
    for source in result.sources:
        (message,) = source.messages
        assert message.startswith(f"{site.url(f'/{source.name}.xml')}: redirected to another site, {other.url('/')}")
    # It is not even asked.
    assert other.visits == []

    there = urlsplit(other.url("/")).netloc
    assert f"redirects = [{there!r}]" in result.sources[0].messages[0]
    (source,) = crawl_apart(
        tmp_path / "keling.db", [{**away, "redirects": [there]}], now=NOW + timedelta(days=1)
    ).sources
    assert (source.messages, source.items, source.articles) == ((), 1, 1)
    (article,) = rows(tmp_path / "keling.db", "SELECT articles.url, seen_url FROM articles JOIN snapshots")
    assert article == {"url": other.url("/a.html"), "seen_url": site.url("/a.html")}
