from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pdfmaking import pdf

from monitor.errors import ParseError
from monitor.parse.pdf import pdf_text

RESULTS = [
    (60, 780, 16, "ANNOUNCEMENT OF THE RESULTS"),
    (60, 740, 11, "In the third quarter of 2025, revenue from Kling AI exceeded RMB300 million, and the group's total"),
    (60, 725, 11, "revenue rose by 14.2% year-on-year to RMB35.6 billion."),
    (60, 690, 11, "Amounts in RMB million, except for percentages."),
    (60, 660, 10, "Three months ended September 30"),
    (330, 660, 10, "2025"),
    (400, 660, 10, "2024"),
    (470, 660, 10, "Change"),
    (60, 645, 10, "Revenues"),
    (325, 645, 10, "35,554"),
    (395, 645, 10, "31,131"),
    (470, 645, 10, "14.2%"),
    (60, 630, 10, "Live streaming"),
    (325, 630, 10, "9,574"),
    (395, 630, 10, "9,338"),
    (470, 630, 10, "(2.5%)"),
    (60, 600, 11, "The Board does not recommend a dividend."),
    (290, 30, 9, "- 1 -"),
]


def test_paragraphs_and_tables_come_in_reading_order() -> None:
    said = (
        "In the third quarter of 2025, revenue from Kling AI exceeded RMB300 million, and the group's total"
        " revenue rose by 14.2% year-on-year to RMB35.6 billion."
    )
    table = (
        "Three months ended September 30 | 2025 | 2024 | Change\n"
        "Revenues | 35,554 | 31,131 | 14.2%\n"
        "Live streaming | 9,574 | 9,338 | (2.5%)"
    )
    assert pdf_text(pdf(RESULTS, [(60, 780, 11, "On behalf of the Board"), (290, 30, 9, "2")])).split("\n\n") == [
        "ANNOUNCEMENT OF THE RESULTS",
        said,
        "Amounts in RMB million, except for percentages.",
        table,
        "The Board does not recommend a dividend.",
        "On behalf of the Board",
    ]


def test_chinese_is_read_without_blanks() -> None:
    page = [
        (60, 760, 12, "截至二零二五年九月三十日止三個月,可靈收入超過三億元,同比增長甚快,本集團總收入為"),
        (60, 742, 12, "三百五十六億元。"),
        (60, 700, 10, "收入"),
        (300, 700, 10, "35,554"),
        (400, 700, 10, "31,131"),
    ]
    assert pdf_text(pdf(page)).split("\n\n") == [
        "截至二零二五年九月三十日止三個月,可靈收入超過三億元,同比增長甚快,本集團總收入為三百五十六億元。",
        "收入 | 35,554 | 31,131",
    ]


def across(height: float, **cells: str) -> list[tuple[float, float, float, str]]:
    """A line of cells, each named by its left edge: `x60="Revenues"`."""
    return [(float(left[1:]), height, 10, text) for left, text in cells.items()]


def test_every_column_gets_all_that_stands_over_it() -> None:
    page = [
        (60, 760, 12, "FINANCIAL HIGHLIGHTS"),
        *across(730, x380="Unaudited"),
        *across(715, x340="Three Months Ended September 30,"),
        *across(700, x322="2025", x432="2024", x520="Year-on-"),
        *across(685, x300="Amount", x355="As % of", x410="Amount", x465="As % of", x520="year"),
        *across(670, x355="revenues", x465="revenues", x520="change"),
        *across(655, x300="(RMB millions, except for percentages)"),
        *across(640, x60="Revenues", x300="35,554", x355="100.0", x410="31,131", x465="100.0", x520="14.2%"),
        *across(625, x60="Other income", x300="5", x520="69.9%"),
        (60, 590, 11, "The Board does not recommend a dividend."),
    ]
    over = "Unaudited, Three Months Ended September 30,"
    heads = [f"{over} {year}, {column}" for year in (2025, 2024) for column in ("Amount", "As % of revenues")]
    rows = (
        f"– | {' | '.join(heads)} | {over} Year-on year change\n"
        "Revenues | 35,554 | 100.0 | 31,131 | 100.0 | 14.2%\n"
        "Other income | 5 | – | – | – | 69.9%"
    )
    assert pdf_text(pdf(page)).split("\n\n") == [
        "FINANCIAL HIGHLIGHTS",
        "(RMB millions, except for percentages)",
        rows,
        "The Board does not recommend a dividend.",
    ]


def test_notes_and_sums_without_a_name_keep_their_places() -> None:
    page = [
        *across(740, x280="Nine months ended September 30,"),
        *across(725, x380="2025", x460="2024"),
        *across(710, x300="Note", x370="RMB'000", x450="RMB'000"),
        *across(690, x60="Revenues", x305="3", x365="103,193,000", x450="92,055,000"),
        *across(675, x60="Cost of revenues", x305="4", x360="(46,600,000)", x445="(42,000,000)"),
        *across(660, x370="56,593,000", x450="50,055,000"),
        *across(645, x60="Other losses", x370="(9,100)", x450="(8,900)"),
    ]
    over = "Nine months ended September 30,"
    assert pdf_text(pdf(page)) == (
        f"– | {over} 2025, Note | {over} 2025, RMB'000 | {over} 2024, RMB'000\n"
        "Revenues | 3 | 103,193,000 | 92,055,000\n"
        "Cost of revenues | 4 | (46,600,000) | (42,000,000)\n"
        "56,593,000 | 50,055,000\n"
        "Other losses | – | (9,100) | (8,900)"
    )


@pytest.mark.parametrize(
    ("body", "words"),
    [(b"", "cannot be opened"), (b"%PDF-1.4 and no more", "cannot be opened"), (pdf([]), "without text")],
)
def test_what_cannot_be_read_is_said_so(body: bytes, words: str) -> None:
    with pytest.raises(ParseError, match=words):
        pdf_text(body)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2000), st.binary(max_size=40))
def test_no_bytes_break_the_parser(place: int, noise: bytes) -> None:
    body = pdf(RESULTS)
    try:
        pdf_text(body[:place] + noise + body[place + len(noise) :])
    except ParseError:
        return
