"""Learn binding's weights from annotated articles, and say how good they are on articles that they have not seen.

    python -m tests.eval.fit [--folds 5] [--jobs 2] [--write] FOLDER...

Each decision is a choice among options with features; weights are those of a conditional logit with a quadratic
penalty. Decisions are learned twice: along the gold answers, then along the answers of weights that have not seen the
article, so that every decision knows the mistakes of those before it. With `--write` the weights of all articles go to
`monitor/extractors/weights.json`, together with the shares of right figures by confidence that the folds have shown.
"""

from __future__ import annotations

import argparse
import json
import sys
from array import array
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from decimal import Decimal
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from monitor.extractors import Extractor
from monitor.extractors.normal import normalise
from monitor.extractors.scene import Frame, Slot
from monitor.extractors.weighing import FILE, UNIT, Options, Weights
from monitor.rows import figure_row
from tests.eval import scoring

#: A feature seen in fewer decisions than this says nothing; most decisions are learned from twice.
RARE = 8
#: Weights below this are left out.
TINY = 0.06
#: Penalty by decision.
PENALTY = {"period": 4.5, "basis": 4.0, "metric": 2.5, "measure": 2.0}
DEFAULT_PENALTY = 3.0
#: Articles of the first folder count so often: they are the reference for how figures are annotated.
REFERENCE = 2.0

#: Features of all options one after the other as numbers of `_NAMES`, where each option begins, and the right one.
Sample = tuple[array, list[int], int]
#: What an article teaches: samples by decision.
Taught = dict[str, list[Sample]]
_NAMES: dict[str, int] = {}


#: So many options of a decision are learned from, the right one and the first among them.
_MOST = 40


def _sample(options: Options, right: int) -> Sample:
    if len(options) > _MOST:
        others = [number for number in range(1, len(options)) if number != right]
        chosen = sorted({0, right, *Random(len(options)).sample(others, _MOST - 2)})
        options, right = [options[number] for number in chosen], chosen.index(right)
    numbers = array("i")
    starts = []
    for option in options:
        starts.append(len(numbers))
        numbers.extend({_NAMES.setdefault(feature, len(_NAMES)) for feature in option})
    return numbers, starts, right


class Teacher:
    """Answers with the gold, or with weights while it notes what the gold says."""

    def __init__(self, doc: dict[str, Any], weights: Weights | None) -> None:
        self.samples: dict[str, list[Sample]] = defaultdict(list)
        self._weights = weights
        self._normal = normalise(f"{doc['title']}\n{doc['text']}")
        self._shift = len(doc["title"]) + 1
        self._gold = list(scoring.spans(doc))
        self._taken: dict[int, dict[str, Any] | None] = {}

    def _golds(self, slot: Slot) -> list[dict[str, Any]]:
        start, end = self._normal.original(slot.start, slot.end)
        found = []
        for gold in self._gold:
            shift = 0 if gold["where"] == "title" else self._shift
            if start < gold["end"] + shift and gold["start"] + shift < end:
                found.append(gold)
        return found

    def choose(self, decision: str, slot: Slot, answers: Sequence[object], options: Options) -> int:
        right = self._right(decision, slot, answers)
        if right is not None and right >= 0:
            self.samples[decision].append(_sample(options, right))
        if self._weights is None:
            return right if right is not None and right >= 0 else 0
        number, share = self._weights.choose(decision, options)
        slot.sure[decision] = share
        if decision in {"metric", "frame"} and right is not None and right > 0 and number == 0:
            return right
        return number

    def _right(self, decision: str, slot: Slot, answers: Sequence[object]) -> int | None:
        golds = self._golds(slot)
        if decision in {"frame", "reading"}:
            for number, frame in enumerate(answers):
                if isinstance(frame, Frame) and any(_meets(frame, gold) for gold in golds):
                    return number
            return None if golds or decision == "reading" else 0
        if slot.number not in self._taken:
            assert slot.frame is not None
            self._taken[slot.number] = next((g for g in golds if _meets(slot.frame, g)), None)
        gold = self._taken[slot.number]
        if gold is None:
            return (None if golds else 0) if decision == "metric" else None
        key = {"change": "measure", "sign": "value"}.get(decision, decision)
        wanted: object = gold[key]
        if decision == "sign":
            value = gold["value"][0] if isinstance(gold["value"], list) else gold["value"]
            wanted = not isinstance(value, str) and value < 0
        return answers.index(wanted) if wanted in answers else None


def _meets(frame: Frame, gold: dict[str, Any]) -> bool:
    if frame.unit != gold["unit"]:
        return False
    mine: Any = frame.value
    if isinstance(mine, Decimal):
        mine = abs(float(mine))
    elif isinstance(mine, tuple):
        mine = sorted(abs(float(part)) for part in mine)
    theirs = gold["value"]
    if isinstance(theirs, list):
        theirs = sorted(abs(part) for part in theirs)
    elif not isinstance(theirs, str):
        theirs = abs(theirs)
    return scoring.same_value(theirs, mine)


