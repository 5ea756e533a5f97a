"""A language: one TOML file with all that its texts need to be read.

Binding's sections hold the words that say how a number belongs to what is said around it. A word of letters stands
between ends of words; `*` at its start or end takes any letters there. A capital matches only a capital. `{NAME}` in a
word stands for each word of the family `NAME`, so that forms and synonyms are written once.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from monitor.declarations.numbers import NumberSections
from monitor.declarations.periods import PeriodSections
from monitor.declarations.reading import load
from monitor.declarations.watchlists import Kind
from monitor.errors import ConfigError, Fault

#: Where the language files lie.
FOLDER = Path(__file__).parents[1] / "languages"

Words = Annotated[tuple[str, ...], Field(min_length=1)]
Direction = Literal["up", "down", "flat"]
#: What a change is measured against; `base` words open any comparison.
Comparison = Literal["yoy", "qoq", "mom", "base"]
Cue = Literal[
    "guidance", "estimate", "consensus", "broker", "rumour", "reported", "previous", "to", "respectively", "former",
    "latter", "each", "share", "growth", "total", "denial", "bracket", "adjusted", "adverse", "excluded", "per",
    "guided",
    "hypothetical",
]  # fmt: skip


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Spelling(_Section):
    """`[spelling]`: characters that are read as others."""

    #: A character and the one that it is read as, side by side.
    same: tuple[Annotated[str, Field(min_length=2, max_length=2)], ...] = ()

    @property
    def table(self) -> Mapping[int, str]:
        """What `str.translate` takes; no length changes."""
        return {ord(pair[0]): pair[1] for pair in self.same}


class Companies(_Section):
    """`[companies]`: how others are spoken of."""

    #: What the names of companies end in.
    suffixes: tuple[str, ...] = ()
    #: Whose figures are nobody's of the watchlist: rivals, the market, an index.
    elsewhere: tuple[str, ...] = ()


class Sentences(_Section):
    """`[sentences]`: where sentences and clauses end."""

    ends: Words
    clauses: Words
    #: Words whose full stop ends no sentence, without it.
    abbreviations: tuple[str, ...] = ()


class TableWords(_Section):
    """`[tables]`: what heads of rows and columns say of their numbers."""

    #: Words in a head without a unit whose numbers are percent.
    percent: tuple[str, ...] = ()


class MetricWords(_Section):
    """`[metrics.<id>]`: more terms of a metric in this language."""

    terms: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()


class BindingSections(BaseModel):
    """The sections of a language file that binding reads."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    #: Words that stand for the watched company or product ("the group").
    references: Mapping[Kind, Words]
    directions: Mapping[Direction, Words]
    comparisons: Mapping[Comparison, Words]
    cues: Mapping[Cue, tuple[str, ...]]
    companies: Companies = Companies()
    sentences: Sentences
    #: Suffixes of versions in their contract form, and how the language writes them.
    versions: Mapping[str, Words] = {}
    #: Words that may take each other's place in the words of binding and in the terms of metrics, by name.
    families: Mapping[Annotated[str, Field(pattern="^[a-z]+$")], Words] = {}
    spelling: Spelling = Spelling()
    tables: TableWords = TableWords()
    metrics: Mapping[str, MetricWords] = {}


class Language(NumberSections, PeriodSections, BindingSections):
    """A file of `monitor/languages`."""

    @model_validator(mode="before")
    @classmethod
    def _spelled(cls, data: object) -> object:
        """Add to every list of words their other spellings."""
        pairs = Spelling.model_validate(data["spelling"]) if isinstance(data, Mapping) and "spelling" in data else None
        return data if pairs is None else {**_respelled(data, pairs.table), "spelling": pairs}


def _respelled(value: object, table: Mapping[int, str]) -> Any:
    """The tables with, at the end of every list, those of its words that `table` spells in another way."""
    if isinstance(value, Mapping):
        return {key: _respelled(each, table) for key, each in value.items()}
    if not isinstance(value, (list, tuple)):
        return value
    if not all(isinstance(each, str) for each in value):
        return [_respelled(each, table) for each in value]
    return [*value, *dict.fromkeys(word for each in value if (word := each.translate(table)) not in value)]


@cache
def codes() -> tuple[str, ...]:
    """The languages that are read: the files of the folder, looked for once a process."""
    return tuple(sorted(file.stem for file in FOLDER.glob("*.toml")))


@cache
def language(code: str) -> Language:
    """A language by its code, such as `zh`; a tag with a script or region (`zh-Hant`) finds its language.

    Raises:
        ConfigError: there is none, or its file says something wrong.
    """
    name = code.partition("-")[0].lower()
    if name not in codes():
        raise ConfigError([Fault("languages", "code", f"one of {', '.join(codes())}", repr(code))])
    return load(Language, FOLDER / f"{name}.toml")
