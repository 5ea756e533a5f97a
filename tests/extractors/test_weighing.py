"""Weights as a file: what is read decides as what was written, and writes the same file again."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from monitor.extractors.weighing import UNIT, Options, Picked, Table, Weights, load, save
from tests.eval.joining import together


def _table(own: list[str], around: list[str], seed: int) -> Table:
    random = np.random.default_rng(seed)
    return Table(
        own,
        random.integers(-UNIT, UNIT, len(own)),
        random.integers(-UNIT, UNIT, (len(own), 4)),
        around,
        random.integers(-UNIT, UNIT, (len(around), 4)),
    )


TABLES = {
    "period": _table(["2025", "2026", "快手"], ["near", "far", "title"], 1),
    "basis": _table(["reported", "estimate"], ["title", "\udc80", "near", "列"], 2),
    "sign": _table(["true"], [], 3),
}
OPTIONS = Options({"near", "nowhere"}, {"title", "far"}, [{"2025", "reported"}, {"2026", "estimate", "true"}, set()])


def _scores(weights: Weights) -> list[list[tuple[str, float]]]:
    return [weights.reasons(name, OPTIONS, number) for name in TABLES for number in range(len(OPTIONS.each))]


def test_what_is_read_decides_as_what_was_written(tmp_path: Path) -> None:
    written = Weights(TABLES)
    save(written, tmp_path / "one.npz")
    found = load(tmp_path / "one.npz")
    assert _scores(found) == _scores(written)
    assert any(_scores(found))
    assert {name: (list(t.own), list(t.around)) for name, t in found.tables.items()} == {
        name: (list(t.own), list(t.around)) for name, t in TABLES.items()
    }
    save(found, tmp_path / "two.npz")
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()


def test_tables_of_two_files_decide_beside_each_other(tmp_path: Path) -> None:
    for name, decision in (("one", "period"), ("two", "basis")):
        save(Weights({decision: TABLES[decision]}), tmp_path / f"{name}.npz")
    tables = {**load(tmp_path / "one.npz").tables, **load(tmp_path / "two.npz").tables}
    assert _scores(Weights(tables)) == _scores(Weights({name: TABLES[name] for name in ("period", "basis")}))
    both = together([tables["period"], tables["basis"]], unit=1)
    assert list(both.around) == ["near", "far", "title", "\udc80", "列"]


def test_a_thousand_of_the_heaviest_facts_are_added_up() -> None:
    facts = [f"fact {number}" for number in range(1000)]
    weights = Weights({"period": Table(["2025"], np.zeros(1), np.ones((1, 1)), facts, np.full((1000, 1), 127))})
    for options in (Options(facts, (), [{"2025"}, ()]), Options((), facts, [{"2025"}, ()])):
        assert weights.reasons("period", options, 0)[0] == ("2025", 127_000 / UNIT**2)


def test_some_facts_of_a_list() -> None:
    some = Picked(["a", "b", "c"], np.array([2, 0]))
    assert list(some) == ["c", "a"]
    assert list(some[1:]) == ["a"]
