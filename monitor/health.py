"""From what became of a source in a run to how it fares, when it is due again, and what operators should hear."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from monitor.declarations.sources import Source
from storage.health import Health, SourceHealth, State
from storage.times import text_of

#: So many failures in a row, weighted, and a source is broken.
_BROKEN = 3.0

#: Faults that a message repeats.
_TOLD = 3

#: Without a declared silence: so many arrivals teach what pause is too long, namely so many times the longest so far,
#: and at least a long weekend.
_TEACHING, _TIMES, _SHORTEST = 50, 4, timedelta(days=3)
#: A longer time between two looks, and it was we who paused.
_OURS = timedelta(days=1)

#: So many articles teach how many tell figures; of a run of articles without any that is less likely than this, one
#: false alarm in a million runs, the page is at fault. Beyond the memory the older half counts half.
_KNOWN, _UNLIKELY, _MEMORY = 30, 1e-6, 400

#: A source that fails is asked ever later, and at least this often.
_LATEST = timedelta(hours=6)


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What became of a source in a run."""

    #: Faults of lists: each with its weight.
    list_faults: Sequence[tuple[str, float]] = ()
    #: What went wrong with pages.
    page_faults: Sequence[str] = ()
    #: Lists that were read or that said that nothing has changed.
    good_lists: int = 0
    #: Items of the lists that were read; None: none was read anew.
    items: int | None = None
    #: Items that were not known.
    new: int = 0
    #: Pages asked for.
    pages: int = 0
    #: How long the server asks to be left alone.
    wait: timedelta | None = None
    #: Articles recorded; of these those with figures, and the latest in a row that have none.
    articles: int = 0
    telling: int = 0
    barren: int = 0


def is_due(source: Source, health: SourceHealth | None, now: datetime) -> bool:
    """Whether a source is to be asked now; a run that comes a little early, as cron's do, counts."""
    return health is None or now >= health.next_check - source.every / 10


