"""`make eval`: how well the shipped extractor reads, by language, by metric and by confidence, against the floors.

    python -m tests.eval [--errors] [--cases]

First the articles in `gold`, then those in `unseen`; floors hold both. The weights were learned from gold and from
`cases`, which are read with `--cases`, and never from unseen. `python -m tests.eval.fit` reads a part of the
others, or with `--read 5` each, by weights that have not seen it.
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
    """For each tenth of confidence: figures found, and of these wholly right."""
    counts: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for doc, figures in zip(docs, answers, strict=True):
        whole = {j for _, j, level in scoring.pair(list(scoring.spans(doc)), figures) if level == 3}
        for number, figure in enumerate(figures):
            tenth = min(int(figure["confidence"] * 10), 9)
            counts[tenth][0] += 1
            counts[tenth][1] += number in whole
    return counts


def show(name: str, docs: Docs, answers: Answers, *, errors: bool) -> None:
    """Print the tables of one folder."""
    print(f"== {name}: {len(docs)} articles")
    scoring.report(docs, answers, errors=errors)
    print("\nmetric                      figures  wholly read")
    for metric, (annotated, right) in sorted(by_metric(docs, answers).items()):
        print(f"{metric:27} {annotated:7} {right / annotated:12.3f}")
    print("\nconfidence  figures  wholly right")
    for tenth, (found, right) in sorted(by_confidence(docs, answers).items()):
        print(f"0.{tenth} - {(tenth + 1) / 10:.1f} {found:9} {right / found:13.3f}")
    print()


def main() -> int:
    """Print all tables; 1 where something lies under its floor."""
    extractor, errors = Extractor(), "--errors" in sys.argv
    counts = []
    for folder in (gate.GOLD, gate.UNSEEN, *([CASES] if "--cases" in sys.argv else [])):
        docs = scoring.load([folder])
        answers = [gate.read(extractor, doc) for doc in docs]
        show(folder.name, docs, answers, errors=errors)
        counts.append(scoring.tally(docs, answers))
    floors = tomllib.loads(gate.FLOORS.read_text(encoding="utf-8"))
    faults = gate.below(gate.standing(counts[0], counts[1]), floors)
    print("\n".join(faults) or "no floor is broken", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
