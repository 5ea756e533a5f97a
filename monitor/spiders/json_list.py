"""Lists in JSON, as sites' own pages ask for them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scrapy import Request
from scrapy.http import Response

from monitor.parse.json_rows import read_rows
from monitor.parse.listed import Listed
from monitor.spiders._answers import headers_of
from monitor.spiders._asking import Ask
from monitor.spiders._base import SourceSpider


class JsonListSpider(SourceSpider):
    """Reads an answer in JSON, and the pages after it as far as the source wants them and the answer has them."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._pages: int | None = None

    def read_list(self, response: Response) -> list[Listed]:
        """The rows of one answer."""
        rows = read_rows(response.body, headers_of(response), url=response.url, source=self.source, now=self.cycle.now)
        self._pages = rows.pages
        return rows.items

    def more_lists(self, response: Response, ask: Ask) -> Iterator[Request]:
        """The next page."""
        done = ask.page - self.source.first_page + 1
        if done < self.source.pages and (self._pages is None or done < self._pages):
            yield self.list_request(ask.turned(ask.page + 1))
