"""What passes from the spiders to the pipelines, and from lists to the frontier."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.parse.dates import Moment
from monitor.parse.listed import Listed
from storage.frontier import Found, Page, Validators
from storage.records import Article, Figure


@dataclass(frozen=True, kw_only=True, slots=True)
class Read:
    """An article that was read from a page, on its way to the ledger: Scrapy's item."""

    article: Article
    page: Page
    #: Of the answer.
    validators: Validators
    #: The list carried it: no page was asked for.
    listed: bool = False
    #: An archive kept it: it is old news, whatever it says, and for ever as it is.
    past: bool = False
    #: None: not extracted yet.
    figures: tuple[Figure, ...] | None = None


def found_of(item: Listed, url: str) -> Found:
    """What a list said, as the frontier keeps it under a canonical address."""
    return Found(
        url=url,
        link=item.url,
        title=item.title,
        summary=item.summary,
        text=item.text,
        published=item.published.at if item.published else None,
        dated=item.published.day if item.published else None,
        outlet=item.outlet,
        author=item.author,
        language=item.language,
        stamp=item.stamp,
        site=item.site,
    )


def listed_of(found: Found) -> Listed:
    """What the frontier kept, as parsing takes it."""
    moment = None
    if found.published is not None and found.dated is not None:
        moment = Moment(at=found.published, day=found.dated, timed=True)
    return Listed(
        url=found.link,
        title=found.title,
        summary=found.summary,
        text=found.text,
        published=moment,
        outlet=found.outlet,
        author=found.author,
        language=found.language,
        stamp=found.stamp,
        site=found.site,
    )
