"""`schedule`: runs and deliveries for ever, each in a process of its own.

A child process a job keeps memory flat over weeks, and Scrapy's reactor starts only once in a process anyway.
"""

from __future__ import annotations

import logging
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from queue import SimpleQueue
from types import FrameType

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MAX_INSTANCES, EVENT_JOB_MISSED, JobEvent
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from monitor.config import Config, load_config
from monitor.errors import ConfigError

log = logging.getLogger(__name__)

#: Mail that waits is looked at this often, and at least as often as sources are.
_DELIVERY = timedelta(minutes=1)

#: How long a child may take to end after SIGTERM: Scrapy finishes the responses that it has.
_GRACE = 30.0

_WHAT_HAPPENED = {
    EVENT_JOB_MISSED: "was missed",
    EVENT_JOB_ERROR: "failed",
    EVENT_JOB_MAX_INSTANCES: "was left out: the one before is still at work",
}


class Children:
    """The processes at work; they end with the scheduler."""

    def __init__(self, config_file: Path | None) -> None:
        self._options = [] if config_file is None else ["--config", str(config_file)]
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._closed = False

    def run(self, verb: str) -> int | None:
        """Run a verb to its end and give its exit code; None where the scheduler is ending."""
        with self._lock:
            if self._closed:
                return None
            child = subprocess.Popen([sys.executable, "-m", "monitor", verb, *self._options], stdin=subprocess.DEVNULL)
            self._running.add(child)
        code = child.wait()
        with self._lock:
            self._running.discard(child)
        log.info("%s ended with exit code %d", verb, code)
        return code

    def close(self) -> None:
        """Ask all to end; kill those that do not."""
        with self._lock:
            self._closed = True
            running: Sequence[subprocess.Popen[bytes]] = tuple(self._running)
        for child in running:
            child.terminate()
        for child in running:
            try:
                child.wait(_GRACE)
            except subprocess.TimeoutExpired:
                child.kill()


def schedule(config_file: Path | None) -> None:
    """Work until SIGTERM or SIGINT; SIGHUP reads the configuration anew.

    Raises:
        ConfigError: the configuration has faults; once at work, faults are logged and the old one stays.
    """
    config = load_config(config_file)
    signals: SimpleQueue[int] = SimpleQueue()

    def take(number: int, frame: FrameType | None) -> None:
        signals.put(number)

    for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(name, take)
    children = Children(config.file)
    scheduler = BackgroundScheduler(
        timezone=config.settings.schedule.zone,
        # A machine that slept over a slot works once when it wakes; the library's own grace is one second.
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    scheduler.add_listener(_heard, EVENT_JOB_MISSED | EVENT_JOB_ERROR | EVENT_JOB_MAX_INSTANCES)
    for verb, every in intervals(config).items():
        scheduler.add_job(children.run, IntervalTrigger(seconds=every.total_seconds()), [verb], id=verb, name=verb)
    # The first run does not wait for its interval to pass.
    scheduler.modify_job("run", next_run_time=datetime.now(scheduler.timezone))
    scheduler.start()
    log.info("at work: %s", ", ".join(f"{verb} every {every}" for verb, every in intervals(config).items()))
    while signals.get() == signal.SIGHUP:
        config = _reloaded(scheduler, config)
    scheduler.pause()
    children.close()
    scheduler.shutdown()


def intervals(config: Config) -> dict[str, timedelta]:
    """How often each verb is called: `run` as often as the most frequent source, for it reads only what is due."""
    every = min([config.settings.schedule.every, *(source.every for source in config.active_sources())])
    return {"run": every, "deliver": min(every, _DELIVERY)}


def _reloaded(scheduler: BackgroundScheduler, config: Config) -> Config:
    try:
        fresh = load_config(config.file)
        times = intervals(fresh)
    except ConfigError as error:
        log.error("the configuration stays as it was: %s", error)
        return config
    for verb, every in times.items():
        scheduler.reschedule_job(verb, trigger=IntervalTrigger(seconds=every.total_seconds()))
    log.info("configuration read anew")
    return fresh


def _heard(event: JobEvent) -> None:
    log.warning("%s %s", event.job_id, _WHAT_HAPPENED[event.code])
