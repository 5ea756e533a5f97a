"""What the tests of this room make their sources of."""

from __future__ import annotations

from typing import Any

from monitor.declarations.sources import Source


def source(**given: Any) -> Source:
    """A source with a name, an address and what a case says."""
    return Source.model_validate({"name": "paper", "kind": "feed", "url": "https://paper.example/feed", **given})
