"""Scrapy's middlewares where they do too little, or too much: robots.txt, redirects and meta refresh."""

from __future__ import annotations

from typing import Any

from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.redirect import (
    BaseRedirectMiddleware,
    MetaRefreshMiddleware,
    RedirectMiddleware,
)
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response
from scrapy.utils.httpobj import urlparse_cached

from monitor.cycle import Robots
from monitor.errors import FetchError
from monitor.parse.addresses import site_key
from monitor.spiders._base import SourceSpider

#: Where Scrapy looks for a meta refresh.
_HEAD = 4096

_OK = 200


class StrangeSiteError(FetchError):
    """A list is said to be on another site."""

    def __init__(self, url: str) -> None:
        told = f"redirected to another site, {url}: set url, or allow it by redirects = [{site_key(url)!r}]"
        super().__init__(told)


class RobotsMiddleware(RobotsTxtMiddleware):
    """robots.txt as Scrapy obeys it, asked for once a host and run; tells the spider's report what it says."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        spider = crawler.spider
        assert isinstance(spider, SourceSpider)
        self._spider = spider
        self._robots: Robots = spider.cycle.robots[spider.source.allow_private]
        self._parsers = self._robots.parsers

    async def robot_parser(self, request: Request) -> Any:
        """Called by Scrapy's."""
        await super().robot_parser(request)
        # Of several requests that wait for one answer Scrapy 2.19 tells it to the first and lets the others pass.
        return self._parsers[urlparse_cached(request).netloc]

    def process_request_2(self, rp: Any, request: Request) -> None:
        """Called by Scrapy's: let pass what the rules allow."""
        report = self._spider.report
        of_page = "page" in request.cb_kwargs
        try:
            super().process_request_2(rp, request)
        except IgnoreRequest:
            report.robots = "closes pages" if of_page else "closes"
            raise
        if not of_page and not report.robots:
            status = self._robots.statuses.get(urlparse_cached(request).netloc)
            report.robots = "no answer" if status is None else "allows" if status == _OK else "absent"

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        self._robots.statuses[netloc] = response.status
        await super()._parse_robots(response, netloc, request)


class _AtHome(BaseRedirectMiddleware):
    """Keeps lists on their sites: a list of another site is another list, a page for consent or a park of domains.

    Articles move as they like: what they are is seen by what they say.
    """

    def _redirect(self, redirected: Request, request: Request, reason: Any) -> Request:
        spider = self.crawler.spider
        if isinstance(spider, SourceSpider) and "ask" in request.cb_kwargs:
            first = request.meta.get("redirect_urls", [request.url])[0]
            if site_key(redirected.url) not in {site_key(first), *spider.source.redirects}:
                raise StrangeSiteError(redirected.url)
        return super()._redirect(redirected, request, reason)


class ListRedirectMiddleware(_AtHome, RedirectMiddleware):
    """Scrapy's, for lists within their site."""


class RefreshMiddleware(_AtHome, MetaRefreshMiddleware):
    """Scrapy's, which decodes and searches every page: only those that have the word in their head need it."""

    def process_response(self, request: Request, response: Response, spider: Any = None) -> Request | Response:
        """Called by Scrapy."""
        if b"refresh" not in response.body[:_HEAD].lower():
            return response
        return super().process_response(request, response)
