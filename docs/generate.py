"""Writes the generated parts of the documentation; `--check` says instead which are out of date.

Each generator is a module of `docs/generators` with `FILE` and `text()`.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

DOCS = Path(__file__).parent


def main() -> int:
    """Write or check every generated file; 1 where `--check` finds one that is out of date."""
    sys.path.insert(0, str(DOCS.parent))
    stale = []
    for file in sorted((DOCS / "generators").glob("[a-z]*.py")):
        generator = import_module(f"docs.generators.{file.stem}")
        target = DOCS / generator.FILE
        text: str = generator.text()
        if "--check" not in sys.argv:
            target.write_text(text, encoding="utf-8")
        elif not target.exists() or target.read_text(encoding="utf-8") != text:
            stale.append(target.name)
    if stale:
        print(f"out of date, run `make docs`: {', '.join(stale)}", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
