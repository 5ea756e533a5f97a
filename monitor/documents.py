"""A document by itself, as `extract` takes it: a file, an address, or standard input."""

from __future__ import annotations

import re
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

from monitor.errors import FetchError
from monitor.parse.charset import decode
from monitor.parse.language import detect_language
from monitor.pdfs import MAGIC
from monitor.settings import DOWNLOAD_MAXSIZE, DOWNLOAD_TIMEOUT, USER_AGENT

_ADDRESS = re.compile(r"https?://\S+")
_HTML = re.compile(r"<(?:!doctype html|html|head|body|article|p|div)[\s>]", re.IGNORECASE)

#: So much of a text's head tells whether it is HTML.
_HEAD = 2000


class Document(NamedTuple):
    """A text with what it says of itself."""

    title: str
    text: str
    #: BCP 47.
    language: str
    #: Calendar day of publication; None: it does not say.
    dated: date | None


def read_anything(what: str, *, now: datetime) -> Document:
    """The document in a file, at an address, or on standard input (`-`); pages are read as the crawl reads them.

    Raises:
        FetchError: there is no such file or page.
        ParseError: a page without a body, or bytes that are no text.
    """
    if _ADDRESS.fullmatch(what):
        body, headers = _fetched(what)
    else:
        body, headers = _bytes(what), {}
    # What reads PDF and HTML takes 0.6 s to import, and a text needs neither.
    if body.startswith(MAGIC):
        from monitor.parse.pdf import pdf_text

        text = pdf_text(body)
        return Document(title="", text=text, language=detect_language(text), dated=None)
    text, _ = decode(body, headers)
    if not _HTML.search(text[:_HEAD]):
        return Document(title="", text=text, language=detect_language(text), dated=None)
    from monitor.declarations.sources import Source
    from monitor.parse.html import read_article
    from monitor.parse.listed import Listed

    url = what if _ADDRESS.fullmatch(what) else "file:///"
    source = Source.model_construct(name="document", kind="html_list", url=url)
    article = read_article(body, headers, url=url, listed=Listed(url=url), source=source, now=now)
    return Document(title=article.title, text=article.text, language=article.language, dated=article.dated)


def _bytes(what: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if what == "-" else Path(what).read_bytes()
    except OSError as error:
        raise FetchError(f"{what!r}: {error.strerror or error}: name a file, an address or -") from error


def _fetched(url: str) -> tuple[bytes, Mapping[str, str]]:
    # The operator names the page: it may be a private one, and robots.txt, which is for crawlers, does not apply.
    request = urllib.request.Request(url, headers={"User-Agent": USER_AGENT})  # noqa: S310 (http or https)
    try:
        with urllib.request.urlopen(request, timeout=DOWNLOAD_TIMEOUT) as answer:  # noqa: S310
            body: bytes = answer.read(DOWNLOAD_MAXSIZE + 1)
            headers = {"content-type": answer.headers.get("Content-Type") or ""}
    except urllib.error.HTTPError as error:
        raise FetchError(f"{url}: HTTP {error.code}") from error
    except (OSError, ValueError) as error:
        raise FetchError(f"{url}: {getattr(error, 'reason', error)}") from error
    if len(body) > DOWNLOAD_MAXSIZE:
        raise FetchError(f"{url}: more than {DOWNLOAD_MAXSIZE} bytes")
    return body, headers
