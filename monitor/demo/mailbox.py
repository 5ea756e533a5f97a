"""An SMTP server on loopback that delivers nowhere but into a folder."""

from __future__ import annotations

import asyncio
import re
import socket
import threading
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import Self

from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """One accepted message for its envelope's recipients."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage
    #: The message as it came; `.txt` and `.html` stand beside it.
    file: Path

    @property
    def subject(self) -> str:
        """Decoded subject line."""
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        """The plain text part, or ""."""
        return _part(self.message, "plain")

    @property
    def html(self) -> str:
        """The HTML part, or ""."""
        return _part(self.message, "html")


@dataclass(kw_only=True)
class Mailbox:
    """A sink for mail, used as a context manager; each letter becomes a file in `folder`."""

    folder: Path
    #: 0 takes a free one.
    port: int = 0
    letters: list[Letter] = field(default_factory=list)

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        # aiosmtpd's own Controller knocks on the port that it was given, and so cannot be given port 0.
        self._socket = socket.create_server(("127.0.0.1", self.port))
        # asyncio does this for sockets that say they are TCP, and this one's connections do not: 40 ms an answer.
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.port = self._socket.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._server = self._loop.run_until_complete(
            self._loop.create_server(lambda: SMTP(self, hostname="localhost", loop=self._loop), sock=self._socket)
        )
        self._thread = threading.Thread(target=self._loop.run_forever, name=f"mailbox-{self.port}", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(timeout=10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _close(self) -> None:
        self._server.close()
        rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 (aiosmtpd's name)
        """Keep a letter; called by aiosmtpd at the end of DATA."""
        content = envelope.original_content or b""
        message = message_from_bytes(content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        file = self.folder / f"{len(self.letters) + 1:02d}-{_slug(str(message['Subject']))}.eml"
        file.write_bytes(content)
        file.with_suffix(".txt").write_text(_headline(message) + _part(message, "plain"), encoding="utf-8")
        if html := _part(message, "html"):
            file.with_suffix(".html").write_text(html, encoding="utf-8")
        self.letters.append(
            Letter(
                sender=envelope.mail_from or "",
                recipients=tuple(envelope.rcpt_tos),
                message=message,
                file=file,
            )
        )
        return "250 OK"


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    # On the wire lines end in CR LF, in a string in LF.
    return "" if part is None else str(part.get_content()).replace("\r\n", "\n")


def _headline(message: EmailMessage) -> str:
    shown = ("From", "To", "Date", "Subject", "Message-ID")
    return "".join(f"{name}: {message[name]}\n" for name in shown if message[name]) + "\n"


def _slug(subject: str) -> str:
    """A file name of a subject in any script, short enough for every file system (255 bytes)."""
    return re.sub(r"[^\w.-]+", "-", subject).strip("-.")[:48] or "mail"
