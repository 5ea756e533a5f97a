"""Texts to figures: what they mean, where they stand, and that no text is too nasty."""

from __future__ import annotations

import json
import sys
import tomllib
import unicodedata
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import partial
from math import exp
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.extractors import Extractor, weighing
from monitor.rows import figure_row

CASES = [
    pytest.param(file.stem, case, id=f"{file.stem}:{case['about']}")
    for file in sorted((Path(__file__).parent / "binding").glob("*.toml"))
    for case in tomllib.loads(file.read_text(encoding="utf-8"))["case"]
]
DAY = date(2025, 11, 20)


@pytest.fixture(scope="session")
def extractor() -> Extractor:
    return Extractor()


def rows(extractor: Extractor, text: str, **context: Any) -> list[dict[str, Any]]:
    return [figure_row(figure) for figure in extractor.read(text, **context)]


@pytest.mark.parametrize(("code", "case"), CASES)
def test_sentences_mean_what_they_say(extractor: Extractor, code: str, case: dict[str, Any]) -> None:
    found = rows(extractor, case["text"], title=case.get("title", ""), language=code, dated=case["dated"])
    for expected in case["figures"]:
        assert any(all(row[key] == value for key, value in expected.items()) for row in found), (expected, found)
    assert len(found) == len(case["figures"]), found


TEXT = (
    "Kuaishou's total revenue grew 14.2% year on year to RMB35.6 billion in the third quarter of 2025. "
    "Kling AI's revenue exceeded RMB300 million."
)


def test_spans_and_quotes_are_of_the_original(extractor: Extractor) -> None:
    title = "Ｋｌｉｎｇ　ＡＩ： revenue over RMB300 million"
    text = TEXT.replace("14.2%", "１４．２％").replace(" to ", " \u200bto\u00a0")
    for figure in extractor.read(text, title=title, language="en", dated=DAY):
        source = title if figure.where == "title" else text
        assert source[figure.start : figure.end] in figure.quote
        assert figure.quote in source


def test_width_of_characters_does_not_matter(extractor: Extractor) -> None:
    wide = TEXT.translate({ord(str(digit)): 0xFF10 + digit for digit in range(10)})
    assert unicodedata.normalize("NFKC", wide) == TEXT
    narrow = rows(extractor, TEXT, language="en", dated=DAY)
    assert rows(extractor, wide, language="en", dated=DAY) == [
        {**row, "quote": wide[wide.find(row["quote"][:9]) :][: len(row["quote"])]} for row in narrow
    ]


def test_the_language_is_told_from_the_script(extractor: Extractor) -> None:
    text = "截至2025年2月,可灵AI累计营业收入超过1亿元。"
    assert rows(extractor, text, dated=DAY) == rows(extractor, text, language="zh-Hans", dated=DAY) != []


@pytest.mark.parametrize(("named", "read"), [("1024", False), ("KS", False), ("1024, known as KS,", True)])
def test_ordinary_words_name_the_watched_only_together(extractor: Extractor, named: str, read: bool) -> None:
    text = f"{named} had a good summer. Its total revenue grew 14.2% to RMB35.6 billion in the third quarter of 2025."
    assert extractor.mentions_watched(text) is read
    assert bool(extractor.read(text, language="en", dated=DAY)) is read


def test_every_figure_is_explained(extractor: Extractor) -> None:
    told = extractor.explain(TEXT, language="en", dated=DAY)
    assert [each.figure for each in told] == extractor.read(TEXT, language="en", dated=DAY)
    for each in told:
        names = {decision.name for decision in each.decisions}
        assert {"metric", "measure", "period", "aggregation", "basis", "sign"} <= names
        assert each.figure.quote in str(each)
        assert each.figure.confidence == round(1 / (1 + exp(-sum(weight for _, weight in each.certainty))), 3)
        assert f"confidence {each.figure.confidence:.2f}: odds " in str(each)


FIRST = [min((Path(__file__).parents[1] / "eval" / "gold").glob(f"{code}-*.json")) for code in ("de", "en", "ja", "zh")]


