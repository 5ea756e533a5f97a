"""`schedule`: the same as cron would do, for ever."""

from __future__ import annotations

from pathlib import Path

import click

from monitor.cli.options import config_option


@click.command()
@config_option
def command(config_file: Path | None) -> None:
    """Run and deliver for ever, every source on its cadence; SIGTERM ends, SIGHUP reads the configuration anew.

    \b
    Example: keling-monitor schedule --config /etc/keling/monitor.toml
    """
    import logging

    from monitor.scheduler import schedule

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    schedule(config_file)
