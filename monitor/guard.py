"""The last gate before the network: keeps requests off private addresses, and off hosts that asked for rest.

A page or feed of the web may name `http://10.0.0.1/` or a host whose name leads there, or leads there only the second
time that it is asked for. So the address that a name resolves to is checked, and no other is connected to. Only a
source that says `allow_private` gets that far, and none to a link-local address: where clouds tell machines their keys.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
)
from scrapy.http import Request, Response
from scrapy.resolver import CachingHostnameResolver
from scrapy.utils.httpobj import urlparse_cached
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress, IHostResolution, IResolutionReceiver
from twisted.web._newclient import HTTPParser
from zope.interface import implementer  # type: ignore[import-untyped]

from monitor.errors import FetchError


class PrivateAddressError(FetchError):
    """A request would have gone to an address that is not public."""

    def __init__(self, host: str, addresses: Sequence[str]) -> None:
        where = ", ".join(address for address in addresses if address != host)
        leads = f" ({where})" if where else ""
        advice = "set allow_private where the source lives there"
        if any(is_link_local(address) for address in addresses):
            advice = "it is link-local, where no source lives"
        super().__init__(f"{host!r}{leads} is not a public address: {advice}")


@dataclass(slots=True)
class _Request:
    """The request for which a name is being resolved."""

    private: bool
    refused: list[str] = field(default_factory=list)


class SilentHostError(IgnoreRequest):
    """A request was not sent, because earlier ones to its host had no answer."""

    def __init__(self, reason: Exception) -> None:
        super().__init__(str(reason))
        #: What became of the last of them.
        self.reason = reason


#: The statuses that ask for rest (RFC 6585, 4; RFC 9110, 15.6.4 with Retry-After).
_TOO_MANY, _UNAVAILABLE = 429, 503

#: What is said of a request that was not sent for a host's rest.
REST = "asked to be left alone for a while"

#: So many requests in a row without an answer, and the rest of a host's wait for the next run: each could take the
#: whole time-out. robots.txt and a list are four, for each is asked for twice.
_MOST_SILENT = 4

# Twisted hangs up on a header of more than 16 KB; some portals' policies are longer (docs/sources.md).
HTTPParser.MAX_LENGTH = 2**16

_NAT64 = IPv6Network("64:ff9b::/96")

_current: ContextVar[_Request | None] = ContextVar("current request", default=None)


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet's.

    >>> is_public("93.184.216.34"), is_public("127.0.0.1"), is_public("::ffff:10.0.0.1")
    (True, False, False)
    """
    return all(each.is_global and not each.is_multicast for each in _meant(address))


def is_link_local(address: str) -> bool:
    """Whether an IP address means this machine's own link.

    >>> is_link_local("169.254.169.254"), is_link_local("::ffff:169.254.0.1"), is_link_local("10.0.0.1")
    (True, True, False)
    """
    return any(each.is_link_local for each in _meant(address))


def may_reach(address: str, *, private: bool) -> bool:
    """Whether an IP address may be connected to.

    Args:
        address: that a name has led to, or that stood in its place.
        private: the source says that it lives on a private address.
    """
    return is_public(address) or (private and not is_link_local(address))


def _meant(address: str) -> list[IPv4Address | IPv6Address]:
    parsed = ip_address(address.partition("%")[0])
    return [parsed, *_carried(parsed)]


def _carried(address: IPv4Address | IPv6Address) -> list[IPv4Address]:
    """IPv4 addresses that an IPv6 address carries: mapped, 6to4, Teredo, NAT64."""
    if isinstance(address, IPv4Address):
        return []
    carried = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in _NAT64:
        carried.append(IPv4Address(address.packed[-4:]))
    return [each for each in carried if each is not None]


class GuardedDownloadHandler(HTTP11DownloadHandler):
    """Scrapy's handler of HTTP; tells the resolver on whose behalf it connects."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        # Twisted would repeat a request on a connection that has gone stale in a context that knows of no source;
        # Scrapy repeats it in its own.
        self._pool.retryAutomatically = False
        #: Hosts that are left alone for the rest of the run, by all of its sources.
        self._resting: set[str] = getattr(getattr(crawler.spider, "cycle", None), "resting", set())
        #: What became of requests in a row that had no answer, by host.
        self._silent: defaultdict[str, list[Exception]] = defaultdict(list)

    async def download_request(self, request: Request) -> Response:
        """Fetch a page.

        Raises:
            PrivateAddressError: its host is private and the source does not say that it may be.
            IgnoreRequest: its host has asked for rest since the request was queued.
            SilentHostError: its host does not answer.
        """
        host = urlparse_cached(request).netloc
        if host in self._resting:
            raise IgnoreRequest(f"{host} {REST}")
        if len(self._silent[host]) >= _MOST_SILENT:
            raise SilentHostError(self._silent[host][-1])
        source = getattr(self._crawler.spider, "source", None)
        # A proxy is named by the operator and resolves names itself.
        private = bool(source and source.allow_private) or "proxy" in request.meta
        current = _Request(private=private)
        token = _current.set(current)
        try:
            response = await super().download_request(request)
        except (CannotResolveHostError, DownloadConnectionRefusedError, DownloadTimeoutError) as error:
            if current.refused:
                raise PrivateAddressError(urlparse_cached(request).hostname or "", current.refused) from error
            self._silent[host].append(error)
            raise
        finally:
            _current.reset(token)
        self._silent.pop(host, None)
        if response.status == _TOO_MANY or (response.status == _UNAVAILABLE and "Retry-After" in response.headers):
            self._resting.add(host)
        return response

    async def close(self) -> None:
        """Close the connections that were kept open, and wait for their ends for a second at most.

        Scrapy's own lets its timer end what has ended in the same turn of the loop, where a machine under load stood
        still for that second: `AlreadyCalledError` is logged, with its traceback.
        """
        closed: Deferred[None] = self._pool.closeCachedConnections()  # type: ignore[no-untyped-call]
        await asyncio.wait({closed.asFuture(asyncio.get_running_loop())}, timeout=self._disconnect_timeout)


@implementer(IResolutionReceiver)
class _Sieve:
    """Passes on the addresses that may be connected to."""

    def __init__(self, receiver: Any, request: _Request | None) -> None:
        self._receiver = receiver
        self._request = request

    def resolutionBegan(self, resolution: object) -> None:  # noqa: N802 (Twisted's name)
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: Any) -> None:  # noqa: N802
        host: str = address.host
        if may_reach(host, private=self._request is not None and self._request.private):
            self._receiver.addressResolved(address)
        elif self._request is not None:
            self._request.refused.append(host)

    def resolutionComplete(self) -> None:  # noqa: N802
        self._receiver.resolutionComplete()


class GuardedResolver(CachingHostnameResolver):
    """Scrapy's caching resolver, for names and literal addresses alike; what is cached is sieved too."""

    def resolveHostName(  # noqa: N802
        self,
        resolutionReceiver: IResolutionReceiver,  # noqa: N803
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[type[IAddress]] | None = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> IHostResolution:
        """Called by Twisted for each connection that is not kept alive."""
        sieve: Any = _Sieve(resolutionReceiver, _current.get())
        return super().resolveHostName(sieve, hostName, portNumber, addressTypes, transportSemantics)
