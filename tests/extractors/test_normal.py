"""Folding to NFKC keeps the way back."""

from __future__ import annotations

import re
import sys
import unicodedata
from time import process_time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.extractors.normal import PLAIN, UNSEEN, normalise

ODD = st.text("aé1１％㈱½①ｶﾞか゛゙\u0301\u1100\u1161\u200b\u00ad \n\x07\u2028\ud800ﬁ", max_size=30)


def test_plain_characters_fold_alone_and_one_to_one() -> None:
    plain = re.compile(f"[{PLAIN}]")
    for code in range(sys.maxunicode + 1):
        if plain.match(char := chr(code)):
            folded = unicodedata.normalize("NFKC", char)
            assert len(folded) == 1, hex(code)
            assert unicodedata.normalize("NFKC", f"a{char}") == f"a{folded}", hex(code)


@given(ODD | st.text(max_size=40))
@example("㈱１．５％")
def test_the_text_is_nfkc_without_what_is_unseen(text: str) -> None:
    seen = re.sub(f"[{UNSEEN}]", "", text)
    found = normalise(text).text
    assert found == normalise(found).text
    if not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]", seen):
        assert found == unicodedata.normalize("NFKC", seen)


@given(ODD | st.text(max_size=40), st.data())
def test_spans_lead_back_into_the_original(text: str, data: st.DataObject) -> None:
    normal = normalise(text)
    start = data.draw(st.integers(0, len(normal.text)))
    end = data.draw(st.integers(start, len(normal.text)))
    begin, stop = normal.original(start, end)
    assert 0 <= begin <= stop <= len(text)
    if start < end:
        assert normal.text[start:end] in normalise(text[begin:stop]).text


@pytest.mark.parametrize(
    ("text", "part", "original"),
    [
        ("㈱快手１．５％", "1.5%", "１．５％"),
        ("收入\u200b３亿", "3亿", "３亿"),
        ("2½ Mrd.", "21⁄2", "2½"),
        ("ｶﾞ10", "10", "10"),
    ],
)
def test_a_part_is_found_again(text: str, part: str, original: str) -> None:
    normal = normalise(text)
    at = normal.text.index(part)
    start, end = normal.original(at, at + len(part))
    assert text[start:end] == original


@pytest.mark.parametrize("piece", ["\u0301", "a\u0301", "\u200b", "½", "か゛", "\u1100", "\ud800"])
def test_time_is_linear(piece: str) -> None:
    def spent(length: int) -> float:
        begin = process_time()
        normalise(piece * (length // len(piece)))
        return process_time() - begin

    for _ in range(3):
        few, many = spent(10_000), spent(80_000)
        if many < max(24 * few, 0.05):
            return
    pytest.fail(f"{few:.3f} s for 10,000 characters, {many:.3f} s for 80,000")


@given(ODD | st.text(max_size=40), st.data())
def test_what_is_left_out_moves_nothing_else(text: str, data: st.DataObject) -> None:
    normal = normalise(text)
    places = sorted(data.draw(st.sets(st.integers(0, max(len(normal.text) - 1, 0)), max_size=len(normal.text))))
    left = normal.without(places)
    kept = [at for at in range(len(normal.text)) if at not in places]
    assert left.text == "".join(normal.text[at] for at in kept)
    assert [left.original(to, to + 1) for to in range(len(kept))] == [normal.original(at, at + 1) for at in kept]
