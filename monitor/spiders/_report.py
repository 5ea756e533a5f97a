"""What became of a source in one run, as its spider and pipelines count it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from monitor.parse.listed import Listed
from monitor.spiders._causes import Cause
from storage.records import Article


@dataclass(kw_only=True)
class Report:
    """What became of a source in this run."""

    source: str
    #: Lists asked for, and those that were read or that said that nothing has changed.
    lists: int = 0
    good_lists: int = 0
    #: Size and content type of what the lists answered; of several the type of the last.
    bytes: int = 0
    content_type: str = ""
    #: From its first request to its end.
    seconds: float = 0.0
    #: Items of the lists that were read; None: all said that nothing has changed, or none could be read.
    items: int | None = None
    #: Items that were not known.
    new: int = 0
    #: Pages asked for, and articles whose text was recorded.
    pages: int = 0
    articles: int = 0
    #: Of these, those with figures, and the latest in a row that have none.
    telling: int = 0
    barren: int = 0
    figures: int = 0
    alerts: int = 0
    #: Of the last list that answered; None: none did.
    status: int | None = None
    #: Of the items, when the newest was published; None: they do not say.
    newest: datetime | None = None
    #: Items that say when they were published.
    dated: int = 0
    #: The first item of the first list that had one: the newest, as lists are ordered.
    latest: Listed | None = None
    #: What its host's robots.txt says: "allows", "closes", "closes pages" where the list is open, "absent", or
    #: "no answer"; "" where it was not asked for.
    robots: str = ""
    #: The first article that was read.
    sample: Article | None = None
    #: Of an archive: its index is read to its end and every capture was asked for.
    through: bool = False
    #: Why it ended, in Scrapy's words: `finished`, or `shutdown` where somebody ended the run.
    ended: str = ""
    list_faults: list[Cause] = field(default_factory=list)
    page_faults: list[Cause] = field(default_factory=list)

    @property
    def faults(self) -> list[Cause]:
        """Everything that went wrong."""
        return [*self.list_faults, *self.page_faults]
