"""`extract`: the figures in a file, a page or standard input."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from monitor.cli.options import Clock, clock_option, config_option, format_option
from monitor.cli.output import as_json, print_rows
from monitor.errors import ConfigError, Fault

if TYPE_CHECKING:
    from monitor.extractors import Extractor

COLUMNS = (
    "where",
    "start",
    "entity",
    "metric",
    "measure",
    "value",
    "unit",
    "period",
    "aggregation",
    "basis",
    "confidence",
)


@click.command()
@click.argument("what", metavar="[FILE|URL|-]", default="-")
@click.option(
    "--jsonl",
    is_flag=True,
    help='Read JSON Lines ({"id", "url", "title", "text", "published", "lang"}), write as many.',
)
@click.option("--quantities", is_flag=True, help="All numbers with their units, whatever they are about.")
@click.option("--explain", is_flag=True, help="Say for every field of every figure what speaks for it.")
@click.option("--lang", "language", default="", help="zh-Hans, zh-Hant, en, de or ja (default: found by the text).")
@click.option(
    "--published",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Day of publication, which relative words count from (default: the page's, what the text tells, or today).",
)
@format_option
@config_option
@clock_option
def command(
    what: str,
    jsonl: bool,
    quantities: bool,
    explain: bool,
    language: str,
    published: datetime | None,
    form: str,
    config_file: Path | None,
    clock: Clock,
) -> None:
    """Print the figures of a text file, an HTML page, an address or standard input.

    \b
    Example: keling-monitor extract article.html --published 2025-03-26 --explain
    """
    from monitor.config import load_config
    from monitor.extractors import Extractor

    extractor = Extractor(watchlists=load_config(config_file).settings.watch.lists)
    if jsonl:
        for line in _lines(what):
            click.echo(as_json(_answer(extractor, line, clock().date(), quantities=quantities)))
        return
    document = _document(what, language, published.date() if published else None, clock)
    if document["context"]["dated"] is None and not quantities:
        document["context"]["dated"] = _told_day(extractor, document, clock().date())
    if explain:
        for figure in extractor.explain(document["text"], **document["context"]):
            click.echo(str(figure))
    elif quantities:
        from monitor.rows import quantity_rows

        found = extractor.quantities(document["text"], document["context"]["language"])
        print_rows(quantity_rows(found), form, ("start", "end", "value", "unit", "bound"))
    else:
        from monitor.rows import figure_row

        figures = extractor.read(document["text"], **document["context"])
        print_rows(map(figure_row, figures), form, COLUMNS)


def _told_day(extractor: Extractor, document: Mapping[str, Any], today: date) -> date:
    """The day that a document tells of itself, or today; what counts from it is said."""
    context = document["context"]
    day = extractor.published(document["text"], title=context["title"], language=context["language"], found=today)
    which = "today" if day == today else "as far as it tells"
    click.echo(
        f'no day of publication: "last quarter" and its like count from {day}, {which}; see --published', err=True
    )
    return day


def _lines(what: str) -> Iterator[dict[str, Any]]:
    with click.open_file(what, encoding="utf-8", errors="surrogatepass") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
                text = row["text"]
            except (ValueError, KeyError, TypeError):
                found = line.strip()[:60]
                raise ConfigError([Fault(what, f"line {number}", 'a JSON object with "text"', found)]) from None
            if not isinstance(text, str):
                raise ConfigError([Fault(what, f"line {number}: text", "a text", repr(text)[:60])])
            yield row


def _answer(extractor: Extractor, row: dict[str, Any], today: date, *, quantities: bool) -> dict[str, Any]:
    from monitor.parse.language import detect_language
    from monitor.rows import figure_row, quantity_rows

    url, title = (str(row.get(key) or "") for key in ("url", "title"))
    language = str(row.get("lang") or "") or detect_language(f"{title}\n{row['text']}")
    if quantities:
        return {
            "id": row.get("id"),
            "quantities": quantity_rows(extractor.quantities(row["text"], language)),
        }
    published = row.get("published")
    dated = date.fromisoformat(str(published)[:10]) if published else None
    figures = extractor.read(row["text"], title=title, language=language, dated=dated, found=today, url=url)
    return {"id": row.get("id"), "figures": [figure_row(figure) for figure in figures]}


def _document(what: str, language: str, dated: date | None, clock: Clock) -> dict[str, Any]:
    """The text with what is known of it: a page is read as the crawl reads pages."""
    from monitor.documents import read_anything

    if what != "-" and "://" not in what and not Path(what).is_file():
        raise click.BadParameter(f"{what!r} is no file, no address and not -", param_hint="FILE")
    title, text, found, day = read_anything(what, now=clock())
    url = what if "://" in what else ""
    return {"text": text, "context": {"title": title, "language": language or found, "dated": dated or day, "url": url}}
