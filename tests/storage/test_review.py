"""Figures that are too uncertain wait for a person, whose decision is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from ledgering import START, article, posting, written

from storage.database import memory
from storage.ledger import Ledger
from storage.records import Article, Figure, Judged, Posting, Recorded

SAY = "revenue 1e8 CNY at_least ..2025-02 cumulative"
LATER = START + timedelta(days=30)


def unsure(figure: Figure) -> str | None:
    return None if figure.confidence >= 0.7 else f"confidence {figure.confidence}"


def everything(judged: Judged, article: Article) -> list[Posting]:
    return [posting()]


def tell(ledger: Ledger, url: str, *, confidence: float = 0.4, ending: str = "", at: datetime = START) -> Recorded:
    text, (figure,) = written([SAY])
    told = article(url, text + ending, published=at)
    return ledger.record(told, [replace(figure, confidence=confidence)], now=at, policy=everything, hold=unsure)


@pytest.fixture
def ledger() -> Ledger:
    return Ledger(memory())


def test_what_waits_changes_nothing(ledger: Ledger) -> None:
    recorded = tell(ledger, "https://a.example/1")
    assert recorded.judged == ()
    (held,) = recorded.held
    assert (held.verdict, held.reason) == ("new", "confidence 0.4")
    assert list(ledger.facts()) == []
    assert list(ledger.alerts()) == []
    (row,) = ledger.reviews()
    assert (row["id"], row["state"], row["verdict"], row["quote"]) == (
        held.review_id,
        "waiting",
        "new",
        f"Sentence 0 says {SAY}.",
    )
    (figure,) = ledger.figures()
    assert (figure["status"], figure["verdict"], figure["fact"]) == ("waiting", None, None)


def test_what_is_known_need_not_wait(ledger: Ledger) -> None:
    tell(ledger, "https://a.example/1", confidence=0.9)
    recorded = tell(ledger, "https://b.example/1", confidence=0.1)
    assert recorded.held == ()
    assert [one.verdict for one in recorded.judged] == ["repeated"]


def test_accepted_alerts_once(ledger: Ledger) -> None:
    (held,) = tell(ledger, "https://a.example/1").held
    judged = ledger.accept(held.review_id, now=LATER, policy=everything)
    assert (judged.verdict, judged.figure_id) == ("new", held.figure_id)
    assert judged.alert_id is not None
    (fact,) = ledger.facts()
    assert fact["id"] == judged.fact_id
    assert [row["verdict"] for row in ledger.alerts()] == ["new"]
    assert ledger.reviews() == []
    with pytest.raises(ValueError, match="accepted already"):
        ledger.accept(held.review_id, now=LATER, policy=everything)
    with pytest.raises(ValueError, match="accepted already"):
        ledger.reject(held.review_id, now=LATER)
    # Another snapshot with the same sentence is known, and asks nobody.
    assert tell(ledger, "https://a.example/1", ending="More.", at=LATER).held == ()
    assert len(list(ledger.alerts())) == 1


def test_rejected_never_alerts_and_is_not_asked_again(ledger: Ledger) -> None:
    (held,) = tell(ledger, "https://a.example/1").held
    ledger.reject(held.review_id, now=LATER)
    again = tell(ledger, "https://a.example/1", ending="More.", at=LATER)
    assert (again.judged, again.held) == ((), ())
    assert list(ledger.alerts()) == []
    assert ledger.reviews() == []
    assert [row["state"] for row in ledger.reviews(None)] == ["rejected"]
    # The same figure surely read elsewhere is news all the same.
    assert [one.verdict for one in tell(ledger, "https://b.example/1", confidence=0.9).judged] == ["new"]


def test_a_changed_sentence_asks_again(ledger: Ledger) -> None:
    (held,) = tell(ledger, "https://a.example/1").held
    ledger.reject(held.review_id, now=LATER)
    text, (figure,) = written([SAY])
    changed = replace(figure, quote=figure.quote.replace("says", "states"), confidence=0.4)
    told = article("https://a.example/1", text.replace("says", "states"), published=LATER)
    recorded = ledger.record(told, [changed], now=LATER, policy=everything, hold=unsure)
    assert [one.verdict for one in recorded.held] == ["new"]
    assert len(ledger.reviews()) == 1


def test_a_figure_that_waited_too_long_is_known_by_then(ledger: Ledger) -> None:
    (held,) = tell(ledger, "https://a.example/1").held
    tell(ledger, "https://b.example/1", confidence=0.9)
    judged = ledger.accept(held.review_id, now=LATER, policy=everything)
    assert (judged.verdict, judged.alert_id) == ("repeated", None)
    assert len(list(ledger.alerts())) == 1


def test_there_is_no_such_review(ledger: Ledger) -> None:
    with pytest.raises(KeyError, match="7"):
        ledger.accept(7, now=START)


def test_rejected_stays_so_where_the_same_sentence_is_read_for_sure(ledger: Ledger) -> None:
    (held,) = tell(ledger, "https://a.example/1").held
    ledger.reject(held.review_id, now=LATER)
    again = tell(ledger, "https://a.example/1", confidence=0.9, ending="More.", at=LATER)
    assert (again.judged, again.held) == ((), ())
    assert list(ledger.alerts()) == []


def test_what_waits_is_asked_no_more_where_it_is_read_for_sure(ledger: Ledger) -> None:
    tell(ledger, "https://a.example/1")
    again = tell(ledger, "https://a.example/1", confidence=0.9, ending="More.")
    assert [one.alert_id for one in again.judged] == [1]
    assert ledger.reviews() == []
    assert [row["status"] for row in ledger.figures()] == ["recorded", "accepted"]
