"""Archives of the web: an index of captures, then the captures: for filling the ledger with the past.

What comes from an archive is old news: it fills the ledger, nobody is alerted, and once all is read the recipients of
alerts get one summary. An article stands under its own address, so that a copy from elsewhere is the same article; the
archive's address stays beside it as the place that it came from. The day of a capture is no day of publication. The
index is read in portions, each run takes up where the last one left off, and an index that is read to its end is not
asked again, unless by `run --full`.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

from scrapy import Request
from scrapy.http import Response

from monitor.errors import ParseError
from monitor.parse.archives import capture_in, read_index, span_of
from monitor.parse.listed import Listed
from monitor.spiders._answers import Copy, headers_of
from monitor.spiders._asking import Ask, asks, key_of
from monitor.spiders._base import SourceSpider
from monitor.spiders._causes import LIST_ADVICE, Cause
from monitor.spiders._items import Read
from storage.frontier import Page, Validators

_OK = 200
#: Statuses with which indexes say that they have nothing, or nothing more.
_NOTHING = (400, 404)
#: Of a capture every other 4xx is for ever.
_PASSING = frozenset({408, 425, 429})

#: Index rows that are broken are named, so many of them.
_TOLD = 3


class ArchiveIndexSpider(SourceSpider):
    """Reads the index of an archive from where the last run left off, then captures that it has named."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.baseline = True
        #: Answers of the index to each question.
        self._answered: dict[str, int] = {}

    async def start(self) -> AsyncIterator[Request | Read]:
        """The index where it is not read to its end, else captures that are left."""
        asked = False
        if not self.is_enough(self._waiting()):
            for ask in asks(self.source, {}, brief=self.cycle.trial is not None):
                cursor = None if self.cycle.full else self.cycle.frontier.cursor(self.source.name, self._key(ask))
                if cursor != "":
                    asked = True
                    yield self.list_request(self._resumed(ask, cursor) if cursor else ask)
        if not asked:
            for request in self.pages():
                yield request

    def list_request(self, ask: Ask, *, url: str = "") -> Request:
        """A request for a part of the index; it is not asked whether it has changed."""
        request = super().list_request(ask, url=url)
        request.cb_kwargs["key"] = self._key(ask)
        if self.source.archive and self.source.archive.none:
            request.meta["handle_httpstatus_list"] = [*_NOTHING, *request.meta["handle_httpstatus_list"]]
        return request

    def read_list(self, response: Response) -> list[Listed]:
        """The captures of one answer."""
        ask: Ask = response.cb_kwargs["ask"]
        begins = ask == self._first(ask)
        if response.status != _OK:
            self._refuse_unless_nothing(response)
            index_rows, items, resume = 0, [], ""
        else:
            index = read_index(response.body, headers_of(response), url=response.url, source=self.source)
            index_rows, items, resume = index.rows, index.items, index.resume
            for fault in index.faults[:_TOLD]:
                told = f"{response.url}: {fault}"
                self.report.list_faults.append(Cause(what=told, weight=0.5, advice=LIST_ADVICE))
        if begins and len(items) < self.source.expect.items:
            what = f"{len(items)} captures" if items else "no captures"
            raise ParseError(f"{what}, expected at least {self.source.expect.items}: see `queries` and `params`")
        self.cursor = resume or (str(ask.page + 1) if index_rows and self._turns_pages else "")
        return items

    def more_lists(self, response: Response, ask: Ask) -> Iterator[Request]:
        """The next part of the index, as many as the source has pages, and not while many captures wait."""
        key = self._key(ask)
        self._answered[key] = self._answered.get(key, 0) + 1
        if self.cursor and self._answered[key] < self.source.pages and not self.is_enough(self._waiting()):
            yield self.list_request(self._resumed(ask, self.cursor))

    def copy_in(self, response: Response, page: Page) -> Copy:
        """The page that a capture is."""
        largest = self.settings.getint("DOWNLOAD_MAXSIZE")
        found = capture_in(response.body, headers_of(response), url=response.url, source=self.source, largest=largest)
        return Copy(url=found.url, asked=page.found.url, headers=found.headers, body=found.body, fetched=found.captured)

    def page_headers(self, page: Page) -> dict[str, str]:
        """The bytes that a capture is in a file of many."""
        span = span_of(page.found.link)
        return {"Range": span} if span else {}

    def is_enough(self, asked: int) -> bool:
        """Whether the captures of a run are asked for, or as many wait."""
        return asked >= self.source.max_items

    def give_up(self, page: Page, message: str) -> None:
        """What the archive does not have is left to the sources of today."""
        self.cycle.frontier.drop(page.id)

    def is_final(self, cause: Cause) -> bool:
        """What an archive has not, or does not show, it never will."""
        return cause.final or (cause.status is not None and 400 <= cause.status < 500 and cause.status not in _PASSING)

    def closed(self, reason: str) -> None:
        """Called by Scrapy at the end."""
        super().closed(reason)
        frontier, name = self.cycle.frontier, self.source.name
        self.report.through = not frontier.waiting(name) and all(
            frontier.cursor(name, self._key(ask)) == "" for ask in asks(self.source, {})
        )

    @property
    def _turns_pages(self) -> bool:
        """Whether the index is asked page by page, not by a key that it gives."""
        return any("{page}" in str(told) for told in (self.source.url, *self.source.params.values()))

    def _conditions(self, known: Validators) -> dict[str, str]:
        return {}

    def _waiting(self) -> int:
        return self.cycle.frontier.waiting(self.source.name)

    def _key(self, ask: Ask) -> str:
        """What tells a question from others; where its declaration changes, it is another one."""
        return " ".join(
            [key_of(self.source, self._first(ask)), self.source.url, *map(str, self.source.params.values())]
        )

    def _first(self, ask: Ask) -> Ask:
        return ask.turned(self.source.first_page).resumed("")

    def _resumed(self, ask: Ask, cursor: str) -> Ask:
        return ask.turned(int(cursor)) if self._turns_pages else ask.resumed(cursor)

    def _refuse_unless_nothing(self, response: Response) -> None:
        archive = self.source.archive
        told = response.body[:500].decode("utf-8", "replace")
        if archive is None or not re.search(archive.none, told):
            raise ParseError(f"HTTP {response.status}: {' '.join(told.split())[:80]}")
