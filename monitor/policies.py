"""What monitor.toml decides about figures: how the ledger keeps them, who hears of them, which wait for a person."""

from __future__ import annotations

from collections.abc import Callable

from sqlite_utils import Database

from monitor.alerts.rules import Quiet, Rule, Rules, Threshold
from monitor.config import Config, To
from storage.ledger import Ledger
from storage.records import Figure

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
    """Which figures wait for a person: those that the extractor is not sure of."""
    least = config.settings.alerts.min_confidence

    def hold(figure: Figure) -> str | None:
        return f"confidence {figure.confidence:.2f} is below {least:.2f}" if figure.confidence < least else None

    return hold
