"""Near-duplicate texts, and texts that only sound alike."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path

import pytest

from storage.sameness import bands_of, overlap, sketch_of

BODY = (
    "快手科技周三公布第三季度业绩,总收入同比增长14.2%至人民币356亿元,经调整净利润50亿元。"
    "可灵AI当季收入超过3亿元,环比增长约两成,全球用户超过4500万,服务企业客户超过2万家。"
    "管理层在电话会上表示,今年将继续投入视频生成模型的研发,资本开支约120亿元,明年还会增加。"
)


def similarity(one: str, other: str) -> float:
    first, second = sketch_of(one), sketch_of(other)
    assert first is not None
    assert second is not None
    return overlap(first, second)


@pytest.mark.parametrize(
    ("words", "repost"),
    [
        (BODY, True),
        (BODY.replace(",", ", ").replace("。", "。\n\n"), True),
        (f"(转载自快讯){BODY}编辑:某某", True),
        (BODY[: len(BODY) * 9 // 10], True),
        (BODY[: len(BODY) // 2] + "市场人士认为,这一数字高于预期,股价次日上涨近百分之五,成交额居港股前列。" * 3, False),
    ],
    ids=["same", "other blanks", "a line before and after", "cut off", "half of it is its own"],
)
def test_reposts(words: str, repost: bool) -> None:
    assert (similarity(BODY, words) >= 0.75) == repost


def test_reposts_share_a_band() -> None:
    first, second = sketch_of(BODY), sketch_of(f"(转载){BODY}")
    assert first is not None
    assert second is not None
    assert {*bands_of(first)} & {*bands_of(second)}


def test_short_texts_have_no_sketch() -> None:
    assert sketch_of("") is None
    assert sketch_of("可灵收入超3亿元" * 3) is None


def test_a_sketch_is_the_same_in_every_process() -> None:
    sketch = sketch_of(BODY)
    assert sketch is not None
    # Sketches are kept: another value here means that old ledgers find no reposts any more.
    assert bands_of(sketch)[:2] == (31266751518427045, 25448333508080326)


def test_different_articles_are_no_reposts() -> None:
    folder = Path(__file__).parents[1] / "eval" / "gold"
    texts = [json.loads(file.read_text("utf-8"))["text"] for file in sorted(folder.glob("*.json"))[:60]]
    sketches = [sketch for text in texts if (sketch := sketch_of(text)) is not None]
    assert [pair for pair in combinations(sketches, 2) if overlap(*pair) >= 0.75] == []
