"""Weights of evidence: each decision adds up what speaks for each option and takes the heaviest.

The weights are data (`weights.json`), learned from annotated articles by `python -m tests.eval.fit`; weighing is plain
addition, of whole thousandths, so that no order of the evidence changes what it weighs. Shares of right figures by
confidence come from the same articles, each weighed without itself.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from math import exp
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar, overload

FILE = Path(__file__).with_name("weights.json")

#: Weights are counted in parts of it.
UNIT = 1000


class Under(NamedTuple):
    """Facts under a name: the features `name|fact`, which are spelled out only for those who ask."""

    name: str
    facts: Collection[str]


class Evidence:
    """What speaks for an option: features, and facts under names, which several options may share."""

    __slots__ = ("features", "under")

    def __init__(self, features: Collection[str], *under: Under) -> None:
        self.features, self.under = features, under

    def __iter__(self) -> Iterator[str]:
        """The features one by one, each once."""
        spelled = (f"{under.name}|{fact}" for under in self.under for fact in under.facts)
        return iter(dict.fromkeys((*self.features, *spelled)))


class ByClass(Sequence[Evidence]):
    """Options that share their evidence: the features of each are the shared ones under its name."""

    __slots__ = ("classes", "shared")

    def __init__(self, classes: tuple[str, ...], features: Collection[str], *under: Under) -> None:
        self.classes = classes
        self.shared = Evidence(features, *under)

    def __len__(self) -> int:
        return len(self.classes)

    @overload
    def __getitem__(self, number: int) -> Evidence: ...
    @overload
    def __getitem__(self, number: slice) -> Sequence[Evidence]: ...
    def __getitem__(self, number: int | slice) -> Evidence | Sequence[Evidence]:
        if isinstance(number, slice):
            return [self[each] for each in range(*number.indices(len(self)))]
        return Evidence((), Under(self.classes[number], list(self.shared)))


#: The evidence of each option of a decision.
Options = Sequence[Evidence]
_Weight = TypeVar("_Weight")


class _Table(Generic[_Weight]):
    """Weights by feature, and by fact under each name that is asked for."""

    def __init__(self, weights: Mapping[str, _Weight]) -> None:
        self.weights = weights
        self._sorted: list[str] | None = None
        self._under: dict[str, dict[str, _Weight]] = {}

    def under(self, name: str) -> Mapping[str, _Weight]:
        """The weights of the features `name|fact` by fact."""
        known = self._under.get(name)
        if known is None:
            if self._sorted is None:
                self._sorted = sorted(self.weights)
            # "}" comes right after "|".
            begin, end = bisect_left(self._sorted, f"{name}|"), bisect_left(self._sorted, f"{name}}}")
            cut = len(name) + 1
            known = self._under[name] = {each[cut:]: self.weights[each] for each in self._sorted[begin:end]}
        return known


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
        self._each_of = {decision: _Table(table) for decision, table in tables.items()}
        self._rows_of: dict[str, _Table[list[int]]] = {}

    def choose(self, decision: str, options: Options) -> tuple[int, float]:
        """The heaviest option, the first of equals, and its share of the whole."""
        scores = self._of_classes(decision, options) if isinstance(options, ByClass) else self._each(decision, options)
        top = max(scores)
        return scores.index(top), 1 / sum([exp((score - top) / UNIT) for score in scores])

    def _each(self, decision: str, options: Options) -> list[int]:
        table = self._each_of.get(decision)
        if table is None:
            return [0] * len(options)
        weights = table.weights
        # A view's intersection drops doubles and what has no weight in one pass, without a step of Python for each.
        known = weights.keys()
        shared: dict[int, int] = {}
        scores = []
        for option in options:
            total = sum([weights[feature] for feature in known & option.features])
            for under in option.under:
                if id(under) not in shared:
                    row = table.under(under.name)
                    shared[id(under)] = sum([row[fact] for fact in row.keys() & under.facts])
                total += shared[id(under)]
            scores.append(total)
        return scores

    def _of_classes(self, decision: str, options: ByClass) -> list[int]:
        """The same with each fact looked up once for all classes."""
        if decision not in self._rows_of:
            self._rows_of[decision] = _Table(self._turned(decision, options.classes))
        table = self._rows_of[decision]
        weights = table.weights
        found = [weights[feature] for feature in weights.keys() & options.shared.features]
        for under in options.shared.under:
            row = table.under(under.name)
            found += [row[fact] for fact in row.keys() & under.facts]
        return [sum(column) for column in zip(*found, strict=True)] if found else [0] * len(options)

    def _turned(self, decision: str, classes: tuple[str, ...]) -> dict[str, list[int]]:
        """Weights by feature without its class: one for each class."""
        place = {name: number for number, name in enumerate(classes)}
        turned: dict[str, list[int]] = {}
        for feature, weight in self.tables.get(decision, {}).items():
            name, _, fact = feature.partition("|")
            if name in place:
                turned.setdefault(fact, [0] * len(classes))[place[name]] = weight
        return turned

    def reasons(self, decision: str, features: Iterable[str], most: int = 6) -> list[tuple[str, float]]:
        """The features of an option that weigh most, heaviest first."""
        get = self.tables.get(decision, {}).get
        weighed = [(feature, get(feature, 0) / UNIT) for feature in features]
        return sorted((pair for pair in weighed if pair[1]), key=lambda pair: -abs(pair[1]))[:most]


@cache
def shipped() -> Weights:
    """The weights that come with the program; none at all where the file is absent."""
    if not FILE.exists():
        return Weights({})
    held = json.loads(FILE.read_text(encoding="utf-8"))
    return Weights(held["weights"], [(limit, right) for limit, right in held["steps"]])
