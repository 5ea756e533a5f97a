from __future__ import annotations

import json
from pathlib import Path

import pytest

from monitor.parse.language import detect_language

GOLD = sorted((Path(__file__).parents[3] / "shared" / "gold" / "dev").glob("*.json"))


@pytest.mark.parametrize(
    ("text", "declared", "expected"),
    [
        ("快手公布业绩,可灵收入超过3亿元", "", "zh-Hans"),
        ("快手公布業績,可靈收入超過3億元", "", "zh-Hant"),
        ("快手公布業績,可靈收入超過3億元", "zh-CN", "zh-Hant"),
        ("可霊の売上高は3億元を超えた", "", "ja"),
        ("快手の決算", "ja", "ja"),
        ("快手 Kling 3.0", "zh-HK", "zh-Hant"),
        ("Kling cashes in", "en", "en"),
        ("Kling-Umsatz", "de-DE", "de"),
        ("콰이쇼우가 발표했다", "", "ko"),
        ("12345", "ja", "ja"),
        ("", "", ""),
    ],
)
def test_a_text_is_in(text: str, declared: str, expected: str) -> None:
    assert detect_language(text, declared) == expected


@pytest.mark.skipif(not GOLD, reason="the articles stand in a folder beside the checkout, absent here")
def test_annotated_articles_are_told_apart() -> None:
    wrong = []
    for file in GOLD:
        article = json.loads(file.read_text("utf-8"))
        found = detect_language(f"{article['title']}\n{article['text']}")
        if found != article["lang"]:
            wrong.append((file.stem, found))
    assert wrong == []


def test_what_the_operator_declares_outranks_statistics() -> None:
    text = (
        "Kling, Kuaishou, Keling, Kolors, Kwai, Vidu, Hailuo, Runway, Pika, Luma, Sora, Veo, Jimeng, Wan, Hunyuan " * 3
    )
    assert detect_language(text, "de", sure=True) == "de"
    assert detect_language("可灵收入超过3亿元", "de", sure=True) == "zh-Hans"
