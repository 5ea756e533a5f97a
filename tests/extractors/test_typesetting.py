"""What is set for the eye alone is not read: emphasis, marks of notes, blanks between scripts."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.extractors import Extractor
from monitor.extractors.normal import normalise
from monitor.extractors.typesetting import plain


@pytest.mark.parametrize(
    ("text", "compact", "want"),
    [
        ("rose to **300 million** yuan", False, "rose to 300 million yuan"),
        ("**Kling**'s **revenue** rose", False, "Kling's revenue rose"),
        ("rose to *300 million* yuan, _up_ by 5%*", False, "rose to 300 million yuan, up by 5%*"),
        ('<b>300</b> million <a href="x">yuan</a>, 1 < 2 > 0', False, "300 million yuan, 1 < 2 > 0"),
        (
            '<tr class="x"><td>Pro</td><td>$6.99</td></tr>\n<p>3 < 4<br/>and</p><ul><li>a</li></ul>',
            False,
            "\n|Pro|$6.99\n\n3 < 4\nand\na",
        ),
        ("300&nbsp;million &amp; more, R&D; A&B&#13;", False, "300 million & more, R&D; A&B&#13;"),
        ("* profit* and EBITDA* of snake_case_names", False, "* profit* and EBITDA* of snake_case_names"),
        ("2 ** 3 and ** 4", False, "2 ** 3 and ** 4"),
        ("by a third.[1][2] Kling too[13], said", False, "by a third. Kling too, said"),
        (
            "by half the revenue.¹ Costs: see No.1 In all, 3.5",
            False,
            "by half the revenue. Costs: see No.1 In all, 3.5",
        ),
        ("revenue of [35] billion, see [4]", False, "revenue of [35] billion, see [4]"),
        ("- up 14% [5][32] - profit [32]\n- of [35] billion [7] [8].", False, "- up 14% - profit\n- of [35] billion."),
        ("净额(1)升、EBITDA ( 2 )跌、GMV(3)平", True, "净额升、EBITDA跌、GMV平"),
        ("only one(1) of them, and (2) two", False, "only one(1) of them, and (2) two"),
        ("上調(diào)目標(biāo)價(jià)2%、(rmb)", True, "上調目標價2%、(rmb)"),
        ("$快手-W (01024.HK)$於11日、$9 (2)", True, "快手-W (01024.HK)於11日、$9 (2)"),
        ("RMB403 .9 billion, .5 of it", False, "RMB403.9 billion, .5 of it"),
        ("36・6%増、3・2倍、34・2%", True, "36.6%増、3.2倍、34.2%"),
        ("1・2位、3・4%", True, "1・2位、3・4%"),
        ("収入は 355 億元で、前年 7〜9 月期の 311 億元", True, "収入は355億元で、前年7〜9月期の311億元"),
        ("売上高 355 億元 伸び 14%", False, "売上高 355 億元 伸び 14%"),
        ("営業の収入は355億元。可霊は 3億元", True, "営業の収入は355億元。可霊は 3億元"),
        ("収入 355 311 増\n利益 50 39 増", True, "収入 355 311 増\n利益 50 39 増"),
    ],
)
def test_such_signs_are_left_out(text: str, compact: bool, want: str) -> None:
    assert plain(normalise(text), compact=compact).text == want


@given(st.text("*a1[]. 収\n_<b>", max_size=40), st.booleans())
def test_nothing_else_is_left_out(text: str, compact: bool) -> None:
    normal = normalise(text)
    left = plain(normal, compact=compact)
    rest = iter(normal.text)
    assert all(char in rest for char in left.text)
    assert left.text.count("\n") == normal.text.count("\n")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("**Kling** of Kuaishou had **revenue** of more than **300 million** yuan in Q3.[1] Costs rose.", "en"),
        ("快手 2025 年第 3 季度财报：可灵 AI 收入超过 3 亿元。[2]成本也在上升。", "zh-Hans"),
        ("快手の動画生成 AI「可霊」の 2025 年 7〜9 月期の売上高は 3 億元を超えた。", "ja"),
        ("**Kling** von Kuaishou setzte im dritten Quartal mehr als **300 Millionen** Yuan um.[3]", "de"),
    ],
)
def test_figures_lead_back_to_the_text_as_it_was(text: str, language: str) -> None:
    (figure,) = Extractor().read(text, language=language, dated=date(2025, 11, 20))
    assert (figure.entity, figure.metric, figure.value, figure.bound) == ("keling", "revenue", 300_000_000, "at_least")
    assert figure.period == "2025-Q3"
    assert figure.quote in text
    assert "3" in text[figure.start : figure.end]
