"""What the tests of the ledger share: articles and figures from short forms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from storage.records import Article, Figure, Posting, Recipient

START = datetime(2025, 3, 25, 8, tzinfo=UTC)
READER = Recipient(channel="email", address="analyst@example.com")


def figure(say: str, **more: Any) -> Figure:
    """A figure from `metric[.measure] value[@resolution] unit bound period aggregation [basis speaker]`."""
    metric, value, unit, bound, period, aggregation, *rest = say.split(maxsplit=7)
    metric, _, measure = metric.partition(".")
    value, _, resolution = value.partition("@")
    basis, speaker = rest or ("reported", None)
    read: Any = (
        value if unit == "version" else tuple(map(Decimal, value.split(".."))) if ".." in value else Decimal(value)
    )
    made = Figure(
        entity="keling",
        metric=metric,
        measure=measure or "level",  # type: ignore[arg-type]
        value=read,
        unit=unit,
        bound=bound,  # type: ignore[arg-type]
        period=None if period == "-" else period,
        aggregation=aggregation,  # type: ignore[arg-type]
        basis=basis,  # type: ignore[arg-type]
        speaker=speaker.strip() if speaker else None,
        start=0,
        end=1,
        resolution=Decimal(resolution) if resolution else None,
    )
    return replace(made, **more)


def article(url: str, text: str, **more: Any) -> Article:
    """An article of an outlet, read an hour after it was published."""
    published = more.pop("published", START)
    fields: dict[str, Any] = {
        "url": url,
        "title": "Title",
        "text": text,
        "language": "en",
        "outlet": url.split("/")[2] if "//" in url else url,
        "published": published,
        "dated": published.date(),
        "fetched": published + timedelta(hours=1),
        "source": "test",
    }
    return Article(**{**fields, **more})


def written(sayings: Sequence[str]) -> tuple[str, list[Figure]]:
    """A text with a sentence for each figure, and the figures where they stand in it."""
    text, figures = "", []
    for number, say in enumerate(sayings):
        sentence = f"Sentence {number} says {say.strip()}. "
        start = len(text) + sentence.index(say.strip())
        figures.append(figure(say, start=start, end=start + len(say.strip()), quote=sentence.strip()))
        text += sentence
    return text, figures


def posting(key: str = "run:1") -> Posting:
    """For the analyst."""
    return Posting(recipient=READER, key=key)
