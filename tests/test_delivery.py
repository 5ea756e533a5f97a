"""Outbox to mail server: what the server has, what the outbox says, and what a kill in between leaves."""

from __future__ import annotations

import resource
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from alertmaking import article, figure
from mailserver import CLOSE, HANG, ScriptedServer

from monitor.alerts.compose import Reader
from monitor.alerts.rules import Rule, Rules
from monitor.channels import Channel, Letter
from monitor.channels.email import EmailChannel, MailServer
from monitor.config import Config, load_config
from monitor.delivery import Courier, Delivered, deliver, deliver_over, post_test
from monitor.demo.settings import write_settings
from monitor.sending import deliver_waiting
from storage.database import connect, transaction
from storage.errors import LedgerError
from storage.outbox import LEASE, Outbox
from storage.records import Posting, Recipient
from storage.runs import RunLock

NOW = datetime(2025, 11, 21, 12, tzinfo=UTC)
READER = Reader(labels={}, zone=UTC)
OPS = Recipient(channel="email", address="ops@example.com")
NAMES = ("a@example.com", "b@example.com", "c@example.com")
LATER = timedelta(hours=6)


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as server:
        yield server


class Post:
    """A ledger with an outbox, and deliveries from it."""

    def __init__(self, file: Path, port: int) -> None:
        self.file = file
        self.now = NOW
        self.port = port
        self.channels: dict[str, Channel] = {}
        self.be_patient(20)

    def be_patient(self, seconds: float) -> None:
        """How long the mail server may take for an answer."""
        server = MailServer(host="127.0.0.1", port=self.port, sender="Monitor <monitor@example.org>", timeout=seconds)
        self.channels["email"] = EmailChannel(server)

    @contextmanager
    def outbox(self) -> Iterator[Outbox]:
        with closing(connect(self.file)) as db:
            yield Outbox(db)

    def post(self, *addresses: str, channel: str = "email", key: str = "run:1") -> None:
        with self.outbox() as outbox:
            for address in addresses:
                recipient = Recipient(channel=channel, address=address)
                outbox.post(None, Posting(recipient=recipient, kind="test", key=key, due=self.now), now=self.now)

    def deliver(self, after: timedelta = timedelta()) -> Delivered:
        self.now += after
        return deliver_over(self.channels, self.file, reader=READER, now=lambda: self.now, ops=[OPS])

    def rows(self) -> dict[str, dict[str, Any]]:
        with self.outbox() as outbox:
            return {row["recipient"]: row for row in outbox.rows()}


@pytest.fixture
def post(tmp_path: Path, server: ScriptedServer) -> Post:
    return Post(tmp_path / "keling.db", server.port)


def recipients(server: ScriptedServer) -> list[str]:
    return [recipient for mail in server.mails for recipient in mail.recipients]


def test_each_recipient_gets_one_mail_once(post: Post, server: ScriptedServer) -> None:
    post.post(*NAMES)
    assert post.deliver() == Delivered(sent=3, waiting=0, dead=0, errors=())
    assert post.deliver(LATER) == Delivered(sent=0, waiting=0, dead=0, errors=())
    assert sorted(recipients(server)) == sorted(NAMES)
    assert len({mail.id for mail in server.mails}) == 3
    assert server.connections == 1


def test_refused_for_three_runs_then_up_is_one_mail_a_recipient(post: Post, server: ScriptedServer) -> None:
    post.post(*NAMES)
    for _ in range(3):
        server.script["connect"].append("554 not now")
        down = post.deliver(LATER)
        assert (down.sent, down.waiting, down.dead, len(down.errors)) == (0, 3, 0, 3)
        assert f"127.0.0.1:{server.port}" in down.errors[0]
        assert "554 not now" in down.errors[0]
    # One connection a delivery: the second message need not find out again.
    assert server.connections == 3
    assert post.deliver(LATER).sent == 3
    assert sorted(recipients(server)) == sorted(NAMES)
    assert {row["attempts"] for row in post.rows().values()} == {4}


def test_a_server_that_hangs_costs_one_timeout_a_delivery(post: Post, server: ScriptedServer) -> None:
    post.post(*NAMES)
    post.be_patient(1)
    server.script["connect"].extend([HANG] * 3)
    assert post.deliver().waiting == 3
    assert server.connections == 1


