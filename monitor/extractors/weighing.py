"""Weights of evidence: each decision adds up what speaks for each option and takes the heaviest.

The weights are data (`weights.json`), learned from annotated articles by `python -m tests.eval.fit`; weighing is plain
addition. Shares of right decisions come from the same articles, each weighed without itself.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from math import exp
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("weights.json")

#: Features of each option of a decision.
Options = Sequence[Sequence[str]]


class Weights:
    """Weights by decision and feature."""

    def __init__(self, tables: Mapping[str, Mapping[str, float]], calibration: Mapping[str, Any] | None = None) -> None:
        self._tables = tables
        self.calibration = calibration or {}

    def scores(self, decision: str, options: Options) -> list[float]:
        """The weight of each option."""
        get = self._tables.get(decision, {}).get
        return [sum(get(feature, 0.0) for feature in features) for features in options]

    def choose(self, decision: str, options: Options) -> tuple[int, float]:
        """The heaviest option, the first of equals, and its share of the whole."""
        scores = self.scores(decision, options)
        best = max(range(len(scores)), key=scores.__getitem__)
        top = scores[best]
        return best, 1 / sum(exp(max(score - top, -50.0)) for score in scores)

    def reasons(self, decision: str, features: Sequence[str], most: int = 6) -> list[tuple[str, float]]:
        """The features of an option that weigh most, heaviest first."""
        get = self._tables.get(decision, {}).get
        weighed = [(feature, get(feature, 0.0)) for feature in features]
        return sorted((pair for pair in weighed if pair[1]), key=lambda pair: -abs(pair[1]))[:most]


@cache
def shipped() -> Weights:
    """The weights that come with the program; none at all where the file is absent."""
    if not FILE.exists():
        return Weights({})
    held = json.loads(FILE.read_text(encoding="utf-8"))
    return Weights(held["weights"], held.get("calibration"))
