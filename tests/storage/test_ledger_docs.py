"""docs/ledger.md is true: its queries run, and the columns of the ledger's own tables are all explained."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from ledgering import article, figure, posting, written

from storage.database import memory
from storage.ledger import Ledger
from storage.records import Article, Judged, Posting

DOC = (Path(__file__).parents[2] / "docs" / "ledger.md").read_text("utf-8")
QUERIES = re.findall(r"^([^\n]*:)\n```sql\n(.*?)```", DOC, re.MULTILINE | re.DOTALL)

SAYINGS = [
    ("2025-03-25", "ir.example", "revenue 1e8 CNY at_least ..2025-02 cumulative"),
    ("2025-05-27", "ir.example", "revenue 1.5e8 CNY at_least 2025-Q1 period"),
    ("2025-05-28", "press.example", "revenue 1.5e7 CNY exact 2025-Q1 period"),
    ("2025-08-21", "ir.example", "revenue 2.5e8 CNY at_least 2025-Q2 period"),
    ("2025-11-19", "ir.example", "revenue 3e8 CNY at_least 2025-Q3 period"),
    ("2025-11-20", "broker.example", "revenue 2.5e9 CNY exact 2026 period estimate House"),
    ("2025-11-21", "press.example", "revenue 2.5e9 CNY exact 2026 period estimate Other"),
]


def everything(judged: Judged, article: Article) -> list[Posting]:
    return [posting()]


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    ledger = Ledger(memory())
    for number, (day, outlet, say) in enumerate(SAYINGS):
        at = datetime.fromisoformat(day).replace(tzinfo=UTC)
        text, figures = written([say])
        told = article(f"https://{outlet}/{number}", text, published=at, official=outlet == "ir.example")
        ledger.record(told, figures, now=at, policy=everything)
        if number == 2:
            edited = article(f"https://{outlet}/{number}", f"{text} Edited.", published=at)
            ledger.record(
                edited, [*figures, figure("dau 4e8 count exact 2025-Q1 period")], now=at, hold=lambda _: "unsure"
            )
    return ledger


@pytest.mark.parametrize(("title", "query"), QUERIES, ids=[title for title, _ in QUERIES])
def test_every_query_of_the_cookbook_finds_something(ledger: Ledger, title: str, query: str) -> None:
    assert list(ledger.db.query(query)), title


def test_the_cookbook_finds_what_it_says(ledger: Ledger) -> None:
    by_title = {title: list(ledger.db.query(query)) for title, query in QUERIES}
    assert len(by_title) >= 10
    known = next(rows for title, rows in by_title.items() if "newest period first" in title)
    assert [row["period"] for row in known] == ["2025-Q3", "2025-Q2", "2025-Q1", "..2025-02"]
    growth = next(rows for title, rows in by_title.items() if title.startswith("Growth"))
    assert [row["growth"] for row in growth] == [None, 66.7, 20.0]
    then = next(rows for title, rows in by_title.items() if "end of June" in title)
    assert [row["period"] for row in then] == ["..2025-02", "2025-Q1"]
    houses = next(rows for title, rows in by_title.items() if "house" in title)
    assert [row["speaker"] for row in houses] == ["Other", "House"]


def test_every_column_of_the_ledger_is_explained() -> None:
    parts = re.split(r"^### `(\w+)`$", DOC, flags=re.MULTILINE)
    sections = dict(zip(parts[1::2], parts[2::2], strict=True))
    names = {"articles", "snapshots", "figures", "facts", "fact_versions", "fact_values", "confirmations", "alerts"}
    names |= {"reviews", "facts_now", "fact_history", "figures_full", "alerts_full", "sketch_bands", "texts"}
    assert names <= sections.keys()
    for name in sorted(names):
        rows = re.findall(r"^\| `(\w+)` \| \w+ \| (.*) \|$", sections[name], re.MULTILINE)
        assert rows, name
        assert [column for column, words in rows if not words.strip()] == [], name


def test_the_schema_says_what_null_means() -> None:
    db = memory()
    for name in ("articles", "snapshots", "figures", "facts", "fact_versions", "fact_values", "reviews", "alerts"):
        section = DOC.split(f"### `{name}`\n")[1].split("\n### ")[0]
        for column in db.table(name).columns:
            line = next(line for line in section.splitlines() if line.startswith(f"| `{column.name}` |"))
            may_be_null = not column.notnull and not column.is_pk
            assert not may_be_null or "null" in line, (name, column.name)
