"""Everything that was found in one text, laid out so that a quantity can look around itself."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from math import inf
from typing import Generic, NamedTuple, Protocol, TypeVar

from monitor.extractors.mentions import Mention, Mentions
from monitor.extractors.periods import PeriodMention
from monitor.extractors.quantities import Quantity
from monitor.extractors.sentences import Layout, Line
from storage.records import Aggregation, Basis, Measure, Value


class _Spanned(Protocol):
    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...


Item = TypeVar("Item", bound=_Spanned)

_SPAN_OF_DAYS = len("2025-03-26/2025-03-28")


class Track(Generic[Item]):
    """Found items in reading order, searched from a place outwards."""

    def __init__(self, items: Sequence[Item]) -> None:
        self.items = items
        self._starts = [item.start for item in items]
        self._ends = [item.end for item in items]

    def before(self, place: int, low: int) -> Iterator[Item]:
        """Items that end at or before `place` and begin at or after `low`, the nearest first."""
        index = bisect_right(self._ends, place) - 1
        while index >= 0 and self._starts[index] >= low:
            yield self.items[index]
            index -= 1

    def after(self, place: int, high: int) -> Iterator[Item]:
        """Items that begin at or after `place` and end at or before `high`, the nearest first."""
        index = bisect_left(self._starts, place)
        while index < len(self.items) and self._ends[index] <= high:
            yield self.items[index]
            index += 1

    def within(self, start: int, end: int) -> Sequence[Item]:
        """Items that lie inside of a span."""
        low, high = bisect_left(self._starts, start), bisect_right(self._ends, end)
        return self.items[low:high] if low < high else ()


class Frame(NamedTuple):
    """One way to read a number: its worth with scale and unit."""

    value: Value
    unit: str
    #: Where scale and unit come from: `own`, `previous`, `next`, `table`, `house`, `listed`, `plain`, `version`.
    source: str


class Tie(NamedTuple):
    """A slot's part in an arithmetic that fits: `now`, `then`, `rate`, `part`, `whole` or `share`."""

    part: str
    #: How closely it fits: `f` fine, `c` coarse, `t` times.
    how: str
    #: Numbers of the other two slots: the amounts first, the rate last.
    first: int
    second: int


@dataclass(slots=True)
class Slot:
    """One quantity on its way to a figure: where it stands, and what has been decided of it."""

    quantity: Quantity
    number: int
    #: Span of its sentence, or of its cell's row.
    sentence: tuple[int, int]
    sentence_number: int
    clause: int
    line: Line
    line_number: int
    #: The row's and column's place where it stands in a table.
    cell: Cell | None = None
    #: The version that the number may be, in its contract form.
    version: str = ""
    #: Span of the line over the list that its line belongs to.
    over: tuple[int, int] | None = None
    #: Features of its surroundings that every decision looks at.
    context: tuple[str, ...] = ()
    frame: Frame | None = None
    #: The scale that is written with the number, or that it takes over.
    scale: Decimal = Decimal(1)
    change: Measure = "level"
    measure: Measure = "level"
    metric: str = ""
    entity: str = ""
    period: str | None = None
    aggregation: Aggregation = "period"
    basis: Basis = "reported"
    negative: bool = False
    #: Place in a run of quantities that are said side by side, and the run's length: (0, 1) for one alone.
    place: tuple[int, int] = (0, 1)
    #: Where its run begins.
    run_start: int = 0
    #: What it is to other numbers of the text.
    ties: list[Tie] = field(default_factory=list)
    #: Share of such decisions that are right, by decision.
    sure: dict[str, float] = field(default_factory=dict)
    #: What spoke for each decision, strongest first; filled only where it is asked for.
    reasons: dict[str, list[tuple[str, float]]] = field(default_factory=dict)

    def settle(self, decision: str, rule: str) -> None:
        """Note that a rule leaves no choice: it outweighs all evidence."""
        self.sure[decision], self.reasons[decision] = 1.0, [(rule, inf)]

    @property
    def start(self) -> int:
        """Where the quantity begins."""
        return self.quantity.start

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.quantity.end

    @property
    def kept(self) -> bool:
        """Whether it states a metric of the watchlist."""
        return bool(self.metric)


@dataclass(frozen=True, slots=True)
class Cell:
    """Place of a quantity in a table: spans of what heads it."""

    #: The first cell of the row.
    label: tuple[int, int]
    #: The cell of the header row above; an empty span without one.
    head: tuple[int, int]
    #: The header's first cell, and the lines just above the table.
    caption: tuple[int, int]
    column: int
    #: The cell of the row above the header that stands over several columns; an empty span without one.
    over: tuple[int, int] = (0, 0)
    #: The header's cells on the left of `head`, the nearest first.
    left: tuple[tuple[int, int], ...] = ()
    #: Further cells of the row that hold words.
    others: tuple[tuple[int, int], ...] = ()


class Heading(NamedTuple):
    """Scale and unit that a header gives to bare numbers under it."""

    factor: Decimal
    unit: str
    #: The scale of what is counted, where the header says one of its own.
    counted: Decimal = Decimal(1)


@dataclass(slots=True)
class Scene:
    """A normalised text with all that was found in it; the title is its first line."""

    text: str
    language: str
    dated: date
    title_end: int
    layout: Layout
    quantities: Sequence[Quantity]
    periods: Track[PeriodMention]
    #: Those of the times that are spans of days.
    windows: Track[PeriodMention]
    subjects: Track[Mention]
    metrics: Track[Mention]
    directions: Track[Mention]
    comparisons: Track[Mention]
    cues: Track[Mention]
    reporting: str | None
    #: How many words of each kind of subject and each cue the whole text has.
    named: Counter[str]
    slots: list[Slot] = field(default_factory=list)
    #: Entities of which no figure of the text can be.
    absent: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls,
        *,
        text: str,
        language: str,
        dated: date,
        title_end: int,
        layout: Layout,
        quantities: Sequence[Quantity],
        periods: Sequence[PeriodMention],
        mentions: Mentions,
        reporting: str | None,
    ) -> Scene:
        """The scene of what the readers found."""
        return cls(
            text=text,
            language=language,
            dated=dated,
            title_end=title_end,
            layout=layout,
            quantities=quantities,
            periods=Track(periods),
            windows=Track([mention for mention in periods if mention.form and len(mention.form) == _SPAN_OF_DAYS]),
            subjects=Track(mentions.subjects),
            metrics=Track(_apart(mentions.metrics, quantities)),
            directions=Track(_apart(mentions.directions, quantities)),
            comparisons=Track(_apart(mentions.comparisons, quantities)),
            cues=Track(_apart(mentions.cues, quantities)),
            reporting=reporting,
            named=Counter(
                [
                    *(mention.meanings[0].kind for mention in mentions.subjects),
                    *(meaning.id for mention in mentions.cues for meaning in mention.meanings),
                ]
            ),
        )


def _apart(mentions: Sequence[Mention], quantities: Sequence[Quantity]) -> list[Mention]:
    """The mentions, each ending where a quantity begins that it runs into: 市值约 before 约2010亿."""
    starts = [quantity.start for quantity in quantities]
    found: list[Mention] = []
    for mention in mentions:
        at = bisect_right(starts, mention.start)
        runs_into = at < len(starts) and starts[at] < mention.end <= quantities[at].end
        found.append(replace(mention, end=starts[at]) if runs_into else mention)
    return found
