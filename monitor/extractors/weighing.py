"""Weights of evidence: each decision adds up what speaks for each option and takes the heaviest.

A fact that speaks for an option has a weight of its own, and one with each fact that stands around the options: the
product of two short vectors, so that facts which were never met together still weigh what their like do (a
factorization machine: Rendle 2010, doi 10.1109/ICDM.2010.127). Weights are data (`weights.npz`), learned from annotated
articles by `python -m tests.eval.fit`, and whole numbers, so that no order of the evidence changes what it weighs.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from functools import cache, lru_cache
from math import exp
from pathlib import Path
from typing import Any, NamedTuple, overload

import numpy as np

FILE = Path(__file__).with_name("weights.npz")

#: Numbers of a vector are counted in parts of it, weights in parts of its square.
UNIT = 64

#: Heads of classes come again.
_REMEMBERED = 4096

Array = np.ndarray[Any, Any]


class Options(NamedTuple):
    """A decision to be made."""

    #: What a quantity sees around itself: the same for all its decisions, and added up once for all.
    context: Collection[str]
    #: What else stands around all options of this decision: nothing of the context.
    around: Collection[str]
    #: What speaks for each option.
    each: Sequence[Collection[str]]


def of_classes(classes: Sequence[str], context: Collection[str], around: Collection[str], *heads: str) -> Options:
    """Options that differ by nothing but their names, each met with what is decided on these heads."""
    return Options(context, around, _headed(tuple(classes), heads))


@lru_cache(maxsize=_REMEMBERED)
def _headed(classes: tuple[str, ...], heads: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    return tuple((name, *(f"{name}|{head}" for head in heads)) for name in classes)


class Picked(Sequence[str]):
    """Some facts of a list that decisions share, by their rows there: 800,000 strings less to look up."""

    def __init__(self, facts: Sequence[str], rows: Array) -> None:
        self.facts, self.rows = facts, rows

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, number: int) -> str: ...

    @overload
    def __getitem__(self, number: slice) -> Picked: ...

    def __getitem__(self, number: int | slice) -> str | Picked:
        if isinstance(number, slice):
            return Picked(self.facts, self.rows[number])
        fact: str = self.facts[self.rows[number]]
        return fact


def _shared(each: Sequence[Sequence[str]]) -> tuple[Sequence[str], list[Array]]:
    """All facts of several lists, and the rows there of each."""
    picked = [facts for facts in each if isinstance(facts, Picked)]
    if picked and all(facts.facts is picked[0].facts for facts in picked) and len(picked) == len(each):
        return picked[0].facts, [facts.rows for facts in picked]
    # Most decisions know the same facts. Sorted, so that a file hangs on nothing but what is in it.
    all_facts = sorted({fact for facts in each for fact in facts})
    place = {fact: row for row, fact in enumerate(all_facts)}
    return all_facts, [np.array([place[fact] for fact in facts], dtype=np.int32) for facts in each]


class Table(NamedTuple):
    """The weights of one decision."""

    #: Facts that speak for options.
    own: Sequence[str]
    #: (own,) Their weights in parts of `UNIT` squared, which two bytes hold.
    alone: Array
    #: (own, d) Their vectors in parts of `UNIT`, and (around, d) those of the facts that stand around.
    own_vectors: Array
    around: Sequence[str]
    around_vectors: Array


class _Own:
    """What speaks for the options of one decision, by fact."""

    __slots__ = ("_known", "rows", "weights")

    def __init__(self, table: Table) -> None:
        # Row 0 is of what has no weight, so that each option has a row.
        self.rows = {fact: row for row, fact in enumerate(table.own, start=1)}
        #: (rows, 1 + d) Their weights, then their vectors: side by side, for reading memory is what takes time.
        self.weights = np.zeros((len(table.own) + 1, 1 + table.own_vectors.shape[1]), dtype=np.int16)
        self.weights[1:, 0], self.weights[1:, 1:] = table.alone, table.own_vectors
        #: Sums of options that come again, which are tuples.
        self._known: dict[Hashable, Array] = {}

    def sums(self, each: Sequence[Collection[str]]) -> Array:
        """(options, 1 + d) The weight and the vector of what speaks for each option, added up."""
        if not isinstance(each, tuple):
            return self._added(each)
        found = self._known.get(each)
        if found is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            found = self._known[each] = self._added(each)
        return found

    def _added(self, each: Sequence[Collection[str]]) -> Array:
        get = self.rows.get
        rows: list[int] = []
        starts: list[int] = []
        for facts in each:
            starts.append(len(rows))
            rows.append(0)
            rows += [get(fact, 0) for fact in dict.fromkeys(facts)]
        summed: Array = np.add.reduceat(self.weights.take(rows, axis=0), starts, dtype=np.int64)
        return summed


class Weights:
    """Weights by decision."""

    def __init__(self, tables: Mapping[str, Table]) -> None:
        """Keep the tables, by decision."""
        self.tables = tables
        self._own = {decision: _Own(table) for decision, table in tables.items()}
        facts, each = _shared([table.around for table in tables.values()])
        self._around = {fact: row for row, fact in enumerate(facts)}
        ends = np.cumsum([0, *(table.around_vectors.shape[1] for table in tables.values())])
        #: (facts, d of all decisions) What stands around is looked up once for all decisions.
        self._vectors = np.zeros((len(facts), ends[-1]), dtype=np.int8)
        #: (facts, d) The vectors of each decision, and which columns they are.
        self._place: dict[str, tuple[Array, slice]] = {}
        for (decision, table), rows, begin, end in zip(tables.items(), each, ends, ends[1:], strict=False):
            mine = self._vectors[:, begin:end]
            mine[rows] = table.around_vectors
            self._place[decision] = mine, slice(begin, end)
        #: The surroundings that were added up last, and their sum.
        self._last: tuple[Collection[str], Array] = (), self._sum(())

    def _sum(self, facts: Collection[str]) -> Array:
        """(d of all decisions,) The sums of the vectors of what stands around."""
        # A view's intersection drops doubles and what has no weight in one pass, without a step of Python for each.
        rows = [self._around[fact] for fact in self._around.keys() & facts]
        total: Array = np.add.reduce(self._vectors.take(rows, axis=0), axis=0, dtype=np.int64)
        return total

    def _sum_around(self, decision: str, options: Options) -> Array:
        """(d,) The same of one decision: its context, and what else it looks at."""
        context, total = self._last
        if context is not options.context:
            total = self._sum(options.context)
            self._last = options.context, total
        vectors, columns = self._place[decision]
        rows = [self._around[fact] for fact in self._around.keys() & options.around]
        summed: Array = total[columns] + np.add.reduce(vectors[rows], axis=0, dtype=np.int64)
        return summed

    def _scores(self, decision: str, options: Options) -> list[int]:
        """What each option weighs, in parts of `UNIT` squared."""
        own = self._own.get(decision)
        if own is None:
            return [0] * len(options.each)
        summed = own.sums(options.each)
        scores: list[int] = (summed[:, 0] + summed[:, 1:] @ self._sum_around(decision, options)).tolist()
        return scores

    def choose(self, decision: str, options: Options) -> tuple[int, float]:
        """The heaviest option, the first of equals, and its share of the whole."""
        scores = self._scores(decision, options)
        top = max(scores)
        return scores.index(top), 1 / sum([exp((score - top) / UNIT**2) for score in scores])

    def reasons(self, decision: str, options: Options, chosen: int, most: int = 6) -> list[tuple[str, float]]:
        """What spoke for an option, heaviest first.

        A fact of the option's own counts with all that stands around; one that stands around (after `~`) counts by how
        much more it weighs with this option than with the next heaviest.
        """
        own = self._own.get(decision)
        if own is None:
            return []
        around = self._sum_around(decision, options)
        summed = own.sums(options.each)
        found: list[tuple[str, float]] = []
        for fact in dict.fromkeys(options.each[chosen]):
            weights = own.weights[own.rows.get(fact, 0)].astype(np.int64)
            found.append((fact, int(weights[0] + weights[1:] @ around) / UNIT**2))
        scores = self._scores(decision, options)
        others = [number for number in range(len(scores)) if number != chosen]
        if others:
            ahead = (summed[chosen] - summed[max(others, key=scores.__getitem__)])[1:]
            for fact in self._around.keys() & {*options.context, *options.around}:
                weight = self._place[decision][0][self._around[fact]].astype(np.int64) @ ahead
                found.append((f"~{fact}", int(weight) / UNIT**2))
        weighed = [pair for pair in found if pair[1]]
        return sorted(weighed, key=lambda pair: (-abs(pair[1]), pair[0]))[:most]


def save(weights: Weights, file: Path = FILE) -> None:
    """Write weights as data."""
    held: dict[str, Array] = {}
    tables = sorted(weights.tables.items())
    facts, each = _shared([table.around for _, table in tables])
    held["facts"] = _packed(facts)
    for (decision, table), rows in zip(tables, each, strict=True):
        held[f"{decision}.own"] = _packed(table.own)
        held[f"{decision}.alone"] = table.alone.astype(np.int32)
        held[f"{decision}.own_vectors"] = table.own_vectors.astype(np.int8)
        held[f"{decision}.around"] = rows
        held[f"{decision}.around_vectors"] = table.around_vectors.astype(np.int8)
    np.savez_compressed(file, **held)  # type: ignore[arg-type]


def load(file: Path = FILE) -> Weights:
    """Read weights that were written by `save`."""
    with np.load(file) as held:
        decisions = [name.removesuffix(".alone") for name in held.files if name.endswith(".alone")]
        facts = _unpacked(held["facts"])
        tables = {
            decision: Table(
                _unpacked(held[f"{decision}.own"]),
                held[f"{decision}.alone"],
                held[f"{decision}.own_vectors"],
                Picked(facts, held[f"{decision}.around"]),
                held[f"{decision}.around_vectors"],
            )
            for decision in decisions
        }
        return Weights(tables)


def _packed(names: Iterable[str]) -> Array:
    """Names as UTF-8, one after the other with NUL between: no text that is read has one."""
    return np.frombuffer("\0".join(names).encode("utf-8", "surrogatepass"), dtype=np.uint8)


def _unpacked(packed: Array) -> list[str]:
    text = packed.tobytes().decode("utf-8", "surrogatepass")
    return text.split("\0") if text else []


@cache
def shipped() -> Weights:
    """The weights that come with the program; none at all where the file is absent."""
    return load() if FILE.exists() else Weights({})
