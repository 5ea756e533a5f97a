from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sources_for_tests import source

from monitor.errors import ParseError
from monitor.parse.lists import read_list

NOW = datetime(2025, 11, 21, 12, tzinfo=UTC)
LISTS = Path(__file__).parent / "lists"


@pytest.mark.parametrize("file", sorted(LISTS.glob("*.toml")), ids=lambda file: file.stem)
def test_a_list_has_these_items(file: Path) -> None:
    case = tomllib.loads(file.read_text("utf-8"))
    body = file.with_suffix(".html").read_text("utf-8").encode(case.get("charset", "utf-8"))
    declared = source(**{"kind": "html_list", "url": "https://paper.example/list/", **case.get("source", {})})
    page = read_list(body, {}, url=declared.url, source=declared, now=NOW)
    assert [item.url for item in page.items] == [item["url"] for item in case["item"]]
    for item, expected in zip(page.items, case["item"], strict=True):
        at = expected.pop("at", None)
        assert {key: getattr(item, key) for key in expected} == expected
        assert (item.published.at if item.published else None) == at
    assert page.next_page == case.get("next_page")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("", "an empty page"),
        ("<html><body><p>nothing here</p></body></html>", "an empty list"),
        (
            "<html><body><h1>访问验证</h1><a href='/x'>拖动滑块完成验证以继续访问本站</a></body></html>",
            "challenge page",
        ),
        ("<html><body>Bitte melden Sie sich an, um fortzufahren</body></html>", "login or consent page"),
        ("<html><head><title>404 Not Found</title></head><body><h1>Oops</h1></body></html>", "nothing here"),
    ],
)
@pytest.mark.parametrize("rows", ["", "ul.news li"])
def test_what_is_no_list_is_said_so(body: str, words: str, rows: str) -> None:
    declared = source(kind="html_list", items={"rows": rows})
    with pytest.raises(ParseError, match=words):
        read_list(body.encode(), {}, url=declared.url, source=declared, now=NOW)
