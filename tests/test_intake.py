"""Articles from files: a first import is a baseline, news is told, uncertain figures wait, the past replays."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from stage import Stage, ended, later, stage

NOW = datetime(2025, 11, 21, 12, tzinfo=UTC)
QUOTE = "Kling's revenue exceeded RMB300 million in the third quarter of 2025."


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Stage]:
    with stage(tmp_path) as scene:
        yield scene


def line(number: int, figures: list[dict[str, Any]] | None = None, **fields: Any) -> str:
    article = {
        "id": f"a-{number}",
        "url": f"https://paper{number}.example/{number}",
        "outlet": f"paper{number}",
        "title": f"Kuaishou reports, number {number}",
        "text": f"Story {number} about the company and its video models. {QUOTE}",
        "published": "2025-11-21",
        "lang": "en",
    }
    return json.dumps(article | ({} if figures is None else {"figures": figures}) | fields)


def figure(value: int = 300_000_000, **fields: Any) -> dict[str, Any]:
    text = json.loads(line(1))["text"]
    start = text.index("RMB300 million")
    return {
        "where": "text",
        "start": start,
        "end": start + len("RMB300 million"),
        "quote": QUOTE,
        "entity": "keling",
        "metric": "revenue",
        "measure": "level",
        "value": value,
        "unit": "CNY",
        "bound": "at_least",
        "period": "2025-Q3",
        "aggregation": "period",
        "basis": "reported",
    } | fields


def put(folder: Path, *lines: str) -> str:
    file = folder / "articles.jsonl"
    file.write_text("\n".join(lines) + "\n", "utf-8")
    return str(file)


def test_the_first_import_is_summed_up_and_the_next_told(scene: Stage, tmp_path: Path) -> None:
    monitor = scene.configure()
    ended(monitor("ingest", put(tmp_path, line(1, [figure()])), now=NOW))
    assert len(scene.subjects) == 1
    assert monitor.rows("alerts") == []
    again = ended(monitor("ingest", "--jsonl", put(tmp_path, line(1, [figure()])), now=NOW))
    assert [one["verdict"] for one in json.loads(again.output)["figures"]] == ["repeated"]
    more = figure(350_000_000, bound="exact")
    told = ended(monitor("ingest", "--jsonl", put(tmp_path, line(2, [figure()]), line(3, [more])), now=NOW))
    verdicts = [[one["verdict"] for one in json.loads(row)["figures"]] for row in told.output.splitlines()]
    assert verdicts == [["repeated"], ["refined"]]
    assert [alert["verdict"] for alert in monitor.rows("alerts")] == ["refined"]
    assert len(scene.subjects) == 2


def test_without_figures_the_text_is_read(scene: Stage, tmp_path: Path) -> None:
    monitor = scene.configure()
    ended(monitor("ingest", put(tmp_path, line(1)), now=NOW))
    (row,) = [row for row in monitor.rows("facts") if row["metric"] == "revenue"]
    assert (row["entity"], row["value"], row["unit"], row["period"]) == ("keling", 300_000_000, "CNY", "2025-Q3")


BAD = [
    ("{", ""),
    (line(4, [figure(unit="EURO")]), "figures[0].unit"),
    (line(4, [figure(period="2031-Q1")]), "figures[0].period"),
    (line(4, [figure()]).replace("300000000", "1e400"), "figures[0].value"),
    (line(4, [figure()]).replace("300000000", "NaN"), ""),
    (line(4, url="ftp://x"), "url"),
    ('{"url": "https://a.example/"}', "title"),
]


def test_refused_lines_are_named_and_kept_and_the_rest_is_read(scene: Stage, tmp_path: Path) -> None:
    monitor = scene.configure()
    lines = [text for text, _ in BAD]
    refused = tmp_path / "refused.jsonl"
    file = put(tmp_path, line(1, [figure()]), *lines, line(2, [figure()]))
    done = ended(monitor("ingest", file, "--refused", str(refused), now=NOW), 3)
    assert "Traceback" not in done.said
    for number, (_, field) in enumerate(BAD, 2):
        assert any(f"line {number}: {field}" in said for said in done.said.splitlines()), (number, field, done.said)
    assert refused.read_text("utf-8").splitlines() == lines
    assert len(monitor.rows("articles")) == 2
    (run,) = monitor.rows("runs")
    assert (run["exit"], run["articles"]) == (3, 2)


def test_uncertain_figures_wait_for_a_person(scene: Stage, tmp_path: Path) -> None:
    monitor = scene.configure()
    ended(monitor("ingest", put(tmp_path, line(1, [figure(period="2025-Q2", value=250_000_000)])), now=NOW))
    unsure = [figure(confidence=0.3), figure(confidence=0.2, metric="gross_profit")]
    ended(monitor("ingest", put(tmp_path, line(2, unsure)), now=later(NOW, hours=1)))
    assert len(scene.subjects) == 1
    assert len(monitor.rows("facts")) == 1
    first, second = monitor.rows("review", "list")
    assert "0.3" in first["reason"]

    ended(monitor("review", "accept", str(first["id"]), now=later(NOW, hours=2)))
    assert len(scene.subjects) == 2
    assert len(monitor.rows("facts")) == 2
    ended(monitor("review", "reject", str(second["id"]), now=later(NOW, hours=2)))
    assert monitor.rows("review", "list") == []
    twice = ended(monitor("review", "accept", str(first["id"]), now=later(NOW, hours=3)), 2)
    assert "review list" in twice.said
    # The same sentence elsewhere in time: decided is decided.
    changed = line(2, unsure, text=json.loads(line(2))["text"] + " More follows.")
    ended(monitor("ingest", put(tmp_path, changed), now=later(NOW, hours=4)))
    assert monitor.rows("review", "list") == []
    assert len(scene.subjects) == 2


def test_replay_says_what_other_rules_would_have_told(scene: Stage, tmp_path: Path) -> None:
    monitor = scene.configure()
    ended(monitor("ingest", put(tmp_path, line(1)), now=NOW))
    text = "Kling's revenue exceeded RMB400 million in the fourth quarter of 2025, up from RMB300 million in the third."
    news = line(2, text=text, published="2026-01-20")
    ended(monitor("ingest", put(tmp_path, news), now=later(NOW, days=60)))
    since = later(NOW, days=1).isoformat()
    same = monitor.rows("replay", "--since", since)
    assert [row["change"] for row in same] == ["same"] * len(monitor.rows("alerts"))
    assert same

    rules = tmp_path / "tighter.toml"
    rules.write_text(monitor.config.read_text("utf-8") + '\n[alerts]\nverdicts = ["conflicting"]\n', "utf-8")
    gone = monitor.rows("replay", "--since", since, "--rules", str(rules))
    assert [row["change"] for row in gone] == ["gone"] * len(same)
    before = monitor.rows("figures")
    ended(monitor("replay", "--since", "2025-01-01", "--apply", now=later(NOW, days=61)))
    assert monitor.rows("figures") == before


def test_a_filing_that_names_nobody_is_told_as_who_publishes_it(scene: Stage, tmp_path: Path) -> None:
    monitor = scene.configure()
    said = "Following the audit, total revenue for the second quarter of 2025 is restated at RMB39.2 billion."
    nameless = {"title": "Clarification announcement", "text": said, "published": "2025-11-20"}
    filing = line(1, **nameless, url="https://ir.kuaishou.com/en/clarification", official=True)
    ended(monitor("ingest", put(tmp_path, filing, line(2, **nameless)), now=NOW))
    told = [(fact["entity"], fact["metric"], fact["period"]) for fact in monitor.rows("facts")]
    assert told == [("kuaishou", "revenue", "2025-Q2")]
    assert len(monitor.rows("figures")) == 1
