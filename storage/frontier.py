"""The frontier: which pages are to be read, and what became of each.

    discovered ──▶ recorded       in the ledger, within the transaction that records the article
        │     └──▶ irrelevant     read, names nothing that is watched
        ├──▶ failed               could not be fetched: asked for again, ever later
        ├──▶ quarantined          fetched and could not be read: the bytes are kept, asked for again
        └──▶ dead                 given up

A page is asked for until it is recorded or irrelevant. While an article is young it is asked for again, with the
validators of its last answer, for outlets change articles without a word.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from storage.database import transaction
from storage.times import moment_of, text_of
from storage.wrapping import Database

State = Literal["discovered", "recorded", "irrelevant", "failed", "quarantined", "dead"]

#: The first pause after a failure; each further one is twice as long.
FIRST_PAUSE = timedelta(minutes=15)
LONGEST_PAUSE = timedelta(days=1)
#: With these pauses, a page is given up after about five days.
MOST_ATTEMPTS = 11

#: How long addresses are kept that led nowhere: two thousand a day make a hundred megabytes in half a year.
MEMORY = timedelta(days=180)

#: An article is looked at again as long as it is news.
YOUNG = timedelta(days=14)
#: The next look comes when the article is half as old again, within these limits: some fifteen looks in two weeks.
SOONEST_LOOK = timedelta(hours=1)
LATEST_LOOK = timedelta(days=2)


@dataclass(frozen=True, kw_only=True, slots=True)
class Validators:
    """What a server gives with an answer to ask later whether it has changed; None where it gives none."""

    etag: str | None = None
    modified: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What a list says of a page; "" or None where it says nothing."""

    #: Canonical form of the address.
    url: str
    #: The address as listed.
    link: str
    title: str = ""
    summary: str = ""
    text: str = ""
    published: datetime | None = None
    dated: date | None = None
    outlet: str = ""
    author: str = ""
    language: str = ""
    stamp: str = ""
    #: Of the outlet.
    site: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """A page that is to be read, for the first time or again."""

    id: int
    found: Found
    state: State
    #: Was there before us: recorded without alerts.
    baseline: bool
    #: Of the last answer that was read.
    validators: Validators


@dataclass(frozen=True, kw_only=True, slots=True)
class Quarantined:
    """An answer that could not be read."""

    page: Page
    source: str
    fetched: datetime
    #: Address after redirects.
    url: str
    content_type: str
    body: bytes
    message: str


