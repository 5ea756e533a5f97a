from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from storage.database import memory, transaction
from storage.frontier import LONGEST_PAUSE, MEMORY, MOST_ATTEMPTS, YOUNG, Found, Frontier, Page, Validators

NOW = datetime(2025, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def db() -> Database:
    return memory()


@pytest.fixture
def frontier(db: Database) -> Frontier:
    return Frontier(db)


def found(name: str, **more: object) -> Found:
    url = f"https://paper.example/{name}"
    return Found(url=url, link=f"{url}?from=feed", title=name, **more)  # type: ignore[arg-type]


def discover(frontier: Frontier, *pages: Found, now: datetime = NOW, source: str = "paper", **more: object) -> int:
    given_ = {"validators": Validators(etag='"1"'), "now": now, "baseline": False, **more}
    return frontier.discover(source, "https://paper.example/feed", pages, **given_)  # type: ignore[arg-type]


def record(frontier: Frontier, db: Database, page: Page, *, now: datetime = NOW, published: datetime = NOW) -> None:
    with transaction(db):
        article = db.conn.execute(
            "INSERT INTO articles (url, outlet, tier, official, source, first_seen) VALUES (?, 'p', 'press', 0, 'p', ?)"
            " ON CONFLICT (url) DO UPDATE SET outlet = outlet RETURNING id",
            (page.found.url, now.isoformat()),
        ).fetchone()[0]
        validators = Validators(etag='"page"', modified="Fri, 21 Nov 2025 12:00:00 GMT")
        frontier.recorded(page.id, article, validators=validators, published=published, now=now)


def test_what_a_list_says_is_kept_until_its_page_is_read(frontier: Frontier, db: Database) -> None:
    one = found("a", summary="in short", published=NOW, dated=date(2025, 11, 21), outlet="Wire", language="en")
    assert discover(frontier, one, found("b"), baseline=True) == 2
    page, other = frontier.due("paper", now=NOW)
    assert (page.found, page.state, page.baseline) == (one, "discovered", True)
    assert other.found.title == "b"
    assert frontier.validators("paper", "https://paper.example/feed") == Validators(etag='"1"')
    assert frontier.due("other", now=NOW) == []
    assert discover(frontier, one, found("c")) == 1


def test_a_page_is_asked_for_until_it_is_read(frontier: Frontier, db: Database) -> None:
    discover(frontier, found("a"), found("b"))
    first, second = frontier.due("paper", now=NOW)
    # A killed run has read neither.
    assert [page.id for page in frontier.due("paper", now=NOW)] == [first.id, second.id]
    frontier.irrelevant(second.id, validators=Validators())
    record(frontier, db, first, published=NOW - YOUNG * 2)
    assert frontier.due("paper", now=NOW + timedelta(days=400)) == []


def test_an_article_is_recorded_with_its_page_or_not_at_all(frontier: Frontier, db: Database) -> None:
    discover(frontier, found("a"))
    (page,) = frontier.due("paper", now=NOW)

    def killed() -> None:
        with transaction(db):
            frontier.irrelevant(page.id, validators=Validators())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        killed()
    assert [page.id for page in frontier.due("paper", now=NOW)] == [page.id]


def test_a_list_and_its_validators_are_kept_together_or_not_at_all(frontier: Frontier) -> None:
    with pytest.raises(ValueError, match="zone"):
        discover(frontier, found("a"), found("b", published=datetime(2025, 11, 21)))  # noqa: DTZ001 (that is the fault)
    assert frontier.due("paper", now=NOW) == []
    assert frontier.validators("paper", "https://paper.example/feed") == Validators()


def test_a_failed_page_waits_ever_longer_and_is_given_up(frontier: Frontier) -> None:
    discover(frontier, found("a"))
    now, pauses = NOW, []
    while pages := frontier.due("paper", now=now):
        frontier.failed(pages[0].id, "HTTP 500", now=now)
        begin = now
        while not frontier.due("paper", now=now) and now - begin < LONGEST_PAUSE * 2:
            now += timedelta(minutes=15)
        pauses.append(now - begin)
    assert pauses[:3] == [timedelta(minutes=15), timedelta(minutes=30), timedelta(hours=1)]
    assert len(pauses) == MOST_ATTEMPTS
    assert sorted(pauses[:-1]) == pauses[:-1]
    assert max(pauses[:-1]) == LONGEST_PAUSE


def test_what_is_gone_is_given_up_until_it_is_listed_anew(frontier: Frontier) -> None:
    discover(frontier, found("a"))
    (page,) = frontier.due("paper", now=NOW)
    frontier.failed(page.id, "HTTP 410", now=NOW, state="dead")
    assert frontier.due("paper", now=NOW + timedelta(days=99)) == []
    discover(frontier, found("a"))
    assert frontier.due("paper", now=NOW) == []
    discover(frontier, found("a", stamp="2"))
    assert len(frontier.due("paper", now=NOW)) == 1


def test_a_young_article_is_looked_at_again_ever_later(frontier: Frontier, db: Database) -> None:
    discover(frontier, found("a"))
    now, looks = NOW, []
    (page,) = frontier.due("paper", now=now)
    record(frontier, db, page)
    while now < NOW + YOUNG * 2:
        now += timedelta(minutes=15)
        for page in frontier.due("paper", now=now):
            assert (page.state, page.validators.etag) == ("recorded", '"page"')
            looks.append(now - NOW)
            record(frontier, db, page, now=now)
    assert looks[0] == timedelta(hours=1)
    assert 10 <= len(looks) <= 20
    assert looks[-1] <= YOUNG + timedelta(days=2)


def test_unchanged_pages_keep_what_they_are(frontier: Frontier, db: Database) -> None:
    discover(frontier, found("a"), found("b"))
    first, second = frontier.due("paper", now=NOW)
    record(frontier, db, first)
    frontier.irrelevant(second.id, validators=Validators(etag='"b"'))
    later = NOW + timedelta(hours=2)
    frontier.unchanged(first.id, now=later)
    frontier.unchanged(second.id, now=later)
    assert frontier.due("paper", now=later) == []
    (again,) = frontier.due("paper", now=later + timedelta(hours=2))
    assert again.validators.etag == '"page"'


def test_a_failed_second_look_leaves_the_article_recorded(frontier: Frontier, db: Database) -> None:
    discover(frontier, found("a"))
    (page,) = frontier.due("paper", now=NOW)
    record(frontier, db, page)
    frontier.failed(page.id, "HTTP 500", now=NOW)
    (again,) = frontier.due("paper", now=NOW + timedelta(hours=1))
    assert again.state == "recorded"


def test_a_changed_item_is_read_again(frontier: Frontier, db: Database) -> None:
    discover(frontier, found("a"), found("b"))
    first, second = frontier.due("paper", now=NOW)
    record(frontier, db, first)
    frontier.irrelevant(second.id, validators=Validators())
    discover(frontier, found("a"), found("b"))
    assert frontier.due("paper", now=NOW) == []
    discover(frontier, found("a", stamp="2"), found("b"))
    assert [page.id for page in frontier.due("paper", now=NOW)] == [first.id]
    # Another source that gives the page another title says nothing of a change.
    discover(frontier, Found(url=second.found.url, link=second.found.url, title="B!"), source="search")
    assert len(frontier.due("paper", now=NOW)) == 1


def test_all_that_is_young_is_read_again_on_demand(frontier: Frontier, db: Database) -> None:
    discover(frontier, found("a", published=NOW), found("old", published=NOW - YOUNG * 2))
    for page in frontier.due("paper", now=NOW):
        record(frontier, db, page, published=page.found.published or NOW)
    assert frontier.due("paper", now=NOW) == []
    assert [page.found.title for page in frontier.due("paper", now=NOW, full=True)] == ["a"]


def test_quarantine_keeps_the_bytes_until_they_can_be_read(frontier: Frontier, db: Database) -> None:
    discover(frontier, found("a"))
    (page,) = frontier.due("paper", now=NOW)
    body = bytes(range(256)) * 9
    frontier.quarantine(
        page.id, url="https://paper.example/final", content_type="text/html", body=body, message="no body", now=NOW
    )
    (kept,) = frontier.quarantined()
    assert (kept.body, kept.url, kept.source, kept.message) == (body, "https://paper.example/final", "paper", "no body")
    assert (kept.page.id, kept.page.state) == (page.id, "quarantined")
    assert len(frontier.due("paper", now=NOW + timedelta(hours=1))) == 1
    record(frontier, db, page)
    assert list(frontier.quarantined()) == []


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["", "1", "2"])), max_size=12))
def test_discovering_again_changes_nothing(items: list[tuple[str, str]]) -> None:
    db = memory()
    frontier = Frontier(db)
    pages = [found(name, stamp=stamp) for name, stamp in items]
    new = discover(frontier, *pages)
    assert new == len({name for name, _ in items})
    rows = list(db.query("SELECT * FROM pages"))
    assert discover(frontier, *pages) == 0
    assert list(db.query("SELECT * FROM pages")) == rows
    db.close()


