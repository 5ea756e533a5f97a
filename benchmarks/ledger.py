"""Figures judged and recorded, one transaction an article: `python -m benchmarks.ledger [--figures 10000000]`.

A ledger of ten thousand figures, and one of as many as asked for, take the same number of further articles; seven in
ten figures tell what is known, two are new, one contradicts. The rows that this writes into an empty ledger are then
inserted by bare `sqlite3`, one transaction an article, too. The large ledger is laid down in bulk, with the indexes
that it has in life, and removed at the end.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import tempfile
import time
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing
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
from storage.sameness import bands_of, sketch_of
from storage.search import indexed
from storage.slots import slot_of

NOW = datetime(2025, 6, 1, tzinfo=UTC)
SMALL = 10_000
#: Figures in an article, and how often a fact is told.
EACH, TOLD = 10, 10
METRICS, QUARTERS = 40, 50
#: Articles recorded against the clock.
ROUND = 300

_TABLES = ("articles", "snapshots", "figures", "facts", "fact_versions", "fact_values")
_WORDS = [f"{chr(97 + number % 26)}{number:o}word" for number in range(3000)]


@dataclass(frozen=True)
class Measured:
    """What a ledger of some size can do."""

    figures: int
    #: Judged and recorded a second.
    rate: float
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
    outlet = f"outlet{number % 50}.example"
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


def measured(database: Path, size: int) -> Measured:
    """Record some articles more into a ledger of some size, and read from it."""
    choose = random.Random(size)
    with closing(connect(database)) as db:
        ledger = Ledger(db)
        begin = size + 1
        articles = [article(begin + number, max(1, size // TOLD), choose) for number in range(ROUND + 20)]
        for one, figures in articles[:20]:
            ledger.record(one, figures, now=NOW)
        started = time.perf_counter()
        for one, figures in articles[20:]:
            ledger.record(one, figures, now=NOW)
        rate = ROUND * EACH / (time.perf_counter() - started)
        entity = _milliseconds(lambda: list(ledger.facts(entity="entity_0", metric="metric_7")))
        metric = _milliseconds(lambda: list(ledger.facts(metric="metric_7", limit=100)))
    return Measured(size, rate, entity, metric, database.stat().st_size / 1e6)


def _milliseconds(read_rows: object) -> float:
    times = []
    for _ in range(9):
        started = time.perf_counter()
        read_rows()  # type: ignore[operator]
        times.append(1000 * (time.perf_counter() - started))
    return median(times)


def fill(database: Path, size: int) -> None:
    """Lay down a ledger of some size in bulk."""
    with closing(connect(database)) as db:
        connection = db.conn
        connection.execute("PRAGMA synchronous = OFF")
        indexes = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql > ''").fetchall()
        mine = [(name, sql) for name, sql in indexes if name.startswith(("figures_", "facts_", "fact_", "snapshots_"))]
        for name, _ in mine:
            connection.execute(f"DROP INDEX {name}")
        # Facts stand before their figures here: checked as a whole at the end.
        connection.execute("PRAGMA foreign_keys = OFF")
        slots = max(1, size // TOLD)
        for begin in range(0, size, 500_000):
            connection.execute("BEGIN")
            _lay(connection, range(begin, min(size, begin + 500_000)), slots)
            connection.execute("COMMIT")
        for _, sql in mine:
            connection.execute(sql)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _lay(connection: sqlite3.Connection, numbers: range, slots: int) -> None:
    """Articles, figures, and facts with the first figure of each; figure i tells slot i modulo the number of slots."""
    now, text = NOW.isoformat(timespec="milliseconds"), zlib.compress(b"A text that nobody reads again. " * 20)
    first = numbers.start // EACH
    snapshots = range(first + 1, first + 1 + len(numbers) // EACH)
    sketches = [sketch_of(" ".join(random.Random(seed).choices(_WORDS, k=60))) for seed in range(64)]
    connection.executemany(
        "INSERT INTO articles VALUES (?, ?, ?, 'press', 0, 'benchmark', NULL, ?)",
        ((number, f"https://old.example/{number}", f"outlet{number % 50}.example", now) for number in snapshots),
    )
    connection.executemany(
        "INSERT INTO snapshots VALUES (?, ?, ?, 'Article', ?, 'en', ?, NULL, NULL, NULL, ?, ?, '', NULL, 0, ?)",
        (
            (number, number, number.to_bytes(32, "big"), text, now, now, now, sketches[number % 64])
            for number in snapshots
        ),
    )
    connection.executemany(
        "INSERT INTO texts (rowid, title, text) VALUES (?, 'ar rt ti ic cl le e', ?)",
        ((number, indexed(" ".join(_WORDS[(number * at) % 3000] for at in range(1, 20)))) for number in snapshots),
    )
    # Bands of their own for each, as different texts have; twenty thousand articles a month.
    connection.executemany(
        "INSERT INTO sketch_bands VALUES (?, ?, ?)",
        (
            (24_000 + number // 20_000, band, number)
            for number in snapshots
            for band in bands_of(random.Random(number).randbytes(128))
        ),
    )
    connection.executemany(f"INSERT INTO figures VALUES ({', '.join('?' * 28)})", _figures(numbers, slots, now))
    opened = range(numbers.start, min(numbers.stop, slots))
    connection.executemany(f"INSERT INTO facts VALUES ({', '.join('?' * 27)})", _facts(opened, now))
    connection.execute(
        "INSERT INTO fact_versions (id, fact, since, verdict, cause, period, aggregation, value, unit, bound, low,"
        " high, status, figure, published, epoch) SELECT id, id, first_seen, 'new', figure, period, aggregation, value,"
        " unit, bound, low, high, status, figure, published, epoch FROM facts WHERE id > ? AND id <= ?",
        (opened.start, opened.stop),
    )
    connection.executemany(
        "INSERT OR IGNORE INTO confirmations VALUES (?, 1, ?, 'press', ?, ?)",
        ((number % slots + 1, f"outlet{number // EACH % 50}.example", number + 1, now) for number in numbers),
    )


def _figures(numbers: range, slots: int, now: str) -> Iterator[Sequence[object]]:
    for number in numbers:
        one = figure(number % slots)
        verdict, fact = "new" if number < slots else "repeated", number % slots + 1
        yield (
            *(number + 1, number // EACH + 1, one.entity, one.metric, one.measure, *columns_of(read(one))),
            *(one.period, one.aggregation, one.basis, None, "text", 0, 10, f"A sentence that says {one.value}.", 0),
            *(1.0, None, None, verdict, fact, None, None, now),
        )


def _facts(opened: range, now: str) -> Iterator[Sequence[object]]:
    for number in opened:
        one = figure(number)
        slot = slot_of(one, Traits())
        yield (
            *(number + 1, *slot.family, slot.last_day, slot.first_day, one.period, one.aggregation),
            *(*columns_of(read(one)), "current", number + 1, now, None, None, None, 1, 0, now),
        )


def bare(database: Path, copy: Path) -> float:
    """Figures a second where all rows of a ledger are inserted by bare sqlite3, as many transactions as articles."""
    connect(copy).close()
    tables = (
        "articles",
        "snapshots",
        "figures",
        "facts",
        "fact_versions",
        "fact_values",
        "confirmations",
        "sketch_bands",
    )
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


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--figures", type=int, default=1_000_000, help="size of the large ledger")
    size = parser.parse_args().figures
    with tempfile.TemporaryDirectory() as folder:
        small, large, copy = (Path(folder) / name for name in ("small.db", "large.db", "copy.db"))
        fresh = measured(Path(folder) / "fresh.db", 0)
        print(f"bare sqlite3, same rows: {(plain := bare(Path(folder) / 'fresh.db', copy)):8,.0f} figures/s")
        print(f"an empty ledger:         {fresh.rate:8,.0f} figures/s, {fresh.rate / plain:.2f} of bare sqlite3")
        fill(small, SMALL)
        few = measured(small, SMALL)
        print(f"of {SMALL:10,} figures:   {few.rate:8,.0f} figures/s (at least 2,000 wanted)")
        started = time.perf_counter()
        fill(large, size)
        print(f"laid down {size:,} figures in {time.perf_counter() - started:.0f} s")
        many = measured(large, size)
        ratio = many.rate / few.rate
        print(f"of {size:10,} figures:   {many.rate:8,.0f} figures/s, {ratio:.2f} of that (at least 0.80 wanted)")
        print(
            f"facts of one metric: of an entity {many.entity_ms:.1f} ms, the 100 newest of all {many.metric_ms:.1f} ms"
            f" (under 50 wanted); {many.megabytes:,.0f} MB"
        )


if __name__ == "__main__":
    main()
