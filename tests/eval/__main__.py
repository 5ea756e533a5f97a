"""`make eval`: how well the shipped extractor reads, by language, by metric and by confidence, against the floors.

    python -m tests.eval [--errors] [--cases]

First the articles in `gold`, then those in `unseen`, `unseen-2` and so on; floors hold them all. The weights were
learned from gold and from `cases`, which are read with `--cases`, and never from the unseen ones.
`python -m tests.eval.fit` reads those of gold, and a part of the others, by weights that have not seen them.
"""

from __future__ import annotations

import sys
import tomllib
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from monitor.extractors import Extractor
from tests.eval import gate, scoring

CASES = gate.HERE / "cases"

Docs = Sequence[dict[str, Any]]
Answers = Sequence[list[dict[str, Any]]]


def by_metric(docs: Docs, answers: Answers) -> dict[str, list[int]]:
    """For each annotated metric: annotated, and of these wholly right."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for doc, figures in zip(docs, answers, strict=True):
        golds = list(scoring.spans(doc))
        whole = {i for i, _, level in scoring.pair(golds, figures) if level == 3}
        for number, gold in enumerate(golds):
            counts[gold["metric"]][0] += 1
            counts[gold["metric"]][1] += number in whole
    return counts


def by_confidence(docs: Docs, answers: Answers) -> dict[int, list[int]]:
    """For each tenth of confidence: figures found, and of these right as number, as fact, and in full."""
    counts: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for doc, figures in zip(docs, answers, strict=True):
        levels = {j: level for _, j, level in scoring.pair(list(scoring.spans(doc)), figures)}
        for number, figure in enumerate(figures):
            row = counts[min(int(figure["confidence"] * 10), 9)]
            row[0] += 1
            for level in range(levels.get(number, 0)):
                row[level + 1] += 1
    return counts


def show(name: str, docs: Docs, answers: Answers, *, errors: bool) -> None:
    """Print the tables of one folder."""
    print(f"== {name}: {len(docs)} articles")
    scoring.report(docs, answers, errors=errors)
    print("\nmetric                      figures  wholly read")
    for metric, (annotated, right) in sorted(by_metric(docs, answers).items()):
        print(f"{metric:27} {annotated:7} {right / annotated:12.3f}")
    print("\nconfidence  figures  number   fact   full  and above: figures  number   fact   full")
    above = [0, 0, 0, 0]
    for tenth, row in sorted(by_confidence(docs, answers).items(), reverse=True):
        above = [one + other for one, other in zip(above, row, strict=True)]
        cells = [f"{found:9} {' '.join(f'{right / found:6.3f}' for right in met)}" for found, *met in (row, above)]
        print(f"0.{tenth} - {(tenth + 1) / 10:.1f} {cells[0]}        {cells[1]}")
    print()


def main() -> int:
    """Print all tables; 1 where something lies under its floor."""
    extractor, errors = Extractor(), "--errors" in sys.argv
    counts = []
    for folder in (gate.GOLD, *gate.UNSEEN, *([CASES] if "--cases" in sys.argv else [])):
        docs = scoring.load([folder])
        answers = [gate.read(extractor, doc) for doc in docs]
        show(folder.name, docs, answers, errors=errors)
        counts.append(scoring.tally(docs, answers))
    floors = tomllib.loads(gate.FLOORS.read_text(encoding="utf-8"))
    faults = gate.below(gate.standing(counts[0], counts[1 : 1 + len(gate.UNSEEN)]), floors)
    print("\n".join(faults) or "no floor is broken", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
