"""What the verbs that only send set in motion: a delivery, a test message. Each gives its exit code."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import datetime

from monitor.config import Config
from monitor.errors import ConfigError, Fault
from storage.database import connect, transaction
from storage.outbox import Outbox
from storage.runs import RunLock

Clock = Callable[[], datetime]

#: Exit codes; where several apply the greatest one tells.
WELL, MAIL_WAITS = 0, 4


def deliver_waiting(config: Config, clock: Clock) -> int:
    """Send what is due, and what dead runs had gathered; `MAIL_WAITS` where something is left that should have gone.

    Raises:
        LedgerError: the ledger cannot be used.
    """
    with closing(connect(config.database)) as db:
        outbox = Outbox(db)
        with transaction(db):
            # Nobody can write meanwhile: where no run is at work now, whatever is being gathered is of a dead one.
            if RunLock(config.database).is_free():
                outbox.release_orphans(clock())
        if not outbox.channels(clock()):
            # As a rule, for somebody looks every minute: what composes and sends need not be loaded for that.
            waiting = outbox.count(clock()).waiting
            if waiting:
                say([f"waiting for another attempt: {waiting}; `keling-monitor outbox list` says why"])
            return MAIL_WAITS if waiting else WELL
    from monitor.delivery import deliver

    delivered = deliver(config, now=clock)
    say(delivered.errors)
    return MAIL_WAITS if delivered.waiting or delivered.dead else WELL


def send_test(config: Config, clock: Clock) -> int:
    """Send a test message to everybody who is to hear of alerts or trouble.

    Raises:
        ConfigError: nobody is.
    """
    from monitor.delivery import post_test

    with closing(connect(config.database)):
        if post_test(config, now=clock()) == 0:
            raise ConfigError([Fault(str(config.file or "defaults"), "alerts.to", "somebody to tell", "nobody")])
    return deliver_waiting(config, clock)


def say(lines: Iterable[str]) -> None:
    """Messages on standard error."""
    for line in lines:
        sys.stderr.write(f"keling-monitor: {line}\n")
