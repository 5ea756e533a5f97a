"""What is learned from decisions hangs neither on chance nor on how many are looked at together."""

from __future__ import annotations

from array import array
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import chain
from random import Random

import numpy as np
import pytest

from monitor.extractors import Extractor
from monitor.extractors.certainty import certain, reasons
from monitor.extractors.weighing import Weights
from storage.records import Figure
from tests.eval import fit


def samples(count: int) -> list[fit.Sample]:
    """Decisions of two to four options, of which the one with the first fact is right where the text has the second."""
    random = Random(7)
    first, second, *others = (fit._number(f"fact {number}") for number in range(12))
    made = []
    for _ in range(count):
        size, here = random.randint(2, 4), random.random() < 0.5
        marked = random.randrange(1, size)
        options = [[*random.sample(others, 3), *([first] if option == marked else [])] for option in range(size)]
        starts = [sum(map(len, options[:option])) for option in range(size)]
        around = array("i", [second, others[0]] if here else [others[0]])
        made.append(fit.Sample(around, array("i", chain.from_iterable(options)), starts, marked if here else 0))
    return made


@pytest.fixture
def taught() -> list[fit.Sample]:
    return samples(600)


def test_facts_that_decide_together_are_learned(taught: list[fit.Sample]) -> None:
    table = fit.learn(taught, [1.0] * len(taught), 0.1, 0)
    first, second = table.own.index("fact 0"), table.around.index("fact 1")
    assert float(table.own_vectors[first] @ table.around_vectors[second]) > 0


def test_how_many_numbers_are_looked_at_together_changes_nothing(
    taught: list[fit.Sample], monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = [1.0, 3.0] * (len(taught) // 2)
    at_once = fit.learn(taught, counts, 0.1, 1)
    monkeypatch.setattr(fit, "_PORTION", 50)
    by_portions = fit.learn(taught, counts, 0.1, 1)
    assert all(np.array_equal(one, other) for one, other in zip(at_once, by_portions, strict=True))


def test_what_is_set_for_the_eye_does_not_displace_what_is_learned() -> None:
    figure = {"value": 300_000_000, "unit": "CNY", "entity": "keling", "metric": "revenue", "measure": "level"}
    figure |= {"period": "2025-Q3", "aggregation": "period", "basis": "reported", "bound": "exact"}
    doc = {"title": "Kuaishou", "published": "2025-11-20", "lang": "en"}
    learned = []
    for mark in ("", "**"):
        amount = f"{mark}300 million{mark} yuan"
        words = " ".join(f"{mark}{word}{mark}" for word in ["Its", "unit", "Kling", "had", "a", "revenue", "of"])
        text = f"{words} {amount} in the third quarter."
        taught = fit.gather(
            Extractor(weights=Weights({})),
            {**doc, "text": text, "figures": [{**figure, "figure": amount, "quote": text}]},
        )
        learned.append({decision: [sample.right for sample in samples] for decision, samples in taught.items()})
    assert learned[0]["metric"][0] > 0
    assert learned[0] == learned[1]


TEXT = "Kuaishou made 35.6 billion yuan in the third quarter of 2025."
STATED = {
    "figure": "35.6 billion yuan", "quote": TEXT, "value": 35_600_000_000, "unit": "CNY", "entity": "kuaishou",
    "metric": "revenue", "measure": "level", "period": "2025-Q3", "aggregation": "period", "basis": "reported",
    "bound": "exact",
}  # fmt: skip
DOC = {"title": "", "text": TEXT, "lang": "en", "published": "2025-11-20", "figures": [STATED]}


def test_what_tells_right_figures_from_wrong_ones_is_learned() -> None:
    start = TEXT.index("35.6")
    right = Figure(
        entity="kuaishou", metric="revenue", measure="level", value=Decimal("35.6e9"), unit="CNY", bound="exact",
        period="2025-Q3", aggregation="period", basis="reported", start=start, end=start + 17, quote=TEXT,
        confidence=0.9,
    )  # fmt: skip
    wrong = replace(right, period="2024-Q3", confidence=0.3)
    answers = [[each] for each in (right, right, right, right, wrong, wrong, wrong, right)]
    factors = fit.calibrate([DOC] * len(answers), answers)
    sure, unsure = (certain([each], reasons([each], [], factors))[0].confidence for each in (right, wrong))
    assert unsure < 0.5 < sure < 1


def test_an_article_that_is_dated_later_teaches_the_times_that_it_writes_out_alone() -> None:
    doc = {**DOC, "text": f"{TEXT} Its revenue was 32.0 billion yuan a quarter before."}
    doc["figures"] = [STATED, {**STATED, "figure": "32.0 billion yuan", "quote": doc["text"][len(TEXT) + 1 :]}]
    doc["figures"][1] |= {"value": 32_000_000_000, "period": "2025-Q2"}
    moved = fit.later(doc, 1)
    assert date.fromisoformat(moved["published"]) == date(2027, 11, 20)
    taught = fit.gather(Extractor(weights=Weights({})), moved, written=True)
    assert {decision: len(samples) for decision, samples in taught.items() if samples} == {"period": 1}
    assert set(fit.gather(Extractor(weights=Weights({})), moved)) > {"period", "metric", "basis"}
