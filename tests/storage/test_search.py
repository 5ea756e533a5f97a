"""Search in every script, down to names of two characters and parts of compounds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ledgering import START, article, written

from storage.database import memory
from storage.errors import NothingToSearchError
from storage.ledger import Ledger
from storage.search import indexed, matching

TEXTS = {
    "zh": "快手公布业绩,可灵AI收入超过3亿元。",
    "hant": "快手旗下可靈AI的收入逾3億元人民幣。",
    "ja": "動画生成AI「可霊」の売上高が3億元を超えた。",
    "de": "Das Umsatzwachstum von Kling übertrifft die Erwartungen; über 300 Millionen Yuan.",
    "en": "Revenue from Kling exceeded 300 million yuan, Kuaishou said.",
}

QUERIES = [
    ("可灵", {"zh"}),
    ("快手", {"zh", "hant"}),
    ("可霊", {"ja"}),
    ("可靈", {"hant"}),
    ("売上", {"ja"}),
    ("wachstum", {"de"}),
    ("Umsatz", {"de"}),
    ("KLING", {"de", "en"}),
    ("millionen übertrifft", {"de"}),
    ("million Kuaishou", {"en"}),
    ("300", {"de", "en"}),
    ("手", {"zh", "hant"}),
    ("。", set()),
    ("3亿", {"zh"}),
    ("kl ing", {"de", "en"}),
    ("ngi", set()),
]


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    ledger = Ledger(memory())
    for name, text in TEXTS.items():
        ledger.record(article(f"https://{name}.example/1", text, outlet=name, title=f"Nr {name}"), [], now=START)
    return ledger


@pytest.mark.parametrize(("query", "found"), [pair for pair in QUERIES if pair[1]])
def test_search(ledger: Ledger, query: str, found: set[str]) -> None:
    assert {row["outlet"] for row in ledger.search(query)} == found


@pytest.mark.parametrize(("query", "count"), [("可灵", 1), ("ＫＥＬＬＥＲ über", 1), ("über 可灵", 0), ("keller", 1)])
def test_sentences_of_figures_are_found(query: str, count: int) -> None:
    ledger = Ledger(memory())
    for word in ("可灵收入", "Überkeller"):
        text, figures = written([f"{word} 1e8 CNY exact 2025 period"])
        ledger.record(article(f"https://{len(word)}.example/1", f"{text} Über 可灵 im Keller."), figures, now=START)
    assert len(list(ledger.figures(search=query))) == count


def test_titles_are_found_too(ledger: Ledger) -> None:
    assert [row["outlet"] for row in ledger.search("nr ja")] == ["ja"]


@pytest.mark.parametrize("query", ["", "  ", "。!", '"'])
def test_nothing_to_search_for(ledger: Ledger, query: str) -> None:
    with pytest.raises(NothingToSearchError, match="nothing to search for"):
        ledger.search(query)


def test_figures_are_found_by_their_sentences() -> None:
    ledger = Ledger(memory())
    text, figures = written(["revenue 1e8 CNY exact 2025-Q1 period", "users 22e6 count exact 2025-02 period"])
    ledger.record(article("https://a.example/1", text), figures, now=START)
    assert [row["metric"] for row in ledger.figures(search="USERS")] == ["users"]
    assert [row["metric"] for row in ledger.figures(search="sentence 1e8")] == ["revenue"]


@given(st.text(), st.integers(0, 30), st.integers(1, 8))
def test_every_piece_of_a_text_is_found(text: str, start: int, length: int) -> None:
    piece = text[start : start + length]
    try:
        query = matching(piece)
    except NothingToSearchError:
        return
    db = memory()
    db.execute("INSERT INTO texts (rowid, title, text) VALUES (1, '', ?)", [indexed(text)])
    assert db.execute("SELECT rowid FROM texts WHERE texts MATCH ?", [query]).fetchall() == [(1,)]
