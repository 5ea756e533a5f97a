"""News that waits for more outlets is told once there are so many: once, to those who have not heard."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

import pytest
from ledgering import START, article, posting, written

from storage.database import memory
from storage.ledger import Ledger
from storage.records import Article, Judged, Posting, Recipient, Recorded, Value

OVER = "revenue 1e8 CNY at_least ..2025-02 cumulative"
MORE = "revenue 152.3e6 CNY exact ..2025-02 cumulative"
ROUND = "revenue 152e6 CNY exact ..2025-02 cumulative"
WRONG = "revenue 215e6 CNY exact ..2025-02 cumulative"
DAY = timedelta(days=1)
BOB = Recipient(channel="email", address="bob@example.com")


class Patient:
    """A policy that waits for so many outlets, in a message a call."""

    def __init__(self, outlets: int, *eager: Posting) -> None:
        self.outlets = outlets
        self.eager = eager
        self.calls = 0

    def __call__(self, judged: Judged, article: Article) -> Sequence[Posting] | None:
        self.calls += 1
        return [*self.eager, *([posting(f"run:{self.calls}")] if judged.outlets >= self.outlets else [])]


@pytest.fixture
def ledger() -> Ledger:
    return Ledger(memory())


def tell(ledger: Ledger, outlet: str, *says: str, wait: int = 2, days: int = 0, **more: object) -> Recorded:
    """Record an article of an outlet, in words of its own."""
    text, figures = written(says)
    own = more.pop(
        "own", " ".join(hashlib.sha256(f"{outlet} {days} {place}".encode()).hexdigest() for place in range(30))
    )
    policy = more.pop("policy", Patient(wait))
    fields = {name: more.pop(name) for name in ("official", "published") if name in more}
    told = article(f"https://{outlet}.example/{days}", f"{text}{own}", **fields)
    return ledger.record(told, figures, now=START + days * DAY, policy=policy, **more)  # type: ignore[arg-type]


def heard(ledger: Ledger) -> list[tuple[str, int]]:
    """Verdict of each alert, with the number of its messages."""
    return [(row["verdict"], len(row["messages"])) for row in ledger.alerts()]


def test_it_is_told_in_the_transaction_of_the_article_that_brings_the_second(ledger: Ledger) -> None:
    tell(ledger, "one", MORE)
    assert heard(ledger) == [("new", 0)]
    tell(ledger, "one", MORE, days=1)
    assert heard(ledger) == [("new", 0)], "one outlet twice"
    recorded = tell(ledger, "two", ROUND, days=2)
    assert heard(ledger) == [("new", 1)]
    assert [one.verdict for one in recorded.judged] == ["repeated"]
    for days, outlet in enumerate(("two", "three", "four"), 3):
        tell(ledger, outlet, MORE, days=days)
    assert heard(ledger) == [("new", 1)], "never again"


def test_a_repost_is_no_second_outlet(ledger: Ledger) -> None:
    own = "The same words, every one of them, on another site and under another name, as reposts are. " * 4
    tell(ledger, "one", MORE, own=own)
    tell(ledger, "two", MORE, own=own, days=1)
    assert [row["repost_of"] for row in ledger.articles()] == [None, 1]
    assert heard(ledger) == [("new", 0)]
    tell(ledger, "three", MORE, days=2)
    assert heard(ledger) == [("new", 1)]


def test_three_may_be_asked_for(ledger: Ledger) -> None:
    for outlet, messages in (("one", 0), ("two", 0), ("three", 1), ("four", 1)):
        tell(ledger, outlet, MORE, wait=3)
        assert heard(ledger) == [("new", messages)]


def test_who_has_heard_hears_no_second_time(ledger: Ledger) -> None:
    eager = Posting(recipient=BOB, key="run:1")
    tell(ledger, "one", MORE, policy=Patient(2, eager))
    assert heard(ledger) == [("new", 1)]
    tell(ledger, "two", MORE, policy=Patient(2, eager))
    assert heard(ledger) == [("new", 2)]
    tell(ledger, "three", MORE, policy=Patient(2, eager))
    assert heard(ledger) == [("new", 2)]


def test_a_contradiction_counts_those_who_say_it(ledger: Ledger) -> None:
    tell(ledger, "one", MORE)
    tell(ledger, "two", WRONG)
    tell(ledger, "two", WRONG, days=1)
    assert heard(ledger) == [("new", 0), ("conflicting", 0)]
    tell(ledger, "three", WRONG, days=2)
    assert heard(ledger) == [("new", 0), ("conflicting", 1)]
    tell(ledger, "four", ROUND, days=3)
    assert heard(ledger) == [("new", 1), ("conflicting", 1)]


def test_a_refinement_by_another_outlet_has_two_and_takes_the_place_of_what_it_refines(ledger: Ledger) -> None:
    tell(ledger, "one", OVER)
    tell(ledger, "two", MORE)
    tell(ledger, "three", MORE)
    assert heard(ledger) == [("new", 0), ("refined", 1)]


def test_a_revised_value_counts_anew(ledger: Ledger) -> None:
    tell(ledger, "one", MORE)
    tell(ledger, "ir", WRONG, official=True)
    assert heard(ledger) == [("new", 0), ("revised", 0)]
    tell(ledger, "two", MORE)
    assert heard(ledger) == [("new", 0), ("revised", 0)], "what held before is no news"
    tell(ledger, "three", WRONG)
    assert heard(ledger) == [("new", 0), ("revised", 1)]


@pytest.mark.parametrize(("days", "messages"), [(13, 1), (15, 0)])
def test_news_that_has_aged_stays_untold(ledger: Ledger, days: int, messages: int) -> None:
    tell(ledger, "one", MORE)
    tell(ledger, "two", MORE, days=days, published=START + days * DAY)
    assert heard(ledger) == [("new", messages)]


def test_a_confirmation_may_be_found_in_a_baseline(ledger: Ledger) -> None:
    tell(ledger, "one", MORE)
    tell(ledger, "two", MORE, baseline=True)
    assert heard(ledger) == [("new", 1)]


QUARTERS = ("revenue 1.5e8 CNY exact 2025-Q1 period", "revenue 2.5e8 CNY exact 2025-Q2 period")


@pytest.mark.parametrize(
    ("known", "says", "before"),
    [
        (QUARTERS, "revenue 3e8 CNY exact 2025-Q3 period", Decimal(250_000_000)),
        (QUARTERS[:1], "revenue 3e8 CNY exact 2025-Q3 period", Decimal(150_000_000)),
        (QUARTERS, "revenue 3e8 CNY exact 2025-07 period", None),
        (QUARTERS, "revenue 4e7 USD exact 2025-Q3 period", None),
        (QUARTERS, "revenue 1e8 CNY exact 2024-Q4 period", None),
        (QUARTERS, "revenue 2.9e8 CNY exact 2025-Q2 period", Decimal(250_000_000)),
        (
            ("revenue 2e8..3e8 CNY range 2025-Q1 period",),
            "revenue 3e8 CNY exact 2025-Q2 period",
            (2 * 10**8, 3 * 10**8),
        ),
        ((), "revenue 3e8 CNY exact 2025-Q2 period", None),
    ],
)
def test_a_change_counts_from_the_same_or_the_period_before(
    ledger: Ledger, known: Sequence[str], says: str, before: Value | None
) -> None:
    asked: list[Judged] = []

    def policy(judged: Judged, article: Article) -> None:
        asked.append(judged)

    for number, one in enumerate(known):
        tell(ledger, f"known{number}", one)
    tell(ledger, "one", says, policy=policy)
    assert [judged.before for judged in asked] == [before]


def test_what_else_the_article_says_is_one_figure_a_fact(ledger: Ledger) -> None:
    others = ("users 22e6 count at_least 2025-02 period", "users 22.4e6 count exact 2025-02 period")
    tell(ledger, "one", MORE, *others, ROUND, policy=Patient(1))
    told = ledger.told([row["id"] for row in ledger.alerts()])
    said = {one.figure.metric: [figure.value for figure in one.also.values()] for one in told}
    assert said == {"revenue": [Decimal("22.4e6")], "users": [Decimal(152_000_000)]}