def test_addresses_that_led_nowhere_are_forgotten_in_time(frontier: Frontier, db: Database) -> None:
    discover(frontier, found("irrelevant"), found("dead"), found("recorded"), found("failed"))
    irrelevant, dead, recorded, failed = frontier.due("paper", now=NOW)
    frontier.irrelevant(irrelevant.id, validators=Validators())
    frontier.quarantine(dead.id, url="https://paper.example/", content_type="", body=b"x", message="no", now=NOW)
    frontier.failed(dead.id, "HTTP 410", now=NOW, state="dead")
    record(frontier, db, recorded)
    frontier.failed(failed.id, "HTTP 500", now=NOW)
    assert frontier.forget(now=NOW + MEMORY) == 0
    assert frontier.forget(now=NOW + MEMORY * 1.01) == 2
    assert {row["state"] for row in db.query("SELECT state FROM pages")} == {"recorded", "failed"}
    assert list(frontier.quarantined()) == []
    assert discover(frontier, found("irrelevant"), found("recorded")) == 1


def test_what_is_due_is_found_by_an_index(db: Database) -> None:
    for query in (
        "SELECT id FROM pages WHERE source = 'a' AND next_attempt <= 'b'",
        "SELECT unread_pages FROM source_health",
        "DELETE FROM pages WHERE state IN ('irrelevant', 'dead') AND discovered < 'a'",
    ):
        plan = " ".join(row["detail"] for row in db.query(f"EXPLAIN QUERY PLAN {query}"))
        assert "SCAN pages" not in plan, plan
