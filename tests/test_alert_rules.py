"""Rules with the real commands: who hears of one figure, when, and how often."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from stage import Stage, ended, later, stage

from monitor.demo.command import Program

#: Friday, 20:00 in Shanghai.
NOW = datetime(2025, 11, 21, 12, tzinfo=UTC)

RULES = """
[schedule]
timezone = "Asia/Shanghai"
digest_at = "08:00"
digest_day = "monday"

[[alerts.to]]
to = ["two@example.com"]
outlets = 2

[[alerts.to]]
to = ["night@example.com"]
quiet = {begin = "19:00", end = "07:00"}

[[alerts.to]]
to = ["day@example.com"]
mode = "daily"

[[alerts.to]]
to = ["week@example.com"]
mode = "weekly"

[[alerts.to]]
to = ["moved@example.com"]
[[alerts.to.when]]
metric = "revenue"
moved = 30

[[alerts.to]]
to = ["jumped@example.com"]
[[alerts.to.when]]
metric = "revenue"
moved = 10
"""

#: In words of their own: a text that repeats another's is no second outlet.
STORIES = {
    "start": "In the spring quarter the video generator brought in RMB250 million, the company said.",
    "one": "Advertisers and studios pay for clips: Kling's revenue was RMB300 million in the third quarter of 2025.",
    "two": "可灵的商业化仍在提速。公司披露，2025年第三季度可灵AI收入为3亿元，客户来自广告与短剧行业。",
    "three": "Drei Monate, RMB300 million: so viel nahm Kling im dritten Quartal 2025 ein, teilt Kuaishou mit.",
}


def articles(folder: Path, name: str, value: int, number: str, period: str) -> str:
    """A file with the article of one outlet."""
    text = STORIES[name]
    figure = {
        "where": "text",
        "start": text.index(number),
        "end": text.index(number) + len(number),
        "quote": text,
        "entity": "keling",
        "metric": "revenue",
        "measure": "level",
        "value": value,
        "unit": "CNY",
        "bound": "exact",
        "period": period,
        "aggregation": "period",
        "basis": "reported",
    }
    article = {"id": name, "url": f"https://{name}.example/1", "outlet": name, "title": f"Kling, {name}", "text": text}
    file = folder / f"{name}.jsonl"
    file.write_text(json.dumps({**article, "published": "2025-11-21", "lang": "en", "figures": [figure]}), "utf-8")
    return str(file)


def test_one_figure_for_seven_readers(tmp_path: Path) -> None:
    with stage(tmp_path) as scene:
        monitor = scene.configure(more=RULES)
        ended(monitor("ingest", articles(tmp_path, "start", 250_000_000, "RMB250 million", "2025-Q2"), now=NOW))
        scene.close_mail()
        scene.open_mail()
        tell_three_times(monitor, scene, tmp_path)
        for hours, reader in ((11.5, "night"), (12.5, "day"), (60.5, "week")):
            ended(monitor("deliver", now=later(NOW, hours=hours)))
            assert heard(scene)[f"{reader}@example.com"] == 1
        # From 250 to 300 million is less than the 30 percent that the seventh waits for.
        assert heard(scene) == Counter({f"{name}@example.com": 1 for name in READERS})
        assert {letter.subject for letter in scene.mailbox.letters} == {
            "Keling revenue, Q3 2025: CNY 300 million — new"
        }
        replayed(monitor, tmp_path)


READERS = ("analyst", "jumped", "two", "night", "day", "week")


def tell_three_times(monitor: Program, scene: Stage, folder: Path) -> None:
    ended(
        monitor("ingest", articles(folder, "one", 300_000_000, "RMB300 million", "2025-Q3"), now=later(NOW, minutes=1))
    )
    assert heard(scene) == Counter({"analyst@example.com": 1, "jumped@example.com": 1})
    ended(monitor("ingest", articles(folder, "two", 300_000_000, "3亿元", "2025-Q3"), now=later(NOW, minutes=2)))
    assert heard(scene) == Counter({"analyst@example.com": 1, "jumped@example.com": 1, "two@example.com": 1})
    ended(
        monitor(
            "ingest", articles(folder, "three", 300_000_000, "RMB300 million", "2025-Q3"), now=later(NOW, minutes=3)
        )
    )
    assert heard(scene).total() == 3


def replayed(monitor: Program, folder: Path) -> None:
    """What rules that wait for more outlets than there are would have done."""
    rules = folder / "patient.toml"
    rules.write_text(
        '[[alerts.to]]\nto = ["p@example.com"]\noutlets = 3\n[[alerts.to]]\nto = ["q@example.com"]\noutlets = 4\n'
    )
    (row,) = monitor.rows("replay", "--since", NOW.isoformat(), "--rules", str(rules))
    assert row["recipients"] == ["email:p@example.com"]


def heard(scene: Stage) -> Counter[str]:
    return Counter(str(letter.message["To"]) for letter in scene.mailbox.letters)
