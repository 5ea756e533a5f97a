"""Scrapy's responses as parsing takes them, and what they say for the next request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from scrapy.http import Response

from monitor.declarations.sources import Source
from monitor.errors import ParseError
from monitor.parse.html import article_of, read_article
from monitor.parse.listed import Listed
from monitor.pdfs import MAGIC, pdf_text_apart
from storage.frontier import Validators
from storage.records import Article


@dataclass(frozen=True, kw_only=True, slots=True)
class Copy:
    """A page as an answer brought it."""

    #: After redirects, and as it was listed.
    url: str
    asked: str
    headers: Mapping[str, str]
    body: bytes
    #: When its server gave it: what relative dates count from.
    fetched: datetime

    @property
    def is_document(self) -> bool:
        """Whether it is a PDF."""
        return self.body.startswith(MAGIC)


def article_in(copy: Copy, listed: Listed, *, source: Source) -> Article:
    """The article that a page is.

    Raises:
        ParseError: it is none.
    """
    refuse_front_page(copy)
    return read_article(copy.body, copy.headers, url=copy.url, listed=listed, source=source, now=copy.fetched)


async def article_in_document(copy: Copy, listed: Listed, *, source: Source) -> Article:
    """The article that a PDF is.

    Raises:
        ParseError: it cannot be read.
    """
    text = await pdf_text_apart(copy.body)
    return article_of(listed, source=source, now=copy.fetched, document=text, url=copy.url)


def headers_of(response: Response) -> Mapping[str, str]:
    """The headers of a response that parsing reads, names in lower case."""
    value = response.headers.get("Content-Type")
    return {} if value is None else {"content-type": value.decode("latin-1")}


def validators_of(response: Response) -> Validators:
    """What the server gave to ask later whether the answer has changed."""

    def text(name: str) -> str | None:
        value = response.headers.get(name)
        return None if value is None else value.decode("latin-1")

    return Validators(etag=text("ETag"), modified=text("Last-Modified"))


def conditions(validators: Validators) -> dict[str, str]:
    """Headers that ask for an answer only where it has changed (RFC 9110, 13.1)."""
    named = {"If-None-Match": validators.etag, "If-Modified-Since": validators.modified}
    return {name: value for name, value in named.items() if value}


def refuse_front_page(copy: Copy) -> None:
    """Raise `ParseError` where a page is its site's front page: so some sites lead away from what is gone, with 200."""
    url, asked = urlsplit(copy.url), urlsplit(copy.asked)
    if url.path in {"", "/"} and not url.query and asked.path not in {"", "/"}:
        raise ParseError("it leads to the front page: the article is gone")
