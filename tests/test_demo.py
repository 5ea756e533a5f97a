"""The newsroom really serves, the mailbox really receives, and the demo says what it promises."""

from __future__ import annotations

import http.client
import io
import re
import smtplib
import tomllib
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from urllib.robotparser import RobotFileParser

import feedparser
import pytest
from bs4 import BeautifulSoup
from rich.console import Console

from monitor.demo.command import toml_table
from monitor.demo.editions import Edition, Expectation, editions, outlets, printed
from monitor.demo.findings import Ledger, checks
from monitor.demo.mailbox import Mailbox
from monitor.demo.newsroom import Newsroom
from monitor.demo.settings import write_settings
from monitor.demo.show import amount, show_timeline
from monitor.demo.site import Site


@pytest.fixture(scope="module")
def servers() -> Iterator[Newsroom]:
    with Newsroom() as newsroom:
        for site in newsroom.sites.values():
            site.latency = 0
        yield newsroom


@pytest.fixture
def newsroom(servers: Newsroom) -> Newsroom:
    """The newsroom as it stands in the first edition, not yet visited."""
    servers.publish(1)
    for site in servers.sites.values():
        site.visits.clear()
    return servers


def get(site: Site, path: str, **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=10)
    try:
        connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        return response, response.read()
    finally:
        connection.close()


def test_outlets_cover_four_languages_and_every_listing() -> None:
    assert {outlet.language for outlet in outlets().values()} >= {"en", "zh-Hans", "de", "ja"}
    assert {outlet.listing for outlet in outlets().values()} == {"rss", "atom", "rdf", "html"}
    assert [edition.number for edition in editions()] == [1, 2]


@pytest.mark.parametrize("number", [1, 2])
def test_no_article_is_printed_before_it_is_published(number: int) -> None:
    edition = editions()[number - 1]
    assert all(story.published < edition.now for story in edition.stories)


@pytest.mark.parametrize("name", [name for name, outlet in outlets().items() if outlet.listing != "html"])
@pytest.mark.parametrize("number", [1, 2])
def test_feeds_parse(newsroom: Newsroom, name: str, number: int) -> None:
    newsroom.publish(number)
    outlet = outlets()[name]
    response, body = get(newsroom.sites[name], outlet.listing_path)
    feed = feedparser.parse(body, response_headers={"content-type": response.getheader("Content-Type")})
    assert not feed.bozo
    assert feed.version == {"rss": "rss20", "atom": "atom10", "rdf": "rss10"}[outlet.listing]
    stories = [story for (owner, _), story in printed(number).items() if owner == name]
    assert {entry.title for entry in feed.entries} == {story.title for story in stories}
    assert {entry.link.partition("?")[0] for entry in feed.entries} == set(map(newsroom.story_url, stories))
    assert all(entry.get("published_parsed") or entry.updated_parsed for entry in feed.entries)


@pytest.mark.parametrize("name", [name for name, outlet in outlets().items() if outlet.listing == "html"])
def test_list_page_links_its_articles(newsroom: Newsroom, name: str) -> None:
    _, body = get(newsroom.sites[name], outlets()[name].listing_path)
    links = BeautifulSoup(body, "lxml").select("ul.news-list a.headline")
    stories = [story for (owner, _), story in printed(1).items() if owner == name]
    assert [link.get_text() for link in links] == [story.title for story in stories[::-1]]
    assert all(get(newsroom.sites[name], str(link["href"]))[0].status == 200 for link in links)


@pytest.mark.parametrize("key", list(printed(2)), ids="/".join)
def test_article_page_holds_its_text_among_the_clutter(newsroom: Newsroom, key: tuple[str, str]) -> None:
    newsroom.publish(2)
    story, outlet = printed(2)[key], outlets()[key[0]]
    path = newsroom.story_url(story).removeprefix(newsroom.sites[outlet.id].url(""))
    response, body = get(newsroom.sites[outlet.id], path)
    page = body.decode(story.charset or outlet.charset)
    soup = BeautifulSoup(page, "lxml")
    heading = soup.h1
    assert heading is not None
    assert heading.get_text() == story.title
    assert [p.get_text() for p in soup.select(".article-body > p")] == story.paragraphs
    assert all(cell in page for table in story.tables for row in table.rows for cell in row)
    assert outlet.clutter.cookies in page
    assert response.getheader("Content-Type") == f"text/html; charset={story.declared or outlet.declared}"


