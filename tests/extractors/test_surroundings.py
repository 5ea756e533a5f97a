"""What a figure finds among those that the text told before it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest

from monitor.extractors import Extractor
from monitor.extractors.scene import Scene, Slot
from monitor.extractors.surroundings import amount, apart, same_before
from monitor.extractors.weighing import Options, Weights

EXTRACTOR = Extractor(weights=Weights({}))


class Wanted:
    """Takes the group's revenue wherever it is an option, and the first time."""

    def choose(self, decision: str, slot: Slot, answers: Sequence[object], options: Options) -> int:
        wanted = {"metric": "revenue", "entity": "kuaishou", "period": next(iter(answers[1:]), None)}
        return answers.index(wanted[decision]) if wanted.get(decision) in answers else 0


def scene(text: str) -> Scene:
    return EXTRACTOR.bind(f"Kuaishou. {text}", title="", language="en", dated=date(2025, 8, 21), choice=Wanted())


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        ("RMB30.5 billion", "0"),
        ("RMB35 billion", "1"),
        ("RMB50 billion", "2"),
        ("RMB120 billion", "3"),
        ("RMB300 million", "4"),
        ("US$30 billion", None),
    ],
)
def test_how_far_a_level_is_from_the_last_in_its_unit(last: str, expected: str | None) -> None:
    found = scene(f"Revenue was RMB30 billion in the first quarter of 2025. Revenue was {last}.")
    assert apart(found, found.slots[-1]).get(("revenue", "kuaishou")) == expected


def test_the_same_told_before_is_known_by_its_period() -> None:
    found = scene(
        "Revenue was RMB30 billion in 2024. Revenue of 2023 was RMB25 billion. In 2024 revenue was RMB30.1 billion."
    )
    told = same_before(found, found.slots[-1])
    assert {form: again for form, (_, again) in told.items()} == {"2024": "alike", "2023": "else"}
    assert told["2024"][0] is found.slots[0]


def test_nothing_is_told_before_the_first() -> None:
    found = scene("Revenue was RMB30 billion in 2024.")
    assert not same_before(found, found.slots[0])
    assert not apart(found, found.slots[0])


def test_how_often_something_is_said_has_four_steps() -> None:
    assert [amount(count) for count in (0, 1, 2, 3, 6, 7, 700)] == [0, 1, 1, 2, 2, 3, 3]
