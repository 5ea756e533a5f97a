"""Quantities that no metric is of, whatever speaks for one."""

from __future__ import annotations

import re
from collections.abc import Mapping

from monitor.declarations.metrics import Metric
from monitor.extractors.scene import Scene, Slot
from monitor.extractors.surroundings import RATES, magnitude

#: What a share may be of, and what is spent but is no cost of the period.
_WHOLES, _INVESTED = frozenset({"revenue", "revenue_share"}), frozenset({"capex"})
#: A stock code at the end of what stands before a number, and how far its company's name is.
_CODED = re.compile(r"\((?:[A-Z]{2,4}[:.] ?)?[0-9]{4,5}(?:\.[A-Z]{2})?\)[\s:]{0,2}$")
_QUOTED = 40
#: Amounts in accounts are millions, as powers of ten.
_LARGE = 6


def says_nothing(scene: Scene, slot: Slot, metrics: Mapping[str, Metric]) -> bool:
    """Whether a quantity, whose frame and change are decided, states nothing that the catalogue has."""
    return _of_account(scene, slot) or _of_another(scene, slot) or _of_cost(scene, slot, metrics)


def _of_account(scene: Scene, slot: Slot) -> bool:
    """Whether what is not annotated is all that the row's label or the column's head says: "total assets (RMB m)".

    So it is of amounts in accounts; a price may stand beside "1080p", a change of the caption's beside "3 years".
    """
    if slot.cell is None or slot.frame is None or slot.frame.unit in RATES or magnitude(slot.frame.value) < _LARGE:
        return False
    said = [
        (mention, scene.text[slice(*span)].partition("(")[0].strip(" *"))
        for span in (slot.cell.label, slot.cell.head)
        for mention in scene.metrics.within(*span)
    ]
    return bool(said) and all(
        mention.meanings[0].kind == "excluded" and (mention.end - mention.start) * 3 >= len(label) * 2
        for mention, label in said
    )


def _of_another(scene: Scene, slot: Slot) -> bool:
    """Whether a quantity stands right behind another's name and stock code: `Name (09988.HK) -4.3`."""
    for mention in scene.subjects.before(slot.start, max(slot.sentence[0], slot.start - _QUOTED)):
        said = scene.text[mention.start : slot.start]
        return mention.meanings[0].kind == "other" and _CODED.search(said) is not None
    return False


def _of_cost(scene: Scene, slot: Slot, metrics: Mapping[str, Metric]) -> bool:
    """Whether a share is that of revenue which a cost took: 研发开支34亿元,占总收入的12.1%.

    Of 43 such shares in 2,500 articles none was annotated.
    """
    if slot.frame is None or slot.frame.unit != "percent" or slot.change != "level":
        return False
    for mention in scene.metrics.before(slot.start, slot.sentence[0]):
        named = mention.metrics
        if named & _WHOLES:
            continue
        if not named or any(metrics[name].shape != "cost" or name in _INVESTED for name in named):
            return False
        cues = scene.cues.within(mention.start, slot.start)
        return any(meaning.id == "share" for cue in cues for meaning in cue.meanings)
    return False
