"""Measure the shipped extractor on the annotated articles and hold it against the floors.

    python -m tests.eval.gate [--errors] [--allow-regression] [FOLDER...]

The articles are those that the weights were learned from: the gate notices what a change breaks. How well unseen
articles are read, `python -m tests.eval.fit` says, which weighs each article without itself.
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

from monitor.extractors import Extractor
from monitor.rows import figure_row
from tests.eval import scoring

HERE = Path(__file__).parent
FLOORS = HERE / "floors.toml"
GOLD = HERE / "gold"
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


def below(found: dict[str, dict[str, float]], floors: dict[str, dict[str, float]]) -> list[str]:
    """What lies under its floor, in words."""
    return [
        f"{key} {level}: {found.get(key, {}).get(level, 0.0):.3f} is below the floor of {floor:.3f}"
        for key, row in floors.items()
        for level, floor in row.items()
        if found.get(key, {}).get(level, 0.0) < floor
    ]


def main() -> None:
    """Print the table; exit 1 where something lies under its floor."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path, default=[GOLD])
    parser.add_argument("--errors", action="store_true", help="print every miss, wrong field and false figure")
    parser.add_argument("--allow-regression", action="store_true", help="report only")
    options = parser.parse_args()
    docs = scoring.load(options.folders)
    extractor = Extractor()
    answers = [read(extractor, doc) for doc in docs]
    scoring.report(docs, answers, errors=options.errors)
    faults = below(measured(scoring.tally(docs, answers)), tomllib.loads(FLOORS.read_text(encoding="utf-8")))
    print("\n".join(faults), file=sys.stderr)
    if faults and not options.allow_regression:
        sys.exit(1)


if __name__ == "__main__":
    main()
