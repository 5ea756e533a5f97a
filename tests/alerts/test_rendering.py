"""Mails in a browser: they fit a phone, turn dark with the reader, mark the figure, and load nothing."""

from __future__ import annotations

import json
import shutil
import subprocess
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from alertmaking import excerpt, figure, points, told
from bs4 import BeautifulSoup

from monitor.alerts.compose import Composed, Reader, compose_alerts, compose_baseline, compose_note

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")
READER = Reader(labels={"keling": "Keling"}, zone=ZoneInfo("Asia/Shanghai"))

#: Written into a copy of the page; a mail holds no script of its own.
PROBE = """<script>
const style = (what) => { const found = document.querySelector(what); return found && getComputedStyle(found); };
document.title = JSON.stringify({
  width: document.documentElement.scrollWidth,
  background: style("body").backgroundColor,
  mark: style("mark")?.backgroundColor ?? null,
  bars: [...document.querySelectorAll(".bar")].map((bar) => Math.round(bar.getBoundingClientRect().width)),
  loaded: performance.getEntriesByType("resource").length,
});
</script>"""

PHONE = 500


def alerts() -> Composed:
    long = "https://paper.example/" + "very-long-address-" * 20
    words = excerpt("UnbrokenWord" * 30 + " 超过3亿元", title="T" * 300, url=long, outlet="paper.example")
    many = [
        told(number, figure=figure(value=Decimal(number) * 10**8), series=points(Q1=150, Q2=250, Q3=300))
        for number in range(1, 30)
    ]
    return compose_alerts([*many, told(30, excerpt=words)], READER)


def baseline() -> Composed:
    row = {"entity": "keling", "metric": "revenue", "measure": "level", "basis": "reported", "period": "2025-Q3"}
    row |= {"value": 300_000_000, "unit": "CNY", "bound": "at_least", "aggregation": "period"}  # type: ignore[dict-item]
    return compose_baseline([row], articles=3, figures=9, sources=["paper"] * 50, reader=READER)


def note() -> Composed:
    return compose_note("Keling Monitor: a message died", ["What happened."], kind="ops", tables=["451 " + "x" * 400])


MAILS = {"alerts": alerts, "baseline": baseline, "note": note}


@pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")
@pytest.mark.parametrize(("kind", "dark"), [*((kind, False) for kind in MAILS), ("alerts", True)])
def test_a_mail_in_the_browser(kind: str, dark: bool, tmp_path: Path) -> None:
    assert BROWSER is not None
    page = tmp_path / "mail.html"
    page.write_text(MAILS[kind]().html.replace("</body>", f"{PROBE}</body>"), "utf-8")
    command = [
        BROWSER, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}",
        f"--window-size={PHONE},900", f"--blink-settings=preferredColorScheme={0 if dark else 1}",
        "--dump-dom", page.as_uri(),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, check=True, timeout=60)
    title = BeautifulSoup(done.stdout, "lxml").title
    assert title is not None
    seen = json.loads(title.get_text())
    assert seen["width"] <= PHONE
    assert seen["background"] == ("rgb(22, 24, 28)" if dark else "rgb(255, 255, 255)")
    assert seen["loaded"] == 0
    if kind == "alerts":
        assert seen["mark"] == "rgb(255, 229, 138)"
        assert len(seen["bars"]) == 29 * 3
        first, second, third = seen["bars"][:3]
        assert 0 < first < second < third
