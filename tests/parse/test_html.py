from __future__ import annotations

import tomllib
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sources_for_tests import source

from monitor.declarations.sources import Source
from monitor.demo.editions import editions, outlets, printed
from monitor.demo.newsroom import Newsroom
from monitor.errors import ParseError
from monitor.parse.dates import read_date
from monitor.parse.html import article_of, read_article
from monitor.parse.listed import Listed

NOW = datetime(2025, 11, 21, 12, tzinfo=UTC)
PAGES = Path(__file__).parent / "pages"


@pytest.mark.parametrize("file", sorted(PAGES.glob("*.toml")), ids=lambda file: file.stem)
def test_a_page_is_this_article(file: Path) -> None:
    case = tomllib.loads(file.read_text("utf-8"))
    body = file.with_suffix(".html").read_text("utf-8").encode(case.get("charset", "utf-8"))
    declared = source(**case.get("source", {}))
    listed = Listed(url=case["url"], title=case.get("listed", ""))
    article = read_article(body, {}, url=case["url"], listed=listed, source=declared, now=NOW)
    expected = dict(case["article"])
    text = expected.pop("text").strip()
    assert article.text == text
    assert {key: getattr(article, key) for key in expected} == expected


@pytest.mark.parametrize("edition", editions(), ids=lambda edition: f"edition {edition.number}")
def test_the_newsroom_is_read_as_it_was_written(edition: object) -> None:
    number = edition.number  # type: ignore[attr-defined]
    newsroom = Newsroom()
    newsroom.publish(number)
    declared = {entry["name"]: Source.model_validate(entry) for entry in newsroom.sources()}
    for (owner, _), story in printed(number).items():
        url = newsroom.story_url(story)
        page = newsroom.sites[owner].pages[outlets()[owner].article_path.format(slug=story.slug)]
        article = read_article(
            page.body,
            {"content-type": page.content_type},
            url=url,
            listed=Listed(url=url),
            source=declared[owner],
            now=NOW,
        )
        written = "\n\n".join(story.paragraphs)
        tables = article.text[len(written) :].strip()
        assert article.text.startswith(written)
        assert tables.splitlines() == [
            line
            for table in story.tables
            for line in (table.caption, " | ".join(table.header), *(" | ".join(row) for row in table.rows))
        ]
        assert (article.title, article.language) == (story.title, outlets()[owner].language)
        assert article.dated == story.published.date()


BODY = "<p>Revenue from Kling AI exceeded 300 million yuan in the third quarter of 2025.</p>"


def page(inside: str, title: str = "Kling cashes in") -> bytes:
    return f"<html lang='en'><head><title>{title}</title></head><body>{inside}</body></html>".encode()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "an empty page"),
        (page(""), "without a body"),
        (page("<nav><a href='/'>Start</a></nav><footer>Imprint</footer>"), "without a body"),
        (page("<h1>Are you a robot?</h1><p>Please complete the security check to go on.</p>"), "challenge page"),
        (page("<p>Please sign in to read on. Members get all of our reporting on markets.</p>"), "login or consent"),
        (page("<p>The page may have moved.</p>", "Page not found"), "nothing here"),
        (page("<div id='app'></div><script>window.state={a:1}</script>"), "without a body"),
    ],
    ids=["empty", "no body", "only frame", "captcha", "login", "soft 404", "shell"],
)
def test_what_is_no_article_is_said_so(body: bytes, words: str) -> None:
    with pytest.raises(ParseError, match=words):
        read_article(body, {}, url="https://paper.example/a", listed=Listed(url="x"), source=source(), now=NOW)


def test_a_wall_is_named() -> None:
    declared = source(page={"walled": ["for subscribers"], "chars": 400})
    with pytest.raises(ParseError, match="it says 'for subscribers'"):
        read_article(
            page(BODY + "<p>This article is for subscribers.</p>"),
            {},
            url="https://paper.example/a",
            listed=Listed(url="x"),
            source=declared,
            now=NOW,
        )


def test_a_list_that_carries_the_article_is_enough() -> None:
    moment = read_date("2025-11-20 09:00", now=NOW)
    listed = Listed(
        url="https://paper.example/f/1?utm_source=x", title="快讯", summary="可灵收入超过3亿元。", published=moment
    )
    article = article_of(listed, source=source(language="zh-Hans"), now=NOW)
    assert (article.url, article.text, article.language) == (
        "https://paper.example/f/1",
        "可灵收入超过3亿元。",
        "zh-Hans",
    )
    with pytest.raises(ParseError):
        article_of(Listed(url="https://paper.example/f/2"), source=source(), now=NOW)


@settings(max_examples=60, deadline=None)
@given(st.text(st.sampled_from("<>/ap div=\"'&;table tr td 3亿元\n"), max_size=200))
def test_no_page_breaks_the_parser(inside: str) -> None:
    body, url = page(BODY + inside), "https://paper.example/a"
    with suppress(ParseError):
        read_article(body, {}, url=url, listed=Listed(url="x"), source=source(), now=NOW)
