"""Files of captures (WARC) to the ledger: the past as others have kept it, read as a run reads pages.

What is recorded is old news: nobody is alerted, and one summary is sent. How far a file is read stands in the ledger,
written with what was read: a reading that was killed goes on where it was, and a file that is read is not read again.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from monitor.articles import read_figures
from monitor.config import Config
from monitor.declarations.sources import Page, Source, shipped_sources
from monitor.errors import ParseError
from monitor.extractors import Extractor
from monitor.parse.addresses import canonical_url, host_of, site_key
from monitor.parse.charset import decode
from monitor.parse.glance import is_another_article
from monitor.parse.html import article_of, read_article
from monitor.parse.listed import Listed
from monitor.parse.warc import Capture, Record, captures
from monitor.pdfs import MAGIC, pdf_text_apart
from monitor.policies import hold_of, ledger_of, rules_of
from monitor.sending import WELL, Clock, deliver_waiting, say
from storage.archives import Archives, Reading
from storage.database import connect
from storage.frontier import Found, Frontier, Quarantined, Validators
from storage.outbox import Outbox
from storage.records import Article, Origin, Recorded
from storage.runs import AlreadyRunningError, Counts, RunLock, Runs
from storage.wrapping import Database

#: Exit codes: some record could not be read; another run is at work.
BAD, ALREADY_RUNNING = 3, 5

#: The source of what comes from files of captures.
SOURCE = "backfill"

#: How much of a file's beginning tells it from others of its size: more than the one record that names the crawl.
_HEAD = 2**20
#: So many records between two notes of how far a file is read, where none is recorded: a second's work.
_OFTEN = 500
#: So many faults are told one by one.
_TOLD = 20

#: Called with how far a file is read.
Watch = Callable[[Reading], None]


def backfill(config: Config, files: Sequence[Path], *, clock: Clock, watch: Watch, again: bool = False) -> int:
    """Record what files of captures hold about the watched, record by record; gives the exit code.

    Args:
        config: the ledger, what is watched, and who gets the summary.
        files: WARC files, packed or not.
        clock: gives the time.
        watch: called often.
        again: begin anew with files that are read.

    Raises:
        LedgerError: the ledger cannot be used; what was recorded until then stays.
        ParseError: a file is no WARC.
        OSError: a file cannot be read.
    """
    try:
        with closing(connect(config.database)) as db, RunLock(config.database):
            faults = _Backfill(config, db, clock, watch).take(files, again=again)
    except AlreadyRunningError as error:
        say([str(error)])
        return ALREADY_RUNNING
    return max(BAD if faults else WELL, deliver_waiting(config, clock))


class _Backfill:
    """One reading of files under a row of `runs`."""

    def __init__(self, config: Config, db: Database, clock: Clock, watch: Watch) -> None:
        self._clock = clock
        self._watch = watch
        self._limit = config.settings.fetch.max_bytes
        self._ledger = ledger_of(config, db)
        self._frontier = Frontier(db)
        self._archives = Archives(db)
        self._outbox = Outbox(db)
        self._runs = Runs(db)
        self._extractor = Extractor(watchlists=config.settings.watch.lists)
        self._rules = rules_of(config)
        self._hold = hold_of(config)
        self._sites = _sites(config)
        self._counts = Counts()
        self._faults: list[str] = []

    def take(self, files: Sequence[Path], *, again: bool) -> list[str]:
        """Read the files; gives what could not be read, a line a fault."""
        self._run = self._runs.start(now=self._clock())
        code = 1
        try:
            self._read_kept()
            for file in files:
                self._read(file, again=again)
            code = BAD if self._faults else WELL
        finally:
            self._outbox.close_run(self._run, self._clock())
            told = "\n".join(self._faults[:_TOLD])
            self._runs.end(self._run, now=self._clock(), exit=code, counts=self._counts, message=told)
        return self._faults

    def _read(self, file: Path, *, again: bool) -> None:
        reading = self._begun(file)
        if again:
            reading = replace(reading, position=0, pages=0, recorded=0, irrelevant=0, bad=0)
        self._reading = noted = reading
        self._watch(reading)
        if reading.done:
            return
        try:
            with file.open("rb") as stream:
                for number, record in enumerate(captures(stream, start=reading.position, largest=self._limit), 1):
                    self._reading = self._deal(record)
                    self._watch(self._reading)
                    if number % _OFTEN == 0:
                        self._archives.write(self._reading, now=self._clock())
                        noted = self._reading
            self._reading = replace(self._reading, position=self._reading.size)
        except ParseError as error:
            raise ParseError(f"{file}: {error}") from error
        finally:
            if self._reading != noted:
                self._archives.write(self._reading, now=self._clock())
        self._watch(self._reading)

    def _begun(self, file: Path) -> Reading:
        size = file.stat().st_size
        with file.open("rb") as stream:
            digest = hashlib.sha256(f"{size} ".encode() + stream.read(_HEAD)).hexdigest()
        known = self._archives.of(digest)
        return replace(known, name=file.name) if known else Reading(digest=digest, name=file.name, size=size)

    def _deal(self, record: Record) -> Reading:
        """Deal with one record; gives how far the file is read with it."""
        place = f"{self._reading.name}#bytes={record.start}-{record.end - 1}"
        after = replace(self._reading, position=record.end)
        if record.fault:
            self._refuse(f"{place}: {record.fault}")
            return replace(after, bad=after.bad + 1)
        # Front pages are no articles: what they say stands on other pages, too.
        if record.capture is None or urlsplit(record.capture.url).path in {"", "/"}:
            return after
        return self._take_page(record.capture, place, replace(after, pages=after.pages + 1))

    def _take_page(self, capture: Capture, place: str, after: Reading) -> Reading:
        try:
            article = self._article(capture, place)
        except ParseError as error:
            if self._may_name(capture):
                self._quarantine(capture, place, str(error))
                return replace(after, bad=after.bad + 1)
            article = None
        if article is None:
            return replace(after, irrelevant=after.irrelevant + 1)
        after = replace(after, recorded=after.recorded + 1)
        self._record(article, lambda _: self._archives.write(after, now=self._clock()))
        return after

    def _article(self, capture: Capture, place: str) -> Article | None:
        """The article that a capture is; None: it names nothing that is watched.

        Raises:
            ParseError: it cannot be read.
        """
        source, named = self._source_of(capture.url), partial(self._extractor.mentions_watched, url=capture.url)
        told: dict[str, Any] = {"source": source, "now": capture.captured}
        if capture.body.startswith(MAGIC):
            listed = Listed(url=place, outlet=source.outlet or host_of(capture.url))
            text = asyncio.run(pdf_text_apart(capture.body))
            article = article_of(listed, document=text, url=capture.url, **told)
        elif is_another_article(capture.body, capture.headers, title="", source=source, named=named):
            return None
        else:
            article = read_article(capture.body, capture.headers, url=capture.url, listed=Listed(url=place), **told)
        return article if named(f"{article.title}\n{article.text}") else None

    def _may_name(self, capture: Capture) -> bool:
        """Whether a page that cannot be read is worth keeping: something that is watched stands somewhere in it."""
        try:
            text = decode(capture.body, capture.headers)[0]
        except ParseError:
            text = capture.body.decode("utf-8", "replace")
        return capture.body.startswith(MAGIC) or self._extractor.mentions_watched(unescape(text), capture.url)

    def _record(self, article: Article, mark: Callable[[Recorded], None]) -> None:
        figures = read_figures(article, self._extractor, Origin(article.fetched, past=True))

        def within(recorded: Recorded) -> None:
            mark(recorded)
            if recorded.new_snapshot:
                for posting in self._rules.baseline(SOURCE):
                    self._outbox.post(None, posting, now=self._clock(), note={"source": SOURCE, "past": True})

        recorded = self._ledger.record(
            article,
            figures,
            now=self._clock(),
            hold=self._hold,
            run=self._run,
            baseline=True,
            extractor=self._extractor.version,
            within=within,
        )
        if recorded.new_snapshot:
            articles, known = self._counts.articles + 1, self._counts.figures
            self._counts = replace(self._counts, articles=articles, figures=known + len(recorded.judged))

    def _quarantine(self, capture: Capture, place: str, fault: str) -> None:
        found = Found(url=canonical_url(capture.url), link=place)
        self._frontier.take_unread(
            SOURCE,
            found,
            content_type=capture.headers.get("content-type", ""),
            body=capture.body,
            message=fault,
            now=self._clock(),
            fetched=capture.captured,
        )
        self._refuse(f"{place}: {capture.url}: {fault}")

    def _read_kept(self) -> None:
        """Read once more what could not be read when its file was: the program may have learned it since."""
        for kept in self._frontier.quarantined():
            if kept.source != SOURCE:
                continue
            headers = {"content-type": kept.content_type} if kept.content_type else {}
            capture = Capture(url=kept.url, captured=kept.fetched, headers=headers, body=kept.body)
            try:
                article = self._article(capture, kept.page.found.link)
            except ParseError:
                continue
            if article is None:
                self._frontier.irrelevant(kept.page.id, validators=Validators())
            else:
                self._record(article, lambda recorded, kept=kept: self._resolve(kept, recorded))  # type: ignore[misc]

    def _resolve(self, kept: Quarantined, recorded: Recorded) -> None:
        self._frontier.recorded(
            kept.page.id,
            recorded.article_id,
            validators=Validators(),
            published=None,
            now=self._clock(),
            listed=True,
        )

    def _refuse(self, fault: str) -> None:
        self._faults.append(fault)
        if len(self._faults) <= _TOLD:
            say([fault])

    def _source_of(self, url: str) -> Source:
        """What holds for the pages of a site, as far as a source of it says."""
        site = self._sites.get(site_key(url))
        if site is not None:
            return site
        return Source.model_construct(name=SOURCE, kind="html_list", url=url)


def _sites(config: Config) -> dict[str, Source]:
    """What the sources of each site say of all its pages: outlet, rank, clock; an official one knows best."""
    own = {source.name: source for source in config.settings.source}
    sources = (shipped_sources() | own).values()
    told = sorted(sources, key=lambda source: (source.official, source.enabled))
    said = {"name": SOURCE, "language": "", "page": Page(), "archive": None}
    return {site_key(source.url): source.model_copy(update=said) for source in told if source.tier != "aggregator"}
