"""The past: archives of the web and files of captures fill the ledger, tell nobody, and are summed up once."""

from __future__ import annotations

import gzip
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from apart import command_apart
from pdfmaking import pdf
from stage import Stage, ended, later, stage

from monitor.demo.archive import TABLE, Archive, Kept, packed, record
from storage.database import connect

NOW = datetime(2025, 11, 21, 12, tzinfo=UTC)
THEN = datetime(2025, 3, 26, 9, tzinfo=UTC)
OUTLET = "https://paper.example"


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Stage]:
    with stage(tmp_path) as scene:
        yield scene


def html(number: int, text: str) -> str:
    dated = '<meta property="article:published_time" content="2025-03-25T08:00:00+08:00">'
    title = f"Kuaishou reports, {number}"
    return (
        f"<html><head><title>{title}</title>{dated}</head><body><article><h1>{title}</h1>"
        f"<p>{text}</p><p>More is said in the company's announcement of the day.</p></article></body></html>"
    )


def news(number: int) -> str:
    revenue = (
        f"Kuaishou's revenue rose by 15.1% year on year to RMB{30 + number}.5 billion in the fourth quarter of 2024."
    )
    return html(number, revenue)


def kept(number: int, **more: Any) -> Kept:
    given: dict[str, Any] = {"url": f"{OUTLET}/{number}", "captured": THEN, "body": news(number).encode()}
    return Kept(**given | more)


def write(folder: Path, *captures: Kept, name: str = "past.warc.gz") -> str:
    file = folder / name
    file.write_bytes(packed(captures)[0])
    return str(file)


def rows(scene: Stage, sql: str) -> list[dict[str, Any]]:
    with closing(connect(scene.folder / "keling.db", read_only=True)) as db:
        return list(db.query(sql))


def test_an_archive_is_summed_up_once_when_it_is_read_through_and_alerts_nobody(scene: Stage) -> None:
    archive = scene.stack.enter_context(Archive())
    for number in range(3):
        archive.keep(f"{OUTLET}/{number}", THEN, news(number))
    source = f"""
[[source]]
name = "wayback"
kind = "archive_index"
url = "{archive.url(TABLE)}"
allow_private = true
queries = ["{OUTLET}/*"]
max_items = 2
params = {{ url = "{{query}}", to = "{{since:%Y%m%d}}", limit = "2", showResumeKey = "true", resumeKey = "{{resume}}" }}

[source.archive]
capture = "{archive.url("/web/{timestamp}id_/{original}")}"
address = "original"
captured = "timestamp"
"""
    monitor = scene.configure(more=source)
    letters = []
    for hours in range(3):
        ended(command_apart(monitor, "run", "--source", "wayback", now=later(NOW, hours=hours)))
        letters.append(len(scene.subjects))
    # The second run reads the last of it; before there is nothing to sum up, and afterwards nothing is new.
    assert letters == [0, 1, 1]
    assert scene.subjects[0].startswith("Keling Monitor knows the past: ")
    assert len(rows(scene, "SELECT id FROM articles")) == 3
    assert rows(scene, "SELECT id FROM alerts") == []
    assert rows(scene, "SELECT baseline IS NOT NULL AS done, state FROM sources") == [{"done": 1, "state": "ok"}]


def test_a_file_of_captures_fills_the_ledger_and_is_read_once(scene: Stage, tmp_path: Path) -> None:
    monitor = scene.configure()
    filing = pdf([(60, 780, 12, "Kuaishou Technology: revenue of RMB35.4 billion in the fourth quarter of 2024.")])
    file = write(
        tmp_path,
        kept(1),
        kept(
            2,
            body=html(2, "The weather was fine all week, and nobody was surprised." * 9)
            .replace("Kuaishou", "The papers")
            .encode(),
        ),
        kept(3, status=301, location=f"{OUTLET}/1"),
        kept(4, status=404),
        kept(5, content_type="image/png"),
        kept(6, url=f"{OUTLET}/"),
        kept(7, url=f"{OUTLET}/filing.pdf", body=filing, content_type="application/pdf"),
        kept(8, url="https://ir.kuaishou.com/news-releases/news-release-details/results"),
    )
    done = ended(command_apart(monitor, "backfill", file, now=NOW))
    assert "4 pages, 3 recorded, 1 name nothing that is watched, 0 could not be read" in done.said
    articles = {
        row["url"]: row for row in rows(scene, "SELECT * FROM articles JOIN snapshots ON article = articles.id")
    }
    assert {url.rpartition("/")[2] for url in articles} == {"1", "filing.pdf", "results"}
    first = articles[f"{OUTLET}/1"]
    assert (first["source"], first["outlet"], first["baseline"]) == ("backfill", "paper.example", 1)
    assert (first["fetched"][:10], first["published"][:13]) == ("2025-03-26", "2025-03-25T00")
    assert first["seen_url"].startswith("past.warc.gz#bytes=0-")
    # What a source says of its site holds for what others have kept of it.
    assert next(row for url, row in articles.items() if "results" in url)["official"] == 1
    assert rows(scene, "SELECT id FROM alerts") == []
    assert len(scene.subjects) == 1
    before = rows(scene, "SELECT * FROM figures")
    assert before
    (tmp_path / "moved.warc.gz").write_bytes(Path(file).read_bytes())
    ended(command_apart(monitor, "backfill", str(tmp_path / "moved.warc.gz"), now=later(NOW, hours=1)))
    ended(command_apart(monitor, "backfill", "--again", file, now=later(NOW, hours=2)))
    assert rows(scene, "SELECT * FROM figures") == before
    assert len(scene.subjects) == 1
    assert rows(scene, "SELECT name, position = size AS done, recorded FROM archives") == [
        {"name": "past.warc.gz", "done": 1, "recorded": 3}
    ]


