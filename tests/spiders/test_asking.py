from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from monitor.cycle import Cycle
from monitor.declarations.sources import Source, shipped_sources
from monitor.spiders import spider_of
from monitor.spiders._asking import address_of, asks, body_of, key_of

NOW = datetime(2025, 11, 20, 20, tzinfo=UTC)


def source(**given: object) -> Source:
    return Source.model_validate({"name": "paper", "kind": "feed", "url": "https://paper.example/", **given})


def test_every_query_is_asked_in_every_locale() -> None:
    google = shipped_sources()["google-news"]
    addresses = [address_of(google, ask, NOW) for ask in asks(google, {})]
    assert len(set(addresses)) == len(google.queries) * len(google.locales) == 12
    assert addresses[0] == (
        "https://news.google.com/rss/search?q=Kuaishou%20OR%20%22Kling%20AI%22%20when%3A2d&hl=zh-CN&gl=CN&ceid=CN%3Azh-Hans"
    )


def test_a_check_asks_each_query_and_each_locale_once() -> None:
    google = shipped_sources()["google-news"]
    brief = list(asks(google, {}, brief=True))
    assert len(brief) == 6
    assert {ask.query for ask in brief} == set(google.queries)
    assert [ask.locale for ask in brief] == list(google.locales)
    assert len(list(asks(source(), {}, brief=True))) == 1


def test_a_key_comes_from_the_environment_or_its_absence_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    cycle = Cycle.alone(None, now=NOW)
    monkeypatch.delenv("MEDIACLOUD_KEY", raising=False)
    spider = spider_of(shipped_sources()["media-cloud"])(cycle=cycle)
    assert asyncio.run(anext(spider.start(), None)) is None
    assert "set the environment variable MEDIACLOUD_KEY" in spider.report.list_faults[0].what
    monkeypatch.setenv("MEDIACLOUD_KEY", "secret")
    request = asyncio.run(anext(spider.start()))
    assert request.headers["Authorization"] == b"Token secret"
    assert "secret" not in request.url


def test_days_are_those_of_the_source_and_lookups_fill_their_place() -> None:
    hkex = shipped_sources()["hkex-search"]
    first, _ = asks(hkex, {"stock": "12345"})
    query = parse_qs(urlsplit(address_of(hkex, first, NOW)).query)
    # In Hong Kong the next day has begun.
    assert (query["toDate"], query["fromDate"], query["stockId"], query["lang"]) == (
        ["20251121"],
        ["20251022"],
        ["12345"],
        ["EN"],
    )


def test_a_table_in_a_query_string_is_json() -> None:
    eastmoney = shipped_sources()["eastmoney-search"]
    first, _ = asks(eastmoney, {})
    query = parse_qs(urlsplit(address_of(eastmoney, first, NOW)).query)
    assert json.loads(query["param"][0])["keyword"] == "快手"


def test_a_post_carries_json_or_a_form() -> None:
    flash, latepost = shipped_sources()["kr36-flash"], shipped_sources()["latepost"]
    (ask,) = asks(flash, {})
    body, content_type = body_of(flash, ask, NOW) or (b"", "")
    assert json.loads(body)["timestamp"] == int(NOW.timestamp() * 1000)
    assert content_type.startswith("application/json")
    (ask,) = asks(latepost, {})
    assert body_of(latepost, ask.turned(2), NOW) == (
        b"page=2&limit=10&programa=0",
        "application/x-www-form-urlencoded",
    )
    assert body_of(source(), ask, NOW) is None


def test_a_question_keeps_its_key_whatever_the_clock_says() -> None:
    fast = shipped_sources()["eastmoney-fast"]
    (ask,) = asks(fast, {})
    later = NOW.replace(hour=21)
    assert address_of(fast, ask, NOW) != address_of(fast, ask, later)
    assert key_of(fast, ask) == fast.url
    hkex = shipped_sources()["hkex-latest"]
    keys = [key_of(hkex, turned) for ask in asks(hkex, {}) for turned in (ask, ask.turned(2))]
    assert keys == ["e", "e 2", "c", "c 2"]


def test_other_braces_are_left_alone() -> None:
    given = source(url="https://paper.example/{query}/{other}", queries=["a b"])
    (ask,) = asks(given, {})
    assert address_of(given, ask, NOW) == "https://paper.example/a%20b/{other}"
