"""A mail server on loopback that says what a script tells it to say, and keeps what it accepts."""

from __future__ import annotations

import base64
import contextlib
import datetime
import ipaddress
import select
import socket
import ssl
import threading
from collections import defaultdict, deque
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

#: In a script: say nothing any more; hang up.
HANG = "hang"
CLOSE = "close"


@dataclass(frozen=True)
class Mail:
    """One accepted mail."""

    recipients: tuple[str, ...]
    content: bytes

    @property
    def message(self) -> EmailMessage:
        message = message_from_bytes(self.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        return message

    @property
    def text(self) -> str:
        return self._part("plain")

    @property
    def html(self) -> str:
        return self._part("html")

    def _part(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        return "" if part is None else str(part.get_content()).replace("\r\n", "\n")

    @property
    def id(self) -> str:
        return str(self.message["Message-ID"])


class ScriptedServer:
    """Answers each verb with the next line of its script, then with the usual answer.

    Verbs are `connect`, those of SMTP, and `body` for the end of the mail. A line is an answer, `HANG` or `CLOSE`.
    With `body` the mail is kept whatever the answer, unless the answer is a refusal.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        security: str = "none",
        certificate: Path | None = None,
        login: tuple[str, str] | None = None,
        features: tuple[str, ...] = ("SIZE 10000000",),
    ) -> None:
        self.port = port
        self.mails: list[Mail] = []
        self.script: dict[str, deque[str]] = defaultdict(deque)
        #: Answers by recipient, for ever.
        self.refused: dict[str, str] = {}
        self.connections = 0
        self.logins: list[tuple[str, str]] = []
        self._security = security
        self._context: ssl.SSLContext | None = None
        if certificate is not None:
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._context.load_cert_chain(certificate)
        self._login = login
        self._features = features

    def __enter__(self) -> Self:
        self._socket = socket.create_server(("127.0.0.1", self.port))
        self.port = self._socket.getsockname()[1]
        self._wake, self._woken = socket.socketpair()
        self._threads: list[threading.Thread] = []
        self._open: set[socket.socket] = set()
        self._accepter = threading.Thread(target=self._accept, daemon=True)
        self._accepter.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._wake.close()
        self._accepter.join()
        self._socket.close()
        self.hang_up()
        for thread in self._threads:
            thread.join()
        self._woken.close()

    def hang_up(self) -> None:
        """End all connections."""
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while self._woken not in select.select([self._socket, self._woken], [], [])[0]:
            connection, _ = self._socket.accept()
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            self._open.add(connection)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            _Talk(self, connection).run()
        except (OSError, _OverError):
            pass
        finally:
            self._open.discard(connection)
            connection.close()


class _OverError(Exception):
    pass


class _Talk:
    """One connection."""

    def __init__(self, server: ScriptedServer, connection: socket.socket) -> None:
        self.server = server
        self.socket = connection
        self.recipients: list[str] = []
        if server._security == "tls":
            self._encrypt()
        self.file = self.socket.makefile("rb")

    def _encrypt(self) -> None:
        assert self.server._context is not None
        plain = self.socket
        self.socket = self.server._context.wrap_socket(plain, server_side=True)
        self.server._open.discard(plain)
        self.server._open.add(self.socket)

    def run(self) -> None:
        try:
            self._say("connect", "220 mail.example.com ready")
            while line := self.file.readline():
                verb, _, rest = line.decode("utf-8", "replace").strip().partition(" ")
                self._obey(verb.upper(), rest)
        finally:
            self.file.close()
            self.server._open.discard(self.socket)
            self.socket.close()

    def _say(self, verb: str, usual: str) -> str:
        script = self.server.script[verb]
        answer = script.popleft() if script else usual
        if answer == HANG:
            while self.socket.recv(1024):
                pass
            raise _OverError
        if answer == CLOSE:
            raise _OverError
        self.socket.sendall(answer.encode() + b"\r\n")
        return answer

    def _obey(self, verb: str, rest: str) -> None:
        match verb:
            case "EHLO":
                offers = [*self.server._features]
                if self.server._security == "starttls" and not isinstance(self.socket, ssl.SSLSocket):
                    offers.append("STARTTLS")
                if self.server._login:
                    offers.append("AUTH PLAIN")
                lines = ["mail.example.com", *offers]
                self._say(verb, "\r\n".join(f"250{' -'[line != lines[-1]]}{line}" for line in lines))
            case "STARTTLS":
                if self._say(verb, "220 go on").startswith("220"):
                    self.file.close()
                    self._encrypt()
                    self.file = self.socket.makefile("rb")
            case "AUTH":
                user, password = base64.b64decode(rest.split()[1]).decode().split("\0")[1:]
                self.server.logins.append((user, password))
                good = (user, password) == self.server._login
                self._say(verb, "235 welcome" if good else f"535 5.7.8 {rest.split()[1]} is wrong, {password} is")
            case "MAIL":
                self.recipients = []
                self._say(verb, "250 ok")
            case "RCPT":
                address = rest.partition(":")[2].strip("<> ")
                answer = self._say(verb, self.server.refused.get(address, "250 ok"))
                if answer.startswith("2"):
                    self.recipients.append(address)
            case "DATA":
                if self._say(verb, "354 go on").startswith("354"):
                    self._take()
            case "QUIT":
                self._say(verb, "221 bye")
                raise _OverError
            case _:
                self._say(verb, "250 ok")

    def _take(self) -> None:
        lines: list[bytes] = []
        while (line := self.file.readline()) != b".\r\n":
            if not line:
                raise _OverError
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        script = self.server.script["body"]
        refused = bool(script) and script[0][:1] in "45"
        if not refused:
            self.server.mails.append(Mail(tuple(self.recipients), b"".join(lines)))
        self._say("body", "250 2.0.0 queued")


def make_certificate(folder: Path, *, host: str = "127.0.0.1") -> Path:
    """A self-signed certificate with its key, in one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.datetime.now(datetime.UTC)
    address: x509.GeneralName
    try:
        address = x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        address = x509.DNSName(host)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{host}.pem"
    file.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return file