class Frontier:
    """The pages of one ledger. Every writing method is a transaction, or part of the one that it is called in."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def validators(self, source: str, key: str) -> Validators:
        """What to send with a request for a list that was read before."""
        row = self._one("SELECT etag, modified FROM lists WHERE source = ? AND key = ?", (source, key))
        return Validators() if row is None else Validators(etag=row["etag"], modified=row["modified"])

    def cursor(self, source: str, key: str) -> str | None:
        """Where an archive's index is to be read on; "": it is read to its end; None: from its beginning."""
        row = self._one("SELECT cursor FROM lists WHERE source = ? AND key = ?", (source, key))
        return None if row is None else row["cursor"]

    def waiting(self, source: str) -> int:
        """How many pages of a source have never been asked for."""
        row = self._one(
            "SELECT count(*) AS n FROM pages WHERE source = ? AND next_attempt IS NOT NULL AND state = 'discovered'",
            (source,),
        )
        return 0 if row is None else int(row["n"])

    def discover(
        self,
        source: str,
        key: str,
        found: Sequence[Found],
        *,
        validators: Validators,
        now: datetime,
        baseline: bool,
        cursor: str | None = None,
    ) -> int:
        """Take over what a list named, and the list's validators with it.

        A known page is asked for again where its outlet says that it has changed; a page that was given up, where it
        is listed with another title or stamp.

        Args:
            source: the list's.
            key: the request within its source.
            found: in the order in which they are to be read.
            validators: of the answer.
            now: when it was fetched.
            baseline: whether new pages are those of the source's first good run.
            cursor: of an archive's index, where it is to be read on.

        Returns:
            How many of the pages were not known.
        """
        with transaction(self._db):
            new = sum(self._take(source, page, now, baseline=baseline) for page in found)
            self._execute(
                "INSERT OR REPLACE INTO lists (source, key, etag, modified, checked, cursor) VALUES (?, ?, ?, ?, ?, ?)",
                (source, key, validators.etag, validators.modified, text_of(now), cursor),
            )
        return new

    def due(self, source: str, *, now: datetime, full: bool = False) -> list[Page]:
        """Pages of a source that are to be asked for now: those that were never read first, the newest found first.

        Args:
            source: its name.
            now: what is due by then.
            full: also those that are recorded and young, whenever they were last looked at.
        """
        young = " OR (state = 'recorded' AND coalesce(published, discovered) > :young)" if full else ""
        rows = self._db.conn.execute(
            f"SELECT {_COLUMNS} FROM pages WHERE source = :source AND (next_attempt <= :now{young})"
            " ORDER BY state = 'recorded', id",
            {"source": source, "now": text_of(now), "young": text_of(now - YOUNG)},
        )
        return [_page(dict(zip(_NAMES, row, strict=True))) for row in rows.fetchall()]

    def recorded(
        self,
        page: int,
        article: int,
        *,
        validators: Validators,
        published: datetime | None,
        now: datetime,
        listed: bool = False,
    ) -> None:
        """The page's article is in the ledger: called within the transaction that puts it there.

        Args:
            page: its id.
            article: row of the ledger.
            validators: of the answer.
            published: of the article: it is looked at again while it is young.
            now: when it was read.
            listed: the list carries the article: there is nothing to look at but the list.
        """
        look = None if listed else _next_look(published, now)
        with transaction(self._db):
            self._execute(
                "UPDATE pages SET state = 'recorded', baseline = 0, attempts = 0, next_attempt = ?, message = '',"
                " etag = ?, modified = ?, article = ?, summary = iif(?, summary, ''), text = iif(?, text, '')"
                " WHERE id = ?",
                (
                    None if look is None else text_of(look),
                    validators.etag,
                    validators.modified,
                    article,
                    listed,
                    listed,
                    page,
                ),
            )
            self._execute("DELETE FROM quarantine WHERE page = ?", (page,))

    def irrelevant(self, page: int, *, validators: Validators) -> None:
        """The page names nothing that is watched, and is not asked for again unless its list says that it changed."""
        self.all_irrelevant({page: validators})

    def all_irrelevant(self, pages: Mapping[int, Validators]) -> None:
        """The same of several pages, in one transaction: by their ids, the validators of their answers."""
        with transaction(self._db):
            self._db.conn.executemany(
                "UPDATE pages SET state = 'irrelevant', baseline = 0, attempts = 0, next_attempt = NULL, message = '',"
                " etag = ?, modified = ?, summary = '', text = '' WHERE id = ?",
                [(validators.etag, validators.modified, page) for page, validators in pages.items()],
            )
            self._db.conn.executemany("DELETE FROM quarantine WHERE page = ?", [(page,) for page in pages])

    def unchanged(self, page: int, *, now: datetime) -> None:
        """The server said that the page is as it was."""
        with transaction(self._db):
            row = self._one("SELECT state, coalesce(published, discovered) AS since FROM pages WHERE id = ?", (page,))
            recorded = row is not None and row["state"] == "recorded"
            look = _next_look(moment_of(row["since"]), now) if row and recorded else None
            self._execute(
                "UPDATE pages SET next_attempt = ?, attempts = 0, message = '' WHERE id = ?",
                (None if look is None else text_of(look), page),
            )

    def failed(self, page: int, message: str, *, now: datetime, state: State = "failed") -> None:
        """The page could not be read: it is asked for again later, or given up after many times.

        A recorded page stays recorded: what failed is another look at it.
        """
        with transaction(self._db):
            row = self._one("SELECT attempts, state FROM pages WHERE id = ?", (page,))
            assert row is not None
            attempts = row["attempts"] + 1
            pause = min(FIRST_PAUSE * 2 ** (attempts - 1), LONGEST_PAUSE)
            given_up = state == "dead" or attempts >= MOST_ATTEMPTS
            kept: State = "recorded" if row["state"] == "recorded" else "dead" if given_up else state
            self._execute(
                "UPDATE pages SET state = ?, attempts = ?, next_attempt = ?, message = ? WHERE id = ?",
                (kept, attempts, None if given_up else text_of(now + pause), message, page),
            )

    def drop(self, page: int) -> None:
        """Forget a page: what an archive does not have, its site may have, and list one day."""
        with transaction(self._db):
            self._execute("DELETE FROM quarantine WHERE page = ?", (page,))
            self._execute("DELETE FROM pages WHERE id = ? AND article IS NULL", (page,))

    def quarantine(
        self,
        page: int,
        *,
        url: str,
        content_type: str,
        body: bytes,
        message: str,
        now: datetime,
        fetched: datetime | None = None,
    ) -> None:
        """Keep an answer that could not be read; the page is asked for again as after any failure.

        Args:
            page: its id.
            url: after redirects.
            content_type: as the server sent it.
            body: of the answer.
            message: why it could not be read.
            now: the time.
            fetched: when its server gave it; None: now.
        """
        with transaction(self._db):
            self.failed(page, message, now=now, state="quarantined")
            self._execute(
                "INSERT OR REPLACE INTO quarantine (page, fetched, url, content_type, body, message)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (page, text_of(fetched or now), url, content_type, zlib.compress(body), message),
            )

    def take_unread(
        self,
        source: str,
        found: Found,
        *,
        content_type: str,
        body: bytes,
        message: str,
        now: datetime,
        fetched: datetime,
    ) -> bool:
        """Keep a page of an archive that could not be read; False: another source has its address already.

        Args:
            source: what reads the archive.
            found: its address.
            content_type: as its server sent it.
            body: of the page.
            message: why it could not be read.
            now: the time.
            fetched: when the archive took it.
        """
        with transaction(self._db):
            known = self._one("SELECT id, source FROM pages WHERE url = ?", (found.url,))
            if known is not None and known["source"] != source:
                return False
            page = self._insert(source, found, now, baseline=True) if known is None else int(known["id"])
            kept: dict[str, Any] = {"content_type": content_type, "body": body, "message": message}
            self.quarantine(page, url=found.url, now=now, fetched=fetched, **kept)
        return True

    def quarantined(self) -> Iterator[Quarantined]:
        """The answers that could not be read, oldest first; each may be resolved while they are listed."""
        pages = [row[0] for row in self._db.conn.execute("SELECT page FROM quarantine ORDER BY fetched, page")]
        for page in pages:
            row = self._one(
                "SELECT q.fetched, q.url AS final, q.content_type, q.body, q.message AS fault, p.*"
                " FROM quarantine AS q JOIN pages AS p ON p.id = q.page WHERE q.page = ?",
                (page,),
            )
            if row is not None:
                yield Quarantined(
                    page=_page(row),
                    source=row["source"],
                    fetched=moment_of(row["fetched"]),
                    url=row["final"],
                    content_type=row["content_type"],
                    body=zlib.decompress(row["body"]),
                    message=row["fault"],
                )

    def forget(self, *, now: datetime) -> int:
        """Drop the addresses of pages that led nowhere long ago; gives how many.

        A page that is still listed is met anew and read once more.
        """
        old = text_of(now - MEMORY)
        with transaction(self._db):
            self._execute(
                "DELETE FROM quarantine WHERE page IN"
                " (SELECT id FROM pages WHERE state IN ('irrelevant', 'dead') AND discovered < ?)",
                (old,),
            )
            return self._db.conn.execute(
                "DELETE FROM pages WHERE state IN ('irrelevant', 'dead') AND discovered < ?", (old,)
            ).rowcount

    def _take(self, source: str, page: Found, now: datetime, *, baseline: bool) -> bool:
        known = self._one("SELECT id, source, state, title, stamp FROM pages WHERE url = ?", (page.url,))
        if known is None:
            self._insert(source, page, now, baseline=baseline)
            return True
        changed = (known["title"], known["stamp"]) != (page.title, page.stamp)
        if known["source"] == source and changed and known["state"] in {"recorded", "irrelevant", "dead"}:
            self._execute(
                "UPDATE pages SET title = ?, summary = ?, text = ?, stamp = ?, next_attempt = ?, attempts = 0"
                " WHERE id = ?",
                (page.title, page.summary, page.text, page.stamp, text_of(now), known["id"]),
            )
        return False

    def _insert(self, source: str, page: Found, now: datetime, *, baseline: bool) -> int:
        cursor = self._db.conn.execute(
            "INSERT INTO pages (url, link, source, state, baseline, discovered, next_attempt, title, summary, text,"
            " published, dated, outlet, author, language, stamp, site)"
            " VALUES (?, ?, ?, 'discovered', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                page.url,
                page.link,
                source,
                baseline,
                text_of(now),
                text_of(now),
                page.title,
                page.summary,
                page.text,
                None if page.published is None else text_of(page.published),
                None if page.dated is None else page.dated.isoformat(),
                page.outlet,
                page.author,
                page.language,
                page.stamp,
                page.site,
            ),
        )
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def _execute(self, sql: str, values: Sequence[Any]) -> None:
        self._db.conn.execute(sql, values)

    def _one(self, sql: str, values: Sequence[Any]) -> dict[str, Any] | None:
        cursor: sqlite3.Cursor = self._db.conn.execute(sql, values)
        row = cursor.fetchone()
        return None if row is None else dict(zip((column[0] for column in cursor.description), row, strict=True))


_NAMES = (
    "id",
    "url",
    "link",
    "state",
    "baseline",
    "etag",
    "modified",
    "title",
    "summary",
    "text",
    "published",
    "dated",
    "outlet",
    "author",
    "language",
    "stamp",
    "site",
)
_COLUMNS = ", ".join(_NAMES)


def _next_look(published: datetime | None, now: datetime) -> datetime | None:
    """When a page that was just read is to be looked at again; None: it is too old to be news."""
    age = now - (published or now)
    return None if age > YOUNG else now + min(max(age / 2, SOONEST_LOOK), LATEST_LOOK)


def _page(row: dict[str, Any]) -> Page:
    return Page(
        id=row["id"],
        found=Found(
            url=row["url"],
            link=row["link"],
            title=row["title"],
            summary=row["summary"],
            text=row["text"],
            published=None if row["published"] is None else moment_of(row["published"]),
            dated=None if row["dated"] is None else date.fromisoformat(row["dated"]),
            outlet=row["outlet"],
            author=row["author"],
            language=row["language"],
            stamp=row["stamp"],
            site=row["site"],
        ),
        state=row["state"],
        baseline=bool(row["baseline"]),
        validators=Validators(etag=row["etag"], modified=row["modified"]),
    )
