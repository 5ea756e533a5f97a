"""What a page says of itself: JSON-LD, meta elements, visible lines of its head, in the order of their worth."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from lxml.html import HtmlElement

from monitor.parse.dates import Moment
from monitor.parse.markup import one_line, plain_text

#: Types of schema.org that are an article.
_ARTICLE = re.compile(r"Article|Posting|Report|PressRelease")

#: Names of meta elements, best first: Open Graph, schema.org, Dublin Core, and what publishers' systems write.
_PUBLISHED = (
    "article:published_time",
    "og:article:published_time",
    "og:published_time",
    "datepublished",
    "date_published",
    "publishdate",
    "publish-date",
    "publish_date",
    "pubdate",
    "parsely-pub-date",
    "sailthru.date",
    "cxenseparse:recs:publishtime",
    "article:create_at",
    "dc.date.issued",
    "dcterms.issued",
    "dcterms.created",
    "dc.date",
    "date",
)
_TITLES = ("og:title", "twitter:title", "dc.title")
_AUTHORS = ("author", "article:author_name", "parsely-author", "sailthru.author", "dc.creator", "byl")
_OUTLETS = ("og:site_name", "application-name", "dc.publisher", "publisher")

#: Parts of a page whose dates are those of other articles, or of today.
_ELSEWHERE = "ancestor::aside or ancestor::footer or ancestor::nav or ancestor::*[contains(@class, 'related')]"

#: Elements that carry the visible date of an article.
_VISIBLE = re.compile(r"(?:^|[-_ ])(?:date|time|datetime|pub\w*|posted|byline|meta|info|source)(?:$|[-_ ])", re.I)

#: A line that says when something appeared is short.
_LINE = 80


@dataclass(frozen=True, kw_only=True, slots=True)
class Metadata:
    """What a page says of itself; "" or None where it is silent."""

    title: str
    published: Moment | None
    outlet: str
    author: str
    #: BCP 47, as the page writes it.
    language: str
    #: As written; may be relative, or wrong.
    canonical: str


def read_metadata(tree: HtmlElement, dated: Callable[[str], Moment | None]) -> Metadata:
    """What a page says of itself.

    Args:
        tree: of the page, whole: scripts and head included.
        dated: reads a date as the page's source writes it.
    """
    linked = next(_articles(tree), {})
    metas = _metas(tree)
    outlet = _name(linked.get("publisher")) or _first(metas, _OUTLETS)
    return Metadata(
        title=_title(tree, linked, metas, outlet),
        published=_published(tree, linked, metas, dated),
        outlet=outlet,
        author=_name(linked.get("author")) or _person(_first(metas, _AUTHORS)),
        language=_language(tree, linked, metas),
        canonical=tree.xpath("string(//link[@rel='canonical']/@href)") or metas.get("og:url", ""),
    )


def _metas(tree: HtmlElement) -> dict[str, str]:
    """Content of meta elements by name, lower case; the first of a name wins."""
    found: dict[str, str] = {}
    for meta in tree.iter("meta"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop") or ""
        content = one_line(meta.get("content") or "")
        if name and content:
            found.setdefault(name.lower(), content)
    return found


def _first(metas: dict[str, str], names: tuple[str, ...]) -> str:
    return next((metas[name] for name in names if name in metas), "")


def _articles(tree: HtmlElement) -> Iterator[dict[str, Any]]:
    """Articles in the page's JSON-LD."""
    for script in tree.xpath("//script[contains(@type, 'ld+json')]/text()"):
        try:
            data = json.loads(str(script).strip().rstrip(";"), strict=False)
        except ValueError:
            continue
        for node in _nodes(data):
            kinds = node.get("@type")
            kinds = kinds if isinstance(kinds, list) else [kinds]
            if any(isinstance(kind, str) and _ARTICLE.search(kind) for kind in kinds):
                yield node


def _nodes(data: Any) -> Iterator[dict[str, Any]]:
    if isinstance(data, list):
        for part in data:
            yield from _nodes(part)
    elif isinstance(data, dict):
        yield data
        yield from _nodes(data.get("@graph"))
        yield from _nodes(data.get("mainEntity"))


def _name(value: Any) -> str:
    """The name of a person or organisation, or of the first of several."""
    if isinstance(value, list):
        return ", ".join(dict.fromkeys(name for each in value if (name := _name(each))))
    if isinstance(value, dict):
        value = value.get("name")
    return _person(one_line(plain_text(value))) if isinstance(value, str) else ""


def _person(text: str) -> str:
    return "" if re.match(r"https?://", text) else text


def _title(tree: HtmlElement, linked: dict[str, Any], metas: dict[str, str], outlet: str) -> str:
    headings = [heading for h1 in tree.iter("h1") if (heading := one_line(h1.text_content()))]
    headline = linked.get("headline")
    told = one_line(plain_text(headline)) if isinstance(headline, str) else ""
    shared = without_outlet(_first(metas, _TITLES), outlet)
    whole = without_outlet(one_line(tree.findtext(".//title") or ""), outlet)
    # A headline in data may be cut short: the heading on the page is the whole of it.
    for heading in headings:
        if any(text and heading.startswith(text.rstrip(".… ")) for text in (told, shared)):
            return heading
    return told or shared or (headings[0] if len(headings) == 1 else "") or whole or next(iter(headings), "")


def without_outlet(title: str, outlet: str) -> str:
    """A title without the outlet's name after it.

    >>> without_outlet("Kling cashes in | Paper", "Paper")
    'Kling cashes in'
    """
    if outlet and title.endswith(outlet):
        return re.sub(r"[\s|_\-–—·:,]+$", "", title.removesuffix(outlet)) or title
    return title


def _language(tree: HtmlElement, linked: dict[str, Any], metas: dict[str, str]) -> str:
    declared = tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or linked.get("inLanguage")
    declared = declared if isinstance(declared, str) else ""
    return declared or metas.get("og:locale", "") or metas.get("content-language", "")


def _published(
    tree: HtmlElement, linked: dict[str, Any], metas: dict[str, str], dated: Callable[[str], Moment | None]
) -> Moment | None:
    told = [
        linked.get("datePublished"),
        *(metas[name] for name in _PUBLISHED if name in metas),
        linked.get("dateCreated"),
    ]
    for text in told:
        if isinstance(text, str) and (moment := dated(text)):
            return moment
    return None


def visible_date(tree: HtmlElement, dated: Callable[[str], Moment | None]) -> Moment | None:
    """The date that a reader sees near the heading; of several the first, a time with a clock before a bare day."""
    found = (moment for text in _date_lines(tree) if (moment := dated(text)))
    first = next(found, None)
    if first is None or first.timed:
        return first
    return next((moment for moment in found if moment.timed and moment.day == first.day), first)


def _date_lines(tree: HtmlElement) -> Iterator[str]:
    for element in tree.xpath(f"//time[not({_ELSEWHERE})] | //body//*[@class or @id][not({_ELSEWHERE})]"):
        if element.tag != "time" and not _VISIBLE.search(f"{element.get('class') or ''} {element.get('id') or ''}"):
            continue
        if text := element.get("datetime"):
            yield text
        text = one_line(element.text_content())
        if re.search(r"\d", text) and len(text) <= _LINE:
            yield text
