"""Many words as one pattern: the longest of them wins, and none goes on inside another word."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.extractors.words import alternation, squeezed

LATIN = st.text("abcx", min_size=1, max_size=5)


@given(st.sets(LATIN, min_size=1, max_size=8), LATIN)
def test_the_longest_word_wins_and_ends_where_it_ends(words: set[str], text: str) -> None:
    match = re.compile(alternation(words)).match(text)
    assert (match is not None) == (text in words)
    assert match is None or match[0] == text


@given(st.sets(LATIN, min_size=1, max_size=8), LATIN)
def test_an_open_word_may_go_on(words: set[str], text: str) -> None:
    match = re.compile(alternation(words, open_end=True)).match(text)
    starts = [word for word in words if text.startswith(word)]
    assert (match[0] if match else "") == max(starts, key=len, default="")


@given(st.sets(LATIN, min_size=1, max_size=8), LATIN)
def test_backwards_is_forwards_in_the_mirror(words: set[str], text: str) -> None:
    match = re.compile(alternation(words, backwards=True)).match(text[::-1])
    assert (match is not None) == (text in words)


@pytest.mark.parametrize(
    ("words", "compact", "text", "found"),
    [
        (["more than"], False, "more  than x", "more  than"),
        (["more than"], False, "more\nthan", "more\nthan"),
        (["verdoppel*"], False, "verdoppelte sich", "verdoppelte"),
        (["百分之"], True, "百 分\n之三", "百 分\n之"),
        (["スイス・フラン"], True, "スイスフラン", "スイスフラン"),
        (["us $"], True, "us$5", "us$"),
        (["元", "元人民币"], True, "元人民币", "元人民币"),
    ],
)
def test_blanks_and_endings(words: list[str], compact: bool, text: str, found: str) -> None:
    match = re.compile(alternation(words, compact=compact)).match(text)
    assert match is not None
    assert match[0] == found


def test_no_word_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one word"):
        alternation([])


@pytest.mark.parametrize(
    ("word", "compact", "key"),
    [("more \n than", False, "more than"), ("百 分 之", True, "百分之"), ("スイス・フラン", True, "スイスフラン")],
)
def test_words_are_looked_up_without_stray_blanks(word: str, compact: bool, key: str) -> None:
    assert squeezed(word, compact=compact) == key
