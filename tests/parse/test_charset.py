from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import ParseError
from monitor.parse.charset import decode, mojibake

CHINESE = "快手公布第三季度业绩,可灵AI收入超过3亿元,同比增长,管理层表示会继续投入视频生成模型的研发。"
TRADITIONAL = "快手公布第三季度業績,可靈AI收入超過3億元,管理層表示會繼續投入視頻生成模型的研發。"
JAPANESE = "快手が発表した決算によると、動画生成AI「可霊」の売上高は3億元を超えた。"
GERMAN = "Für Kling stiegen die Umsätze über das Jahr hinweg; größere Beträge überraschten."

TEXTS = [
    (CHINESE, "gb18030"),
    (CHINESE, "gbk"),
    (TRADITIONAL, "big5"),
    (JAPANESE, "shift_jis"),
    (JAPANESE, "euc_jp"),
    (JAPANESE, "iso2022_jp"),
    (GERMAN, "cp1252"),
    (CHINESE, "utf-8"),
    (CHINESE, "utf-16"),
]


@pytest.mark.parametrize(("text", "codec"), TEXTS, ids=[codec for _, codec in TEXTS])
def test_what_nobody_declares_is_detected(text: str, codec: str) -> None:
    assert decode(text.encode(codec))[0].lstrip("\ufeff") == text


@pytest.mark.parametrize(
    ("text", "codec", "declared"),
    [
        (CHINESE, "gb18030", "utf-8"),
        (CHINESE, "gbk", "gb2312"),
        (CHINESE, "utf-8", "iso-8859-1"),
        (CHINESE, "utf-8", "gbk"),
        (TRADITIONAL, "big5", "utf-8"),
        (JAPANESE, "cp932", "euc-jp"),
        (JAPANESE, "utf-8", "shift_jis"),
        (GERMAN, "utf-8", "iso-8859-1"),
        (GERMAN, "cp1252", "utf-8"),
        (CHINESE, "gb18030", "x-unknown"),
    ],
)
@pytest.mark.parametrize("where", ["http", "meta"])
def test_a_wrong_declaration_does_not_spoil_the_text(text: str, codec: str, declared: str, where: str) -> None:
    page = f'<html><head><meta charset="{declared if where == "meta" else ""}"></head><body>{text}</body></html>'
    headers = {"Content-Type": f"text/html; charset={declared}"} if where == "http" else {}
    assert text in decode(page.encode(codec), headers)[0]


def test_mojibake_that_was_there_before_fails_loudly() -> None:
    spoiled = CHINESE.encode().decode("cp1252", "replace")
    assert mojibake(spoiled)
    with pytest.raises(ParseError, match="charset"):
        decode(bytes(range(128, 256)) * 40)


@settings(deadline=None)
@given(st.text(st.characters(codec="gb18030", exclude_categories=("Cs", "Cc", "Co", "Cn")), max_size=200))
def test_utf8_comes_back(text: str) -> None:
    assert decode(("可灵收入超过" + text).encode())[0] == "可灵收入超过" + text


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_text_or_an_error_of_ours(body: bytes) -> None:
    try:
        text, _ = decode(body)
    except ParseError:
        return
    assert isinstance(text, str)
