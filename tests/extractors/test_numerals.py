"""Numerals come back from how each language writes them."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from monitor.declarations.numbers import Fractions, NumberSections, currency_codes, currency_names
from monitor.declarations.numbers import Numerals as Section
from monitor.extractors.digits import DigitReader
from monitor.extractors.numerals import Numerals

LANGUAGES = Path(__file__).parents[2] / "monitor" / "languages"


@cache
def numerals(language: str) -> Numerals:
    read = tomllib.loads((LANGUAGES / f"{language}.toml").read_text(encoding="utf-8"))
    sections = {k: v for k, v in read.items() if k in NumberSections.model_fields}
    return Numerals(NumberSections.model_validate(sections))


def worth(language: str, run: str) -> list[Decimal]:
    return [piece.reading.low for piece in numerals(language).read(run)]


@pytest.mark.parametrize(
    ("marks", "text", "value", "kind"),
    [
        (".,", "1,234.5", "1234.5", ""),
        (".,", "1,5", "1.5", ""),
        (".,", "1.234.567", "1", "name"),
        (".,", "2.1.3", "2", "name"),
        (".,", "01024", "1024", "code"),
        (".,", "0.05", "0.05", ""),
        (",.", "1.234,5", "1234.5", ""),
        (",.", "1.234", "1234", ""),
        (",.", "2.5", "2.5", ""),
        (",.", "1,234.5", "1234.5", ""),
        (",.", "12.34.56", "12", "name"),
        (",.", "0.123", "0.123", ""),
    ],
)
def test_marks_of_digits(marks: str, text: str, value: str, kind: str) -> None:
    read = DigitReader(marks[0], marks[1]).read(text)
    assert (read.value, read.kind) == (Decimal(value), kind)


@given(st.integers(0, 10**15), st.integers(0, 3), st.sampled_from(["en", "de"]))
def test_printed_digits_come_back(number: int, decimals: int, language: str) -> None:
    value = Decimal(number).scaleb(-decimals)
    printed = f"{value:,.{decimals}f}"
    if language == "de":
        printed = printed.translate(str.maketrans(",.", ".,"))
    if language == "de" and decimals == 0 and len(printed) == 5 and printed[0] == "0":
        return
    assert worth(language, printed) == [value]


@given(st.integers(2, 10**7))
def test_a_run_of_digits_too_long_for_a_number_is_a_code(number: int) -> None:
    (piece,) = numerals("en").read(str(number) * 30)
    assert piece.reading.kind == "code"


ONES = "零一二三四五六七八九"


def chinese(number: int) -> str:
    """A number in Chinese numerals, as it is read aloud."""
    for scale, sign in ((10**8, "亿"), (10**4, "万")):
        if number >= scale:
            high, low = divmod(number, scale)
            gap = "零" if 0 < low < scale // 10 else ""
            return chinese(high) + sign + (gap + chinese(low) if low else "")
    text, zero = "", False
    for place, sign in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, place)
        if digit:
            text += ("零" if zero and text else "") + ONES[digit] + sign
        zero = not digit
    return text


@given(st.integers(1, 10**12 - 1))
def test_chinese_numerals_come_back(number: int) -> None:
    assert worth("zh", chinese(number)) == [number]
    assert worth("ja", chinese(number).replace("零", "").replace("亿", "億")) == [number]


TEENS = ["ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
ENGLISH = ["", *["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"], *TEENS]
TENS = ["", "", *["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]]


def english(number: int) -> str:
    for scale, word in ((10**9, "billion"), (10**6, "million"), (1000, "thousand"), (100, "hundred")):
        if number >= scale:
            high, low = divmod(number, scale)
            return f"{english(high)} {word}" + (f"{' and' if scale == 100 else ''} {english(low)}" if low else "")
    if number < 20:
        return ENGLISH[number]
    return TENS[number // 10] + (f"-{ENGLISH[number % 10]}" if number % 10 else "")


@given(st.integers(1, 10**11))
def test_english_numerals_come_back(number: int) -> None:
    assert worth("en", english(number)) == [number]


GERMAN = ("", "ein", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwölf")
GERMAN += tuple(f"{stem}zehn" for stem in ("drei", "vier", "fünf", "sech", "sieb", "acht", "neun"))
GERMAN_TENS = ("", "", "zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig")


def german(number: int) -> str:
    for scale, word in ((10**6, " Millionen "), (1000, "tausend"), (100, "hundert")):
        if number >= scale:
            high, low = divmod(number, scale)
            # Alone at the end it is `eins`: "fünf Millionen ein" is five million and a prefix of a verb.
            rest = "eins" if low == 1 else german(low) if low else ""
            return f"{german(high)}{word}{rest}".strip()
    if number < 20:
        return GERMAN[number]
    ones = f"{GERMAN[number % 10]}und" if number % 10 else ""
    return ones + GERMAN_TENS[number // 10]


@given(st.integers(2, 10**9))
def test_german_numerals_come_back(number: int) -> None:
    assert worth("de", german(number).lower()) == [number]


@pytest.mark.parametrize(
    ("language", "run", "values"),
    [
        ("zh", "2024一", ["2024", "1"]),
        ("zh", "1.5万一", ["15000", "1"]),
        ("zh", "二〇二五", ["2025"]),
        ("zh", "拾万零五十六点叁叁", ["100056.33"]),
        ("zh", "两万亿", ["2000000000000"]),
        ("ja", "1万5000", ["15000"]),
        ("en", "two and a half million", ["2500000"]),
        ("en", "two and three", ["2", "3"]),
        ("en", "21⁄2 million", ["2500000"]),
        ("de", "viertelmilliarde", ["250000000"]),
        ("de", "dreieinhalb", ["3.5"]),
    ],
)
def test_runs_are_cut_into_numerals(language: str, run: str, values: list[str]) -> None:
    assert worth(language, run) == [Decimal(value) for value in values]


def test_scales_without_end_are_no_number_without_end() -> None:
    assert all(piece.reading.low < Decimal("1e60") for piece in numerals("zh").read("一" + "兆" * 5000))


@pytest.mark.parametrize(
    ("text", "said"),
    [("one half", "a value is a decimal number or a fraction"), ("1/0", "a value is a decimal number or a fraction")],
)
def test_a_value_that_is_none_is_refused(text: str, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Fractions.model_validate({"counted": {text: ["half"]}})


def test_an_empty_word_is_refused() -> None:
    with pytest.raises(ValidationError, match="at least one character"):
        Section.model_validate({"decimal": ".", "groups": [","], "minus": [" "], "plus": ["+"]})


def test_currencies_come_from_the_cldr() -> None:
    assert "CNY" in currency_codes()
    assert "XAU" not in currency_codes()
    assert currency_names("de")["hongkong-dollar"] == "HKD"
    assert currency_names("en")["naira"] == "NGN"
