from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.parse.addresses import absolute, canonical_url, site_of, unwrapped

SAME = [
    ("http://example.com/a", "https://example.com/a"),
    ("https://m.example.com/a", "https://www.example.com/a"),
    ("https://example.com/a?utm_source=x&utm_medium=y", "https://example.com/a"),
    ("https://example.com/a?id=3&spm=1.2&from=wx", "https://example.com/a?id=3"),
    ("https://example.com/a?b=2&a=1#top", "https://example.com/a?a=1&b=2"),
    ("https://EXAMPLE.com:443/a", "https://example.com/a"),
    ("https://example.com", "https://example.com/"),
    ("http://127.0.0.1:8000/a?x=1", "http://127.0.0.1:8000/a?x=1"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_one_article_has_one_address(one: str, other: str) -> None:
    assert canonical_url(one) == canonical_url(other) == other


@pytest.mark.parametrize(
    ("url", "declared", "expected"),
    [
        ("https://m.example.com/a?x=1", "https://www.example.com/a", "https://www.example.com/a"),
        ("https://example.com/a", "/b", "https://example.com/b"),
        ("https://example.com/a", "https://other.org/a", "https://example.com/a"),
        ("https://example.com/a", "https://example.com/", "https://example.com/a"),
        ("https://example.com/a", "javascript:void(0)", "https://example.com/a"),
    ],
)
def test_a_declared_address_counts_on_its_own_site(url: str, declared: str, expected: str) -> None:
    assert canonical_url(url, declared) == expected


def test_links_lead_to_the_web_or_nowhere() -> None:
    base = "https://example.com/list/"
    assert absolute("../a", base) == "https://example.com/a"
    for link in ("javascript:alert(1)", "mailto:a@b.c", "file:///etc/passwd", "http://[broken", "data:text/html,x"):
        assert absolute(link, base) is None


def test_wrappers_are_taken_off() -> None:
    wrapped = "http://search.example/click?tid=9&url=https%3a%2f%2fpaper.example%2fa%3fid%3d1"
    assert unwrapped(wrapped, "url") == "https://paper.example/a?id=1"
    assert unwrapped(wrapped, "tid") is None


def test_a_site_is_its_registered_domain() -> None:
    assert site_of("https://stock.finance.example.com.cn/a") == "example.com.cn"
    assert site_of("http://127.0.0.1:8000/") == "127.0.0.1"


@settings(deadline=None)
@given(
    st.from_regex(r"https?://[a-z]{1,8}\.(com|co\.uk|cn)(:80|:443|:8080)?(/[a-z0-9%.-]{0,8}){0,3}", fullmatch=True),
    st.dictionaries(st.sampled_from(["id", "utm_x", "b", "spm"]), st.text("abc1", max_size=3), max_size=3),
)
def test_canonical_addresses_stay_as_they_are(url: str, query: dict[str, str]) -> None:
    once = canonical_url(f"{url}?{'&'.join(f'{key}={value}' for key, value in query.items())}")
    assert canonical_url(once) == once
