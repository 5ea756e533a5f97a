"""Spiders: one module a kind of source, one spider a source.

`scrapy list` prints the sources, `scrapy crawl NAME` reads one of them: the shipped ones and those of monitor.toml.
The spiders are thin: what a list or page says is read in `monitor.parse`, what is due is known to `storage.frontier`.

    scrapy crawl NAME -O articles.jsonl        all its articles, into a file; nothing is remembered
    scrapy crawl NAME -s LEDGER=keling.db      what is new, into the ledger, without telling anybody
"""

from __future__ import annotations

from functools import cache
from importlib import import_module

from scrapy import Request
from scrapy.settings import BaseSettings

from monitor.config import load_config
from monitor.declarations.sources import Source, shipped_sources
from monitor.spiders._base import SourceSpider


@cache
def _kind(name: str) -> type[SourceSpider]:
    """The spider of a kind: the one that the kind's module defines."""
    module = import_module(f"{__name__}.{name}")
    (spider,) = (
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, SourceSpider) and value.__module__ == module.__name__
    )
    return spider


def spider_of(source: Source) -> type[SourceSpider]:
    """The spider class that reads one source; its name is the source's."""
    kind = _kind(source.kind)
    return type(kind.__name__, (kind,), {"name": source.name, "source": source, "__module__": kind.__module__})


class Catalogue:
    """Scrapy's spider loader over the sources."""

    def __init__(self, sources: dict[str, Source]) -> None:
        self._sources = sources

    @classmethod
    def from_settings(cls, settings: BaseSettings) -> Catalogue:
        """Called by Scrapy."""
        own = {source.name: source for source in load_config().settings.source}
        return cls({**shipped_sources(), **own})

    def load(self, spider_name: str) -> type[SourceSpider]:
        """The spider of a source; KeyError where there is none of that name."""
        return spider_of(self._sources[spider_name])

    def list(self) -> list[str]:
        """Names of all sources, in use or not."""
        return list(self._sources)

    def find_by_request(self, request: Request) -> list[str]:  # type: ignore[valid-type]
        """Names of the sources that a request is the list of."""
        return [name for name, source in self._sources.items() if source.url == request.url]
