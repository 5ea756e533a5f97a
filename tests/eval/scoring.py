"""How figures that were found meet annotated ones: number, fact, full."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

FACT = ("entity", "metric", "measure")
FULL = ("bound", "period", "aggregation", "basis")


def load(folders: Sequence[Path]) -> list[dict[str, Any]]:
    """The annotated articles of folders, by name."""
    return [
        json.loads(file.read_text(encoding="utf-8")) for folder in folders for file in sorted(folder.glob("*.json"))
    ]


def spans(doc: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Each annotated figure with its place; figures that are said twice get a place each."""
    taken: set[tuple[Any, ...]] = set()
    for figure in doc["figures"]:
        where = figure.get("where", "text")
        inside = figure["quote"].find(figure["figure"])
        at = -1
        while True:
            at = doc[where].find(figure["quote"], at + 1)
            if at < 0:
                at = doc[where].find(figure["quote"])
                break
            if (where, at + inside, figure["metric"], figure["measure"]) not in taken:
                break
        start = at + inside
        taken.add((where, start, figure["metric"], figure["measure"]))
        yield {**figure, "where": where, "start": start, "end": start + len(figure["figure"])}


def same_value(one: Any, other: Any) -> bool:
    """Whether two values are the same: numbers to a millionth, names in any case."""
    if isinstance(one, list) or isinstance(other, list):
        return (
            isinstance(one, list) and isinstance(other, list) and len(one) == len(other)
            and all(map(same_value, one, other))
        )  # fmt: skip
    if isinstance(one, str) or isinstance(other, str):
        return str(one).strip().lower() == str(other).strip().lower()
    return abs(float(one) - float(other)) <= 1e-6 * max(1.0, abs(float(one)))


def level(gold: dict[str, Any], found: dict[str, Any]) -> int:
    """How far a found figure meets an annotated one: 0 not, 1 number, 2 fact, 3 full."""
    if found["where"] != gold["where"] or found["start"] >= gold["end"] or found["end"] <= gold["start"]:
        return 0
    if not same_value(gold["value"], found["value"]) or gold["unit"] != found["unit"]:
        return 0
    if any(gold[key] != found[key] for key in FACT):
        return 1
    return 2 if any(gold[key] != found[key] for key in FULL) else 3


def pair(golds: Sequence[dict[str, Any]], found: Sequence[dict[str, Any]]) -> list[tuple[int, int, int]]:
    """One-to-one pairs with their level, the best first."""
    edges = sorted(
        (
            (met, -abs(g["start"] - f["start"]), i, j)
            for i, g in enumerate(golds)
            for j, f in enumerate(found)
            if (met := level(g, f))
        ),
        reverse=True,
    )
    used: tuple[set[int], set[int]] = set(), set()
    pairs = []
    for met, _, i, j in edges:
        if i not in used[0] and j not in used[1]:
            used[0].add(i)
            used[1].add(j)
            pairs.append((i, j, met))
    return pairs


def tally(docs: Sequence[dict[str, Any]], answers: Sequence[list[dict[str, Any]]]) -> dict[str, list[int]]:
    """By language and in all: annotated, found, and how many met at each level."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0, 0])
    for doc, figures in zip(docs, answers, strict=True):
        golds = list(spans(doc))
        pairs = pair(golds, figures)
        for key in (doc["lang"], "all"):
            counts[key][0] += len(golds)
            counts[key][1] += len(figures)
            for _, _, met in pairs:
                for number in range(met):
                    counts[key][2 + number] += 1
    return dict(counts)


def f1(annotated: int, found: int, met: int) -> float:
    """Harmonic mean of precision and recall."""
    return 2 * met / (annotated + found) if annotated + found else 1.0


def report(docs: Sequence[dict[str, Any]], answers: Sequence[list[dict[str, Any]]], *, errors: bool = False) -> None:
    """Print the table, and with `errors` every miss."""
    wrong: Counter[str] = Counter()
    for doc, figures in zip(docs, answers, strict=True):
        golds = list(spans(doc))
        pairs = pair(golds, figures)
        for i, j, _ in pairs:
            bad = [key for key in FACT + FULL if golds[i][key] != figures[j][key]]
            wrong.update(bad)
            if errors and bad:
                told = ", ".join(f"{key}: {figures[j][key]} should be {golds[i][key]}" for key in bad)
                print(_said(doc, golds[i]), told)
        if errors:
            met = ({i for i, _, _ in pairs}, {j for _, j, _ in pairs})
            for i, gold in enumerate(golds):
                if i not in met[0]:
                    print(_said(doc, gold), "missed", _meant(gold), "in", repr(gold["quote"][:90]))
            for j, figure in enumerate(figures):
                if j not in met[1]:
                    print(_said(doc, figure), "false", _meant(figure))
    for key, counts in sorted(tally(docs, answers).items(), key=lambda item: (item[0] == "all", item[0])):
        annotated, found, *met_at = counts
        levels = zip(("number", "fact", "full"), met_at, strict=True)
        told = " ".join(f"{name} {f1(annotated, found, met):.3f}" for name, met in levels)
        print(f"{key:8} gold {annotated:5} found {found:5} {told}")
    print("wrong fields:", ", ".join(f"{key} {number}" for key, number in wrong.most_common()))


def _said(doc: dict[str, Any], figure: dict[str, Any]) -> str:
    where, start = figure["where"], figure["start"]
    return f"{doc['id']}: {doc[where][start : figure['end']]!r} @{where}:{start}"


def _meant(figure: dict[str, Any]) -> str:
    return " ".join(str(figure[key]) for key in ("entity", "metric", "measure", "value", "unit"))
