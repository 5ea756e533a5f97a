"""Put weights of two learnings together, decision by decision.

    python -m tests.eval.joining OLDER NEWER INTO [--older DECISION...] [--both DECISION...]

A newer learning from more articles is not better in every decision, and floors only rise. So a decision may be the
older learning's, or both decide it together: their vectors stand side by side, each by the root of two smaller, so that
a score is the mean of both. All others, and the steps of confidence, are the newer one's.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from monitor.extractors.weighing import Table, Weights, load, save

#: Each of two learnings weighs half; its vectors, which are multiplied with each other, the root of that.
_HALF = 0.5**0.5

Array = np.ndarray[Any, Any]


def joined(one: Table, other: Table) -> Table:
    """The table with which two decide together, in whole numbers; a fact that one does not know has no weight there."""
    own = list(dict.fromkeys([*one.own, *other.own]))
    around = list(dict.fromkeys([*one.around, *other.around]))
    alone = sum(_placed(own, table.own, table.alone[:, None]) for table in (one, other)) / 2
    own_vectors = [_placed(own, table.own, table.own_vectors) for table in (one, other)]
    around_vectors = [_placed(around, table.around, table.around_vectors) for table in (one, other)]
    return Table(own, np.round(alone)[:, 0], _side_by_side(own_vectors), around, _side_by_side(around_vectors))


def _placed(names: Sequence[str], known: Sequence[str], values: Array) -> Array:
    """(names, d) The values of the known ones, nothing of the others."""
    rows = {name: row for row, name in enumerate(names)}
    found = np.zeros((len(names), values.shape[1]))
    found[[rows[name] for name in known]] = values
    return found


def _side_by_side(vectors: Sequence[Array]) -> Array:
    return np.clip(np.round(np.concatenate(vectors, axis=1) * _HALF), -127, 127)


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("older", "newer", "into"):
        parser.add_argument(name, type=Path, metavar=name.upper())
    parser.add_argument("--older", nargs="*", default=[], metavar="DECISION", dest="kept")
    parser.add_argument("--both", nargs="*", default=[], metavar="DECISION")
    options = parser.parse_args()
    older, newer = load(options.older), load(options.newer)
    tables = dict(newer.tables)
    tables |= {decision: older.tables[decision] for decision in options.kept}
    tables |= {decision: joined(older.tables[decision], newer.tables[decision]) for decision in options.both}
    save(Weights(tables, newer.steps), options.into)


if __name__ == "__main__":
    main()
