"""Stored snapshots can be read again: by another extractor in place, and in memory to see what would be told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from ledgering import START, article, figure, posting, written

from storage.database import memory
from storage.ledger import Ledger
from storage.records import Article, Judged, Posting

SAYS = ["revenue 1e8 CNY at_least ..2025-02 cumulative", "users 22e6 count at_least 2025-02 period"]
#: Otherwise the second article would be a repost of the first.
ENDINGS = [
    "An analyst found that rather little for so large a company.",
    "Mehr dazu lesen Sie morgen in unserer Ausgabe.",
]
DAY = timedelta(days=1)


def everything(judged: Judged, article: Article) -> list[Posting]:
    return [posting()]


@pytest.fixture(params=["snapshots", "quotes"])
def ledger(request: pytest.FixtureRequest) -> Ledger:
    """Two articles, of which the first extractor read one figure each."""
    ledger = Ledger(memory(), keep=request.param)
    for number, outlet in enumerate(["a", "b"]):
        text, figures = written(SAYS)
        told = article(f"https://{outlet}.example/1", f"{text} {ENDINGS[number]}", published=START + number * DAY)
        ledger.record(told, figures[number : number + 1], now=told.fetched, extractor="rules 1", policy=everything)
    return ledger


def test_snapshots_come_back_as_they_were_recorded(ledger: Ledger) -> None:
    first, second = ledger.snapshots()
    assert (first.article.url, first.extractor, len(first.figures)) == ("https://a.example/1", "rules 1", 1)
    assert [one.snapshot_id for one in ledger.snapshots(START + DAY)] == [second.snapshot_id]
    text, figures = written(SAYS)
    assert second.figures[0].quote == figures[1].quote
    assert second.article.text == (f"{text} {ENDINGS[1]}" if second.whole else "")
    assert second.recorded == second.article.fetched


def test_another_extractor_adds_what_it_finds_and_tells_nobody(ledger: Ledger) -> None:
    before = list(ledger.alerts())
    _, figures = written(SAYS)
    for stored in list(ledger.snapshots()):
        recorded = ledger.reread(stored.snapshot_id, figures, now=START + 2 * DAY, extractor="rules 2")
        assert not recorded.new_snapshot
        assert [one.figure.metric for one in recorded.judged] != [stored.figures[0].metric]
    assert list(ledger.alerts()) == before
    assert [row["verdict"] for row in ledger.figures()] == ["new", "new", "repeated", "repeated"]
    assert [fact["outlets"] for fact in ledger.facts()] == [2, 2]
    for stored in list(ledger.snapshots()):
        assert ledger.reread(stored.snapshot_id, figures, now=START + 3 * DAY, extractor="rules 2").judged == ()
    with pytest.raises(KeyError, match="99"):
        ledger.reread(99, figures, now=START, extractor="rules 2")


def test_a_rehearsal_knows_what_was_known_then(ledger: Ledger) -> None:
    before = ledger.db.execute("SELECT count(*) FROM figures").fetchone()
    stage = ledger.rehearsal(START + DAY)
    assert [fact["metric"] for fact in stage.facts()] == ["revenue"]
    assert list(stage.alerts()) == []
    (stored,) = ledger.snapshots(START + DAY)
    other = [*stored.figures, figure("dau 4e8 count exact 2024-Q4 period")]
    recorded = stage.record(stored.article, other, now=stored.recorded, policy=everything, extractor="rules 2")
    assert [one.figure.metric for one in recorded.judged if one.alert_id] == ["dau", "users"]
    assert ledger.db.execute("SELECT count(*) FROM figures").fetchone() == before
