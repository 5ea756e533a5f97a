"""Weights of evidence: each decision adds up what speaks for each option and takes the heaviest.

The weights are data (`weights.json`), learned from annotated articles by `python -m tests.eval.fit`; weighing is plain
addition, of whole thousandths, so that no order of the evidence changes what it weighs. Shares of right figures by
confidence come from the same articles, each weighed without itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from math import exp
from pathlib import Path
from typing import overload

FILE = Path(__file__).with_name("weights.json")

#: Weights are counted in parts of it.
UNIT = 1000

#: A feature, or a block of features that several options share.
Feature = str | tuple[str, ...]
#: Features of each option of a decision; a block stands last.
Options = Sequence[Sequence[Feature]]


def flat(features: Iterable[Feature]) -> dict[str, None]:
    """The features one by one, each once."""
    found: dict[str, None] = {}
    for feature in features:
        if isinstance(feature, tuple):
            found.update(dict.fromkeys(feature))
        else:
            found[feature] = None
    return found


class ByClass(Sequence[Sequence[Feature]]):
    """Options that share their facts: the features of each are the facts under its name."""

    __slots__ = ("classes", "facts")

    def __init__(self, classes: tuple[str, ...], facts: Iterable[str]) -> None:
        self.classes = classes
        self.facts = dict.fromkeys(facts)

    def __len__(self) -> int:
        return len(self.classes)

    @overload
    def __getitem__(self, number: int) -> Sequence[Feature]: ...
    @overload
    def __getitem__(self, number: slice) -> Sequence[Sequence[Feature]]: ...
    def __getitem__(self, number: int | slice) -> Sequence[Feature] | Sequence[Sequence[Feature]]:
        if isinstance(number, slice):
            return [self[each] for each in range(*number.indices(len(self)))]
        return [f"{self.classes[number]}|{fact}" for fact in self.facts]


class Weights:
    """Weights by decision and feature."""

    def __init__(self, tables: Mapping[str, Mapping[str, int]], steps: Sequence[tuple[float, float]] = ()) -> None:
        """Keep the tables.

        Args:
            tables: weights by decision and feature, in thousandths.
            steps: from which product of shares on which part of the figures was right in every field, rising.
        """
        self.tables = tables
        self.steps = tuple(steps)
        self._rows: dict[str, dict[str, list[int]]] = {}

    def choose(self, decision: str, options: Options) -> tuple[int, float]:
        """The heaviest option, the first of equals, and its share of the whole."""
        scores = self._of_classes(decision, options) if isinstance(options, ByClass) else self._each(decision, options)
        top = max(scores)
        return scores.index(top), 1 / sum([exp((score - top) / UNIT) for score in scores])

    def _each(self, decision: str, options: Options) -> list[int]:
        table = self.tables.get(decision, {})
        # A view's intersection drops doubles and what has no weight in one pass, without a step of Python for each.
        known = table.keys()
        blocks: dict[int, int] = {}
        scores = []
        for features in options:
            total = sum([table[feature] for feature in known & features])
            block = features[-1] if features else ""
            if isinstance(block, tuple):
                if id(block) not in blocks:
                    blocks[id(block)] = sum([table[feature] for feature in known & block])
                total += blocks[id(block)]
            scores.append(total)
        return scores

    def _of_classes(self, decision: str, options: ByClass) -> list[int]:
        """The same with each fact looked up once for all classes."""
        if decision not in self._rows:
            self._rows[decision] = self._turned(decision, options.classes)
        known = self._rows[decision]
        found = [row for row in map(known.get, options.facts) if row is not None]
        return [sum(column) for column in zip(*found, strict=True)] if found else [0] * len(options.classes)

    def _turned(self, decision: str, classes: tuple[str, ...]) -> dict[str, list[int]]:
        """Weights by fact: one for each class."""
        place = {name: number for number, name in enumerate(classes)}
        turned: dict[str, list[int]] = {}
        for feature, weight in self.tables.get(decision, {}).items():
            name, _, fact = feature.partition("|")
            if name in place:
                turned.setdefault(fact, [0] * len(classes))[place[name]] = weight
        return turned

    def reasons(self, decision: str, features: Iterable[Feature], most: int = 6) -> list[tuple[str, float]]:
        """The features of an option that weigh most, heaviest first."""
        get = self.tables.get(decision, {}).get
        weighed = [(feature, get(feature, 0) / UNIT) for feature in flat(features)]
        return sorted((pair for pair in weighed if pair[1]), key=lambda pair: -abs(pair[1]))[:most]


@cache
def shipped() -> Weights:
    """The weights that come with the program; none at all where the file is absent."""
    if not FILE.exists():
        return Weights({})
    held = json.loads(FILE.read_text(encoding="utf-8"))
    return Weights(held["weights"], [(limit, right) for limit, right in held["steps"]])
