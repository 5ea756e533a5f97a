"""Alerts as the ledger hands them over, for rules and composition."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from storage.records import Article, Excerpt, Figure, Holding, Judged, Point, Told

PUBLISHED = datetime(2025, 11, 20, 8, tzinfo=UTC)
QUOTE = "2025年第三季度,可灵AI收入超过3亿元。"


def figure(**fields: Any) -> Figure:
    plain = {
        "entity": "keling",
        "metric": "revenue",
        "measure": "level",
        "value": Decimal(300_000_000),
        "unit": "CNY",
        "bound": "at_least",
        "period": "2025-Q3",
        "aggregation": "period",
        "basis": "reported",
        "start": 0,
        "end": 1,
        "quote": QUOTE,
    }
    return Figure(**(plain | fields))


def article(**fields: Any) -> Article:
    plain = {
        "url": "https://paper.example/a",
        "title": "快手公布业绩",
        "text": QUOTE,
        "language": "zh-Hans",
        "outlet": "paper.example",
        "published": PUBLISHED,
        "dated": PUBLISHED.date(),
        "fetched": PUBLISHED,
        "source": "paper",
    }
    return Article(**(plain | fields))


def judged(*, verdict: str = "new", before: Any = None, outlets: int = 1, **fields: Any) -> Judged:
    return Judged(
        figure_id=1,
        fact_id=1,
        alert_id=None,
        verdict=verdict,  # type: ignore[arg-type]
        figure=figure(**fields),
        before=before,
        outlets=outlets,
    )


def excerpt(quote: str = QUOTE, mark: str = "超过3亿元", **fields: Any) -> Excerpt:
    start = quote.index(mark)
    plain = {
        "quote": quote,
        "mark": (start, start + len(mark)),
        "article_id": 1,
        "url": "https://paper.example/a",
        "title": "快手公布业绩",
        "outlet": "paper.example",
        "tier": "press",
        "official": False,
        "language": "zh-Hans",
        "published": PUBLISHED,
        "fetched": PUBLISHED + timedelta(hours=1),
    }
    return Excerpt(**(plain | fields))


def holding(of: Figure, said: Excerpt) -> Holding:
    return Holding(value=of.value, unit=of.unit, bound=of.bound, low=None, high=None, period=of.period, excerpt=said)


def points(**values: int) -> tuple[Point, ...]:
    """Quarters of 2025 with millions of yuan: `Q1=150`."""
    return tuple(
        Point(
            fact_id=number,
            period=f"2025-{quarter}",
            value=Decimal(millions) * 10**6,
            unit="CNY",
            bound="exact",
            first_seen=PUBLISHED,
        )
        for number, (quarter, millions) in enumerate(values.items())
    )


def told(number: int = 1, **fields: Any) -> Told:
    of = fields.pop("figure", None) or figure()
    said = fields.pop("excerpt", None) or excerpt()
    plain = {
        "alert_id": number,
        "fact_id": 10 + number,
        "figure_id": 100 + number,
        "verdict": "new",
        "created": PUBLISHED,
        "figure": of,
        "excerpt": said,
        "previous": None,
        "now": holding(of, said),
        "confirmed": (("paper.example", "press"),),
        "series": (),
    }
    return Told(**(plain | fields))
