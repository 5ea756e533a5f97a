"""One article, one address: what tells it apart and nothing of how a reader came to it."""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

import tldextract
from w3lib.url import safe_url_string

#: Query parameters that say how a reader came.
_TRACKING = re.compile(
    r"""(?x)^(?:
        utm_\w+ | at_\w+ | mc_\w+ | pk_\w+ | mtm_\w+ | ns_\w+ | hmsr | hm\w{2} | _hs\w+
      | \w*clid | igshid | spm | scm | share\w* | shared?_?\w* | \.?tsrc | guccounter | guce_\w+
      | from | fr | ref | referrer | refer | isappinstalled | wfr | cmpid | icid | ncid | sr_share
      | oc | __\w+ | _t | timestamp
    )$""",
    re.IGNORECASE,
)

#: First labels of hosts that serve the same pages for small screens.
_MOBILE = ("m", "mobile", "wap", "amp", "3g")

# No list is fetched: the snapshot that the package carries is enough.
_domains = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


def site_of(url: str) -> str:
    """The registered domain that an address belongs to, or its host where there is none.

    >>> site_of("https://stock.finance.example.co.uk/a")
    'example.co.uk'
    """
    return _site(urlsplit(url).hostname or "")


def site_key(url: str) -> str:
    """What tells one site from another: its domain, and its port where that is not the usual one.

    >>> site_key("https://www.example.com/a"), site_key("http://127.0.0.1:8080/a")
    ('example.com', '127.0.0.1:8080')
    """
    port = urlsplit(url).port
    return site_of(url) if port is None else f"{site_of(url)}:{port}"


@lru_cache(maxsize=4096)
def _site(host: str) -> str:
    return _domains(host).top_domain_under_public_suffix or host


def host_of(url: str) -> str:
    """The host that an address names, without `www.`.

    >>> host_of("https://www.example.com/a")
    'example.com'
    """
    return (urlsplit(url).hostname or "").removeprefix("www.")


def absolute(url: str, base: str) -> str | None:
    """A link of a page as an absolute address; None where it leads nowhere on the web.

    >>> absolute("/a b", "https://example.com/list")
    'https://example.com/a%20b'
    >>> absolute("javascript:void(0)", "https://example.com/") is None
    True
    """
    try:
        joined = urljoin(base, url.strip())
        parts = urlsplit(joined)
        return safe_url_string(joined) if parts.scheme in {"http", "https"} and parts.hostname else None
    except ValueError:
        return None


def unwrapped(url: str, parameter: str) -> str | None:
    """The address that a search engine's link carries in a query parameter; None where it carries none.

    >>> unwrapped("http://example.com/click?url=https%3a%2f%2fpaper.example%2fa&tid=1", "url")
    'https://paper.example/a'
    """
    for name, value in parse_qsl(urlsplit(url).query):
        if name == parameter and re.match(r"https?://", value):
            return value
    return None


def canonical_url(url: str, declared: str | None = None) -> str:
    """The address that is an article's identity.

    Args:
        url: absolute, as fetched, after redirects.
        declared: what the page calls its canonical address; taken where it is a page of the same site.

    >>> canonical_url("http://m.example.com/a/?utm_source=x&id=3#top")
    'https://www.example.com/a/?id=3'
    """
    if declared and (target := absolute(declared, url)) and _is_same_page_elsewhere(url, target):
        url = target
    parts = urlsplit(safe_url_string(url))
    host = (parts.hostname or "").lower()
    port = None if parts.port in {None, {"http": 80, "https": 443}.get(parts.scheme)} else parts.port
    scheme = parts.scheme
    if port is None and _is_public_name(host):
        # A public host that serves one of the two serves both today; loopback and own ports are left alone.
        scheme = "https"
        first, _, rest = host.partition(".")
        if first in _MOBILE and "." in rest:
            host = f"www.{rest}"
    query = urlencode(
        sorted((k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKING.match(k))
    )
    netloc = f"[{host}]" if ":" in host else host
    return urlunsplit((scheme, netloc if port is None else f"{netloc}:{port}", parts.path or "/", query, ""))


def _is_public_name(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return "." in host and not host.endswith((".local", ".internal", ".localhost"))
    return False


def _is_same_page_elsewhere(url: str, target: str) -> bool:
    """A canonical address of another site, or the site's front page, is a mistake of the page."""
    here, there = urlsplit(url), urlsplit(target)
    if site_of(url) != site_of(target) or here.port != there.port:
        return False
    return there.path not in {"", "/"} or here.path in {"", "/"}
