"""A company's results as an exchange gives them out: two languages, tables in PDF, one event."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from crawling import crawl_apart, rows
from pdfmaking import Placed, pdf

from monitor.demo.site import Site

ENGLISH = [
    "Kuaishou Technology",
    "ANNOUNCEMENT OF THE RESULTS FOR THE THREE MONTHS ENDED SEPTEMBER 30, 2025",
    "Three months ended September 30",
    ("2025", "2024"),
    ("RMB million", "RMB million"),
    {"Gross profit": ("19,437", "16,901"), "Adjusted net profit": ("4,986", "3,948")},
]
CHINESE = [
    "快手科技",
    "截至2025年9月30日止三個月業績公告",
    "截至9月30日止三個月",
    ("2025年", "2024年"),
    ("人民幣百萬元", "人民幣百萬元"),
    {"毛利": ("19,437", "16,901"), "經調整淨利潤": ("4,986", "3,948")},
]


def announcement(words: list[object]) -> bytes:
    name, title, period, years, units, table = words
    page: list[Placed] = [(60, 780, 16, str(name)), (60, 760, 12, str(title)), (320, 720, 10, str(period))]
    lines = [("", *years), ("", *units), *((label, *cells) for label, cells in table.items())]  # type: ignore[misc, attr-defined]
    for number, (label, now, before) in enumerate(lines):
        height = 700 - 15 * number
        page += [(left, height, 10, text) for left, text in ((60, label), (330, now), (430, before)) if text]
    return pdf(page)


def test_a_results_announcement_in_two_languages_is_one_event(tmp_path: Path) -> None:
    with Site() as site:
        for letter, words in (("E", ENGLISH), ("C", CHINESE)):
            row = f'''{{"title": "{words[1]}", "date": "19/11/2025 16:35", "link": "/results_{letter}.pdf"}}'''
            site.put(f"/list{letter}.json", f'{{"rows": [{row}]}}', "application/json")
            site.put(f"/results_{letter}.pdf", announcement(words), "application/pdf")
        source = {
            "name": "exchange",
            "kind": "disclosure",
            "url": site.url("/list{letter}.json"),
            "locales": [{"letter": "E"}, {"letter": "C"}],
            "items": {"rows": "rows", "link": "link", "title": "title", "date": "date"},
            "timezone": "Asia/Hong_Kong",
            "official": True,
            "tier": "filing",
            "allow_private": True,
        }
        result = crawl_apart(tmp_path / "keling.db", [source])
    assert (result.messages, result.total("articles")) == ([], 2)
    found = rows(tmp_path / "keling.db", "SELECT metric, period, value, unit, verdict FROM figures ORDER BY id")
    stated = {(row["metric"], row["period"]): Decimal(str(row["value"])) for row in found}
    assert stated == {
        ("gross_profit", "2025-Q3"): Decimal("19437000000"),
        ("gross_profit", "2024-Q3"): Decimal("16901000000"),
        ("adjusted_net_profit", "2025-Q3"): Decimal("4986000000"),
        ("adjusted_net_profit", "2024-Q3"): Decimal("3948000000"),
    }
    assert {row["unit"] for row in found} == {"CNY"}
    facts = rows(tmp_path / "keling.db", "SELECT metric, period FROM facts_now")
    assert sorted((row["metric"], row["period"]) for row in facts) == sorted(stated)
    # What the second language says is known by then.
    assert [row["verdict"] for row in found] == ["new"] * 4 + ["repeated"] * 4
