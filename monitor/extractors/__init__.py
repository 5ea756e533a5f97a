"""Texts to figures. `Extractor.read` is the straight path, one step after the other:

1. `normal`: one form of each character, with the way back to the original
2. `typesetting`, `piping`, `ruling`, `wrapping`, `itemizing`: one form of what is set in many: emphasis and notes,
   tables, broken lines, lists in one line
3. `sentences`: lines, sentences, clauses, rows
4. `quantities`, `periods`, `mentions`: what is found, each by one search with the words of the language's pack;
   `publication`: the day that a text tells which comes without one
5. `binding`: which quantity states which metric of whom, when, on what basis (weights in `weights.npz`); `exclusions`
   say which state nothing and `bases` what growth is compared with, whatever they weigh
6. `audit`: what the text allows to be checked, `certainty`: how sure that leaves each figure
7. figures, with spans and quotes in the original text

All of it is pure: no file is read after the declarations, nothing is written, no text raises.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import NamedTuple, TypedDict, Unpack
from urllib.parse import urlsplit

from ahocorasick_rs import AhoCorasick

from monitor.declarations.languages import FOLDER as LANGUAGES
from monitor.declarations.languages import codes, language
from monitor.declarations.metrics import FOLDER as METRICS
from monitor.declarations.metrics import metrics
from monitor.declarations.watchlists import Entity, watched, watchlist
from monitor.extractors import certainty, weighing
from monitor.extractors.audit import audited, checks
from monitor.extractors.binding import Binder, Choice
from monitor.extractors.explain import Explained, explained
from monitor.extractors.figures import Original, figure_of
from monitor.extractors.itemizing import itemized
from monitor.extractors.mentions import Meaning, Mention, Mentions, Reader
from monitor.extractors.normal import Normal, normalise
from monitor.extractors.periods import Periods, reporting_period
from monitor.extractors.piping import rowed
from monitor.extractors.publication import told_day
from monitor.extractors.quantities import Numbers, Quantity
from monitor.extractors.ruling import ruled
from monitor.extractors.scene import Scene, Slot
from monitor.extractors.sentences import Sentences
from monitor.extractors.speakers import COMPANY, Speakers
from monitor.extractors.typesetting import plain
from monitor.extractors.weighing import Options, Weights
from monitor.extractors.wrapping import unwrapped
from storage.records import Figure

#: A text's head: where the period that it reports is looked for.
_HEAD = 1500
_FALLBACK = "en"
#: No news are older or newer.
_EARLIEST, _LATEST = date(1000, 1, 1), date(9000, 1, 1)
#: So many different ordinary words for the watched are a name.
_COMPANIONS = 2
_NUMBERED = re.compile("[①-⑳⒈-⒛㉑-㉟㊱-㊿](?=[0-9０-９])")
_SURROGATES = re.compile("[\ud800-\udfff]")


class _Weighed:
    """Decides by the shipped weights."""

    def __init__(self, weights: Weights, *, explain: bool = False) -> None:
        self._weights, self._explain = weights, explain

    def choose(self, decision: str, slot: Slot, answers: Sequence[object], options: Options) -> int:
        number, share = self._weights.choose(decision, options)
        slot.sure[decision] = share
        if self._explain:
            slot.reasons[decision] = self._weights.reasons(decision, options, number)
        return number


class About(TypedDict, total=False):
    """What is known of a text."""

    title: str
    #: BCP 47 tag; "" and languages without a pack: told from the script.
    language: str
    #: Day of publication, against which relative words resolve; None: what `Extractor.published` says.
    dated: date | None
    #: The day on which a text without a day of publication was there already; None: today.
    found: date | None
    #: Where it stands; on a site of an entity, a text that names nobody who is watched speaks of that.
    url: str


class _Given(NamedTuple):
    """A text with what is known of it."""

    text: str
    title: str = ""
    language: str = ""
    dated: date | None = None
    found: date | None = None
    url: str = ""


class _Tools:
    """The readers of one language."""

    def __init__(self, code: str, entities: Mapping[str, Entity], others: Sequence[str]) -> None:
        pack = language(code)
        #: Spellings that are folded before anything is read; spans stay as they are.
        self.spelling = pack.spelling.table
        #: Whether words stand without blanks.
        self.compact = pack.numbers.compact
        self.numbers = Numbers(pack)
        self.periods = Periods(pack)
        self.sentences = Sentences(pack)
        self.mentions = Reader(pack, code, metrics=metrics(), entities=tuple(entities.values()), others=others)
        self.binder = Binder(pack, self.numbers, metrics(), entities)


class Extractor:
    """Reads the figures in texts of all languages; make one and keep it."""

    def __init__(self, *, watchlists: Sequence[str] = ("kuaishou",), weights: Weights | None = None) -> None:
        """Load the declarations; weights are read, and a language's patterns compiled, when the first text comes.

        Args:
            watchlists: names of shipped watchlists, or paths of own ones.
            weights: instead of the shipped ones.

        Raises:
            ConfigError: a declaration is wrong.
        """
        self._entities = {entity.id: entity for entity in watched(watchlists)}
        self._others = tuple(dict.fromkeys(name for each in watchlists for name in watchlist(each).others.names))
        self._weights = weights
        #: How much the shares of other weights are worth is not known.
        self._factors = certainty.shipped() if weights is None else {}
        houses = {n: w for each in watchlists for n, w in watchlist(each).speakers.items()}
        own = [name for entity in self._entities.values() for name in entity.persons]
        self._speakers = Speakers({**houses, COMPANY: own})
        self._tools: dict[str, _Tools] = {}
        self._preparing = Lock()
        names = {name.lower() for entity in self._entities.values() for name in entity.names}
        self._gate = AhoCorasick(sorted(names))
        ambiguous = sorted({name for entity in self._entities.values() for name in entity.ambiguous})
        self._ambiguous = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, ambiguous)) or '(?!)'})(?!\w)")
        self._sites = {site: entity.id for entity in self._entities.values() for site in entity.sites}
        self._lists = tuple(watchlists)

    @cached_property
    def version(self) -> str:
        """Changes when code or data that decide about figures change."""
        digest = hashlib.sha256()
        here = Path(__file__).parent
        own = [Path(name) for name in self._lists if name.endswith(".toml")]
        for folder in (here, LANGUAGES, METRICS, LANGUAGES.parent / "watchlists", LANGUAGES.parent / "declarations"):
            own += [file for file in sorted(folder.iterdir()) if file.suffix in {".py", ".toml", ".npz"}]
        for file in own:
            digest.update(file.name.encode())
            digest.update(file.read_bytes())
        return digest.hexdigest()[:12]

    def prepare(self, text: str, language: str = "") -> None:
        """Get ready what reads such a text, in a thread of its own if need be: it takes a second."""
        self._for(language, text)
        self.load()

    def load(self) -> Weights:
        """The weights; read when they are first asked for, which takes half a second."""
        with self._preparing:
            if self._weights is None:
                self._weights = weighing.shipped()
            return self._weights

    def mentions_watched(self, text: str, url: str = "") -> bool:
        """Whether a text names anything of the watchlist, or stands where one of it speaks itself; quick.

        Args:
            text: title and text, or all that is known of a page that may be worth reading.
            url: where it stands.
        """
        if self._speaker_at(url):
            return True
        readable = _readable(text).text
        return bool(self._gate.find_matches_as_indexes(readable.lower())) or self._doubly_named(readable)

    def _doubly_named(self, text: str) -> bool:
        """Whether different words name the watched that are ordinary too: each is the other's companion."""
        return len(set(self._ambiguous.findall(text))) >= _COMPANIONS

    def _speaker_at(self, url: str) -> str:
        """The entity that speaks itself where an address leads; "" if none does."""
        try:
            host = urlsplit(url).hostname or ""
        except ValueError:
            return ""
        while host:
            if host in self._sites:
                return self._sites[host]
            host = host.partition(".")[2]
        return ""

    def read(self, text: str, **about: Unpack[About]) -> list[Figure]:
        """The figures of a text in reading order, those of the title first.

        Args:
            text: as published; spans and quotes refer to it.
            about: what is known of it.
        """
        pairs = self._figures(_Given(text, **about))
        return self._checked([figure for _, figure in pairs])[0]

    def explain(self, text: str, **about: Unpack[About]) -> list[Explained]:
        """The figures of a text with what spoke for each of their fields; arguments as of `read`."""
        pairs = self._figures(_Given(text, **about), explain=True)
        told = zip(pairs, *self._checked([figure for _, figure in pairs]), strict=True)
        return [explained(figure, slot, why) for (slot, _), figure, why in told]

    def published(self, text: str, *, title: str = "", language: str = "", found: date) -> date:
        """The day of publication of a text that comes without one: what it tells, or else when it was found.

        Args:
            text: as `read` takes it.
            title: its title.
            language: BCP 47 tag.
            found: the day on which it was there already.
        """
        tools = self._for(language, f"{title}\n{text}" if title else text)
        normal, _ = self.legible(text, title=title, language=language)
        return _published(tools, normal.text.translate(tools.spelling), found)

    def quantities(self, text: str, language: str) -> list[Quantity]:
        """The quantities of a text, with spans in it as it was given."""
        normal, _ = self.legible(text, language=language)
        tools = self._for(language, text)
        return [
            quantity.placed(
                *normal.original(quantity.start, quantity.end),
                *normal.original(quantity.number_start, quantity.number_end),
            )
            for quantity in tools.numbers.read(normal.text.translate(tools.spelling))
        ]

    def legible(self, text: str, *, title: str = "", language: str = "") -> tuple[Normal, int]:
        """A text in the one form in which it is read, behind its title, and where that ends (-1: there is none)."""
        whole = f"{title}\n{text}" if title else text
        normal = plain(_readable(whole), compact=self._for(language, whole).compact)
        title_end = _lines_end(normal.text, _readable(title).text.count("\n") + 1) if title else -1
        return _laid_out(normal, title_end + 1, compact=self._for(language, whole).compact), title_end

    def bind(self, text: str, *, title: str, language: str, dated: date, choice: Choice) -> Scene:
        """The scene of a text with all its slots decided by `choice`."""
        return self._scene(_Given(text, title, language, dated), choice)[0]

    def _figures(self, given: _Given, *, explain: bool = False) -> list[tuple[Slot, Figure]]:
        if not self.mentions_watched(f"{given.title}\n{given.text}", given.url):
            return []
        weights = self.load()
        scene, normal = self._scene(given, _Weighed(weights, explain=explain))
        original = Original(given.title, given.text, normal)
        found = [(slot, figure_of(scene, slot, original, self._speakers)) for slot in scene.slots if slot.kept]
        return [(slot, figure) for slot, figure in found if figure is not None]

    def _checked(self, figures: Sequence[Figure]) -> tuple[list[Figure], list[certainty.Reasons]]:
        """The figures of a text with what a check says of them, as sure as that leaves them, and why."""
        found = checks(figures, metrics())
        told = audited(figures, found)
        if not self._factors:
            return told, [()] * len(told)
        why = certainty.reasons(told, found, self._factors)
        return certainty.certain(told, why), why

    def _scene(self, given: _Given, choice: Choice) -> tuple[Scene, Normal]:
        text, title, tag, dated, found, url = given
        whole = f"{title}\n{text}" if title else text
        tools = self._for(tag, whole)
        normal, title_end = self.legible(text, title=title, language=tag)
        normal.text = normal.text.translate(tools.spelling)
        if dated is None:
            dated = _published(tools, normal.text, found or datetime.now(UTC).date())
        # 0001-01-01 is what some systems write for no date.
        dated = min(max(dated, _EARLIEST), _LATEST)
        periods = tools.periods.read(normal.text, dated=dated, reporting=None)
        reporting = reporting_period([m for m in periods if m.start < _HEAD], dated)
        if reporting:
            periods = tools.periods.read(normal.text, dated=dated, reporting=reporting)
        mentions = tools.mentions.read(normal.text)
        named = self._names_watched(mentions, normal.text)
        speaker = self._speaker_at(url)
        if speaker and not named:
            # As if it stood before the first word.
            byline = Mention(0, 0, (Meaning("entity", speaker),))
            mentions = replace(mentions, subjects=(byline, *mentions.subjects))
        scene = Scene.of(
            text=normal.text,
            language=language_of(whole, tag),
            dated=dated,
            title_end=title_end,
            layout=tools.sentences.read(normal.text, title_end=title_end),
            quantities=tools.numbers.read(normal.text),
            periods=periods,
            mentions=mentions,
            reporting=reporting,
        )
        if named or speaker:
            tools.binder.bind(scene, choice)
        return scene, normal

    def _names_watched(self, mentions: Mentions, text: str) -> bool:
        """Whether anybody watched is named, and not only by one word that is ordinary too."""
        named = (meaning for each in mentions.subjects for meaning in each.meanings)
        return any(meaning.kind == "entity" and not meaning.weak for meaning in named) or self._doubly_named(text)

    def _for(self, tag: str, text: str) -> _Tools:
        code = language_of(text, tag)
        with self._preparing:
            if code not in self._tools:
                self._tools[code] = _Tools(code, self._entities, self._others)
        return self._tools[code]


