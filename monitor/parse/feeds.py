"""RSS, Atom, RDF and JSON Feed to items."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import feedparser

from monitor.declarations.sources import Source
from monitor.errors import ParseError
from monitor.parse.addresses import absolute, site_key, unwrapped
from monitor.parse.charset import decode
from monitor.parse.dates import Moment
from monitor.parse.listed import Listed, checked, item_date
from monitor.parse.markup import html_tree, one_line, plain_text, without_control
from monitor.parse.signs import impostor

#: The declaration says how the bytes were written; what is parsed is always UTF-8.
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_ROOT = re.compile(r"<(?:[\w-]+:)?(rss|feed|RDF)\b", re.IGNORECASE)
_HTML = re.compile(r"<!doctype html|<html[\s>]", re.IGNORECASE)

#: So much of a document's head tells what it is.
_HEAD = 4096


def read_feed(body: bytes, headers: Mapping[str, str], *, url: str, source: Source, now: datetime) -> list[Listed]:
    """The items of a feed, newest first.

    Args:
        body: of the response.
        headers: of the response, for its charset.
        url: of the feed, after redirects: relative links count from it.
        source: says zone and order of dates, what to keep, and what a healthy feed has.
        now: when it was fetched.

    Raises:
        ParseError: it is no feed, it is cut off, or it is not what the source expects.
    """
    text = without_control(decode(body, headers)[0]).lstrip("\ufeff \r\n\t")
    if text.startswith("{"):
        return checked(filter(None, _json_items(text, url, source, now)), source)
    root = _root(text)
    if not re.search(rf"</(?:[\w-]+:)?{root}\s*>\s*(?:<!--.*-->\s*)?$", text[-_HEAD:], re.IGNORECASE | re.DOTALL):
        raise ParseError(f"a feed that is cut off: its end, </{root}>, is missing")
    parsed = feedparser.parse(
        io.BytesIO(_DECLARATION.sub("", text).encode("utf-8")),
        response_headers={"content-type": "application/xml; charset=utf-8", "content-location": url},
        sanitize_html=False,
    )
    language = str(parsed.feed.get("language") or "")
    items = (_item(entry, url, source, now, language) for entry in parsed.entries)
    return checked(filter(None, items), source)


def _json_items(text: str, url: str, source: Source, now: datetime) -> Iterator[Listed | None]:
    """Items of a JSON Feed (jsonfeed.org, version 1.1), in the terms of the others."""
    try:
        feed = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ParseError(f"not a feed: JSON that is broken or cut off ({error})") from error
    entries = feed.get("items")
    if "jsonfeed" not in str(feed.get("version")) or not isinstance(entries, list):
        raise ParseError("not a feed: JSON that is no JSON Feed; a list in JSON is of kind 'json_list'")
    for entry in filter(_is_table, entries):
        authors = [*(entry.get("authors") or ()), entry.get("author")]
        content = entry.get("content_html") or entry.get("content_text")
        told = {
            "link": entry.get("url") or entry.get("external_url"),
            "id": str(entry.get("id") or ""),
            "title": entry.get("title"),
            "summary": entry.get("summary"),
            "content": [{"value": content}] if content else [],
            "author": next((author["name"] for author in filter(_is_table, authors) if author.get("name")), ""),
            "published": entry.get("date_published"),
        }
        modified = {"updated": entry["date_modified"]} if entry.get("date_modified") else {}
        yield _item({**told, **modified}, url, source, now, str(entry.get("language") or feed.get("language") or ""))


def _is_table(value: object) -> bool:
    return isinstance(value, dict)


def _root(text: str) -> str:
    head = text[:_HEAD]
    if not text:
        raise ParseError("an empty answer instead of a feed")
    if found := _ROOT.search(head):
        return found[1]
    if _HTML.search(head):
        what = impostor(html_tree(text).text_content())
        raise ParseError(f"not a feed but {what or 'an HTML page'}")
    raise ParseError(f"not a feed: it begins with {head[:40]!r}")


def _item(entry: Any, url: str, source: Source, now: datetime, language: str) -> Listed | None:
    link = entry.get("link") or (entry.get("id") if re.match(r"https?://", entry.get("id") or "") else None)
    if link and source.unwrap:
        link = unwrapped(link, source.unwrap) or link
    address = absolute(link, url) if link else None
    title = one_line(plain_text(entry.get("title") or ""))
    if address is None or not title:
        return None
    outlet = _outlet(entry)
    if source.outlet_in_title and " - " in title:
        title, _, named = title.rpartition(" - ")
        outlet = outlet or named
    summary = plain_text(entry.get("summary") or "")
    texts = [plain_text(part.get("value") or "") for part in entry.get("content") or ()]
    return Listed(
        url=address,
        title=title,
        summary=summary,
        text=max(texts, key=len, default=""),
        published=_published(entry, source, now),
        outlet=outlet,
        author=one_line(entry.get("author") or ""),
        language=language,
        stamp=str(entry.get("updated") or "") if "updated" in entry else "",
        site=_site(entry, url),
    )


def _outlet(entry: Any) -> str:
    """Who published it: RSS's `source`, or a field of that name in any namespace (`News:Source`)."""
    source = entry.get("source")
    if isinstance(source, Mapping) and source.get("title"):
        return one_line(str(source["title"]))
    named = next((value for key, value in entry.items() if key.endswith("_source") and isinstance(value, str)), "")
    return one_line(named)


def _site(entry: Any, url: str) -> str:
    """The site of who published it: the address of RSS's `source`."""
    source = entry.get("source")
    told = source.get("href") if isinstance(source, Mapping) else None
    address = absolute(told, url) if told else None
    return site_key(address) if address else ""


def _published(entry: Any, source: Source, now: datetime) -> Moment | None:
    for key in ("published", "created", "updated", "issued"):
        if entry.get(key) and (moment := item_date(entry[key], source, now)):
            return moment
    return None
