"""What a language pack says of numbers: numerals, scales, currencies, units, fractions, bounds and the words between.

Words are written in lower case and match in any case; a word with a capital in it matches exactly as written.
A blank in a word stands for blanks or a line end. All values are strings, so that no binary float comes near them.
"""

from __future__ import annotations

import unicodedata
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

UnitKind = Literal["percent", "percentage_point", "discount", "times", "minutes", "count", "money"]
BoundWord = Literal["at_least", "at_most", "about", "exact", "none"]
#: A number that is not a quantity of anything: what it is instead.
Mark = Literal["year", "date", "time", "ordinal", "name", "code"]


def _word(word: str) -> str:
    folded = unicodedata.normalize("NFKC", word)
    if not folded.strip(" "):
        raise ValueError("a word must have at least one character other than a blank")
    return folded


def _value(text: object) -> Fraction:
    if not isinstance(text, str):
        raise ValueError('a value is written as a string, such as "1e6" or "1/3"')
    try:
        value = Fraction(text)
    except (ValueError, ZeroDivisionError):
        raise ValueError('a value is a decimal number or a fraction, such as "1e6" or "1/3"') from None
    return value


Word = Annotated[str, AfterValidator(_word)]
#: A list that has to hold at least one word: an empty alternation would match everywhere.
Words = Annotated[tuple[Word, ...], Field(min_length=1)]
Value = Annotated[Fraction, BeforeValidator(_value)]
#: A value, and the words that say it.
ByValue = dict[Value, Words]
#: ISO 4217 code, and the words that say it.
Code = Annotated[str, Field(pattern="^[A-Z]{3}$")]
ByCode = dict[Code, Words]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Numerals(_Section):
    """`[numbers]`: how digits are written and what the spelled numerals are worth."""

    #: The mark before decimals.
    decimal: Literal[".", ","]
    #: Marks between groups of three digits; a blank may be one of them.
    groups: tuple[Annotated[str, Field(min_length=1, max_length=1)], ...]
    #: The script sets no blanks between words: stray ones inside a numeral or a unit are passed over.
    compact: bool = False
    #: Numerals that are worth their value: added up (`twenty five`), or put side by side where `compact`.
    words: ByValue = Field(default_factory=dict)
    #: Of `words`, those that are articles too: they count only before a fraction, a scale or a unit.
    articles: tuple[Word, ...] = ()
    #: Multipliers within a thousand or ten thousand: hundred, 百.
    places: ByValue = Field(default_factory=dict)
    #: Places count by themselves (`千円`); elsewhere they need a number before them (`百元`).
    bare_places: bool = False
    #: A last digit in words counts tenths of the place or scale before it (`一亿五` is 150 million).
    last_tenths: bool = False
    #: Words for the decimal mark.
    points: tuple[Word, ...] = ()
    #: Words that add a half to the numeral before them (`個半`, `einhalb`).
    halves: tuple[Word, ...] = ()
    #: Words that may stand between the words of one numeral (`two hundred and five`).
    joiners: tuple[Word, ...] = ()
    #: Words before a place or scale without a number that leave it open how many (`数百万`, `几亿`).
    vague: tuple[Word, ...] = ()
    minus: Words
    plus: Words


class Scales(_Section):
    """`[scales]`: multipliers of a thousand and more."""

    words: ByValue
    #: Abbreviations that stand right after the digit (`150m`).
    glued: ByValue = Field(default_factory=dict)
    #: Letters right before an ISO 4217 code (`30 MUSD`).
    codes: ByValue = Field(default_factory=dict)


class Part(_Section):
    """A hundredth or tenth of a currency: `[[currencies.parts]]`."""

    words: Words
    of: Code
    factor: Value


class Currencies(_Section):
    """`[currencies]`: words and signs of money."""

    #: Locales of the Unicode CLDR whose names of all currencies are taken over (`zh_Hans`).
    locales: tuple[str, ...] = ()
    #: Words and signs before the number.
    before: ByCode
    #: Words and signs after the number.
    after: ByCode
    parts: tuple[Part, ...] = ()
    #: Of all these words, those that several currencies share (`元`, `$`): the code is then only the usual one.
    shared: tuple[Word, ...] = ()
    #: Names of the CLDR that are ordinary words too and are left out.
    ignored: tuple[Word, ...] = ()


