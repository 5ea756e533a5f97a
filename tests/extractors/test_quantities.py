"""Numbers are read as written, in each language, and never trip over a text."""

from __future__ import annotations

import tomllib
import unicodedata
from decimal import Decimal
from functools import cache
from itertools import product
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.declarations.numbers import NumberSections
from monitor.extractors.normal import normalise
from monitor.extractors.quantities import Numbers, Quantity, read_quantities

LANGUAGES = Path(__file__).parents[2] / "monitor" / "languages"
CASES = Path(__file__).parent / "quantities"
CODES = sorted(path.stem for path in CASES.glob("*.toml"))
FULL_WIDTH = {code: code + 0xFEE0 for code in range(ord("!"), ord("~") + 1)}


@cache
def pack(language: str) -> NumberSections:
    read = tomllib.loads((LANGUAGES / f"{language}.toml").read_text(encoding="utf-8"))
    return NumberSections.model_validate({k: v for k, v in read.items() if k in NumberSections.model_fields})


@cache
def numbers(language: str) -> Numbers:
    return Numbers(pack(language))


def cases() -> list[Any]:
    params = []
    for language in CODES:
        for case in tomllib.loads((CASES / f"{language}.toml").read_text(encoding="utf-8"))["case"]:
            params.append(pytest.param(language, case["text"], case["want"], id=f"{language}:{case['text'][:30]}"))
    return params


def row(text: str, quantity: Quantity) -> tuple[str, Any, str, str]:
    return text[quantity.start : quantity.end], quantity.value, quantity.unit or "", quantity.bound


def wanted(said: str, value: str, unit: str = "", bound: str = "exact") -> tuple[str, Any, str, str]:
    low, _, high = value.partition("..")
    return said, (Decimal(low), Decimal(high)) if high else Decimal(low), unit, bound


@pytest.mark.parametrize(("language", "text", "want"), cases())
def test_numbers_are_read_as_written(language: str, text: str, want: list[list[str]]) -> None:
    found = [row(text, q) for q in read_quantities(text, numbers(language)) if q.kind == "number"]
    assert found == [wanted(*each) for each in want]


def only(language: str, text: str) -> Quantity:
    (quantity,) = read_quantities(text, numbers(language))
    return quantity


def test_what_is_no_amount_is_kept_with_its_kind() -> None:
    text = "On 14 March 2024 at 9:30 Model V3 ranked No. 4 (0700.HK); 2023-11-02, the 5th"
    kinds = [(text[q.number_start : q.number_end], q.kind) for q in read_quantities(text, numbers("en"))]
    assert kinds == [
        ("14", "date"), ("2024", "year"), ("9:30", "time"), ("3", "name"), ("4", "ordinal"), ("0700.HK", "code"),
        ("2023-11-02", "date"), ("5", "ordinal"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("language", "text", "unit", "stated"),
    [
        ("zh", "3亿元", "CNY", False),
        ("zh", "3亿元人民币", "CNY", True),
        ("zh", "3亿港元", "HKD", True),
        ("en", "$3", "USD", False),
        ("en", "US$3", "USD", True),
        ("de", "3 Dollar", "USD", False),
        ("ja", "3ドル", "USD", False),
        ("ja", "3米ドル", "USD", True),
    ],
)
def test_a_shared_currency_is_not_stated(language: str, text: str, unit: str, stated: bool) -> None:
    quantity = only(language, text)
    assert (quantity.unit, quantity.currency_stated) == (unit, stated)


def test_shared_words_of_money_can_be_given_another_code() -> None:
    (quantity,) = Numbers(pack("zh"), shared={"元": "HKD"}).read("目标价95元")
    assert quantity.unit == "HKD"
    assert not quantity.currency_stated


@pytest.mark.parametrize(
    ("language", "text", "resolution"),
    [
        ("zh", "3.25亿元", "1000000"),
        ("en", "12.5%", "0.1"),
        ("de", "1.269 Mio.", "1000000"),
        ("ja", "1億5,000万元", "10000"),
    ],
)
def test_resolution_is_the_place_of_the_last_digit(language: str, text: str, resolution: str) -> None:
    assert only(language, text).resolution == Decimal(resolution)


def test_signs_brackets_and_shared_units_are_told() -> None:
    first, second, third = read_quantities("(1,250); 310 and 275 million yuan", numbers("en"))
    assert (first.sign, first.value) == ("(", Decimal(1250))
    assert (second.inherited, second.scaled, second.noun) == (True, True, "yuan")
    assert not third.inherited
    assert only("en", "twenty yuan").spelled


@cache
def vocabulary(language: str) -> list[str]:
    """Everything that a pack says, to be put together at random."""

    def words(part: object) -> list[str]:
        if isinstance(part, str):
            return [part.removesuffix("*")]
        if isinstance(part, dict):
            return [word for value in part.values() for word in words(value)]
        if isinstance(part, list | tuple | set | frozenset):
            return [word for value in part for word in words(value)]
        return []

    said = words(pack(language).model_dump())
    return [
        *said,
        *"0123456789",
        "2024",
        "1.5",
        "3,000",
        "½",
        "①",
        "%",
        "(",
        ")",
        "-",
        "~",
        " ",
        "\n",
        ".",
        ",",
        "/",
        "\u200b",
        "\udc80",
        "İ",
    ]


def texts(language: str) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(vocabulary(language)), max_size=25).map("".join)