def test_a_refused_recipient_is_dead_with_its_reason_and_the_others_get_their_mail(
    post: Post, server: ScriptedServer
) -> None:
    server.refused[NAMES[1]] = "550 5.1.1 no such user"
    post.post(*NAMES)
    done = post.deliver()
    assert (done.sent, done.waiting, done.dead) == (3, 0, 1)
    assert sorted(recipients(server)) == [NAMES[0], NAMES[2], OPS.address]
    row = post.rows()[NAMES[1]]
    assert row["state"] == "dead"
    assert "550 5.1.1 no such user" in row["last_error"]
    word = next(mail for mail in server.mails if mail.recipients == (OPS.address,))
    assert NAMES[1] in word.message["Subject"]
    assert b"550 5.1.1 no such user" in word.content
    assert f"outbox retry {row['id']}" in word.content.decode()
    assert post.deliver(LATER).sent == 0


def test_451_then_250(post: Post, server: ScriptedServer) -> None:
    server.script["RCPT"].append("451 4.7.1 greylisted")
    post.post(NAMES[0])
    assert post.deliver().waiting == 1
    assert "greylisted" in post.rows()[NAMES[0]]["last_error"]
    assert post.deliver(LATER).sent == 1
    assert recipients(server) == [NAMES[0]]


@pytest.mark.parametrize("answer", [HANG, CLOSE, "what?"])
def test_no_answer_to_the_mail_repeats_it_once(post: Post, server: ScriptedServer, answer: str) -> None:
    server.script["body"].append(answer)
    post.post(NAMES[0])
    post.be_patient(1 if answer == HANG else 20)
    assert post.deliver().waiting == 1
    post.be_patient(20)
    assert post.rows()[NAMES[0]]["state"] == "uncertain"
    assert post.deliver(LATER).sent == 1
    assert post.deliver(LATER).sent == 0
    first, second = server.mails
    assert first.content == second.content
    assert first.id == second.id


def test_no_answer_twice_is_left_for_a_person(post: Post, server: ScriptedServer) -> None:
    server.script["body"].extend([CLOSE, CLOSE])
    post.post(NAMES[0])
    post.deliver()
    assert post.deliver(LATER).dead == 1
    assert recipients(server) == [NAMES[0], NAMES[0], OPS.address]
    assert post.rows()[NAMES[0]]["state"] == "uncertain"


class Killed(BaseException):
    """As if the process had ended here."""


class Deadly:
    """A channel whose sender is killed before, while or after it hands a message over."""

    def __init__(self, inner: Channel, when: str) -> None:
        self.inner = inner
        self.when = when

    def render(self, letter: Letter) -> bytes:
        return self.inner.render(letter)

    @contextmanager
    def open(self) -> Iterator[Deadly]:
        with self.inner.open() as session:
            self.session = session
            yield self

    def send(self, content: bytes, to: str, *, hand_over: Callable[[], None]) -> str:
        if self.when == "before":
            raise Killed

        def hand_over_and_die() -> None:
            hand_over()
            raise Killed

        self.session.send(content, to, hand_over=hand_over_and_die if self.when == "at" else hand_over)
        raise Killed


@pytest.mark.parametrize(("when", "mails"), [("before", 1), ("at", 1), ("after", 2)])
def test_killed_at_each_step_loses_nothing_and_repeats_at_most_once(
    post: Post, server: ScriptedServer, when: str, mails: int
) -> None:
    post.post(NAMES[0])
    whole = post.channels["email"]
    post.channels["email"] = Deadly(whole, when)
    post.deliver()
    post.channels["email"] = whole
    assert post.deliver().sent == 0
    assert post.deliver(LEASE).sent == 1
    assert post.deliver(LATER).sent == 0
    assert recipients(server) == [NAMES[0]] * mails
    assert len({mail.content for mail in server.mails}) == 1


class Broken:
    """A channel that fails in ways that it should not."""

    def render(self, letter: Letter) -> bytes:
        return letter.text.encode()

    @contextmanager
    def open(self) -> Iterator[Broken]:
        yield self

    def send(self, content: bytes, to: str, *, hand_over: Callable[[], None]) -> str:
        raise RuntimeError("unforeseen")


@pytest.mark.parametrize("channel", ["broken", "absent"])
def test_one_channel_does_not_stop_the_other(post: Post, server: ScriptedServer, channel: str) -> None:
    post.channels["broken"] = Broken()
    post.post("x", channel=channel)
    post.post(*NAMES)
    done = post.deliver()
    assert (done.sent, done.waiting) == (3, 1)
    assert post.rows()["x"]["state"] == "waiting"


