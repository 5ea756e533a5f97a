"""The figures of an article as it came in."""

from __future__ import annotations

from monitor.extractors import Extractor
from storage.records import Article, Figure, Origin


def read_figures(article: Article, extractor: Extractor, origin: Origin) -> tuple[Figure, ...]:
    """What is read in an article.

    Without a day of its own one that was there before us is of the day that it tells of itself; any other came out on
    the day on which it was found, and is of that day whenever it is edited.
    """
    found = origin.found.date()
    dated = article.dated if origin.past else article.dated or found
    figures = extractor.read(
        article.text, title=article.title, language=article.language, dated=dated, found=found, url=article.url
    )
    return tuple(figures)