@pytest.mark.parametrize("file", FIRST, ids=lambda file: file.stem)
def test_every_field_has_its_evidence(extractor: Extractor, file: Path) -> None:
    article = json.loads(file.read_text(encoding="utf-8"))
    dated = date.fromisoformat(article["published"])
    told = extractor.explain(article["text"], title=article["title"], language=article["lang"], dated=dated)
    assert told
    for each in told:
        evidence = {decision.name: decision.evidence for decision in each.decisions}
        assert {"entity", "metric", "measure", "period", "aggregation", "basis"} <= set(evidence)
        assert {"frame", "reading"} & set(evidence)
        assert all(evidence.values()), each


def test_relevance_is_a_name_of_the_watchlist(extractor: Extractor) -> None:
    assert extractor.mentions_watched("Ｋｕａｉｓｈｏｕ reports")
    assert extractor.mentions_watched("可靈")
    assert not extractor.mentions_watched("Tencent reports")


FILING = "Following the audit, total revenue for the fourth quarter of 2025 is restated at RMB39.2 billion."


@pytest.mark.parametrize(
    ("url", "entity"),
    [
        ("https://ir.kuaishou.com/en/clarification", "kuaishou"),
        ("https://media.ir.kuaishou.com/a.pdf", "kuaishou"),
        ("https://notir.kuaishou.com.example/a", None),
        ("https://wire.example/a", None),
        ("http://[broken", None),
        ("", None),
    ],
)
def test_what_names_nobody_speaks_of_who_publishes_it(extractor: Extractor, url: str, entity: str | None) -> None:
    assert extractor.mentions_watched(FILING, url) is (entity is not None)
    found = extractor.read(FILING, title="Clarification announcement", language="en", dated=date(2026, 4, 28), url=url)
    told = [(figure.entity, figure.metric, figure.value, figure.period) for figure in found]
    assert told == ([(entity, "revenue", Decimal(39_200_000_000), "2025-Q4")] if entity else [])


def test_who_is_named_counts_more_than_who_publishes(extractor: Extractor) -> None:
    assert extractor.read(TEXT, language="en", dated=DAY, url="https://kling.ai/blog/a") == extractor.read(
        TEXT, language="en", dated=DAY
    )


def test_quantities_have_spans_in_the_original(extractor: Extractor) -> None:
    text = "Ｒｅｖｅｎｕｅ　ｏｆ　３５．６ billion yuan"
    (quantity,) = [q for q in extractor.quantities(text, "en") if q.unit == "CNY"]
    assert text[quantity.number_start : quantity.number_end].startswith("３５")


def test_the_version_is_stable(extractor: Extractor) -> None:
    assert extractor.version == Extractor().version


NASTY = [
    "",
    "\n" * 50,
    "|" * 200,
    "| | |\n" * 40,
    "RMB" * 200,
    "1" * 5000,
    "1,2,3,4," * 500,
    "快手" * 2000,
    "快手收入" + "1亿元、" * 800,
    "Kling " + "(" * 500 + "5%" + ")" * 500,
    "\ud800快手\udfff 5亿元",
    "Kuaishou revenue " + "a\u0301" * 500 + " RMB5bn",
    "Kuaishou " + "from RMB1bn to " * 300,
    "\u202eKuaishou revenue RMB5bn\u202c",
    "快手 - 收入5亿元 * A" * 200,
    "Kuaishou (" + "A" * 5000 + " (0700) $A(0700.HK)$5",
    "快手収入29,408100.025," * 300 + "36・6%3・2倍(1)",
    "Kuaishou 2025 2024 yoy\nRevenue 5 6 7%\n" * 60 + "2025 " * 100,
    "<tr><td>Kuaishou</td><td>$5</td>" * 100 + "<td " * 200,
    "快手①②③5亿⒈7/13/20亿元" * 100,
]


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
@pytest.mark.parametrize("code", ["zh", "en", "de", "ja"])
def test_no_text_is_too_nasty(extractor: Extractor, text: str, code: str) -> None:
    for figure in extractor.read(text, title=text[:80], language=code, dated=DAY):
        source = text[:80] if figure.where == "title" else text
        assert source[figure.start : figure.end] in figure.quote