def test_what_cannot_be_a_mail_dies_alone(post: Post, server: ScriptedServer) -> None:
    post.post("a@example.com\r\nRCPT TO:<thief@example.com>", "nobody", NAMES[0])
    done = post.deliver()
    assert (done.sent, done.dead) == (3, 2)
    assert recipients(server).count(NAMES[0]) == 1
    assert "thief@example.com" not in recipients(server)


@contextmanager
def full_disk(limit: int) -> Iterator[None]:
    """No file of this process grows beyond so many bytes, as on a disk without space."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_at_any_step_loses_nothing_and_repeats_at_most_once(post: Post, server: ScriptedServer) -> None:
    failed = 0
    for pages in range(0, 40, 4):
        post.post(NAMES[0], key=f"run:{pages}")
        with full_disk(pages * 4096):
            try:
                failed += bool(post.deliver().errors)
            except LedgerError:
                failed += 1
        while post.deliver(LEASE).waiting:
            pass
    assert failed > 1
    arrivals = Counter(mail.id for mail in server.mails)
    assert len(arrivals) == 10
    assert set(arrivals.values()) <= {1, 2}
    assert len({mail.content for mail in server.mails}) == 10


def test_two_deliveries_at_once_send_each_mail_once(post: Post, server: ScriptedServer) -> None:
    names = [f"reader{number}@example.com" for number in range(20)]
    post.post(*names)
    with ThreadPoolExecutor(2) as threads:
        done = list(threads.map(lambda _: post.deliver(), range(2)))
    assert sum(each.sent for each in done) == 20
    assert sorted(recipients(server)) == sorted(names)


def record(post: Post, *articles: tuple[str, str, str], run: int, baseline: bool = False) -> None:
    """Record articles of (address, text, the number as written) that state a revenue, as a run does."""
    from zoneinfo import ZoneInfo

    from storage.ledger import Ledger

    rules = Rules(rules=(Rule(channel="email", to=("a@example.com",)),), zone=ZoneInfo("UTC"))
    with closing(connect(post.file)) as db:
        for url, text, number in articles:
            start = text.index(number)
            of = figure(start=start, end=start + len(number), quote=text, value=Decimal(number) * 10**8, bound="exact")
            said = article(url=url, text=text, outlet=url.split("/")[2], published=post.now, fetched=post.now)
            Ledger(db).record(
                said,
                [of],
                now=post.now,
                policy=rules.policy(run, lambda: post.now),
                run=run,
                baseline=baseline,
                within=None
                if not baseline
                else lambda _: [
                    Outbox(db).post(None, posting, now=post.now, note={"source": "paper"})
                    for posting in rules.baseline("paper")
                ],
            )
        Outbox(db).close_run(run, post.now)


def test_a_first_run_sends_one_summary_and_the_next_only_what_is_new(post: Post, server: ScriptedServer) -> None:
    first = "https://paper.example/1", "Keling earned RMB 3 (100 million) in the third quarter.", "3"
    record(post, first, run=1, baseline=True)
    assert post.deliver().sent == 1
    summary = server.mails[0].text
    assert "1 fact" in str(server.mails[0].message["Subject"])
    assert "paper" in summary
    assert "CNY 300 million" in summary

    post.now += LATER
    echo = "https://echo.example/1", "可灵收入3亿元。", "3"
    other = "https://digest.example/1", "Keling earned 4 (100 million) in the quarter.", "4"
    record(post, echo, run=2)
    assert post.deliver().sent == 0
    record(post, other, run=3)
    assert post.deliver().sent == 1
    mail = server.mails[1]
    assert mail.message["Subject"] == "keling revenue, Q3 2025: CNY 400 million — conflicting"
    # Both sides of a conflict, as printed.
    assert other[1] in mail.text
    assert first[1] in mail.text
    assert post.deliver(LATER).sent == 0


def configured(folder: Path, server: ScriptedServer, more: str = "") -> Config:
    file = write_settings(folder, [], smtp_port=server.port)
    file.write_text(file.read_text("utf-8") + more, "utf-8")
    config = load_config(file)
    connect(config.database).close()
    return config


def wait_for(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def test_a_test_message_goes_to_everybody_once(tmp_path: Path, server: ScriptedServer) -> None:
    more = f'\n[[alerts.to]]\nchannel = "feed"\nto = ["alerts.json"]\n\n[[alerts.to]]\nto = ["{NAMES[0]}"]\n'
    config = configured(tmp_path, server, more + more)
    assert post_test(config, now=NOW) == 4
    assert deliver(config, now=lambda: NOW) == Delivered(sent=4, waiting=0, dead=0, errors=())
    assert sorted(recipients(server)) == [NAMES[0], "analyst@example.com", "ops@example.com"]
    assert "Keling Monitor: test" in (tmp_path / "alerts.json").read_text("utf-8")
    # Asked for again, it is another message.
    post_test(config, now=NOW + LATER)
    assert deliver(config, now=lambda: NOW + LATER).sent == 4


def test_the_courier_delivers_what_is_recorded_while_it_runs(tmp_path: Path, server: ScriptedServer) -> None:
    config = configured(tmp_path, server)
    with Courier(config, now=lambda: NOW) as courier, closing(connect(config.database)) as db:
        for number, name in enumerate(NAMES):
            recipient = Recipient(channel="email", address=name)
            with transaction(db):
                posting = Posting(recipient=recipient, kind="test", key=f"article:{number}", due=NOW)
                Outbox(db).post(None, posting, now=NOW)
            wait_for(lambda number=number: len(server.mails) > number)
    assert recipients(server) == list(NAMES)
    assert courier.errors == []


def test_the_courier_tells_what_went_wrong_and_goes_on(tmp_path: Path, server: ScriptedServer) -> None:
    config = configured(tmp_path, server)
    server.refused[NAMES[0]] = "451 later"
    with Courier(config, now=lambda: NOW) as courier:
        for name in NAMES[:2]:
            with closing(connect(config.database)) as db, transaction(db):
                recipient = Recipient(channel="email", address=name)
                Outbox(db).post(None, Posting(recipient=recipient, kind="test", key="run:1", due=NOW), now=NOW)
        wait_for(lambda: server.mails)
    assert recipients(server) == [NAMES[1]]
    (error,) = courier.errors
    assert "451 later" in error


def test_beside_a_run_a_channel_that_hangs_delays_no_other(tmp_path: Path, server: ScriptedServer) -> None:
    config = configured(tmp_path, server)
    server.script["connect"].append(HANG)

    def post(channel: str, address: str, key: str) -> None:
        with closing(connect(config.database)) as db, transaction(db):
            recipient = Recipient(channel=channel, address=address)
            Outbox(db).post(None, Posting(recipient=recipient, kind="test", key=key, due=NOW), now=NOW)

    file = tmp_path / "alerts.json"
    with Courier(config, now=lambda: NOW):
        post("email", NAMES[0], "article:1")
        wait_for(lambda: server.connections)
        for number in range(3):
            post("feed", "alerts.json", f"article:{number}")
            wait_for(lambda number=number: file.exists() and file.read_text("utf-8").count('"title"') == number + 2)
        assert server.mails == []
        server.hang_up()
    assert server.mails == []


def test_a_message_for_a_channel_that_is_not_there_waits_and_is_named(tmp_path: Path, server: ScriptedServer) -> None:
    config = configured(tmp_path, server)
    with closing(connect(config.database)) as db:
        recipient = Recipient(channel="pigeon", address="loft")
        Outbox(db).post(None, Posting(recipient=recipient, kind="test", key="run:1", due=NOW), now=NOW)
    post_test(config, now=NOW)
    done = deliver(config, now=lambda: NOW)
    assert (done.sent, done.waiting) == (2, 1)
    assert "'pigeon'" in done.errors[0]


def test_delivery_alone_sends_what_a_dead_run_gathered_and_leaves_a_living_ones(
    tmp_path: Path, server: ScriptedServer
) -> None:
    config = configured(tmp_path, server)
    recipient = Recipient(channel="email", address=NAMES[0])
    with closing(connect(config.database)) as db:
        Outbox(db).post(None, Posting(recipient=recipient, kind="test", key="run:1"), now=NOW)
    with RunLock(config.database):
        assert deliver_waiting(config, lambda: NOW) == 0
        assert server.mails == []
    assert deliver_waiting(config, lambda: NOW) == 0
    assert recipients(server) == [NAMES[0]]
