"""HTML pages that list articles."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scrapy import Request
from scrapy.http import Response

from monitor.parse.listed import Listed
from monitor.parse.lists import read_list
from monitor.spiders._answers import headers_of
from monitor.spiders._asking import Ask
from monitor.spiders._base import SourceSpider


class HtmlListSpider(SourceSpider):
    """Reads a list page, and the pages after it as far as the source wants them."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._next_page: str | None = None

    def read_list(self, response: Response) -> list[Listed]:
        """The items of one page."""
        page = read_list(response.body, headers_of(response), url=response.url, source=self.source, now=self.cycle.now)
        self._next_page = page.next_page
        return page.items

    def more_lists(self, response: Response, ask: Ask) -> Iterator[Request]:
        """The next page."""
        following = ask.turned(ask.page + 1)
        if self._next_page is not None and following.page < self.source.first_page + self.source.pages:
            yield self.list_request(following, url=self._next_page)
