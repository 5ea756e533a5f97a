"""What a source file, or a `[[source]]` of monitor.toml, may say.

A source file is `monitor/sources/<name>.toml`; its name is the file's. docs/sources.md has an example of every kind.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from monitor.declarations.reading import validated
from monitor.declarations.tables import EVERY, duration, read_toml
from monitor.errors import ConfigError
from storage.records import Tier

_ROOT = Path(__file__).parents[1]

#: Where the shipped source files lie.
FOLDER = _ROOT / "sources"

Duration = Annotated[timedelta, BeforeValidator(duration)]


@cache
def kinds() -> tuple[str, ...]:
    """Names of the kinds of source: the modules of `monitor/spiders`."""
    return tuple(sorted(file.stem for file in (_ROOT / "spiders").glob("[a-z]*.py")))


def _known_kind(value: str) -> str:
    if value not in kinds():
        raise ValueError(f"one of {', '.join(kinds())}")
    return value


def _pattern(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"a regular expression ({error})") from error
    return value


Pattern = Annotated[str, AfterValidator(_pattern)]

#: A field's place in a template.
_PLACES = re.compile(r"\{\w+\}")


class _Declaration(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Items(_Declaration):
    """Where the items of a list and their fields stand.

    In HTML (`html_list`) each is a CSS selector, or an XPath where it begins with `/`, `./` or `(`. In JSON
    (`json_list`, `embedded_state`, `disclosure`) each is a JMESPath. Fields are looked for inside the row.
    An empty path: not there, or found by convention.
    """

    #: The items; for HTML found by what repeats on the page where nothing is declared.
    rows: str = ""
    #: The link to the article's page; in HTML the row's own or longest one where nothing is declared.
    link: str = ""
    #: The link made of the row's fields, such as `https://example.com/a/{code}.html`.
    link_template: str = ""
    #: The headline; in HTML the text of the link where nothing is declared.
    title: str = ""
    #: When it was published.
    date: str = ""
    #: A sentence or two.
    summary: str = ""
    #: The article itself, where the list carries it.
    text: str = ""
    #: Who published it, where the list gathers several outlets.
    outlet: str = ""
    #: BCP 47 tag, where the list tells it.
    language: str = ""
    #: The row's version or identity: where it changes, the article is read again.
    id: str = ""
    #: Regular expression that an item's address must match.
    keep: Pattern = ""
    #: Regular expression that it must not match.
    drop: Pattern = ""


class Answer(_Declaration):
    """How the JSON lies in the answer, and what a good answer says."""

    #: Regular expression before the JSON in a page or script, such as `state\\s*=`; "" for plain JSON and JSONP.
    after: Pattern = ""
    #: JMESPath of a string that is itself JSON: the rows are in there.
    string: str = ""
    #: JMESPath of the number of pages that the whole list has.
    pages: str = ""
    #: JMESPath that is true where the answer leaves rows out: then it is a fault, not a list.
    more: str = ""
    #: JMESPath of the answer's own word on its success.
    status: str = ""
    #: What that word must be.
    equals: str | int | bool | None = None


class Lookup(_Declaration):
    """A request made before the list: its answer fills the placeholder `{key}` of the list's address."""

    #: Address that is asked; it may hold placeholders.
    url: str
    #: JMESPath of the value in the answer; an Answer's `after` and JSONP apply.
    value: str


class Archive(_Declaration):
    """How an archive keeps the pages of others: what the rows of its index say, and how a capture is asked for.

    `address`, `captured`, `offset` and `length` are names of fields of a row.
    """

    #: Address of a capture, made of the row's fields, such as `https://archive.example/{timestamp}id_/{original}`.
    capture: str = Field(pattern=r"^https?://")
    #: The field with the page's own address.
    address: str
    #: The field with the time of the capture, as 14 digits.
    captured: str
    #: Of captures that lie in a file of many (WARC), the field that says where each begins.
    offset: str = ""
    #: And the one that says how many bytes it has.
    length: str = ""
    #: Regular expression of what the index says, with 404 or 400, where it has nothing or nothing more.
    none: Pattern = ""

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if bool(self.offset) != bool(self.length):
            raise ValueError("offset and length, or neither")
        if not self.offset and not {f"{{{self.address}}}", f"{{{self.captured}}}"} <= {*_PLACES.findall(self.capture)}:
            raise ValueError(f"a capture with {{{self.address}}} and {{{self.captured}}} in it, or offset and length")
        return self