def learn(samples: Sequence[Sample], penalty: float, counts: Sequence[float]) -> dict[str, int]:
    """Weights under which the right options weigh most.

    Args:
        samples: decisions with their right options.
        penalty: of the squares of the weights.
        counts: how often each sample counts.
    """
    sizes_of = np.zeros(len(_NAMES), dtype=np.int32)
    for numbers, _, _ in samples:
        sizes_of[np.unique(np.frombuffer(numbers, dtype=np.int32))] += 1
    used = np.flatnonzero(sizes_of >= RARE)
    if not len(used):
        return {}
    place = np.full(len(_NAMES), -1, dtype=np.int32)
    place[used] = np.arange(len(used), dtype=np.int32)
    columns_of: list[np.ndarray] = []
    lengths_of: list[np.ndarray] = []
    starts: list[int] = []
    chosen: list[int] = []
    row = 0
    for numbers, begins, right in samples:
        starts.append(row)
        chosen.append(row + right)
        row += len(begins)
        features = place[np.frombuffer(numbers, dtype=np.int32)]
        known = features >= 0
        columns_of.append(features[known])
        lengths_of.append(np.diff(np.concatenate(([0], np.cumsum(known)))[[*begins, len(numbers)]]).astype(np.int32))
    names = {number: name for name, number in _NAMES.items()}
    index = {names[int(number)]: position for position, number in enumerate(used)}
    columns = np.concatenate(columns_of)
    ends = np.concatenate(([0], np.cumsum(np.concatenate(lengths_of), dtype=np.int64)))
    # Row after row as they come: a column of row numbers would need two thirds as much memory again.
    matrix = csr_matrix((np.ones(len(columns)), columns, ends), shape=(row, len(index)))
    transposed = matrix.T.tocsr()
    first = np.array(starts)
    sizes = np.diff(np.append(first, row))
    picked = np.zeros(row)
    picked[chosen] = 1
    times = np.array(counts)
    times_of_rows = np.repeat(times, sizes)

    def cost(weights: np.ndarray) -> tuple[float, np.ndarray]:
        scores = matrix @ weights
        top = np.repeat(np.maximum.reduceat(scores, first), sizes)
        powers = np.exp(scores - top)
        totals = np.repeat(np.add.reduceat(powers, first), sizes)
        shares = powers / totals
        loss = -times @ np.log(np.maximum(shares[chosen], 1e-12)) + 0.5 * penalty * weights @ weights
        return loss, transposed @ ((shares - picked) * times_of_rows) + penalty * weights

    best = minimize(cost, np.zeros(len(index)), jac=True, method="L-BFGS-B", options={"maxiter": 70})
    return {feature: round(float(best.x[n]) * UNIT) for feature, n in index.items() if abs(best.x[n]) >= TINY}


def gather(extractor: Extractor, doc: dict[str, Any], weights: Weights | None = None) -> Taught:
    """What an article teaches along the gold answers, or along those of weights."""
    teacher = Teacher(doc, weights)
    extractor.bind(
        doc["text"],
        title=doc["title"],
        language=doc["lang"],
        dated=date.fromisoformat(doc["published"]),
        choice=teacher,
    )
    return dict(teacher.samples)


def train(taught: Sequence[Taught], counts: Sequence[float]) -> Weights:
    """Weights of all decisions from what articles teach, each of which counts so often."""
    merged: dict[str, list[Sample]] = defaultdict(list)
    often: dict[str, list[float]] = defaultdict(list)
    for each, count in zip(taught, counts, strict=True):
        for decision, samples in each.items():
            merged[decision].extend(samples)
            often[decision].extend([count] * len(samples))
    return Weights({d: learn(s, PENALTY.get(d, DEFAULT_PENALTY), often[d]) for d, s in merged.items()})


def read(extractor: Extractor, doc: dict[str, Any]) -> list[dict[str, Any]]:
    """The figures that an extractor finds in an article, as JSON objects."""
    return [
        figure_row(figure)
        for figure in extractor.read(
            doc["text"], title=doc["title"], language=doc["lang"], dated=date.fromisoformat(doc["published"])
        )
    ]


