"""Mail by SMTP: one recipient a message, with STARTTLS, TLS and login."""

from __future__ import annotations

import base64
import ipaddress
import re
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from monitor.channels import Letter
from monitor.errors import PermanentDeliveryError, TemporaryDeliveryError, UncertainDeliveryError

if TYPE_CHECKING:
    from monitor.config import Config

#: Seven bits pass every server; with eight the bytes would depend on what the server offers.
_POLICY = SMTP.clone(cte_type="7bit")

_OK = range(200, 300)


@dataclass(frozen=True, kw_only=True)
class MailServer:
    """Where mail is handed in, and in whose name."""

    host: str
    port: int
    security: Literal["none", "starttls", "tls"] = "none"
    #: "": no login.
    username: str = ""
    password: str = field(default="", repr=False)
    #: `Name <address>`.
    sender: str
    #: Seconds that each exchange may take.
    timeout: float = 30
    #: Certificates to trust beside the system's; None: only those.
    ca_file: Path | None = None

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def sender_address(self) -> str:
        """The bare address of the sender."""
        return parseaddr(self.sender)[1]

    @property
    def domain(self) -> str:
        """What Message-IDs end in."""
        return self.sender_address.rpartition("@")[2]

    @property
    def is_local(self) -> bool:
        """Whether what is said to it stays on this machine."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


def channel(config: Config) -> EmailChannel:
    """The channel as `[smtp]` sets it up."""
    smtp = config.settings.smtp
    return EmailChannel(
        MailServer(
            host=smtp.host,
            port=smtp.port,
            security=smtp.security,
            username=smtp.username,
            password=config.password() if smtp.username else "",
            sender=smtp.sender,
            timeout=smtp.timeout.total_seconds(),
        )
    )


class EmailChannel:
    """Letters as mails of a text and an HTML part."""

    def __init__(self, server: MailServer) -> None:
        self._server = server

    def render(self, letter: Letter) -> bytes:
        """The mail, as it goes over the wire."""
        message = EmailMessage(policy=_POLICY)
        domain = self._server.domain
        try:
            message["From"] = self._server.sender
            message["To"] = Address(addr_spec=bare_address(letter.to))
            message["Subject"] = letter.subject
        except ValueError as error:
            raise PermanentDeliveryError(f"{letter.to!r} or the subject cannot stand in a mail: {error}") from error
        message["Date"] = format_datetime(letter.date)
        message["Message-ID"] = f"<{letter.id}@{domain}>"
        if letter.thread:
            # A mail that never was is the parent of all mails of a series: readers show them as one conversation.
            message["In-Reply-To"] = message["References"] = f"<{letter.thread}@{domain}>"
        message["List-Id"] = f"Keling Monitor <alerts.{domain}>"
        message["List-Post"] = "NO"
        message["List-Unsubscribe"] = f"<mailto:{self._server.sender_address}?subject=unsubscribe>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text)
        message.add_alternative(letter.html, subtype="html")
        message.set_boundary(f"=_{letter.id}")
        return message.as_bytes()

    @contextmanager
    def open(self) -> Iterator[SmtpSession]:
        """A session that connects at the first message and stays connected."""
        session = SmtpSession(self._server)
        try:
            yield session
        finally:
            session.close()


def bare_address(address: str) -> str:
    """The address without a display name, in ASCII.

    Raises:
        PermanentDeliveryError: it is none, or its part before the @ needs more than ASCII.
    """
    bare = parseaddr(address)[1]
    local, at, domain = bare.rpartition("@")
    # parseaddr mends what it can: what it had to mend is no address.
    if (
        not at
        or not local
        or bare not in address
        or not re.fullmatch(r"[^\s\x00-\x1f\x7f<>@]+", domain)
        or re.search(r"[\r\n]", address)
    ):
        raise PermanentDeliveryError(f"{address!r} is no mail address; mend it in monitor.toml")
    try:
        return f"{local.encode('ascii').decode()}@{domain.encode('idna').decode()}"
    except UnicodeError:
        raise PermanentDeliveryError(f"{address!r} is a mail address that SMTP without SMTPUTF8 cannot reach") from None


class SmtpSession:
    """A connection to a mail server that is made when needed; a server that is down is asked once a session."""

    def __init__(self, server: MailServer) -> None:
        self._server = server
        self._smtp: smtplib.SMTP | None = None
        #: Why there is no connection; None: not tried, or connected.
        self._down: TemporaryDeliveryError | None = None

    def send(self, content: bytes, to: str, *, hand_over: Callable[[], None]) -> str:
        """See `monitor.channels.Session`."""
        recipient = bare_address(to)
        smtp = self._connected()
        try:
            self._announce(smtp, content, recipient)
            # Dot-stuffing of RFC 5321, 4.5.2.
            smtp.send(re.sub(rb"(?m)^\.", b"..", content) + (b"" if content.endswith(b"\r\n") else b"\r\n"))
            hand_over()
        except PermanentDeliveryError:
            self._reset(smtp)
            raise
        except TemporaryDeliveryError:
            self.close()
            raise
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            raise self._temporary("the connection broke before the mail was handed over", error) from error
        except BaseException:
            # Without the final dot the server throws the mail away.
            self._drop()
            raise
        return self._finish(smtp)

    def close(self) -> None:
        """Say goodbye, if there is a connection."""
        if self._smtp is not None:
            with suppress(OSError, smtplib.SMTPException):
                self._smtp.quit()
            self._drop()

    def _connected(self) -> smtplib.SMTP:
        if self._down is not None:
            raise self._down
        if self._smtp is None:
            try:
                self._smtp = self._connect()
            except TemporaryDeliveryError as error:
                self._down = error
                raise
        return self._smtp

    def _connect(self) -> smtplib.SMTP:
        server = self._server
        if server.username and server.security == "none" and not server.is_local:
            raise TemporaryDeliveryError(
                f"{server}: the password would cross the network in clear; set smtp.security to 'starttls' or 'tls'"
            )
        smtp = None
        try:
            smtp = self._greeted()
            if server.security == "starttls":
                if not smtp.has_extn("starttls"):
                    raise TemporaryDeliveryError(f"{server}: offers no STARTTLS, which smtp.security asks for")
                smtp.starttls(context=self._context())
                smtp.ehlo_or_helo_if_needed()
            if server.username:
                self._log_in(smtp)
        except BaseException as error:
            if smtp is not None:
                smtp.close()
            if isinstance(error, ssl.SSLCertVerificationError):
                raise TemporaryDeliveryError(f"{server}: its certificate fails: {error.verify_message}") from error
            if isinstance(error, OSError | smtplib.SMTPException):
                raise self._temporary("no session", error) from error
            raise
        return smtp

    def _greeted(self) -> smtplib.SMTP:
        server = self._server
        # smtplib's own choice is getfqdn(), which asks the name server and may wait for it.
        name = socket.gethostname()
        local = name if "." in name else "[127.0.0.1]"
        if server.security == "tls":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, local, timeout=server.timeout, context=self._context()
            )
        else:
            smtp = smtplib.SMTP(server.host, server.port, local, timeout=server.timeout)
        smtp.ehlo_or_helo_if_needed()
        # The final dot is a packet of its own and must not wait for the answer to the one before it.
        assert smtp.sock is not None
        smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return smtp

    def _context(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if self._server.ca_file is not None:
            context.load_verify_locations(self._server.ca_file)
        return context

    def _log_in(self, smtp: smtplib.SMTP) -> None:
        server = self._server
        try:
            smtp.login(server.username, server.password)
        except smtplib.SMTPAuthenticationError as error:
            answer = self._hide_password(_words(error.smtp_code, error.smtp_error))
            raise TemporaryDeliveryError(f"{server}: login as {server.username!r} refused: {answer}") from None

    def _announce(self, smtp: smtplib.SMTP, content: bytes, recipient: str) -> None:
        """MAIL, RCPT, DATA, up to where the server waits for the mail itself."""
        server = self._server
        size = [f"size={len(content)}"] if smtp.has_extn("size") else []
        code, answer = smtp.mail(server.sender_address, size)
        if code not in _OK:
            # 552 is about this mail's size; any other refusal is about the sender, which the operator can mend.
            kind = PermanentDeliveryError if code == 552 else TemporaryDeliveryError
            raise kind(f"{server}: sender {server.sender_address!r} refused: {_words(code, answer)}")
        code, answer = smtp.rcpt(recipient)
        if code not in _OK:
            raise self._refusal(f"recipient {recipient!r} refused", code, answer)
        code, answer = smtp.docmd("DATA")
        if code != 354:
            raise self._refusal("mail refused", code, answer)

    def _finish(self, smtp: smtplib.SMTP) -> str:
        """The final dot and what the server says to it."""
        try:
            smtp.send(b".\r\n")
            code, answer = smtp.getreply()
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            raise UncertainDeliveryError(f"{self._server}: no answer to the mail: {_reason(error)}") from error
        except BaseException:
            self._drop()
            raise
        if code in _OK:
            return _words(code, answer)
        self.close()
        if code in range(400, 600):
            raise self._refusal("mail refused", code, answer)
        raise UncertainDeliveryError(f"{self._server}: no sense in the answer to the mail: {_words(code, answer)}")

    def _refusal(self, what: str, code: int, answer: bytes) -> PermanentDeliveryError | TemporaryDeliveryError:
        kind = PermanentDeliveryError if code in range(500, 600) else TemporaryDeliveryError
        return kind(f"{self._server}: {what}: {_words(code, answer)}")

    def _temporary(self, what: str, error: Exception) -> TemporaryDeliveryError:
        return TemporaryDeliveryError(f"{self._server}: {what}: {self._hide_password(_reason(error))}")

    def _hide_password(self, text: str) -> str:
        """The text without the password, in clear or as SMTP encodes it: some servers repeat what they refuse."""
        user, password = self._server.username.encode(), self._server.password.encode()
        if not password:
            return text
        forms = (password, base64.b64encode(password), base64.b64encode(b"\0" + user + b"\0" + password))
        for form in forms:
            text = text.replace(form.decode(), "…")
        return text

    def _reset(self, smtp: smtplib.SMTP) -> None:
        """Ready for the next message of the session, over a new connection if need be."""
        try:
            if smtp.rset()[0] not in _OK:
                self.close()
        except (OSError, smtplib.SMTPException):
            self._drop()

    def _drop(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None


def _words(code: int, answer: bytes | str) -> str:
    """A server's answer on one line, not too long."""
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    shown = " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f]+", " ", text).split())[:300]
    return f"{code} {shown}" if code > 0 else f"not SMTP: {shown!r}"


def _reason(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return _words(error.smtp_code, error.smtp_error)
    if isinstance(error, smtplib.SMTPServerDisconnected) and isinstance(error.__context__, OSError):
        # smtplib puts its own words before the system's.
        return _reason(error.__context__)
    if isinstance(error, TimeoutError):
        return "timed out"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return str(error).lower() or type(error).__name__
