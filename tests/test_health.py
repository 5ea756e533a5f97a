from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.declarations.sources import Expect, Source
from monitor.health import Outcome, after, is_due, news, told
from storage.database import memory
from storage.health import Health, SourceHealth

NOW = datetime(2025, 11, 21, 12, tzinfo=UTC)
PAPER = Source.model_validate(
    {"name": "paper", "kind": "feed", "url": "https://paper.example/", "expect": {"silence": "14d"}}
)
GOOD = Outcome(good_lists=1, items=10, new=1)
QUIET = Outcome(good_lists=1, items=10)
GONE = Outcome(list_faults=[("https://paper.example/: HTTP 404", 1.0)])
BUSY = Outcome(list_faults=[("https://paper.example/: HTTP 429", 0.25)], wait=timedelta(hours=5))
UNREADABLE = Outcome(
    good_lists=1, items=10, new=2, pages=2, page_faults=["https://paper.example/a: without a body"] * 2
)


def fare(*outcomes: Outcome, every: timedelta = timedelta(minutes=15)) -> SourceHealth:
    state, now = None, NOW
    for outcome in outcomes:
        state = after(PAPER, state, outcome, now)
        now += every
    assert state is not None
    return state


@pytest.mark.parametrize(
    ("outcomes", "state"),
    [
        ([GOOD], "ok"),
        ([QUIET], "ok"),
        ([GONE], "degraded"),
        ([GOOD, GONE, GONE], "degraded"),
        ([GOOD, GONE, GONE, GONE], "broken"),
        ([GOOD, GONE, GONE, GONE, GOOD], "ok"),
        ([GOOD] + [BUSY] * 11, "degraded"),
        ([GOOD] + [BUSY] * 12, "broken"),
        ([GOOD, UNREADABLE], "degraded"),
        ([GOOD] + [UNREADABLE] * 3, "broken"),
    ],
)
def test_a_source_is(outcomes: list[Outcome], state: str) -> None:
    health = fare(*outcomes)
    assert health.state == state
    assert bool(health.message) == (state != "ok")


def test_some_unreadable_pages_are_said_and_hurt_nothing() -> None:
    health = fare(Outcome(good_lists=1, items=10, pages=9, page_faults=["https://paper.example/a: HTTP 404"]))
    assert (health.state, health.message) == ("ok", "https://paper.example/a: HTTP 404")


def test_silence_is_a_fault_and_new_items_end_it() -> None:
    health = fare(GOOD, *[QUIET] * 15, every=timedelta(days=1))
    assert health.state == "broken"
    assert "nothing new for 15 days" in health.message
    assert after(PAPER, health, GOOD, NOW + timedelta(days=20)).state == "ok"


def test_a_source_that_has_never_paused_for_long_is_missed() -> None:
    paper, day = PAPER.model_copy(update={"expect": Expect()}), timedelta(days=1)
    state, now = None, NOW
    for number in range(600):
        # A long weekend now and then: nine looks of six hours in which nothing is new.
        state = after(paper, state, QUIET if number % 60 in range(20, 29) else GOOD, now)
        now += timedelta(hours=6)
    for days in range(1, 30):
        state = after(paper, state, QUIET, now + day * days)
        if state.state == "broken":
            break
    assert 9 <= days <= 13
    assert state
    assert "nothing new for" in state.message
    assert "its longest pause so far allows 10" in state.message
    assert after(paper, state, GOOD, now + day * 30).state == "ok"
    # Who was not looking has learned nothing of pauses.
    assert after(paper, state, GOOD, now + day * 300).pause == state.pause


@pytest.mark.parametrize(("share", "most"), [(2, 20), (5, 62)])
def test_articles_that_tell_figures_no_longer_are_a_fault(share: int, most: int) -> None:
    state, now = None, NOW
    for number in range(100):
        tells = number % share == 0
        outcome = replace(GOOD, articles=1, telling=int(tells), barren=int(not tells))
        state = after(PAPER, state, outcome, now)
        assert state.state == "ok"
    bare = 0
    while state and state.state == "ok":
        bare += 1
        state = after(PAPER, state, replace(GOOD, articles=1, barren=1), now)
        assert bare <= most
    assert state
    assert "the pages may have been redesigned" in state.message
    assert bare > most / 2
    assert after(PAPER, state, replace(GOOD, articles=1, telling=1), now).state == "ok"


def test_a_source_that_fails_is_asked_ever_later_and_never_given_up() -> None:
    assert fare(GOOD).next_check == NOW + timedelta(minutes=15)
    pauses = [(state := fare(*[GONE] * number)).next_check - state.checked for number in range(1, 12)]
    assert pauses[:3] == [timedelta(minutes=30), timedelta(hours=1), timedelta(hours=2)]
    assert sorted(pauses) == pauses
    assert max(pauses) == timedelta(hours=6)
    busy = fare(BUSY)
    assert busy.next_check == NOW + timedelta(hours=5)
    assert not is_due(PAPER, busy, NOW + timedelta(hours=4))
    assert is_due(PAPER, busy, NOW + timedelta(hours=5))
    assert is_due(PAPER, None, NOW)
    # Cron's next run is never to the second: that it comes a little early must not cost a whole interval.
    assert is_due(PAPER, fare(GOOD), NOW + timedelta(minutes=14, seconds=50))
    assert not is_due(PAPER, fare(GOOD), NOW + timedelta(minutes=10))


def test_operators_hear_once_that_a_source_broke_and_once_that_it_is_well() -> None:
    health = Health(memory())
    heard, state, now = [], None, NOW
    for outcome in [GOOD, GONE, GONE, GONE, GONE, BUSY, GOOD, GOOD, GONE, GOOD]:
        state = after(PAPER, health.of("paper"), outcome, now)
        health.write(state, baseline=now)
        found = news(health, [PAPER])
        heard += [(each.broken, each.message) for each in found]
        told(health, found)
        now += timedelta(hours=1)
    assert heard == [(True, "https://paper.example/: HTTP 404"), (False, "")]


def test_the_first_good_run_is_the_baseline() -> None:
    health = Health(memory())
    assert health.is_baseline("paper")
    health.write(fare(GONE))
    assert health.is_baseline("paper")
    health.write(fare(GOOD), baseline=NOW)
    assert not health.is_baseline("paper")
    health.write(fare(GONE))
    assert not health.is_baseline("paper")
    assert health.of("paper") == fare(GONE)
    assert health.of("other") is None
    assert list(health.all()) == ["paper"]
