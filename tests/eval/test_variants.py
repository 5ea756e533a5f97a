"""Articles that are set in another way keep their figures."""

from __future__ import annotations

import pytest

from monitor.extractors import Extractor
from tests.eval import gate, scoring
from tests.eval.variants import TABLES, VARIANTS, kept_times, undated, varied


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


def test_times_that_are_written_out_are_told_from_those_that_hang_on_the_day() -> None:
    doc = {"title": "", "lang": "en", "published": "2025-11-20", "figures": []}
    doc["text"] = "On November 3, 2025 Kuaishou made 35.6 billion yuan in revenue. Last quarter it was 35.0 billion."
    kept, count = kept_times(Extractor(), [doc])
    assert 0 < kept <= count == 1


def test_an_article_without_a_date_is_of_the_day_that_it_tells_or_of_that_on_which_it_was_found() -> None:
    doc = {"title": "", "lang": "en", "published": "2024-11-21", "text": "On November 20, 2024 Kuaishou reported."}
    assert undated(Extractor(), doc, told=True)["published"] == "2024-11-20"
    assert undated(Extractor(), doc, told=False)["published"] == "2026-11-21"
