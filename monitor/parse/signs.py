"""Pages that are not what was asked for although their status says 200."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from monitor.errors import ParseError

#: A page with more visible text than this is no challenge, login or error page.
LITTLE = 1500

#: What each kind of page is called in a message.
_NAMES = {
    "challenge": "a challenge page: the site wants a browser or a person",
    "login": "a login or consent page: the text is not open",
    "missing": "a page that says that there is nothing here",
}


@cache
def _signs() -> dict[str, tuple[str, ...]]:
    table = tomllib.loads((files(__package__) / "signs.toml").read_text(encoding="utf-8"))
    return {kind: tuple(words) for kind, words in table.items()}


def impostor(visible: str, title: str = "") -> str | None:
    """What a page is instead of an article or list, in words; None: nothing speaks against it.

    Args:
        visible: its text.
        title: as the page itself gives it.
    """
    if len(visible) > LITTLE:
        return None
    text = f"{title}\n{visible}".lower()
    for kind, words in _signs().items():
        if found := next((word for word in words if word in text), None):
            return f"{_NAMES[kind]} ({found!r})"
    return None


def refuse_impostor(visible: str, title: str = "") -> None:
    """Raise `ParseError` where a page is a challenge, a login or an error page."""
    if what := impostor(visible, title):
        raise ParseError(what)
