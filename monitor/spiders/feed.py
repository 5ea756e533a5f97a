"""Feeds: RSS, Atom, RDF and JSON Feed."""

from __future__ import annotations

from scrapy.http import Response

from monitor.parse.feeds import read_feed
from monitor.parse.listed import Listed
from monitor.spiders._answers import headers_of
from monitor.spiders._base import SourceSpider


class FeedSpider(SourceSpider):
    """Reads a feed at one address."""

    def read_list(self, response: Response) -> list[Listed]:
        """The entries of the feed."""
        return read_feed(response.body, headers_of(response), url=response.url, source=self.source, now=self.cycle.now)
