"""What becomes of an alert when the mail server fails or the program is killed, here and with two neighbours.

`python -m benchmarks.comparison --rivals VENV [--write docs/comparison.md]`, where VENV is an environment of its own
with `pip install urlwatch rss2email`. Every program watches the same feed on loopback and mails to the same server.
Three articles are new; a cell says how often each of them was told in the end.
"""

from __future__ import annotations

import argparse
import asyncio
import html
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from monitor.demo.command import Program
from monitor.demo.mailbox import Letter, Mailbox
from monitor.demo.settings import READER, write_settings
from monitor.demo.site import Site

NOW = datetime.fromisoformat("2025-11-21T12:00:00+00:00")
PAGE = Path(__file__).parents[1] / "docs" / "comparison.md"
#: Seconds until a program that does not come back is killed, and until it must have called the mail server: a run takes
#: some seconds, on a busy machine a minute. It is the same for all of them.
PATIENCE = 120

OLD = ("Kuaishou publishes results", "Kuaishou's total revenue was RMB35.0 billion in the second quarter of 2025.")
NEWS = (
    ("Kling grows again", "Revenue from Kling AI exceeded RMB300 million in the third quarter of 2025."),
    ("Kuaishou's quarter", "Kuaishou's total revenue was RMB35.6 billion in the third quarter of 2025."),
    ("Users of Kuaishou", "The Kuaishou App had 731.1 million average MAUs in the third quarter of 2025."),
)


class Tool(ABC):
    """A program that watches a feed and mails."""

    name: str

    def __init__(self, folder: Path, feed: str, port: int) -> None:
        self.folder, self.feed, self.port = folder, feed, port
        folder.mkdir()
        self.prepare()

    @abstractmethod
    def prepare(self) -> None:
        """Write its configuration and let it see the feed for the first time."""

    @abstractmethod
    def start(self) -> subprocess.Popen[bytes]:
        """Start one run, as cron would."""

    def run(self) -> None:
        """One run to its end, or until patience is over."""
        child = self.start()
        try:
            child.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            kill(child)

    def popen(self, *command: str) -> subprocess.Popen[bytes]:
        """A child without output, in its own folder and session."""
        environment = {**os.environ, "HOME": str(self.folder), "PYTHONPATH": os.pathsep.join(sys.path)}
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env=environment if self.name == KelingMonitor.name else {**os.environ, "HOME": str(self.folder)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )


def kill(child: subprocess.Popen[bytes]) -> None:
    """SIGKILL, to what it has started as well."""
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


class KelingMonitor(Tool):
    """This program: a run every six hours of its own clock."""

    name = "Keling Monitor"

    def prepare(self) -> None:
        """A feed, one recipient, a short patience with the mail server."""
        source: dict[str, str | bool] = {"name": "paper", "kind": "feed", "url": self.feed, "allow_private": True}
        config = write_settings(self.folder, [source], smtp_port=self.port)
        settings = config.read_text("utf-8").replace("[smtp]\n", '[smtp]\ntimeout = "5s"\n')
        # How sure the extractor is of these sentences is not what is compared.
        config.write_text(f"{settings}\n[alerts]\nmin_confidence = 0.0\n", "utf-8")
        self.program = Program(config=config)
        self.now = NOW
        self.start().wait()

    def start(self) -> subprocess.Popen[bytes]:
        """`keling-monitor run`."""
        self.now += timedelta(hours=6)
        return self.popen(*self.program.arguments("run", now=self.now))


class Urlwatch(Tool):
    """thp/urlwatch with its mailer."""

    name = "urlwatch"
    venv: Path

    def prepare(self) -> None:
        """One job, one recipient."""
        (self.folder / "urls.yaml").write_text(f"name: paper\nurl: {self.feed}\n")
        (self.folder / "urlwatch.yaml").write_text(
            "display: {new: false, error: true, unchanged: false, empty-diff: false}\n"
            "report:\n"
            "  text: {line_length: 200, details: true, footer: false, minimal: false, separate: false}\n"
            f"  email: {{enabled: true, html: false, from: w@example.com, to: {READER}, reply_to: '', method: smtp,\n"
            "    subject: '{count} changes: {jobs}',\n"
            f"    smtp: {{host: 127.0.0.1, port: {self.port}, starttls: false, auth: false, user: ''}}}}\n"
            "  stdout: {enabled: false, color: false}\n"
        )
        self.start().wait()

    def start(self) -> subprocess.Popen[bytes]:
        """`urlwatch`."""
        files = [f"--{kind}={self.folder / name}" for kind, name in _URLWATCH_FILES.items()]
        return self.popen(str(self.venv / "bin" / "urlwatch"), *files)


