"""The whole path, as a user runs it: sites, the program in a child process, the ledger, the mail."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from stage import Stage, ended, facts, feed_source, later, put_article, put_feed, stage, until

from monitor.demo.editions import editions
from monitor.demo.mailbox import Mailbox
from monitor.demo.newsroom import Newsroom

GOLD = Path(__file__).parents[2] / "shared" / "gold" / "dev" / "de-00.json"

FIRST = editions()[0].now
SECOND = editions()[1].now
NEW_QUARTER = {"entity": "keling", "metric": "revenue", "measure": "level", "period": "2025-Q3"}


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Stage]:
    with stage(tmp_path) as scene:
        yield scene


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    with Newsroom() as newsroom:
        newsroom.publish(1)
        for site in newsroom.sites.values():
            # The company is heard first, the rest at once.
            site.latency = 0 if site is newsroom.sites["company"] else 0.1
        yield newsroom


def in_english(newsroom: Newsroom) -> list[dict[str, str | bool]]:
    """Its two outlets of one language: a run that is killed needs no four of them to be read."""
    return [source for source in newsroom.sources() if source["name"] in {"company", "digest"}]


def test_what_is_new_is_told_once(scene: Stage, newsroom: Newsroom) -> None:
    monitor = scene.configure(*newsroom.sources())
    ended(monitor("run", now=FIRST))
    assert len(scene.subjects) == 1
    assert monitor.rows("alerts") == []
    assert len(facts(monitor, entity="keling", metric="revenue", period="..2025-02")) == 1

    newsroom.publish(2)
    ended(monitor("run", now=SECOND))
    assert len(scene.subjects) == 2
    (quarter,) = facts(monitor, **NEW_QUARTER)
    assert (quarter["value"], quarter["unit"], quarter["bound"]) == (300_000_000, "CNY", "at_least")
    assert quarter["outlets"] >= 4
    told = [alert for alert in monitor.rows("alerts") if alert["fact"] == quarter["id"]]
    assert [alert["verdict"] for alert in told] == ["new"]
    assert quarter["quote"] in scene.mailbox.letters[-1].text

    before = monitor.rows("figures")
    ended(monitor("run", now=later(SECOND, hours=1)))
    ended(monitor("run", "--full", now=later(SECOND, hours=2)))
    assert len(scene.subjects) == 2
    assert monitor.rows("figures") == before


def test_mail_outlives_a_mail_server_that_is_down(scene: Stage, newsroom: Newsroom) -> None:
    monitor = scene.configure(*in_english(newsroom))
    ended(monitor("run", now=FIRST))
    newsroom.publish(2)
    scene.close_mail()
    down = ended(monitor("run", now=SECOND), 4)
    assert str(scene.mailbox.port) in down.said
    (waiting,) = [row for row in monitor.rows("outbox", "list") if row["state"] != "sent"]
    assert waiting["attempts"] == 1
    assert waiting["last_error"]

    scene.open_mail()
    ended(monitor("deliver", now=later(SECOND, hours=6)))
    assert len(scene.subjects) == 1
    (quarter,) = facts(monitor, **NEW_QUARTER)
    assert quarter["quote"] in scene.mailbox.letters[0].text
    ended(monitor("deliver", now=later(SECOND, hours=7)))
    assert len(scene.subjects) == 1


def test_killed_between_record_and_delivery_sends_exactly_one_mail(scene: Stage, newsroom: Newsroom) -> None:
    monitor = scene.configure(*in_english(newsroom))
    ended(monitor("run", now=FIRST))
    newsroom.publish(2)
    scene.close_mail()
    # A mail server that takes the call and never says a word.
    with socket.create_server(("127.0.0.1", scene.mailbox.port)) as silent:
        silent.settimeout(60)
        child = monitor.start("run", now=SECOND)
        call, _ = silent.accept()
        child.send_signal(signal.SIGKILL)
        child.communicate()
        call.close()
    assert child.returncode == -signal.SIGKILL

    scene.open_mail()
    ended(monitor("deliver", now=later(SECOND, hours=6)))
    ended(monitor("run", now=later(SECOND, hours=7)))
    assert len(scene.subjects) == 1
    (quarter,) = facts(monitor, **NEW_QUARTER)
    assert quarter["quote"] in scene.mailbox.letters[0].text


class Hanging(Mailbox):
    """Takes a letter and never says that it did."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        await super().handle_DATA(server, session, envelope)
        await asyncio.sleep(3600)
        return "250 OK"


