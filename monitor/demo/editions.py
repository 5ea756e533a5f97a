"""What the newsroom prints: outlets and editions, read from the TOML files beside this module.

An outlet is `outlets/ID.toml`. An edition is a folder: `edition.toml` with its clock and what it should
lead to, and one TOML file an article. A later edition prints everything that the earlier ones printed;
an article with the outlet and slug of an earlier one takes its place.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

_HERE = files(__package__)


class _Declared(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Clutter(_Declared):
    """What surrounds an article on a page and is none of it."""

    navigation: tuple[str, ...]
    cookies: str
    advertisement: str
    #: Heading over the links to other articles of the outlet.
    related: str
    #: Heading and lines of the box that every page of the outlet carries.
    box: str
    boxed: tuple[str, ...]
    footer: str


class Outlet(_Declared):
    """One publisher with a site of its own."""

    #: File name without its ending.
    id: str
    #: As printed; also what the monitor calls its source.
    title: str
    #: BCP 47.
    language: str
    #: The company's own site.
    official: bool = False
    #: How its articles are found.
    listing: Literal["rss", "atom", "rdf", "html"]
    listing_path: str
    #: `{slug}` stands for the article's.
    article_path: str
    #: Of article pages, as Python calls it.
    charset: str = "utf-8"
    #: What the article pages say that they are in.
    declared: str = "utf-8"
    #: Where an article page says when it appeared.
    dates: Literal["json-ld", "meta", "text"]
    #: Printed form of the time of publication, as `strftime` takes it.
    date_format: str
    #: Seconds that every answer takes; the quickest is heard first.
    latency: float = 0.0
    #: A path that robots.txt closes and every page links to.
    closed: str
    not_found: str
    clutter: Clutter


class Table(_Declared):
    """A table below the text; the header row may name the unit of the cells."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Story(_Declared):
    """One article."""

    #: Id of its outlet.
    outlet: str
    slug: str
    published: AwareDatetime
    title: str
    author: str
    #: Paragraphs, parted by empty lines.
    text: str
    tables: tuple[Table, ...] = Field(default=(), alias="table")
    #: Said by list and page instead of the outlet's own charset.
    charset: str | None = None
    declared: str | None = None
    #: The article tells nothing that earlier articles have not told.
    repost: bool = False

    @property
    def paragraphs(self) -> list[str]:
        """The text, one item a paragraph."""
        return [part.strip() for part in self.text.split("\n\n") if part.strip()]


class Expectation(_Declared):
    """How often an edition should have a fact told."""

    #: In words, for the console.
    what: str
    #: Fields of the alert's fact, as `alerts --format json` prints them.
    where: dict[str, str | int | float]
    times: int


class Edition(_Declared):
    """What is to be read at one moment."""

    number: int
    #: The demo's clock when the edition is read.
    now: AwareDatetime
    #: One line for the console.
    what: str
    #: The first reading: what it holds is summed up, not told one by one.
    baseline: bool = False
    #: Entity whose facts the timeline shows after this edition.
    timeline: str = ""
    stories: tuple[Story, ...]
    expected: tuple[Expectation, ...] = Field(default=(), alias="expect")


@cache
def outlets() -> dict[str, Outlet]:
    """Every outlet by its id, in the order of their file names."""
    found = ((file.name.removesuffix(".toml"), _toml(file)) for file in _sorted(_HERE / "outlets") if _is_toml(file))
    return {name: Outlet.model_validate({"id": name, **table}) for name, table in found}


@cache
def editions() -> list[Edition]:
    """All editions, first to last; each holds only its own articles."""
    return [_edition(int(folder.name), folder) for folder in _sorted(_HERE / "editions") if folder.is_dir()]


def printed(number: int) -> dict[tuple[str, str], Story]:
    """The articles that are to be read in an edition, by outlet and slug, oldest first."""
    stories = {
        (story.outlet, story.slug): story
        for edition in editions()
        if edition.number <= number
        for story in edition.stories
    }
    return dict(sorted(stories.items(), key=lambda item: item[1].published))


def _edition(number: int, folder: Traversable) -> Edition:
    articles = [_toml(file) for file in _sorted(folder) if _is_toml(file) and file.name != "edition.toml"]
    return Edition.model_validate({"number": number, "stories": articles, **_toml(folder / "edition.toml")})


def _sorted(folder: Traversable) -> list[Traversable]:
    return sorted(folder.iterdir(), key=lambda entry: entry.name)


def _is_toml(file: Traversable) -> bool:
    return file.name.endswith(".toml")


def _toml(file: Traversable) -> dict[str, object]:
    return tomllib.loads(file.read_text(encoding="utf-8"))
