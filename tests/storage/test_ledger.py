"""One transaction: what is written with an article, what is not, and what is read back."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from ledgering import START, article, figure, posting, written

from storage.database import memory
from storage.ledger import Ledger
from storage.records import Article, Judged, Posting, Recorded

OVER = "revenue 1e8 CNY at_least ..2025-02 cumulative"
MORE = "revenue 152.3e6 CNY exact ..2025-02 cumulative"
WRONG = "revenue 15e6 CNY exact ..2025-02 cumulative"


class Asked:
    """A policy that tells the analyst everything, and remembers what it was asked."""

    def __init__(self, answer: Sequence[Posting] | None = (posting(),)) -> None:
        self.answer = answer
        self.judged: list[Judged] = []

    def __call__(self, judged: Judged, article: Article) -> Sequence[Posting] | None:
        self.judged.append(judged)
        return self.answer


@pytest.fixture
def ledger() -> Ledger:
    return Ledger(memory())


def tell(ledger: Ledger, url: str, *says: str, **more: object) -> Recorded:
    """Record an article with a sentence for each figure."""
    text, figures = written(says)
    of_article = {key: more.pop(key) for key in ("published", "outlet", "official", "tier", "title") if key in more}
    told = article(url, f"{text}{more.pop('ending', '')}", **of_article)
    return ledger.record(told, figures, now=more.pop("now", told.fetched), **more)  # type: ignore[arg-type]


def state(ledger: Ledger) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables."""
    names = [name for name in ledger.db.table_names() if not name.startswith("texts_")]
    return {name: ledger.db.execute(f"SELECT * FROM {name} ORDER BY 1").fetchall() for name in names}


def test_what_is_new_is_written_with_its_alert_and_message(ledger: Ledger) -> None:
    policy = Asked()
    recorded = tell(ledger, "https://a.example/1", OVER, policy=policy, run=7)
    (judged,) = recorded.judged
    assert recorded.new_snapshot
    assert (judged.verdict, judged.previous) == ("new", None)
    assert judged.alert_id is not None
    assert [one.alert_id for one in policy.judged] == [None]
    (alert,) = ledger.alerts()
    assert alert["messages"]
    assert (alert["id"], alert["fact"], alert["verdict"]) == (judged.alert_id, judged.fact_id, "new")
    (fact,) = ledger.facts()
    assert fact == {
        "id": judged.fact_id,
        "entity": "keling",
        "metric": "revenue",
        "measure": "level",
        "value": 100_000_000,
        "unit": "CNY",
        "bound": "at_least",
        "low": 100_000_000,
        "high": 200_000_000,
        "period": "..2025-02",
        "aggregation": "cumulative",
        "basis": "reported",
        "speaker": None,
        "status": "current",
        "first_seen": "2025-03-25T09:00:00.000+00:00",
        "published": "2025-03-25T08:00:00.000+00:00",
        "outlets": 1,
        "quote": f"Sentence 0 says {OVER}.",
        "url": "https://a.example/1",
    }
    (row,) = ledger.articles()
    assert (row["snapshots"], row["figures"], row["title"]) == (1, 1, "Title")


def test_the_same_text_again_writes_nothing(ledger: Ledger) -> None:
    first = tell(ledger, "https://a.example/1", OVER, policy=Asked())
    before = state(ledger)
    seen: list[Recorded] = []
    policy = Asked()
    again = tell(ledger, "https://a.example/1", OVER, policy=policy, now=START + timedelta(days=1), within=seen.append)
    assert state(ledger) == before
    assert not again.new_snapshot
    assert seen == [again]
    assert policy.judged == []
    assert [one.verdict for one in again.judged] == ["repeated"]
    assert (again.article_id, again.snapshot_id) == (first.article_id, first.snapshot_id)


