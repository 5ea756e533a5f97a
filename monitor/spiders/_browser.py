"""Pages that are empty without JavaScript, drawn by a browser first: the extra `browser` (scrapy-playwright)."""

from __future__ import annotations

import asyncio
import shutil
from functools import partial
from importlib.util import find_spec
from socket import gaierror
from typing import Any
from urllib.parse import urlsplit

from monitor.declarations.sources import Source
from monitor.errors import FetchError
from monitor.guard import may_reach

_HANDLER = "scrapy_playwright.handler.ScrapyPlaywrightDownloadHandler"

#: What a request says to be made by the browser.
META = {"playwright": True}

#: Names under which systems carry a browser; without one of them the browser that playwright installs is taken.
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def browser_settings(source: Source, timeout: float) -> dict[str, Any]:
    """Scrapy's settings for a source that wants a browser.

    Raises:
        FetchError: the extra is not installed.
    """
    if find_spec("scrapy_playwright") is None:
        raise FetchError("it wants a browser: install keling-monitor with the extra 'browser'")
    found = next((path for name in _BROWSERS if (path := shutil.which(name))), None)
    return {
        "DOWNLOAD_HANDLERS": {"http": _HANDLER, "https": _HANDLER, "data": None, "file": None, "ftp": None, "s3": None},
        "PLAYWRIGHT_LAUNCH_OPTIONS": {"executable_path": found} if found else {},
        "PLAYWRIGHT_DEFAULT_NAVIGATION_TIMEOUT": timeout * 1000,
        "PLAYWRIGHT_MAX_PAGES_PER_CONTEXT": 2,
        "PLAYWRIGHT_ABORT_REQUEST": partial(leads_inside, private=source.allow_private),
    }


async def leads_inside(request: Any, *, private: bool) -> bool:
    """Whether a request that a page makes leads to an address that is closed to it: the browser is not to send it."""
    parts = urlsplit(request.url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return parts.scheme not in {"data", "blob", "about"}
    try:
        found = await asyncio.get_running_loop().getaddrinfo(parts.hostname, parts.port or 443)
    except gaierror:
        return False
    return not all(may_reach(str(address[0]), private=private) for *_, address in found)
