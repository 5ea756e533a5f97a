"""Figures judged and recorded, one transaction an article: `python -m benchmarks.ledger [--figures 10000000]`.

A ledger of ten thousand figures, and one of as many as asked for, take the same number of further articles; seven in
ten figures tell what is known, two are new, one contradicts. The rows that this writes into an empty ledger are then
inserted by bare `sqlite3`, one transaction an article, too. The large ledger is laid down in bulk, with the indexes
that it has in life, and is removed at the end.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from statistics import median

from storage.columns import columns_of
from storage.database import connect
from storage.ledger import Ledger
from storage.novelty import Traits, read
from storage.records import Article, Figure
from storage.sameness import sketch_of
from storage.search import indexed
from storage.slots import slot_of

NOW = datetime(2025, 6, 1, tzinfo=UTC)
SMALL = 10_000
#: Figures in an article, and how often a fact is told.
EACH, TOLD = 10, 10
METRICS, QUARTERS = 40, 50
#: A prime, so that the tellings of a fact that is laid down come of different ones.
OUTLETS = 53
#: Articles recorded against the clock: so many that each ledger writes its journal back, every 16,000 pages.
ROUND = 1200
#: Articles before the clock runs.
WARM = 20

_WORDS = [f"{chr(97 + number % 26)}{number:o}word" for number in range(3000)]


@dataclass(frozen=True)
class Measured:
    """What a ledger of some size can do."""

    figures: int
    #: Judged and recorded a second, and a second of processor time: on a busy machine the two lie far apart.
    rate: float
    cpu_rate: float
    #: Milliseconds until the facts of one metric of one entity are there, and the hundred newest of one metric.
    entity_ms: float
    metric_ms: float
    megabytes: float


def figure(slot: int, *, wrong: bool = False, start: int = 0, quote: str = "") -> Figure:
    """A telling of a slot's truth, or of something else."""
    quarter = slot // METRICS % QUARTERS
    value = Decimal((1 + slot % 97) * 10**7 * (3 if wrong else 1))
    return Figure(
        entity=f"entity_{slot // (METRICS * QUARTERS)}",
        metric=f"metric_{slot % METRICS}",
        measure="level",
        value=value,
        unit="CNY",
        bound="exact",
        period=f"{2012 + quarter // 4}-Q{1 + quarter % 4}",
        aggregation="period",
        basis="reported",
        start=start,
        end=start + 10,
        quote=quote,
    )


def article(number: int, slots: int, choose: random.Random) -> tuple[Article, list[Figure]]:
    """An article of a kilobyte with its figures."""
    text, figures = "", []
    for _ in range(EACH):
        what = choose.random()
        slot = choose.randrange(slots) if what < 0.8 else slots + choose.randrange(10**7)
        quote = " ".join(choose.choices(_WORDS, k=12)) + "."
        figures.append(figure(slot, wrong=what < 0.1, start=len(text), quote=quote))
        text += f"{quote} "
    outlet = _outlet(number)
    published = NOW - timedelta(days=1)
    told = Article(
        url=f"https://{outlet}/{number}",
        title=f"Article {number}",
        text=text,
        language="en",
        outlet=outlet,
        published=published,
        dated=published.date(),
        fetched=published,
        source="benchmark",
    )
    return told, figures


def _outlet(article: int) -> str:
    return f"outlet{article % OUTLETS}.example"


