"""Learn binding's weights from annotated articles, and say how good they are on articles that they have not seen.

    python -m tests.eval.fit [--part 5] [--jobs 2] [--write] FOLDER...

Each decision is a choice among options; weights are those of a conditional logit whose scores are those of `weighing`,
learned in small batches by Adam (Kingma and Ba 2015, arXiv 1412.6980) with dropout on the sums of vectors. Decisions
are learned along the gold answers, and along the answers of weights that have not seen the article, so that every
decision knows the mistakes of those before it; times that are written out, also from articles that are dated some years
later, so that they weigh more than the day of publication. What two such learnings arrive at decides together. The
articles of the first folder, the reference for how figures are annotated, and one in five of the others are then read
by weights that have seen none of them. With `--write` the weights of all articles go to
`monitor/extractors/weights.npz`, and by what the right figures among those so read can be told from the wrong ones to
`certainty.toml` beside it.
"""

from __future__ import annotations

import argparse
import sys
from array import array
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from decimal import Decimal
from itertools import pairwise
from math import cos, log1p, pi
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import csr_matrix

from monitor.declarations.metrics import metrics
from monitor.extractors import Extractor, certainty
from monitor.extractors.audit import checks
from monitor.extractors.certainty import CONSTANT, EVIDENCE, evidence
from monitor.extractors.normal import Normal
from monitor.extractors.scene import Frame, Slot
from monitor.extractors.weighing import UNIT, Options, Table, Weights, save
from monitor.rows import figure_row
from storage.records import Figure
from tests.eval import scoring
from tests.eval.joining import together

#: A fact seen in fewer decisions than this says nothing; most decisions are learned from twice.
RARE = 8
#: Length of vectors: 32 is no better (0.931 of periods either way).
LENGTH = 16
EPOCHS = 4
#: So many learnings decide together, each in an order of its own: what one has learned by chance weighs half (right in
#: every field of 43,201 held back figures: 0.848 alone, 0.850 together; of 2,468 of the reference 0.950 and 0.952).
#: Their mean is worse than each (0.845): they arrive at different places.
RUNS = 2
BATCH = 64
#: Highest rate of learning, reached after a tenth of all steps; from there it falls to nothing along a cosine.
RATE, WARM = 0.003, 0.1
#: Parts of the sums of vectors that are left out at random.
DROPOUT = 0.1
#: What weights shrink by at each step, in parts of the rate, by decision.
DECAY = {"period": 0.2}
DEFAULT_DECAY = 0.1
#: Spread of the first vectors.
SPREAD = 0.03
#: Articles of the first folder count so often: they are the reference for how figures are annotated. The more others
#: there are, the more it takes for these to be read as before.
REFERENCE = 3.0


class Sample(NamedTuple):
    """A decision with its right option; facts are numbers of `_NAMES`."""

    around: array[int]
    #: Those of all options one after the other, and where each option begins.
    own: array[int]
    starts: list[int]
    right: int


#: What an article teaches: samples by decision.
Taught = dict[str, list[Sample]]
_NAMES: dict[str, int] = {}


#: So many options of a decision are learned from, the right one and the first among them.
_MOST = 40


def _number(fact: str) -> int:
    return _NAMES.setdefault(fact, len(_NAMES))


def _sample(options: Options, right: int) -> Sample:
    each = options.each
    if len(each) > _MOST:
        others = [number for number in range(1, len(each)) if number != right]
        chosen = sorted({0, right, *Random(len(each)).sample(others, _MOST - 2)})
        each, right = [each[number] for number in chosen], chosen.index(right)
    own = array("i")
    starts = []
    for facts in each:
        starts.append(len(own))
        own.extend(map(_number, dict.fromkeys(facts)))
    return Sample(array("i", map(_number, dict.fromkeys((*options.context, *options.around)))), own, starts, right)


class Teacher:
    """Answers with the gold, or with weights while it notes what the gold says."""

    def __init__(self, doc: dict[str, Any], normal: Normal, weights: Weights | None, *, written: bool = False) -> None:
        self.samples: dict[str, list[Sample]] = defaultdict(list)
        self._weights, self._written = weights, written
        self._normal = normal
        self._shift = len(doc["title"]) + 1 if doc["title"] else 0
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
        if right is not None and right >= 0 and (not self._written or _is_written(decision, options.each[right])):
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


def _is_written(decision: str, facts: Collection[str]) -> bool:
    """Whether it is a time that its sentence writes out, so that it hangs on no day of publication."""
    return decision == "period" and any(fact.startswith(("a/absolute", "b/absolute")) for fact in facts)


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


