"""Stored snapshots can be read again: by another extractor in place, and in memory to see what would be told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from ledgering import START, article, figure, posting, written

from storage.database import memory
from storage.ledger import Ledger
from storage.records import Article, Judged, Posting, Recorded

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


WRONG = "revenue 1e9 CNY exact 2025-Q1 period"
RIGHT = "revenue 1.5e8 CNY at_least 2025-Q1 period"
LATER = START + 9 * DAY


def tell(ledger: Ledger, outlet: str, *says: str, day: int = 0, **more: Any) -> int:
    """Record an article of an outlet; gives its snapshot."""
    text, figures = written(says)
    told = article(f"https://{outlet}.example/1", f"{text} {outlet}", published=START + day * DAY, outlet=outlet)
    return ledger.record(told, figures, now=told.fetched, extractor="rules 1", policy=everything, **more).snapshot_id


def reread(ledger: Ledger, snapshot: int, *says: str, **more: Any) -> Recorded:
    """Let the next extractor read a snapshot: of all its sentences only those that are given here."""
    (stored,) = [one for one in ledger.snapshots() if one.snapshot_id == snapshot]
    known = {one.quote.partition(" says ")[2].rstrip("."): one for one in stored.figures}
    figures = [known.get(say) or figure(say, start=900 + number) for number, say in enumerate(says)]
    return ledger.reread(snapshot, figures, now=LATER, extractor="rules 2", **more)


def known(ledger: Ledger, **more: Any) -> list[tuple[object, ...]]:
    return [(row["value"], row["period"], row["status"], row["outlets"]) for row in ledger.facts(**more)]


def test_what_is_no_longer_read_is_withdrawn_and_tells_nobody() -> None:
    ledger = Ledger(memory())
    snapshot = tell(ledger, "a", WRONG, "users 22e6 count at_least 2025-02 period")
    alerts = list(ledger.alerts())
    done = reread(ledger, snapshot, "users 22e6 count at_least 2025-02 period")
    assert (done.withdrawn, done.judged) == (1, ())
    assert [row["metric"] for row in ledger.facts()] == ["users"]
    assert [(row["metric"], row["status"], row["verdict"]) for row in ledger.figures()] == [
        ("revenue", "withdrawn", "new"),
        ("users", "recorded", "new"),
    ]
    assert list(ledger.alerts()) == alerts
    assert [row["metric"] for row in ledger.facts(as_of=LATER - DAY)] == ["revenue", "users"]
    assert [row["metric"] for row in ledger.facts(as_of=LATER + DAY)] == ["users"]
    assert reread(ledger, snapshot, "users 22e6 count at_least 2025-02 period").withdrawn == 0
    # What nobody supports any more is news again where somebody else says it.
    assert tell(ledger, "b", WRONG, day=10) > snapshot
    assert [row["verdict"] for row in ledger.alerts()][len(alerts) :] == ["new"]


def test_what_contradicted_it_holds_then() -> None:
    ledger = Ledger(memory())
    wrong = tell(ledger, "a", WRONG)
    tell(ledger, "b", RIGHT, day=1)
    tell(ledger, "c", RIGHT, day=2)
    assert known(ledger) == [(1_000_000_000, "2025-Q1", "disputed", 1)]
    done = reread(ledger, wrong, RIGHT)
    assert (done.withdrawn, [one.verdict for one in done.judged]) == (1, ["repeated"])
    assert known(ledger) == [(150_000_000, "2025-Q1", "current", 3)]
    assert known(ledger, as_of=LATER - DAY) == [(1_000_000_000, "2025-Q1", "disputed", 1)]
    (fact,) = ledger.facts()
    assert fact["first_seen"] < LATER.isoformat()
    assert tell(ledger, "d", RIGHT, day=10)
    assert known(ledger) == [(150_000_000, "2025-Q1", "current", 4)]


def test_what_it_refined_holds_again() -> None:
    ledger = Ledger(memory())
    tell(ledger, "a", "revenue 1e8 CNY at_least 2025-Q1 period")
    finer = tell(ledger, "b", "revenue 1.9e8 CNY exact 2025-Q1 period", day=1)
    assert known(ledger) == [(190_000_000, "2025-Q1", "current", 2)]
    reread(ledger, finer)
    assert known(ledger) == [(100_000_000, "2025-Q1", "current", 1)]
    history = ledger.db.execute("SELECT fact, verdict, value FROM fact_history ORDER BY fact, state").fetchall()
    assert history == [(1, "new", 100_000_000), (1, "refined", 190_000_000), (2, "new", 100_000_000)]


def test_one_of_several_that_say_a_thing() -> None:
    ledger = Ledger(memory())
    first = tell(ledger, "a", RIGHT, RIGHT)
    tell(ledger, "b", RIGHT, day=1)
    (before,) = ledger.facts()
    one_of_two = next(ledger.snapshots()).figures[:1]
    assert ledger.reread(first, one_of_two, now=LATER, extractor="rules 2").withdrawn == 1
    assert list(ledger.facts()) == [before]
    reread(ledger, first)
    assert known(ledger) == [(150_000_000, "2025-Q1", "current", 1)]
    assert [row["outlet"] for row in ledger.db.query("SELECT outlet FROM facts_now")] == ["b"]
    assert known(ledger, as_of=LATER - DAY) == [(150_000_000, "2025-Q1", "current", 2)]


def test_a_milestone_that_was_told_again_goes_with_its_first_telling() -> None:
    ledger = Ledger(memory())
    first = tell(ledger, "a", "users 22e6 count at_least 2025-02 period")
    tell(ledger, "b", "users 22e6 count at_least 2025-03 period", day=1)
    reread(ledger, first)
    assert known(ledger) == [(22_000_000, "2025-03", "current", 1)]
    assert list(ledger.db.execute("SELECT count(*) FROM facts WHERE withdrawn IS NULL")) == [(1,)]


def test_what_a_person_accepted_stays_and_what_waits_is_not_asked_any_more() -> None:
    ledger = Ledger(memory())
    snapshot = tell(ledger, "a", RIGHT, "users 22e6 count at_least 2025-02 period", hold=lambda _: "unsure")
    accepted, _ = ledger.reviews()
    ledger.accept(accepted["id"], now=START + DAY)
    assert reread(ledger, snapshot).withdrawn == 1
    assert known(ledger) == [(150_000_000, "2025-Q1", "current", 1)]
    assert ledger.reviews() == []
    with pytest.raises(ValueError, match="withdrawn already"):
        ledger.accept(2, now=LATER)


def test_what_waited_passes_where_it_is_sure_now() -> None:
    ledger = Ledger(memory())
    snapshot = tell(ledger, "a", RIGHT, hold=lambda _: "unsure")
    assert reread(ledger, snapshot, RIGHT, hold=lambda _: "unsure still").held == ()
    assert len(ledger.reviews()) == 1
    assert [one.verdict for one in reread(ledger, snapshot, RIGHT, hold=lambda _: None).judged] == ["new"]
    assert ledger.reviews() == []
    assert known(ledger) == [(150_000_000, "2025-Q1", "current", 1)]
    assert list(ledger.alerts()) == []
