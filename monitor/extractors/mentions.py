"""What a text names: entities, other companies, metrics, directions, comparisons and cues.

All words of a language are searched at once (Aho-Corasick); overlapping finds of one kind give way to the longest.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick

from monitor.declarations.languages import BindingSections
from monitor.declarations.metrics import Metric
from monitor.declarations.watchlists import Entity
from monitor.errors import ConfigError, Fault
from monitor.extractors.words import LETTERS

#: Kinds that compete for the same characters: of two overlapping finds in one lane the longer stands.
_LANES = {
    "entity": "subject", "other": "subject", "reference": "subject", "elsewhere": "subject", "never": "subject",
    "metric": "metric", "excluded": "metric",
    "direction": "direction",
    "comparison": "comparison",
    "cue": "cue",
}  # fmt: skip
_IS_LETTER = re.compile(f"[{LETTERS}]").match
#: A family's name in a word: its pieces are by turns text and names.
_FAMILY = re.compile(r"\{([^{}]*)\}")
_BLANKS = re.compile(r"(?<=[\u2e80-\u9fff])[ \n]+(?=[\u2e80-\u9fff])")


class Meaning(NamedTuple):
    """What a word may stand for."""

    kind: str
    #: Entity, metric, direction, comparison or cue.
    id: str
    #: The word is no proof by itself.
    weak: bool = False


@dataclass(frozen=True, slots=True)
class Mention:
    """Words of the text with what they may stand for."""

    start: int
    end: int
    meanings: tuple[Meaning, ...]

    @property
    def metrics(self) -> frozenset[str]:
        """The metrics among their meanings."""
        return frozenset(meaning.id for meaning in self.meanings if meaning.kind == "metric")


@dataclass(frozen=True, slots=True)
class Mentions:
    """All that a text names, each lane in reading order."""

    subjects: tuple[Mention, ...]
    metrics: tuple[Mention, ...]
    directions: tuple[Mention, ...]
    comparisons: tuple[Mention, ...]
    cues: tuple[Mention, ...]


class _Word(NamedTuple):
    length: int
    open_start: bool
    open_end: bool
    #: The spelling that is asked for; "" where any case will do.
    exact: str
    meanings: tuple[Meaning, ...]


class Reader:
    """Finds the mentions in texts of one language."""

    def __init__(
        self,
        pack: BindingSections,
        code: str,
        *,
        metrics: Mapping[str, Metric],
        entities: Sequence[Entity],
        others: Iterable[str],
    ) -> None:
        gathered: dict[str, list[Meaning]] = defaultdict(list)
        self._spelling = pack.spelling.table

        def put(words: Iterable[str], meaning: Meaning) -> None:
            for each in words:
                for form in _forms(each, pack.families, code):
                    word = form.translate(self._spelling) if self._spelling else form
                    if meaning not in gathered[word]:
                        gathered[word].append(meaning)

        for entity in entities:
            put(entity.names, Meaning("entity", entity.id))
            put(entity.ambiguous, Meaning("entity", entity.id, weak=True))
            put(entity.never, Meaning("never", ""))
            put(entity.persons, Meaning("cue", "guidance"))
        put(others, Meaning("other", ""))
        put(pack.companies.elsewhere, Meaning("elsewhere", ""))
        for kind, words in pack.references.items():
            put(words, Meaning("reference", kind))
        for name, metric in metrics.items():
            own = pack.metrics.get(name)
            put((*metric.terms.get(code, ()), *(own.terms if own else ())), Meaning("metric", name))
            put((*metric.weak.get(code, ()), *(own.weak if own else ())), Meaning("metric", name, weak=True))
        for direction, words in pack.directions.items():
            put(words, Meaning("direction", direction))
        for comparison, words in pack.comparisons.items():
            put(words, Meaning("comparison", comparison))
        for cue, words in pack.cues.items():
            put(words, Meaning("excluded" if cue == "excluded" else "cue", cue))
        self._words: list[_Word] = []
        patterns: list[str] = []
        for word, meanings in gathered.items():
            bare = word.strip("*")
            low = bare.lower()
            exact = bare if bare != low else ""
            patterns.append(low)
            self._words.append(_Word(len(bare), word.startswith("*"), word.endswith("*"), exact, tuple(meanings)))
        self._search = AhoCorasick(patterns)

    def read(self, text: str) -> Mentions:
        """The mentions in a normalised text."""
        text = text.translate(self._spelling)
        low = text.lower()
        if len(low) != len(text):
            low = "".join(char if len(char.lower()) != 1 else char.lower() for char in text)
        low = low.replace("\n", " ")
        squeezed, places = _squeeze(low)
        lanes: dict[str, list[tuple[int, int, Meaning]]] = defaultdict(list)
        for number, begin, last in self._search.find_matches_as_indexes(squeezed, overlapping=True):
            word = self._words[number]
            first = _word_start(squeezed, begin) if self._words[number].open_start else begin
            if not _stands(squeezed, begin, last, word):
                continue
            start, end = (first, last) if places is None else (places[first], places[last - 1] + 1)
            if word.exact and end - start == word.length and text[start:end].replace("\n", " ") != word.exact:
                continue
            for meaning in word.meanings:
                lanes[_LANES[meaning.kind]].append((start, end, meaning))
        longest = {lane: _longest(found) for lane, found in lanes.items()}
        longest["subject"] = _with_coded(longest.get("subject", []), text)
        heavy = [mention for lane in ("subject", "metric") for mention in longest.get(lane, ())]
        covered = _Cover(heavy)
        return Mentions(
            subjects=tuple(m for m in longest.get("subject", ()) if m.meanings[0].kind != "never"),
            metrics=tuple(longest.get("metric", ())),
            directions=tuple(m for m in longest.get("direction", ()) if not covered.hides(m)),
            comparisons=tuple(m for m in longest.get("comparison", ()) if not covered.hides(m)),
            cues=tuple(m for m in longest.get("cue", ()) if _is_adverse(m) or not covered.hides(m)),
        )


class _Cover:
    """Spans of heavy mentions: a light word strictly inside of one says nothing by itself."""

    def __init__(self, heavy: Iterable[Mention]) -> None:
        self._by_char: dict[int, tuple[int, int]] = {}
        for mention in heavy:
            for char in range(mention.start, mention.end):
                known = self._by_char.get(char)
                if known is None or known[1] - known[0] < mention.end - mention.start:
                    self._by_char[char] = (mention.start, mention.end)

    def hides(self, mention: Mention) -> bool:
        span = self._by_char.get(mention.start)
        return (
            span is not None
            and span[0] <= mention.start
            and mention.end <= span[1]
            and mention.end - mention.start < span[1] - span[0]
        )


#: A listed company by its stock's code, with the name before it.
_CODED = re.compile(r"(?:[\u4e00-\u9fff]{2,6}|[A-Z][\w.&-]{0,30}(?: [A-Z][\w.&-]{0,30}){0,2}) ?\(0?[0-9]{4}(?:\.HK)?\)")
_CODE = len("(01024.HK)")


def _with_coded(subjects: list[Mention], text: str) -> list[Mention]:
    """The subjects with the listed companies that no list names, of which nothing is known but their stocks' codes."""
    if "(" not in text:
        return subjects
    cover = {char for each in subjects for char in range(each.start, each.end)}
    coded = [
        Mention(found.start(), found.end(), (Meaning("other", ""),))
        for found in _CODED.finditer(text)
        if cover.isdisjoint(range(max(found.start(), found.end() - 2 * _CODE), found.end()))
    ]
    return sorted([*subjects, *coded], key=lambda each: each.start) if coded else subjects


