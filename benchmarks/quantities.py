"""How fast numbers are read: `python -m benchmarks.quantities [FOLDER]`, a folder of articles as JSON files.

Each file holds `lang`, `title` and `text`. Per language: MB of UTF-8 a second of process time, the best of several
rounds, once with what was read before remembered and once with everything forgotten, and one plain pattern for digits
beside it, so that figures of different machines can be compared.
"""

from __future__ import annotations

import json
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from time import process_time

from monitor.declarations.languages import language
from monitor.extractors.normal import normalise
from monitor.extractors.quantities import Numbers

#: Read where no folder is named.
CASES = Path(__file__).parents[1] / "tests" / "eval" / "cases"
ROUNDS = 12
DIGITS = re.compile("[0-9][0-9.,]*")


def best(work: Callable[[], object], *, before: Callable[[], object] = lambda: None) -> float:
    """The shortest of several rounds, in seconds of process time."""
    times = []
    for _ in range(ROUNDS):
        before()
        begin = process_time()
        work()
        times.append(process_time() - begin)
    return min(times)


def main(arguments: Sequence[str]) -> None:
    """Read the folder and print a line a language."""
    texts: dict[str, list[str]] = defaultdict(list)
    for file in sorted((Path(arguments[0]) if arguments else CASES).glob("*.json")):
        article = json.loads(file.read_text("utf-8"))
        texts[article["lang"][:2]].append(normalise(f"{article['title']}\n{article['text']}").text)
    for code, articles in sorted(texts.items()):
        numbers = Numbers(language(code))
        size = sum(len(text.encode()) for text in articles) / 1e6
        warm = size / best(lambda: [numbers.read(text) for text in articles])  # noqa: B023 - run at once
        cold = size / best(lambda: [numbers.read(text) for text in articles], before=numbers.forget)  # noqa: B023
        plain = size / best(lambda: [DIGITS.findall(text) for text in articles])  # noqa: B023
        print(f"{code}: {warm:.2f} MB/s, {cold:.2f} with nothing remembered, digits alone {plain:.0f}")


if __name__ == "__main__":
    main(sys.argv[1:])