#: So many numbers are looked at together: a decision's facts are half a thousand million numbers.
_PORTION = 10_000_000


class _Facts:
    """Facts that are met often enough, and which of them each row has."""

    def __init__(self, numbers: np.ndarray, lengths: np.ndarray, decisions: np.ndarray) -> None:
        """Number the facts.

        Args:
            numbers: those of `_NAMES` in all rows, one row after the other.
            lengths: how many of them each row has.
            decisions: which decision each row belongs to, rising.
        """
        ends = np.concatenate(([0], np.cumsum(lengths)))
        cuts = np.searchsorted(ends, np.arange(0, ends[-1], _PORTION))
        # No decision is cut in two.
        cuts = np.searchsorted(decisions, decisions[cuts[cuts < len(lengths)]])
        portions = list(pairwise([*np.unique(cuts), len(lengths)]))
        met = np.zeros(len(_NAMES), dtype=np.int64)
        for low, high in portions:
            # One number for each pair of decision and fact, sorted: `unique` takes ten times as long.
            pairs = np.repeat(decisions[low:high].astype(np.int64) * len(_NAMES), lengths[low:high])
            pairs += numbers[ends[low] : ends[high]]
            pairs.sort()
            met += np.bincount(pairs[np.diff(pairs, prepend=-1) > 0] % len(_NAMES), minlength=len(_NAMES))
        #: Numbers of `_NAMES`.
        self.used = np.flatnonzero(met >= RARE)
        place = np.full(len(_NAMES), -1, dtype=np.int32)
        place[self.used] = np.arange(len(self.used), dtype=np.int32)
        kept, counts = [], [np.zeros(1, dtype=np.int64)]
        for low, high in portions:
            columns = place[numbers[ends[low] : ends[high]]]
            known = columns >= 0
            kept.append(columns[known])
            so_far = np.concatenate(([0], np.cumsum(known)))
            counts.append(so_far[ends[low + 1 : high + 1] - ends[low]] + counts[-1][-1])
        places, bounds = np.concatenate(kept), np.concatenate(counts)
        shape = (len(lengths), len(self.used))
        self._matrix = csr_matrix((np.ones(len(places), dtype=np.int8), places, bounds), shape=shape)

    def met(self, rows: np.ndarray) -> tuple[np.ndarray, csr_matrix]:
        """The facts that are met in these rows, as numbers of `used`, and (rows, met) which row has which."""
        chosen = self._matrix[rows]
        met, columns = np.unique(chosen.indices, return_inverse=True)
        ones = np.ones(len(columns), dtype=np.float32)
        return met, csr_matrix((ones, columns, chosen.indptr), shape=(len(rows), len(met)))


class _Adam:
    """Weights on their way. A row that is not met takes its steps, which only fade, when it is met again."""

    _MEAN, _SQUARE = 0.9, 0.999
    #: By what a step is shorter than the last where there is no gradient.
    _FADE = _MEAN / _SQUARE**0.5

    def __init__(self, values: np.ndarray, decay: float) -> None:
        """Begin.

        Args:
            values: (rows, d) what to begin with.
            decay: what weights shrink by at each step, in parts of the rate.
        """
        self._values, self._decay = values, decay
        self._mean, self._square = np.zeros_like(values), np.zeros_like(values)
        self._steps, self._rate = 0, 0.0
        #: What a weight of the beginning has shrunk to, as a logarithm.
        self._shrunk = 0.0
        #: (rows,) The step up to which each row has been taken, and what had shrunk to what by then.
        self._taken = np.zeros(len(values), dtype=np.int64)
        self._known = np.zeros(len(values))

    def of(self, rows: np.ndarray) -> np.ndarray:
        """(rows, d) The weights of these rows, as of the last step."""
        taken = self._taken[rows]
        idle = self._steps - taken
        faded = self._FADE * (1 - self._FADE**idle) / (1 - self._FADE) * self._length(np.maximum(taken, 1))
        mean, square = self._mean[rows], self._square[rows]
        values = self._values[rows] - _column(faded) * mean / (np.sqrt(square) + np.float32(1e-8))
        values *= _column(np.exp(self._shrunk - self._known[rows]))
        self._values[rows] = values
        self._taken[rows], self._known[rows] = self._steps, self._shrunk
        self._mean[rows] = mean * _column(self._MEAN**idle)
        self._square[rows] = square * _column(self._SQUARE**idle)
        return values

    def step(self, rows: np.ndarray, gradient: np.ndarray, rate: float) -> None:
        """Go against the gradient of these rows, whose weights have just been asked for, and shrink."""
        self._steps, self._rate = self._steps + 1, rate
        self._shrunk += log1p(-self._decay * rate)
        self._taken[rows], self._known[rows] = self._steps, self._shrunk
        mean = self._mean[rows] * np.float32(self._MEAN) + gradient * np.float32(1 - self._MEAN)
        square = self._square[rows] * np.float32(self._SQUARE) + gradient**2 * np.float32(1 - self._SQUARE)
        self._mean[rows], self._square[rows] = mean, square
        length = np.float32(self._length(np.array(self._steps)))
        values = self._values[rows] - length * mean / (np.sqrt(square) + np.float32(1e-8))
        self._values[rows] = values * np.float32(1 - self._decay * rate)

    def all(self) -> np.ndarray:
        """All weights."""
        return self.of(np.arange(len(self._values)))

    def _length(self, step: np.ndarray) -> np.ndarray:
        """The rate at a step, with what makes up for means that began with nothing."""
        return self._rate * np.sqrt(1 - self._SQUARE**step) / (1 - self._MEAN**step)