def _forms(word: str, families: Mapping[str, Sequence[str]], code: str) -> Iterator[str]:
    """What a word of a declaration stands for: each `{name}` for all words of that family."""
    pieces = _FAMILY.split(word)
    if len(pieces) == 1:
        return iter((" ".join(word.split()),))
    unknown = [name for name in pieces[1::2] if name not in families]
    if unknown:
        raise ConfigError([Fault(f"languages/{code}.toml", "families", f"one named {unknown[0]}", repr(word))])
    choices = [families[piece] if place % 2 else (piece,) for place, piece in enumerate(pieces)]
    return (" ".join("".join(parts).split()) for parts in product(*choices))


def _is_adverse(mention: Mention) -> bool:
    """Whether a cue says "loss" in so many letters: what holds it, such as "net loss", is one as well."""
    return mention.end - mention.start > 1 and any(meaning.id == "adverse" for meaning in mention.meanings)


def _stands(text: str, start: int, end: int, word: _Word) -> bool:
    """Whether a find begins and ends where words do."""
    if not word.open_start and start and _IS_LETTER(text[start]) and _IS_LETTER(text[start - 1]):
        return False
    return word.open_end or end >= len(text) or not (_IS_LETTER(text[end - 1]) and _IS_LETTER(text[end]))


def _word_start(text: str, place: int) -> int:
    """Where the word that goes on at `place` begins."""
    while place and _IS_LETTER(text[place - 1]):
        place -= 1
    return place


def _squeeze(text: str) -> tuple[str, list[int] | None]:
    """The text without blanks between ideographs, and where its characters stood; None where there are none."""
    if not _BLANKS.search(text):
        return text, None
    places: list[int] = []
    pieces: list[str] = []
    done = 0
    for blank in _BLANKS.finditer(text):
        pieces.append(text[done : blank.start()])
        places.extend(range(done, blank.start()))
        done = blank.end()
    pieces.append(text[done:])
    places.extend(range(done, len(text)))
    return "".join(pieces), places


def _longest(found: list[tuple[int, int, Meaning]]) -> list[Mention]:
    """Of overlapping finds the longest, then the first; meanings of the same span together."""
    spans: dict[tuple[int, int], list[Meaning]] = defaultdict(list)
    for start, end, meaning in found:
        spans[start, end].append(meaning)
    kept: list[Mention] = []
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        mention = Mention(start, end, tuple(spans[start, end]))
        if kept and start < kept[-1].end:
            if end - start > kept[-1].end - kept[-1].start:
                kept[-1] = mention
            continue
        kept.append(mention)
    return kept
