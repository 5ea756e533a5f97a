"""Full-text search in any script: texts and queries are cut into overlapping pairs of characters.

SQLite's trigram tokenizer finds nothing shorter than three characters, and many Chinese names have two; word tokenizers
find no part of a German compound. Pairs find both: `wachstum` is the phrase `wa ac ch hs st tu um`.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

from storage.errors import NothingToSearchError

_RUN = re.compile(r"[^\W_]+")


def indexed(text: str) -> str:
    """A text as the index takes it.

    >>> indexed("可灵AI 2.0")
    '可灵 灵a ai i 2 0'
    """
    return " ".join([pair for run in _runs(text) for pair in _pairs(run)])


def matching(query: str) -> str:
    """The FTS5 query for a text that holds every word of a query, in any order.

    >>> matching("可灵 Wachstum")
    '"可灵" "wa ac ch hs st tu um"'

    Raises:
        NothingToSearchError: it holds no letter and no digit.
    """
    runs = list(_runs(query))
    if not runs:
        raise NothingToSearchError(query)
    return " ".join(_phrase(run) for run in runs)


def _phrase(run: str) -> str:
    # One character alone begins a pair, or is the last of its run.
    return f'"{run}"*' if len(run) == 1 else f'"{" ".join(_pairs(run)[:-1])}"'


def _pairs(run: str) -> list[str]:
    """All pairs of neighbours, and the last character alone."""
    pairs = [first + second for first, second in pairwise(run)]
    pairs.append(run[-1])
    return pairs


def _runs(text: str) -> list[str]:
    return _RUN.findall(unicodedata.normalize("NFKC", text).lower())
