"""Sitemaps, of news or of all pages, and their indexes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scrapy import Request
from scrapy.http import Response

from monitor.parse.listed import Listed
from monitor.parse.sitemaps import read_sitemap
from monitor.spiders._asking import Ask
from monitor.spiders._base import SourceSpider


class SitemapSpider(SourceSpider):
    """Reads a sitemap; of an index, as many of its newest children as the source has pages."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._children: list[str] = []

    def read_list(self, response: Response) -> list[Listed]:
        """The items of a sitemap; none of an index."""
        sitemap = read_sitemap(response.body, url=response.url, source=self.source, now=self.cycle.now)
        self._children = sitemap.children
        return sitemap.items

    def more_lists(self, response: Response, ask: Ask) -> Iterator[Request]:
        """The children of an index."""
        for child in self._children[: self.source.pages]:
            yield self.list_request(ask, url=child)
