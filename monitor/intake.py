"""Articles from files to the ledger: the path of a run, without the web."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

from monitor.articles import read_figures
from monitor.config import Config
from monitor.extractors import Extractor
from monitor.ingest import Incoming, LineError, read_line
from monitor.policies import hold_of, ledger_of, rules_of
from monitor.rows import figure_row
from monitor.sending import WELL, Clock, deliver_waiting, say
from storage.database import connect
from storage.outbox import Outbox
from storage.records import GIVEN, Origin, Recorded
from storage.runs import AlreadyRunningError, Counts, RunLock, Runs
from storage.wrapping import Database

#: Exit codes: some line was refused; another run is at work.
REFUSED, ALREADY_RUNNING = 3, 5

Tell = Callable[[dict[str, Any]], None]


def ingest(
    config: Config,
    files: Sequence[str],
    *,
    database: Path | None = None,
    clock: Clock,
    tell: Tell,
    refused: IO[str] | None = None,
) -> int:
    """Record the articles of files, article by article, and deliver what is new; gives the exit code.

    Args:
        config: whom to tell, and the ledger.
        files: names; "-" is standard input.
        database: another ledger.
        clock: gives the time.
        tell: called with the verdicts of each article.
        refused: takes the lines that are refused, as they came.

    Raises:
        LedgerError: the ledger cannot be used; what was recorded until then stays.
    """
    if database is not None:
        storage = config.settings.storage.model_copy(update={"path": database.absolute()})
        config = replace(config, settings=config.settings.model_copy(update={"storage": storage}))
    try:
        with closing(connect(config.database)) as db, RunLock(config.database):
            faults = _Intake(config, db, clock, tell, refused).take(files)
    except AlreadyRunningError as error:
        say([str(error)])
        return ALREADY_RUNNING
    return max(REFUSED if faults else WELL, deliver_waiting(config, clock))


class _Intake:
    """One reading of files under a row of `runs`."""

    def __init__(self, config: Config, db: Database, clock: Clock, tell: Tell, refused: IO[str] | None) -> None:
        self._clock = clock
        self._tell = tell
        self._refused = refused
        self._ledger = ledger_of(config, db)
        self._outbox = Outbox(db)
        self._runs = Runs(db)
        self._extractor = Extractor(watchlists=config.settings.watch.lists)
        self._rules = rules_of(config)
        self._hold = hold_of(config)
        self._baseline: dict[str, bool] = {}
        self._counts = Counts()
        self._faults: list[str] = []

    def take(self, files: Sequence[str]) -> list[str]:
        """Read the files; gives what was refused, a line a fault."""
        self._run = self._runs.start(now=self._clock())
        self._policy = self._rules.policy(self._run, self._clock)
        code = 1
        try:
            for file in files:
                self._read(file)
            code = REFUSED if self._faults else WELL
        finally:
            self._outbox.close_run(self._run, self._clock())
            self._runs.end(
                self._run, now=self._clock(), exit=code, counts=self._counts, message="\n".join(self._faults)
            )
        return self._faults

    def _read(self, file: str) -> None:
        for number, line in _lines(file):
            try:
                incoming = read_line(line, number=number, now=self._clock())
            except LineError as error:
                self._refuse(f"{file}: {error}", line)
                continue
            self._record(incoming)

    def _refuse(self, fault: str, line: str) -> None:
        say([fault])
        self._faults.append(fault)
        if self._refused is not None:
            self._refused.write(line if line.endswith("\n") else f"{line}\n")

    def _record(self, incoming: Incoming) -> None:
        article, figures, extractor = incoming.article, incoming.figures, GIVEN
        if figures is None:
            extractor = self._extractor.version
            figures = read_figures(article, self._extractor, Origin(article.fetched, past=False))
        baseline = self._is_baseline(article.source)
        recorded = self._ledger.record(
            article,
            figures,
            now=self._clock(),
            policy=self._policy,
            hold=self._hold,
            run=self._run,
            baseline=baseline,
            extractor=extractor,
            within=lambda done: self._summarise(article.source) if baseline and done.new_snapshot else None,
        )
        self._count(recorded)
        self._tell(_verdicts(incoming.id, recorded))

    def _is_baseline(self, source: str) -> bool:
        """Whether this import is the first that the ledger sees of a source; asked once, before its first article."""
        if source not in self._baseline:
            self._baseline[source] = not self._ledger.knows_source(source)
        return self._baseline[source]

    def _summarise(self, source: str) -> None:
        for posting in self._rules.baseline(source):
            self._outbox.post(None, posting, now=self._clock(), note={"source": source})

    def _count(self, recorded: Recorded) -> None:
        if recorded.new_snapshot:
            self._counts = Counts(
                sources=len(self._baseline),
                articles=self._counts.articles + 1,
                figures=self._counts.figures + len(recorded.judged),
                alerts=self._counts.alerts + sum(judged.alert_id is not None for judged in recorded.judged),
            )


def _lines(file: str) -> Iterator[tuple[int, str]]:
    with ExitStack() as stack:
        stream = sys.stdin.buffer if file == "-" else stack.enter_context(Path(file).open("rb"))
        for number, line in enumerate(stream, 1):
            if line.strip():
                # Bytes that are no UTF-8 spoil their own line only: its JSON is refused.
                yield number, line.decode("utf-8", "surrogateescape")


def _verdicts(id_: str, recorded: Recorded) -> dict[str, Any]:
    return {
        "id": id_,
        "figures": [{**figure_row(judged.figure), "verdict": judged.verdict} for judged in recorded.judged],
        "held": [{**figure_row(held.figure), "reason": held.reason} for held in recorded.held],
    }
