"""Who says a forecast: the company, a house by its name, or somebody unnamed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from monitor.extractors.scene import Scene, Slot

#: The speaker of guidance, and of estimates by whom the text does not name.
COMPANY, UNNAMED = "company", "unnamed"


class Speakers:
    """Finds the house that a forecast is ascribed to."""

    def __init__(self, names: Mapping[str, Sequence[str]]) -> None:
        """Compile the names.

        Args:
            names: the name that facts carry, and how texts call it.
        """
        self._canonical = {word.lower(): name for name, words in names.items() for word in words}
        words = sorted(self._canonical, key=len, reverse=True)
        letters = "|".join(re.escape(word) for word in words if word.isascii())
        others = "|".join(re.escape(word) for word in words if not word.isascii())
        parts = [rf"(?<![a-z])(?:{letters})(?![a-z])" if letters else "", others]
        self._pattern = re.compile("|".join(filter(None, parts)) or "(?!)", re.IGNORECASE)

    def of(self, scene: Scene, slot: Slot) -> str | None:
        """The speaker of a decided slot; None where the figure is reported."""
        if slot.basis == "reported":
            return None
        if slot.basis == "guidance":
            return COMPANY
        low, high = slot.sentence
        for start, end in ((low, slot.start), (slot.end, high), (slot.line.start, low)):
            found = [match[0] for match in self._pattern.finditer(scene.text, start, end)]
            if found:
                return self._canonical[(found[0] if start == slot.end else found[-1]).lower()]
        return UNNAMED