def test_one_page_is_gbk_and_says_gb2312(newsroom: Newsroom) -> None:
    newsroom.publish(2)
    story = next(story for story in printed(2).values() if story.charset == "gbk")
    path = re.sub(r"^http://[^/]+", "", newsroom.story_url(story))
    response, body = get(newsroom.sites[story.outlet], path)
    assert "gb2312" in (response.getheader("Content-Type") or "")
    with pytest.raises(UnicodeDecodeError):
        body.decode("gb2312")
    assert story.author in body.decode("gb18030")


def test_unchanged_pages_answer_304_and_changed_ones_200(newsroom: Newsroom) -> None:
    site, path = newsroom.sites["company"], outlets()["company"].listing_path
    first, _ = get(site, path)
    etag, modified = first.getheader("ETag") or "", first.getheader("Last-Modified") or ""
    for validators in ({"If_None_Match": etag}, {"If_Modified_Since": modified}):
        again, body = get(site, path, **validators)
        assert (again.status, body) == (304, b"")
    newsroom.publish(2)
    for validators in ({"If_None_Match": etag}, {"If_Modified_Since": modified}):
        assert get(site, path, **validators)[0].status == 200
    assert site.visited(path) == [200, 304, 304, 200, 200]


def test_an_edited_article_keeps_its_address_and_date_but_not_its_validator(newsroom: Newsroom) -> None:
    first, second = ({(story.outlet, story.slug): story for story in edition.stories} for edition in editions())
    (key,) = first.keys() & second.keys()
    assert first[key].text != second[key].text
    assert first[key].published == second[key].published
    site = newsroom.sites[key[0]]
    path = newsroom.story_url(first[key]).removeprefix(site.url(""))
    before, _ = get(site, path)
    newsroom.publish(2)
    after, _ = get(site, path, If_None_Match=before.getheader("ETag") or "")
    assert after.status == 200


def test_robots_close_a_path_that_the_pages_link_to(newsroom: Newsroom) -> None:
    for name, outlet in outlets().items():
        site = newsroom.sites[name]
        _, body = get(site, "/robots.txt")
        robots = RobotFileParser()
        robots.parse(body.decode().splitlines())
        assert not robots.can_fetch("KelingMonitor", site.url(outlet.closed))
        assert robots.can_fetch("KelingMonitor", site.url(outlet.listing_path))
        assert get(site, "/no/such/page")[0].status == 404


def test_connections_stay_open(newsroom: Newsroom) -> None:
    site = newsroom.sites["company"]
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=10)
    connection.request("GET", "/robots.txt")
    connection.getresponse().read()
    socket = connection.sock
    connection.request("HEAD", outlets()["company"].listing_path)
    assert connection.getresponse().read() == b""
    assert connection.sock is socket
    connection.close()


def test_mailbox_keeps_letters_as_files(tmp_path: Path) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.com", "b@example.com", "可灵 Umsatz: über 3亿元/?"
    message.set_content("可灵AI收入超过3亿元\n.\n")
    message.add_alternative("<p>über 3亿元</p>", subtype="html")
    with Mailbox(folder=tmp_path / "mail") as mailbox, smtplib.SMTP("127.0.0.1", mailbox.port, timeout=10) as smtp:
        smtp.send_message(message)
        smtp.send_message(message)
    assert [letter.recipients for letter in mailbox.letters] == [("b@example.com",)] * 2
    letter = mailbox.letters[0]
    assert letter.subject == message["Subject"]
    assert letter.text == "可灵AI收入超过3亿元\n.\n"
    assert "über 3亿元" in letter.html
    assert letter.file.read_bytes().startswith(b"From:")
    assert "可灵AI收入" in letter.file.with_suffix(".txt").read_text("utf-8")
    assert letter.file.with_suffix(".html").exists()
    assert len(list((tmp_path / "mail").iterdir())) == 6