def _published(tools: _Tools, text: str, found: date) -> date:
    return told_day(tools.periods.read(text, dated=found, reporting=None), text, found) or found


def _readable(text: str) -> Normal:
    """The normal form, with a sign in the place of lone surrogates, which no search can be given.

    Numbers of items are bullets where a number follows: `①350亿元` folds to 1350.
    """
    normal = normalise(_NUMBERED.sub("•", text))
    normal.text = _SURROGATES.sub("\ufffd", normal.text)
    return normal


def _lines_end(text: str, count: int) -> int:
    """Where so many lines end."""
    return len("\n".join(text.split("\n", count)[:count]))


def _laid_out(normal: Normal, begin: int, *, compact: bool) -> Normal:
    """The text from `begin` on with tables ruled, broken lines joined and items apart; before it stands the title."""
    normal.text = normal.text[:begin].replace("\t", " ") + ruled(rowed(normal.text[begin:]))
    normal = unwrapped(normal, begin)
    normal.text = normal.text[:begin] + itemized(normal.text[begin:], compact=compact)
    return normal


def language_of(text: str, tag: str = "") -> str:
    """The language whose pack reads a text with this BCP 47 tag; "": told from its script."""
    code = tag.split("-", maxsplit=1)[0].lower()
    if code in codes():
        return code
    sample = text[:4000]
    if any("\u3040" <= char <= "\u30ff" for char in sample):
        return "ja" if "ja" in codes() else _FALLBACK
    if any("\u4e00" <= char <= "\u9fff" for char in sample):
        return "zh" if "zh" in codes() else _FALLBACK
    return _FALLBACK