def test_a_text_that_comes_back_is_an_edit(ledger: Ledger) -> None:
    text, figures = written([MORE])
    spoilt, wrong = written([WRONG])
    for hours, (words, read) in enumerate([(text, figures), (spoilt, wrong), (text, figures)]):
        told = article("https://a.example/1", words)
        told = replace(told, fetched=told.fetched + timedelta(hours=hours))
        recorded = ledger.record(told, read, now=told.fetched)
        assert recorded.new_snapshot
    assert [one.verdict for one in recorded.judged] == ["corrected"]
    (fact,) = ledger.facts()
    assert fact["value"] == 152_300_000


@pytest.mark.parametrize(
    ("verdict", "says"), [("refined", [OVER, MORE]), ("conflicting", [MORE, WRONG]), ("repeated", [MORE, OVER])]
)
def test_the_value_before_is_told(ledger: Ledger, verdict: str, says: list[str]) -> None:
    tell(ledger, "https://a.example/1", says[0])
    (judged,) = tell(ledger, "https://b.example/1", says[1]).judged
    assert judged.verdict == verdict
    assert judged.previous == (None if verdict == "repeated" else figure(says[0]).value)


def test_a_headline_has_the_limit_that_its_text_sets(ledger: Ledger) -> None:
    """Else a rule that waits for "above 100 million" would hear neither of the title's number nor of the text's."""
    title, in_title = written([OVER.replace("at_least", "exact")])
    text, in_text = written([OVER])
    figures = [*(replace(one, where="title") for one in in_title), *in_text]
    policy = Asked()
    told = article("https://a.example/1", text, title=title)
    recorded = ledger.record(told, figures, now=told.fetched, extractor="rules 1", policy=policy)
    assert [(one.figure.bound, one.verdict) for one in policy.judged] == [("at_least", "new")]
    again = ledger.reread(recorded.snapshot_id, figures, now=told.fetched + timedelta(days=1), extractor="rules 2")
    assert again.judged == ()
    assert [row["bound"] for row in ledger.figures()] == ["at_least", "at_least"]


@pytest.mark.parametrize("why", ["repeated", "old", "baseline", "no policy", "the policy wants none"])
def test_what_alerts_nobody(ledger: Ledger, why: str) -> None:
    if why == "repeated":
        tell(ledger, "https://b.example/1", OVER)
    policy = Asked(None if why == "the policy wants none" else (posting(),))
    recorded = tell(
        ledger,
        "https://a.example/1",
        OVER,
        policy=None if why == "no policy" else policy,
        baseline=why == "baseline",
        now=START + timedelta(days=15 if why == "old" else 1),
    )
    assert [one.alert_id for one in recorded.judged] == [None]
    assert len(policy.judged) == (why == "the policy wants none")
    assert list(ledger.alerts()) == []
    assert list(ledger.db["outbox"].rows) == []
    assert len(list(ledger.facts())) == 1


def test_an_alert_for_nobody(ledger: Ledger) -> None:
    tell(ledger, "https://a.example/1", OVER, policy=Asked(()))
    (alert,) = ledger.alerts()
    assert alert["messages"] == []


def test_a_failure_inside_leaves_nothing_behind(ledger: Ledger) -> None:
    before = state(ledger)

    def fails(recorded: Recorded) -> None:
        assert recorded.judged[0].alert_id is not None
        raise RuntimeError("the page cannot be marked")

    with pytest.raises(RuntimeError, match="marked"):
        tell(ledger, "https://a.example/1", OVER, policy=Asked(), within=fails)
    assert state(ledger) == before
    assert list(ledger.search("sentence")) == []


def test_a_wrong_period_writes_nothing(ledger: Ledger) -> None:
    before = state(ledger)
    with pytest.raises(ValueError, match="2025-13"):
        tell(ledger, "https://a.example/1", OVER, "revenue 1e8 CNY exact 2025-13 period")
    assert state(ledger) == before


def test_the_quote_is_read_from_the_stored_snapshot(ledger: Ledger) -> None:
    (judged,) = tell(ledger, "https://a.example/1", "可灵收入 1e8 CNY at_least ..2025-02 cumulative").judged
    row = ledger.figure(judged.figure_id)
    assert row is not None
    assert row["quote"] == "Sentence 0 says 可灵收入 1e8 CNY at_least ..2025-02 cumulative."
    assert row["printed"] == "可灵收入 1e8 CNY at_least ..2025-02 cumulative"
    assert ledger.figure(99) is None


