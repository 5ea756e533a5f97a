"""Indexes and files of captures, whatever bytes they are."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sources_for_tests import source

from monitor.demo.archive import Kept, packed, record
from monitor.errors import NoPageError, ParseError
from monitor.parse.archives import capture_in, read_index
from monitor.parse.warc import captures

CAPTURE = "https://archive.example/web/{timestamp}id_/{original}"
THEN = datetime(2025, 3, 26, 9, 15, tzinfo=UTC)


def declared(**more: Any) -> Any:
    archive = {"capture": CAPTURE, "address": "original", "captured": "timestamp"}
    return source(kind="archive_index", url="https://archive.example/cdx", archive=archive, **more)


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://archive.example/web/20250326091500id_/https://paper.example/a?b=c", "https://paper.example/a?b=c"),
        ("https://archive.example/web/20250326091500id_/http:/paper.example/a", "http://paper.example/a"),
        ("https://archive.example/web/20250326091500id_/paper.example/a", "http://paper.example/a"),
    ],
)
def test_a_capture_is_of(url: str, address: str) -> None:
    found = capture_in(b"x", {}, url=url, source=declared(), largest=10)
    assert (found.url, found.captured) == (address, THEN)


@pytest.mark.parametrize(
    "url", ["https://paper.example/a", "https://archive.example/web/2025id_/https://paper.example/a"]
)
def test_what_is_no_capture_is_given_up(url: str) -> None:
    with pytest.raises(NoPageError, match="leads out of the archive"):
        capture_in(b"x", {}, url=url, source=declared(), largest=10)


def test_one_capture_a_page_is_taken_and_only_those_that_the_source_wants() -> None:
    rows = [
        ["timestamp", "original"],
        ["20250326091500", "http://paper.example:80/a?utm_source=x"],
        ["20250401091500", "https://paper.example/a"],
        ["20250401091500", "https://paper.example/tag/a"],
        ["2025", "https://paper.example/b"],
        ["20250401091500"],
    ]
    body = str(rows).replace("'", '"').encode()
    index = read_index(body, {}, url="https://archive.example/cdx", source=declared(items={"drop": "/tag/"}))
    assert [item.original for item in index.items] == ["http://paper.example:80/a?utm_source=x"]
    assert len(index.faults) == 2


@settings(deadline=None)
@given(st.one_of(st.binary(max_size=300), st.text(alphabet='[]{}",:0a\n ', max_size=80).map(str.encode)))
def test_no_bytes_break_an_index(body: bytes) -> None:
    with suppress(ParseError):
        read_index(body, {}, url="https://archive.example/cdx", source=declared())


FILES = [
    packed(Kept(url=f"https://paper.example/{each}", captured=THEN, body=b"<p>Kling</p>" * 20) for each in range(4))[0],
    b"".join(record(Kept(url=f"https://paper.example/{each}", captured=THEN, body=b"<p>x</p>")) for each in range(4)),
]


@settings(deadline=None)
@given(st.sampled_from(FILES), st.integers(1, 1500), st.binary(max_size=60), st.integers(0, 60))
def test_no_bytes_break_a_file_and_its_records_follow_each_other(
    whole: bytes, place: int, noise: bytes, gone: int
) -> None:
    body = whole[:place] + noise + whole[place + gone :]
    try:
        found = list(captures(BytesIO(body), largest=10_000))
    except ParseError:
        return
    assert [each.start for each in found[1:]] == [each.end for each in found[:-1]]
    assert all(each.start < each.end <= len(body) for each in found)
    # From any record on the same ones follow.
    for each in found[1:2]:
        assert [again.start for again in captures(BytesIO(body), start=each.start, largest=10_000)] == [
            again.start for again in found[1:]
        ]


def test_a_page_that_is_too_large_is_a_fault_and_what_is_no_page_is_not() -> None:
    big = Kept(url="https://paper.example/a", captured=THEN, body=b"x" * 3_000_000)
    film = Kept(url="https://paper.example/b", captured=THEN, body=b"y" * 3_000_000, content_type="video/mp4")
    small = Kept(url="https://paper.example/c", captured=THEN, body=b"z")
    found = list(captures(BytesIO(packed([big, film, small])[0]), largest=100_000))
    assert [(each.fault, each.capture is not None) for each in found] == [
        ("a page of more than 100000 bytes", False),
        ("", False),
        ("", True),
    ]
