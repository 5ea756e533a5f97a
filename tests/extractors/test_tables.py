"""What the heads of tables and lists say of the numbers under them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from monitor.declarations.languages import language
from monitor.extractors import Extractor
from monitor.extractors.quantities import Numbers
from monitor.extractors.tables import heading


@pytest.mark.parametrize(
    ("code", "text", "factor", "unit", "counted"),
    [
        ("de", "+/- %", "1", "percent", "1"),
        ("zh", "占收入百分比", "1", "percent", "1"),
        ("ja", "増減率", "1", "percent", "1"),
        ("de", "Marge (Mio. RMB)", "1000000", "CNY", "1"),
        ("ja", "億元、人数は百万人", "100000000", "CNY", "1000000"),
        ("en", "3Q25, RMB million", "1000000", "CNY", "1"),
    ],
)
def test_a_head_gives_scale_and_unit(code: str, text: str, factor: str, unit: str, counted: str) -> None:
    pack = language(code)
    assert heading(text, Numbers(pack), pack.tables.percent) == (Decimal(factor), unit, Decimal(counted))


def test_a_letter_that_numbers_a_heading_is_no_scale() -> None:
    pack = language("en")
    assert heading("B. NINE MONTHS", Numbers(pack), pack.tables.percent) is None


def test_a_list_takes_its_unit_from_the_heading_above() -> None:
    text = "Kuaishou results\n\n3Q25, RMB million\nRevenue: 35,554\nLive streaming: 9,574\nAdjusted net profit: 4,986\n"
    found = Extractor().read(text, title="Kuaishou 3Q25", language="en", dated=date(2025, 11, 20))
    assert [(f.value, f.unit) for f in found] == [
        (35_554_000_000, "CNY"),
        (9_574_000_000, "CNY"),
        (4_986_000_000, "CNY"),
    ]


def test_a_share_of_revenue_in_a_row_of_profit_is_the_margin() -> None:
    text = (
        "快手科技中期业绩\n\n综合收益表（单位：人民币百万元）\n"
        "截至6月30日止六个月 | 2025年 | 占收入 | 2024年 | 占收入\n"
        "收入 | 67,654 | — | 60,383 | —\n期内利润 | 8,901 | 13.2% | 8,100 | 13.4%\n"
    )
    found = Extractor().read(text, title="快手科技中期业绩", language="zh", dated=date(2025, 8, 21))
    margins = [(f.value, f.period) for f in found if f.metric == "net_margin"]
    assert margins == [(Decimal("13.2"), "2025-H1"), (Decimal("13.4"), "2024-H1")]


def test_what_a_title_doubles_is_not_what_its_text_doubles() -> None:
    title = "Kling doubles its revenue goal"
    text = (
        "Kuaishou will double this year's capex budget for Kling. "
        "The goal for Kling's revenue was raised from $60 million to $125 million."
    )
    found = Extractor().read(text, title=title, language="en", dated=date(2025, 8, 22))
    assert [(f.where, f.metric) for f in found if f.unit == "times"] == [("title", "revenue"), ("text", "capex")]