def test_only_quotes_are_kept_of_the_press(ledger: Ledger) -> None:
    ledger = Ledger(ledger.db, keep="quotes")
    press = tell(ledger, "https://a.example/1", OVER, ending="Gossip.", policy=Asked())
    filing = tell(ledger, "https://ir.example/1", MORE, ending="Fine print.", tier="filing", policy=Asked())
    kept = dict(ledger.db.execute("SELECT id, text IS NOT NULL FROM snapshots").fetchall())
    assert kept == {press.snapshot_id: 0, filing.snapshot_id: 1}
    row = ledger.figure(press.judged[0].figure_id)
    assert row is not None
    assert (row["quote"], row["printed"]) == (f"Sentence 0 says {OVER}.", None)
    assert not tell(ledger, "https://a.example/1", OVER, ending="Gossip.").new_snapshot
    assert [article["url"] for article in ledger.search("at_least")] == ["https://a.example/1"]
    assert list(ledger.search("gossip")) == []
    (alert, _) = ledger.alerts()
    (told,) = ledger.told([alert["id"]])
    assert told.excerpt.mark is not None
    start, end = told.excerpt.mark
    assert told.excerpt.quote[start:end] == OVER


def test_what_was_known_then(ledger: Ledger) -> None:
    days = [START + timedelta(days=day) for day in range(5)]
    tell(ledger, "https://a.example/1", OVER, now=days[0])
    tell(ledger, "https://b.example/1", OVER, now=days[1])
    tell(ledger, "https://c.example/1", MORE, now=days[2])
    tell(ledger, "https://d.example/1", WRONG, now=days[3])
    for day, expected in [(-1, []), (0, [(100_000_000, 1)]), (1, [(100_000_000, 2)]), (2, [(152_300_000, 3)])]:
        rows = ledger.facts(as_of=START + timedelta(days=day, hours=1))
        assert [(row["value"], row["outlets"]) for row in rows] == expected
    (before,) = ledger.facts(as_of=days[2])
    (after,) = ledger.facts(as_of=days[4])
    assert (before["status"], after["status"]) == ("current", "disputed")
    assert list(ledger.facts()) == [after]
    history = ledger.db.query("SELECT state, since, until, verdict, value FROM fact_history ORDER BY state")
    assert [(row["state"], row["verdict"], row["value"]) for row in history] == [
        (1, "new", 100_000_000),
        (2, "refined", 152_300_000),
        (3, "conflicting", 152_300_000),
    ]


def test_filters(ledger: Ledger) -> None:
    tell(ledger, "https://a.example/1", OVER, "users 22e6 count at_least 2025-02 period", policy=Asked())
    tell(ledger, "https://b.example/1", MORE, now=START + timedelta(days=1), policy=Asked())
    assert [row["metric"] for row in ledger.facts(metric="users")] == ["users"]
    assert [row["metric"] for row in ledger.facts(metric=("users", "revenue"), entity=["keling"])] == [
        "revenue",
        "users",
    ]
    assert list(ledger.facts(entity="other")) == []
    assert [row["verdict"] for row in ledger.figures(verdict="refined")] == ["refined"]
    assert len(list(ledger.figures(since=START + timedelta(hours=20)))) == 1
    assert [row["metric"] for row in ledger.figures(limit=1)] == ["revenue"]
    assert [row["id"] for row in ledger.figures(limit=2)] == [2, 3]
    assert [row["verdict"] for row in ledger.alerts(metric=["revenue"])] == ["new", "refined"]
    assert [row["id"] for row in ledger.facts(id=2)] == [2]
    assert [row["outlet"] for row in ledger.articles(outlet=("b.example",))] == ["b.example"]
    assert len(list(ledger.figures(article=1))) == 2
    assert [row["article"] for row in ledger.figures(fact=1)] == [1, 2]


