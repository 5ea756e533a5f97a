"""What a source is asked: its address and parameters with their placeholders filled in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from itertools import cycle, islice, product
from typing import Any
from urllib.parse import quote, urlencode

from monitor.declarations.sources import Source

_PLACE = re.compile(r"\{(\w+)(?::([^{}]*))?\}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Ask:
    """One question to a source."""

    #: Of `queries`; "" where there are none.
    query: str
    #: Of `locales`.
    locale: Mapping[str, str]
    page: int
    #: From the source's lookups.
    found: Mapping[str, str]
    #: With which an archive's index goes on; "": from its beginning.
    resume: str = ""

    def turned(self, page: int) -> Ask:
        """The same question for another page."""
        return replace(self, page=page)

    def resumed(self, resume: str) -> Ask:
        """The same question to an index that goes on."""
        return replace(self, resume=resume)


def asks(source: Source, found: Mapping[str, str], *, brief: bool = False) -> Iterator[Ask]:
    """Every question of a source: each query in each locale, the first page; in brief, each query and locale once."""
    queries, locales = source.queries or ("",), source.locales or ({},)
    number = max(len(queries), len(locales))
    pairs = (
        product(queries, locales) if not brief else islice(zip(cycle(queries), cycle(locales), strict=False), number)
    )
    for query, locale in pairs:
        yield Ask(query=query, locale=locale, page=source.first_page, found=found)


def key_of(source: Source, ask: Ask) -> str:
    """What tells a question from the source's others, and stays the same from run to run."""
    varying = [ask.query, *ask.locale.values(), *([str(ask.page)] if ask.page != source.first_page else [])]
    return " ".join(filter(None, varying)) or source.url


def address_of(source: Source, ask: Ask, now: datetime) -> str:
    """The address, with the query string of a GET."""
    url = filled(source.url, source, ask, now, escape=True)
    if source.method == "GET" and source.params:
        url += ("&" if "?" in url else "?") + urlencode(_flat(source, ask, now), quote_via=quote)
    return url


def body_of(source: Source, ask: Ask, now: datetime) -> tuple[bytes, str] | None:
    """Body and content type of a POST; None: it is none."""
    if source.method != "POST":
        return None
    if source.send == "json":
        data = json.dumps(_filled(source.params, source, ask, now), ensure_ascii=False)
        return data.encode(), "application/json; charset=utf-8"
    return urlencode(_flat(source, ask, now)).encode(), "application/x-www-form-urlencoded"


def filled(text: str, source: Source, ask: Ask, now: datetime, *, escape: bool = False) -> str:
    """A text with its placeholders filled in; braces that name nothing are left alone.

    Args:
        text: of the source's declaration.
        source: says what may stand in the placeholders.
        ask: the question.
        now: the run's time.
        escape: for an address: what is filled in is escaped.
    """
    values = _values(source, ask, now)

    def fill(place: re.Match[str]) -> str:
        value = values.get(place[1])
        if value is None:
            return place[0]
        told = value.strftime(place[2] or "%Y-%m-%d") if isinstance(value, datetime) else str(value)
        return quote(told, safe="") if escape else told

    return _PLACE.sub(fill, text)


def _values(source: Source, ask: Ask, now: datetime) -> dict[str, object]:
    zone: tzinfo | None = source.zone
    local = now.astimezone(zone) if zone else now
    return {
        "query": ask.query,
        "page": ask.page,
        "resume": ask.resume,
        "epoch": int(now.timestamp()),
        "epoch_ms": int(now.timestamp() * 1000),
        "today": local,
        "since": local - source.window,
        **ask.locale,
        **ask.found,
    }


def _filled(value: Any, source: Source, ask: Ask, now: datetime) -> Any:
    if isinstance(value, str):
        # A number that stands alone stays one: JSON tells them from texts.
        alone = _PLACE.fullmatch(value)
        number = _values(source, ask, now).get(alone[1]) if alone else None
        return number if isinstance(number, int) else filled(value, source, ask, now)
    if isinstance(value, Mapping):
        return {name: _filled(inner, source, ask, now) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_filled(inner, source, ask, now) for inner in value]
    return value


def _flat(source: Source, ask: Ask, now: datetime) -> dict[str, str]:
    """Parameters of a query string or form: tables in it are sent as JSON; what a placeholder leaves empty is not."""
    values = _filled(source.params, source, ask, now)
    return {
        name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        for name, value in values.items()
        if value != "" or source.params[name] == ""
    }
