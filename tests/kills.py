"""A storm of SIGKILL on what records and delivers: `python tests/kills.py 200` prints what came of it.

A child process records an article with a new figure and delivers; it is killed at a random moment and started again
until it ends by itself. Every alert must arrive, none more than twice, and always as the same bytes.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from multiprocessing import get_context
from pathlib import Path
from zoneinfo import ZoneInfo

from alertmaking import article, figure
from mailserver import ScriptedServer

from monitor.alerts.compose import Reader
from monitor.alerts.rules import Rule, Rules
from monitor.channels.email import EmailChannel, MailServer
from monitor.delivery import deliver_over
from storage.database import connect
from storage.ledger import Ledger
from storage.outbox import LEASE, Outbox

ADDRESSES = ("a@example.com", "b@example.com")


@dataclass(frozen=True)
class Outcome:
    """What came of a storm."""

    kills: int
    alerts: int
    #: How many messages arrived once, twice, ...
    arrivals: Mapping[int, int]
    #: Messages of one id whose bytes differ, or of one recipient and alert whose ids differ.
    altered: int
    integrity: str


def _cycle(file: Path, port: int, number: int, now: datetime) -> None:
    """Record the article of one round and deliver: what a run does, without the crawl."""
    rules = Rules(rules=(Rule(channel="email", to=ADDRESSES),), zone=ZoneInfo("UTC"))
    text = f"Keling earned {number} million."
    year = 1900 + number
    of = figure(
        value=Decimal(number) * 10**6, bound="exact", period=str(year), start=14, end=14 + len(str(number)), quote=text
    )
    with closing(connect(file)) as db:
        outbox = Outbox(db)
        outbox.release_orphans(now)
        said = article(url=f"https://paper.example/{number}", text=text, published=now, fetched=now)
        Ledger(db).record(said, [of], now=now, policy=rules.policy(number, lambda: now), run=number)
        outbox.close_run(number, now)
    server = MailServer(host="127.0.0.1", port=port, sender="monitor@example.org", timeout=5)
    deliver_over({"email": EmailChannel(server)}, file, reader=Reader(labels={}, zone=UTC), now=lambda: now)


def storm(folder: Path, kills: int, *, seed: int) -> Outcome:
    """Kill so many times."""
    chance = random.Random(seed)
    # Children are forked from a server that has imported everything; it finds this module only by the environment.
    os.environ["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")])
    context = get_context("forkserver")
    context.set_forkserver_preload(["kills"])
    file, now = folder / "keling.db", datetime(2025, 11, 21, 12, tzinfo=UTC)
    connect(file).close()
    done, number, quickest = 0, 0, float("inf")
    with ScriptedServer() as server:
        while done < kills:
            number += 1
            ended = False
            while not ended:
                now += LEASE + timedelta(minutes=1)
                began = time.monotonic()
                child = context.Process(target=_cycle, args=(file, server.port, number, now))
                child.start()
                # The first two are left alone, to learn how long one takes.
                if number > 2 and done < kills:
                    child.join(chance.uniform(0, 1.1 * quickest))
                    child.kill()
                child.join()
                ended = child.exitcode == 0
                quickest = min(quickest, time.monotonic() - began) if ended else quickest
                done += child.exitcode == -signal.SIGKILL
        # Leases of the last round run out.
        _cycle(file, server.port, number, now + 2 * LEASE)
        ids: dict[tuple[str, str], set[str]] = {}
        contents: dict[str, set[bytes]] = {}
        for mail in server.mails:
            ids.setdefault((mail.recipients[0], str(mail.message["Subject"])), set()).add(mail.id)
            contents.setdefault(mail.id, set()).add(mail.content)
        arrivals = Counter(mail.id for mail in server.mails)
    with closing(connect(file)) as db:
        integrity = str(db.conn.execute("PRAGMA integrity_check").fetchone()[0])
        messages = [row["state"] for row in Outbox(db).rows()]
    assert set(messages) == {"sent"}, Counter(messages)
    return Outcome(
        kills=done,
        alerts=number,
        arrivals=Counter(arrivals.values()) + Counter({0: len(messages) - len(arrivals)}),
        altered=sum(len(each) > 1 for each in (*ids.values(), *contents.values())),
        integrity=integrity,
    )


def main() -> None:
    """Print what came of as many kills as the first argument says."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        outcome = storm(Path(folder), int(sys.argv[1]), seed=1)
    sys.stdout.write(f"{outcome}\n{time.monotonic() - began:.0f} s\n")


if __name__ == "__main__":
    # Under its own name, so that the children need not read this file anew.
    import kills

    kills.main()
