"""The command line: help with an example for every verb, one clear message for bad usage, rows in every form."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from monitor.cli import main
from monitor.cli.output import print_rows
from storage.database import connect
from storage.runs import Runs


def verbs(group: click.Group = main, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        yield (*path, name)
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from verbs(command, (*path, name))


@pytest.mark.parametrize("path", list(verbs()), ids=" ".join)
def test_every_verb_has_help_with_an_example(path: tuple[str, ...]) -> None:
    done = CliRunner().invoke(main, [*path, "--help"])
    assert done.exit_code == 0
    assert "Example: keling-monitor" in done.output


def run(folder: Path, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "monitor", *words],
        cwd=folder,
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["facts", "--nonsense"], "--nonsense"),
        (["fakts"], "facts"),
        (["facts", "--config", "absent.toml"], "absent.toml"),
        (["facts"], "keling-monitor run"),
        (["facts", "--since", "yesterday"], "2025-11-21"),
        (["run", "--source", "no-such"], "no-such"),
        (["ingest", "absent.jsonl"], "absent.jsonl"),
        (["extract", "absent.txt"], "absent.txt"),
    ],
    ids=" ".join,
)
def test_bad_usage_is_one_message_and_exit_2(tmp_path: Path, words: list[str], hint: str) -> None:
    done = run(tmp_path, *words)
    assert done.returncode == 2, done.stderr
    assert hint in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_text_without_a_day_of_publication_is_read_as_of_today_and_that_is_said(tmp_path: Path) -> None:
    text = "Keling's revenue was 300 million yuan in the last quarter."
    told = run(tmp_path, "extract", "--format", "json", "-", stdin=text)
    assert "--published" in told.stderr
    assert str(datetime.now(UTC).year) in told.stderr
    known = run(tmp_path, "extract", "--format", "json", "--published", "2025-11-20", "-", stdin=text)
    assert known.stderr == ""
    assert [row["period"] for row in json.loads(known.stdout)] == ["2025-Q3"]


def test_a_line_that_does_not_tell_its_language_is_read_in_its_own(tmp_path: Path) -> None:
    text = "Kling, das Videowerkzeug von Kuaishou, setzte im dritten Quartal mehr als 300 Millionen Yuan um."
    line = json.dumps({"id": "one", "title": "", "text": text, "published": "2025-11-20"})
    (row,) = json.loads(run(tmp_path, "extract", "--jsonl", "-", stdin=line).stdout)["figures"]
    assert (row["metric"], row["value"], row["bound"]) == ("revenue", 300_000_000, "at_least")


def test_init_writes_a_file_that_is_valid_and_never_overwrites(tmp_path: Path) -> None:
    done = run(tmp_path, "init", "new", "--to", "analyst@example.com")
    assert done.returncode == 0, done.stderr
    file = tmp_path / "new" / "monitor.toml"
    assert 'to = ["analyst@example.com"]' in file.read_text("utf-8")
    file.write_text("# mine\n", "utf-8")
    again = run(tmp_path, "init", "new")
    assert again.returncode == 2
    assert file.read_text("utf-8") == "# mine\n"


def test_init_refuses_an_address_that_would_break_the_file(tmp_path: Path) -> None:
    done = run(tmp_path, "init", "--to", 'a"b@example.com')
    assert done.returncode == 2
    assert not (tmp_path / "monitor.toml").exists()


ROWS = [
    {"id": 1, "value": Decimal("1E+8"), "unit": "CNY", "bound": "at_least", "quote": '收入超过1亿元, "said"'},
    {"id": 2, "value": [Decimal("1.5"), Decimal(2)], "unit": "percent", "bound": "range", "quote": None},
]


def printed(form: str) -> str:
    @click.command()
    def command() -> None:
        print_rows(ROWS, form, ("id", "value", "unit"))

    return CliRunner().invoke(command).stdout


def test_rows_print_in_every_form() -> None:
    as_json = json.loads(printed("json"))
    assert as_json == [json.loads(line) for line in printed("jsonl").splitlines()]
    assert as_json[0]["value"] == 100_000_000
    assert as_json[1]["value"] == [1.5, 2]
    (first, second) = csv.DictReader(io.StringIO(printed("csv")))
    assert first["quote"] == ROWS[0]["quote"]
    assert second["value"] == "[1.5, 2]"
    assert "≥ 100,000,000" in printed("table")


def test_no_rows_are_rows_too() -> None:
    @click.command()
    def command() -> None:
        print_rows([], "json", ())

    assert json.loads(CliRunner().invoke(command).stdout) == []


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A folder with a monitor.toml and a ledger that a run has written since."""
    file = tmp_path / "monitor.toml"
    file.write_text("[sources]\nuse = 'none'\n", "utf-8")
    with closing(connect(tmp_path / "keling.db")) as db:
        Runs(db).start(now=datetime.now(UTC) + timedelta(seconds=1))
    return tmp_path


#: What takes longest to import.
MODELS, FETCHING, READING = {"pydantic"}, {"scrapy", "twisted"}, {"trafilatura", "dateparser", "numpy"}


@pytest.mark.parametrize(
    ("words", "without"),
    [
        (["status"], MODELS | FETCHING | READING | {"rich", "jinja2"}),
        (["facts", "--format", "json"], MODELS | FETCHING | READING | {"rich", "jinja2"}),
        (["outbox", "list", "--format", "json"], MODELS | FETCHING | READING | {"rich", "jinja2"}),
        (["deliver"], FETCHING | READING | {"rich", "jinja2"}),
    ],
    # Sets have no order: workers that share the tests out have to call them the same.
    ids=lambda given: " ".join(given) if isinstance(given, list) else "",
)
def test_a_verb_imports_only_what_it_needs(kept: Path, words: list[str], without: set[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "monitor", *words],
        cwd=kept,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
    assert "sqlite3" in imported
    assert imported & without == set()


def test_a_changed_configuration_is_read_whole_before_the_ledger_is(kept: Path) -> None:
    assert run(kept, "facts").returncode == 0
    file = kept / "monitor.toml"
    file.write_text("[smtp]\nhots = 'mail.example.com'\n", "utf-8")
    os.utime(file, (time.time() + 10, time.time() + 10))
    done = run(kept, "facts")
    assert done.returncode == 2
    assert "smtp.hots" in done.stderr