def test_killed_before_the_answer_repeats_under_the_same_message_id(scene: Stage, newsroom: Newsroom) -> None:
    monitor = scene.configure(*in_english(newsroom))
    ended(monitor("run", now=FIRST))
    newsroom.publish(2)
    scene.close_mail()
    hanging = scene.open_mail(Hanging)
    child = monitor.start("run", now=SECOND)
    until(lambda: bool(hanging.letters))
    child.kill()
    child.communicate()
    scene.close_mail()
    (lost,) = hanging.letters

    scene.open_mail()
    ended(monitor("deliver", now=later(SECOND, hours=6)))
    ended(monitor("deliver", now=later(SECOND, hours=12)))
    (again,) = scene.mailbox.letters
    assert again.message["Message-ID"] == lost.message["Message-ID"]
    assert again.file.read_bytes() == lost.file.read_bytes()


def test_killed_while_reading_loses_nothing(scene: Stage, newsroom: Newsroom) -> None:
    monitor = scene.configure(*in_english(newsroom))
    ended(monitor("run", now=FIRST))
    newsroom.publish(2)
    company = newsroom.sites["company"]
    # The others are read and recorded while the company's pages do not come.
    company.latency = 2
    child = monitor.start("run", now=SECOND)
    # Of both runs: robots.txt twice, the feed twice, three articles.
    until(lambda: len(newsroom.sites["digest"].visits) >= 7)
    child.kill()
    child.communicate()

    company.latency = 0
    ended(monitor("run", now=later(SECOND, hours=1)))
    (quarter,) = facts(monitor, **NEW_QUARTER)
    assert len([alert for alert in monitor.rows("alerts") if alert["fact"] == quarter["id"]]) == 1
    mails = [letter.text for letter in scene.mailbox.letters[1:]]
    assert sum(quarter["quote"] in text for text in mails) == 1


ACCEPTED = [
    ("keling", "revenue", "level", 100_000_000, "CNY", "..2025-02"),
    ("kuaishou", "dau", "level", 401_000_000, "count", "2024-Q4"),
    ("kuaishou", "mau", "level", 736_000_000, "count", "2024-Q4"),
    ("kuaishou", "dau", "yoy", 4.8, "percent", "2024-Q4"),
    ("kuaishou", "mau", "yoy", 5, "percent", "2024-Q4"),
    ("kuaishou", "online_marketing_revenue", "level", 20_600_000_000, "CNY", "2024-Q4"),
    ("kuaishou", "online_marketing_revenue", "level", 72_400_000_000, "CNY", "2024"),
    ("kuaishou", "online_marketing_revenue", "yoy", 13.3, "percent", "2024-Q4"),
    ("kuaishou", "online_marketing_revenue", "yoy", 20.1, "percent", "2024"),
    ("kuaishou", "gmv", "level", 462_100_000_000, "CNY", "2024-Q4"),
    ("kuaishou", "rd_expense", "level", 12_200_000_000, "CNY", "2024"),
]

ENGLISH = """
Kuaishou has for the first time put a number on its video generator.
Kling's cumulative revenue has topped RMB 100 million by February, the company said with its annual results.
Clips made with it are turning up in advertisements and short dramas all over the country.
"""


@pytest.mark.skipif(not GOLD.exists(), reason="the article stands in a folder beside the checkout, absent here")
def test_a_real_article_fills_the_ledger_and_its_retelling_stays_silent(scene: Stage) -> None:
    article = json.loads(GOLD.read_text("utf-8"))
    published = datetime.fromisoformat("2025-04-14T16:31:00+08:00")
    site = scene.site()
    german = put_article(
        site, "/de-00.html", title=article["title"], text=article["text"], published=published, language="de"
    )
    put_feed(site, [(german, article["title"], published)])
    monitor = scene.configure(feed_source(site))
    ended(monitor("run", now=later(published, hours=2)))
    rows = monitor.rows("facts")
    keys = ("entity", "metric", "measure", "value", "unit", "period")
    found = {tuple(row[key] for key in keys) for row in rows}
    assert [fact for fact in ACCEPTED if fact not in found] == []
    (cumulative,) = [row for row in rows if row["entity"] == "keling" and row["aggregation"] == "cumulative"]
    assert (cumulative["bound"], cumulative["metric"]) == ("at_least", "revenue")
    mails, alerts = len(scene.subjects), monitor.rows("alerts")

    title = "Kling cashes in"
    english = put_article(site, "/kling.html", title=title, text=ENGLISH, published=published, language="en")
    put_feed(site, [(english, title, published), (german, article["title"], published)])
    ended(monitor("run", now=later(published, hours=4)))
    assert len(monitor.rows("articles")) == 2
    assert any(row["verdict"] == "repeated" and row["entity"] == "keling" for row in monitor.rows("figures"))
    assert monitor.rows("alerts") == alerts
    assert len(scene.subjects) == mails