def after(source: Source, before: SourceHealth | None, outcome: Outcome, now: datetime) -> SourceHealth:
    """How a source fares after a run.

    Args:
        source: says how often it is asked and how long it may be silent.
        before: how it fared; None: it was never asked.
        outcome: of this run.
        now: when the run began.
    """
    read = outcome.good_lists > 0
    last_ok = now if read else before.last_ok if before else None
    # A source that has just been met is not silent yet.
    known = before.last_new if before else None
    last_new = now if outcome.new or (read and known is None) else known
    message, weight = _fault(outcome)
    failures = (before.failures if before else 0.0) + weight if message and weight else 0.0
    learned = _learned(before, source, outcome, now)
    if not message and (told := _silence(source, last_new, learned, now) or _barren(learned)):
        message, failures = told, _BROKEN
    state: State = "broken" if failures >= _BROKEN else "degraded" if failures else "ok"
    return SourceHealth(
        name=source.name,
        state=state,
        since=before.since if before and before.state == state else now,
        checked=now,
        next_check=now + _pause(source, outcome, failures if weight else 0.0),
        last_ok=last_ok,
        last_new=last_new,
        items=before.items if outcome.items is None and before else outcome.items,
        message=message,
        failures=failures,
        told=before.told if before else False,
        arrivals=learned.arrivals,
        pause=learned.pause,
        articles=learned.articles,
        telling=learned.telling,
        barren=learned.barren,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Learned:
    """What a source has taught of itself."""

    arrivals: int = 0
    pause: timedelta = timedelta()
    articles: int = 0
    telling: int = 0
    barren: int = 0


def _learned(before: SourceHealth | None, source: Source, outcome: Outcome, now: datetime) -> _Learned:
    known, pause = before or _Learned(), timedelta()
    if before and before.last_new and outcome.new and now - before.checked <= max(source.every * 2, _OURS):
        pause = now - before.last_new
    articles, telling = known.articles + outcome.articles, known.telling + outcome.telling
    if articles > _MEMORY:
        articles, telling = articles // 2, telling // 2
    return _Learned(
        arrivals=known.arrivals + bool(outcome.new),
        pause=max(known.pause, pause),
        articles=articles,
        telling=telling,
        barren=outcome.barren + (0 if outcome.telling else known.barren),
    )


def _fault(outcome: Outcome) -> tuple[str, float]:
    """What is to be said of a run, and how much it counts against the source."""
    if outcome.list_faults:
        message = _some([what for what, _ in outcome.list_faults])
        weight = max(weight for _, weight in outcome.list_faults)
        # Of several lists some were read: a hurt, not a break.
        return message, weight / 2 if outcome.good_lists else weight
    if outcome.page_faults:
        most = len(outcome.page_faults) * 2 > outcome.pages
        return _some(outcome.page_faults), 1.0 if most else 0.0
    return "", 0.0


def _some(faults: Sequence[str]) -> str:
    """The first of several faults, and how many more there are."""
    rest = f"; and {len(faults) - _TOLD} more" if len(faults) > _TOLD else ""
    return "; ".join(faults[:_TOLD]) + rest


def _silence(source: Source, last_new: datetime | None, learned: _Learned, now: datetime) -> str:
    """What is to be said of a source that answers and has had nothing new for longer than it may; "" otherwise."""
    most, why = source.expect.silence, "expected at least every"
    if most is None and learned.arrivals >= _TEACHING:
        most, why = max(learned.pause * _TIMES, _SHORTEST), "its longest pause so far allows"
    if most is None or last_new is None or now - last_new <= most:
        return ""
    return f"nothing new for {(now - last_new).days} days, {why} {most.days}"


def _barren(learned: _Learned) -> str:
    """What is to be said of a source whose articles have told figures and do not any more; "" otherwise."""
    before = learned.articles - learned.barren
    if before < _KNOWN:
        return ""
    share = min(learned.telling / before, 1.0)
    if not share or (1 - share) ** learned.barren > _UNLIKELY:
        return ""
    told = f"no figure in its last {learned.barren} articles, before in {share:.0%} of them"
    return f"{told}: the pages may have been redesigned"


def _pause(source: Source, outcome: Outcome, failures: float) -> timedelta:
    doubled: timedelta = source.every * 2 ** min(int(failures), 8)
    pause = max(source.every, min(doubled, _LATEST)) if failures else source.every
    return max(pause, outcome.wait or timedelta())


@dataclass(frozen=True, kw_only=True, slots=True)
class News:
    """That a source has broken, or is well again: for operators, once each."""

    name: str
    broken: bool
    since: datetime
    last_ok: datetime | None
    message: str

    def note(self) -> dict[str, Any]:
        """As the outbox keeps it."""
        return {
            "event": "source broken" if self.broken else "source recovered",
            "source": self.name,
            "since": text_of(self.since),
            "last_ok": None if self.last_ok is None else text_of(self.last_ok),
            "message": self.message,
        }


def news(health: Health, sources: Iterable[Source]) -> list[News]:
    """What operators have not been told yet; the caller tells it and calls `told`, in one transaction."""
    states = health.all()
    found = []
    for source in sources:
        state = states.get(source.name)
        if state is None or state.told == (state.state == "broken") or (state.told and state.state != "ok"):
            continue
        found.append(
            News(
                name=state.name,
                broken=state.state == "broken",
                since=state.since,
                last_ok=state.last_ok,
                message=state.message,
            )
        )
    return found


def told(health: Health, news: Iterable[News]) -> None:
    """Operators have been told."""
    for each in news:
        state = health.of(each.name)
        if state is not None:
            health.write(replace(state, told=each.broken))


def rows(sources: Iterable[Source], states: Mapping[str, SourceHealth]) -> Iterable[dict[str, Any]]:
    """Sources as rows, with the fields of the `sources` command."""
    for source in sources:
        state = states.get(source.name)
        yield {
            "name": source.name,
            "kind": source.kind,
            "enabled": source.enabled,
            "state": state and state.state,
            "since": state and text_of(state.since),
            "last_ok": text_of(state.last_ok) if state and state.last_ok else None,
            "last_new": text_of(state.last_new) if state and state.last_new else None,
            "items": state and state.items,
            "message": state.message if state else "",
        }
