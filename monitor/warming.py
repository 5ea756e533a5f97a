"""What the first article of a run would wait for is got ready while its page is on the way.

Weights are read, a language's patterns are compiled and the model that tells languages apart is loaded: one to two
seconds, in which all articles behind the first would wait as well. A run that finds nothing new does not need them and
does not pay.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self

from monitor.extractors import Extractor, language_of
from monitor.parse.language import detect_language
from storage.sameness import sketch_of

#: Long enough for statistics to tell the language, and for a sketch.
_SAMPLE = "So many words are enough to tell in which language they are, and whether they were read before. " * 3


class Warming:
    """Used as a context manager around a crawl; works in a thread of its own."""

    def __init__(self, extractor: Extractor) -> None:
        self._extractor = extractor
        self._threads = ThreadPoolExecutor(1, thread_name_prefix="warming")
        self._begun: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._threads.shutdown(cancel_futures=True)

    def expect(self, title: str, language: str) -> None:
        """An article is on its way.

        Args:
            title: its headline, as far as a list tells.
            language: its BCP 47 tag; "": not known yet.
        """
        if not language:
            self._once("language", lambda: detect_language(_SAMPLE))
        self._once(language_of(title, language), lambda: self._extractor.prepare(title, language))
        self._once("sketch", lambda: sketch_of(_SAMPLE))

    def _once(self, what: str, work: Callable[[], object]) -> None:
        if what not in self._begun:
            self._begun.add(what)
            # Where it fails, it fails again when it is needed, and is told there.
            self._threads.submit(work)
