"""docs/coverage.md: which metrics, languages and entities are read, from the declarations themselves."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.declarations.languages import codes, language
from monitor.declarations.metrics import metrics
from monitor.declarations.watchlists import shipped, watchlist

FILE = "coverage.md"

_HEAD = """# Coverage
What the extractor reads, as the files of `monitor/metrics`, `monitor/languages` and `monitor/watchlists` declare it;
written by `make docs`. A number under a language counts the terms that name the metric there.
"""


def text() -> str:
    """The whole file."""
    return "\n".join([_HEAD, *_metrics(), "", *_languages(), "", *_watchlists(), ""])


def _metrics() -> Iterator[str]:
    tags = codes()
    yield "## Metrics"
    yield f"| id | what | of | units | {' | '.join(tags)} |"
    yield f"| --- | --- | --- | --- |{' --- |' * len(tags)}"
    for name, metric in metrics().items():
        terms = " | ".join(
            str(
                len(metric.terms.get(tag, ()))
                + len(language(tag).metrics[name].terms if name in language(tag).metrics else ())
            )
            for tag in tags
        )
        yield f"| `{name}` | {metric.what} | {', '.join(metric.of)} | {', '.join(metric.units)} | {terms} |"


def _languages() -> Iterator[str]:
    yield "## Languages"
    yield "| language | scales | currency words | unit words | bound words | words of direction and comparison | cues |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for tag in codes():
        pack = language(tag)
        counts = (
            _words(pack.scales.words),
            _words(pack.currencies.before) + _words(pack.currencies.after),
            sum(_words(table) for table in pack.units.after.values()),
            _words(pack.bounds.before) + _words(pack.bounds.after),
            _words(pack.directions) + _words(pack.comparisons),
            _words(pack.cues),
        )
        yield f"| {tag} | {' | '.join(map(str, counts))} |"


def _words(table: object) -> int:
    """How many words a table of lists has."""
    return sum(len(words) for words in dict(table).values())  # type: ignore[call-overload]


def _watchlists() -> Iterator[str]:
    yield "## Watchlists"
    yield "| watchlist | entity | kind | names |"
    yield "| --- | --- | --- | --- |"
    for name in shipped():
        for entity in watchlist(name).entity:
            yield f"| `{name}` | `{entity.id}` | {entity.kind} | {', '.join(entity.names)} |"
