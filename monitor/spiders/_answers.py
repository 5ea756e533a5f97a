"""Scrapy's responses as parsing takes them, and what they say for the next request."""

from __future__ import annotations

from collections.abc import Mapping
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


def is_document(response: Response) -> bool:
    """Whether a response is a PDF."""
    return response.body.startswith(MAGIC)


def article_in(response: Response, listed: Listed, *, source: Source, now: datetime) -> Article:
    """The article that a page is.

    Raises:
        ParseError: it is none.
    """
    refuse_front_page(response.url, listed.url)
    headers = headers_of(response)
    return read_article(response.body, headers, url=response.url, listed=listed, source=source, now=now)


async def article_in_document(response: Response, listed: Listed, *, source: Source, now: datetime) -> Article:
    """The article that a PDF is.

    Raises:
        ParseError: it cannot be read.
    """
    text = await pdf_text_apart(response.body)
    return article_of(listed, source=source, now=now, document=text, url=response.url)


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


def refuse_front_page(url: str, link: str) -> None:
    """Raise `ParseError` where a page is its site's front page: so some sites lead away from what is gone, with 200."""
    if urlsplit(url).path in {"", "/"} and not urlsplit(url).query and urlsplit(link).path not in {"", "/"}:
        raise ParseError("it leads to the front page: the article is gone")
