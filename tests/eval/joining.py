"""Put weights of two learnings together, decision by decision.

    python -m tests.eval.joining OLDER NEWER INTO [--older DECISION...] [--mostly DECISION...] [--both DECISION...]
        [--less DECISION...] [--eager WEIGHT] [--narrow DECISION=WIDTH...]

A newer learning from more articles is not better in every decision, and floors only rise. So a decision may be the
older learning's, or both decide it together: their vectors stand side by side, each by the root of two smaller, so that
a score is the mean of both; of a decision that is mostly the older one's it stands there twice, of one that is less the
older one's the newer. All others are the newer one's. A metric may be taken where nothing
weighs up to so much more. Vectors that several learnings have made wide may be narrowed to the width that nearly all of
their products need.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from monitor.extractors.weighing import UNIT, Table, Weights, load, save

Array = np.ndarray[Any, Any]
#: Of the rotation: the same learnings give the same file.
_SEED = 1


def together(tables: Sequence[Table], unit: int) -> Table:
    """The table with which learnings decide together, in whole numbers: the score is the mean of theirs.

    Args:
        tables: of one decision; a fact that one does not know has no weight there.
        unit: what their vectors are to be counted in parts of; 1 where they are counted already.
    """
    own, around = (list(dict.fromkeys(chain.from_iterable(names))) for names in zip(*map(_names, tables), strict=True))
    # Vectors are multiplied with each other: each by the root of its part.
    share = unit * len(tables) ** -0.5
    alone = sum(_placed(own, table.own, table.alone[:, None]) for table in tables)[:, 0] * unit**2 / len(tables)
    own_vectors = [_placed(own, table.own, table.own_vectors) for table in tables]
    around_vectors = [_placed(around, table.around, table.around_vectors) for table in tables]
    return Table(
        own,
        _whole(alone, 2),
        _whole(np.concatenate(own_vectors, axis=1) * share, 1),
        around,
        _whole(np.concatenate(around_vectors, axis=1) * share, 1),
    )


def eager(table: Table, weight: float) -> Table:
    """The table of metrics with so much less for no metric at all."""
    nothing = np.array([fact == "0" for fact in table.own])
    return table._replace(alone=table.alone - nothing * round(weight * UNIT**2))


def narrowed(table: Table, width: int) -> Table:
    """The table with vectors of at most `width` numbers, whose products are as near to those of before as can be.

    The products of all facts that speak for options with all that stand around are a matrix of little rank: what is
    left out are its least singular values (Eckart and Young 1936, doi 10.1007/BF02288367). A rotation spreads the
    others over all numbers, which are whole and held by a byte.
    """
    if table.own_vectors.shape[1] <= width:
        return table
    own, own_part = np.linalg.qr(table.own_vectors.astype(np.float64))
    around, around_part = np.linalg.qr(table.around_vectors.astype(np.float64))
    left, values, right = np.linalg.svd(own_part @ around_part.T)
    if not values.any():
        return table
    roots = np.sqrt(values[:width])
    rotation, _ = np.linalg.qr(np.random.default_rng(_SEED).standard_normal((width, width)))
    own = own @ (left[:, :width] * roots) @ rotation
    around = around @ (right[:width].T * roots) @ rotation
    scale = np.sqrt(np.abs(around).max() / np.abs(own).max())
    return table._replace(own_vectors=_whole(own * scale, 1), around_vectors=_whole(around / scale, 1))


def _names(table: Table) -> tuple[Sequence[str], Sequence[str]]:
    return table.own, table.around


def _placed(names: Sequence[str], known: Sequence[str], values: Array) -> Array:
    """(names, d) The values of the known ones, nothing of the others."""
    rows = {name: row for row, name in enumerate(names)}
    found = np.zeros((len(names), values.shape[1]))
    found[[rows[name] for name in known]] = values
    return found


def _whole(values: Array, size: int) -> Array:
    """Whole numbers that so many bytes hold."""
    most = 2 ** (8 * size - 1) - 1
    return np.clip(np.round(values), -most, most)


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("older", "newer", "into"):
        parser.add_argument(name, type=Path, metavar=name.upper())
    parser.add_argument("--older", nargs="*", default=[], metavar="DECISION", dest="kept")
    parser.add_argument("--mostly", nargs="*", default=[], metavar="DECISION")
    parser.add_argument("--both", nargs="*", default=[], metavar="DECISION")
    parser.add_argument("--less", nargs="*", default=[], metavar="DECISION")
    parser.add_argument("--eager", type=float, default=0.0, metavar="WEIGHT")
    parser.add_argument("--narrow", nargs="*", default=[], metavar="DECISION=WIDTH")
    options = parser.parse_args()
    older, newer = load(options.older), load(options.newer)
    tables = dict(newer.tables)
    tables |= {decision: older.tables[decision] for decision in options.kept}
    for decisions, shares in ((options.mostly, (2, 1)), (options.both, (1, 1)), (options.less, (1, 2))):
        for decision in decisions:
            each = [
                weights.tables[decision]
                for weights, share in zip((older, newer), shares, strict=True)
                for _ in range(share)
            ]
            tables[decision] = together(each, unit=1)
    tables["metric"] = eager(tables["metric"], options.eager)
    for decision, width in (each.split("=") for each in options.narrow):
        tables[decision] = narrowed(tables[decision], int(width))
    save(Weights(tables), options.into)


if __name__ == "__main__":
    main()
