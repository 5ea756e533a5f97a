"""An article's page: bytes to `Article`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from lxml.html import HtmlElement
from parsel import Selector

from monitor.declarations.sources import Source
from monitor.errors import ParseError
from monitor.parse.addresses import canonical_url, host_of
from monitor.parse.body import article_body
from monitor.parse.charset import decode
from monitor.parse.dates import Moment
from monitor.parse.language import detect_language
from monitor.parse.listed import Listed, item_date
from monitor.parse.lists import field, select
from monitor.parse.markup import html_tree, one_line
from monitor.parse.metadata import Metadata, read_metadata, visible_date
from monitor.parse.signs import refuse_impostor
from storage.records import Article

#: Finding the text takes time with the size of a page; the longest articles have a tenth of this.
LARGEST = 6_000_000


def read_article(
    body: bytes, headers: Mapping[str, str], *, url: str, listed: Listed, source: Source, now: datetime
) -> Article:
    """The article on a page.

    Args:
        body: of the response.
        headers: of the response, for its charset.
        url: of the page, after redirects.
        listed: what the list said of it; it fills in what the page does not say.
        source: where the page's parts stand, where that is declared, and what holds for all of its articles.
        now: when it was fetched.

    Raises:
        ParseError: a page without a body, a challenge, a login or an error page, or bytes that are no text.
    """
    if len(body) > LARGEST:
        raise ParseError(f"a page of {len(body)} bytes: too large for an article")
    tree = html_tree(decode(body, headers)[0])
    selector = Selector(root=tree, type="html")
    told = read_metadata(tree, lambda text: item_date(text, source, now))
    visible = _visible(tree)
    title = _field(selector, source.page.title) or told.title or listed.title
    published = _published(selector, told, listed, source, now)
    author = _field(selector, source.page.author) or told.author or listed.author
    outlet = listed.outlet or source.outlet or _field(selector, source.page.outlet) or told.outlet or host_of(url)
    walled = next((word for word in source.page.walled if word in visible), None)
    text = without_title(_text(selector, source), title)
    if len(text) < source.page.chars:
        refuse_impostor(visible, title)
        wall = f"; it says {walled!r}" if walled else ""
        raise ParseError(f"a page without a body: {len(text)} characters, expected {source.page.chars} or more{wall}")
    refuse_impostor(visible, title)
    return Article(
        url=canonical_url(url, told.canonical),
        seen_url=listed.url,
        title=title,
        text=text,
        language=_language(f"{title}\n{text}", source, listed.language or told.language),
        outlet=outlet,
        tier=source.tier,
        official=source.official,
        published=published.at if published else None,
        dated=published.day if published else None,
        fetched=now,
        source=source.name,
        author=author or None,
    )


def article_of(listed: Listed, *, source: Source, now: datetime, document: str | None = None, url: str = "") -> Article:
    """The article that a list carries whole, title and summary at least, or that a document is.

    Args:
        listed: what the list says.
        source: what holds for all of its articles.
        now: when it was fetched.
        document: text of the document that the item leads to.
        url: of the document, after redirects.

    Raises:
        ParseError: the item says nothing beyond its address.
    """
    text = listed.text or listed.summary if document is None else document
    # Search engines' summaries say the title again, with the outlet's name behind it.
    if document is None and listed.title and one_line(text).startswith(listed.title):
        text = one_line(text).removeprefix(listed.title).removeprefix(".").strip()
        text = "" if text in {listed.outlet, ""} else text
    if not text and not listed.title:
        raise ParseError("an item without title, summary or text")
    return Article(
        url=canonical_url(url or listed.url),
        seen_url=listed.url,
        title=listed.title,
        text=without_title(text, listed.title),
        language=_language(f"{listed.title}\n{text}", source, listed.language),
        outlet=listed.outlet or source.outlet or host_of(listed.url),
        tier=source.tier,
        official=source.official,
        published=listed.published.at if listed.published else None,
        dated=listed.published.day if listed.published else None,
        fetched=now,
        source=source.name,
        author=listed.author or None,
    )


def without_title(text: str, title: str) -> str:
    r"""A text that does not begin by saying its title again.

    >>> without_title("Kling cashes in\n\nRevenue rose.", "Kling cashes in")
    'Revenue rose.'
    """
    first, _, rest = text.partition("\n\n")
    return rest if title and rest and one_line(first) == one_line(title) else text


def _language(text: str, source: Source, told: str) -> str:
    return detect_language(text, source.language or told, sure=bool(source.language))


def _visible(tree: HtmlElement) -> str:
    texts = tree.xpath("//body//text()[not(ancestor::script or ancestor::style or ancestor::noscript)]")
    return one_line(" ".join(texts))


def _field(selector: Selector, path: str) -> str:
    return field(selector, path) if path else ""


def _published(selector: Selector, told: Metadata, listed: Listed, source: Source, now: datetime) -> Moment | None:
    def dated(text: str) -> Moment | None:
        return item_date(text, source, now)

    declared = _field(selector, source.page.date)
    moment = (dated(declared) if declared else None) or told.published or listed.published
    if moment and moment.timed:
        return moment
    if moment and listed.published and listed.published.day == moment.day and listed.published.timed:
        return listed.published
    seen = visible_date(selector.root, dated)
    # A clock beside the day that is told already; another day may be that of another article.
    return seen if seen and (moment is None or (seen.timed and seen.day == moment.day)) else moment


def _text(selector: Selector, source: Source) -> str:
    for path in source.page.remove:
        for found in select(selector, path):
            found.drop()
    tree: HtmlElement = selector.root
    if not source.page.body:
        return article_body(tree)
    parts = [found.root for found in select(selector, source.page.body) if isinstance(found.root, HtmlElement)]
    return "\n\n".join(text for part in parts if (text := article_body(_page_of(part))))


def _page_of(part: HtmlElement) -> HtmlElement:
    """A page that has nothing but a part of another: what trafilatura reads is the declared body alone."""
    page = html_tree("<html><body><article></article></body></html>")
    page.find(".//article").append(part)
    return page
