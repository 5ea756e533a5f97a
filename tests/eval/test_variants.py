"""Articles that are set in another way keep their figures."""

from __future__ import annotations

import pytest

from tests.eval import gate, scoring
from tests.eval.variants import TABLES, VARIANTS, varied


@pytest.mark.parametrize("name", [*VARIANTS, *TABLES])
def test_figures_stay_where_they_stand(name: str) -> None:
    changed = 0
    for doc in scoring.load([gate.GOLD])[::8]:
        found = varied(doc, {**VARIANTS, **TABLES}[name])
        changed += found["text"] != doc["text"]
        before, after = list(scoring.spans(doc)), list(scoring.spans(found))
        assert len(before) == len(after)
        for old, new in zip(before, after, strict=True):
            assert found[new["where"]][new["start"] : new["end"]] == new["figure"]
            rest = iter(new["figure"])
            assert all(char in rest for char in old["figure"] if char.isalnum())
    assert changed or name.endswith("as they are")
