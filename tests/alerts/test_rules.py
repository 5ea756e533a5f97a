"""Who hears of a figure, in which message, and when."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from alertmaking import article, judged
from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts.rules import Quiet, Rule, Rules, Threshold, ops_postings
from storage.records import Posting, Recipient

#: 09:00 on a Friday in Shanghai.
NOW = datetime(2025, 11, 21, 1, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def rules(*each: Rule, **fields: Any) -> Rules:
    return Rules(rules=each or (Rule(channel="email", to=("ann@example.com",)),), zone=SHANGHAI, **fields)


def rule(**fields: Any) -> Rule:
    return Rule(**({"channel": "email", "to": ("ann@example.com",)} | fields))


def postings(*each: Rule, now: datetime = NOW, run: int | None = 7, of: Any = None) -> list[Posting]:
    found = rules(*each).policy(run, lambda: now)(of or judged(), article())
    assert found is not None
    return found


def test_a_run_gathers_until_its_end() -> None:
    (posting,) = postings(rule())
    assert posting == Posting(recipient=Recipient(channel="email", address="ann@example.com"), key="run:7", due=None)


def test_each_address_is_a_recipient_and_none_hears_twice() -> None:
    both = rule(to=("ann@example.com", "bob@example.com"))
    assert [posting.recipient.address for posting in postings(both, rule())] == ["ann@example.com", "bob@example.com"]


def test_instant_is_due_at_once_and_gathers_one_article() -> None:
    (posting,) = postings(rule(mode="instant"))
    assert posting.due == NOW
    assert posting.key.startswith("article:")
    other = rules(rule(mode="instant")).policy(7, lambda: NOW)(judged(), article(url="https://paper.example/b"))
    assert other is not None
    assert other[0].key != posting.key


def test_without_a_run_nothing_waits_for_its_end() -> None:
    (posting,) = postings(rule(), run=None)
    assert posting.due == NOW


@pytest.mark.parametrize(
    ("mode", "now", "key", "due"),
    [
        ("daily", "2025-11-21T01:00Z", "day:2025-11-22", "2025-11-22T00:00Z"),
        ("daily", "2025-11-20T23:59Z", "day:2025-11-21", "2025-11-21T00:00Z"),
        ("daily", "2025-11-21T00:00Z", "day:2025-11-22", "2025-11-22T00:00Z"),
        ("weekly", "2025-11-21T01:00Z", "week:2025-W48", "2025-11-24T00:00Z"),
        ("weekly", "2025-11-24T00:00Z", "week:2025-W49", "2025-12-01T00:00Z"),
    ],
)
def test_digests_are_due_at_the_local_hour(mode: str, now: str, key: str, due: str) -> None:
    (posting,) = postings(rule(mode=mode), now=datetime.fromisoformat(now))
    assert (posting.key, posting.due) == (key, datetime.fromisoformat(due))


@given(st.datetimes(min_value=datetime(2025, 1, 1), max_value=datetime(2027, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_a_digest_is_never_late_and_never_more_than_a_day_away(now: datetime) -> None:
    every = Rules(rules=(rule(mode="daily"),), zone=ZoneInfo("Europe/Berlin"), digest_at=time(2, 30))
    found = every.policy(1, lambda: now)(judged(), article())
    assert found is not None
    due = found[0].due
    assert due is not None
    # An hour more on the two days a year on which clocks are changed.
    assert now < due <= now + timedelta(hours=25)


@pytest.mark.parametrize(
    ("now", "key", "due"),
    [
        ("2025-11-21T13:59Z", "run:7", None),
        ("2025-11-21T14:00Z", "quiet:2025-11-22T07:00", "2025-11-21T23:00Z"),
        ("2025-11-21T20:00Z", "quiet:2025-11-22T07:00", "2025-11-21T23:00Z"),
        ("2025-11-21T23:00Z", "run:7", None),
    ],
)
def test_quiet_hours_gather_until_they_are_over(now: str, key: str, due: str | None) -> None:
    night = Quiet(begin=time(22), end=time(7))
    (posting,) = postings(rule(quiet=night), now=datetime.fromisoformat(now))
    assert (posting.key, posting.due) == (key, None if due is None else datetime.fromisoformat(due))


@pytest.mark.parametrize(
    ("filters", "passes"),
    [
        ({}, True),
        ({"entities": ("keling",)}, True),
        ({"entities": ("kuaishou",)}, False),
        ({"metrics": ("users", "revenue")}, True),
        ({"metrics": ("users",)}, False),
        ({"measures": ("yoy",)}, False),
        ({"verdicts": ("revised",)}, False),
        ({"bases": ("guidance",)}, False),
        ({"tiers": ("filing", "press")}, True),
        ({"tiers": ("filing",)}, False),
        ({"min_confidence": 1.0}, True),
        ({"min_confidence": 1.1}, False),
    ],
)
def test_filters(filters: dict[str, Any], passes: bool) -> None:
    assert bool(postings(rule(**filters))) is passes


REVENUE = {"metric": "revenue", "entity": "keling", "unit": "CNY"}


@pytest.mark.parametrize(
    ("limits", "fields", "passes"),
    [
        ({"above": Decimal("2e8")}, {}, True),
        ({"above": Decimal("3e8")}, {}, True),
        ({"above": Decimal("3e8")}, {"bound": "exact"}, False),
        ({"above": Decimal("4e8")}, {}, False),
        ({"above": Decimal("4e8")}, {"metric": "users"}, True),
        ({"above": Decimal("4e8")}, {"measure": "yoy", "unit": "percent"}, True),
        ({"above": Decimal("4e8")}, {"value": (Decimal("2e8"), Decimal("5e8")), "bound": "range"}, True),
        ({"below": Decimal("4e8")}, {}, True),
        ({"below": Decimal("3e8")}, {}, False),
        ({"below": Decimal("3e8")}, {"bound": "at_most"}, True),
        ({"above": Decimal("4e8"), "below": Decimal("35e7")}, {}, True),
        ({"moved": Decimal(10)}, {}, True),
        ({"moved": Decimal(10)}, {"before": Decimal("2.9e8")}, False),
        ({"moved": Decimal(10)}, {"before": Decimal("2.5e8")}, True),
        ({"moved": Decimal(10)}, {"before": Decimal("3.5e8")}, True),
        ({"moved": Decimal(10)}, {"before": Decimal(0)}, True),
        ({"moved": Decimal(10)}, {"before": (Decimal("2.9e8"), Decimal("3e8"))}, True),
    ],
)
def test_thresholds(limits: dict[str, Decimal], fields: dict[str, Any], passes: bool) -> None:
    threshold = Threshold(**REVENUE, **limits)
    other = Threshold(metric="revenue", entity="kuaishou", above=Decimal("1e10"))
    assert bool(postings(rule(when=(threshold, other)), of=judged(**fields))) is passes


@pytest.mark.parametrize(("moved", "passes"), [("1.4", True), ("1.5", False)])
def test_percentages_move_by_points(moved: str, passes: bool) -> None:
    margin = {"metric": "gross_margin", "unit": "percent"}
    threshold = Threshold(metric="gross_margin", moved=Decimal(moved))
    of = judged(**margin, value=Decimal("55.7"), bound="exact", before=Decimal("54.3"))
    assert bool(postings(rule(when=(threshold,)), of=of)) is passes


def test_a_rule_may_wait_for_more_outlets() -> None:
    both = (rule(outlets=2), rule(to=("bob@example.com",)))
    heard = [posting.recipient.address for posting in postings(*both)]
    assert heard == ["bob@example.com"]
    heard = [posting.recipient.address for posting in postings(*both, of=judged(outlets=2))]
    assert heard == ["ann@example.com", "bob@example.com"]


def test_verdicts_that_nobody_wants_make_no_alert() -> None:
    policy = rules(verdicts=("new",)).policy(1, lambda: NOW)
    assert policy(judged(verdict="refined"), article()) is None
    assert policy(judged(), article())


def test_an_alert_may_be_for_nobody() -> None:
    assert postings(rule(entities=("kuaishou",))) == []


def test_the_baseline_is_one_message_for_everybody() -> None:
    found = rules(rule(mode="daily"), rule(to=("ann@example.com", "bob@example.com"))).baseline("paper")
    assert [(posting.recipient.address, posting.kind, posting.key, posting.due) for posting in found] == [
        ("ann@example.com", "baseline", "baseline", None),
        ("bob@example.com", "baseline", "baseline", None),
    ]


def test_operators_hear_at_once() -> None:
    ops = Recipient(channel="email", address="ops@example.com")
    assert ops_postings([ops], "source:paper", NOW) == [Posting(recipient=ops, kind="ops", key="source:paper", due=NOW)]
