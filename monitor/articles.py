"""The figures of an article as it came in."""

from __future__ import annotations

from monitor.extractors import Extractor
from storage.records import Article, Figure


def read_figures(article: Article, extractor: Extractor, *, past: bool) -> tuple[Figure, ...]:
    """What is read in an article.

    Args:
        article: it may be without a day of publication.
        extractor: reads it.
        past: it was there before us, in a baseline or an archive: without a day of its own it is of the day that it
            tells of itself. Any other came out on the day on which it was found.
    """
    found = article.fetched.date()
    dated = article.dated if past else article.dated or found
    figures = extractor.read(
        article.text, title=article.title, language=article.language, dated=dated, found=found, url=article.url
    )
    return tuple(figures)
