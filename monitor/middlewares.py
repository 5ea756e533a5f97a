"""Downloader middlewares beyond Scrapy's own."""

from __future__ import annotations

from typing import Self

from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response
from scrapy.utils.httpobj import urlparse_cached

#: The statuses that ask for rest (RFC 6585, 4; RFC 9110, 15.6.4 with Retry-After).
_TOO_MANY = 429
_UNAVAILABLE = 503


class RestMiddleware:
    """Leaves a host alone for the rest of the run once it has asked for it."""

    def __init__(self) -> None:
        self._resting: set[str] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Called by Scrapy."""
        return cls()

    def process_request(self, request: Request) -> None:
        """Called by Scrapy before a request is sent."""
        host = urlparse_cached(request).netloc
        if host in self._resting:
            raise IgnoreRequest(f"{host} asked to be left alone for a while")

    def process_response(self, request: Request, response: Response) -> Response:
        """Called by Scrapy with an answer."""
        if response.status == _TOO_MANY or (response.status == _UNAVAILABLE and "Retry-After" in response.headers):
            self._resting.add(urlparse_cached(request).netloc)
        return response
