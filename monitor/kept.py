"""Answers that could not be read when they came, and were kept: each is tried again before a full run."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.cycle import Cycle
from monitor.declarations.sources import Source
from monitor.errors import ParseError
from monitor.parse.archives import capture_in
from monitor.parse.html import article_of, read_article
from monitor.parse.pdf import pdf_text
from monitor.pdfs import MAGIC
from monitor.pipelines import extracted, is_relevant, record
from monitor.settings import DOWNLOAD_MAXSIZE
from monitor.spiders._items import Read, listed_of
from monitor.spiders._report import Report
from storage.frontier import Quarantined, Validators
from storage.records import Article


def read_kept(sources: Sequence[Source], cycle: Cycle) -> list[Report]:
    """Read once more the answers that could not be read when they came: the program may have learned it since."""
    declared = {source.name: source for source in sources}
    reports: dict[str, Report] = {}
    for kept in cycle.frontier.quarantined():
        if kept.source not in declared:
            continue
        try:
            article = _article(kept, declared[kept.source])
        except ParseError:
            continue
        past = declared[kept.source].archive is not None
        item = Read(article=cycle.ranked(article), page=kept.page, validators=Validators(), past=past)
        if is_relevant(item, cycle):
            record(extracted(item, cycle), cycle, reports.setdefault(kept.source, Report(source=kept.source)))
        else:
            cycle.frontier.irrelevant(kept.page.id, validators=Validators())
    return list(reports.values())


def _article(kept: Quarantined, source: Source) -> Article:
    listed, headers = listed_of(kept.page.found), {"content-type": kept.content_type}
    url, body, now = kept.url, kept.body, kept.fetched
    if source.archive is not None:
        capture = capture_in(body, headers, url=url, source=source, largest=DOWNLOAD_MAXSIZE)
        url, headers, body, now = capture.url, capture.headers, capture.body, capture.captured
    if body.startswith(MAGIC):
        return article_of(listed, source=source, now=now, document=pdf_text(body), url=url)
    return read_article(body, headers, url=url, listed=listed, source=source, now=now)