_URLWATCH_FILES = {"urls": "urls.yaml", "config": "urlwatch.yaml", "cache": "cache.db", "hooks": "hooks.py"}


class Rss2email(Tool):
    """rss2email, which marks an entry as seen after it has sent it."""

    name = "rss2email"
    venv: Path

    def prepare(self) -> None:
        """One feed, one recipient; what is in the feed already is taken as seen."""
        (self.folder / "r2e.cfg").write_text(
            f"[DEFAULT]\nfrom = r@example.com\nto = {READER}\nemail-protocol = smtp\nsmtp-server = 127.0.0.1\n"
            f"smtp-port = {self.port}\nsmtp-auth = False\nsmtp-ssl = False\n"
        )
        self.popen(*self._command(), "add", "paper", self.feed).wait()
        self.popen(*self._command(), "run", "--no-send").wait()

    def start(self) -> subprocess.Popen[bytes]:
        """`r2e run`."""
        return self.popen(*self._command(), "run")

    def _command(self) -> list[str]:
        files = ["-c", str(self.folder / "r2e.cfg"), "-d", str(self.folder / "r2e.json")]
        return [str(self.venv / "bin" / "r2e"), *files]


TOOLS: tuple[type[Tool], ...] = (KelingMonitor, Urlwatch, Rss2email)


@dataclass
class Scene:
    """A tool between a feed and a mail server."""

    tool: Tool
    site: Site
    folder: Path
    port: int
    letters: list[Letter] = field(default_factory=list)
    mailboxes: int = 0

    @contextmanager
    def mail(self, kind: Callable[..., Mailbox] = Mailbox) -> Iterator[Mailbox]:
        """A mail server at the port; its letters are kept."""
        self.mailboxes += 1
        with kind(folder=self.folder / f"mail-{self.mailboxes}", port=self.port) as mailbox:
            yield mailbox
        self.letters += mailbox.letters

    def told(self) -> str:
        """How often each article was told."""
        ids = [
            [str(letter.message["Message-ID"]) for letter in self.letters if _mentions(letter, title, text)]
            for title, text in NEWS
        ]
        lost = sum(not each for each in ids)
        again = [each for each in ids if len(each) > 1]
        words = []
        if lost:
            words.append(f"{lost} of {len(NEWS)} lost")
        if again:
            same = all(len(set(each)) == 1 and each[0] != "None" for each in again)
            how = "same Message-ID" if same else "other Message-ID or none"
            words.append(f"{len(again)} of {len(NEWS)} told {max(map(len, again))} times ({how})")
        return "; ".join(words) or "each once"


def _mentions(letter: Letter, title: str, text: str) -> bool:
    page = re.sub(r"\s+", " ", html.unescape(f"{letter.subject} {letter.text} {letter.html}"))
    return title in page or text in page


def server_down(scene: Scene) -> None:
    """The mail server refuses connections for three runs, then takes mail."""
    for _ in range(3):
        scene.tool.run()
    with scene.mail():
        scene.tool.run()
        scene.tool.run()


def killed_before(scene: Scene) -> None:
    """The program is killed while it waits for the mail server's greeting."""
    with socket.create_server(("127.0.0.1", scene.port)) as silent:
        silent.settimeout(PATIENCE)
        child = scene.tool.start()
        call, _ = silent.accept()
        kill(child)
        call.close()
    with scene.mail():
        scene.tool.run()
        scene.tool.run()


class Hanging(Mailbox):
    """Takes a letter and never says that it did."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Called by aiosmtpd."""
        await super().handle_DATA(server, session, envelope)
        await asyncio.sleep(3600)
        return "250 OK"


