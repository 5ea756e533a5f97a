"""Everything that goes wrong, at once and run after run: each incident is told twice, and what is good is read."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from crawling import NOW, crawl_apart, rows
from pdfmaking import pdf
from stage import closed_port, put_article, put_feed

from monitor.crawl import Fetching
from monitor.declarations.sources import Source
from monitor.demo.site import Page, Site
from monitor.health import news, told
from storage.database import connect
from storage.health import Health

#: Rounds until what counts whole is broken, and what counts half, and one more in which nobody is to hear of it again;
#: then all is mended.
WHOLE, HALF = 4, 7
HURRY = Fetching(timeout=timedelta(seconds=5), max_bytes=200_000)
TEXT = "The weather was fine all week.\nNobody was surprised, for it is summer and the sun is out.\nIt may rain later."
SHELL = "<html><head><title>App</title></head><body><div id='root'></div><script>start()</script></body></html>"
LOCKED = (
    b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
    b"2 0 obj\n<< /Type /Pages /Kids [] /Count 0 >>\nendobj\n"
    b"3 0 obj\n<< /Filter /Standard /V 1 /R 2 /P -4 /O <" + b"41" * 32 + b"> /U <" + b"42" * 32 + b"> >>\nendobj\n"
    b"xref\n0 4\n0000000000 65535 f \n0000000009 00000 n \n0000000058 00000 n \n0000000109 00000 n \n"
    b"trailer\n<< /Size 4 /Root 1 0 R /Encrypt 3 0 R /ID [<00> <00>] >>\nstartxref\n300\n%%EOF"
)
BOMB = (
    '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "' + "a" * 1000 + '">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(8))
    + "]><rss><channel><title>&i;</title></channel></rss>"
)  # fmt: skip
HTML = "text/html; charset=utf-8"

#: Fault → what its list answers, and words of the message.
LISTS: dict[str, tuple[Page, str]] = {
    "challenge": (Page(body=b"<html><body>Just a moment...</body></html>"), "a challenge page"),
    "http-403": (Page(body=b"", status=403), "HTTP 403"),
    "http-404": (Page(body=b"", status=404), "HTTP 404"),
    "http-410": (Page(body=b"", status=410), "HTTP 410"),
    "http-500": (Page(body=b"", status=500), "HTTP 500"),
    "cut": (Page(body=b"<rss><channel><item><title>half a fe"), "cut off"),
    "empty": (Page(body=b"<rss><channel></channel></rss>"), "an empty list"),
    "login": (Page(body="<html><body><h1>请登录后查看</h1></body></html>".encode()), "not a feed but"),
    "shell": (Page(body=SHELL.encode()), "not a feed but"),
    "huge": (Page(body=b"x" * 300_000), "too large"),
    "gzip-bomb": (
        Page(body=gzip.compress(b"<rss>" + b" " * 5_000_000), headers=(("Content-Encoding", "gzip"),)),
        "too large",
    ),
    "circle": (Page(body=b"", status=302, headers=(("Location", "/feed.xml"),)), "redirections"),
    "broken-xml": (Page(body=b"<rss><channel><item><title>Kling</item></rss>"), "an empty list"),
    "entities": (Page(body=BOMB.encode()), "an empty list"),
}

#: Fault → what its page answers, and words of the message.
PAGES: dict[str, tuple[Page, str]] = {
    "page-shell": (Page(body=SHELL.encode()), "without a body"),
    "page-login": (Page(body="<html><body><form>请先登录</form></body></html>".encode()), "login"),
    "page-locked": (Page(body=LOCKED, content_type="application/pdf"), "password"),
    "page-scan": (Page(body=pdf([]), content_type="application/pdf"), "may be a scan"),
    "page-gone": (Page(body=b"", status=404), "HTTP 404"),
}


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def declared(site: Site, name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "kind": "feed", "url": site.url("/feed.xml"), "allow_private": True, "every": "1h", **more}


def publish(site: Site, path: str, *, number: int = 0, charset: str = "utf-8", says: str = "") -> None:
    """A new article, and a feed that names it."""
    url = put_article(
        site,
        path,
        title="Kuaishou in summer",
        text=f"{TEXT} Item {path}.",
        published=NOW,
        language="zh",
        charset=charset,
    )
    if says:
        site.pages[path] = Page(body=site.pages[path].body, content_type=f"text/html; charset={says}")
    put_feed(site, [(url, f"Kuaishou {path}", NOW + timedelta(hours=number))])


#: What passes by itself, mostly.
BRIEF = {"http-500", "page-gone"}


@pytest.mark.parametrize(
    ("rounds", "faults"),
    [(WHOLE, (LISTS.keys() - BRIEF)), (WHOLE, {*PAGES} - BRIEF), (HALF, BRIEF)],
    ids=["lists", "pages", "brief"],
)
def test_each_incident_is_told_twice_and_what_is_good_is_read(
    tmp_path: Path, stack: ExitStack, rounds: int, faults: set[str]
) -> None:
    lists = {name: case for name, case in LISTS.items() if name in faults}
    pages = {name: case for name, case in PAGES.items() if name in faults}
    database = tmp_path / "keling.db"
    sites = {name: stack.enter_context(Site()) for name in [*lists, *pages, "frozen", "good", "gbk", "wrong", "moved"]}
    for name, (answer, _) in lists.items():
        sites[name].pages["/feed.xml"] = answer
    for name, (answer, _) in pages.items():
        sites[name].pages["/page"] = answer
        put_feed(sites[name], [(sites[name].url("/page"), "Kuaishou", NOW)])
    publish(sites["frozen"], "/old")
    # Bytes that are not what they are said to be are read all the same, and so is what is answered the second time.
    publish(sites["gbk"], "/gbk", charset="gb18030", says="gb2312")
    publish(sites["wrong"], "/wrong", charset="gb18030", says="utf-8")
    sites["moved"].pages["/feed.xml"] = Page(body=b"", status=301, headers=(("Location", "/new.xml"),))
    url = put_article(sites["moved"], "/m", title="Kuaishou", text=TEXT, published=NOW, language="en")
    put_feed(sites["moved"], [(url, "Kuaishou", NOW)], "/new.xml")
    silence = {"frozen": {"expect": {"silence": "1d"}}}
    sources = [declared(site, name, **silence.get(name, {})) for name, site in sites.items()]
    sources.append(declared(sites["good"], "nobody") | {"url": f"http://127.0.0.1:{closed_port()}/feed.xml"})
    sources.append(declared(sites["good"], "jsonp", kind="json_list", items=JSONP) | {"url": sites["good"].url("/api")})
    sites["good"].put("/api", 'cb({"rows": [{"u": "/j", "t": "<em>Kuaishou</em>"}]});', "application/javascript")
    put_article(sites["good"], "/j", title="Kuaishou", text=TEXT, published=NOW, language="en")

    heard: list[tuple[str, bool]] = []
    said: dict[str, str] = {}
    for number in range(rounds + 1):
        publish(sites["good"], f"/good{number}", number=number)
        if number == rounds:
            for name in [*lists, "frozen"]:
                publish(sites[name], "/mended", number=number)
            for name in pages:
                put_article(sites[name], "/page", title="Kuaishou", text=TEXT, published=NOW, language="en")
            sources = [source for source in sources if source["name"] != "nobody"]
        result = crawl_apart(database, sources, now=NOW + timedelta(hours=12 * number), fetching=HURRY)
        said |= {source.name: " ".join(source.messages) for source in result.sources if source.messages}
        with closing(connect(database)) as db:
            health = Health(db)
            fresh = news(health, [Source.model_validate(source) for source in sources])
            told(health, fresh)
            heard += [(each.name, each.broken) for each in fresh]

    words = {name: words for name, (_, words) in (lists | pages).items()} | {"nobody": "connection refused"}
    assert {name: (part, said.get(name)) for name, part in words.items() if part not in said.get(name, "")} == {}
    incidents = {name: [broken for each, broken in heard if each == name] for name in [*lists, *pages, "frozen"]}
    assert {name: told for name, told in incidents.items() if told != [True, False]} == {}
    assert [broken for name, broken in heard if name == "nobody"] == [True]
    # Of what is good nobody hears, and all of it is recorded.
    assert not {name for name, _ in heard} & {"good", "gbk", "wrong", "moved", "jsonp"}
    titles = rows(database, "SELECT source, count(*) AS n FROM articles GROUP BY source")
    counts = {row["source"]: row["n"] for row in titles}
    assert {name: counts.get(name) for name in ("good", "gbk", "wrong", "moved", "jsonp")} == {
        "good": rounds + 1, "gbk": 1, "wrong": 1, "moved": 1, "jsonp": 1,
    }  # fmt: skip


JSONP = {"rows": "rows", "link": "u", "title": "t"}
