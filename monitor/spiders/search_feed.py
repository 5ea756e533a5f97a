"""Feeds of search engines: each query in each locale is a feed."""

from __future__ import annotations

from monitor.spiders.feed import FeedSpider


class SearchFeedSpider(FeedSpider):
    """Reads the feeds that answer a source's queries.

    Links may wrap the article's address (`unwrap`), titles may end in the outlet's name (`outlet_in_title`).
    """
