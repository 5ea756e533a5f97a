"""Metrics, watchlists and languages as files."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.declarations.languages import codes, language
from monitor.declarations.metrics import metrics
from monitor.declarations.watchlists import shipped, watched, watchlist
from monitor.errors import ConfigError


def test_every_metric_has_terms_in_every_language() -> None:
    lacking = [(name, code) for name, metric in metrics().items() for code in codes() if not metric.terms.get(code)]
    assert lacking == []


def test_a_term_is_not_its_own_weak_term() -> None:
    for name, metric in metrics().items():
        for code, words in metric.weak.items():
            assert not set(words) & set(metric.terms.get(code, ())), (name, code)


def test_tags_find_their_language() -> None:
    assert language("zh-Hant") is language("zh-Hant")
    assert language("zh-Hant") == language("zh")
    with pytest.raises(ConfigError, match="expected one of de, en, ja, zh, found 'fr'"):
        language("fr")


def test_shipped_watchlists_load() -> None:
    assert "kuaishou" in shipped()
    assert [entity.id for entity in watched(shipped())] == ["kuaishou", "keling"]


def test_an_own_watchlist_is_read_from_its_path(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text('name = "own"\n[[entity]]\nid = "acme"\nlabel = "Acme"\nkind = "company"\nnames = ["Acme"]\n')
    assert watchlist(str(file)).entity[0].names == ("Acme",)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('kind = "firm"', "entity.*kind"),
        ('kind = "company"\nof = "nobody"', "entity.of to name one of acme"),
        ('kind = "company"\nalias = ["A"]', "alias"),
        ('kind = "company"\nsites = ["https://acme.example/"]', "entity.*sites"),
    ],
)
def test_faults_name_the_key(tmp_path: Path, line: str, message: str) -> None:
    file = tmp_path / "own.toml"
    file.write_text(f'name = "own"\n[[entity]]\nid = "acme"\nlabel = "Acme"\nnames = ["Acme"]\n{line}\n')
    with pytest.raises(ConfigError, match=message):
        watchlist(str(file))


def test_an_unknown_watchlist_is_a_clear_fault() -> None:
    with pytest.raises(ConfigError, match=r"one of kuaishou, or the path of a \.toml file, found 'other'"):
        watchlist("other")
