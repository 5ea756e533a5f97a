"""The outbox loses nothing, tells nothing three times, and shows what became of each message."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlite_utils import Database

from storage.database import connect, transaction
from storage.outbox import LEASE, PATIENCE, Leased, Outbox, Outcome, back_off, run_key
from storage.records import Posting, Recipient

NOW = datetime(2025, 11, 21, 12, tzinfo=UTC)
ANN = Recipient(channel="email", address="ann@example.com")
BOB = Recipient(channel="email", address="bob@example.com")
OPS = Recipient(channel="email", address="ops@example.com")
HOUR = timedelta(hours=1)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    db = connect(tmp_path / "keling.db")
    yield db
    db.close()


@pytest.fixture
def outbox(db: Database) -> Outbox:
    return Outbox(db, ops=[OPS])


def note(outbox: Outbox, key: str, *, to: Recipient = ANN, due: datetime | None = NOW, words: str = "") -> int:
    """Post a note; kind `test` needs no ledger."""
    posting = Posting(recipient=to, kind="test", key=key, due=due)
    return outbox.post(None, posting, now=NOW, note={"words": words} if words else None)


def take(outbox: Outbox, now: datetime = NOW) -> Leased:
    leased = outbox.lease("email", now=now)
    assert leased is not None
    return leased


def state(outbox: Outbox, message: int) -> str:
    row = outbox.show(message)
    assert row is not None
    return str(row["state"])


def test_postings_of_one_key_gather_in_one_message_for_each_recipient(outbox: Outbox) -> None:
    first = note(outbox, "run:1", words="a")
    assert note(outbox, "run:1", words="b") == first
    assert note(outbox, "run:1", words="b") == first
    assert note(outbox, "run:1", to=BOB) != first
    assert note(outbox, "run:2") != first
    assert outbox.items(first).notes == ({"words": "a"}, {"words": "b"})
    assert len({row["message_id"] for row in outbox.rows()}) == 3


def test_what_comes_after_composing_makes_a_further_part(outbox: Outbox) -> None:
    first = note(outbox, "day:2025-11-21", words="a")
    leased = take(outbox)
    assert leased.content is None
    outbox.compose(leased, subject="One", content=b"one")
    second = note(outbox, "day:2025-11-21", words="b")
    assert second != first
    assert outbox.items(first).notes == ({"words": "a"},)
    outbox.settle(leased, "sent", "250 ok", now=NOW)
    assert note(outbox, "day:2025-11-21", words="c") == second


def test_even_while_a_message_is_being_composed(outbox: Outbox) -> None:
    first = note(outbox, "day:2025-11-21", words="a")
    take(outbox)
    assert note(outbox, "day:2025-11-21", words="b") != first


def test_a_rolled_back_transaction_leaves_nothing(db: Database, outbox: Outbox) -> None:
    with suppress(ZeroDivisionError), transaction(db):
        note(outbox, "run:1", words="a")
        raise ZeroDivisionError
    assert outbox.rows() == []


def test_the_message_id_is_of_ledger_recipient_and_key(tmp_path: Path) -> None:
    ids = []
    for name in ("a.db", "b.db"):
        db = connect(tmp_path / name)
        outbox = Outbox(db)
        for _ in range(2):
            with suppress(ZeroDivisionError), transaction(db):
                note(outbox, "run:1")
                ids.append(outbox.rows()[0]["message_id"])
                raise ZeroDivisionError
        db.close()
    assert ids[0] == ids[1] != ids[2] == ids[3]


def test_messages_without_a_due_time_wait_for_the_end_of_their_run(outbox: Outbox) -> None:
    one = note(outbox, run_key(1), due=None)
    other = note(outbox, run_key(2), due=None)
    assert outbox.lease("email", now=NOW + HOUR) is None
    assert outbox.count(NOW).waiting == 0
    assert outbox.close_run(1, NOW) == 1
    assert (state(outbox, one), state(outbox, other)) == ("waiting", "gathering")
    assert take(outbox).id == one


def test_what_a_dead_run_gathered_is_released_but_the_baseline_waits_for_the_next(outbox: Outbox) -> None:
    lost = note(outbox, run_key(1), due=None)
    baseline = outbox.post(None, Posting(recipient=ANN, kind="baseline", key="baseline"), now=NOW)
    assert outbox.release_orphans(NOW) == 1
    assert (state(outbox, lost), state(outbox, baseline)) == ("waiting", "gathering")
    assert outbox.post(None, Posting(recipient=ANN, kind="baseline", key="baseline"), now=NOW) == baseline
    outbox.close_run(2, NOW)
    assert state(outbox, baseline) == "waiting"


def test_digests_are_due_at_their_time_and_are_not_overdue_before(outbox: Outbox) -> None:
    note(outbox, "day:2025-11-22", due=NOW + 10 * HOUR)
    assert outbox.lease("email", now=NOW + 9 * HOUR) is None
    assert outbox.count(NOW + 9 * HOUR).waiting == 0
    assert outbox.count(NOW + 11 * HOUR).waiting == 1
    assert take(outbox, NOW + 11 * HOUR).key == "day:2025-11-22"


def test_one_lease_a_message(outbox: Outbox) -> None:
    note(outbox, "run:1")
    note(outbox, "run:1", to=BOB)
    assert {take(outbox).recipient, take(outbox).recipient} == {ANN, BOB}
    assert outbox.lease("email", now=NOW) is None
    assert outbox.count(NOW).waiting == 2


def test_sent_is_sent(outbox: Outbox) -> None:
    message = note(outbox, "run:1")
    leased = take(outbox)
    outbox.hand_over(leased, now=NOW)
    assert outbox.settle(leased, "sent", "250 queued", now=NOW).given_up is False
    row = outbox.show(message)
    assert row is not None
    assert (row["state"], row["next_attempt"], row["last_error"], row["attempts"]) == ("sent", None, None, 1)
    assert [each["answer"] for each in row["tries"]] == ["250 queued"]
    assert outbox.lease("email", now=NOW + 10 * PATIENCE) is None
    assert outbox.retry(message, NOW) == 0


def test_a_failure_backs_off_longer_each_time_up_to_a_day(outbox: Outbox) -> None:
    note(outbox, "run:1")
    now, pauses = NOW, []
    for _ in range(14):
        settled = outbox.settle(take(outbox, now), "temporary", "451 later", now=now)
        if settled.given_up:
            break
        assert settled.next_attempt is not None
        pauses.append(settled.next_attempt - now)
        assert outbox.lease("email", now=settled.next_attempt - timedelta(seconds=1)) is None
        now = settled.next_attempt
    assert pauses[:10] == sorted(pauses[:10])
    assert timedelta(seconds=45) <= pauses[0] <= timedelta(seconds=75)
    assert timedelta(hours=18) <= pauses[-1] <= timedelta(days=1)


def test_dead_after_a_week_and_the_operators_hear_of_it(outbox: Outbox) -> None:
    message = note(outbox, "run:1")
    assert not outbox.settle(take(outbox), "temporary", "451 later", now=NOW).given_up
    # A machine that was off for a week tries once more before it gives up.
    late = NOW + 2 * PATIENCE
    assert outbox.settle(take(outbox, late), "temporary", "451 later", now=late).given_up
    assert state(outbox, message) == "dead"
    assert outbox.count(late).dead == 1
    told = take(outbox, late)
    assert (told.recipient, told.kind) == (OPS, "ops")
    assert outbox.items(told.id).notes == ({"event": "given up", "message": message},)
    # The operators' own dead mail makes no further mail.
    assert outbox.settle(told, "permanent", "550 no", now=late).given_up
    assert outbox.lease("email", now=late) is None


def test_refused_for_good_is_dead_at_once_and_can_be_retried(outbox: Outbox) -> None:
    message = note(outbox, "run:1")
    leased = take(outbox)
    outbox.compose(leased, subject="One", content=b"one")
    assert outbox.settle(leased, "permanent", "550 no such user", now=NOW).given_up
    row = next(row for row in outbox.rows() if row["id"] == message)
    assert (row["state"], row["last_error"], row["attempts"]) == ("dead", "550 no such user", 1)
    assert outbox.retry(None, NOW + HOUR) == 1
    again = next(leased for leased in (take(outbox, NOW + HOUR), take(outbox, NOW + HOUR)) if leased.id == message)
    assert again.content == b"one"
    assert outbox.settle(again, "sent", "250 ok", now=NOW + HOUR).state == "sent"


def test_uncertain_is_repeated_once_with_the_same_content(outbox: Outbox) -> None:
    message = note(outbox, "run:1")
    first = take(outbox)
    outbox.compose(first, subject="One", content=b"one")
    outbox.hand_over(first, now=NOW)
    settled = outbox.settle(first, "uncertain", "no answer", now=NOW)
    assert (settled.state, settled.given_up) == ("uncertain", False)
    second = take(outbox, NOW + HOUR)
    assert (second.message_id, second.content) == (first.message_id, b"one")
    # Not handed over: that is no repeat yet.
    settled = outbox.settle(second, "temporary", "refused", now=NOW + HOUR)
    assert (settled.state, settled.given_up) == ("uncertain", False)
    third = take(outbox, NOW + 2 * HOUR)
    outbox.hand_over(third, now=NOW + 2 * HOUR)
    assert outbox.settle(third, "uncertain", "no answer", now=NOW + 2 * HOUR).given_up
    assert state(outbox, message) == "uncertain"
    assert outbox.count(NOW).uncertain == 1
    assert [leased.kind for leased in iter(lambda: outbox.lease("email", now=NOW + 9 * HOUR), None)] == ["ops"]


@pytest.mark.parametrize("handed_over", [False, True])
def test_a_killed_delivery_leaves_a_lease_that_runs_out(outbox: Outbox, handed_over: bool) -> None:
    message = note(outbox, "run:1")
    leased = take(outbox)
    if handed_over:
        outbox.hand_over(leased, now=NOW)
    assert outbox.channels(NOW + LEASE - timedelta(seconds=1)) == ()
    assert outbox.channels(NOW + LEASE) == ("email",)
    assert take(outbox, NOW + LEASE).id == message
    row = outbox.show(message)
    assert row is not None
    assert row["tries"][0]["outcome"] == ("uncertain" if handed_over else "interrupted")


def test_a_message_that_kills_its_sender_holds_up_no_other(outbox: Outbox) -> None:
    killer = note(outbox, "run:1", due=NOW - HOUR)
    assert take(outbox).id == killer
    other = note(outbox, "run:2")
    assert take(outbox, NOW + LEASE).id == other


def test_a_slow_sender_whose_lease_ran_out_still_says_that_it_sent(outbox: Outbox) -> None:
    message = note(outbox, "run:1")
    slow = take(outbox)
    outbox.hand_over(slow, now=NOW)
    quick = take(outbox, NOW + LEASE)
    outbox.settle(slow, "sent", "250 ok", now=NOW + LEASE)
    assert state(outbox, message) == "sent"
    assert outbox.settle(quick, "temporary", "451 later", now=NOW + LEASE).state == "sent"
    assert state(outbox, message) == "sent"


def test_a_slow_failure_does_not_take_the_message_from_its_new_sender(outbox: Outbox) -> None:
    message = note(outbox, "run:1")
    slow = take(outbox)
    quick = take(outbox, NOW + LEASE)
    assert not outbox.settle(slow, "permanent", "550 no", now=NOW + LEASE).given_up
    assert state(outbox, message) == "sending"
    outbox.settle(quick, "sent", "250 ok", now=NOW + LEASE)
    assert state(outbox, message) == "sent"


def test_times_need_a_zone(outbox: Outbox) -> None:
    with pytest.raises(ValueError, match="zone"):
        outbox.lease("email", now=datetime(2025, 11, 21))  # noqa: DTZ001


def test_the_spread_of_a_pause_is_drawn_from_message_and_attempt() -> None:
    assert back_off("a", 3) == back_off("a", 3)
    assert len({back_off(name, 3) for name in "abcdefgh"}) == 8


class Deliveries(RuleBasedStateMachine):
    """Two deliveries, failures of every kind and kills at every step, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.db = connect(Path(self.folder.name) / "keling.db")
        self.outbox = Outbox(self.db, ops=[OPS])
        self.now = NOW
        self.held: list[Leased] = []
        #: How often the other side may have taken a message: acknowledged or without an answer.
        self.arrivals: dict[int, int] = {}

    def teardown(self) -> None:
        self.db.close()
        self.folder.cleanup()

    @initialize()
    def begin(self) -> None:
        self.post("run:0", at_once=True)

    @rule(key=st.sampled_from(["run:0", "run:1", "day:1"]), at_once=st.booleans())
    def post(self, key: str, at_once: bool) -> None:
        note(self.outbox, key, due=self.now if at_once else None, words=str(self.now))

    @rule(died=st.booleans())
    def end_run(self, died: bool) -> None:
        if died:
            self.outbox.release_orphans(self.now)
        else:
            self.outbox.close_run(1, self.now)

    @rule()
    def lease(self) -> None:
        leased = self.outbox.lease("email", now=self.now)
        if leased is not None:
            assert all(other.id != leased.id for other in self.held)
            self.held.append(leased)

    @rule(outcome=st.sampled_from(["sent", "temporary", "permanent", "uncertain"]))
    def attempt(self, outcome: Outcome) -> None:
        if self.held:
            leased = self.held.pop()
            if outcome in ("sent", "uncertain"):
                self.outbox.hand_over(leased, now=self.now)
                self.arrivals[leased.id] = self.arrivals.get(leased.id, 0) + 1
            self.outbox.settle(leased, outcome, outcome, now=self.now)

    @rule(handed_over=st.booleans())
    def kill(self, handed_over: bool) -> None:
        for leased in self.held:
            if handed_over:
                self.outbox.hand_over(leased, now=self.now)
                self.arrivals[leased.id] = self.arrivals.get(leased.id, 0) + 1
        self.held.clear()

    @rule(minutes=st.sampled_from([1, 15, 600, 1440]))
    def wait(self, minutes: int) -> None:
        # Whoever lives is done before the lease runs out.
        if minutes * 60 >= LEASE.total_seconds():
            self.kill(handed_over=False)
        self.now += timedelta(minutes=minutes)

    @invariant()
    def nothing_is_lost_and_nothing_told_three_times(self) -> None:
        for row in self.db.query("SELECT * FROM outbox"):
            ahead = row["next_attempt"] or row["leased_until"]
            assert ahead or row["state"] in ("gathering", "sent", "dead", "uncertain")
            assert self.arrivals.get(row["id"], 0) <= 2
            if row["state"] == "dead":
                last = next(self.db.query("SELECT * FROM attempts WHERE message = ? ORDER BY id DESC", [row["id"]]))
                assert last["outcome"] in ("permanent", "temporary")
            if row["state"] == "uncertain" and not ahead:
                assert self.arrivals[row["id"]] == 2


TestDeliveries = Deliveries.TestCase
TestDeliveries.settings = settings(max_examples=20, stateful_step_count=25, deadline=None)
