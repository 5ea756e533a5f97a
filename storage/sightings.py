"""Articles that a search has named by an id of its own, and the same articles from their own sites: one article each.

A search's id tells nothing of the article's address, and changes from call to call. Title, outlet and time of
publication together tell which article it is, whichever of the two came first.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from unicodedata import normalize
from urllib.parse import urlsplit

from storage.judging import day_of
from storage.records import Article
from storage.sameness import original_of, sketch_of
from storage.times import moment_of, text_of

#: What stands between a title and its outlet's name: the last such sign counts.
_SUFFIXED = re.compile(r"(.+)(?:\s[-\u2013\u2014\u00b7]+\s|\s*[|_]\s*)(.+)")
_SIGNS = re.compile(r"[\W_]+")
#: Fewest letters of a title that tells one article from another: shorter ones are headings of columns.
_LEAST = 8

_COLUMNS = "articles.id, articles.repost_of, articles.outlet, articles.url, articles.site, articles.within"


class Known(NamedTuple):
    """The article of the ledger that another telling is of."""

    id: int
    repost_of: int | None
    outlet: str
    url: str
    #: Of an article whose own address is not known: see the columns of `articles`.
    site: str | None
    within: int | None

    @property
    def opaque(self) -> bool:
        """Whether only ids of searches are known of it."""
        return self.within is not None


def known(connection: sqlite3.Connection, article: Article) -> Known | None:
    """The article that the ledger has already; None: it is new.

    Args:
        connection: of a ledger.
        article: as it was fetched.
    """
    found = connection.execute(f"SELECT {_COLUMNS} FROM articles WHERE url = ?", (article.url,)).fetchone()
    if found is None and article.opaque is not None:
        query = f"SELECT {_COLUMNS} FROM sightings JOIN articles ON articles.id = article WHERE sightings.url = ?"
        found = connection.execute(query, (article.url,)).fetchone()
    return _alike(connection, article) if found is None else Known(*found)


def settle(connection: sqlite3.Connection, same: Known, article: Article, now: datetime) -> Known:
    """Keep by which addresses an article is known; gives the article as it then is.

    Args:
        connection: of a ledger, in a transaction.
        same: as `known` gave it.
        article: the telling.
        now: when the ledger learns of it.
    """
    if same.url == article.url:
        return same
    if article.opaque is not None:
        row = (article.url, same.id, article.source, text_of(now))
        connection.execute("INSERT OR IGNORE INTO sightings VALUES (?, ?, ?, ?)", row)
        return same
    connection.execute(
        "INSERT OR IGNORE INTO sightings SELECT url, id, source, first_seen FROM articles WHERE id = ?", (same.id,)
    )
    # A headline is too short to tell that the article is another outlet's.
    sketch = sketch_of(article.text)
    original = None if sketch is None else original_of(connection, sketch, day_of(article))
    repost_of = None if original == same.id else original
    connection.execute(
        "UPDATE articles SET url = ?, tier = ?, official = ?, source = ?, repost_of = coalesce(repost_of, ?),"
        " site = NULL, within = NULL WHERE id = ?",
        (article.url, article.tier, article.official, article.source, repost_of, same.id),
    )
    return same._replace(url=article.url, repost_of=same.repost_of or repost_of, site=None, within=None)


def columns(article: Article) -> tuple[int | None, str | None, int | None]:
    """The columns `headline`, `site` and `within` of a new article."""
    opaque = article.opaque
    where = (None, None) if opaque is None else (opaque.site, int(opaque.within.total_seconds()))
    return (headline(article), *where)


def headline(article: Article) -> int | None:
    """What a title is found by: without its outlet's name, without signs, in one case; None where it tells too little.

    Args:
        article: with its outlet, and the site that it is on.
    """
    if article.published is None:
        return None
    host = _host(article.url) if article.opaque is None else article.opaque.site
    return _hash(article.title, article.outlet, host)


# A headline is looked for, and then made known.
@lru_cache(maxsize=8)
def _hash(title: str, outlet: str, host: str) -> int | None:
    title = normalize("NFKC", title)
    suffixed = _SUFFIXED.fullmatch(title)
    if suffixed and _plain(suffixed[2]) in {_plain(name) for name in (outlet, host, *host.split("."))}:
        title = suffixed[1]
    plain = _plain(title)
    if len(plain) < _LEAST:
        return None
    return int.from_bytes(hashlib.blake2b(plain.encode(), digest_size=8).digest(), "big", signed=True)


def _alike(connection: sqlite3.Connection, article: Article) -> Known | None:
    key = headline(article)
    if key is None or article.published is None:
        return None
    # Two addresses of sites are two articles: one of the two must be an id.
    opaque = "" if article.opaque is not None else " AND within IS NOT NULL"
    rows = connection.execute(
        f"SELECT {_COLUMNS}, (SELECT published FROM snapshots WHERE article = articles.id ORDER BY id LIMIT 1)"
        f" FROM articles WHERE headline = ?{opaque}",
        (key,),
    ).fetchall()
    found = [(Known(*columns), abs(article.published - moment_of(published))) for *columns, published in rows]
    same = [(one, apart) for one, apart in found if apart <= _window(article, one) and _of_one(article, one)]
    nearest = min(same, key=lambda each: (each[0].opaque, each[1]), default=None)
    return None if nearest is None else nearest[0]


def _window(article: Article, other: Known) -> timedelta:
    return timedelta(seconds=other.within or 0) if article.opaque is None else article.opaque.within


def _of_one(article: Article, other: Known) -> bool:
    """Whether two have one outlet: by its name, or by its site."""
    if _plain(article.outlet) == _plain(other.outlet):
        return True
    if article.opaque is None:
        return _is_on(article.url, other.site)
    return other.site == article.opaque.site != "" if other.opaque else _is_on(other.url, article.opaque.site)


def _is_on(url: str, site: str | None) -> bool:
    return bool(site) and f".{_host(url)}".endswith(f".{site}")


def _host(url: str) -> str:
    return urlsplit(url).netloc.removeprefix("www.")


def _plain(text: str) -> str:
    return _SIGNS.sub("", text).casefold()
