"""Two learnings put together decide by the mean of what each of them finds."""

from __future__ import annotations

from math import log

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from monitor.extractors.weighing import UNIT, Options, Table, Weights
from tests.eval.joining import eager, narrowed, together

#: Vectors are rounded to whole parts: of four numbers half a part each, times three facts of twenty parts.
SLACK = 4 * 3 * 20 / UNIT**2


@st.composite
def tables(draw: st.DrawFn, own: tuple[str, ...], around: tuple[str, ...]) -> Table:
    """A table that knows these facts."""
    width = draw(st.integers(1, 3))
    vector = st.integers(-20, 20)
    return Table(
        own,
        draw(arrays(np.int32, len(own), elements=st.integers(-9000, 9000))),
        draw(arrays(np.int8, (len(own), width), elements=vector)),
        around,
        draw(arrays(np.int8, (len(around), width), elements=vector)),
    )


def lead(table: Table) -> float:
    """By how much the second of two options weighs more than the first, beside a decision that looks further around."""
    wider = Table(("none",), np.zeros(1), np.zeros((1, 9)), ("far",), np.zeros((1, 9)))
    weights = Weights({"metric": table, "period": wider})
    number, share = weights.choose("metric", Options(("near", "far"), ("title",), [("none",), ("first", "shared")]))
    return (1 if number else -1) * log(share / (1 - share))


@given(tables(("none", "first", "shared"), ("near", "title")), tables(("shared", "first"), ("near", "far")))
def test_the_lead_is_the_mean_of_both(one: Table, other: Table) -> None:
    assert lead(together([one, other], 1)) == pytest.approx((lead(one) + lead(other)) / 2, abs=SLACK)


@given(tables(("none", "first", "shared"), ("near", "title")))
def test_a_learning_with_itself_decides_as_before(table: Table) -> None:
    assert lead(together([table, table], 1)) == pytest.approx(lead(table), abs=SLACK)


@given(tables(("none", "first", "shared"), ("near", "title", "far")))
def test_a_learning_joined_with_itself_is_as_narrow_as_it_was(table: Table) -> None:
    assume((table.own_vectors @ table.around_vectors.T).any())
    twice = together([table, table], 1)
    once = narrowed(twice, table.own_vectors.shape[1])
    assert once.own_vectors.shape[1] == table.own_vectors.shape[1]
    assert lead(once) == pytest.approx(lead(twice), abs=SLACK)
    assert narrowed(table, 9) is table


def test_eagerness_speaks_against_nothing_alone() -> None:
    table = Table(("0", "0|x", "first"), np.array([5000, 7, 9]), np.zeros((3, 1)), (), np.zeros((0, 1)))
    assert eager(table, 0.5).alone.tolist() == [5000 - UNIT**2 // 2, 7, 9]
