"""The shipped sources' declarations, on answers in the shape of theirs."""

from __future__ import annotations

import gzip
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sources_for_tests import source

from monitor.declarations.sources import Source, shipped_sources
from monitor.errors import ParseError
from monitor.parse.archives import read_index
from monitor.parse.feeds import read_feed
from monitor.parse.html import article_of
from monitor.parse.json_rows import Rows, read_rows
from monitor.parse.listed import Listed
from monitor.parse.lists import read_list
from monitor.parse.sitemaps import read_sitemap

NOW = datetime(2025, 11, 21, 12, tzinfo=UTC)
CASES = tomllib.loads((Path(__file__).parent / "shapes.toml").read_text("utf-8"))["case"]
JSON = {"json_list", "embedded_state", "disclosure"}


def read(declared: Source, body: bytes) -> tuple[list[Listed], int | None]:
    told: dict[str, Any] = {"url": declared.url, "source": declared, "now": NOW}
    if declared.kind in JSON:
        rows: Rows = read_rows(body, {}, **told)
        return rows.items, rows.pages
    if declared.kind == "sitemap":
        return read_sitemap(body, **told).items, None
    if declared.kind == "archive_index":
        return read_index(body, {}, url=declared.url, source=declared).items, None
    if declared.kind == "html_list":
        return read_list(body, {}, **told).items, None
    return read_feed(body, {}, **told), None


@pytest.mark.parametrize("case", CASES, ids=[f"{case['source']}-{number}" for number, case in enumerate(CASES)])
def test_a_source_reads(case: dict[str, Any]) -> None:
    declared = shipped_sources()[case["source"]]
    if "expect" in case:
        # The answer here is shorter than a healthy one.
        declared = declared.model_copy(update={"expect": declared.expect.model_copy(update={"items": case["expect"]})})
    body = case["body"].strip().encode(case.get("charset", "utf-8"))
    items, pages = read(declared, gzip.compress(body) if case.get("packed") else body)
    expected = [[*item[:2], datetime.fromisoformat(item[2]) if item[2] else None, item[3]] for item in case["items"]]
    assert [[item.url, item.title, item.published and item.published.at, item.outlet] for item in items] == expected
    assert pages == case.get("pages")
    if declared.page.fetch == "none":
        for item in items:
            article = article_of(item, source=declared, now=NOW)
            assert article.title or article.text
            assert article.title != article.text


def test_every_shape_that_is_no_plain_feed_is_tried() -> None:
    tried = {case["source"] for case in CASES}
    # Spared: the same answer as another source's, told apart by its address alone.
    same = {"hkex-week", "kling-release-notes"}
    left = {name for name, declared in shipped_sources().items() if declared.kind != "feed"} - tried - same
    assert left == set()


def test_every_source_says_what_a_healthy_answer_is() -> None:
    for name, declared in shipped_sources().items():
        assert declared.note, name
        assert (
            declared.expect.items
            or declared.expect.silence
            or declared.kind == "disclosure"
            or not declared.enabled
            or (declared.tier == "aggregator")
        ), name
        assert not declared.allow_private, name
        assert not declared.enabled or declared.evidence, name


def rows(body: str, **declared: Any) -> list[Listed]:
    given = {"kind": "json_list", "items": {"rows": "rows", "link": "u", "title": "t"}, **declared}
    return read_rows(body.encode(), {}, url="https://paper.example/", source=source(**given), now=NOW).items


ROW = '{"u": "/a", "t": "Kling"}'


@pytest.mark.parametrize(
    ("body", "declared"),
    [
        (f'{{"rows": [{ROW}]}}', {}),
        (f'\ufeff  {{"rows": [{ROW}]}}', {}),
        (f'callback({{"rows": [{ROW}]}});', {}),
        (f'/**/jQuery1_2({{"rows": [{ROW}]}})', {}),
        (f'var news = {{"rows": [{ROW}]}};', {}),
        (f'<script>window.state = {{"rows": [{ROW}]}}</script>', {"answer": {"after": r"window\.state\s*="}}),
        (
            f'{{"inner": "{{\\"rows\\": [{ROW.replace(chr(34), chr(92) + chr(34))}]}}"}}',
            {"answer": {"string": "inner"}},
        ),
        (f'{{"ok": 1, "rows": [{ROW}]}}', {"answer": {"status": "ok", "equals": 1}}),
        (f'{{"rows": [{ROW}, {ROW}, {{"u": null}}, {{"u": "javascript:x"}}]}}', {}),
    ],
    ids=["plain", "bom", "jsonp", "jsonp comment", "variable", "state", "string", "status", "untidy"],
)
def test_json_is_found_in_its_wrapping(body: str, declared: dict[str, Any]) -> None:
    assert [(item.url, item.title) for item in rows(body, **declared)] == [("https://paper.example/a", "Kling")]


@pytest.mark.parametrize(
    ("body", "declared", "words"),
    [
        ("", {}, "not JSON"),
        ("<html><body>Access Denied</body></html>", {}, "not JSON but a challenge page"),
        ("<html><body>Hello</body></html>", {"answer": {"after": "state="}}, "nothing matches"),
        ('{"rows": [', {}, "not JSON"),
        ("[" * 100_000, {}, "not JSON"),
        ('{"rows": {}}', {}, "no rows at 'rows'"),
        ('{"rows": []}', {}, "an empty list"),
        ('{"other": []}', {}, "no rows at 'rows'"),
        ('{"code": 403, "rows": []}', {"answer": {"status": "code", "equals": 0}}, "it says code = 403, expected 0"),
        ('{"hasNextRow": true, "rows": []}', {"answer": {"more": "hasNextRow"}}, "leaves rows out"),
        ('{"result": 3}', {"answer": {"string": "result"}}, "no text at 'result'"),
    ],
)
def test_what_is_no_such_json_is_said_so(body: str, declared: dict[str, Any], words: str) -> None:
    with pytest.raises(ParseError, match=words):
        rows(body, **declared)


def sitemap(body: bytes, **declared: Any) -> Any:
    given = source(**{"kind": "sitemap", "url": "https://paper.example/sitemap.xml", **declared})
    return read_sitemap(body, url=given.url, source=given, now=NOW)


def test_an_index_names_its_newest_children() -> None:
    index = b"""<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
    <sitemap><loc>/news-1.xml</loc><lastmod>2025-11-01</lastmod></sitemap>
    <sitemap><loc>/news-2.xml</loc><lastmod>2025-11-20</lastmod></sitemap>
    <sitemap><loc>/images.xml</loc><lastmod>2025-11-20</lastmod></sitemap></sitemapindex>"""
    assert sitemap(index, children="/news").children == [
        "https://paper.example/news-2.xml",
        "https://paper.example/news-1.xml",
    ]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "not a sitemap"),
        (b"<html><body>Just a moment...</body></html>", "challenge page"),
        (b"<rss></rss>", "not a sitemap but <rss>"),
        (b"\x1f\x8bbroken", "cannot be unpacked"),
        (gzip.compress(b"<urlset>" + b" " * (51 * 2**20)), "more than"),
        (b"<urlset></urlset>", "an empty list"),
    ],
    ids=["empty", "challenge", "feed", "broken gzip", "bomb", "no items"],
)
def test_what_is_no_sitemap_is_said_so(body: bytes, words: str) -> None:
    with pytest.raises(ParseError, match=words):
        sitemap(body)