class Course:
    """Learns from articles, each weighed without itself: fold by fold, in processes that are forked from this one."""

    def __init__(self, docs: Sequence[dict[str, Any]], counts: Sequence[float], folds: int, jobs: int) -> None:
        self._docs, self._counts, self._jobs = docs, counts, jobs
        self._folds = [tuple(range(fold, len(docs), folds)) for fold in range(folds)]
        self._extractor = Extractor(weights=Weights({}))
        #: What each article teaches.
        self.taught = self._gathered(lambda _, doc: gather(self._extractor, doc))
        #: Weights of each fold, from the articles of all others.
        self._weights = self._trained()

    def again(self) -> None:
        """Learn also along the answers of weights that have not seen the article."""
        own = self._weights
        more = self._gathered(lambda fold, doc: gather(self._extractor, doc, own[fold]))
        self.taught = [
            {d: [*one.get(d, ()), *other.get(d, ())] for d in {*one, *other}}
            for one, other in zip(self.taught, more, strict=True)
        ]
        self._weights = self._trained()

    def answers(self) -> list[list[dict[str, Any]]]:
        """All articles read with weights that have not seen them."""
        found: dict[int, list[dict[str, Any]]] = {}
        for result in self._spread(self._read):
            found.update(result)
        return [found[number] for number in range(len(self._docs))]

    def _read(self, fold: int) -> dict[int, list[dict[str, Any]]]:
        extractor = Extractor(weights=self._weights[fold])
        return {number: read(extractor, self._docs[number]) for number in self._folds[fold]}

    def _trained(self) -> list[Weights]:
        """For each fold the weights from the articles of all others."""

        def task(fold: int) -> dict[str, dict[str, int]]:
            left = set(self._folds[fold])
            numbers = [number for number in range(len(self.taught)) if number not in left]
            return dict(train([self.taught[n] for n in numbers], [self._counts[n] for n in numbers]).tables)  # type: ignore[arg-type]

        return [Weights(tables) for tables in self._spread(task)]

    def _gathered(self, task: Callable[[int, dict[str, Any]], Taught]) -> list[Taught]:
        """What all articles teach, in order, under one numbering of features."""
        known = len(_NAMES)

        def of_fold(fold: int) -> tuple[list[str], dict[int, Taught]]:
            found = {number: task(fold, self._docs[number]) for number in self._folds[fold]}
            return list(_NAMES)[known:], found

        merged: dict[int, Taught] = {}
        for names, found in self._spread(of_fold):
            place = np.array([*range(known), *(_NAMES.setdefault(name, len(_NAMES)) for name in names)], dtype=np.int32)
            for number, taught in found.items():
                merged[number] = {
                    decision: [(array("i", place[np.frombuffer(n, dtype=np.int32)]), s, r) for n, s, r in samples]
                    for decision, samples in taught.items()
                }
        return [merged[number] for number in sorted(merged)]

    def _spread(self, task: Callable[[int], Any]) -> list[Any]:
        """The task's results for each fold."""
        _FORKED["task"] = task
        # Memory is what it takes most of: where a process is killed for it, this pool says so, others wait for ever.
        with ProcessPoolExecutor(self._jobs, mp_context=get_context("fork")) as pool:
            return list(pool.map(_of_fold, range(len(self._folds))))


#: What a forked process is to do: a method with all that it knows cannot be sent.
_FORKED: dict[str, Callable[[int], Any]] = {}


def _of_fold(fold: int) -> Any:
    return _FORKED["task"](fold)


def main() -> None:
    """Fit, measure and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=2, help="processes at once")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--errors", action="store_true")
    parser.add_argument("--once", action="store_true", help="learn along the gold only")
    options = parser.parse_args()
    docs = scoring.load(options.folders)
    reference = len(scoring.load(options.folders[:1]))
    counts = [REFERENCE] * reference + [1.0] * (len(docs) - reference)
    course = Course(docs, counts, options.folds, options.jobs)
    if not options.once:
        course.again()
    answers = course.answers()
    scoring.report(docs, answers, errors=options.errors)
    steps = calibrate(docs, answers)
    print("confidence:", steps, file=sys.stderr)
    if options.write:
        write(train(course.taught, counts), steps)


def calibrate(docs: Sequence[dict[str, Any]], answers: Sequence[list[dict[str, Any]]]) -> list[tuple[float, float]]:
    """Shares of wholly right figures by raw confidence, rising (pool adjacent violators)."""
    from sklearn.isotonic import IsotonicRegression

    raw: list[float] = []
    right: list[int] = []
    for doc, figures in zip(docs, answers, strict=True):
        golds = list(scoring.spans(doc))
        whole = {j for _, j, level in scoring.pair(golds, figures) if level == 3}
        for number, figure in enumerate(figures):
            raw.append(figure["confidence"])
            right.append(number in whole)
    if not raw:
        return []
    curve = IsotonicRegression(out_of_bounds="clip").fit(raw, right)
    limits = [0.0, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.98, 0.99, 0.995]
    return [(limit, round(float(curve.predict([limit + 0.002])[0]), 3)) for limit in limits]


def write(weights: Weights, steps: list[tuple[float, float]]) -> None:
    """Write the weights as data."""
    tables = {d: dict(sorted(table.items())) for d, table in sorted(weights.tables.items())}
    held = {"steps": steps, "weights": tables}
    FILE.write_text(json.dumps(held, ensure_ascii=False, indent=0, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
