"""HTML pages that list articles, to items: by the source's selectors, or by what repeats on the page."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from lxml.html import HtmlElement
from parsel import Selector

from monitor.declarations.sources import Source
from monitor.errors import ParseError
from monitor.parse.addresses import absolute, site_of
from monitor.parse.charset import decode
from monitor.parse.dates import Moment
from monitor.parse.listed import Listed, checked, item_date
from monitor.parse.markup import html_tree, one_line
from monitor.parse.signs import refuse_impostor

#: Shortest headline; an ideograph says as much as three letters.
_HEADLINE = 12
_HAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")

#: Fewest links alike that make a list.
_ALIKE = 2

#: Class names of the elements that carry a date.
_DATED = "contains(@class, 'date') or contains(@class, 'time') or contains(@class, 'pub')"


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """One page of a list."""

    items: list[Listed]
    #: Absolute address of the next page; None: there is none, or none is declared.
    next_page: str | None


def read_list(body: bytes, headers: Mapping[str, str], *, url: str, source: Source, now: datetime) -> Page:
    """The items of an HTML list.

    Args:
        body: of the response.
        headers: of the response, for its charset.
        url: of the page, after redirects: relative links count from it.
        source: says where items and their fields stand; what it does not say is found by convention.
        now: when it was fetched.

    Raises:
        ParseError: a challenge page, an empty list, or not what the source expects.
    """
    tree = html_tree(decode(body, headers)[0])
    title = one_line(tree.findtext(".//title") or "")
    if not source.items.rows:
        refuse_impostor(_visible(tree), title)
    base = tree.xpath("string(//base/@href)")
    here = absolute(base, url) if base else None
    here = here or url
    selector = Selector(root=tree, type="html")
    rows = _declared(selector, here, source, now) if source.items.rows else _repeated(tree, here, source, now)
    try:
        items = checked(rows, source)
    except ParseError:
        refuse_impostor(_visible(tree), title)
        raise
    following = field(selector, source.next_page) if source.next_page else ""
    return Page(items=items, next_page=absolute(following, here) if following else None)


def select(selector: Selector, path: str) -> Iterable[Selector]:
    """The elements at a CSS selector, or at an XPath where it begins with `/`, `.` followed by `/`, or `(`."""
    return selector.xpath(path) if re.match(r"\.?/|\(|\.$", path) else selector.css(path)


def field(selector: Selector, path: str) -> str:
    """The text, attribute or address at a path, on one line; "" where there is none."""
    for found in select(selector, path):
        root = found.root
        if isinstance(root, HtmlElement):
            text = root.get("datetime") or (root.get("content") if root.tag == "meta" else "") or root.text_content()
        else:
            text = str(found.get())
        if text.strip():
            return one_line(text)
    return ""


def _visible(tree: HtmlElement) -> str:
    texts = tree.xpath("//body//text()[not(ancestor::script or ancestor::style or ancestor::noscript)]")
    return one_line(" ".join(texts))


def _declared(selector: Selector, url: str, source: Source, now: datetime) -> Iterator[Listed]:
    at = source.items
    for row in select(selector, at.rows):
        anchor = _anchor(row, at.link)
        address = absolute(anchor.get("href") or "", url) if anchor is not None else None
        if anchor is None or address is None:
            continue
        title = field(row, at.title) if at.title else _headline(anchor)
        date = field(row, at.date) if at.date else ""
        yield Listed(
            url=address,
            title=title,
            summary=field(row, at.summary) if at.summary else "",
            text=field(row, at.text) if at.text else "",
            published=item_date(date, source, now) if date else None,
            outlet=field(row, at.outlet) if at.outlet else "",
        )


def _anchor(row: Selector, path: str) -> HtmlElement | None:
    """The link of a row: the declared one, the row itself, or the first with a text."""
    if path:
        return next((found.root for found in select(row, path) if found.root.get("href")), None)
    if row.root.tag == "a":
        return row.root
    anchors = [anchor for anchor in row.root.iter("a") if anchor.get("href")]
    return max(anchors, key=lambda anchor: len(_headline(anchor)), default=None)


def _headline(anchor: HtmlElement) -> str:
    """The text of a link: of the heading in it where it is a whole card, its `title` where the text is cut short."""
    heading = next(iter(anchor.xpath(".//h1 | .//h2 | .//h3 | .//h4 | .//h5 | .//h6")), anchor)
    text, title = one_line(heading.text_content()), one_line(anchor.get("title") or "")
    cut = text.rstrip(".… ")
    return title if title and (not text or (cut != text and title.startswith(cut[:20]))) else text


def _weight(text: str) -> int:
    return len(text) + 2 * len(_HAN.findall(text))


def _repeated(tree: HtmlElement, url: str, source: Source, now: datetime) -> Iterator[Listed]:
    """Items by convention: of the links that stand alike on the page, those that say most are its articles."""
    groups: dict[tuple[tuple[str, str], ...], list[tuple[HtmlElement, str]]] = defaultdict(list)
    site = site_of(url)
    for anchor in tree.iter("a"):
        address = absolute(anchor.get("href") or "", url)
        if address is None or site_of(address) != site or address.partition("#")[0] == url.partition("#")[0]:
            continue
        if _weight(_headline(anchor)) >= _HEADLINE:
            groups[_place(anchor)].append((anchor, address))
    alike = [group for group in groups.values() if len(group) >= _ALIKE] or list(groups.values())
    best = max(alike, key=lambda group: sum(_weight(_headline(anchor)) for anchor, _ in group), default=[])
    for anchor, address in best:
        yield Listed(url=address, title=_headline(anchor), published=_date_beside(anchor, source, now))


def _place(anchor: HtmlElement) -> tuple[tuple[str, str], ...]:
    """Where a link stands: the tags and classes above it."""
    above = [anchor, *anchor.iterancestors()][:5]
    return tuple((str(element.tag), _class(element)) for element in above)


def _class(element: HtmlElement) -> str:
    # Counters and states (`item-3`, `odd`, `first`) do not make a row another kind of row.
    return re.sub(r"\d+|\b(?:odd|even|first|last|active)\b", "", element.get("class") or "").strip()


def _date_beside(anchor: HtmlElement, source: Source, now: datetime) -> Moment | None:
    row = anchor
    for above in anchor.iterancestors():
        if len(above.xpath(".//a[@href]")) > _links(anchor) + 1:
            break
        row = above
    for element in row.xpath(f".//time | .//*[{_DATED}]"):
        text = element.get("datetime") or one_line(element.text_content())
        if text and (moment := item_date(text, source, now)):
            return moment
    return None


def _links(anchor: HtmlElement) -> int:
    return len(anchor.xpath(".//a[@href]"))
