"""Archives of the web: from the index to the ledger, portion by portion, and what may be wrong with them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from crawling import NOW, check_apart, crawl_apart, rows
from stage import put_article, put_feed

from monitor.crawl import CrawlResult
from monitor.declarations.reading import validated
from monitor.declarations.sources import Source
from monitor.demo.archive import FILE, LINES, TABLE, Archive
from monitor.demo.site import Page, Site
from monitor.errors import ConfigError

THEN = datetime(2025, 3, 26, 9, tzinfo=UTC)
OUTLET = "https://paper.example"


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def archive(stack: ExitStack) -> Archive:
    return stack.enter_context(Archive())


def table(archive: Archive, **more: Any) -> dict[str, Any]:
    """The source of an index that is a table and goes on by a key."""
    params = {"url": "{query}", "from": "2025", "to": "{since:%Y%m%d}", "showResumeKey": "true"}
    return {
        "name": "wayback",
        "kind": "archive_index",
        "url": archive.url(TABLE),
        "allow_private": True,
        "queries": [f"{OUTLET}/*"],
        "window": "30d",
        "params": {**params, "limit": "1000", "resumeKey": "{resume}"},
        "archive": {
            "capture": archive.url("/web/{timestamp}id_/{original}"),
            "address": "original",
            "captured": "timestamp",
        },
        **more,
    }


def lines(archive: Archive, **more: Any) -> dict[str, Any]:
    """The source of an index with an object a line, page by page, whose captures lie in a file."""
    return {
        "name": "crawls",
        "kind": "archive_index",
        "url": archive.url(LINES),
        "allow_private": True,
        "queries": [f"{OUTLET}/*"],
        "first_page": 0,
        "pages": 9,
        "params": {"url": "{query}", "page": "{page}"},
        "archive": {
            "capture": archive.url("/{filename}"),
            "address": "url",
            "captured": "timestamp",
            "offset": "offset",
            "length": "length",
            "none": "No Captures found|Page [0-9]+ invalid",
        },
        **more,
    }


def html(title: str, text: str, *, dated: str = "") -> str:
    told = f'<meta property="article:published_time" content="{dated}">' if dated else ""
    return (
        f"<html><head><title>{title}</title>{told}</head><body><article><h1>{title}</h1><p>{text}</p></article>"
        "<p><a href='/'>Start</a></p></body></html>"
    )


NEWS = html(
    "Kuaishou reports",
    "Kuaishou's revenue rose by 15.1% year on year to RMB32.5 billion in the first quarter of 2025. " * 2,
    dated="2025-03-25T08:00:00+08:00",
)
OTHER = html("Weather", "The weather was fine all week. Nobody was surprised, for it is summer and the sun is out.")


def fill(archive: Archive, number: int = 5) -> None:
    for each in range(number):
        archive.keep(f"{OUTLET}/{each}", THEN + timedelta(days=each), NEWS.replace("reports", f"reports {each}"))


def pages(database: Path) -> dict[str, str]:
    found = rows(database, "SELECT url, state FROM pages")
    return {row["url"].removeprefix(f"{OUTLET}/"): row["state"] for row in found}


def told(result: CrawlResult) -> str:
    return " ".join(result.messages)


@pytest.mark.parametrize("kind", [table, lines])
def test_an_archive_is_crawled_from_its_index_to_the_ledger(tmp_path: Path, archive: Archive, kind: Any) -> None:
    fill(archive, 3)
    archive.keep(f"{OUTLET}/other", THEN, OTHER)
    archive.keep("https://elsewhere.example/1", THEN, NEWS)
    database = tmp_path / "keling.db"
    result = crawl_apart(database, [kind(archive)])
    assert result.messages == []
    assert pages(database) == {"0": "recorded", "1": "recorded", "2": "recorded", "other": "irrelevant"}
    articles = rows(database, "SELECT * FROM snapshots JOIN articles ON articles.id = article ORDER BY url")
    assert [row["url"] for row in articles] == [f"{OUTLET}/{each}" for each in range(3)]
    # The day of the capture is when it was fetched, and not when it was published.
    assert [row["fetched"][:10] for row in articles] == ["2025-03-26", "2025-03-27", "2025-03-28"]
    assert {row["published"][:13] for row in articles} == {"2025-03-25T00"}
    assert all(row["baseline"] for row in articles)
    place = f"/web/20250326090000id_/{OUTLET}/0" if kind is table else f"{FILE}#bytes=0-"
    assert articles[0]["seen_url"].startswith(archive.url(place))
    assert articles[0]["outlet"] == "paper.example"
    assert rows(
        database, "SELECT DISTINCT entity, value, period FROM figures WHERE metric = 'revenue' AND unit = 'CNY'"
    )


def test_a_copy_from_the_archive_and_one_from_the_site_are_one_article(
    tmp_path: Path, stack: ExitStack, archive: Archive
) -> None:
    site, database = stack.enter_context(Site()), tmp_path / "keling.db"
    text = "Kuaishou's revenue rose by 15.1% year on year to RMB32.5 billion in the first quarter of 2025."
    url = put_article(site, "/a.html", title="Kuaishou reports", text=text, published=THEN, language="en")
    archive.keep(url, THEN + timedelta(days=1), site.pages["/a.html"].body.decode())
    archive.keep(site.url("/gone.html"), THEN, NEWS)
    put_feed(site, [(url, "Kuaishou reports", THEN)])
    feed = {"name": "paper", "kind": "feed", "url": site.url("/feed.xml"), "allow_private": True}
    crawl_apart(database, [feed])
    # Only what is not known already is asked for.
    crawl_apart(database, [table(archive, queries=[site.url("/*")])])
    assert [visit.path.partition("id_")[2] for visit in archive.visits if "id_" in visit.path] == [
        f"/{site.url('/gone.html')}"
    ]
    assert len(rows(database, "SELECT * FROM articles")) == 2
    # And the other way round: the article of the archive is the one that the site has.
    other = tmp_path / "other.db"
    crawl_apart(other, [table(archive, queries=[site.url("/a*")])])
    crawl_apart(other, [feed | {"name": "again", "url": site.url("/feed.xml?again")}])
    assert [row["url"] for row in rows(other, "SELECT url FROM articles")] == [url]


@pytest.mark.parametrize("kind", [table, lines])
def test_an_index_goes_on_where_it_was(tmp_path: Path, archive: Archive, kind: Any) -> None:
    fill(archive, 7)
    archive.portion, database = 3, tmp_path / "keling.db"
    source = kind(archive, pages=1)
    source["params"].pop("limit", None)
    for run, known in enumerate([3, 6, 7]):
        result = crawl_apart(database, [source], now=NOW + timedelta(hours=run))
        assert result.messages == []
        assert len(pages(database)) == known
    if kind is lines:
        # Only a page beyond the last one says that it was the last one.
        crawl_apart(database, [source], now=NOW + timedelta(hours=3))
    assert {*pages(database).values()} == {"recorded"}
    # Read to its end, it is left alone; read in full, it begins anew, and what is known is not asked for.
    archive.visits.clear()
    crawl_apart(database, [source], now=NOW + timedelta(hours=4))
    assert archive.visits == []
    crawl_apart(database, [source], now=NOW + timedelta(hours=5), full=True)
    assert [visit.path for visit in archive.visits if visit.path != "/robots.txt"] == [
        source["url"].partition("1:")[2][5:]
    ]
    # Asked for something else, it is another question.
    archive.visits.clear()
    changed = {**source, "params": {**source["params"], "from": "2024"}}
    crawl_apart(database, [changed], now=NOW + timedelta(hours=6))
    assert archive.visits


def test_an_answer_that_fails_is_asked_for_again_and_nothing_is_left_out(tmp_path: Path, archive: Archive) -> None:
    fill(archive, 4)
    database, source = tmp_path / "keling.db", table(archive, pages=1)
    source["params"]["limit"] = "2"
    crawl_apart(database, [source])
    archive.pages[TABLE] = Page(body=b"", status=429, headers=(("Retry-After", "60"),))
    result = crawl_apart(database, [source], now=NOW + timedelta(hours=1))
    assert "HTTP 429" in told(result)
    archive.pages[TABLE] = Page(body=b'[["urlkey", "timest', content_type="application/json")
    result = crawl_apart(database, [source], now=NOW + timedelta(hours=2))
    assert "JSON that is broken" in told(result)
    assert len(pages(database)) == 2
    archive.pages.clear()
    crawl_apart(database, [source], now=NOW + timedelta(hours=3))
    assert pages(database) == {str(each): "recorded" for each in range(4)}


def test_a_run_asks_for_so_many_captures_and_a_later_one_for_the_others(tmp_path: Path, archive: Archive) -> None:
    fill(archive, 5)
    database, source = tmp_path / "keling.db", table(archive, max_items=2)
    for run, left in enumerate([3, 1, 0]):
        crawl_apart(database, [source], now=NOW + timedelta(hours=run))
        assert [*pages(database).values()].count("discovered") == left
    assert archive.visited(TABLE) == [200]


def test_what_is_wrong_with_an_index_is_said_and_the_rest_of_it_is_read(tmp_path: Path, archive: Archive) -> None:
    fill(archive, 2)
    good = archive.answer(LINES, f"url={OUTLET}/*").body.splitlines()
    spoiled = [good[0], b'{"url": "https://paper.exam', b'{"url": "https://paper.example/x"}', good[1]]
    archive.pages[LINES] = Page(body=b"\n".join(spoiled), content_type="text/x-ndjson")
    database = tmp_path / "keling.db"
    result = crawl_apart(database, [lines(archive, pages=1)])
    assert "line 2 is no JSON object" in told(result)
    assert "a row without 'url'" in told(result)
    assert pages(database) == {"0": "recorded", "1": "recorded"}
    assert rows(database, "SELECT state FROM sources") == [{"state": "degraded"}]


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (b"[]", 200, "no captures, expected at least 1"),
        (b"", 200, "no captures, expected at least 1"),
        (b'{"message": "No Captures found for: x"}', 404, "no captures, expected at least 1"),
        (b"<h1>Not Found</h1>", 404, "HTTP 404"),
        (b"<html><body>Just a moment...</body></html>", 200, "not an index but a challenge page"),
        (b"Internal error", 200, "not an index"),
        (b'[{"a": 1}]', 200, "expected a list of rows"),
    ],
)
def test_an_index_without_captures_is_a_fault_with_its_cause(
    tmp_path: Path, archive: Archive, body: bytes, status: int, words: str
) -> None:
    archive.pages[LINES] = Page(body=body, status=status)
    database = tmp_path / "keling.db"
    assert words in told(crawl_apart(database, [lines(archive)]))
    # Where nothing may be found, that is no fault.
    nothing = b"expected at least" in words.encode()
    again = crawl_apart(tmp_path / "other.db", [lines(archive, expect={"items": 0})])
    assert (again.messages == []) == nothing


def test_captures_that_are_no_pages_are_given_up_and_bad_ones_kept(tmp_path: Path, archive: Archive) -> None:
    fill(archive, 1)
    archive.keep(f"{OUTLET}/moved", THEN, "", status=301, location=f"{OUTLET}/0")
    archive.keep(f"{OUTLET}/away", THEN, "", status=302, location="https://elsewhere.example/")
    archive.keep(f"{OUTLET}/error", THEN, "<h1>Not found</h1>", status=404)
    archive.keep(f"{OUTLET}/hollow", THEN, "<html><body></body></html>")
    expected = {"0": "recorded", "hollow": "quarantined"}
    database = tmp_path / "lines.db"
    result = crawl_apart(database, [lines(archive)])
    assert pages(database) == expected
    # That somebody was led elsewhere in 2025 is no fault of today.
    assert [message for message in result.messages if "without a body" not in message] == []
    # An archive that shows its captures one by one leads to what they led to.
    database = tmp_path / "table.db"
    result = crawl_apart(database, [table(archive)])
    assert pages(database) == expected | {"moved": "recorded", "away": "failed"}
    assert [row["url"] for row in rows(database, "SELECT url FROM articles")] == [f"{OUTLET}/0"]
    assert "HTTP 404" in told(result)


def test_what_an_archive_does_not_have_its_site_may_have(tmp_path: Path, stack: ExitStack, archive: Archive) -> None:
    site, database = stack.enter_context(Site()), tmp_path / "keling.db"
    url = put_article(site, "/a.html", title="Kuaishou reports", text="It said so. " * 9, published=NOW, language="en")
    archive.keep(url, THEN, "", status=404)
    put_feed(site, [(url, "Kuaishou reports", NOW)])
    crawl_apart(database, [table(archive, queries=[site.url("/*")])])
    feed = {"name": "paper", "kind": "feed", "url": site.url("/feed.xml"), "allow_private": True}
    crawl_apart(database, [feed])
    assert [row["source"] for row in rows(database, "SELECT source FROM articles")] == ["paper"]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"archive": None}, "[archive] for a source of kind 'archive_index'"),
        ({"kind": "feed"}, "[archive] for a source of kind 'archive_index'"),
        ({"page": {"fetch": "none"}}, "its index tells nothing but addresses"),
        ({"archive": {"capture": "https://a.example/{x}", "address": "u", "captured": "t"}}, "{u} and {t} in it"),
        (
            {"archive": {"capture": "https://a.example/{f}", "address": "u", "captured": "t", "offset": "o"}},
            "offset and length, or neither",
        ),
    ],
)
def test_a_declaration_that_is_not_whole_says_so(changed: dict[str, Any], words: str) -> None:
    given = {"name": "a", "kind": "archive_index", "url": "https://a.example/", "archive": WHOLE} | changed
    with pytest.raises(ConfigError) as told:
        validated(Source, given, "a.toml")
    assert words in str(told.value)


WHOLE = {"capture": "https://a.example/{t}/{u}", "address": "u", "captured": "t"}


def test_a_record_that_is_cut_off_is_kept_and_asked_for_again(tmp_path: Path, archive: Archive) -> None:
    fill(archive, 2)
    whole = archive.answer(LINES, f"url={OUTLET}/*").body
    cut = [json.loads(line) for line in whole.splitlines()]
    cut[0]["length"] = "300"
    archive.pages[LINES] = Page(body="\n".join(map(json.dumps, cut)).encode())
    database = tmp_path / "keling.db"
    result = crawl_apart(database, [lines(archive, pages=1)])
    assert "cut off" in told(result)
    assert pages(database) == {"0": "quarantined", "1": "recorded"}
    assert len(rows(database, "SELECT * FROM quarantine")) == 1


def test_what_an_archive_gave_and_nobody_could_read_is_read_by_a_better_declaration(
    tmp_path: Path, archive: Archive
) -> None:
    archive.keep(f"{OUTLET}/0", THEN, "<html><body><div id='txt'>Kuaishou said so yesterday.</div></body></html>")
    database = tmp_path / "keling.db"
    for kind in (table, lines):
        assert "without a body" in told(crawl_apart(database, [kind(archive)]))
        break
    archive.kept.clear()
    mended = table(archive, page={"body": "#txt", "chars": 10})
    crawl_apart(database, [mended], now=NOW + timedelta(minutes=1), full=True)
    (snapshot,) = rows(database, "SELECT fetched, baseline FROM snapshots")
    assert (snapshot["fetched"][:10], snapshot["baseline"]) == ("2025-03-26", 1)


def test_a_check_of_an_archive_says_what_came(archive: Archive) -> None:
    fill(archive, 2)
    checked = check_apart([table(archive)])["wayback"]
    assert (checked.state, checked.items, checked.watched) == ("ok", 2, True)
    assert checked.article
    assert checked.article.url.startswith(OUTLET)
