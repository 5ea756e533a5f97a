"""What a list says of one article before its page is read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from monitor.declarations.sources import Source
from monitor.errors import ParseError
from monitor.parse.dates import Moment, read_date


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """One item of a feed, list, search answer or sitemap; what it does not tell is "" or None."""

    #: Absolute address of the article's page, as listed.
    url: str
    #: Of a page that an archive has kept its own address; `url` is then the archive's.
    original: str = ""
    title: str = ""
    #: Plain text.
    summary: str = ""
    #: The article itself, where the list carries it: plain text.
    text: str = ""
    published: Moment | None = None
    outlet: str = ""
    author: str = ""
    #: BCP 47.
    language: str = ""
    #: Changes when the outlet says that it has changed the article.
    stamp: str = ""
    #: Of the outlet: see `site_key`.
    site: str = ""


def item_date(value: object, source: Source, now: datetime) -> Moment | None:
    """A date of a list or page, as the source writes its dates."""
    languages = (source.primary_language,) if source.primary_language else ()
    return read_date(value, now=now, zone=source.zone, order=source.date_order, languages=languages)


def checked(items: Iterable[Listed], source: Source) -> list[Listed]:
    """The newest of the items that the source wants, each address once.

    Raises:
        ParseError: fewer items than the source expects, or items without a field that it expects.
    """
    found: dict[str, Listed] = {}
    for item in items:
        if is_wanted(item, source):
            found.setdefault(item.url, item)
    if len(found) < source.expect.items:
        what = f"{len(found)} items" if found else "an empty list"
        raise ParseError(f"{what}, expected at least {source.expect.items}: the page may have been redesigned")
    _expect_fields(found.values(), source)
    return _newest_first(list(found.values()))[: source.max_items]


def is_wanted(item: Listed, source: Source) -> bool:
    """Whether an item's own address is one of those that the source takes."""
    keep, drop, address = source.items.keep, source.items.drop, item.original or item.url
    return (not keep or bool(re.search(keep, address))) and not (drop and re.search(drop, address))


def _expect_fields(items: Iterable[Listed], source: Source) -> None:
    for name in source.expect.fields:
        attribute = "published" if name == "date" else name
        if items and not any(getattr(item, attribute) for item in items):
            raise ParseError(f"no item has a {name}: the list may have been redesigned")


def _newest_first(items: list[Listed]) -> list[Listed]:
    """By date where every item has one: lists are newest first by habit only, some put what they sell on top."""
    dates = {item.url: item.published.at for item in items if item.published}
    return sorted(items, key=lambda item: dates[item.url], reverse=True) if len(dates) == len(items) else items