_NAMES = ["Kuaishou", "Kling", "快手", "可灵", "可霊"]
_METRICS = ["revenue", "收入", "売上高", "Umsatz", "rose", "增长", "respectively", "分别", "vs"]
_NUMBERS = ["5", "3.2", "1,234", "%", "亿元", "億元", "RMB", "billion", "Mrd. Yuan", "2025", "Q3", "第三季度", "１２"]
_MARKS = [" ", "\n", "|", ",", "。", "(", ")", "\u200b", "―", "e\u0301"]
_TIMES = [
    "April of last year",
    " to March ",
    "since",
    "bis Ende März",
    "Vorjahr",
    "去年4月",
    "至",
    "3月",
    "前年同期",
    "昨年末",
]
_PIECES = st.sampled_from([*_NAMES, *_METRICS, *_NUMBERS, *_MARKS, *_TIMES])


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_PIECES, max_size=40).map("".join), st.sampled_from(["zh", "en", "de", "ja"]), st.dates())
def test_spans_lie_in_the_text(extractor: Extractor, text: str, code: str, dated: date) -> None:
    for figure in extractor.read(text, language=code, dated=dated):
        assert 0 <= figure.start < figure.end <= len(text)
        assert text[figure.start : figure.end] in figure.quote
        assert figure.quote in text
        assert 0 <= figure.confidence <= 1


def test_whoever_speaks_for_the_company_is_the_company(extractor: Extractor) -> None:
    text = "快手第三季度收入356亿元。程一笑预计可灵全年收入将达到10亿元。"
    found = rows(extractor, text, language="zh", dated=DAY)
    assert [row["speaker"] for row in found if row["value"] == 1_000_000_000] == ["company"]


#: One line without a sentence's end, of a script with blanks and of one without; two figures a time, and in all more
#: than a text looks back for. And a table of nothing but heads and rows.
_ENDLESS = {
    "en": ("en", "Kuaishou bought on December 18 for HK$309m, since October 7 down 28%, " * 130),
    "zh": ("zh", "快手12月18日回購480萬股,GMV3850亿," * 130),
    "table": ("en", "2025 2024 yoy\nKuaishou revenue 35.6 31.1 14%\nProfit 5 6 7%\n" * 50),
}


@pytest.mark.parametrize("name", _ENDLESS)
def test_twice_the_text_is_at_most_2_3_times_the_work(extractor: Extractor, name: str) -> None:
    code, text = _ENDLESS[name]
    extractor.read(text, language=code, dated=DAY)
    once, twice = (calls_in(partial(extractor.read, text * n, language=code, dated=DAY)) for n in (1, 2))
    assert twice <= 2.3 * once


def calls_in(work: Callable[[], object]) -> int:
    """How many functions are called: the same on every machine, other than seconds."""
    count = 0

    def called(_: FrameType, event: str, __: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(called)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("zh", "截至2025年2月，可灵AI累计营业收入超过1亿元。快手第四季度收入354亿元，同比增长8.7%。"),
        ("en", "By February 2025 Kling's cumulative revenue had passed 100 million yuan. Kuaishou made 35.4 billion."),
    ],
)
def test_a_month_and_all_time_up_to_it_are_no_rivals_where_a_figure_is_cumulative(
    extractor: Extractor, code: str, text: str
) -> None:
    first = extractor.explain(text, title="Kuaishou Q4 2024", language=code, dated=date(2025, 3, 26))[0]
    assert (first.figure.period, first.figure.aggregation) == ("..2025-02", "cumulative")
    assert next(decision.share for decision in first.decisions if decision.name == "period") >= 0.9


def test_weights_are_read_when_a_text_names_the_watched() -> None:
    weighing.shipped.cache_clear()
    extractor = Extractor()
    assert not extractor.read("Acme made 3 million dollars.", language="en")
    assert weighing.shipped.cache_info().currsize == 0
    assert extractor.read("Kuaishou's revenue was 32.6 billion yuan in the first quarter.", language="en")
    assert weighing.shipped.cache_info().currsize == 1
