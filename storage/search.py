"""Full-text search in any script: texts and queries are cut into overlapping pairs of characters.

SQLite's trigram tokenizer finds nothing shorter than three characters, and many Chinese names have two; word tokenizers
find no part of a German compound. Pairs find both: `wachstum` is the phrase `wa ac ch hs st tu um`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from operator import add

from storage.errors import NothingToSearchError

_RUN = re.compile(r"[^\W_]+")
_BETWEEN = re.compile(r"[\W_]+")


def indexed(text: str) -> str:
    """A text as the index takes it.

    >>> indexed("可灵AI 2.0").split()
    ['可灵', '灵a', 'ai', 'i', '2', '0']
    """
    # Only who writes waits for it.
    import numpy as np

    # All at once: a run's last character pairs with the space behind it. Pair by pair it takes three times as long.
    runs = _BETWEEN.sub(" ", f"{_folded(text)} ")
    codes = np.frombuffer(runs.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    one, two = codes[:-1], codes[1:]
    pairs = np.full(3 * len(one), ord(" "), dtype="<u4")
    pairs[::3], pairs[1::3] = one, np.where(one == ord(" "), one, two)
    return str(pairs.tobytes(), "utf-32-le", "surrogatepass")


def matching(query: str) -> str:
    """The FTS5 query for a text that holds every word of a query, in any order.

    >>> matching("可灵 Wachstum")
    '"可灵" "wa ac ch hs st tu um"'

    Raises:
        NothingToSearchError: it holds no letter and no digit.
    """
    runs = _RUN.findall(_folded(query))
    if not runs:
        raise NothingToSearchError(query)
    return " ".join(_phrase(run) for run in runs)


def holding(query: str) -> Callable[[str], bool]:
    """Tells whether a text holds every word of a query.

    >>> holding("ÜBER kling")("Kling übertrifft die Erwartungen")
    True
    """
    runs = _RUN.findall(_folded(query))

    def holds(text: str) -> bool:
        folded = _folded(text)
        return all(run in folded for run in runs)

    return holds


def _phrase(run: str) -> str:
    # One character alone begins a pair, or is the last of its run.
    return f'"{run}"*' if len(run) == 1 else f'"{" ".join(map(add, run, run[1:]))}"'


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()
