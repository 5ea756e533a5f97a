"""How sure a figure is: how surely it was decided, and what the other figures of its text lend or take.

Its confidence is a logistic function of that, whose factors are data (`certainty.toml`): learned by
`python -m tests.eval.fit` from articles that weights read which have not seen them.
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cache
from math import exp, log
from pathlib import Path

from monitor.extractors.audit import Check, ends
from storage.records import Figure

#: What speaks for a figure, all as numbers:
#:
#: - `odds` and `share`: logarithms of how surely it was decided;
#: - `text`: the mean of the latter over all figures of its text: where others are doubtful, so is this one;
#: - `contradicted`: the text has another amount of the same; `confirmed`: a check holds; `failed`: one does not.
EVIDENCE = ("odds", "share", "text", "contradicted", "confirmed", "failed")

#: The factor that stands alone.
CONSTANT = "constant"
FILE = Path(__file__).with_name("certainty.toml")

#: What speaks for a figure, and how much.
Reasons = tuple[tuple[str, float], ...]

#: No decision is surer than this, nor less sure.
_SUREST, _LEAST = 1 - 1e-5, 1e-6


def evidence(figures: Sequence[Figure], checks: Sequence[Check]) -> list[tuple[float, ...]]:
    """What speaks for each of a text's figures, whose confidence is the share of their decisions; see `EVIDENCE`."""
    shares = [min(max(figure.confidence, _LEAST), _SUREST) for figure in figures]
    text = sum(map(log, shares)) / max(len(shares), 1)
    denied = _contradicted(figures)
    held = {number for check in checks if not check.remark for number in check.figures}
    failed = {number for check in checks if check.remark for number in check.figures}
    return [
        (
            log(share / (1 - share)),
            log(share),
            text,
            float(number in denied),
            float(number in held),
            float(number in failed),
        )
        for number, share in enumerate(shares)
    ]


def reasons(figures: Sequence[Figure], checks: Sequence[Check], factors: Mapping[str, float]) -> list[Reasons]:
    """What speaks for and against each figure, in logarithms of odds.

    Args:
        figures: those of one text, whose confidence is the share of their decisions.
        checks: what the text allows to be checked.
        factors: of each evidence, and the constant.
    """
    return [
        (
            *((name, factors[name] * told) for name, told in zip(EVIDENCE, each, strict=True) if told),
            (CONSTANT, factors[CONSTANT]),
        )
        for each in evidence(figures, checks)
    ]


def certain(figures: Sequence[Figure], why: Sequence[Reasons]) -> list[Figure]:
    """The figures with the share of such that are right in every field as their confidence, to a thousandth."""
    scores = (sum(weight for _, weight in each) for each in why)
    return [
        replace(figure, confidence=round(1 / (1 + exp(-score)), 3))
        for figure, score in zip(figures, scores, strict=True)
    ]


@cache
def shipped() -> Mapping[str, float]:
    """The factors that come with the program."""
    factors: dict[str, float] = tomllib.loads(FILE.read_text("utf-8"))
    return factors


def _contradicted(figures: Sequence[Figure]) -> set[int]:
    """Figures of which the text has another amount, further off than rounding: one of both is misread, or not exact."""
    alike: dict[tuple[str | None, ...], list[int]] = defaultdict(list)
    for number, figure in enumerate(figures):
        if figure.bound == "exact" and isinstance(figure.value, Decimal):
            alike[_stated(figure)].append(number)
    found: set[int] = set()
    for numbers in alike.values():
        spans = [ends(figures[number]) for number in numbers]
        latest, earliest = max(low for low, _ in spans), min(high for _, high in spans)
        found.update(
            number for number, (low, high) in zip(numbers, spans, strict=True) if latest > high or earliest < low
        )
    return found


def _stated(figure: Figure) -> tuple[str | None, ...]:
    """What a figure is the amount of; estimates and goals differ by who says them."""
    said = "" if figure.basis == "reported" else figure.speaker
    return (
        figure.entity, figure.metric, figure.measure, figure.unit,
        figure.period, figure.aggregation, figure.basis, said,
    )  # fmt: skip
