"""What a mail says, and that nothing in an article can make it say something else."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from datetime import UTC, date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from alertmaking import QUOTE, excerpt, figure, holding, points, told
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.alerts.compose import Reader, compose_alerts, compose_baseline, compose_note, headline_ranks
from monitor.declarations.metrics import metrics
from monitor.ops import compose_ops
from storage.rates import Rate
from storage.records import Told

READER = Reader(
    labels={"keling": "Keling", "kuaishou": "Kuaishou", "dau": "daily active users"}, zone=ZoneInfo("Asia/Shanghai")
)

OFFICIAL = excerpt("Revenue was RMB35.6 billion.", "RMB35.6 billion", outlet="company", official=True, tier="company")
RIVAL = excerpt("Kuaishou took in RMB42.46 billion.", "RMB42.46 billion", outlet="digest", url="https://digest.example")


def conflict() -> Told:
    held = figure(entity="kuaishou", value=Decimal("35.6e9"), bound="exact")
    rival = figure(entity="kuaishou", value=Decimal("42.46e9"), bound="exact")
    now = holding(held, OFFICIAL)
    return told(2, figure=rival, excerpt=RIVAL, previous=now, now=now, verdict="conflicting")


SUBJECTS: dict[str, tuple[dict[str, Any], str]] = {
    "plain": ({}, "Keling revenue, Q3 2025: over CNY 300 million — new"),
    "cumulative": (
        {"period": "..2025-02", "aggregation": "cumulative", "value": Decimal("1e8")},
        "Keling revenue, cumulative to Feb 2025: over CNY 100 million — new",
    ),
    "annualized": (
        {"period": "2025-03", "aggregation": "annualized", "unit": "USD", "value": Decimal("1e8")},
        "Keling revenue, annualized, Mar 2025: over USD 100 million — new",
    ),
    "growth": (
        {"metric": "dau", "measure": "yoy", "unit": "percent", "value": Decimal("4.8"), "bound": "exact"},
        "Keling daily active users, Q3 2025, year on year: +4.8% — new",
    ),
    "fall": (
        {"measure": "yoy", "unit": "percent", "value": Decimal(-3), "bound": "about", "period": "2025-H1"},
        "Keling revenue, H1 2025, year on year: about −3% — new",
    ),
    "guidance": (
        {
            "basis": "guidance",
            "speaker": "kuaishou",
            "period": "2025",
            "unit": "USD",
            "bound": "range",
            "value": (Decimal("1.2e8"), Decimal("1.4e8")),
        },
        "Keling revenue, 2025, guidance by Kuaishou: USD 120 million to USD 140 million — new",
    ),
    "version": (
        {"metric": "model_version", "unit": "version", "value": "2.5 Turbo", "bound": "exact", "period": None},
        "Keling model version: 2.5 Turbo — new",
    ),
    "count": (
        {"metric": "users", "unit": "count", "value": Decimal("45000000"), "period": "2025-07"},
        "Keling users, Jul 2025: over 45 million — new",
    ),
    "small": (
        {"metric": "headcount", "unit": "count", "value": Decimal(1234), "bound": "at_most", "period": None},
        "Keling headcount: at most 1,234 — new",
    ),
}


@pytest.mark.parametrize(("fields", "subject"), SUBJECTS.values(), ids=SUBJECTS.keys())
def test_the_subject_says_who_what_when_how_much(fields: dict[str, Any], subject: str) -> None:
    assert compose_alerts([told(figure=figure(**fields))], READER).subject == subject


def test_the_body_says_all_that_there_is_to_say() -> None:
    one = told(
        series=points(Q1=150, Q2=250, Q3=300),
        figure=figure(audit=("a third of the group's revenue would be more than its total",)),
        confirmed=(("paper.example", "press"), ("company", "company")),
    )
    composed = compose_alerts([one], READER)
    for page in (composed.text, BeautifulSoup(composed.html, "lxml").get_text()):
        for words in (
            QUOTE,
            "超过3亿元",
            "CNY 250 million (Q2 2025)",
            "at least +20%",
            "paper.example (press, zh-Hans)",
            "快手公布业绩",
            "20 Nov 2025, 16:00 UTC+8",
            "2 outlets: paper.example (press), company (company)",
            "a third of the group's revenue would be more than its total",
            "Fact 11",
            "keling-monitor figures show 101",
        ):
            assert words in page
    assert "https://paper.example/a" in composed.text
    assert "▄▇█" in composed.text
    soup = BeautifulSoup(composed.html, "lxml")
    assert [mark.get_text() for mark in soup.find_all("mark")] == ["超过3亿元"]
    assert [str(bar["style"]) for bar in soup.select(".bar")] == ["width: 50%", "width: 83%", "width: 100%"]


def test_amounts_in_another_currency_are_marked_as_converted() -> None:
    def rate(unit: str, period: str | None, day: date) -> Rate | None:
        assert (period, day) == ("2025-Q3", date(2025, 11, 20))
        quarter = {"first": date(2025, 7, 1), "last": date(2025, 9, 30), "stale": False}
        return Rate(rate=Decimal("0.13987"), source=unit, target="USD", **quarter) if unit == "CNY" else None

    reader = Reader(labels={}, zone=UTC, rate=rate)
    shown = "over USD 42 million, converted at 1 CNY = 0.13987 USD, mean of 2025-07-01 to 2025-09-30"
    composed = compose_alerts([told()], reader)
    assert f"new\n{shown}\n" in composed.text
    assert shown in composed.html
    assert "converted" not in compose_alerts([told(figure=figure(unit="count", metric="users"))], reader).text


def test_both_sides_of_a_conflict_are_shown() -> None:
    composed = compose_alerts([conflict()], READER)
    assert composed.subject == "Kuaishou revenue, Q3 2025: CNY 42.46 billion — conflicting"
    for page in (composed.text, BeautifulSoup(composed.html, "lxml").get_text()):
        assert RIVAL.quote in page
        assert OFFICIAL.quote in page
        assert "The ledger holds: CNY 35.6 billion" in page
        assert "Difference: +19%" in page
        assert "Against it: CNY 35.6 billion" in page
        assert "company (official, zh-Hans)" in page


def test_the_confirmations_of_a_conflict_are_those_of_the_value_that_is_held() -> None:
    disputed = replace(conflict(), confirmed=(("company", "company"), ("wire", "wire")))
    for page in (compose_alerts([disputed], READER).text, compose_alerts([disputed], READER).html):
        assert "CNY 35.6 billion is said by 2 outlets: company (company), wire (wire)" in page


def test_what_else_the_article_says_is_told_once_and_headlines_first() -> None:
    also = {
        7: figure(entity="kuaishou", metric="rd_expense", value=Decimal("3.7e9"), bound="exact"),
        8: figure(entity="kuaishou", value=Decimal("35.6e9"), bound="exact"),
        9: figure(entity="kuaishou", value=Decimal("35.6e9"), bound="exact"),
        101: figure(),
        102: figure(metric="users"),
    }
    composed = compose_alerts([told(1, also=also), told(2, figure=figure(metric="users"), also=also)], READER)
    said = ["Kuaishou revenue, Q3 2025: CNY 35.6 billion", "Kuaishou rd expense, Q3 2025: CNY 3.7 billion"]
    assert composed.text.count("Also in the article:\n- " + "\n- ".join(said) + "\n") == 1
    assert [item.get_text() for item in BeautifulSoup(composed.html, "lxml").find_all("li")] == said
    dau = {"entity": "kuaishou", "metric": "dau", "unit": "count"}
    many = {number: figure(**dau, value=Decimal(number)) for number in range(200, 209)}
    assert "- 3 more\n" in compose_alerts([told(also=many)], READER).text


def test_a_refined_value_has_not_changed() -> None:
    finer = figure(value=Decimal("3.12e8"), bound="exact")
    before = holding(figure(), excerpt())
    text = compose_alerts([told(figure=finer, previous=before, now=before, verdict="refined")], READER).text
    assert "refined · Before: over CNY 300 million\n" in text


def test_a_correction_shows_what_was_said_before() -> None:
    before = excerpt("a team of 1,000", "1,000")
    now = excerpt("a team of 1,200", "1,200")
    fields: dict[str, Any] = {"metric": "headcount", "unit": "count", "bound": "exact", "period": None}
    old, new = figure(value=Decimal(1000), **fields), figure(value=Decimal(1200), **fields)
    corrected = told(figure=new, excerpt=now, previous=holding(old, before), now=holding(new, now), verdict="corrected")
    text = compose_alerts([corrected], READER).text
    assert "a team of 1,200" in text
    assert "Said before: 1,000" in text
    assert "a team of 1,000" in text
    assert "+20%" in text


def test_many_alerts_are_one_mail_with_a_table_headlines_first() -> None:
    quarter = [
        told(3, figure=figure(entity="kuaishou", metric="dau", unit="count", value=Decimal("4.09e8"), bound="exact")),
        told(4, figure=figure(entity="kuaishou", metric="rd_expense", value=Decimal("3.6e9"), bound="exact")),
        told(5, figure=figure(entity="kuaishou", basis="guidance", speaker="kuaishou")),
        told(6, figure=figure(entity="kuaishou", measure="yoy", unit="percent", value=Decimal(14), bound="exact")),
        conflict(),
        told(1),
    ]
    composed = compose_alerts(quarter, READER)
    assert composed.subject == "Keling revenue, Q3 2025: over CNY 300 million — new, and 5 more"
    soup = BeautifulSoup(composed.html, "lxml")
    names = [row.td.find(string=True) for row in soup.select(".list tr") if row.td]
    assert names == [
        "Keling revenue",
        "Kuaishou revenue",
        "Kuaishou revenue",
        "Kuaishou daily active users",
        "Kuaishou rd expense",
        "Kuaishou revenue",
    ]
    lines = [line for line in composed.text.splitlines() if line.startswith("- ")]
    assert len(lines) == 6
    assert lines[0] == "- Keling revenue, Q3 2025: over CNY 300 million (new)"
    assert composed.thread is None


def test_the_latest_period_leads() -> None:
    quarters = [told(n, figure=figure(period=f"2025-Q{n}", value=Decimal(n) * 10**8)) for n in (1, 3, 2)]
    assert compose_alerts(quarters, READER).subject == "Keling revenue, Q3 2025: over CNY 300 million — new, and 2 more"


def test_mails_of_one_fact_series_are_one_thread() -> None:
    second = told(2, figure=figure(period="2025-Q2", value=Decimal("2.5e8")))
    other = told(3, figure=figure(metric="users", unit="count"))
    threads = [compose_alerts([each], READER).thread for each in (told(), second, other)]
    assert threads[0] == threads[1] != threads[2]


def test_programs_get_numbers() -> None:
    (row,) = compose_alerts([told()], READER).data["alerts"]
    assert (row["value"], row["unit"], row["bound"], row["period"]) == (300_000_000, "CNY", "at_least", "2025-Q3")
    assert row["quote"] == QUOTE


NASTY = "</title><script>alert(1)</script>\r\nBcc: thief@example.com\u202e\u2066\x00\x1b[31m" + "long " * 3000

DANGEROUS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


@pytest.mark.parametrize("kind", ["alerts", "baseline", "note"])
def test_nothing_foreign_becomes_markup_header_or_trick(kind: str) -> None:
    if kind == "alerts":
        nasty = excerpt(NASTY, "alert(1)", title=NASTY, outlet=NASTY, url="javascript:alert(1)", language='"><b>')
        said = figure(audit=(NASTY,), speaker=NASTY, basis="estimate", entity=NASTY)
        composed = compose_alerts([told(figure=said, excerpt=nasty, confirmed=((NASTY, "press"),) * 2)], READER)
    elif kind == "baseline":
        row = {"entity": NASTY, "metric": "revenue", "measure": "level", "basis": "reported", "period": "2025"}
        row |= {"value": NASTY, "unit": "CNY", "bound": "exact", "aggregation": "period"}
        composed = compose_baseline([row], articles=1, figures=1, sources=[NASTY], reader=READER)
    else:
        composed = compose_note(NASTY, [NASTY], kind="ops", tables=[NASTY])
    assert len(composed.subject) <= 200
    assert not re.search(r"[\r\n]", composed.subject)
    for text in (composed.subject, composed.text, composed.html):
        assert not DANGEROUS.search(text)
    soup = BeautifulSoup(composed.html, "html.parser")
    assert soup.find("script") is None
    assert soup.find("b") is None
    assert all(str(link["href"]).startswith("https://") for link in soup.find_all("a"))


@settings(max_examples=60, deadline=None)
@given(quote=st.text(min_size=1), title=st.text(), data=st.data())
def test_every_quote_is_shown_as_printed(quote: str, title: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(quote) - 1))
    end = data.draw(st.integers(start + 1, len(quote)))
    composed = compose_alerts([told(excerpt=excerpt(quote, quote[start:end], title=title))], READER)
    if not any(unicodedata.category(each) in ("Cc", "Cs", "Cf", "Cn") for each in quote):
        assert quote in composed.text
    assert BeautifulSoup(composed.html, "html.parser").blockquote is not None


def test_no_remote_content_in_any_mail() -> None:
    pages = [
        compose_alerts([told(series=points(Q1=150, Q2=250, Q3=300)), conflict()], READER).html,
        compose_baseline([], articles=0, figures=0, sources=[], reader=READER).html,
        compose_note("a", ["b"], kind="test").html,
    ]
    for page in pages:
        soup = BeautifulSoup(page, "html.parser")
        assert not soup.find_all(["img", "link", "script", "iframe", "object", "embed", "video", "audio", "form"])
        assert not re.search(r"url\s*\(|@import", page)
        assert "prefers-color-scheme: dark" in page


def test_the_baseline_counts_and_shows_the_latest_of_the_main_metrics() -> None:
    rows = [
        {
            "entity": entity,
            "metric": metric,
            "measure": "level",
            "basis": "reported",
            "period": period,
            "value": value,
            "unit": "CNY",
            "bound": "exact",
            "aggregation": "period",
        }
        for entity, metric, period, value in [
            ("keling", "revenue", "2025-Q1", 150_000_000),
            ("keling", "revenue", "2025-Q2", 250_000_000),
            ("kuaishou", "revenue", "2025-Q2", 35_000_000_000),
            ("kuaishou", "net_profit", "2025-Q2", [4_900_000_000, 5_000_000_000]),
        ]
    ]
    composed = compose_baseline(rows, articles=12, figures=80, sources=["paper", "wire"], reader=READER)
    assert composed.subject == "Keling Monitor has begun: 4 facts from 12 articles"
    for words in (
        "12 articles",
        "80 figures",
        "paper, wire",
        "Keling: 2 facts",
        "revenue, Q2 2025: CNY 250 million",
        "net profit, Q2 2025: CNY 4.9 billion to CNY 5 billion",
    ):
        assert words in composed.text
    assert "Q1 2025" not in composed.text


def test_headlines_are_metrics() -> None:
    assert set(headline_ranks()) <= set(metrics())


def test_operators_read_of_broken_sources_and_dead_messages() -> None:
    moments = {"since": "2025-11-21T01:00:00.000+00:00", "last_ok": None}
    broken = {"event": "source broken", "source": "paper", "message": "404", **moments}
    well = {"event": "source recovered", "source": "wire", "message": "", **moments}
    composed = compose_ops([broken, well], lambda _: None)
    assert composed.subject == "Keling Monitor: source paper is broken + 1 more"
    assert "2025-11-21 01:00 UTC, last well never" in composed.text
    tries = [
        {"started": f"2025-11-{day:02d}T01:00:00.000+00:00", "outcome": "temporary", "answer": f"451 day {day}"}
        for day in range(1, 21)
    ]
    row = {"recipient": "ann@example.com", "channel": "email", "state": "dead", "subject": "Keling", "tries": tries}
    composed = compose_ops([{"event": "given up", "message": 3}], {3: row}.get)
    assert "ann@example.com" in composed.subject
    assert "outbox retry 3" in composed.text
    assert "451 day 1\n" in composed.text
    assert "13 more" in composed.text
    assert "451 day 20\n" in composed.text


def test_times_are_told_in_the_readers_zone() -> None:
    assert "20 Nov 2025, 08:00 UTC" in compose_alerts([told()], Reader(labels={}, zone=UTC)).text
