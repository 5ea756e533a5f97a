"""Weights of evidence: each decision adds up what speaks for each option and takes the heaviest.

The weights are data (`weights.json`), learned from annotated articles by `python -m tests.eval.fit`; weighing is plain
addition. Shares of right figures by confidence come from the same articles, each weighed without itself.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from math import exp
from pathlib import Path

FILE = Path(__file__).with_name("weights.json")

#: Features of each option of a decision.
Options = Sequence[Sequence[str]]


class Weights:
    """Weights by decision and feature."""

    def __init__(self, tables: Mapping[str, Mapping[str, float]], steps: Sequence[tuple[float, float]] = ()) -> None:
        """Keep the tables.

        Args:
            tables: weights by decision and feature.
            steps: from which product of shares on which part of the figures was right in every field, rising.
        """
        self.tables = tables
        self.steps = tuple(steps)

    def choose(self, decision: str, options: Options) -> tuple[int, float]:
        """The heaviest option, the first of equals, and its share of the whole."""
        get = self.tables.get(decision, {}).get
        scores = [sum([get(feature, 0.0) for feature in dict.fromkeys(features)]) for features in options]
        top = max(scores)
        return scores.index(top), 1 / sum([exp(score - top) for score in scores])

    def reasons(self, decision: str, features: Sequence[str], most: int = 6) -> list[tuple[str, float]]:
        """The features of an option that weigh most, heaviest first."""
        get = self.tables.get(decision, {}).get
        weighed = [(feature, get(feature, 0.0)) for feature in dict.fromkeys(features)]
        return sorted((pair for pair in weighed if pair[1]), key=lambda pair: -abs(pair[1]))[:most]


@cache
def shipped() -> Weights:
    """The weights that come with the program; none at all where the file is absent."""
    if not FILE.exists():
        return Weights({})
    held = json.loads(FILE.read_text(encoding="utf-8"))
    return Weights(held["weights"], [(limit, right) for limit, right in held["steps"]])
