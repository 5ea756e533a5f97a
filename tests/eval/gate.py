"""Measure the shipped extractor on the annotated articles and hold it against the floors.

    python -m tests.eval.gate [--errors] [--allow-regression]

The articles of `gold` are among those that the weights were learned from: on them the gate notices what a change
breaks. Those of `unseen`, `unseen-2` and so on are never learned from; each round of them has floors of its own. Those
of gold, and a part of the others, are read by weights that have not seen them when `python -m tests.eval.fit` is run.
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from monitor.extractors import Extractor
from monitor.rows import figure_row
from tests.eval import scoring

HERE = Path(__file__).parent
FLOORS = HERE / "floors.toml"
GOLD = HERE / "gold"
UNSEEN = sorted(HERE.glob("unseen*"))
LEVELS = ("number", "fact", "full")


def read(extractor: Extractor, doc: dict[str, Any]) -> list[dict[str, Any]]:
    """The figures of an article as JSON objects."""
    day = date.fromisoformat(doc["published"])
    return [figure_row(f) for f in extractor.read(doc["text"], title=doc["title"], language=doc["lang"], dated=day)]


def measured(counts: dict[str, list[int]]) -> dict[str, dict[str, float]]:
    """F1 by language and level."""
    return {
        key: {name: round(scoring.f1(row[0], row[1], met), 3) for name, met in zip(LEVELS, row[2:], strict=True)}
        for key, row in counts.items()
    }


def standing(gold: dict[str, list[int]], unseen: Sequence[dict[str, list[int]]]) -> dict[str, dict[str, float]]:
    """What floors hold: the articles learned from by language, each folder of unseen ones over all."""
    rounds = {folder.name: measured(counts)["all"] for folder, counts in zip(UNSEEN, unseen, strict=True)}
    return {**measured(gold), **rounds}


def below(found: dict[str, dict[str, float]], floors: dict[str, dict[str, float]]) -> list[str]:
    """What lies under its floor, in words."""
    return [
        f"{key} {level}: {found.get(key, {}).get(level, 0.0):.3f} is below the floor of {floor:.3f}"
        for key, row in floors.items()
        for level, floor in row.items()
        if found.get(key, {}).get(level, 0.0) < floor
    ]


def main() -> None:
    """Print the tables; exit 1 where something lies under its floor."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--errors", action="store_true", help="print every miss, wrong field and false figure")
    parser.add_argument("--allow-regression", action="store_true", help="report only")
    options = parser.parse_args()
    extractor = Extractor()
    counts = []
    for folder in (GOLD, *UNSEEN):
        docs = scoring.load([folder])
        answers = [read(extractor, doc) for doc in docs]
        scoring.report(docs, answers, errors=options.errors)
        counts.append(scoring.tally(docs, answers))
    faults = below(standing(counts[0], counts[1:]), tomllib.loads(FLOORS.read_text(encoding="utf-8")))
    print("\n".join(faults), file=sys.stderr)
    if faults and not options.allow_regression:
        sys.exit(1)


if __name__ == "__main__":
    main()