def _column(factors: np.ndarray) -> np.ndarray:
    return factors.astype(np.float32)[:, None]


def learn(samples: Sequence[Sample], counts: Sequence[float], decay: float, run: int) -> Table:
    """Weights under which the right options weigh most, not yet in whole numbers.

    Args:
        samples: decisions with their right options.
        counts: how often each sample counts.
        decay: what weights shrink by at each step, in parts of the rate.
        run: which learning of `RUNS`: all begin with the same vectors, each meets the samples in an order of its own.
    """
    random = np.random.default_rng(0)
    sizes = np.array([len(sample.starts) for sample in samples])
    firsts = np.concatenate(([0], np.cumsum(sizes)))
    each = np.arange(len(samples))
    around = _Facts(*_joined([sample.around for sample in samples]), each)
    numbers, lengths = _joined([sample.own for sample in samples])
    begins = np.concatenate([np.array(sample.starts) for sample in samples])
    begins += np.repeat(np.cumsum(lengths) - lengths, sizes)
    own = _Facts(numbers, np.diff(begins, append=len(numbers)), np.repeat(each, sizes))
    del numbers
    right = firsts[:-1] + np.array([s.right for s in samples])
    weights = np.array(counts, dtype=np.float32)
    alone = _Adam(np.zeros((len(own.used), 1), dtype=np.float32), decay)
    own_vectors = _Adam(random.normal(0, SPREAD, (len(own.used), LENGTH)).astype(np.float32), decay)
    around_vectors = _Adam(random.normal(0, SPREAD, (len(around.used), LENGTH)).astype(np.float32), decay)
    random = np.random.default_rng([run, 1])
    steps = EPOCHS * -(-len(samples) // BATCH)
    done = 0
    for _ in range(EPOCHS):
        order = random.permutation(len(samples))
        for begin in range(0, len(order), BATCH):
            batch = np.sort(order[begin : begin + BATCH])
            lengths = sizes[batch]
            starts = np.concatenate(([0], np.cumsum(lengths)[:-1]))
            rows = np.repeat(firsts[batch] - starts, lengths) + np.arange(lengths.sum())
            belongs = np.repeat(np.arange(len(batch)), lengths)
            met_around, seen = around.met(batch)
            met_own, speaking = own.met(rows)
            kept_around = _kept(random, (len(batch), LENGTH))
            kept_own = _kept(random, (len(rows), LENGTH))
            sums_around = (seen @ around_vectors.of(met_around)) * kept_around
            sums_own = (speaking @ own_vectors.of(met_own)) * kept_own
            scores = (speaking @ alone.of(met_own))[:, 0] + (sums_own * sums_around[belongs]).sum(axis=1)
            powers = np.exp(scores - np.maximum.reduceat(scores, starts)[belongs])
            shares = powers / np.add.reduceat(powers, starts)[belongs]
            shares[right[batch] - firsts[batch] + starts] -= 1
            slope = (shares * (weights[batch] / weights[batch].sum())[belongs]).astype(np.float32)[:, None]
            to_own = slope * sums_around[belongs] * kept_own
            to_around = np.add.reduceat(slope * sums_own, starts) * kept_around
            rate = _rate(done / steps)
            alone.step(met_own, speaking.T @ slope, rate)
            own_vectors.step(met_own, speaking.T @ to_own, rate)
            around_vectors.step(met_around, seen.T @ to_around, rate)
            done += 1
    names = list(_NAMES)
    return Table(
        [names[number] for number in own.used],
        alone.all()[:, 0],
        own_vectors.all(),
        [names[number] for number in around.used],
        around_vectors.all(),
    )


def _joined(rows: Sequence[array[int]]) -> tuple[np.ndarray, np.ndarray]:
    """The numbers of all rows, and how many each has."""
    return np.concatenate([np.frombuffer(row, dtype=np.int32) for row in rows]), np.array([len(row) for row in rows])


def _kept(random: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    """What is left of sums of vectors, as factors."""
    return (random.random(shape, dtype=np.float32) >= DROPOUT).astype(np.float32) / np.float32(1 - DROPOUT)


def _rate(part: float) -> float:
    """The rate of learning when a part of all steps is done."""
    if part < WARM:
        return RATE * (1 - (1 - 1 / 25) * (1 + cos(pi * part / WARM)) / 2)
    return RATE * (1 + cos(pi * (part - WARM) / (1 - WARM))) / 2


def gather(
    extractor: Extractor, doc: dict[str, Any], weights: Weights | None = None, *, written: bool = False
) -> Taught:
    """What an article teaches along the gold answers, or along those of weights.

    Args:
        extractor: finds what is decided.
        doc: the article.
        weights: whose answers are gone along; None: the gold's.
        written: times that are written out alone.
    """
    normal, _ = extractor.legible(doc["text"], title=doc["title"], language=doc["lang"])
    teacher = Teacher(doc, normal, weights, written=written)
    extractor.bind(
        doc["text"],
        title=doc["title"],
        language=doc["lang"],
        dated=date.fromisoformat(doc["published"]),
        choice=teacher,
    )
    return dict(teacher.samples)


def train(taught: Sequence[Taught], counts: Sequence[float], jobs: int, runs: int) -> Weights:
    """Weights of all decisions from what articles teach, each of which counts so often."""
    merged: dict[str, list[Sample]] = defaultdict(list)
    often: dict[str, list[float]] = defaultdict(list)
    for each, count in zip(taught, counts, strict=True):
        for decision, samples in each.items():
            merged[decision].extend(samples)
            often[decision].extend([count] * len(samples))
    # The largest first, so that the processes end together.
    order = sorted(merged, key=lambda decision: -sum(len(sample.own) for sample in merged[decision]))

    def task(part: tuple[str, int]) -> Table:
        decision, run = part
        return learn(merged[decision], often[decision], DECAY.get(decision, DEFAULT_DECAY), run)

    tables = spread(task, [(decision, run) for decision in order for run in range(runs)], jobs)
    return Weights({d: together(tables[runs * place : runs * (place + 1)], UNIT) for place, d in enumerate(order)})


def spread(task: Callable[[Any], Any], items: Sequence[Any], jobs: int) -> list[Any]:
    """The task's result for each item, in processes that are forked from this one."""
    _FORKED["task"] = task
    # Where a process is killed for its memory, this pool says so; others wait for ever.
    with ProcessPoolExecutor(jobs, mp_context=get_context("fork")) as pool:
        return list(pool.map(_forked, items))


#: What a forked process is to do: a function with all that it knows cannot be sent.
_FORKED: dict[str, Callable[[Any], Any]] = {}


def _forked(item: Any) -> Any:
    return _FORKED["task"](item)


def read(extractor: Extractor, doc: dict[str, Any]) -> list[Figure]:
    """The figures that an extractor finds in an article."""
    dated = date.fromisoformat(doc["published"])
    return extractor.read(doc["text"], title=doc["title"], language=doc["lang"], dated=dated)


#: Parts of the articles whose weights read each other.
_HALVES = 2


#: Years by which articles are dated later, in turn; the times that they write out are one in thirteen of all.
_LATER = (1, 2, 3)
_WRITTEN = 4


def later(doc: dict[str, Any], number: int) -> dict[str, Any]:
    """The article as if it had come out some years later, as one does whose date is not known."""
    day = date.fromisoformat(doc["published"])
    years = _LATER[number % len(_LATER)]
    return {**doc, "published": day.replace(year=day.year + years, day=min(day.day, 28)).isoformat()}


class Course:
    """Learns from articles, in processes that are forked from this one."""

    def __init__(self, docs: Sequence[dict[str, Any]], counts: Sequence[float], jobs: int) -> None:
        self._docs, self._counts, self._jobs = docs, counts, jobs
        self._extractor = Extractor(weights=Weights({}))
        #: What each article teaches.
        self.taught = self._gathered(lambda _, doc: gather(self._extractor, doc))
        self._add(lambda number, doc: gather(self._extractor, later(doc, number), written=True), often=_WRITTEN)

    def again(self) -> None:
        """Learn also along the answers of weights that have not seen the article: each half's read the other."""
        own = [self.without(half, runs=1) for half in self._folds(_HALVES)]
        self._add(lambda number, doc: gather(self._extractor, doc, own[number % _HALVES]))

    def without(self, left: Collection[int] = (), runs: int = RUNS) -> Weights:
        """The weights from all articles but these."""
        numbers = [number for number in range(len(self.taught)) if number not in left]
        return train([self.taught[n] for n in numbers], [self._counts[n] for n in numbers], self._jobs, runs)

    def answers(self, left: Sequence[int]) -> list[list[Figure]]:
        """What these articles are read as by weights that have seen none of them."""
        extractor = Extractor(weights=self.without(set(left)))
        return spread(lambda number: read(extractor, self._docs[number]), left, self._jobs)

    def _folds(self, count: int) -> list[range]:
        return [range(fold, len(self._docs), count) for fold in range(count)]

    def _add(self, task: Callable[[int, dict[str, Any]], Taught], often: int = 1) -> None:
        """Let the articles teach more, which counts so often."""
        self.taught = [
            {d: [*one.get(d, ()), *often * other.get(d, [])] for d in {*one, *other}}
            for one, other in zip(self.taught, self._gathered(task), strict=True)
        ]

    def _gathered(self, task: Callable[[int, dict[str, Any]], Taught]) -> list[Taught]:
        """What all articles teach, in order, under one numbering of facts."""
        known = len(_NAMES)

        def of_half(half: int) -> tuple[list[str], dict[int, Taught]]:
            found = {number: task(number, self._docs[number]) for number in self._folds(_HALVES)[half]}
            return list(_NAMES)[known:], found

        merged: dict[int, Taught] = {}
        for names, found in spread(of_half, range(_HALVES), self._jobs):
            place = np.array([*range(known), *map(_number, names)], dtype=np.int32)
            for number, taught in found.items():
                merged[number] = {
                    decision: [s._replace(around=_placed(s.around, place), own=_placed(s.own, place)) for s in samples]
                    for decision, samples in taught.items()
                }
        return [merged[number] for number in sorted(merged)]


def _placed(numbers: array[int], place: np.ndarray) -> array[int]:
    moved = array("i")
    moved.frombytes(place[np.frombuffer(numbers, dtype=np.int32)].tobytes())
    return moved


def main() -> None:
    """Fit, measure and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--part", type=int, default=5, help="one in so many is read by the weights of the others")
    parser.add_argument("--jobs", type=int, default=2, help="processes at once")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--errors", action="store_true")
    parser.add_argument("--once", action="store_true", help="learn along the gold only")
    options = parser.parse_args()
    docs = scoring.load(options.folders)
    reference = len(scoring.load(options.folders[:1]))
    if len(docs) == reference:
        parser.error("expected the folder of the reference and at least one other to learn from")
    counts = [REFERENCE] * reference + [1.0] * (len(docs) - reference)
    course = Course(docs, counts, options.jobs)
    if not options.once:
        course.again()
    left = [*range(reference), *range(reference, len(docs), options.part)]
    answers = course.answers(left)
    rows = [list(map(figure_row, figures)) for figures in answers]
    for numbers in (slice(reference), slice(reference, None)):
        scoring.report([docs[number] for number in left[numbers]], rows[numbers], errors=options.errors)
    factors = calibrate([docs[number] for number in left], answers)
    told = "".join(f"{name} = {factor}\n" for name, factor in factors.items())
    print(told, file=sys.stderr)
    if options.write:
        save(course.without())
        certainty.FILE.write_text(f"# See certainty.py; learned from {len(left)} articles.\n{told}", encoding="utf-8")


def calibrate(docs: Sequence[dict[str, Any]], answers: Sequence[list[Figure]]) -> dict[str, float]:
    """The factors under which what speaks for a figure tells best whether it is right in every field.

    Args:
        docs: articles.
        answers: what weights that have not seen them read in them, the confidence of each figure the share of its
            decisions.
    """
    from sklearn.linear_model import LogisticRegression

    known: list[tuple[float, ...]] = []
    right: list[bool] = []
    for doc, figures in zip(docs, answers, strict=True):
        met = scoring.pair(list(scoring.spans(doc)), list(map(figure_row, figures)))
        whole = {number for _, number, level in met if level == 3}
        known += evidence(figures, checks(figures, metrics()))
        right += [number in whole for number in range(len(figures))]
    curve = LogisticRegression(C=10, max_iter=5000).fit(known, right)
    factors = (*curve.coef_[0], curve.intercept_[0])
    return {name: round(float(factor), 3) for name, factor in zip((*EVIDENCE, CONSTANT), factors, strict=True)}


if __name__ == "__main__":
    main()
