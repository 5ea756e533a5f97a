"""All benchmarks, one after another: `python -m benchmarks`. One that needs what is not here says so."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

#: argparse ends with it where something is asked for.
_NEEDS_MORE = 2


def main() -> int:
    """Run every module of this folder; 1 where one failed."""
    failed = False
    for file in sorted(Path(__file__).parent.glob("[a-z]*.py")):
        print(f"== benchmarks.{file.stem}", flush=True)
        code = subprocess.run([sys.executable, "-m", f"benchmarks.{file.stem}"], check=False).returncode
        failed |= code not in {0, _NEEDS_MORE}
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
