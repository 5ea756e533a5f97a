"""Articles arrive in any order: where the rules do not make order matter, the ledger ends up the same."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from hashlib import sha256

from hypothesis import given, settings
from hypothesis import strategies as st
from ledgering import START, article, written

from storage.database import memory
from storage.ledger import Ledger
from storage.records import Article, Figure

#: True amounts of some slots; articles tell them plainly or as "over" (and then everybody tells the same amount).
TRUTH = {
    ("revenue", "2025-Q1", "period"): "1.5e8 CNY",
    ("revenue", "2025-Q2", "period"): "2.5e8 CNY",
    ("revenue", "..2025-02", "cumulative"): "1e8 CNY",
    ("dau", "2025-Q1", "period"): "4.08e8 count",
    ("gross_margin", "2025-Q1", "period"): "54.6 percent",
    ("model_version", "-", "period"): "2.1 version",
}


@st.composite
def tellings(draw: st.DrawFn) -> tuple[Article, list[Figure]]:
    slots = draw(st.lists(st.sampled_from(sorted(TRUTH)), min_size=1, max_size=4))
    says = []
    for metric, period, aggregation in slots:
        bounds = ["exact"] if metric in ("gross_margin", "model_version") else ["exact", "at_least"]
        says.append(
            f"{metric} {TRUTH[metric, period, aggregation]} {draw(st.sampled_from(bounds))} {period} {aggregation}"
        )
    text, figures = written(says)
    number, outlet = draw(st.integers(0, 99)), draw(st.sampled_from("abcd"))
    published = START + timedelta(days=draw(st.integers(90, 120)))
    url = f"https://{outlet}.example/{number}"
    # Of so different endings that no article is a repost of another.
    ending = "".join(sha256(f"{url} {part}".encode()).hexdigest() for part in range(12))
    told = article(url, f"{text}{ending}", outlet=outlet, published=published, official=outlet == "a")
    return told, figures


def known(told: list[tuple[Article, list[Figure]]]) -> list[tuple[object, ...]]:
    ledger = Ledger(memory())
    for one, figures in told:
        ledger.record(one, figures, now=START + timedelta(days=130))
    columns = ("metric", "period", "value", "unit", "bound", "low", "high", "status", "outlets")
    assert not any(row["verdict"] in ("conflicting", "refined", "revised") for row in ledger.figures())
    return sorted(tuple(str(row[column]) for column in columns) for row in ledger.facts())


@settings(max_examples=25, deadline=None)
@given(st.lists(tellings(), min_size=1, max_size=8, unique_by=lambda pair: pair[0].url), st.randoms())
def test_any_order_gives_the_same_facts(told: list[tuple[Article, list[Figure]]], random: object) -> None:
    shuffled = list(told)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert known(told) == known(shuffled)


@settings(max_examples=12, deadline=None)
@given(st.lists(tellings(), min_size=1, max_size=6, unique_by=lambda pair: pair[0].url))
def test_telling_all_of_it_twice_changes_nothing(told: list[tuple[Article, list[Figure]]]) -> None:
    assert known(told) == known([*told, *told])


@given(st.decimals(min_value=-(10**15), max_value=10**15, places=4, allow_nan=False))
def test_numbers_come_back_as_they_were(value: Decimal) -> None:
    from storage.columns import decimal, number

    column = number(value)
    assert column is not None
    # SQLite keeps doubles: fifteen digits.
    assert abs(decimal(column) - value) <= abs(value) * Decimal("1e-15")
