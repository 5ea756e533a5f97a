"""Texts whose lines are broken at a column read as their paragraphs do; lines that end where they like stay."""

from __future__ import annotations

import textwrap
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.extractors import Extractor
from monitor.extractors.normal import normalise
from monitor.extractors.wrapping import unwrapped

#: A line that begins with a capital or a digit is no sign that a sentence goes on.
WORDS = st.sampled_from(["revenue", "of", "the", "unit", "rose", "by", "half", "to", "three", "billion,", "yuan", "a"])
PARAGRAPHS = st.lists(st.lists(WORDS, min_size=50, max_size=90).map(" ".join), min_size=1, max_size=4)


@given(PARAGRAPHS, st.integers(50, 90), st.sampled_from(["\n", "\n\n"]))
def test_paragraphs_come_back(paragraphs: list[str], width: int, between: str) -> None:
    filled = [f"{paragraph} in the end." for paragraph in paragraphs]
    broken = between.join(textwrap.fill(paragraph, width, break_on_hyphens=False) for paragraph in filled)
    found = unwrapped(normalise(broken)).text.split("\n")
    assert [line for line in found if line] == filled or _nearly(found, filled, width)


def _nearly(found: list[str], filled: list[str], width: int) -> bool:
    """A paragraph's last line may be as full as those that are broken: then the next follows it."""
    word = len("billion, ")
    full = any(
        len(textwrap.wrap(paragraph, width, break_on_hyphens=False)[-1]) > width - 2 * word for paragraph in filled
    )
    return full and " ".join(" ".join(found).split()) == " ".join(filled)


@pytest.mark.parametrize("width", [31, 36, 40])
def test_ideographs_join_without_a_blank(width: int) -> None:
    text = (
        "快手旗下的可灵在第三季度取得了超过三亿元的收入,占集团总收入的比例仍然不足百分之一,但是公司认为它的增长速度远远快于其他业务,"
        "明年的目标也将因此上调。管理层同时提醒投资者,视频生成模型的算力成本正在下降,而价格竞争会越来越激烈。"
    )
    broken = "\n".join(text[at : at + width] for at in range(0, len(text), width))
    assert unwrapped(normalise(broken)).text == normalise(text).text


@pytest.mark.parametrize(
    "text",
    [
        """\
KLING Q2 REV 912M YUAN (EST. 860M); CEO: JULY 345M
KUAISHOU CUTS CAPEX PLAN TO 24B YUAN FROM 26B
KUAISHOU Q2 ADJ MARGIN 12.6% VS 16.0%, 10.0% IN Q1
KUAISHOU ADRS UP 4%""",
        """\
・快手の調整後赤字、72%縮小して13億元に、四半期で
・快手のDAU3億4700万人、前四半期比で180万人増
・快手、広告10.5%増、投げ銭は過去最高の86億元に""",
        """\
| Revenue | 35.6 | billion of yuan |
| Profit | 5.0 | billions of yuan |
| Margin | 14.0 | percent of all |""",
        """\
Revenue of all units     35,554     31,131
profit of all units      4,990      3,948
margins in percent         14.0       12.7""",
        """\
- revenue of the group rose by a tenth to 36
- profit of the group rose by a fifth to 12
- users of the app rose by some more to 4""",
        "One line.",
        "",
    ],
)
def test_lines_of_their_own_stay(text: str) -> None:
    normal = normalise(text)
    assert unwrapped(normalise(text)).text == normal.text


def test_figures_of_a_broken_text_lead_back_to_it() -> None:
    text = (
        "Keling, the video unit of Kuaishou, has\ntaken in more than 100 million yuan by Feb-\n"
        "ruary 2025, and its parent had revenue of\n35.6 billion yuan in the third quarter of\n"
        "2024, said the chief executive in Beijing."
    )
    found = Extractor().read(text, language="en", dated=date(2025, 3, 26))
    assert [(figure.entity, figure.period, text[figure.start : figure.end]) for figure in found] == [
        ("keling", "..2025-02", "more than 100 million yuan"),
        ("kuaishou", "2024-Q3", "35.6 billion yuan"),
    ]
    assert all(figure.quote in text for figure in found)
