"""A search names an article by an id of its own, its site by its address: one article, whichever comes first."""

from __future__ import annotations

import html
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from apart import command_apart
from crawling import NOW, crawl_apart, rows
from stage import ended, later, put_article, put_feed, stage

from monitor.demo.command import toml_table
from monitor.demo.site import Site

TITLE = "Kuaishou's revenue rose to 35.6 billion yuan in the third quarter of 2025"
TEXT = "The weather was fine all week, and nobody was surprised, for it is summer.\nIt may rain later."
BEFORE, AFTER = NOW - timedelta(days=9), NOW + timedelta(hours=3)


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def paper(stack: ExitStack) -> Site:
    return stack.enter_context(Site())


@pytest.fixture
def search(stack: ExitStack) -> Site:
    return stack.enter_context(Site())


def publish(paper: Site, *, title: str = TITLE, published: datetime = NOW) -> str:
    """An article on its site, and the site's feed."""
    path = f"/{len(paper.pages)}.html"
    url = put_article(paper, path, title=title, text=f"{title}.\n{TEXT}", published=published, language="en")
    put_feed(paper, [(url, title, published)])
    return url


def item(
    search: Site,
    *,
    number: int = 0,
    name: str = "Paper",
    home: str = "",
    title: str = TITLE,
    published: datetime = NOW,
) -> str:
    url = search.url(f"/rss/articles/CBM{number}?oc=5")
    return (
        f"<item><title>{html.escape(title)} - {name}</title><link>{url}</link>"
        f"<pubDate>{published:%a, %d %b %Y %H:%M:%S %z}</pubDate><source url='{home}'>{name}</source></item>"
    )


def answer(search: Site, *items: str) -> None:
    """What the search answers: for each article an id, and the outlet with its address."""
    search.put("/search.xml", f"<rss version='2.0'><channel>{''.join(items)}</channel></rss>", "application/rss+xml")


def paper_source(paper: Site, **more: Any) -> dict[str, Any]:
    return {"name": "paper", "kind": "feed", "url": paper.url("/feed.xml"), "allow_private": True, **more}


def search_source(search: Site) -> dict[str, Any]:
    return {
        "name": "search",
        "kind": "search_feed",
        "url": search.url("/search.xml"),
        "allow_private": True,
        "queries": ["Kuaishou"],
        "outlet_in_title": True,
        "same_within": "20h",
        "tier": "aggregator",
        "page": {"fetch": "none"},
        "expect": {"items": 0},
    }


def test_the_id_of_an_article_that_is_known_is_a_sighting_of_it(tmp_path: Path, paper: Site, search: Site) -> None:
    database = tmp_path / "keling.db"
    # Neither the outlet's name nor the form of its title are the search's: the site tells.
    url = publish(paper, title=f"{TITLE} | The Paper of Record")
    crawl_apart(database, [paper_source(paper, outlet="The Paper of Record")])
    before = rows(database, "SELECT * FROM figures")
    assert before
    for number in range(2):
        # Two calls, two ids.
        answer(search, item(search, number=number, home=paper.url("/"), published=NOW + timedelta(hours=2)))
        crawl_apart(database, [search_source(search)], now=later(AFTER, hours=3 * number))
    assert [(row["url"], row["tier"], row["source"]) for row in rows(database, "SELECT * FROM articles")] == [
        (url, "press", "paper")
    ]
    assert rows(database, "SELECT * FROM figures") == before
    assert [(row["url"], row["source"]) for row in rows(database, "SELECT * FROM sightings ORDER BY url")] == [
        (search.url(f"/rss/articles/CBM{number}"), "search") for number in range(2)
    ]
    assert rows(database, "SELECT DISTINCT state, article FROM pages") == [{"state": "recorded", "article": 1}]
    assert [visit.path for visit in search.visits if visit.path.startswith("/rss")] == []