class Units(_Section):
    """`[units]`: for each kind the words by what one of them is worth in the base unit."""

    after: dict[UnitKind, ByValue]
    before: dict[UnitKind, ByValue] = Field(default_factory=dict)
    #: Units after which one more digit stands for tenths (`3块5`).
    tenths: tuple[Word, ...] = ()
    #: Units and scales after which a half may stand, but no digit (`两倍半`, `33億半`).
    halved: tuple[Word, ...] = ()
    #: Words that may follow those tenths (`2割5分`).
    tenth_words: tuple[Word, ...] = ()
    #: Words after a unit that add half of it (`三成半`).
    halves: tuple[Word, ...] = ()
    #: Words for percent that are percentage points in a text that writes "%", too (`pct`).
    points: tuple[Word, ...] = ()


class Fractions(_Section):
    """`[fractions]`: parts of a whole; without a scale or a unit after them they are percent."""

    #: Parts that need a number or an article before them (`a third`).
    counted: ByValue = Field(default_factory=dict)
    #: Parts that stand alone (`half`).
    alone: ByValue = Field(default_factory=dict)
    #: Parts that count only before a scale or unit (`a quarter million`), since they are ordinary words elsewhere.
    scaled: ByValue = Field(default_factory=dict)
    #: Words between denominator and numerator, the denominator first (`三分之一`).
    over: tuple[Word, ...] = ()


class Fixed(_Section):
    """`[[fixed]]`: words that are a quantity by themselves (`doubled`, `mid-teens`); a final `*` takes any ending."""

    words: Words
    value: Value
    #: The upper end, where the words say a range.
    high: Value | None = None
    unit: Literal["percent", "percentage_point", "times", "minutes", "count"] | None = None
    bound: Literal["exact", "at_least", "at_most", "about"] = "exact"


class Bounds(_Section):
    """`[bounds]`: words that make a number a limit or an approximation."""

    #: Before the number; `none` lists longer words that only look like one of them.
    before: dict[BoundWord, Words]
    after: dict[BoundWord, Words]
    #: Between the number and its scale or unit (`30多亿`).
    inside: dict[BoundWord, Words] = Field(default_factory=dict)
    #: Units that say a bound themselves (`一个多点`).
    nouns: dict[BoundWord, Words] = Field(default_factory=dict)
    #: Verbs whose object, the next number of the clause, may come some words later.
    apart: dict[BoundWord, Words] = Field(default_factory=dict)
    #: Words passed over between a bound and the number, and between the unit and a bound after it.
    fillers_before: tuple[Word, ...] = ()
    fillers_after: tuple[Word, ...] = ()
    #: Definite articles: passed over before parts and multiples (`knapp das Doppelte`); before an amount they make
    #: the bound a comparison (`more than the 30 million of last year`).
    articles: tuple[Word, ...] = ()
    #: Behind these, which say what an amount is of, a word of `comparing` behind the amount compares with it
    #: (`前年同期の54.0%を上回る`) and sets no limit. Several words may end a compound (`Analystenschätzung von`).
    attributed: tuple[Word, ...] = ()
    comparing: tuple[Word, ...] = ()
    #: Words of comparison: where one stands before an amount, words of `more` behind it set no limit
    #: (`比去年的49亿元多六成`), unless one of `unmeasured` says that the amount is the difference (`比去年多了49亿多`).
    measured: tuple[Word, ...] = ()
    unmeasured: tuple[Word, ...] = ()
    more: tuple[Word, ...] = ()
    #: Before a number that is not the object of a verb of `apart`: the next one is (`überschritt mit 312,4 die 300`),
    #: or none (`exceeded that of last year by 17.3%`).
    beside: tuple[Word, ...] = ()
    margins: tuple[Word, ...] = ()
    #: Words that make an amount with an article a limit after all (`the 100 million mark`).
    marked: tuple[Word, ...] = ()
    #: Bounds that beside a price say which of several it is (`ab 66 Yuan`, 最高见): no limit of that one.
    superlatives: tuple[Word, ...] = ()
    #: After a number with its unit: the lower, middle or upper part of its decade (`1割台半ば`).
    decade: dict[Literal["low", "middle", "high"], Words] = Field(default_factory=dict)


