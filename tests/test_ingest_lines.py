"""Lines of JSON: what is taken, and what is refused with its line, field and reason."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.ingest import LineError, read_line, resolution_of

NOW = datetime(2025, 11, 21, 12, tzinfo=UTC)
TEXT = "2025年第三季度,可灵AI收入超过3亿元。"
FIGURE = {
    "where": "text",
    "start": 15,
    "end": 20,
    "quote": "可灵AI收入超过3亿元",
    "entity": "keling",
    "metric": "revenue",
    "measure": "level",
    "value": 300000000,
    "unit": "CNY",
    "bound": "at_least",
    "period": "2025-Q3",
    "aggregation": "period",
    "basis": "reported",
}
ARTICLE = {
    "id": "one",
    "url": "https://www.paper.example/a?utm_source=x",
    "title": "快手公布业绩",
    "text": TEXT,
    "published": "2025-11-19T18:32:00+08:00",
    "lang": "zh-Hans",
    "figures": [FIGURE],
}


def read(fields: Any) -> Any:
    return read_line(fields if isinstance(fields, str) else json.dumps(fields), number=3, now=NOW)


def test_a_line_is_an_article_with_its_figures() -> None:
    read_in = read(ARTICLE)
    article = read_in.article
    assert read_in.id == "one"
    assert article.url.endswith("paper.example/a")
    assert article.seen_url == ARTICLE["url"]
    assert (article.outlet, article.tier, article.official, article.source) == (
        "paper.example",
        "press",
        False,
        "ingest",
    )
    assert (article.published, article.dated) == (datetime(2025, 11, 19, 10, 32, tzinfo=UTC), date(2025, 11, 19))
    (figure,) = read_in.figures
    assert (figure.value, figure.unit, figure.speaker, figure.confidence) == (Decimal(300_000_000), "CNY", None, 1.0)


def test_without_figures_the_text_is_to_be_read() -> None:
    bare = {key: ARTICLE[key] for key in ("url", "title", "text", "published")}
    read_in = read(bare)
    assert read_in.figures is None
    assert read_in.id == ARTICLE["url"]
    assert read_in.article.language == "zh-Hans"
    assert read({**bare, "figures": []}).figures == ()


def test_values_of_every_form() -> None:
    spread = {**FIGURE, "value": [280000000, 3e8], "bound": "range"}
    version = {**FIGURE, "metric": "model_version", "value": "2.0", "unit": "version", "bound": "exact", "period": None}
    (one, other) = read({**ARTICLE, "figures": [spread, version]}).figures
    assert one.value == (Decimal(280_000_000), Decimal(300_000_000))
    assert other.value == "2.0"


FAULTS: list[tuple[str, Any, str, str]] = [
    ("broken JSON", '{"url": ', "", "one JSON object"),
    ("no object", "[1, 2]", "", "one JSON object"),
    ("not a number", json.dumps(ARTICLE).replace("300000000", "NaN"), "", "NaN is no number"),
    ("infinity", json.dumps(ARTICLE).replace("300000000", "-Infinity"), "", "-Infinity is no number"),
    ("too deep", "[" * 100_000, "", "one JSON object"),
    ("no url", {"url": None}, "url", "is missing"),
    ("no address", {"url": "ftp://x"}, "url", "http"),
    ("no text", {"text": "  "}, "text", "expected words"),
    ("text is a number", {"text": 3}, "text", "expected words"),
    ("half a character", {"text": "\ud800" + TEXT}, "text", "surrogate"),
    ("no time", {"published": None}, "published", "is missing"),
    ("no date", {"published": "yesterday"}, "published", "ISO 8601"),
    ("tomorrow", {"published": "2026-01-01"}, "published", "future"),
    ("no flag", {"official": "yes"}, "official", "true or false"),
    ("no tier", {"tier": "gossip"}, "tier", "filing, company"),
    ("no list", {"figures": {}}, "figures", "expected a list"),
    ("no object in the list", {"figures": [7]}, "figures[0].", "expected an object"),
]
FIGURE_FAULTS: list[tuple[str, dict[str, Any], str, str]] = [
    ("impossible unit", {"unit": "bananas"}, "unit", "ISO 4217"),
    ("no currency", {"unit": "QQQ"}, "unit", "ISO 4217"),
    ("revenue is no count", {"unit": "count"}, "unit", "expected money for revenue, found 'count'"),
    ("users are no money", {"metric": "users"}, "unit", "expected count for users, found 'CNY'"),
    ("future period", {"period": "2026-Q1"}, "period", "begins after the publication"),
    ("no period", {"period": "2025-Q5"}, "period", "2025-Q5"),
    ("a period before all", {"period": "1492"}, "period", "of our age"),
    ("1e400", {"value": Decimal("1e400")}, "value", "1e+400"),
    ("too small", {"value": Decimal("1e-400")}, "value", "1e-400"),
    ("a number as words", {"value": "3亿"}, "value", "expected a number"),
    ("no value", {"value": None}, "value", "expected a number"),
    ("a range of one", {"value": [1]}, "value", "[low, high]"),
    ("a range the wrong way round", {"value": [2, 1], "bound": "range"}, "value", "[low, high]"),
    ("a range that is none", {"value": [1, 2]}, "value", "[low, high]"),
    ("a bound of its own", {"bound": "roughly"}, "bound", "exact, at_least"),
    ("a measure of its own", {"measure": "wow"}, "measure", "level, yoy"),
    ("no metric", {"metric": ""}, "metric", "expected words"),
    ("no id", {"entity": "可 灵"}, "entity", "expected an id"),
    ("an offset behind the text", {"end": 2000}, "end", "offset"),
    ("no offset", {"start": 1.5}, "start", "offset"),
    ("a negative offset", {"start": -1}, "start", "offset"),
    ("another quote", {"quote": "三亿"}, "quote", "words of the text"),
    ("too sure", {"confidence": 1.2}, "confidence", "0 to 1"),
    ("no resolution", {"resolution": 0}, "resolution", "more than 0"),
]


def refused(fields: Any, field: str, words: str) -> None:
    with pytest.raises(LineError) as caught:
        read(fields)
    error = caught.value
    assert (error.number, error.field) == (3, field)
    assert words in error.reason
    assert str(error).startswith(f"line 3: {field}")
    assert len(str(error)) < 600


@pytest.mark.parametrize(("change", "field", "words"), [pytest.param(*rest, id=name) for name, *rest in FAULTS])
def test_refused_articles(change: Any, field: str, words: str) -> None:
    refused(change if isinstance(change, str) else {**ARTICLE, **change}, field, words)


@pytest.mark.parametrize(("change", "field", "words"), [pytest.param(*rest, id=name) for name, *rest in FIGURE_FAULTS])
def test_refused_figures(change: dict[str, Any], field: str, words: str) -> None:
    line = json.dumps({**ARTICLE, "figures": [FIGURE, {**FIGURE, **change}]}, default=lambda value: f"@{value}@")
    refused(line.replace('"@', "").replace('@"', ""), f"figures[1].{field}", words)


def test_plans_may_be_of_the_future() -> None:
    plan = {**FIGURE, "period": "2026", "basis": "guidance", "speaker": "company"}
    (figure,) = read({**ARTICLE, "figures": [plan]}).figures
    assert (figure.period, figure.speaker) == ("2026", "company")


@pytest.mark.parametrize(
    ("printed", "value", "resolution"),
    [
        ("RMB35.0 billion", "35000000000", "1e8"),
        ("55.0%", "55", "0.1"),
        ("1.269,5 亿", "126950000000", "1e7"),
        ("3,589億", "358900000000", "1e8"),
        ("over 20,000", "20000", None),
        ("1,500 million", "1500000000", None),
        ("15.2万", "152000", "1000"),
        ("三亿", "300000000", None),
        ("1亿5000万", "150000000", None),
        ("-0.46", "-0.46", "0.01"),
        ("0.0", "0", None),
    ],
)
def test_the_last_written_digit(printed: str, value: str, resolution: str | None) -> None:
    found = resolution_of(printed, Decimal(value))
    assert found == (None if resolution is None else Decimal(resolution))


@settings(max_examples=50, deadline=None)
@given(st.text() | st.recursive(st.none() | st.floats() | st.text(), lambda inner: st.dictionaries(st.text(), inner)))
def test_any_line_is_taken_or_refused(line: Any) -> None:
    with suppress(LineError):
        read(line if isinstance(line, str) else json.dumps(line))