class Page(_Declaration):
    """How article pages of the source are read; what is not declared is found by convention."""

    #: `all`: every new item's page; `matching`: of items whose title or summary names the watchlist;
    #: `none`: none, title and summary of the item are the article.
    fetch: Literal["all", "matching", "none"] = "all"
    #: Selector of the headline.
    title: str = ""
    #: Selector of the text.
    body: str = ""
    #: Selector of the time of publication.
    date: str = ""
    #: Selector of the author.
    author: str = ""
    #: Selector of the outlet, where a site reprints others.
    outlet: str = ""
    #: Taken out of the page before it is read.
    remove: tuple[str, ...] = ()
    #: Words of the page that say that the text goes on for subscribers only.
    walled: tuple[str, ...] = ()
    #: Fewest characters of a whole article; below, the page has no body.
    chars: int = Field(default=40, ge=1)


class Expect(_Declaration):
    """What a healthy answer of the source is: less is a fault, whatever its status says."""

    #: Fewest items of the list; 0 where it may be empty.
    items: int = Field(default=1, ge=0)
    #: Longest time without a new item.
    silence: Duration | None = None
    #: Fields without which an item is not whole.
    fields: tuple[Literal["title", "date", "summary", "outlet"], ...] = ()


class Source(_Declaration):
    """A place where articles are found.

    `url` and the strings of `params` may hold placeholders: `{query}`, `{page}` (from `first_page`), `{epoch}`,
    `{epoch_ms}`, `{today:%Y%m%d}`, `{since:%Y%m%d}` (the day `window` ago), `{resume}` (with which an archive's index
    goes on), `{key}` of a lookup, and the keys of `locales`.
    """

    #: Lower case, digits, `-` and `_`; of a shipped source its file's name.
    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")
    #: What its list is: a module of `monitor/spiders`.
    kind: Annotated[str, AfterValidator(_known_kind)]
    #: Address of the list.
    url: str
    #: Who publishes it, as alerts name it; "": the host, or what page or item say.
    outlet: str = ""
    #: Whether it is read; of the shipped sources those that are on make `sources.use = "default"`.
    enabled: bool = True
    #: How often it is asked.
    every: Duration = EVERY
    #: How near its articles are to where news are made; counts where outlets contradict each other. An official source
    #: that does not say is `company`.
    tier: Tier = "press"
    #: The company's own site or the exchange.
    official: bool = False
    #: BCP 47 tag of the articles; "": found per article.
    language: str = ""
    #: Of dates without a zone, and of the calendar day on which an article is published; "": each date's own, else UTC.
    timezone: str = ""
    #: Order of dates such as 03/04/2025.
    date_order: Literal["DMY", "MDY", "YMD"] = "DMY"
    #: May live on a private or loopback address; never on a link-local one.
    allow_private: bool = False

    #: How the list is asked for.
    method: Literal["GET", "POST"] = "GET"
    #: Query string of a GET, body of a POST; a table in a query string is sent as JSON, and what a placeholder leaves
    #: empty is not sent.
    params: dict[str, Any] = {}
    #: Form of a POST's body.
    send: Literal["form", "json"] = "form"
    #: Sent with requests for the list.
    headers: dict[str, str] = {}
    #: Environment variable with the key that the site has given you; it fills `{key}` in `headers`, which no log shows.
    key_env: str = ""
    #: The list is asked for once with each of them in place of `{query}`.
    queries: tuple[str, ...] = ()
    #: The list is asked for once with each of these tables, whose keys are placeholders.
    locales: tuple[dict[str, str], ...] = ()
    #: Query parameter of an item's link that holds the address it wraps.
    unwrap: str = ""
    #: Whether an item's title ends in ` - Outlet`.
    outlet_in_title: bool = False
    #: For links that hide articles behind ids of the source's own: an item is the article of the same title and outlet
    #: that was published within this time of it; None: the links are the articles' addresses.
    same_within: Duration | None = None
    #: Other sites, by their domains, to which the list may be redirected.
    redirects: tuple[str, ...] = ()
    #: Number of the list's first page.
    first_page: int = 1
    #: Most pages of the list that are read in one run; of a sitemap index, most children; of an archive, most answers
    #: of its index to a query.
    pages: int = Field(default=1, ge=1, le=100)
    #: Selector of the link to the next page of an HTML list.
    next_page: str = ""
    #: How far back `{since}` lies.
    window: Duration = timedelta(days=2)
    #: Newest items taken of one answer; of an archive, captures that are asked for in one run.
    max_items: int = Field(default=100, ge=1)
    #: Seconds between requests to a host; None: one second, or none on a private address.
    delay: float | None = Field(default=None, ge=0)
    #: How long an answer may take; None: as `fetch.timeout` says.
    timeout: Duration | None = None
    #: Lists and pages are drawn by a browser before they are read: needs the extra `browser`.
    browser: bool = False
    #: Regular expression of the child sitemaps that are read.
    children: Pattern = ""

    #: Where the items of the list stand.
    items: Items = Items()
    #: How JSON lies in the answer.
    answer: Answer = Answer()
    #: Requests made before the list, by the placeholder that they fill.
    lookup: dict[str, Lookup] = {}
    #: How an archive keeps captures; None: it is none.
    archive: Archive | None = None
    #: How article pages are read.
    page: Page = Page()
    #: What a healthy answer is.
    expect: Expect = Expect()

    #: Terms, walls and traps, for the operator.
    note: str = ""
    #: The day its evidence was last seen; None: unproven.
    evidence: date | None = None

    @model_validator(mode="before")
    @classmethod
    def _official_is_near(cls, given: Any) -> Any:
        unsaid = isinstance(given, dict) and given.get("official") is True and "tier" not in given
        return {**given, "tier": "company"} if unsaid else given

    @field_validator("url")
    @classmethod
    def _is_web_address(cls, value: str) -> str:
        from w3lib.url import safe_url_string

        if not re.match(r"https?://[^/\s]+", safe_url_string(value)):
            raise ValueError("an address that begins with http:// or https://")
        return value

    @field_validator("timezone")
    @classmethod
    def _is_zone(cls, value: str) -> str:
        try:
            return value and ZoneInfo(value).key
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("a time zone such as 'Asia/Shanghai'") from None

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.kind in {"json_list", "embedded_state", "disclosure"} and not self.items.rows:
            raise ValueError(f"items.rows, which a source of kind '{self.kind}' needs")
        if self.kind == "embedded_state" and not self.answer.after:
            raise ValueError("answer.after, which a source of kind 'embedded_state' needs")
        if self.kind == "search_feed" and not self.queries:
            raise ValueError("queries, which a source of kind 'search_feed' needs")
        if (self.kind == "archive_index") != (self.archive is not None):
            raise ValueError("[archive] for a source of kind 'archive_index', and only there")
        if self.archive is not None and self.page.fetch != "all":
            raise ValueError("page.fetch = 'all' for an archive: its index tells nothing but addresses")
        if self.kind in {"json_list", "embedded_state", "disclosure"}:
            self._paths_are_jmespath()
        return self

    def _paths_are_jmespath(self) -> None:
        import jmespath

        answer = {name: getattr(self.answer, name) for name in ("string", "pages", "more", "status")}
        fields = {name: path for name, path in self.items if name not in {"link_template", "keep", "drop"}}
        for name, path in [*answer.items(), *fields.items()]:
            try:
                jmespath.compile(path or "@")
            except jmespath.exceptions.JMESPathError as error:
                raise ValueError(f"a JMESPath for '{name}' ({str(error).splitlines()[0]})") from error

    @property
    def zone(self) -> ZoneInfo | None:
        """The source's time zone; None where it is not declared."""
        return ZoneInfo(self.timezone) if self.timezone else None

    @property
    def primary_language(self) -> str:
        """The language without its script or region: `zh` of `zh-Hans`; "" where it is not declared."""
        return self.language.partition("-")[0]


@cache
def shipped_sources(folder: Path = FOLDER) -> dict[str, Source]:
    """The sources that lie in a folder, by name.

    Raises:
        ConfigError: with every fault of every file.
    """
    found: dict[str, Source] = {}
    faults = []
    for file in sorted(folder.glob("*.toml")):
        try:
            found[file.stem] = validated(Source, {"name": file.stem, **read_toml(file)}, str(file))
        except ConfigError as error:
            faults += error.faults
    if faults:
        raise ConfigError(faults)
    return found