def test_ranges_and_versions_in_rows(ledger: Ledger) -> None:
    tell(
        ledger,
        "https://a.example/1",
        "capex 2.8e8..3e8 CNY range 2025-Q3 period guidance company",
        "model_version 2.1 version exact - period",
    )
    spread, version = ledger.facts()
    assert (spread["value"], spread["speaker"]) == ([280_000_000, 300_000_000], "company")
    assert (version["value"], version["low"], version["high"]) == ("2.1", None, None)
    assert [row["value"] for row in ledger.figures()] == [[280_000_000, 300_000_000], "2.1"]


def test_reposts_are_sightings(ledger: Ledger) -> None:
    body = " ".join(f"Word {number} of a report that is long enough to be recognised." for number in range(20))
    tell(ledger, "https://a.example/1", OVER, ending=body)
    tell(ledger, "https://b.example/1", OVER, ending=f"{body} Editor: somebody.")
    (fact,) = ledger.facts()
    assert fact["outlets"] == 1
    assert [article["repost_of"] for article in ledger.articles()] == [None, 1]
    # The only independent source still corrects itself, and the repost of the old text changes nothing.
    (judged,) = tell(ledger, "https://a.example/1", MORE, ending=body).judged
    assert judged.verdict == "corrected"
    tell(ledger, "https://c.example/1", MORE, ending="A report of its own.")
    assert [fact["outlets"] for fact in ledger.facts()] == [2]


def test_a_converted_figure_says_at_which_rate(ledger: Ledger) -> None:
    tell(ledger, "https://a.example/1", OVER)
    tell(ledger, "https://b.example/1", "revenue 13.8e6 USD at_least ..2025-02 cumulative")
    plain, converted = (row["converted"] for row in ledger.figures())
    assert plain is None
    assert "1 USD = 7.2" in converted


def test_what_a_message_tells(ledger: Ledger) -> None:
    policy = Asked()
    tell(ledger, "https://q4.example/1", "revenue 3e8 CNY exact 2024-Q4 period", policy=policy)
    tell(ledger, "https://a.example/1", "revenue 1.5e8 CNY at_least 2025-Q1 period", policy=policy, title="Aus Köln")
    tell(ledger, "https://b.example/1", "revenue 1.5e8 CNY exact 2025-Q1 period", tier="wire", policy=policy)
    tell(ledger, "https://c.example/1", "revenue 15e6 CNY exact 2025-Q1 period", policy=policy)
    new, conflicting = ledger.told([2, 3])
    assert (new.verdict, new.previous, new.excerpt.title) == ("new", None, "Aus Köln")
    assert (new.figure.value, new.figure.bound, new.figure.period) == (Decimal(150_000_000), "at_least", "2025-Q1")
    assert new.confirmed == (("a.example", "press"), ("b.example", "wire"))
    assert [(point.period, point.value) for point in new.series] == [
        ("2024-Q4", Decimal(300_000_000)),
        ("2025-Q1", Decimal(150_000_000)),
    ]
    assert conflicting.verdict == "conflicting"
    assert conflicting.previous is not None
    assert conflicting.previous.value == conflicting.now.value == Decimal(150_000_000)
    assert conflicting.previous.excerpt.url == "https://a.example/1"
    assert conflicting.excerpt.url == "https://c.example/1"
    with pytest.raises(KeyError, match="99"):
        ledger.told([99])


def test_corrections_are_told_with_both_sentences(ledger: Ledger) -> None:
    policy = Asked()
    tell(ledger, "https://a.example/1", MORE, policy=policy)
    tell(ledger, "https://a.example/1", WRONG, policy=policy)
    told = ledger.told([2])[0]
    assert (told.verdict, told.now.value) == ("corrected", Decimal(15_000_000))
    assert told.previous is not None
    assert told.previous.value == Decimal(152_300_000)
    assert told.previous.excerpt.quote == f"Sentence 0 says {MORE}."
    assert told.excerpt.quote == f"Sentence 0 says {WRONG}."


def test_rows_of_the_past_cannot_be_lost(ledger: Ledger) -> None:
    tell(ledger, "https://a.example/1", OVER)
    with pytest.raises(sqlite3.IntegrityError):
        ledger.db.execute("DELETE FROM figures")
