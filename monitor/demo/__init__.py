"""The main job on loopback: a newsroom in four languages, two editions, and the mail that they lead to."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console

from monitor.demo.command import Program
from monitor.demo.editions import Edition, editions
from monitor.demo.findings import Check, Ledger, checks
from monitor.demo.mailbox import Mailbox
from monitor.demo.newsroom import Newsroom
from monitor.demo.settings import write_settings
from monitor.demo.show import (
    show_alerts,
    show_checks,
    show_letter,
    show_letters,
    show_next,
    show_run,
    show_silence,
    show_timeline,
)
from monitor.errors import ConfigError, Fault


def run_demo(folder: Path | None, console: Console) -> int:
    """Serve the newsroom, run the monitor on each edition, and show what came of it.

    Args:
        folder: keeps configuration, ledger and mails; None: a temporary one that is removed at the end.
        console: where it all is printed.

    Returns:
        0 where every promise of the editions was kept, else 1.

    Raises:
        ConfigError: the folder holds a ledger already.
    """
    if folder is not None and (folder / "keling.db").exists():
        raise ConfigError([Fault(str(folder), "--keep", "a folder without a ledger", "keling.db")])
    with ExitStack() as stack:
        place = folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="keling-demo-")))
        place.mkdir(parents=True, exist_ok=True)
        newsroom = stack.enter_context(Newsroom())
        mailbox = stack.enter_context(Mailbox(folder=place / "mail"))
        config = write_settings(place.resolve(), newsroom.sources(), smtp_port=mailbox.port)
        kept = _read_editions(Program(config=config), newsroom, mailbox, console)
        if folder is not None:
            show_next(console, folder)
        else:
            console.print("\nTo keep ledger and mails: [bold]keling-monitor demo --keep demo-out[/]")
    return 0 if kept else 1


def _read_editions(program: Program, newsroom: Newsroom, mailbox: Mailbox, console: Console) -> bool:
    before = Ledger(facts={}, alerts=[], figures=[], articles={})
    kept = True
    for edition in editions():
        console.rule(f"[bold]Edition {edition.number}[/]: {edition.what}", align="left")
        newsroom.publish(edition.number)
        console.print(f"{len(newsroom.sites)} outlets, {len(edition.stories)} articles, read on {edition.now:%d %B %Y}")
        post = len(mailbox.letters)
        done = program("run", now=edition.now)
        show_run(console, done)
        show_letters(console, mailbox.letters[post:])
        after = Ledger.read(program)
        promises = [
            Check(what="the run ends with exit code 0", expected=0, found=done.code),
            Check(what="one mail", expected=1, found=len(mailbox.letters) - post),
            *_show_news(console, edition, after.since(before), newsroom),
        ]
        console.print()
        show_checks(console, promises)
        kept = kept and all(promise.kept for promise in promises)
        before = after
    if mailbox.letters:
        show_letter(console, mailbox.letters[-1], lines=40)
    timeline = [fact for fact in before.facts.values() if fact["entity"] == editions()[-1].timeline]
    show_timeline(console, "Timeline", timeline)
    return kept


def _show_news(console: Console, edition: Edition, news: Ledger, newsroom: Newsroom) -> list[Check]:
    """Show what an edition brought; gives what it promised."""
    if edition.baseline:
        console.print(f"  baseline: {len(news.figures)} figures, {len(news.facts)} facts, {len(news.alerts)} alerts")
    else:
        show_alerts(console, news.told())
        show_silence(console, news)
    reposts = [newsroom.story_url(story) for story in edition.stories if story.repost]
    return checks(edition, news, reposts)
