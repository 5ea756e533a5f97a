"""Fetch a page and close the handler while the machine stands still: what Twisted logs goes to stderr."""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from typing import Any

from scrapy import Request, Spider
from scrapy.utils.defer import deferred_from_coro
from scrapy.utils.reactor import install_reactor
from scrapy.utils.test import get_crawler
from twisted.internet import task
from twisted.python.log import PythonLoggingObserver

from monitor.guard import GuardedDownloadHandler

#: Seconds; longer than the handler waits for the ends of connections.
STILL = 1.2


async def _play(address: str) -> None:
    crawler = get_crawler()
    crawler.spider = Spider("closing")
    handler = GuardedDownloadHandler(crawler)
    response = await handler.download_request(Request(address))
    sys.stdout.write(f"{response.status}\n")
    closing = asyncio.ensure_future(handler.close())
    asyncio.get_running_loop().call_soon(time.sleep, STILL)
    await closing


def main(_reactor: Any) -> Any:
    return deferred_from_coro(_play(sys.argv[1]))


if __name__ == "__main__":
    logging.basicConfig()
    install_reactor("twisted.internet.asyncioreactor.AsyncioSelectorReactor")
    PythonLoggingObserver().start()
    task.react(main)
