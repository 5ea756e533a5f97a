"""Whether a page is worth reading: a look at its tree, a tenth of the work of finding its text.

Of a feed about everything nearly all pages name nothing that is watched. Such a page needs no title, date or body, only
certainty that it is an article: a challenge, or a shell that a script would fill, is read in full, and so becomes the
fault that it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html import unescape

from lxml import etree
from lxml.html import HtmlElement

from monitor.declarations.sources import Source
from monitor.errors import ParseError
from monitor.parse.charset import decode
from monitor.parse.html import LARGEST
from monitor.parse.markup import html_tree, one_line
from monitor.parse.signs import LITTLE, impostor

#: Paragraphs with so much text are those of an article; a consent banner or a footer says less.
_PARAGRAPHS = 300
_EAST = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
#: An ideograph says as much as three letters.
_LETTERS = 3

#: JSON in a script may write every character beyond ASCII by its number.
_ESCAPED = re.compile(r"(?:\\u[0-9a-fA-F]{4})+")

_told = etree.XPath("//meta/@content")
_paragraphs = etree.XPath("//body//p[not(ancestor::nav or ancestor::footer or ancestor::aside or ancestor::form)]")


def is_another_article(
    body: bytes, headers: Mapping[str, str], *, title: str, source: Source, named: Callable[[str], bool]
) -> bool:
    """Whether a page is an article, beyond doubt, and names nothing that is watched: it needs no reading.

    Args:
        body: of the response.
        headers: of the response, for its charset.
        title: that the list gave it.
        source: says how long an article is at least.
        named: whether a text names anything that is watched.
    """
    if len(body) > LARGEST:
        return False
    try:
        text = decode(body, headers)[0]
        tree = html_tree(text)
    except ParseError:
        return False
    # Only a declared title may stand in any attribute.
    told = [title, one_line(tree.text_content()), *map(str, _told(tree)), *([text] if source.page.title else [])]
    return not named(_unescaped("\n".join(told))) and _is_article(tree, source)


def _unescaped(text: str) -> str:
    if "\\u" in text:
        text = _ESCAPED.sub(lambda found: found[0].encode().decode("unicode_escape", "replace"), text)
    return unescape(text) if "&#" in text else text


def _is_article(tree: HtmlElement, source: Source) -> bool:
    said = one_line(" ".join(paragraph.text_content() for paragraph in _paragraphs(tree)))
    if len(said) > LITTLE:
        return True
    letters = len(said) + (_LETTERS - 1) * len(_EAST.findall(said))
    if letters < max(_PARAGRAPHS, source.page.chars):
        return False
    etree.strip_elements(tree, "script", "style", "noscript", with_tail=False)
    return impostor(one_line(tree.text_content())) is None
