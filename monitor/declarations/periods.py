"""What a language pack says of time: months, quarters, relative days and the words between them.

Words are templates in lower case and match in any case. A slot stands for a number: `{cardinal}` (digits or spelled),
`{ordinal}`, `{digit}` (digits alone), `{year}` (2025), `{numerals}` (二〇二五), `{yy}` (25), `{era}` (令和7), `{month}`
and `{day}` (digits), `{name}` for a month's name, `{weekday}` for a day's. Where there are two, the first is `{from}`
before a cardinal, `{earlier}` before an ordinal, `{first}` before a day, `{fromyear}` or `{fromyy}` before a year
(`{fromyy}-{yy}`: 24-25), with `{thenyy}` between two (`{fromyear}/{thenyy}/{yy}`: 2025/26/27). A template may end in
`=n`: the number that it means without saying it (`half-year=6`).
"""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

#: Meanings that need no further word: what a template under this key says.
_PLAIN = {
    # With one number in the template.
    "quarter",  # the nth quarter of a year
    "half",  # the nth half
    "month",  # the nth month
    "months",  # the first n months, or from one month to another where `{from}` is there
    "quarters",  # the first n quarters
    "nth",  # the nth of what was said before, quarter or half, where no noun follows
    "length",  # n months that some date ends
    "days",  # the last n days
    "sessions",  # the last n trading days
    "ago",  # n months ago
    "later",  # n months after the time said before
    "past",  # the last n months up to now
    "prior quarters",  # the n quarters before
    "past quarters",  # the last n quarters that are reported
    "past years",  # the last n years that are over
    # Without a number, or with the slots of a date.
    "date",  # what its slots say
    # The same of a period that is expected (FY25E).
    "estimate",
    "estimate quarter",
    "estimate half",
    "weekday",
    "year",  # the noun that makes a year of the words beside it (full year)
    "year start",
    "year end",
    "same",  # the same period, of a year said beside it
    "that day",  # the day said before
    "that year",  # the year said before; beside a part of a year that part of it
    "that time",  # the time said before
    "day after",  # the day after the one said before
    "now",
    "since launch",
    "year to date",
    "cumulative",
    "rate daily",
    "rate monthly",
    "rate annualized",
    # The period that the article reports, or the part of it that the word names.
    "own period",
    "own year",
    "own half",
    "own quarter",
    "own month",
    "own period end",
    "own quarter end",
    # The base that a figure is compared with: the same period a year before, the one before.
    "base year",
    "base quarter",
    "base month",
}
#: Units away from the day of publication: `year-1` is last year, `quarter+0` the current quarter.
_RELATIVE = re.compile(r"(?:year|half|quarter|month|week|day)[+-][0-9]")

_SLOT = re.compile(r"\{([a-z]*)\}")
#: Slots that are spelled out into words, and those that stay patterns of digits.
SPELLED = frozenset({"cardinal", "ordinal", "digit", "from", "earlier", "name", "weekday"})
OPEN = frozenset({"year", "numerals", "yy", "era", "month", "first", "day", "fromyear", "fromyy", "thenyy"})
SLOTS = SPELLED | OPEN


def _template(word: str) -> str:
    folded = unicodedata.normalize("NFKC", word)
    if not folded.strip(" "):
        raise ValueError("a word must have at least one character other than a blank")
    if folded != folded.lower():
        raise ValueError("a word of time is written in lower case; it matches in any case")
    unknown = sorted({slot for slot in _SLOT.findall(folded) if slot not in SLOTS})
    if unknown or re.search(r"[{}]", _SLOT.sub("", folded)):
        raise ValueError(f"slots are {', '.join(sorted(SLOTS))} in braces")
    return folded


def _meaning(key: str) -> str:
    if key not in _PLAIN and not _RELATIVE.fullmatch(key):
        raise ValueError(f"a meaning is one of {', '.join(sorted(_PLAIN))}, or a unit away from today such as 'year-1'")
    return key


def _particle(word: str) -> str:
    return unicodedata.normalize("NFKC", word).lower()


Template = Annotated[str, AfterValidator(_template)]
Templates = Annotated[tuple[Template, ...], Field(min_length=1)]
Meaning = Annotated[str, AfterValidator(_meaning)]
#: A word, or nothing at all where two words of time stand side by side.
Particle = Annotated[str, AfterValidator(_particle)]
Particles = tuple[Particle, ...]

#: What a word beside a time does to it. `until`: up to its end. `since`: from it on. `between`: to the one after "and".
#: `against`: what is said is compared with it.
#: `end`, `start`, `middle`: that part of it. `next`, `last`: the coming or the one before. `earlier`: it and all
#: before. `refuse`: no time at all. `filler`: nothing.
Beside = Literal[
    "until", "since", "between", "against", "end", "start", "middle", "next", "last", "earlier", "refuse", "filler"
]
#: What stands between two times. `of`: they are one time. `comma`: the same between a day and its year. `range`: the
#: ends of a span. `and`: they are listed. `ended`: a length and the date that ends it.
Between = Literal["of", "comma", "range", "and", "ended"]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PeriodWords(_Section):
    """`[periods]`: how a language speaks of time."""

    #: The script sets no blanks between words: blanks beside digits are passed over.
    compact: bool = False
    #: Characters for 0 to 9 in years that are spelled digit by digit; several strings where there are several.
    numerals: tuple[Annotated[str, Field(min_length=10, max_length=10)], ...] = ()
    #: The year before the first of an era, by its name: 令和 is 2018.
    eras: dict[Particle, int] = Field(default_factory=dict)
    #: Words that count only with a capital: the month May.
    capitals: tuple[Particle, ...] = ()
    #: Words for 1 to 12 and more; digits need no mention.
    cardinals: dict[int, Templates] = Field(default_factory=dict)
    ordinals: dict[int, Templates] = Field(default_factory=dict)
    #: Names of the months, 1 to 12.
    months: dict[Annotated[int, Field(ge=1, le=12)], Templates] = Field(default_factory=dict)
    #: Names of the days of the week, Monday is 1.
    weekdays: dict[Annotated[int, Field(ge=1, le=7)], Templates] = Field(default_factory=dict)
    #: Templates by what they mean.
    says: dict[Meaning, Templates]
    before: dict[Beside, Particles] = Field(default_factory=dict)
    after: dict[Beside, Particles] = Field(default_factory=dict)
    between: dict[Between, Particles] = Field(default_factory=dict)
    #: Words that may follow an `nth` without being its noun.
    followers: Particles = ()
    #: Marks after which a new sentence begins, where they are not followed by a digit.
    stops: str = ".!?"

    @model_validator(mode="after")
    def _numbered(self) -> Self:
        needy = "quarter", "half", "month", "months", "quarters", "length", "days", "sessions", "ago", "later", "past"
        for key in (*needy, "prior quarters", "past quarters", "past years"):
            for template in self.says.get(key, ()):
                if not _SLOT.search(template) and "=" not in template:
                    raise ValueError(f"a template under {key!r} has a number's slot or ends in '=n', not {template!r}")
        return self


class PeriodSections(BaseModel):
    """The sections of a language file that `monitor.extractors.periods` reads."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    periods: PeriodWords
