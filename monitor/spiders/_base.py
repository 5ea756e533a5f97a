"""What the spiders of all kinds share: lists first, then the pages that are due, each fault told by name."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, ClassVar, Self
from urllib.parse import urlsplit

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.settings import BaseSettings
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from monitor.cycle import Cycle
from monitor.declarations.sources import Source
from monitor.errors import LedgerError, NoPageError, ParseError
from monitor.parse.addresses import canonical_url, site_key
from monitor.parse.charset import decode
from monitor.parse.glance import is_another_article
from monitor.parse.html import article_of
from monitor.parse.json_rows import path, payload
from monitor.parse.listed import Listed
from monitor.spiders._answers import (
    Copy,
    article_in,
    article_in_document,
    conditions,
    headers_of,
    refuse_front_page,
    validators_of,
)
from monitor.spiders._asking import Ask, address_of, asks, body_of, filled, key_of
from monitor.spiders._browser import META, browser_settings
from monitor.spiders._causes import LIST_ADVICE, PAGE_ADVICE, Cause, cause_of
from monitor.spiders._items import Read, found_of, listed_of
from monitor.spiders._report import Report
from storage.frontier import Page, Validators
from storage.records import Article, Opaque

#: Seconds between two requests to a public host, where its source declares none.
_DELAY = 1.0

#: Pages that name nothing and are remembered in one transaction: one of its own costs 75 µs, a share of this 15.
_TOGETHER = 50

#: A recorded page that is asked for again says 304 where it has not changed.
_UNCHANGED = 304


class SourceSpider(Spider):
    """Reads one source: its lists, then the pages that they named.

    A kind says how its lists are read (`read_list`) and which further lists they lead to (`more_lists`).
    """

    source: ClassVar[Source]

    def __init__(self, *, cycle: Cycle, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.cycle = cycle
        self.report = Report(source=self.source.name)
        #: Whether what it lists was there before us.
        self.baseline = cycle.health.is_baseline(self.source.name)
        #: Where the list that was just read goes on in a later run; None: it is read as a whole.
        self.cursor: str | None = None
        self._began = time.perf_counter()
        self._asked: set[int] = set()
        #: Pages that name nothing, to be remembered together.
        self._passed: dict[int, Validators] = {}
        #: What the lookups have found, by name.
        self._found: dict[str, str] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **arguments: Any) -> Self:
        """Called by Scrapy; without a cycle of the monitor's own run, one of its own."""
        arguments.setdefault("cycle", None)
        if arguments["cycle"] is None:
            arguments["cycle"] = Cycle.alone(crawler.settings.get("LEDGER"), now=datetime.now(UTC))
        spider = super().from_crawler(crawler, *args, **arguments)
        crawler.signals.connect(spider.item_failed, signals.item_error)
        crawler.signals.connect(spider.callback_failed, signals.spider_error)
        return spider

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Called by Scrapy: what the source declares of politeness becomes settings."""
        super().update_settings(settings)
        source = cls.source
        polite = not source.allow_private
        delay = source.delay if source.delay is not None else _DELAY if polite else 0.0
        declared: dict[str, Any] = {
            "DOWNLOAD_DELAY": delay,
            "AUTOTHROTTLE_ENABLED": polite,
            "AUTOTHROTTLE_START_DELAY": delay,
            "CONCURRENT_REQUESTS_PER_DOMAIN": 1 if polite else 8,
            # A proxy for the web is no way to this machine.
            "HTTPPROXY_ENABLED": polite,
        }
        if source.timeout is not None:
            declared["DOWNLOAD_TIMEOUT"] = source.timeout.total_seconds()
        if source.browser:
            declared |= browser_settings(
                source, declared.get("DOWNLOAD_TIMEOUT", settings.getfloat("DOWNLOAD_TIMEOUT"))
            )
        settings.setdict(declared, priority="spider")

    # What a kind may say for itself.

    def read_list(self, response: Response) -> list[Listed]:
        """The items of an answer.

        Raises:
            ParseError: it is not what the source should give.
        """
        raise NotImplementedError

    def more_lists(self, response: Response, ask: Ask) -> Iterator[Request]:
        """Further requests that an answer leads to: its next page, its children."""
        return iter(())

    def copy_in(self, response: Response, page: Page) -> Copy:
        """The page that an answer brought.

        Raises:
            NoPageError: it never will.
            ParseError: it did not.
        """
        return Copy(
            url=response.url,
            asked=page.found.link,
            headers=headers_of(response),
            body=response.body,
            fetched=self.cycle.now,
        )

    def is_enough(self, asked: int) -> bool:
        """Whether no further page is to be asked for in this run."""
        return False

    def page_headers(self, page: Page) -> dict[str, str]:
        """What is sent with a request for a page."""
        return self._conditions(page.validators)

    def give_up(self, page: Page, message: str) -> None:
        """A page will never be an article."""
        self.cycle.frontier.failed(page.id, message, now=self.cycle.now, state="dead")

    def is_final(self, cause: Cause) -> bool:
        """Whether a page that has not answered never will."""
        return cause.final

    # What Scrapy calls.

    async def start(self) -> AsyncIterator[Request | Read]:
        """The source's lookups, or at once its lists."""
        if self.source.key_env and not os.environ.get(self.source.key_env):
            told = f"{self.source.url}: it wants a key: set the environment variable {self.source.key_env}"
            self.report.list_faults.append(Cause(what=told))
            return
        first = self._lookups() if self.source.lookup else self._lists()
        for request in first:
            yield request

    def looked_up(self, response: Response, name: str) -> Iterator[Request | Read]:
        """A lookup has answered; with the last of them the lists are asked for."""
        lookup = self.source.lookup[name]
        try:
            data = payload(decode(response.body, headers_of(response))[0], self.source.answer)
            value = path(lookup.value).search(data)
            if value is None:
                raise ParseError(f"nothing at {lookup.value!r}: the answer may have been redesigned")
        except ParseError as error:
            self.report.list_faults.append(Cause(what=f"{response.url}: {error}"))
            yield from self.pages()
            return
        self._found[name] = str(value)
        if len(self._found) == len(self.source.lookup):
            yield from self._lists()

    def parse(self, response: Response, key: str, ask: Ask) -> Iterator[Request | Read]:
        """A list has answered."""
        self._keep(response)
        self.report.status = response.status
        self.report.bytes += len(response.body)
        self.report.content_type = headers_of(response).get("content-type", "")
        if response.status == _UNCHANGED:
            self.report.good_lists += 1
        else:
            try:
                items = self.read_list(response)
            except ParseError as error:
                self.report.list_faults.append(Cause(what=f"{response.url}: {error}", advice=LIST_ADVICE))
            else:
                self._take(items, key, validators_of(response))
                yield from self.more_lists(response, ask)
        yield from self.pages()

    def list_failed(self, failure: Failure) -> Iterator[Request | Read]:
        """A list has not answered; the pages that are due are asked for all the same."""
        cause = cause_of(failure, failure.request.url)  # type: ignore[attr-defined]
        if isinstance(failure.value, HttpError):
            self._keep(failure.value.response)
        self.report.status = self.report.status or cause.status
        # Of many lists of a host that is down the first one says why.
        if not ((cause.untried or cause.again) and self.report.list_faults):
            self.report.list_faults.append(cause)
        yield from self.pages()

    def parse_page(self, response: Response, page: Page) -> AsyncIterator[Read] | list[Read]:
        """A page has answered."""
        self._keep(response)
        if response.status == _UNCHANGED:
            self.cycle.frontier.unchanged(page.id, now=self.cycle.now)
            return []
        try:
            copy = self.copy_in(response, page)
            if copy.is_document:
                return self._read_document(copy, response, page)
            host = urlsplit(copy.url).netloc
            if page.state != "recorded" and host in self.cycle.legible and self._names_nothing(copy, page):
                self._pass_over(page, validators_of(response))
                return []
            article = article_in(copy, listed_of(page.found), source=self.source)
        except NoPageError as error:
            self.give_up(page, f"{page.found.link}: {error}")
            return []
        except ParseError as error:
            self._quarantine(response, page, str(error))
            return []
        self.cycle.legible.add(host)
        return [self._read(article, page, validators_of(response))]

    async def _read_document(self, copy: Copy, response: Response, page: Page) -> AsyncIterator[Read]:
        try:
            article = await article_in_document(copy, listed_of(page.found), source=self.source)
        except ParseError as error:
            self._quarantine(response, page, str(error))
        else:
            yield self._read(article, page, validators_of(response))

    def _names_nothing(self, copy: Copy, page: Page) -> bool:
        refuse_front_page(copy)
        named, title = partial(self.cycle.extractor.mentions_watched, url=page.found.link), page.found.title
        return is_another_article(copy.body, copy.headers, title=title, source=self.source, named=named)

    def page_failed(self, failure: Failure) -> None:
        """A page has not answered."""
        request: Request = failure.request  # type: ignore[attr-defined]
        page: Page = request.cb_kwargs["page"]
        cause = cause_of(failure, page.found.link)
        if cause.untried:
            # The page is due as it was.
            return
        if self.is_final(cause):
            self.give_up(page, cause.what)
        else:
            self.cycle.frontier.failed(page.id, cause.what, now=self.cycle.now)
        if not cause.expected:
            self.report.page_faults.append(cause)

    def item_failed(self, item: Any, failure: Failure) -> None:
        """A pipeline has failed on an article: it is read again later."""
        if isinstance(item, Read):
            cause = cause_of(failure, item.page.found.link)
            self.cycle.frontier.failed(item.page.id, cause.what, now=self.cycle.now)
            self.report.page_faults.append(cause)

    def callback_failed(self, failure: Failure, response: Response) -> None:
        """Reading an answer has failed in a way that nobody foresaw: it is a fault like any other."""
        cause = cause_of(failure, response.url)
        page = response.cb_kwargs.get("page")
        if page is None:
            self.report.list_faults.append(cause)
        else:
            self.cycle.frontier.failed(page.id, cause.what, now=self.cycle.now)
            self.report.page_faults.append(cause)

    def closed(self, reason: str) -> None:
        """Called by Scrapy at the end."""
        self.report.ended = reason
        self.report.seconds = time.perf_counter() - self._began
        self._remember_passed()
        if self.cycle.trial is not None and self.cycle.trial.done is not None:
            self.cycle.trial.done(self.source.name)

    # What they are made of.

    def list_request(self, ask: Ask, *, url: str = "") -> Request:
        """A request for a list, with the validators of its last answer.

        Args:
            ask: the question.
            url: another address than the question's own: a page or file that an answer has named.
        """
        source, now = self.source, self.cycle.now
        key = url or key_of(source, ask)
        known = self.cycle.frontier.validators(source.name, key)
        self.report.lists += 1
        body = None if url else body_of(source, ask, now)
        headers = {**self._headers(), **({"Content-Type": body[1]} if body else {}), **self._conditions(known)}
        return Request(
            url or address_of(source, ask, now),
            method="POST" if body else "GET",
            body=body[0] if body else b"",
            callback=self.parse,
            errback=self.list_failed,
            headers=headers,
            cb_kwargs={"key": key, "ask": ask},
            meta=self._meta(),
            dont_filter=True,
        )

    def _headers(self) -> dict[str, str]:
        key = os.environ.get(self.source.key_env, "") if self.source.key_env else None
        return {
            name: value if key is None else value.replace("{key}", key) for name, value in self.source.headers.items()
        }

    def _conditions(self, known: Validators) -> dict[str, str]:
        # What a browser draws may change although the page that draws it does not.
        return {} if self.cycle.full or self.source.browser else conditions(known)

    def _meta(self) -> dict[str, Any]:
        return {"handle_httpstatus_list": [_UNCHANGED], **(META if self.source.browser else {})}

    def _lists(self) -> Iterator[Request]:
        for ask in asks(self.source, self._found, brief=self.cycle.trial is not None):
            yield self.list_request(ask)

    def _lookups(self) -> Iterator[Request]:
        (ask, *_) = asks(self.source, {})
        for name, lookup in self.source.lookup.items():
            yield Request(
                filled(lookup.url, self.source, ask, self.cycle.now, escape=True),
                callback=self.looked_up,
                errback=self.list_failed,
                headers=self._headers(),
                cb_kwargs={"name": name},
                dont_filter=True,
            )

    def pages(self) -> Iterator[Request | Read]:
        """The pages that are due and were not asked for in this run."""
        # What an archive has kept never changes.
        again = self.cycle.full and self.source.archive is None
        due = self.cycle.frontier.due(self.source.name, now=self.cycle.now, full=again)
        if self.cycle.trial is not None:
            due = [] if self._asked else due[-1:]
        for page in due:
            if page.id not in self._asked and not self.is_enough(len(self._asked)):
                self._asked.add(page.id)
                yield from self._page(page)

    def _page(self, page: Page) -> Iterator[Request | Read]:
        found = page.found
        if self.source.page.fetch == "none":
            yield from self._whole(page)
            return
        if self.source.page.fetch == "matching" and page.state != "recorded" and self.cycle.trial is None:
            told = "\n".join([found.title, found.summary, found.text])
            if not self.cycle.extractor.mentions_watched(told, found.link):
                self._pass_over(page, Validators())
                return
        self.report.pages += 1
        yield Request(
            found.link,
            callback=self.parse_page,
            errback=self.page_failed,
            headers=self.page_headers(page),
            cb_kwargs={"page": page},
            meta=self._meta(),
            dont_filter=True,
        )

    def _whole(self, page: Page) -> Iterator[Read]:
        """The article that the list carries."""
        try:
            article = article_of(listed_of(page.found), source=self.source, now=self.cycle.now)
        except ParseError as error:
            cause = Cause(what=f"{page.found.link}: {error}")
            self.cycle.frontier.failed(page.id, cause.what, now=self.cycle.now)
            self.report.page_faults.append(cause)
        else:
            yield self._read(article, page, None)

    def _pass_over(self, page: Page, validators: Validators) -> None:
        """A page names nothing that is watched: it is remembered with others; a run that dies asks for it again."""
        self._passed[page.id] = validators
        if len(self._passed) >= _TOGETHER:
            self._remember_passed()

    def _remember_passed(self) -> None:
        passed, self._passed = self._passed, {}
        try:
            if passed:
                self.cycle.frontier.all_irrelevant(passed)
        except LedgerError as error:
            self.cycle.broken.append(error)

    def _read(self, article: Article, page: Page, validators: Validators | None) -> Read:
        """An article on its way; None for validators: its list carried it."""
        self.report.sample = self.report.sample or article
        listed = validators is None
        return Read(
            article=self._sighted(self.cycle.ranked(article), page),
            page=page,
            validators=validators or Validators(),
            listed=listed,
            past=self.source.archive is not None,
        )

    def _sighted(self, article: Article, page: Page) -> Article:
        """An article whose address is an id of the source's own, as such."""
        within = self.source.same_within
        if within is None or site_key(article.url) != site_key(self.source.url):
            return article
        return replace(article, opaque=Opaque(site=page.found.site, within=within))

    def _take(self, items: list[Listed], key: str, validators: Validators) -> None:
        # Read oldest first, so that what was known earlier is recorded earlier.
        found = [found_of(item, canonical_url(item.original or item.url)) for item in reversed(items)]
        self.report.new += self.cycle.frontier.discover(
            self.source.name,
            key,
            found,
            validators=validators,
            now=self.cycle.now,
            baseline=self.baseline,
            cursor=self.cursor,
        )
        self.report.good_lists += 1
        self.report.items = (self.report.items or 0) + len(items)
        self.report.latest = self.report.latest or next(iter(items), None)
        dates = [item.published.at for item in items if item.published]
        self.report.dated += len(dates)
        self.report.newest = max([*dates, *filter(None, [self.report.newest])], default=None)

    def _quarantine(self, response: Response, page: Page, message: str) -> None:
        told = f"{page.found.link}: {message}"
        self.cycle.frontier.quarantine(
            page.id,
            url=response.url,
            content_type=headers_of(response).get("content-type", ""),
            body=response.body,
            message=told,
            now=self.cycle.now,
        )
        self.report.page_faults.append(Cause(what=told, advice=PAGE_ADVICE))

    def _keep(self, response: Response) -> None:
        if self.cycle.trial is not None and self.cycle.trial.keep is not None:
            self.cycle.trial.keep(self.source.name, response.url, response.body)
