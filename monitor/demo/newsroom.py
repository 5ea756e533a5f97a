"""The newsroom: one site an outlet, on loopback, printing one edition at a time."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import cache
from types import TracebackType
from typing import Self

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from monitor.demo.editions import Outlet, Story, editions, outlets, printed
from monitor.demo.site import Page, Site

#: Listing → template and content type.
_LISTINGS = {
    "rss": ("rss.xml.j2", "application/rss+xml; charset=utf-8"),
    "atom": ("atom.xml.j2", "application/atom+xml; charset=utf-8"),
    "rdf": ("rdf.xml.j2", "application/rdf+xml; charset=utf-8"),
    "html": ("listing.html.j2", "text/html; charset=utf-8"),
}


class Newsroom:
    """All outlets of the demo, each a `Site` of its own port; used as a context manager."""

    def __init__(self) -> None:
        self.sites = {name: Site(latency=outlet.latency) for name, outlet in outlets().items()}
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        for site in self.sites.values():
            self._stack.enter_context(site)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    def publish(self, number: int) -> None:
        """Print an edition: from now on every site shows it and all that earlier editions left standing."""
        stories = printed(number)
        now = next(edition.now for edition in editions() if edition.number == number)
        for name, outlet in outlets().items():
            own = [story for (owner, _), story in stories.items() if owner == name]
            # Newest first, as lists are.
            self.sites[name].missing = _missing(outlet)
            self.sites[name].pages = _pages(self.sites[name], outlet, own[::-1], now)

    def story_url(self, story: Story) -> str:
        """Address of an article."""
        return self.sites[story.outlet].url(_path(outlets()[story.outlet], story))

    def sources(self) -> list[dict[str, str | bool]]:
        """One table for `[[source]]` of monitor.toml per outlet."""
        return [
            {
                "name": name,
                "kind": "html_list" if outlet.listing == "html" else "feed",
                "url": self.sites[name].url(outlet.listing_path),
                "language": outlet.language,
                "official": outlet.official,
                "allow_private": True,
            }
            for name, outlet in outlets().items()
        ]


def _pages(site: Site, outlet: Outlet, stories: list[Story], now: datetime) -> dict[str, Page]:
    context = {
        "outlet": outlet,
        "stories": stories,
        "site": site,
        "now": now,
        "path": lambda story: _path(outlet, story),
        "url": lambda story: site.url(_path(outlet, story)),
        "when": lambda story: story.published.strftime(outlet.date_format),
    }
    template, content_type = _LISTINGS[outlet.listing]
    newest = max(story.published for story in stories)
    listing = Page(body=_render(template, context).encode(), content_type=content_type, modified=newest)
    pages = {
        outlet.listing_path: listing,
        "/robots.txt": Page(
            body=_render("robots.txt.j2", context).encode(), content_type="text/plain; charset=utf-8", modified=newest
        ),
        outlet.closed: Page(body=_render("missing.html.j2", context).encode()),
    }
    return pages | {_path(outlet, story): _article(outlet, story, context) for story in stories}


def _article(outlet: Outlet, story: Story, context: dict[str, object]) -> Page:
    declared = story.declared or outlet.declared
    others = [other for other in context["stories"] if other is not story]  # type: ignore[attr-defined]
    html = _render("article.html.j2", context | {"story": story, "declared": declared, "others": others})
    return Page(
        body=html.encode(story.charset or outlet.charset),
        content_type=f"text/html; charset={declared}",
        modified=story.published,
    )


def _missing(outlet: Outlet) -> Page:
    return Page(body=_render("missing.html.j2", {"outlet": outlet}).encode(), status=404)


def _path(outlet: Outlet, story: Story) -> str:
    return outlet.article_path.format(slug=story.slug)


def _render(template: str, context: dict[str, object]) -> str:
    return _environment().get_template(template).render(context)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader(__package__),
        autoescape=select_autoescape(["html.j2", "xml.j2"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["rfc822"] = lambda moment: format_datetime(moment.astimezone(UTC), usegmt=True)
    environment.filters["iso"] = lambda moment: moment.isoformat()
    return environment
