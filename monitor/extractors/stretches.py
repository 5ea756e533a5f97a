"""Spans of days that no words name as a whole: from one day to another, and a campaign's days told again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import islice

from monitor.extractors.forms import DAY, shifted
from monitor.extractors.periods import PeriodMention, days_before
from monitor.extractors.scene import Scene, Slot

#: Shapes of what is told from one day to another: of prices what changed, of payouts the sum.
_TOLD_BY_DAYS = frozenset({"market", "payout"})
#: So many days back something may have begun.
_LONGEST = timedelta(days=1500)
#: Days of so many places are looked at as the first, and spans of days so many back.
_FIRSTS, _WINDOWS = 2, 2
#: As `date.weekday` counts.
_FRIDAY = 4
#: What was decided so many figures back.
_MEMORY = 6


def stretches(scene: Scene, slot: Slot, before: list[Slot], shape: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Spans of days that a figure may be told of, each with what speaks for it."""
    yield from _windows(scene, slot)
    if shape == "market":
        yield from _trading(scene, slot, before)
    if shape not in _TOLD_BY_DAYS or (shape == "market" and slot.measure == "level"):
        return
    carried = [near.period for near in before[:_MEMORY] if near.kept and near.period and len(near.period) == DAY]
    eve = days_before(scene.dated, 1, trading=True)
    lasts = {"pub": scene.dated.isoformat(), "eve": eve.isoformat()}
    if carried:
        lasts["told"] = carried[0]
    for number, day in enumerate(islice(_days(scene.periods.within(*slot.sentence)), _FIRSTS)):
        lasts[f"said{number}"] = str(day.form)
    for where, first in _firsts(scene, slot, carried):
        for name, last in lasts.items():
            if first < last and date.fromisoformat(last) - date.fromisoformat(first) <= _LONGEST:
                yield f"{first}/{last}", (f"days-{where}>{name}", f"days-{where}", f"days>{name}")


def _trading(scene: Scene, slot: Slot, before: list[Slot]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The trading days beside the one told of before, and the week that is over or ends."""
    told = next((near.period for near in before[:_MEMORY] if near.kept and near.period), None)
    if told is not None and len(told) == DAY:
        day = date.fromisoformat(told)
        # Behind a Friday comes a Monday.
        ahead = 7 - day.weekday() if day.weekday() >= _FRIDAY else 1
        yield (day + timedelta(days=ahead)).isoformat(), ("next-day",)
        yield days_before(day, 1, trading=True).isoformat(), ("day-before",)
    if slot.measure != "level":
        # From Friday on the week is this one.
        friday = scene.dated - timedelta(days=(scene.dated.weekday() - _FRIDAY) % 7)
        yield f"{friday - timedelta(days=_FRIDAY)}/{friday}", ("week", f"week/{min(scene.dated.weekday(), _FRIDAY)}")


def _firsts(scene: Scene, slot: Slot, carried: list[str]) -> Iterator[tuple[str, str]]:
    """Days that a span may begin with, with where they come from."""
    low, high = slot.sentence
    for name, mentions in (
        ("b", scene.periods.before(slot.start, low)),
        ("a", scene.periods.after(slot.end, high)),
        ("line", scene.periods.before(low, slot.line.start)),
    ):
        for rank, mention in enumerate(islice(_days(mentions), _FIRSTS)):
            yield f"{name}{rank}{'since' if mention.kind == 'since' else ''}", str(mention.form)
    for rank, day in enumerate(dict.fromkeys(carried)):
        yield f"told{min(rank, 3)}", day


def _windows(scene: Scene, slot: Slot) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The spans of days that the text named last, or names next."""
    for rank, mention in enumerate(islice(scene.windows.before(slot.sentence[0], 0), _WINDOWS)):
        yield str(mention.form), (f"window{rank}", f"window/{mention.kind}")
        earlier = shifted(str(mention.form), "prior_year_same")
        if earlier:
            yield earlier, (f"window{rank}-y",)
    for mention in islice(scene.windows.after(slot.sentence[1], len(scene.text)), 1):
        yield str(mention.form), ("window-next", f"window-next/{mention.kind}")


def _days(mentions: Iterable[PeriodMention]) -> Iterator[PeriodMention]:
    """Those that are single days."""
    return (mention for mention in mentions if mention.form and len(mention.form) == DAY)
