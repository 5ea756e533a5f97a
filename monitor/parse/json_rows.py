"""JSON answers to items: plain, JSONP, in a script of a page, or JSON in a string of JSON."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import quote

import jmespath
from jmespath.parser import ParsedResult

from monitor.declarations.sources import Answer, Source
from monitor.errors import ParseError
from monitor.parse.addresses import absolute, unwrapped
from monitor.parse.charset import decode
from monitor.parse.listed import Listed, checked, item_date
from monitor.parse.markup import html_tree, one_line, plain_text
from monitor.parse.signs import impostor

#: What stands before the JSON where it is handed to a function or a variable: `cb(`, `/**/cb123(`, `var a = `.
_CALL = re.compile(r"\s*(?:/\*.*?\*/)?\s*(?:(?:var|let|const)\s+)?[\w$.]+\s*[(=]\s*", re.DOTALL)

_DECODER = json.JSONDecoder(strict=False)

#: A name in a link's template.
_NAME = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Rows:
    """One answer."""

    items: list[Listed]
    #: How many pages the whole list has; None: the answer does not say.
    pages: int | None


@cache
def path(expression: str) -> ParsedResult:
    """A JMESPath, compiled."""
    return jmespath.compile(expression)


def read_rows(body: bytes, headers: Mapping[str, str], *, url: str, source: Source, now: datetime) -> Rows:
    """The items of a JSON answer.

    Args:
        body: of the response.
        headers: of the response, for its charset.
        url: of the answer: relative links count from it.
        source: says where rows and fields stand, and what a good answer says of itself.
        now: when it was fetched.

    Raises:
        ParseError: no JSON, a status other than the declared one, no rows, or not what the source expects.
    """
    answer = source.answer
    whole = payload(decode(body, headers)[0], answer)
    if answer.status and (status := path(answer.status).search(whole)) != answer.equals:
        raise ParseError(f"it says {answer.status} = {status!r}, expected {answer.equals!r}")
    if answer.more and path(answer.more).search(whole):
        raise ParseError(f"an answer that leaves rows out ({answer.more}): ask for a shorter window or for more rows")
    rows = path(source.items.rows).search(_inner(whole, answer.string) if answer.string else whole)
    if rows is None and source.expect.items == 0:
        rows = []
    if not isinstance(rows, list):
        raise ParseError(f"no rows at {source.items.rows!r}: the answer may have been redesigned")
    items = checked(_items(rows, url, source, now), source)
    pages = path(answer.pages).search(whole) if answer.pages else None
    return Rows(items=items, pages=int(pages) if isinstance(pages, int | str) and str(pages).isdigit() else None)


def payload(text: str, answer: Answer) -> Any:
    """The JSON of an answer, whatever it is wrapped in.

    Raises:
        ParseError: there is none.
    """
    text = text.lstrip("\ufeff \r\n\t")
    return _decoded(text, _start(text, answer))


def _inner(whole: Any, place: str) -> Any:
    """The JSON that stands as a string in JSON."""
    inner = path(place).search(whole)
    if not isinstance(inner, str):
        raise ParseError(f"no text at {place!r}: the answer may have been redesigned")
    return _decoded(inner, 0)


def _start(text: str, answer: Answer) -> int:
    if answer.after:
        found = re.search(answer.after, text)
        if found is None:
            raise _no_json(text, f"nothing matches {answer.after!r}")
        return found.end()
    if text[:1] in "{[":
        return 0
    call = _CALL.match(text)
    return call.end() if call and text[call.end() : call.end() + 1] in "{[" else 0


def _decoded(text: str, start: int) -> Any:
    while start < len(text) and text[start].isspace():
        start += 1
    try:
        data, _ = _DECODER.raw_decode(text, start)
    except (ValueError, RecursionError) as error:
        raise _no_json(text, "") from error
    return data


def _no_json(text: str, why: str) -> ParseError:
    if re.search(r"<html|<body|<!doctype", text[:2000], re.IGNORECASE):
        what = impostor(html_tree(text).text_content()) or why or "an HTML page"
        return ParseError(f"not JSON but {what}")
    return ParseError(f"not JSON: {why or f'it begins with {text[:40]!r}'}")


def _items(rows: list[Any], url: str, source: Source, now: datetime) -> Iterator[Listed]:
    at = source.items
    for row in rows:
        link = _template(at.link_template, row) if at.link_template else _text(at.link, row)
        if link and source.unwrap:
            link = unwrapped(link, source.unwrap) or link
        address = absolute(link, url) if link else None
        if address is None:
            continue
        yield Listed(
            url=address,
            title=one_line(_text(at.title, row)),
            summary=_text(at.summary, row),
            text=_text(at.text, row),
            published=item_date(path(at.date).search(row), source, now) if at.date else None,
            outlet=one_line(_text(at.outlet, row)),
            language=_text(at.language, row),
            stamp=_text(at.id, row),
        )


def _text(expression: str, row: Any) -> str:
    """A field as plain text, without highlights; entities may be escaped twice."""
    value = path(expression).search(row) if expression else None
    if value is None or isinstance(value, dict | list):
        return ""
    return plain_text(html.unescape(str(value)))


def _template(template: str, row: Any) -> str:
    """A link made of a row's fields; "" where one of them is missing."""
    values = {name: path(name).search(row) for name in _NAME.findall(template)}
    if any(value is None for value in values.values()):
        return ""
    return _NAME.sub(lambda name: quote(str(values[name[1]]), safe="/:?=&%"), template)
