"""Items that stand in one line get a line each; dashes, spans and negative numbers stay."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.extractors.itemizing import itemized


@pytest.mark.parametrize(
    ("text", "compact", "want"),
    [
        ("要点 - 收入355亿元 - 利润50亿元 - 指引不变", True, "要点\n- 收入355亿元\n- 利润50亿元\n- 指引不变"),
        ("24 - 25年1272亿，增长 - 6% - 直播平 - 广告增", True, "24 - 25年1272亿，增长 - 6%\n- 直播平\n- 广告增"),
        ("业绩 - 2025年收入增长 - 24Q4日活4亿", True, "业绩\n- 2025年收入增长\n- 24Q4日活4亿"),
        ("Kling * Sales 5m * Users 60m * Profit none", False, "Kling\n* Sales 5m\n* Users 60m\n* Profit none"),
        ("可灵 - 快手的产品", True, "可灵 - 快手的产品"),
        ("Kuaishou - China's No. 2 - says - as it did - that Kling grew", False, None),
        ("Kuaishou - China's No. 2 - Kling's owner", False, None),
        ("5 * 3 * 2 * 1", False, None),
        ("- one\n- two\n- three", False, None),
    ],
)  # fmt: skip
def test_items_get_lines(text: str, compact: bool, want: str | None) -> None:
    assert itemized(text, compact=compact) == (want or text)


@given(st.text("-*• aA1年\n", max_size=60), st.booleans())
def test_nothing_moves(text: str, compact: bool) -> None:
    told = itemized(text, compact=compact)
    assert len(told) == len(text)
    assert all(one == other or (one == " " and other == "\n") for one, other in zip(text, told, strict=True))
