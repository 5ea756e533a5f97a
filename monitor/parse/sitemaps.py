"""Sitemaps and their indexes, plain and of news, to items and further sitemaps."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lxml import etree

from monitor.declarations.sources import Source
from monitor.errors import ParseError
from monitor.parse.addresses import absolute
from monitor.parse.listed import Listed, checked, item_date
from monitor.parse.markup import html_tree, one_line
from monitor.parse.signs import impostor

#: The protocol's own limit on a sitemap; what is packed into less is a bomb.
_LARGEST = 50 * 2**20

_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, kw_only=True, slots=True)
class Sitemap:
    """One file."""

    items: list[Listed]
    #: Addresses of the sitemaps that an index names and the source wants, the newest first.
    children: list[str]


def read_sitemap(body: bytes, *, url: str, source: Source, now: datetime) -> Sitemap:
    """The items of a sitemap, or the children of an index.

    Args:
        body: of the response, packed by gzip or not.
        url: of the file.
        source: says which children and items are wanted.
        now: when it was fetched.

    Raises:
        ParseError: no sitemap, or not what the source expects.
    """
    root = _root(_unpacked(body))
    if _name(root) == "sitemapindex":
        return Sitemap(items=[], children=list(_children(root, url, source)))
    return Sitemap(items=checked(_items(root, url, source, now), source), children=[])


def _unpacked(body: bytes) -> bytes:
    if not body.startswith(_GZIP):
        return body
    unpacker = zlib.decompressobj(wbits=31)
    try:
        data = unpacker.decompress(body, _LARGEST)
    except zlib.error as error:
        raise ParseError(f"a sitemap that cannot be unpacked: {error}") from error
    if unpacker.unconsumed_tail:
        raise ParseError(f"a sitemap of more than {_LARGEST} bytes")
    return data


def _root(body: bytes) -> Any:
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, remove_comments=True)
    try:
        root = etree.fromstring(body.strip(), parser=parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ParseError(f"not a sitemap: {error}") from error
    if root is None or _name(root) not in {"urlset", "sitemapindex"}:
        head = body[:200].decode("utf-8", "replace")
        what = impostor(html_tree(head).text_content()) if "<html" in head.lower() else None
        raise ParseError(f"not a sitemap but {what or f'<{_name(root)}>' if root is not None else 'something else'}")
    return root


def _name(element: Any) -> str:
    """An element's name without its namespace: sites misspell namespaces and mean the same."""
    return str(etree.QName(element).localname).lower() if isinstance(element.tag, str) else ""


def _fields(element: Any) -> dict[str, str]:
    """Texts of all elements below, by name; the first of a name wins."""
    found: dict[str, str] = {}
    for below in element.iterdescendants():
        if (name := _name(below)) and below.text and below.text.strip():
            found.setdefault(name, one_line(below.text))
    return found


def _children(root: Any, url: str, source: Source) -> Iterator[str]:
    found = [_fields(entry) for entry in root]
    for fields in sorted(found, key=lambda fields: fields.get("lastmod", ""), reverse=True):
        address = absolute(fields["loc"], url) if "loc" in fields else None
        if address and (not source.children or re.search(source.children, address)):
            yield address


def _items(root: Any, url: str, source: Source, now: datetime) -> Iterator[Listed]:
    for entry in root:
        fields = _fields(entry)
        address = absolute(fields["loc"], url) if "loc" in fields else None
        if address is None:
            continue
        yield Listed(
            url=address,
            title=fields.get("title", ""),
            published=item_date(fields.get("publication_date") or fields.get("lastmod"), source, now),
            outlet=fields.get("name", ""),
            stamp=fields.get("lastmod", ""),
        )