def test_an_id_gives_way_to_the_articles_own_address(tmp_path: Path, paper: Site, search: Site) -> None:
    database = tmp_path / "keling.db"
    ids = [search.url(f"/rss/articles/CBM{number}") for number in range(2)]
    # Two locales, two ids, one headline.
    answer(search, *(item(search, number=number, name="paper", home="https://paper.example") for number in (1, 0)))
    crawl_apart(database, [search_source(search)])
    assert [row["url"] for row in rows(database, "SELECT url FROM articles")] == ids[:1]
    assert [row["url"] for row in rows(database, "SELECT url FROM sightings")] == ids[1:]
    known = rows(database, "SELECT * FROM facts_now")
    assert [(row["period"], row["outlets"], row["url"]) for row in known if row["unit"] == "CNY"] == [
        ("2025-Q3", 1, ids[0])
    ]

    url = publish(paper)
    crawl_apart(database, [paper_source(paper, outlet="Paper")], now=AFTER)
    crawl_apart(database, [search_source(search)], now=later(AFTER, hours=3), full=True)
    assert [(row["url"], row["tier"], row["source"]) for row in rows(database, "SELECT * FROM articles")] == [
        (url, "press", "paper")
    ]
    assert [row["url"] for row in rows(database, "SELECT url FROM sightings ORDER BY url")] == ids
    # The article itself is another version of what was known of it, and says nothing new.
    assert len(rows(database, "SELECT * FROM snapshots")) == 2
    after = rows(database, "SELECT * FROM facts_now")
    assert [(row["id"], row["outlets"]) for row in after] == [(row["id"], 1) for row in known]
    assert {row["url"] for row in after} == {url}
    assert {row["verdict"] for row in rows(database, "SELECT verdict FROM figures WHERE snapshot = 2")} == {"repeated"}


@pytest.mark.parametrize("first", ["paper", "search"])
def test_what_agrees_in_part_stays_apart(tmp_path: Path, paper: Site, search: Site, first: str) -> None:
    database = tmp_path / "keling.db"
    url = publish(paper)
    apart: list[dict[str, Any]] = [
        {"name": "Other", "home": "https://other.example"},
        {"name": "Other", "home": paper.url("/").replace("127.0.0.1", "127.0.0.2")},
        {"published": NOW - timedelta(days=2)},
        {"published": NOW - timedelta(hours=21)},
        {"title": TITLE.replace("35.6", "35.7")},
        {"title": f"{TITLE}, says its boss"},
    ]
    # Two of them differ from the article in their day, and are a day apart from each other.
    answer(search, *(item(search, number=number, **one) for number, one in enumerate(apart)))
    sources = [paper_source(paper, outlet="Paper"), search_source(search)]
    for number, source in enumerate(sources if first == "paper" else reversed(sources)):
        crawl_apart(database, [source], now=later(NOW, hours=number))
    # Whatever the article is, the other outlet's two are one.
    assert len(rows(database, "SELECT * FROM articles")) == 1 + len(apart) - 1
    assert len(rows(database, "SELECT * FROM sightings")) == 1
    assert url in {row["url"] for row in rows(database, "SELECT url FROM articles")}


def test_it_is_told_once(tmp_path: Path, paper: Site, search: Site) -> None:
    other = TITLE.replace("revenue", "cost of revenue")
    with stage(tmp_path) as scene:
        database = scene.folder / "keling.db"
        put_feed(paper, [])
        answer(search)
        sources = [paper_source(paper, outlet="Paper", every="15m", expect={"items": 0}), search_source(search)]
        crawl_apart(database, sources, now=BEFORE)
        monitor = scene.configure(more="\n".join(map(table, sources)))
        # Of two articles one is first met on its site, the other in the search; then the other way round.
        publish(paper)
        answer(search, item(search, number=1, title=other, home="https://paper.example"))
        ended(command_apart(monitor, "run", now=NOW))
        assert len(scene.subjects) == 1
        publish(paper, title=other)
        answer(search, item(search, number=2, home="https://paper.example"))
        ended(command_apart(monitor, "run", now=AFTER))
        assert len(scene.subjects) == 1
        assert len(rows(database, "SELECT * FROM articles")) == 2
        assert len(rows(database, "SELECT * FROM sightings")) == 2
        metrics = [row["metric"] for row in rows(database, "SELECT metric FROM alerts_full")]
        assert sorted(metrics) == ["cost_of_revenue", "revenue"]


def table(source: dict[str, Any]) -> str:
    """A source as monitor.toml has it."""
    plain = {key: value for key, value in source.items() if not isinstance(value, dict)}
    parts = {key: value for key, value in source.items() if isinstance(value, dict)}
    return "\n".join(
        [toml_table("[[source]]", plain), *(toml_table(f"[source.{name}]", part) for name, part in parts.items())]
    )