def killed_after(scene: Scene) -> None:
    """The program is killed after the server took the first mail, before the answer has come."""
    with scene.mail(Hanging) as mailbox:
        child = scene.tool.start()
        end = time.monotonic() + PATIENCE
        while not mailbox.letters and time.monotonic() < end:
            time.sleep(0.02)
        kill(child)
    with scene.mail():
        for _ in range(3):
            scene.tool.run()


def no_answer(scene: Scene) -> None:
    """The server takes the mail and does not answer; the program is given two minutes."""
    with scene.mail(Hanging):
        scene.tool.run()
    with scene.mail():
        for _ in range(3):
            scene.tool.run()


class Greylisting(Mailbox):
    """Says 451 to the first recipient it hears of."""

    first = True

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Sequence[str]
    ) -> str:
        """Called by aiosmtpd."""
        if self.first:
            self.first = False
            return "451 4.7.1 try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"


def greylisted(scene: Scene) -> None:
    """The first recipient is answered with 451, everything after with 250."""
    with scene.mail(Greylisting):
        for _ in range(3):
            scene.tool.run()


SCENES = (server_down, killed_before, killed_after, no_answer, greylisted)


def publish(site: Site, articles: Sequence[tuple[str, str]]) -> None:
    """Serve the feed and its articles."""
    items = []
    for number, (title, text) in enumerate(articles):
        published = NOW - timedelta(minutes=60 - number)
        body = f"<p>The company has spoken about its business once more.</p><p>{text}</p><p>More will follow.</p>"
        url = site.put(
            f"/{title.replace(' ', '-')}.html",
            f'<!doctype html><html lang="en"><head><title>{title}</title>'
            f'<meta property="article:published_time" content="{published.isoformat()}"></head>'
            f"<body><article><h1>{title}</h1>{body}</article></body></html>",
        )
        items.append(
            f"<item><title>{title}</title><link>{url}</link><guid>{url}</guid><description>{text}</description>"
            f"<pubDate>{format_datetime(published)}</pubDate></item>"
        )
    feed = f'<?xml version="1.0"?><rss version="2.0"><channel><title>Paper</title>{"".join(items)}</channel></rss>'
    site.put("/feed.xml", feed, "application/rss+xml")


def play(kind: type[Tool], scene: Callable[[Scene], None]) -> str:
    """One cell of the table."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        site = stack.enter_context(Site())
        publish(site, [OLD])
        with Mailbox(folder=folder / "mail-0") as mailbox:
            port = mailbox.port
            tool = kind(folder / "tool", site.url("/feed.xml"), port)
        publish(site, [OLD, *NEWS])
        stage = Scene(tool=tool, site=site, folder=folder, port=port)
        scene(stage)
        # What is told by no further run is lost.
        with stage.mail():
            tool.start().wait()
        return stage.told()


def table(repeats: int) -> str:
    """The whole table as Markdown, each cell played so often."""
    rows = ["| what happens | " + " | ".join(kind.name for kind in TOOLS) + " |", "| --- " * (len(TOOLS) + 1) + "|"]
    for scene in SCENES:
        what = (scene.__doc__ or "").rstrip(".")
        # Where the outcomes of several plays differ all of them are printed.
        cells = (" or ".join(sorted({play(kind, scene) for _ in range(repeats)})) for kind in TOOLS)
        rows.append(f"| {what} | " + " | ".join(cells) + " |")
        sys.stderr.write(f"{rows[-1]}\n")
    return "\n".join(rows)


def main() -> None:
    """Print the table, and put it into the page if asked."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rivals", type=Path, required=True, help="environment with urlwatch and rss2email")
    parser.add_argument("--repeats", type=int, default=1, help="plays of each cell")
    parser.add_argument("--write", type=Path, nargs="?", const=PAGE, help="page whose table is replaced")
    options = parser.parse_args()
    Urlwatch.venv = Rss2email.venv = options.rivals.resolve()
    found = table(options.repeats)
    print(found)
    if options.write:
        page = options.write.read_text("utf-8")
        marks = re.compile(r"(<!-- table -->\n).*?(<!-- end -->)", re.DOTALL)
        options.write.write_text(marks.sub(lambda mark: f"{mark[1]}{found}\n{mark[2]}", page), "utf-8")


if __name__ == "__main__":
    main()
