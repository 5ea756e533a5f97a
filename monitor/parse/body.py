"""The text of an article's page: trafilatura finds it, this module writes it down in reading order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from configparser import ConfigParser
from copy import deepcopy
from functools import cache

import trafilatura
from lxml.etree import _Element
from lxml.html import HtmlElement
from trafilatura.settings import DEFAULT_CONFIG, Document

from monitor.parse.markup import one_line
from monitor.parse.tables import spread

#: Below so many characters trafilatura takes all text of the page instead. Its own limit is 250: at 120 the public
#: benchmark's F1 rises from 0.962 to 0.964 (below 60 it falls), and short news keep their paragraphs.
_SHORT = 120
#: An ideograph says as much as three letters.
_SHORT_EAST = 40
_IDEOGRAPH = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_SAMPLE = 2000

#: Elements of trafilatura's tree that stand on lines of their own.
_BLOCKS = frozenset({"p", "head", "list", "item", "quote", "code", "table", "row", "div", "body", "main"})


def article_body(tree: HtmlElement) -> str:
    """The text of an article's page; "" where there is none.

    Paragraphs are parted by empty lines; rows of tables are lines `cell | cell`. The tree is changed on the way.
    """
    spread(tree)
    config = _config(_SHORT_EAST if _is_east(tree) else _SHORT)
    found = trafilatura.bare_extraction(tree, fast=True, include_comments=False, config=config)
    return written(found.body) if isinstance(found, Document) and found.body is not None else ""


@cache
def _config(shortest: int) -> ConfigParser:
    config = deepcopy(DEFAULT_CONFIG)
    config["DEFAULT"]["MIN_EXTRACTED_SIZE"] = str(shortest)
    return config


def _is_east(tree: HtmlElement) -> bool:
    text = "".join(tree.xpath("//title//text() | //p//text()"))[:_SAMPLE]
    return len(_IDEOGRAPH.findall(text)) * 4 > len(text)


def written(body: _Element) -> str:
    """The text of an element, block by block."""
    blocks = (block for block in _blocks(body) if block)
    return "\n\n".join(blocks)


def _blocks(element: _Element) -> Iterator[str]:
    """Blocks of an element: loose text between blocks is a block too."""
    loose = [element.text or ""]
    for child in element:
        if child.tag in _BLOCKS:
            yield _lines("".join(loose))
            yield from _block(child)
            loose = [child.tail or ""]
        else:
            loose.append(_inline(child))
    yield _lines("".join(loose))


def _block(element: _Element) -> Iterator[str]:
    if element.tag == "table":
        yield _table(element)
    elif element.tag == "list":
        yield "\n".join(item for item in _blocks(element) if item)
    else:
        yield from _blocks(element)


def _inline(element: _Element) -> str:
    if element.tag == "lb":
        return f"\n{element.tail or ''}"
    if not isinstance(element.tag, str):
        return element.tail or ""
    inner = (element.text or "") + "".join(_inline(child) for child in element)
    return inner + (element.tail or "")


def _lines(text: str) -> str:
    lines = (one_line(line) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def _table(table: _Element) -> str:
    rows = ([one_line(" ".join(cell.itertext())) for cell in row.iter("cell")] for row in table.iter("row"))
    lines = (re.sub(r"[\s|]+$", "", " | ".join(cells)) for cells in rows)
    return "\n".join(line for line in lines if line)
