"""A look at a page may spare the reading only where the reading would find nobody who is watched."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sources_for_tests import source

from monitor.declarations.sources import Source
from monitor.demo.newsroom import Newsroom
from monitor.extractors import Extractor
from monitor.parse.glance import is_another_article

WEATHER = "The weather was fine all week, and nobody was surprised, for it was summer and the sun was out. "
EAST = "本周天气晴好,没有人感到意外,因为现在是夏天,太阳出来了,下周可能会下雨。"
HEADERS = {"content-type": "text/html"}
PAPER = source()


@cache
def extractor() -> Extractor:
    return Extractor()


def article(inside: str = "", *, head: str = "", body: str = WEATHER * 4) -> str:
    menu = "<nav><p>" + "Menu entry. " * 100 + "</p></nav>"
    return (
        f"<html><head><meta charset='utf-8'><title>Weather</title>{head}</head>"
        f"<body>{menu}<article><p>{body}</p><p>{inside}</p></article></body></html>"
    )


def is_spared(page: str | bytes, *, title: str = "", declared: Source = PAPER) -> bool:
    body = page.encode() if isinstance(page, str) else page
    named = extractor().mentions_watched
    return is_another_article(body, HEADERS, title=title, source=declared, named=named)


def test_an_article_that_names_nobody_is_spared() -> None:
    assert is_spared(article())
    assert is_spared(article(body=EAST * 4))
    assert is_spared(article(body=EAST * 4).replace("utf-8", "gbk").encode("gbk"))


@pytest.mark.parametrize(
    "page",
    [
        "<html><body><p>Just a moment...</p></body></html>",
        article(body="One moment."),
        article(body="One moment.").replace("</article>", "</article><footer><p>" + WEATHER * 9 + "</p></footer>"),
        "<html><body><div id='app'></div><script>" + "var a = 'weather';" * 99 + "</script></body></html>",
        "<html><body><p>" + WEATHER * 4 + "</p><p>Please log in</p></body></html>",
        "",
        b"\x81\xff\x00\xfe" * 400,
    ],
    ids=["challenge", "stub", "footer", "shell", "login", "empty", "bytes"],
)
def test_what_may_be_no_article_is_not(page: str | bytes) -> None:
    assert not is_spared(page)


@pytest.mark.parametrize(
    ("inside", "head"),
    [
        ("&#24555;&#x624b;", ""),
        ("<em>快</em>手", ""),
        ("快<!-- -->手", ""),
        ("Ｋｕａｉｓｈｏｕ", ""),
        ("Kuai&shy;shou", ""),
        ("", "<meta property='og:title' content='&#x5FEB;手'>"),
        ("", '<script type=\'application/ld+json\'>{"headline": "\\u5feb\\u624b"}</script>'),
        ("", '<script type=\'application/ld+json\'>{"headline": "&#24555;&#25163;"}</script>'),
    ],
    ids=["entity", "mark", "comment", "wide", "hyphen", "meta", "escape", "escaped entity"],
)
def test_a_name_is_seen_however_it_is_written(inside: str, head: str) -> None:
    assert not is_spared(article(inside, head=head))


def test_a_name_is_seen_where_only_the_list_or_an_attribute_has_it() -> None:
    assert not is_spared(article(), title="Kuaishou rises")
    named = article("<b data-title='Kuaishou rises'></b>")
    assert is_spared(named)
    assert not is_spared(named, declared=source(page={"title": "b::attr(data-title)"}))


_WAYS = ("{}", "<i>{}</i>", "<!-- x -->{}", "{}<wbr>", "&#{code};", "&#x{code:x};")


@settings(max_examples=60, deadline=None)
@given(
    name=st.sampled_from(["快手", "可灵", "Kuaishou", "Keling"]),
    ways=st.lists(st.sampled_from(_WAYS), min_size=8, max_size=8),
)
def test_a_name_is_seen_whatever_its_characters_are_wrapped_in(name: str, ways: list[str]) -> None:
    written = "".join(way.format(char, code=ord(char)) for char, way in zip(name, ways, strict=False))
    assert not is_spared(article(f"Said of {written} today."))


def test_the_newsroom_s_pages_are_all_read() -> None:
    newsroom = Newsroom()
    newsroom.publish(1)
    pages = [
        page.body for site in newsroom.sites.values() for path, page in site.pages.items() if page.body[:1] == b"<"
    ]
    watched = [page for page in pages if extractor().mentions_watched(page.decode("utf-8", "replace"))]
    assert watched
    assert not any(map(is_spared, watched))