def test_a_page_without_a_date_is_of_the_day_that_it_tells_whenever_it_is_read(scene: Stage, tmp_path: Path) -> None:
    monitor = scene.configure()
    page = """<html><head><title>Kuaishou reports</title></head><body><article><h1>Kuaishou reports</h1>
<p>HONG KONG, November 20, 2024. Kuaishou's revenue rose by 11.4% year on year to RMB31.1 billion in the third quarter.
Online marketing brought in RMB17.6 billion, as the company's announcement says.</p></article></body></html>"""
    ended(command_apart(monitor, "backfill", write(tmp_path, kept(1, body=page.encode())), now=NOW))
    assert rows(scene, "SELECT published FROM snapshots") == [{"published": None}]
    levels = "SELECT value, period FROM figures WHERE measure = 'level' ORDER BY value"
    before = rows(scene, levels)
    assert [row["period"] for row in before] == ["2024-Q3", "2024-Q3"]
    with closing(connect(scene.folder / "keling.db")) as db:
        db.conn.execute("UPDATE snapshots SET extractor = 'of before'")
        db.conn.commit()
    done = ended(command_apart(monitor, "replay", "--since", "2024-01-01", "--apply", now=later(NOW, days=400)))
    assert done.said.strip() == "nothing"
    assert rows(scene, levels) == before


def test_a_file_that_is_not_packed_is_read_too_and_one_that_is_packed_as_a_whole_is_not(
    scene: Stage, tmp_path: Path
) -> None:
    monitor = scene.configure()
    plain = b"".join(record(kept(number)) for number in range(3))
    (tmp_path / "plain.warc").write_bytes(plain)
    done = ended(command_apart(monitor, "backfill", str(tmp_path / "plain.warc"), now=NOW))
    assert "3 pages, 3 recorded" in done.said
    (tmp_path / "whole.warc.gz").write_bytes(gzip.compress(plain))
    said = ended(command_apart(monitor, "backfill", str(tmp_path / "whole.warc.gz"), now=NOW), 1).said
    assert "packed as a whole, not record by record: unpack it first" in said
    (tmp_path / "page.html").write_text(news(1))
    assert "no web archive" in ended(command_apart(monitor, "backfill", str(tmp_path / "page.html"), now=NOW), 1).said
    ended(command_apart(monitor, "backfill", str(tmp_path / "absent.warc"), now=NOW), 2)


def test_spoiled_records_are_counted_and_those_behind_them_are_read(scene: Stage, tmp_path: Path) -> None:
    monitor = scene.configure()
    members = [packed([kept(number)])[0] for number in range(6)]
    hollow = packed([kept(9, body=b"<html><body><nav>Kuaishou</nav></body></html>")])[0]
    spoiled = [
        members[0],
        members[1][:-60],
        members[2],
        members[3][:40] + b"\x00" * 40 + members[3][80:],
        b"not a record at all",
        members[4],
        hollow,
        gzip.compress(record(kept(8)).replace(b"WARC-Date: 2025", b"WARC-Date: gone")),
        members[5][:200],
    ]
    file = tmp_path / "spoiled.warc.gz"
    file.write_bytes(b"".join(spoiled))
    done = ended(command_apart(monitor, "backfill", str(file), now=NOW), 3)
    recorded = {row["url"].removeprefix(f"{OUTLET}/") for row in rows(scene, "SELECT url FROM articles")}
    assert recorded == {"0", "2", "4"}
    assert "3 recorded" in done.said
    assert "a record without a time" in done.said
    assert "without a body" in done.said
    (state,) = rows(scene, "SELECT bad, position = size AS done FROM archives")
    assert state["done"] == 1
    assert state["bad"] >= 5
    # What is there and cannot be read is kept with its bytes; the rest of the spoiled is in the file.
    assert [row["url"] for row in rows(scene, "SELECT url FROM quarantine")] == [f"{OUTLET}/9"]
    (run,) = rows(scene, "SELECT * FROM runs")
    assert (run["exit"], run["articles"]) == (3, 3)
    assert "spoiled.warc.gz#bytes=" in run["message"]


def test_a_reading_that_is_killed_goes_on(scene: Stage, tmp_path: Path) -> None:
    monitor = scene.configure()
    file = write(tmp_path, *map(kept, range(60)))
    command = [sys.executable, "-m", "monitor", "backfill", "--config", str(monitor.config), file]
    kills = 0
    for pause in (0.0, 0.2):
        before = known(scene)
        child = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 60
        while known(scene) == before and child.poll() is None and time.monotonic() < end:
            time.sleep(0.01)
        time.sleep(pause)
        child.send_signal(signal.SIGKILL)
        kills += child.wait() == -signal.SIGKILL
        counted = rows(scene, "SELECT recorded, position FROM archives")
        assert [row["recorded"] for row in counted] == [known(scene)]
    assert kills >= 1
    ended(command_apart(monitor, "backfill", file))
    assert known(scene) == 60
    assert rows(scene, "SELECT recorded FROM archives") == [{"recorded": 60}]


def known(scene: Stage) -> int:
    if not (scene.folder / "keling.db").exists():
        return 0
    try:
        return int(rows(scene, "SELECT count(*) AS n FROM articles")[0]["n"])
    except Exception:  # the other process has not made its tables yet
        return 0
