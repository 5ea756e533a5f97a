"""Sources asked once, to be judged by a person: what came of each, whether that will do, and what to mend where not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from monitor.crawl import Fetching, read_all
from monitor.cycle import Cycle, Trial
from monitor.declarations.sources import Source
from monitor.extractors import Extractor
from monitor.spiders._report import Report
from storage.database import memory
from storage.frontier import Frontier
from storage.health import Health
from storage.ledger import Ledger
from storage.records import Article

#: `degraded`: its lists are well and what they lead to is not, or some of its lists are not.
State = Literal["ok", "degraded", "broken"]

#: How a kept answer's file ends, by how its body begins.
_ENDINGS = ((b"%PDF-", "pdf"), (b"\x1f\x8b", "gz"), (b"{", "json"), (b"[", "json"), (b"<?xml", "xml"), (b"<", "html"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """What came from a source when it was asked once."""

    name: str
    state: State
    #: From the first request to the last answer.
    seconds: float
    #: Of its list; None: there was no answer.
    status: int | None
    #: Lists asked for (a search has one a query and locale), and those that gave what they should.
    lists: int
    good_lists: int
    #: Size and content type of what they answered.
    bytes: int
    content_type: str
    #: What its robots.txt says: "allows", "closes", "closes pages", "absent", "no answer"; "": not asked for.
    robots: str
    #: Items of the lists, and those with a date.
    items: int
    dated: int
    #: When its newest item was published; None: the list does not say.
    newest: datetime | None
    #: Title and address of the item that its list names first.
    latest: str
    link: str
    #: The article that its newest item led to; None: none was read.
    article: Article | None
    #: Whether it names something that is watched, and how many figures were read in it.
    watched: bool
    figures: int
    #: What went wrong, each with its address, and what may be done about it.
    messages: tuple[str, ...]
    advice: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether it gave what it should."""
        return self.state == "ok"


def check(
    sources: Sequence[Source],
    *,
    extractor: Extractor,
    now: datetime,
    fetching: Fetching | None = None,
    keep: Path | None = None,
    done: Callable[[str], None] | None = None,
) -> list[Checked]:
    """Ask each source and one of its pages as a run would, into a ledger in memory that is thrown away.

    Once a process, as `crawl`.

    Args:
        sources: whom to ask.
        extractor: reads figures.
        now: the time.
        fetching: manners and limits.
        keep: a folder for every answer that comes, as it came; made where it is missing.
        done: called with the name of each source that is done.
    """
    db = memory()
    trial = Trial(keep=_keeper(keep) if keep else None, done=done)
    parts: dict[str, Any] = {"ledger": Ledger(db), "frontier": Frontier(db), "health": Health(db)}
    cycle = Cycle(extractor=extractor, now=now, trial=trial, **parts)
    reports = read_all(sources, cycle, fetching or Fetching())
    return [_checked(reports[source.name]) for source in sources if source.name in reports]


def rows(checked: Iterable[Checked], sources: Mapping[str, Source], *, now: datetime) -> list[dict[str, Any]]:
    """Checked sources as rows of `sources check`, in flat fields: a report can be sent as a table."""
    return [_row(each, sources[each.name], now) for each in checked]


def _row(checked: Checked, source: Source, now: datetime) -> dict[str, Any]:
    article = checked.article
    return {
        "name": checked.name,
        "kind": source.kind,
        "state": checked.state,
        "status": checked.status,
        "seconds": round(checked.seconds, 1),
        "lists": checked.lists,
        "good_lists": checked.good_lists,
        "bytes": checked.bytes,
        "content_type": checked.content_type,
        "robots": checked.robots,
        "items": checked.items,
        "dated": checked.dated,
        "newest": checked.newest,
        "latest": checked.latest,
        "link": checked.link,
        "title": article.title if article else "",
        "chars": len(article.text) if article else 0,
        "language": article.language if article else "",
        "published": article.published if article else None,
        "outlet": article.outlet if article else "",
        "begins": article.text[:80] if article else "",
        "watched": checked.watched,
        "figures": checked.figures,
        "message": _first(checked.messages),
        "messages": list(checked.messages),
        "advice": list(checked.advice),
        "url": source.url,
        "evidence": source.evidence,
        "note": source.note,
        "checked": now,
    }


def _first(messages: Sequence[str]) -> str:
    more = f"; and {len(messages) - 1} more" if len(messages) > 1 else ""
    return messages[0] + more if messages else ""


def _checked(report: Report) -> Checked:
    state: State = "ok"
    if report.faults:
        state = "degraded" if report.good_lists else "broken"
    return Checked(
        name=report.source,
        state=state,
        seconds=report.seconds,
        status=report.status,
        lists=report.lists,
        good_lists=report.good_lists,
        bytes=report.bytes,
        content_type=report.content_type.partition(";")[0],
        robots=report.robots,
        items=report.items or 0,
        dated=report.dated,
        newest=report.newest,
        latest=report.latest.title if report.latest else "",
        link=report.latest.url if report.latest else "",
        article=report.sample,
        watched=report.articles > 0,
        figures=report.figures,
        messages=tuple(dict.fromkeys(cause.what for cause in report.faults)),
        advice=tuple(dict.fromkeys(cause.advice for cause in report.faults if cause.advice)),
    )


def _keeper(folder: Path) -> Callable[[str, str, bytes], None]:
    """Writes answers as files `SOURCE-1.xml`, `SOURCE-2.html`, …, and their addresses into `addresses.txt`."""
    folder.mkdir(parents=True, exist_ok=True)
    counts: dict[str, int] = {}

    def keep(source: str, url: str, body: bytes) -> None:
        counts[source] = counts.get(source, 0) + 1
        head = re.sub(rb"^\xef\xbb\xbf|\s+", b"", body[:100])
        ending = next((ending for begin, ending in _ENDINGS if head.startswith(begin)), "txt")
        file = folder / f"{source}-{counts[source]}.{ending}"
        file.write_bytes(body)
        with (folder / "addresses.txt").open("a", encoding="utf-8") as addresses:
            addresses.write(f"{file.name}\t{url}\n")

    return keep