def test_mailbox_reopens_on_its_port(tmp_path: Path) -> None:
    with Mailbox(folder=tmp_path) as mailbox:
        port = mailbox.port
    with pytest.raises(ConnectionRefusedError):
        smtplib.SMTP("127.0.0.1", port, timeout=10)
    with Mailbox(folder=tmp_path, port=port), smtplib.SMTP("127.0.0.1", port, timeout=10) as smtp:
        assert smtp.noop()[0] == 250


def test_settings_are_the_newsroom_in_toml(newsroom: Newsroom, tmp_path: Path) -> None:
    config = tomllib.loads(write_settings(tmp_path, newsroom.sources(), smtp_port=2525).read_text("utf-8"))
    assert config["source"] == newsroom.sources()
    assert [source["name"] for source in config["source"]] == list(outlets())
    assert config["smtp"]["port"] == 2525
    assert config["sources"]["use"] == "none"


def test_toml_table_writes_what_toml_reads() -> None:
    values = {"text": 'quote " \\ 可灵\n', "number": 25, "switch": True, "list": ["a", "ß"]}
    assert tomllib.loads(toml_table("[t]", values))["t"] == values


def row(**fields: object) -> dict[str, object]:
    plain: dict[str, object] = {
        "id": 1,
        "entity": "keling",
        "metric": "revenue",
        "measure": "level",
        "value": 300_000_000,
        "unit": "CNY",
        "bound": "at_least",
        "period": "2025-Q3",
        "aggregation": "period",
        "basis": "reported",
        "first_seen": "2025-11-21T01:00:00+00:00",
        "outlets": 4,
    }
    return plain | fields


def test_promises_count_alerts_by_the_fields_of_their_facts() -> None:
    edition = Edition.model_construct(
        expected=(
            Expectation(what="quarter", where={"metric": "revenue", "verdict": "new"}, times=1),
            Expectation(what="users", where={"metric": "users"}, times=0),
        )
    )
    article = {"id": 7, "url": "http://127.0.0.1/a", "outlet": "paper", "title": "Again"}
    ledger = Ledger(
        facts={1: row(), 2: row(id=2, metric="users")},
        alerts=[{"id": 1, "fact": 1, "verdict": "new"}],
        figures=[row(id=1, article=7, verdict="repeated")],
        articles={7: article},
    )
    assert all(check.kept for check in checks(edition, ledger, ["http://127.0.0.1/a"]))
    assert ledger.repeated() == {("paper", "Again"): 1}

    worse = Ledger(
        facts=ledger.facts,
        alerts=[{"id": number, "fact": number % 2 + 1, "verdict": "new"} for number in (2, 3, 4)],
        figures=[row(id=2, article=7, verdict="new")],
        articles=ledger.articles,
    )
    # Facts 1, 2, 1: the quarter twice, the users once, and news in an article that tells again.
    assert [check.found for check in checks(edition, worse, ["http://127.0.0.1/a"])] == [2, 1, 1]
    assert not any(check.kept for check in checks(edition, worse, ["http://127.0.0.1/a"]))
    assert worse.since(ledger).alerts == worse.alerts
    assert worse.since(worse).figures == []


def test_amounts_show_bound_thousands_and_unit() -> None:
    assert amount(row()) == "≥ 300,000,000 CNY"
    assert amount(row(value=[14, 16.5], unit="percent", bound="range")) == "14 – 16.5 percent"
    assert amount(row(value="2.5 Turbo", unit="version", bound="exact")) == "2.5 Turbo version"


def test_the_timeline_is_in_the_order_of_its_periods() -> None:
    screen = io.StringIO()
    rows = [row(), row(id=2, period="..2025-02"), row(id=3, period="2025-Q1")]
    show_timeline(Console(file=screen, width=160), "Timeline", rows)
    text = screen.getvalue()
    assert text.index("..2025-02") < text.index("2025-Q1") < text.index("2025-Q3")
