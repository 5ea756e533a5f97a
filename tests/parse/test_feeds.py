from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sources_for_tests import source

from monitor.errors import ParseError
from monitor.parse.feeds import read_feed

NOW = datetime(2025, 11, 21, 12, tzinfo=UTC)
FEEDS = Path(__file__).parent / "feeds"


@pytest.mark.parametrize("file", sorted(FEEDS.glob("*.toml")), ids=lambda file: file.stem)
def test_a_feed_has_these_items(file: Path) -> None:
    case = tomllib.loads(file.read_text("utf-8"))
    body = file.with_suffix(case.get("form", ".xml")).read_text("utf-8").encode(case.get("charset", "utf-8"))
    declared = source(**case.get("source", {}))
    items = read_feed(body, {"content-type": case.get("content_type", "")}, url=declared.url, source=declared, now=NOW)
    assert len(items) == len(case["item"])
    for item, expected in zip(items, case["item"], strict=True):
        at = expected.pop("at", None)
        assert {key: getattr(item, key) for key in expected} == expected
        assert (item.published.at if item.published else None) == at


FEED = '<rss version="2.0"><channel><title>P</title>{}</channel></rss>'
ITEM = "<item><title>Kling</title><link>https://paper.example/a</link></item>"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("", "empty answer instead of a feed"),
        ("<html><head><title>Paper</title></head><body>Welcome to the new site</body></html>", "an HTML page"),
        ("<!doctype html><html><body>Just a moment... checking your browser</body></html>", "challenge page"),
        ("<!doctype html><html><body><p>请完成验证后继续访问</p></body></html>", "challenge page"),
        ('{"error": "no such feed"}', "JSON that is no JSON Feed"),
        ('{"version": "https://jsonfeed.org/version/1.1", "items": [{"ti', "broken or cut off"),
        ('{"version": "https://jsonfeed.org/version/1.1", "items": []}', "an empty list"),
        ("nothing", "not a feed: it begins with"),
        (FEED.format(""), "an empty list"),
        (FEED.format("<item><title>Kling</title></item>"), "an empty list"),
        (FEED.format(ITEM)[:-9], "cut off"),
        (FEED.format(ITEM) + "<!-- served in 3 ms -->", ""),
    ],
    ids=[
        "empty",
        "page",
        "challenge",
        "challenge zh",
        "json",
        "json cut",
        "json empty",
        "words",
        "no items",
        "no link",
        "cut",
        "comment behind",
    ],
)
def test_what_is_no_feed_is_said_so(body: str, words: str) -> None:
    def read() -> None:
        read_feed(body.encode(), {}, url="https://paper.example/feed", source=source(), now=NOW)

    if not words:
        read()
        return
    with pytest.raises(ParseError, match=words):
        read()


def test_expectations_are_held() -> None:
    body = FEED.format(ITEM).encode()
    for expect, words in ({"items": 2}, "1 items, expected at least 2"), ({"fields": ["date"]}, "no item has a date"):
        declared = source(expect=expect)
        with pytest.raises(ParseError, match=words):
            read_feed(body, {}, url=declared.url, source=declared, now=NOW)


def test_only_the_newest_are_taken() -> None:
    items = "".join(
        f"<item><title>Kling {day}</title><link>https://paper.example/{day}</link>"
        f"<pubDate>{day:02d} Nov 2025 08:00:00 GMT</pubDate></item>"
        for day in range(1, 10)
    )
    declared = source(max_items=3, items={"drop": "/8$"})
    found = read_feed(FEED.format(items).encode(), {}, url=declared.url, source=declared, now=NOW)
    assert [item.url[-1] for item in found] == ["9", "7", "6"]


def test_entities_are_not_expanded() -> None:
    bomb = '<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY x SYSTEM "file:///etc/passwd">]>'
    item = "<item><title>Kling &b;&x;</title><link>https://paper.example/a</link></item>"
    (found,) = read_feed(
        (bomb + FEED.format(item)).encode(), {}, url="https://paper.example/", source=source(), now=NOW
    )
    assert "root" not in found.title
    assert len(found.title) < 200
