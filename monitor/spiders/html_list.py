"""HTML pages that list articles."""

from __future__ import annotations

from collections.abc import Iterator

from scrapy import Request
from scrapy.http import Response

from monitor.parse.listed import Listed
from monitor.parse.lists import read_list
from monitor.spiders._base import SourceSpider, headers_of


class HtmlListSpider(SourceSpider):
    """Reads a list page, and the pages after it as far as the source wants them."""

    def __init__(self, **arguments: object) -> None:
        super().__init__(**arguments)  # type: ignore[arg-type]
        self._next_page: str | None = None
        self._pages = 1

    def read_list(self, response: Response) -> list[Listed]:
        """The items of one page."""
        page = read_list(response.body, headers_of(response), url=response.url, source=self.source, now=self.cycle.now)
        self._next_page = page.next_page
        return page.items

    def more_lists(self, response: Response) -> Iterator[Request]:
        """The next page."""
        if self._next_page is not None and self._pages < self.source.pages:
            self._pages += 1
            yield self.list_request(self._next_page)
