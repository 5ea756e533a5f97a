"""Rows of tables with marks: each gets a line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.extractors.piping import rowed


@pytest.mark.parametrize(
    "text",
    [
        "A note | with one mark and 5 numbers",
        "| Revenue | 35.6 |\n| Profit | 5.0 |\nProse follows | here",
        "| A | B |\n| -- | -- |\n| 1 | 2 |",
        "| a | b |\n\nNot a row |",
    ],
)
def test_what_has_a_line_for_each_row_stays(text: str) -> None:
    assert rowed(text) == text


def test_two_tables_in_one_line() -> None:
    row = "| m | n | | --- | --- | | a | 1 |"
    assert rowed(f"First {row} Then {row}").count("\n") == 7


def test_a_label_of_another_table_is_no_row() -> None:
    wide = "x" * 100
    assert rowed(f"| m | n | | --- | --- | | a | 1 | {wide} | 2 |").splitlines()[-1] == f"{wide} | 2 |"


PIECES = st.sampled_from(["|", " ", "\n", "---", "| --- | --- |", "| a | 1 |", "Revenue", "35.6", ":--", "| "])


@given(st.lists(PIECES).map("".join))
def test_nothing_moves_and_no_word_is_lost(text: str) -> None:
    found = rowed(text)
    assert len(found) == len(text)
    assert [char for char in found if char not in " \n"] == [char for char in text if char not in " \n"]


def test_a_text_of_nothing_but_marks_is_read_once() -> None:
    text = "| --- | --- | " * 3_000 + "|a\n" + "b|\n" * 3_000
    assert len(rowed(text)) == len(text)
