"""Times are read as written, in each language, and never trip over a text."""

from __future__ import annotations

import tomllib
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from monitor.declarations.periods import PeriodSections
from monitor.extractors.normal import normalise
from monitor.extractors.periods import Periods, reporting_period, shifted
from storage import periods as algebra

LANGUAGES = Path(__file__).parents[2] / "monitor" / "languages"
CASES = Path(__file__).parent / "periods"
CODES = sorted(path.stem for path in CASES.glob("*.toml"))
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
DAY = date(2025, 11, 21)


@cache
def sections(language: str) -> PeriodSections:
    read = tomllib.loads((LANGUAGES / f"{language}.toml").read_text(encoding="utf-8"))
    return PeriodSections.model_validate({"periods": read["periods"]})


@cache
def periods(language: str) -> Periods:
    return Periods(sections(language))


def cases() -> list[Any]:
    params = []
    for language in CODES:
        listed = tomllib.loads((CASES / f"{language}.toml").read_text(encoding="utf-8"))["case"]
        for case in listed:
            params.append(pytest.param(language, case, id=f"{language}:{case['text'][:40]}"))
    return params


def rows_of(language: str, case: dict[str, Any], text: str) -> list[list[str]]:
    normal = normalise(text)
    mentions = periods(language).read(normal.text, dated=case["dated"], reporting=case.get("reporting"))
    rows = []
    for mention in mentions:
        start, end = normal.original(mention.start, mention.end)
        rows.append([text[start:end], mention.form or "", mention.kind])
    return rows


@pytest.mark.parametrize(("language", "case"), cases())
def test_times_are_read_as_written(language: str, case: dict[str, Any]) -> None:
    assert rows_of(language, case, case["text"]) == case["mentions"]


@pytest.mark.parametrize(("language", "case"), cases())
def test_full_width_digits_and_capitals_read_alike(language: str, case: dict[str, Any]) -> None:
    forms = [row[1:] for row in case["mentions"]]
    assert [row[1:] for row in rows_of(language, case, case["text"].translate(FULL_WIDTH))] == forms
    if case["text"].upper().lower() == case["text"].lower() and " may " not in case["text"]:
        assert [row[1:] for row in rows_of(language, case, case["text"].upper())] == forms


def read(language: str, text: str, dated: date = DAY, reporting: str | None = "2025-Q3") -> list[Any]:
    return periods(language).read(text, dated=dated, reporting=reporting)


def test_a_base_is_seen_from_the_figure_that_is_compared() -> None:
    (base,) = read("zh", "去年同期")
    assert (base.comparative, base.measure, base.form) == (True, "yoy", "2024-Q3")
    assert base.against("2025-H1") == "2024-H1"
    (quarter,) = read("de", "Vorquartal")
    assert (quarter.measure, quarter.against("2025-Q1"), quarter.against("2025-H1")) == ("qoq", "2024-Q4", "2024-H2")
    (same,) = read("en", "the same period of 2023")
    assert (same.base_year, same.against("2025-Q2")) == (2023, "2023-Q2")
    assert shifted("2025-03", "prior_month") == "2025-02"
    assert shifted("0001", "prior_year_same") is None
    assert shifted("2025", "now") is None


def test_a_base_without_a_report_is_the_one_just_said() -> None:
    *_, base = read("ja", "1〜9月は130億元、前年同期は59億元", reporting=None)
    assert base.form == "2024-01/2024-09"
    (alone,) = read("ja", "前年同期は59億元", reporting=None)
    assert alone.form is None


def test_lists_and_spans_know_their_members() -> None:
    first, second = read("en", "a hundred million in each of April and May")
    assert first.group == second.group == "2025-04/2025-05"
    (span,) = read("zh", "2025至2027年")
    assert span.members == ("2025", "2026", "2027")
    _, same = read("zh", "2025至2027年收入,同期利润")
    assert same.members == span.members


def test_a_time_without_a_year_may_be_of_the_years_around() -> None:
    text = "By year-end there were 2 million; it will be 3 by March. In May 2024 it began."
    ends, march, plain = read("en", text, date(2025, 2, 11))
    assert (ends.form, ends.others) == ("2025-12", ("2024-12",))
    assert (march.form, march.others) == ("2024-03", ("2025-03",))
    assert plain.others == ()


def test_until_estimate_and_to_date() -> None:
    (until,) = read("en", "as of the end of October")
    assert (until.until, until.form) == (True, "2025-10")
    (estimate,) = read("en", "FY26E")
    assert (estimate.estimate, estimate.form) == (True, "2026")
    (year,) = read("en", "this year")
    assert (year.form, year.to_date) == ("2025", "2025-01/2025-11")
    (since,) = read("de", "seit Oktober", dated=date(2026, 3, 26))
    assert (since.form, since.kind, since.to_date) == ("2025-10", "since", "2025-10/2026-03")


def test_what_looks_like_a_time_is_none() -> None:
    assert read("en", "It may employ 2,025 people, sell 2025 units for $2024 and mark the first time.") == []
    assert read("de", "Es kostet 2025 Euro und 2.025 Stunden.") == []
    assert read("zh", "售价2025元,共2024万份") == []


