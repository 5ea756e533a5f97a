"""What a text names."""

from __future__ import annotations

import pytest

from monitor.declarations.languages import language
from monitor.declarations.metrics import metrics
from monitor.declarations.watchlists import watched, watchlist
from monitor.errors import ConfigError
from monitor.extractors.mentions import Mention, Reader

READERS = {
    code: Reader(
        language(code),
        code,
        metrics=metrics(),
        entities=watched(["kuaishou"]),
        others=watchlist("kuaishou").others.names,
    )
    for code in ("zh", "en", "de")
}


def told(text: str, mentions: tuple[Mention, ...]) -> list[tuple[str, str]]:
    return [(text[m.start : m.end], m.meanings[0].id or m.meanings[0].kind) for m in mentions]


@pytest.mark.parametrize(
    ("code", "text", "expected"),
    [
        ("en", "Kuaishou and Tencent", [("Kuaishou", "kuaishou"), ("Tencent", "other")]),
        ("en", "a Klingon sang", []),
        ("zh", "可灵AI属于快手，快手菜不算", [("可灵AI", "keling"), ("快手", "kuaishou")]),
        ("zh", "可 灵 AI 的收入", [("可 灵 AI", "keling")]),
        ("zh", "快手(1024)跌，远山光纤(6869)升", [
            ("快手", "kuaishou"), ("1024", "kuaishou"), ("远山光纤(6869)", "other"),
        ]),
        ("en", "Kuaishou (1024.HK) and Far Hills Fibre (6869.HK)", [
            ("Kuaishou", "kuaishou"), ("1024.HK", "kuaishou"), ("Far Hills Fibre (6869.HK)", "other"),
        ]),
        ("de", "Kuaishou-Aktie und Kling-Umsatz", [("Kuaishou", "kuaishou"), ("Kling", "keling")]),
    ],
)  # fmt: skip
def test_subjects(code: str, text: str, expected: list[tuple[str, str]]) -> None:
    assert told(text, READERS[code].read(text).subjects) == expected


def test_the_longest_term_wins() -> None:
    text = "adjusted net profit margin and net profit"
    found = told(text, READERS["en"].read(text).metrics)
    assert found == [("adjusted net profit margin", "adjusted_net_margin"), ("net profit", "net_profit")]


def test_words_stand_between_their_ends() -> None:
    text = "ads, not leads or roads"
    assert told(text, READERS["en"].read(text).metrics) == [("ads", "online_marketing_revenue")]


def test_compounds_end_in_a_term() -> None:
    text = "Der Konzernumsatz und der Umsatz"
    found = told(text, READERS["de"].read(text).metrics)
    assert found == [("Konzernumsatz", "revenue"), ("Umsatz", "revenue")]


def test_a_direction_inside_of_a_term_says_nothing() -> None:
    assert READERS["zh"].read("增收").directions
    found = READERS["zh"].read("升幅收窄")
    assert told("升幅收窄", found.metrics) == [("升幅收窄", "share_price")]
    assert not found.directions


def test_a_word_is_known_in_both_spellings() -> None:
    text = "可靈付費會員創作者,商湯除外"
    found = READERS["zh"].read(text)
    assert told(text, found.subjects) == [("可靈", "keling"), ("商湯", "other")]
    assert told(text, found.metrics) == [("付費會員", "paying_users"), ("創作者", "users")]
    assert "計劃" in language("zh").cues["guidance"]
    assert "计划" in language("zh").cues["guidance"]


def test_a_family_stands_for_each_of_its_words() -> None:
    text = "Der bereinigte Quartalsverlust, bereinigten Nettogewinns und der angepasste Überschuss"
    assert [name for _, name in told(text, READERS["de"].read(text).metrics)] == ["adjusted_net_profit"] * 3


def test_an_unknown_family_is_an_error() -> None:
    pack = language("de").model_copy(update={"families": {}})
    with pytest.raises(ConfigError, match=r"families: expected one named \w+"):
        Reader(pack, "de", metrics=metrics(), entities=(), others=())
