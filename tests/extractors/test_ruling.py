"""A table says the same however its cells are set apart: marks, tabs, gaps, or a line for each."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.extractors import Extractor
from monitor.extractors.ruling import ruled

BEFORE = "Kuaishou Technology published its results today. All amounts are in millions of yuan."
TABLE = """\
Item | Q3 2025 | Q3 2024 | Change
Revenue | 35,554 | 31,131 | 14.2%
Online marketing services | 20,102 | 17,634 | 14.0%
Live streaming | 9,574 | 9,338 | n/a
Adjusted net profit | 4,986 | 3,948 | 26.3%"""
AFTER = "The group paid no dividend in the quarter."
CELL = re.compile(" [|] ")


def aligned(table: str) -> str:
    return "\n".join(f"{a:<28}{b:>10}{c:>10}{d:>9}" for a, b, c, d in map(CELL.split, table.split("\n")))


def headless(table: str) -> str:
    return aligned(table).replace("Item", "    ", 1)


FORMS: dict[str, Callable[[str], str]] = {
    "tabs": lambda table: CELL.sub("\t", table),
    "boxes": lambda table: CELL.sub(" │ ", table),
    "flat": lambda table: CELL.sub(" ", table),
    "aligned": aligned,
    "headless": headless,
    "stacked": lambda table: CELL.sub("\n", table),
    "stacked apart": lambda table: CELL.sub("\n", table.replace("\n", "\n\n")),
}


def told(table: str) -> list[tuple[object, ...]]:
    text = f"{BEFORE}\n\n{table}\n\n{AFTER}"
    figures = Extractor().read(text, title="Results", language="en", dated=date(2025, 11, 18))
    assert all(figure.quote in text for figure in figures)
    return [(figure.metric, figure.measure, figure.value, figure.unit, figure.period) for figure in figures]


@pytest.mark.parametrize("form", list(FORMS))
def test_a_table_says_the_same_in_every_form(form: str) -> None:
    want = told(TABLE)
    assert len(want) == 11
    assert told(FORMS[form](TABLE)) == want


def test_heads_of_other_columns_stand_between_periods() -> None:
    rows = "Revenue 41,780 39,280 6.4% 38,400 8.8%\nand so on\nGPM 52.5% 55.2% -2.7ppt - n.m."
    flat = f"RMB mn\n4Q26 4Q25 YoY 3Q26 QoQ\n{rows}"
    assert ruled(flat).split("\n")[1:] == [
        "4Q26|4Q25|YoY|3Q26|QoQ",
        "Revenue|41,780|39,280|6.4%|38,400|8.8%",
        "and so on",
        "GPM|52.5%|55.2%|-2.7ppt|-|n.m.",
    ]


def test_a_line_between_stacked_rows_heads_those_below_it() -> None:
    months = ["Three months", "2025", "2024", "Revenue", "3", "2", "Costs", "2", "1", "Profit", "1", "1"]
    year = ["Nine months", "Revenue", "9", "6", "Costs", "6", "3", "Profit", "3", "3"]
    table = ["Three months|2025|2024", "Revenue|3|2", "Costs|2|1", "Profit|1|1", "Nine months"]
    assert ruled("\n".join([*months, *year])).split("\n") == [*table, "Revenue|9|6", "Costs|6|3", "Profit|3|3"]


@pytest.mark.parametrize(
    "text",
    [
        "Kuaishou's revenue rose.  Its profit did, too.  So did Kling's.\nNobody knows why.  We asked.",
        "Highlights\nRevenue of 35.6 billion\n2025 was good\nThe price\n12",
        "It told of 2024 2025\nRevenue rose to 35.6 in 31.1\nUsers 5 6 7\n12 13",
        "•\tRevenue rose by 14.2%\n•\tProfit rose by 26.3%",
    ],
)
def test_prose_and_lists_have_no_cells(text: str) -> None:
    assert ruled(text) == text.replace("\t", " ")


LINES = st.lists(
    st.sampled_from(
        [
            "Revenue",
            "Revenue 3 4",
            "In m 2025 2024",
            "35,554",
            "14.2%",
            "",
            "—",
            "a\tb",
            "\t",
            "x   y",
            "   ",
            "A sentence.",
        ]
    )
)


@given(LINES.map("\n".join))
def test_nothing_moves_and_no_word_is_lost(text: str) -> None:
    found = ruled(text)
    assert len(found) == len(text)
    assert [char for char in found if char not in " \n|"] == [char for char in text if char not in " \n\t"]
    assert "\t" not in found