class Links(_Section):
    """`[links]`: words between two numbers, and before the first."""

    #: The two are the ends of one range.
    range: Words
    #: After the second: the two are the ends of a range, even with a word before the first that says otherwise.
    spread: tuple[Word, ...] = ()
    #: The two are said side by side and share the last one's scale and unit.
    series: Words
    #: The two are the ends of a range where they are close: no more than one to two (`one or two points`).
    either: tuple[Word, ...] = ()
    #: The second is compared with the first and shares its scale and unit.
    versus: tuple[Word, ...] = ()
    #: Before the first number: what follows is a range whatever joins it.
    between: tuple[Word, ...] = ()
    #: Before the first number: by so much money, to so much; no range where both have a currency.
    step: tuple[Word, ...] = ()
    #: Before the first number: from one value to another, not a range, ...
    departure: tuple[Word, ...] = ()
    #: ... and after the second, where the language says so only there.
    arrival: tuple[Word, ...] = ()
    #: Links of `range` that change nothing even after a `departure` word (`von 5 bis 7`).
    spans: tuple[Word, ...] = ()
    #: Joins parts of one amount (`two dollars and three cents`).
    parts: tuple[Word, ...] = ()


class Marks(_Section):
    """`[marks]`: words beside numbers that are not quantities."""

    #: Ordinary words and names that hold a numeral (`一直`, `double-digit`): no number at all.
    words: tuple[Word, ...] = ()
    before: dict[Mark, Words] = Field(default_factory=dict)
    after: dict[Mark, Words] = Field(default_factory=dict)


class NumberSections(BaseModel):
    """The sections of a language file that `monitor.extractors.quantities` reads."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    numbers: Numerals
    scales: Scales
    currencies: Currencies
    units: Units
    fractions: Fractions = Fractions()
    fixed: tuple[Fixed, ...] = ()
    bounds: Bounds
    links: Links
    marks: Marks = Marks()


#: Codes in X stand for metals, baskets, funds and tests, except for the francs and dollars of monetary unions.
_PAYING = ("XAF", "XCD", "XCG", "XOF", "XPF")


@cache
def currency_names(locale: str) -> dict[str, str]:
    """Names of the world's currencies in `locale`, lower case, with their ISO code; the CLDR's, through Babel.

    The last word of a name is taken as well where no other currency ends in it (`naira`).
    """
    from babel import Locale

    found = Locale.parse(locale)
    names: dict[str, str] = {}
    last: dict[str, set[str]] = {}
    plurals = found._data["currency_names_plural"]
    for code in currency_codes():
        name = found.currencies.get(code, "")
        for form in {name, *dict(plurals.get(code, {})).values()}:
            if not form or "(" in form or any(c.isdigit() for c in form):
                continue
            names.setdefault(form.lower(), code)
            last.setdefault(form.lower().split(" ")[-1], set()).add(code)
    for word, codes in last.items():
        if len(codes) == 1 and len(word) > 1:
            names.setdefault(word, codes.pop())
    return names


@cache
def currency_codes() -> tuple[str, ...]:
    """The ISO 4217 codes of money in use or once in use; of the codes in X only those that pay."""
    from babel import Locale

    codes = map(str, Locale.parse("en").currencies)
    return tuple(code for code in codes if not code.startswith("X") or code in _PAYING)


def as_decimal(value: Fraction) -> Decimal:
    """The value as a decimal number; thirds and the like to 28 digits."""
    return Decimal(value.numerator) / Decimal(value.denominator)