@pytest.mark.parametrize("language", CODES)
def test_every_word_beside_a_numeral_is_read(language: str) -> None:
    own = pack(language)
    numerals = ["30", "1.5", *(listed[0] for listed in (*own.numbers.words.values(), *own.scales.words.values()))][::3]
    small = [*own.numbers.halves, *own.numbers.points, *own.numbers.joiners, *own.numbers.vague, *own.fractions.over]
    small += [word for listed in own.bounds.inside.values() for word in listed]
    for numeral, word, blank in product(numerals, small, ("", " ")):
        for text in (blank.join((numeral, word)), blank.join((numeral, word, numeral)), blank.join((word, numeral))):
            said = f"{text} people"
            assert all(q.start < q.end <= len(said) for q in read_quantities(said, numbers(language)))


@pytest.mark.parametrize("language", CODES)
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_text_is_read_with_spans_in_order_inside_it(language: str, data: st.DataObject) -> None:
    text = data.draw(texts(language) | st.text(max_size=60))
    end = 0
    for quantity in read_quantities(text, numbers(language)):
        assert end <= quantity.start < quantity.end <= len(text)
        assert quantity.start <= quantity.number_start < quantity.number_end <= quantity.end
        end = quantity.end
        if isinstance(quantity.value, tuple):
            assert quantity.value[0] <= quantity.value[1]
            assert quantity.bound == "range" or quantity.kind != "number"


@pytest.mark.parametrize("language", CODES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_equivalent_characters_read_alike(language: str, data: st.DataObject) -> None:
    text = data.draw(texts(language))
    reader = numbers(language)
    folded = normalise(unicodedata.normalize("NFKC", text)).text
    assert reader.read(normalise(text).text) == reader.read(folded)
    wide = normalise(text).text
    assert reader.read(normalise(wide.translate(FULL_WIDTH)).text) == reader.read(wide)


@pytest.mark.parametrize("language", CODES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_what_was_read_before_changes_nothing(language: str, data: st.DataObject) -> None:
    text = normalise(data.draw(texts(language))).text
    reader = numbers(language)
    reader.forget()
    fresh = reader.read(text)
    assert reader.read(text) == fresh
    reader.read(f"{text} {text}")
    assert reader.read(text) == fresh
    # Parts of it were read before, and with them places that are followed or preceded by something else.
    reader.forget()
    cut = data.draw(st.integers(0, len(text)))
    reader.read(text[:cut])
    reader.read(text[cut:])
    assert reader.read(text) == fresh


def test_how_far_a_place_reaches_back_is_part_of_it() -> None:
    reader = numbers("en")
    reader.forget()
    apart, glued = "nt$ zero", "short ofnt$ zero"
    fresh = reader.read(glued)
    reader.forget()
    assert [quantity.unit for quantity in reader.read(apart)] == ["TWD"]
    assert reader.read(glued) == fresh


def test_what_follows_a_place_is_part_of_it() -> None:
    reader = numbers("de")
    reader.forget()
    alone, ranged = "die KI ein Traum", "die KI ein bis zwei Punkte"
    first = [reader.read(text) for text in (alone, ranged)]
    assert first == [reader.read(text) for text in (alone, ranged)]
    assert [quantity.value for quantity in first[1]] == [(1, 2)]
    # Where the text ends early, a place takes more of the same characters.
    reader = numbers("en")
    reader.forget()
    fresh = reader.read("more than three-quartersminus")
    reader.forget()
    reader.read("more than three-q")
    assert reader.read("more than three-quartersminus") == fresh


NASTY = [
    "1",
    "1 ",
    "1,",
    "1.",
    "1-",
    "1 000 ",
    "1 111",
    "1:1",
    "2024-01-",
    "1.2.3.4.",
    "1⁄2",
    "½",
    "%",
    "(",
    "\n",
    " ",
    "$",
    "US$",
    "RMB ",
    "about ",
    "über ",
    "約",
    "超过",
    "1% to ",
    "从1%到",
    "一",
    "一百",
    "兆",
    "万亿",
    "点",
    "一点",
    "十分之",
    "百分之",
    "twenty ",
    "and ",
    "hundred and ",
    "ein",
    "und",
    "fünfund",
    "verdoppelt",
    "exceeded ",
    "überstiegen ",
    "99999999999999999999999999999999999999999999999999 ",
]


@pytest.mark.parametrize("language", CODES)
def test_time_is_linear_in_the_length_of_the_text(language: str) -> None:
    reader = numbers(language)

    def spent(text: str) -> float:
        begin = process_time()
        reader.read(text)
        return process_time() - begin

    for piece in NASTY:
        short, long = piece * (4_000 // len(piece)), piece * (32_000 // len(piece))
        # Eight times the text: 8 where time is linear, 64 where it grows with the square. Best of three, since the
        # machine has other things to do.
        for _ in range(3):
            few, many = spent(short), spent(long)
            if many < max(24 * few, 0.05):
                break
        else:
            pytest.fail(f"{piece!r}: {few:.3f} s for {len(short)}, {many:.3f} s for {len(long)}")
