"""How fast whole articles are read, beside others on the same text: `python -m benchmarks.extract [FOLDER]`.

Each file of the folder holds `lang`, `title` and `text`. All in processor time, in one run:

- MB of UTF-8 a second of the whole extractor: articles full of figures, and the same among others that name nobody who
  is watched, one in twenty and one in a hundred: general feeds name a company seldom;
- the same where numbers, times and names are found and nothing is decided;
- the numbers alone, without what they mean, in articles that are read for the first time (not the German ones, which
  the rival cannot read);
- Microsoft's Recognizers-Text, which finds numbers, on the same articles, alone and among others, if it is installed
  (`.venv/bin/pip install -e '.[rivals]'`);
- the cost of a page beside trafilatura's for the same page, of such articles and of both streams;
- ten thousand watched names beside fifty.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from html import escape
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any
from unittest.mock import patch

from trafilatura import extract as body_of

from monitor.declarations.watchlists import watched
from monitor.extractors import Extractor
from monitor.extractors.binding import Binder

CASES = Path(__file__).parents[1] / "tests" / "eval" / "cases"
#: Articles of each language that are read.
SAMPLE = 6
#: Of so many articles one names the watched.
AMONG = (20, 100)
#: What stands in the place of watched names in the others.
NOBODY = "Acme"
ROUNDS = 3


def seconds(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """The shortest of several rounds in processor time, after one that is not counted."""
    work()
    times = []
    for _ in range(rounds):
        begin = process_time()
        work()
        times.append(process_time() - begin)
    return min(times)


def once(work: Callable[[], object]) -> float:
    """The processor time of the first round: what is remembered of a text makes the next ones shorter."""
    begin = process_time()
    work()
    return process_time() - begin


def size(articles: Sequence[dict[str, Any]]) -> float:
    """MB of UTF-8."""
    return sum(len(f"{a['title']}\n{a['text']}".encode()) for a in articles) / 1e6


def read(extractor: Extractor, articles: Sequence[dict[str, Any]]) -> int:
    """Figures in all articles."""
    days = [date.fromisoformat(a["published"]) for a in articles]
    return sum(
        len(extractor.read(a["text"], title=a["title"], language=a["lang"], dated=day))
        for a, day in zip(articles, days, strict=True)
    )


def numbers(extractor: Extractor, articles: Sequence[dict[str, Any]]) -> int:
    """Numbers with their units in all articles."""
    return sum(len(extractor.quantities(a["text"], a["lang"])) for a in articles)


def unnamed(article: dict[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """The article with nobody watched in it."""
    text, title = article["text"], article["title"]
    for name in names:
        text, title = text.replace(name, NOBODY), title.replace(name, NOBODY)
    return {**article, "text": text, "title": title}


def among_others(articles: Sequence[dict[str, Any]], among: int, names: Sequence[str]) -> list[dict[str, Any]]:
    """The articles, and so many for each that name nobody watched that it is one among them."""
    return [*articles, *(unnamed(article, names) for article in articles for _ in range(among - 1))]


def page(article: dict[str, Any]) -> str:
    """The article as a page with the usual frame."""
    links = "".join(f'<li><a href="/{n}">Section {n}</a></li>' for n in range(40))
    lines = "".join(f"<p>{escape(line)}</p>" for line in article["text"].split("\n") if line.strip())
    title = escape(article["title"])
    return (
        f"<html><head><title>{title}</title></head><body><nav><ul>{links}</ul></nav>"
        f"<article><h1>{title}</h1>{lines}</article><footer><ul>{links}</ul></footer></body></html>"
    )


def recognizers(articles: Sequence[dict[str, Any]]) -> Callable[[], object] | None:
    """Recognizers-Text over the articles in the languages that its Python port has; None where it is not installed."""
    if find_spec("recognizers_suite") is None:
        return None
    suite = import_module("recognizers_suite")
    cultures = {"zh": suite.Culture.Chinese, "en": suite.Culture.English, "ja": suite.Culture.Japanese}

    def work() -> None:
        for article in articles:
            for recognize in (suite.recognize_number, suite.recognize_currency, suite.recognize_dimension):
                recognize(article["text"], cultures[article["lang"][:2]])

    return work


def many_names(count: int, folder: Path) -> Extractor:
    """An extractor that watches so many names beside its own."""
    file = folder / f"names{count}.toml"
    names = ", ".join(f'"Company Number {number}"' for number in range(count))
    file.write_text(
        f'name = "names{count}"\n[[entity]]\nid = "many"\nlabel = "Many"\nkind = "company"\nnames = [{names}]\n',
        "utf-8",
    )
    return Extractor(watchlists=("kuaishou", str(file)))


def main(arguments: Sequence[str]) -> None:
    """Print every rate and ratio."""
    by_language: dict[str, list[dict[str, Any]]] = {}
    for file in sorted((Path(arguments[0]) if arguments else CASES).glob("*.json")):
        article = json.loads(file.read_text("utf-8"))
        by_language.setdefault(article["lang"], []).append(article)
    articles = [article for listed in by_language.values() for article in listed[:SAMPLE]]
    known = [article for article in articles if article["lang"][:2] != "de"]
    extractor = Extractor()
    for listed in by_language.values():
        read(extractor, listed[-1:])
    found = size(known) / once(partial(numbers, extractor, known))
    names = sorted({name for each in watched(["kuaishou"]) for name in (*each.names, *each.ambiguous)}, key=len)[::-1]
    figures = read(extractor, articles)
    own = seconds(lambda: read(extractor, articles))
    rate = size(articles) / own
    print(f"dense articles: {rate:.3f} MB/s, {own / max(figures, 1) * 1e3:.2f} ms a figure, {figures} figures")
    with patch.object(Binder, "bind"):
        found_only = seconds(partial(read, extractor, articles))
    print(f"the same with nothing decided: {size(articles) / found_only:.3f} MB/s, {found_only / figures * 1e3:.2f} ms")
    pages = [page(article) for article in articles]
    body = seconds(lambda: [body_of(text, fast=True, include_comments=False) for text in pages])
    print(f"a page costs {own / body:.2f} of trafilatura's for the same page")
    for among in AMONG:
        stream = among_others(articles, among, names)
        spent = seconds(partial(read, extractor, stream))
        print(
            f"one in {among} names the watched: {size(stream) / spent:.3f} MB/s, "
            f"a page {spent / (among * body):.2f} of trafilatura's"
        )
    print(f"numbers alone, read for the first time: {found:.3f} MB/s")
    streams = {f"one in {among}": among_others(known[::SAMPLE], among, names) for among in AMONG}
    for label, text in {"the same articles": known, **streams}.items():
        rival = recognizers(text)
        if rival is None:
            print("Recognizers-Text is not installed: .venv/bin/pip install -e '.[rivals]'")
            break
        theirs = size(text) / seconds(rival, rounds=1)
        mine = size(text) / seconds(partial(read, extractor, text))
        alone = f", its numbers alone {found / theirs:.0f} times" if text is known else ""
        print(f"Recognizers-Text: {theirs:.3f} MB/s on {label}; {mine / theirs:.1f} times its rate{alone}")
    with TemporaryDirectory() as folder:
        fifty, many = (many_names(count, Path(folder)) for count in (50, 10_000))
        ratio = seconds(lambda: read(many, articles)) / seconds(lambda: read(fifty, articles))
    print(f"ten thousand watched names cost {ratio:.2f} times fifty")


if __name__ == "__main__":
    main(sys.argv[1:])
