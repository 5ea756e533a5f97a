"""A hook gets JSON, and its exit code says what becomes of the message."""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.channels import Letter
from monitor.channels.command import CommandChannel
from monitor.errors import PermanentDeliveryError, TemporaryDeliveryError, UncertainDeliveryError

LETTER = Letter(
    id="0f" * 16,
    to="hook",
    subject="Keling revenue, Q3 2025: over CNY 300 million — new",
    text="可灵AI收入超过3亿元",
    html="<p></p>",
    date=datetime(2025, 11, 21, 1, tzinfo=UTC),
    data={"kind": "alerts", "alerts": [{"id": 1, "quote": "可灵"}]},
)


def send(folder: Path, script: str, **options: float) -> str:
    (folder / "hook.py").write_text(script, "utf-8")
    channel = CommandChannel(folder, **options)
    handed: list[bool] = []
    with channel.open() as session:
        answer = session.send(
            channel.render(LETTER), f"'{sys.executable}' hook.py 'a b'", hand_over=lambda: handed.append(True)
        )
    assert handed == [True]
    return answer


def test_the_message_arrives_as_json(tmp_path: Path) -> None:
    script = "import sys, pathlib; pathlib.Path('got').write_bytes(sys.stdin.buffer.read()); print(sys.argv[1])"
    assert send(tmp_path, script).endswith("ended with 0")
    got = json.loads((tmp_path / "got").read_text("utf-8"))
    assert got["id"] == LETTER.id
    assert got["alerts"] == [{"id": 1, "quote": "可灵"}]
    assert got["text"] == LETTER.text


@pytest.mark.parametrize(
    ("code", "kind"), [(1, TemporaryDeliveryError), (75, TemporaryDeliveryError), (67, PermanentDeliveryError)]
)
def test_the_exit_code_says_whether_to_try_again(tmp_path: Path, code: int, kind: type[Exception]) -> None:
    with pytest.raises(kind, match=f"ended with {code}: no such user"):
        send(tmp_path, f"import sys; print('first\\nno such user', file=sys.stderr); sys.exit({code})")


def test_a_program_that_reads_nothing_may_still_succeed(tmp_path: Path) -> None:
    assert send(tmp_path, "").endswith("ended with 0")


def test_a_program_that_hangs_is_killed_with_what_it_started(tmp_path: Path) -> None:
    script = """
import pathlib, subprocess, sys, time
child = "import pathlib, time; time.sleep(1); pathlib.Path('late').touch()"
subprocess.Popen([sys.executable, '-c', child], stderr=sys.stderr)
time.sleep(60)
"""
    with pytest.raises(UncertainDeliveryError, match="did not end within"):
        send(tmp_path, script, patience=0.5)
    time.sleep(1.2)
    assert not (tmp_path / "late").exists()


@pytest.mark.parametrize(
    ("line", "kind"),
    [("./absent", TemporaryDeliveryError), ("'open", PermanentDeliveryError), (" ", PermanentDeliveryError)],
)
def test_what_cannot_be_started_says_so(tmp_path: Path, line: str, kind: type[Exception]) -> None:
    channel = CommandChannel(tmp_path)
    with channel.open() as session, pytest.raises(kind):
        session.send(channel.render(LETTER), line, hand_over=lambda: None)