@pytest.mark.parametrize(
    ("language", "text", "dated", "reported"),
    [
        ("zh", "2025年第三季度业绩公告", date(2025, 11, 19), "2025-Q3"),
        ("zh", "2024年中期报告", date(2024, 9, 12), "2024-H1"),
        ("en", "Results for the fourth quarter and full year 2024", date(2025, 3, 25), "2024-Q4"),
        ("en", "2024 annual report for the year ended December 31, 2024", date(2025, 4, 25), "2024"),
        ("de", "Das dritte Quartal lief besser als das Vorjahr", date(2025, 11, 20), "2025-Q3"),
        ("ja", "2025年4〜6月期決算", date(2025, 8, 21), "2025-Q2"),
        ("en", "Kling 2.1 has been out since May 29; it lost to the first quarter of 2023", date(2025, 6, 10), None),
        ("en", "Buybacks were larger last year", date(2025, 1, 10), None),
    ],
)
def test_the_reported_period(language: str, text: str, dated: date, reported: str | None) -> None:
    mentions = read(language, text, dated=dated, reporting=None)
    assert reporting_period(mentions, dated) == reported


def test_reading_again_with_the_reported_period_gives_the_bases() -> None:
    text = "The margin was 54.7%, a year earlier 54.3%."
    reader = periods("en")
    assert [mention.form for mention in reader.read(text, dated=DAY, reporting=None)] == [None]
    assert [mention.form for mention in reader.read(text, dated=DAY, reporting="2025-Q3")] == ["2024-Q3"]


def test_sentences_that_are_known_keep_abbreviations_together() -> None:
    text = "2024 waren es 126,9 Mrd. Yuan, im ersten Quartal 29,4."
    alone = periods("de").read(text, dated=DAY, reporting=None)
    known = periods("de").read(text, dated=DAY, reporting=None, sentences=[0])
    assert [mention.form for mention in alone] == ["2024", "2025-Q1"]
    assert [mention.form for mention in known] == ["2024", "2024-Q1"]


def vocabulary(language: str) -> st.SearchStrategy[str]:
    words = sections(language).periods
    said = [template.partition("=")[0] for templates in words.says.values() for template in templates]
    beside = [
        word for group in (words.before, words.after, words.between) for listed in group.values() for word in listed
    ]
    tokens = [token for word in [*said, *beside] for token in word.replace("{", " {").split() if token]
    numbers = [
        "2025",
        "31",
        "9",
        "0",
        "1.",
        "29",
        "二",
        "第",
        "February",
        "Februar",
        "2月",
        "\n",
        " ",
        ",",
        ".",
        "–",
        "/",
    ]
    return st.lists(st.sampled_from([*tokens, *numbers]) | st.text(max_size=4), max_size=30).map(" ".join)


@pytest.mark.parametrize("language", CODES)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_any_text_is_read(language: str, data: st.DataObject) -> None:
    text = normalise(data.draw(vocabulary(language))).text
    dated = data.draw(st.dates(date(1, 1, 2), date.max - timedelta(days=1)) | st.just(date(2024, 2, 29)))
    reporting = data.draw(st.sampled_from([None, "2025-Q3", "2024", "2025-01/2025-09", "2025-02", "0001-Q1"]))
    mentions = periods(language).read(text, dated=dated, reporting=reporting)
    assert [mention.start for mention in mentions] == sorted(mention.start for mention in mentions)
    for mention in mentions:
        assert 0 <= mention.start < mention.end <= len(text)
        for form in (mention.form, mention.to_date, mention.group, *mention.members):
            assert form is None or algebra.parse(form)
        mention.against("2024-02-29")
    reporting_period(mentions, dated)


@pytest.mark.parametrize(
    "unit",
    [
        "2025-",
        "Q1 and ",
        "1.",
        "第一、",
        "截至",
        "FY25E/",
        "in the first ",
        "to to ",
        "September ",
        "9",
        " ",
        "12月、",
        "今年",
    ],
)
@pytest.mark.parametrize("language", CODES)
def test_long_monotonous_texts_take_linear_time(language: str, unit: str) -> None:
    text = unit * (20_000 // len(unit))
    began = process_time()
    periods(language).read(text, dated=DAY, reporting=None)
    # 0.05 to 0.1 s on one core; anything quadratic takes minutes.
    assert process_time() - began < 10


def test_wrong_words_are_told() -> None:
    def fault(says: dict[str, list[str]]) -> str:
        with pytest.raises(ValidationError) as raised:
            PeriodSections.model_validate({"periods": {"says": says}})
        return str(raised.value)

    assert "a meaning is one of" in fault({"sometime": ["ever"]})
    assert "slots are" in fault({"quarter": ["{number} quarter"]})
    assert "lower case" in fault({"now": ["Now"]})
    assert "other than a blank" in fault({"now": [" "]})
    assert "a number's slot" in fault({"quarter": ["quarter"]})
    assert "at least 1 item" in fault({"now": []})
