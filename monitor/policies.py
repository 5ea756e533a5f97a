"""What monitor.toml decides about figures: how the ledger keeps them, who hears of them, which wait for a person."""

from __future__ import annotations

from collections.abc import Callable

from monitor.alerts.rules import Quiet, Rule, Rules, Threshold
from monitor.config import Config, To
from storage.ledger import Ledger
from storage.records import Figure
from storage.wrapping import Database

_WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def ledger_of(config: Config, db: Database) -> Ledger:
    """The ledger in a database, as monitor.toml wants it kept."""
    settings = config.settings
    return Ledger(db, max_age=settings.alerts.max_age, keep=settings.storage.keep)


def rules_of(config: Config) -> Rules:
    """Who hears of what, as monitor.toml says."""
    settings = config.settings
    return Rules(
        rules=tuple(map(_rule, settings.alerts.to)),
        verdicts=settings.alerts.verdicts,
        zone=settings.schedule.zone,
        digest_at=settings.schedule.digest_at,
        digest_day=_WEEK.index(settings.schedule.digest_day),
    )


def _rule(to: To) -> Rule:
    fields = {name: getattr(to, name) for name in type(to).model_fields if name not in {"when", "quiet"}}
    return Rule(
        **fields,
        when=tuple(Threshold(**when.model_dump()) for when in to.when),
        quiet=Quiet(begin=to.quiet.begin, end=to.quiet.end) if to.quiet else None,
    )


def hold_of(config: Config) -> Callable[[Figure], str | None]:
    """Which figures wait for a person: those that the extractor is not sure of, and those that fail the audit."""
    least = config.settings.alerts.min_confidence

    def hold(figure: Figure) -> str | None:
        if figure.confidence < least:
            return f"confidence {' is below '.join(_apart(figure.confidence, least))}"
        return f"the audit says: {'; '.join(figure.audit)}" if figure.audit else None

    return hold


def _apart(one: float, other: float) -> tuple[str, str]:
    """Two different shares with as many digits as tell them apart, two at least."""
    pairs = ((f"{one:.{places}f}", f"{other:.{places}f}") for places in range(2, 17))
    return next((pair for pair in pairs if pair[0] != pair[1]), (repr(one), repr(other)))