def measured(databases: Mapping[int, Path]) -> list[Measured]:
    """Record further articles into ledgers of some sizes, by turns so that all meet the same machine; then read."""
    with ExitStack() as stack:
        ledgers = {size: Ledger(stack.enter_context(closing(connect(file)))) for size, file in databases.items()}
        seconds, cpu_seconds = dict.fromkeys(ledgers, 0.0), dict.fromkeys(ledgers, 0.0)
        choose = random.Random(1)
        for number in range(WARM + ROUND):
            for size, ledger in ledgers.items():
                told, figures = article(size + number + 1, max(1, size // TOLD), choose)
                started, cpu_started = time.perf_counter(), time.process_time()
                ledger.record(told, figures, now=NOW)
                if number >= WARM:
                    seconds[size] += time.perf_counter() - started
                    cpu_seconds[size] += time.process_time() - cpu_started
        return [
            Measured(
                size,
                ROUND * EACH / seconds[size],
                ROUND * EACH / cpu_seconds[size],
                _milliseconds(lambda: list(ledger.facts(entity="entity_0", metric="metric_7"))),  # noqa: B023
                _milliseconds(lambda: list(ledger.facts(metric="metric_7", limit=100))),  # noqa: B023
                databases[size].stat().st_size / 1e6,
            )
            for size, ledger in ledgers.items()
        ]


def _milliseconds(read_rows: object) -> float:
    times = []
    for _ in range(9):
        started = time.perf_counter()
        read_rows()  # type: ignore[operator]
        times.append(1000 * (time.perf_counter() - started))
    return median(times)


def fill(database: Path, size: int) -> None:
    """Lay down a ledger of some size in bulk: each slot is told equally often; the first telling opened the fact.

    With all indexes and round after round, so that their pages are as full as in life, not packed.
    """
    slots, now = max(1, size // TOLD), NOW.isoformat(timespec="milliseconds")
    connect(database).close()
    # Foreign keys are not checked on such a connection.
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA cache_size = -500000")
        connection.execute("BEGIN")
        _articles(connection, size // EACH, now)
        connection.executemany(f"INSERT INTO figures VALUES ({', '.join('?' * 30)})", _figures(slots, now))
        connection.executemany(f"INSERT INTO facts VALUES ({', '.join('?' * 28)})", _facts(slots, now))
        for script in _RETOLD:
            connection.execute(script, {"slots": slots, "each": EACH, "told": TOLD, "outlets": OUTLETS})
        # One transaction leaves the full-text index with merges to be made up for; in life each article pays its share.
        connection.execute("INSERT INTO texts (texts) VALUES ('optimize')")
        connection.execute("COMMIT")


#: The further tellings of each fact, and what follows from all of them.
_RETOLD = (
    """
    WITH RECURSIVE rounds(round) AS (SELECT 1 UNION ALL SELECT round + 1 FROM rounds WHERE round < :told - 1)
    INSERT INTO figures
    SELECT id + round * :slots, (id + round * :slots - 1) / :each + 1, entity, metric, measure, value, unit, bound, low,
           high, resolution, period, aggregation, basis, speaker, place, start, stop, quote, quote_start, confidence,
           audit, extractor, 'repeated', fact, converted, previous, first_seen, epoch,
           'outlet' || (((id + round * :slots - 1) / :each + 1) % :outlets) || '.example'
    FROM rounds CROSS JOIN figures WHERE id <= :slots
    """,
    """
    INSERT INTO fact_versions (id, fact, since, verdict, cause, period, aggregation, value, unit, bound, low, high,
                               status, figure, published, epoch)
    SELECT id, id, first_seen, 'new', figure, period, aggregation, value, unit, bound, low, high, status, figure,
           published, epoch
    FROM facts
    """,
)


def _articles(connection: sqlite3.Connection, count: int, now: str) -> None:
    """Articles with a snapshot each, in the full-text index and among the sketches; twenty thousand a month."""
    text = zlib.compress(b"A text that nobody reads again. " * 20)
    texts = [" ".join(random.Random(seed).choices(_WORDS, k=60)) for seed in range(64)]
    sketches, pairs = [sketch_of(words) for words in texts], [indexed(words[:120]) for words in texts]
    choose = random.Random(3)
    connection.executemany(
        "INSERT INTO articles VALUES (?, ?, ?, 'press', 0, 'benchmark', NULL, ?, NULL, NULL, NULL)",
        ((one, f"https://old.example/{one}", _outlet(one), now) for one in range(1, count + 1)),
    )
    connection.executemany(
        "INSERT INTO snapshots VALUES (?, ?, ?, 'Article', ?, 'en', ?, NULL, NULL, NULL, ?, ?, '', NULL, 0, ?)",
        ((one, one, one.to_bytes(32, "big"), text, now, now, now, sketches[one % 64]) for one in range(1, count + 1)),
    )
    connection.executemany(
        "INSERT INTO texts (rowid, title, text) VALUES (?, 'ar rt ti ic cl le e', ?)",
        ((one, pairs[one % 64]) for one in range(1, count + 1)),
    )
    # Bands of their own for each, as different texts have.
    connection.executemany(
        "INSERT INTO sketch_bands VALUES (?, ?, ?)",
        (
            (24_000 + one // 20_000, band, one)
            for one in range(1, count + 1)
            for band in sorted(choose.getrandbits(56) for _ in range(8))
        ),
    )


def _figures(slots: int, now: str) -> Iterator[Sequence[object]]:
    for number in range(slots):
        one = figure(number)
        yield (
            *(number + 1, number // EACH + 1, one.entity, one.metric, one.measure, *columns_of(read(one))),
            *(one.period, one.aggregation, one.basis, None, "text", 0, 10, f"A sentence that says {one.value}.", 0),
            *(1.0, None, None, "new", number + 1, None, None, now, 1, _outlet(number // EACH + 1)),
        )


def _facts(slots: int, now: str) -> Iterator[Sequence[object]]:
    for number in range(slots):
        one = figure(number)
        slot = slot_of(one, Traits())
        yield (
            *(number + 1, *slot.family, slot.last_day, slot.first_day, one.period, one.aggregation),
            *(*columns_of(read(one)), "current", number + 1, now, None, None, None, 1, 0, now, None),
        )


def bare(database: Path, copy: Path) -> float:
    """Figures a second where all rows of a ledger are inserted by bare sqlite3, as many transactions as articles."""
    connect(copy).close()
    tables = ("articles", "snapshots", "figures", "facts", "fact_versions", "fact_values", "sketch_bands")
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(copy, isolation_level=None)) as target:
        rows = {table: source.execute(f"SELECT * FROM {table}").fetchall() for table in tables}
        target.execute("PRAGMA synchronous = NORMAL")
        parts = len(rows["articles"])
        started = time.perf_counter()
        for part in range(parts):
            target.execute("BEGIN")
            for table, all_rows in rows.items():
                some = all_rows[len(all_rows) * part // parts : len(all_rows) * (part + 1) // parts]
                if some:
                    target.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(some[0]))})", some)
            target.execute("COMMIT")
        return len(rows["figures"]) / (time.perf_counter() - started)


def pace(what: Measured) -> str:
    """How quick a ledger is, in words."""
    return f"{what.rate:8,.0f} figures/s, {what.cpu_rate:,.0f} a second of processor time"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--figures", type=int, default=1_000_000, help="size of the large ledger")
    size = parser.parse_args().figures
    if size <= SMALL:
        parser.error(f"--figures: expected more than the {SMALL:,} of the small ledger, found {size:,}")
    with tempfile.TemporaryDirectory() as folder:
        empty, small, large, copy = (Path(folder) / f"{name}.db" for name in ("empty", "small", "large", "copy"))
        (none,) = measured({0: empty})
        plain = bare(empty, copy)
        print(f"bare sqlite3, the same rows: {plain:8,.0f} figures/s")
        print(f"into an empty ledger:        {pace(none)}, {none.rate / plain:.2f} of bare sqlite3")
        fill(small, SMALL)
        started = time.perf_counter()
        fill(large, size)
        print(f"({size:,} figures laid down in {time.perf_counter() - started:.0f} s)", file=sys.stderr)
        few, many = measured({SMALL: small, size: large})
        print(f"into one of {SMALL:10,}:      {pace(few)} (at least 2,000 wanted)")
        ratio = many.rate / few.rate
        print(f"into one of {size:10,}:      {pace(many)}, {ratio:.2f} of that (at least 0.80 wanted)")
        print(
            f"facts of one metric: of an entity {many.entity_ms:.1f} ms, the 100 newest of all {many.metric_ms:.1f} ms"
            f" (under 50 wanted); the large ledger has {many.megabytes:,.0f} MB"
        )


if __name__ == "__main__":
    main()
