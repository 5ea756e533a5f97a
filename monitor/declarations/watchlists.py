"""Whom to watch: entities with their names, and the names that stand beside them in the news."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from monitor.declarations.reading import load
from monitor.errors import ConfigError, Fault

#: Where the shipped watchlists lie.
FOLDER = Path(__file__).parents[1] / "watchlists"

Kind = Literal["company", "product"]
Names = Annotated[tuple[str, ...], Field(min_length=1)]


class _Declaration(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Entity(_Declaration):
    """One `[[entity]]`: whom figures are about."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    #: As mails and pages call it.
    label: str
    kind: Kind
    #: The entity that owns it.
    of: str = ""
    #: Of amounts whose currency the text leaves out.
    currency: str = Field(default="", pattern=r"^([A-Z]{3})?$")
    #: The same for share prices and dividends.
    listed: str = Field(default="", pattern=r"^([A-Z]{3})?$")
    #: The day on which its shares were first traded: news look back to it without naming it.
    listing: date | None = None
    names: Names
    #: Names that are ordinary words: they count only beside another name of the watchlist.
    ambiguous: tuple[str, ...] = ()
    #: Words that hold a name by chance.
    never: tuple[str, ...] = ()
    #: Who speaks for it: what they expect is its guidance.
    persons: tuple[str, ...] = ()
    #: Hosts on which it speaks itself, with those below them: what stands there and names nobody speaks of it.
    sites: tuple[Annotated[str, Field(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$")], ...] = ()


class Others(_Declaration):
    """`[others]`: names whose figures are not watched, though they stand in the same texts."""

    names: tuple[str, ...] = ()


class Watchlist(_Declaration):
    """A file of `monitor/watchlists`, or one of the operator's own."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_-]*$")
    label: str = ""
    entity: Annotated[tuple[Entity, ...], Field(min_length=1)]
    others: Others = Others()
    #: Houses that forecast: the name that facts carry, and how texts call them.
    speakers: dict[str, Names] = {}
    #: Metrics that alert; empty: all.
    metrics: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _owners_are_known(self) -> Self:
        ids = [entity.id for entity in self.entity]
        if len(set(ids)) < len(ids):
            raise ValueError("entities with different ids")
        for entity in self.entity:
            if entity.of and entity.of not in ids:
                raise ValueError(f"entity.of to name one of {', '.join(ids)}")
        return self


def shipped() -> tuple[str, ...]:
    """Names of the watchlists that come with the program."""
    return tuple(sorted(file.stem for file in FOLDER.glob("*.toml")))


@cache
def watchlist(name: str) -> Watchlist:
    """A shipped watchlist by its name, or the operator's own by its path.

    Raises:
        ConfigError: there is none, or it says something wrong.
    """
    if name.endswith(".toml"):
        return load(Watchlist, Path(name))
    if name not in shipped():
        raise ConfigError(
            [Fault("watch", "lists", f"one of {', '.join(shipped())}, or the path of a .toml file", repr(name))]
        )
    return load(Watchlist, FOLDER / f"{name}.toml")


def watched(names: Iterable[str]) -> tuple[Entity, ...]:
    """The entities of several watchlists, each once."""
    found: dict[str, Entity] = {}
    for name in names:
        for entity in watchlist(name).entity:
            found.setdefault(entity.id, entity)
    return tuple(found.values())
