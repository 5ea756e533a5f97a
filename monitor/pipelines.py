"""The way of an article through a crawl, in the order of `settings.ITEM_PIPELINES`: relevance, figures, ledger."""

from __future__ import annotations

from dataclasses import replace
from typing import Self

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem

from monitor.articles import read_figures
from monitor.cycle import Cycle
from monitor.errors import LedgerError
from monitor.spiders._base import SourceSpider
from monitor.spiders._items import Read
from monitor.spiders._report import Report
from storage.records import Origin, Recorded


class Pipeline:
    """A step of the way; it knows its spider."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Called by Scrapy."""
        return cls(crawler)

    @property
    def spider(self) -> SourceSpider:
        """The spider of this crawl."""
        spider = self._crawler.spider
        assert isinstance(spider, SourceSpider)
        return spider


class RelevancePipeline(Pipeline):
    """Lets pass what names something that is watched; of the rest only the address is kept."""

    def process_item(self, item: Read) -> Read:
        """Called by Scrapy."""
        if is_relevant(item, self.spider.cycle):
            return item
        self.spider.cycle.frontier.irrelevant(item.page.id, validators=item.validators)
        raise DropItem(f"names nothing that is watched: {item.article.url}")


class ExtractionPipeline(Pipeline):
    """Reads the figures."""

    def process_item(self, item: Read) -> Read:
        """Called by Scrapy."""
        return extracted(item, self.spider.cycle)


class LedgerPipeline(Pipeline):
    """Records article, figures and alerts, and the page as read, in one transaction."""

    def process_item(self, item: Read) -> Read:
        """Called by Scrapy."""
        record(item, self.spider.cycle, self.spider.report)
        return item


def is_relevant(item: Read, cycle: Cycle) -> bool:
    """Whether an article names something that is watched."""
    # An article that was recorded stays watched: that it no longer names its subject is news too.
    text = f"{item.article.title}\n{item.article.text}"
    return item.page.state == "recorded" or cycle.extractor.mentions_watched(text, item.article.url)


def extracted(item: Read, cycle: Cycle) -> Read:
    """An article with its figures."""
    origin = cycle.ledger.origin(item.article.url) or Origin(item.article.fetched, _is_past(item))
    return replace(item, figures=read_figures(item.article, cycle.extractor, origin))


def _is_past(item: Read) -> bool:
    """Whether it was there before us: nothing of it is told."""
    return item.page.baseline or item.past


def record(item: Read, cycle: Cycle, report: Report) -> None:
    """Write an article with its figures, and that its page is read.

    Raises:
        LedgerError: nothing was written; the cycle is over.
    """
    assert item.figures is not None

    def mark(recorded: Recorded) -> None:
        cycle.frontier.recorded(
            item.page.id,
            recorded.article_id,
            validators=item.validators,
            published=item.article.published,
            now=cycle.now,
            listed=item.listed or item.past,
        )
        # An archive is summed up when it is read through.
        if item.page.baseline and not item.past and recorded.new_snapshot and cycle.summarise is not None:
            cycle.summarise(item.article.source)

    try:
        recorded = cycle.ledger.record(
            item.article,
            item.figures,
            now=cycle.now,
            policy=None if item.past else cycle.policy,
            hold=cycle.hold,
            run=cycle.run,
            baseline=_is_past(item),
            extractor=cycle.extractor.version,
            within=mark,
        )
    except LedgerError as error:
        # Nothing that follows could be recorded either: every source is left as it is until the next run.
        cycle.broken.append(error)
        raise
    if recorded.new_snapshot:
        tells = bool(recorded.judged or recorded.held)
        report.articles += 1
        report.telling += tells
        report.barren = 0 if tells else report.barren + 1
        report.figures += len(recorded.judged)
        report.alerts += sum(judged.alert_id is not None for judged in recorded.judged)
