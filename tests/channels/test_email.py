"""Mails as they go over the wire, to a mail server that behaves and to many that do not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mailserver import CLOSE, HANG, ScriptedServer, make_certificate

from monitor.channels import Letter
from monitor.channels.email import EmailChannel, MailServer
from monitor.errors import PermanentDeliveryError, TemporaryDeliveryError, UncertainDeliveryError

SENDER = "Keling Monitor <monitor@example.org>"


def letter(**fields: object) -> Letter:
    plain: dict[str, object] = {
        "id": "0f" * 16,
        "to": "analyst@example.com",
        "subject": "Keling revenue, Q3 2025: over CNY 300 million — new",
        "text": "可灵AI收入超过3亿元\n.\n..\nover\n",
        "html": "<p>可灵AI收入超过3亿元</p>",
        "date": datetime(2025, 11, 21, 1, 2, 3, tzinfo=UTC),
    }
    return Letter(**(plain | fields))  # type: ignore[arg-type]


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as server:
        yield server


def channel(server: ScriptedServer, **fields: object) -> EmailChannel:
    plain: dict[str, object] = {"host": "127.0.0.1", "port": server.port, "sender": SENDER, "timeout": 20}
    return EmailChannel(MailServer(**(plain | fields)))  # type: ignore[arg-type]


def send(channel: EmailChannel, *letters: Letter) -> list[str]:
    """Send in one session; gives the answers. Each letter must be handed over once."""
    handed: list[str] = []
    with channel.open() as session:
        answers = [
            session.send(channel.render(each), each.to, hand_over=lambda each=each: handed.append(each.to))
            for each in letters
        ]
    assert handed == [each.to for each in letters]
    return answers


def test_a_mail_arrives_as_it_was_rendered(server: ScriptedServer) -> None:
    mail = letter(thread="ab" * 8)
    assert send(channel(server), mail) == ["250 2.0.0 queued"]
    (arrived,) = server.mails
    assert arrived.content == channel(server).render(mail)
    assert arrived.recipients == ("analyst@example.com",)
    message = arrived.message
    assert message["Message-ID"] == f"<{'0f' * 16}@example.org>"
    assert message["References"] == message["In-Reply-To"] == f"<{'ab' * 8}@example.org>"
    assert message["Date"] == "Fri, 21 Nov 2025 01:02:03 +0000"
    assert message["List-Id"] == "Keling Monitor <alerts.example.org>"
    assert message["Auto-Submitted"] == "auto-generated"
    text, page = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert page is not None
    assert text.get_content().replace("\r\n", "\n") == mail.text
    assert page.get_content().strip() == mail.html
    assert max(map(len, arrived.content.split(b"\r\n"))) <= 998


def test_a_session_sends_many_mails_over_one_connection(server: ScriptedServer) -> None:
    send(channel(server), *(letter(to=f"{name}@example.com") for name in "abc"))
    assert server.connections == 1
    assert [mail.recipients for mail in server.mails] == [(f"{name}@example.com",) for name in "abc"]


@settings(max_examples=50, deadline=None)
@given(subject=st.text(st.characters(exclude_categories=("C", "Zl", "Zp")), min_size=1, max_size=300), body=st.text())
def test_subject_and_text_come_back_as_they_were(subject: str, body: str) -> None:
    subject = " ".join(subject.split())
    mail = EmailChannel(MailServer(host="", port=25, sender=SENDER)).render(letter(subject=subject))
    message = message_from_bytes(mail, policy=policy.default)
    assert str(message["Subject"]) == subject
    assert set(message.keys()) == KNOWN


KNOWN = {
    "From", "To", "Subject", "Date", "Message-ID", "List-Id", "List-Post", "List-Unsubscribe", "Auto-Submitted",
    "MIME-Version", "Content-Type",
}  # fmt: skip


@pytest.mark.parametrize("field", ["subject", "to"])
def test_nothing_gets_into_the_headers(field: str, server: ScriptedServer) -> None:
    with pytest.raises(PermanentDeliveryError):
        channel(server).render(letter(**{field: "x@example.com\r\nBcc: thief@example.com"}))


@pytest.mark.parametrize("address", ["", "nobody", "@example.com", "a@b c.example", "a@", "可灵@example.com", "a@b@c"])
def test_what_is_no_address_is_refused_for_good(address: str, server: ScriptedServer) -> None:
    with pytest.raises(PermanentDeliveryError, match="mail address"):
        channel(server).render(letter(to=address))
    assert server.connections == 0


def test_names_and_foreign_domains_are_understood(server: ScriptedServer) -> None:
    send(channel(server), letter(to="Ann Alyst <ann@bücher.example>"))
    assert server.mails[0].recipients == ("ann@xn--bcher-kva.example",)


#: Script, error, words of the message, whether the server has the mail.
FAILURES = {
    "banner refuses": ({"connect": "554 go away"}, TemporaryDeliveryError, "554 go away", False),
    "banner closes": ({"connect": CLOSE}, TemporaryDeliveryError, "no session", False),
    "banner hangs": ({"connect": HANG}, TemporaryDeliveryError, "timed out", False),
    "banner is nonsense": ({"connect": "HTTP/1.1 400 Bad Request"}, TemporaryDeliveryError, "not SMTP", False),
    "hello hangs": ({"EHLO": HANG}, TemporaryDeliveryError, "timed out", False),
    "sender refused": ({"MAIL": "550 5.7.1 not yours"}, TemporaryDeliveryError, "550 5.7.1 not yours", False),
    "too large": ({"MAIL": "552 too large"}, PermanentDeliveryError, "552 too large", False),
    "recipient unknown": ({"RCPT": "550 5.1.1 no such user"}, PermanentDeliveryError, "550 5.1.1 no such", False),
    "recipient busy": ({"RCPT": "451 greylisted"}, TemporaryDeliveryError, "451 greylisted", False),
    "recipient hangs": ({"RCPT": HANG}, TemporaryDeliveryError, "timed out", False),
    "recipient nonsense": ({"RCPT": "hello there"}, TemporaryDeliveryError, "not SMTP: 'o there'", False),
    "data refused": ({"DATA": "554 no"}, PermanentDeliveryError, "554 no", False),
    "data closes": ({"DATA": CLOSE}, TemporaryDeliveryError, "before the mail was handed over", False),
    "mail busy": ({"body": "452 disk full"}, TemporaryDeliveryError, "452 disk full", False),
    "mail refused": ({"body": "554 spam"}, PermanentDeliveryError, "554 spam", False),
    "answer hangs": ({"body": HANG}, UncertainDeliveryError, "no answer to the mail: timed out", True),
    "answer closes": ({"body": CLOSE}, UncertainDeliveryError, "no answer to the mail", True),
    "answer is nonsense": ({"body": "?" * 5000}, UncertainDeliveryError, "", True),
}


@pytest.mark.parametrize(("script", "kind", "words", "taken"), FAILURES.values(), ids=FAILURES.keys())
def test_each_failure_says_what_it_means(
    server: ScriptedServer, script: dict[str, str], kind: type[Exception], words: str, taken: bool
) -> None:
    for verb, answer in script.items():
        server.script[verb].append(answer)
    handed: list[bool] = []
    # Long enough for a busy machine to get as far as the script's silence.
    with channel(server, timeout=1 if HANG in script.values() else 20).open() as session, pytest.raises(kind) as caught:
        session.send(channel(server).render(letter()), "a@example.com", hand_over=lambda: handed.append(True))
    assert f"127.0.0.1:{server.port}" in str(caught.value)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500
    assert bool(server.mails) is taken
    assert bool(handed) is (taken or "body" in script)


def test_a_refused_recipient_leaves_the_session_open_for_the_next(server: ScriptedServer) -> None:
    server.refused["b@example.com"] = "550 no such user"
    to = channel(server)
    with to.open() as session:
        for name in "abc":
            mail = letter(to=f"{name}@example.com")
            if name == "b":
                with pytest.raises(PermanentDeliveryError):
                    session.send(to.render(mail), mail.to, hand_over=lambda: None)
            else:
                session.send(to.render(mail), mail.to, hand_over=lambda: None)
    assert server.connections == 1
    assert [mail.recipients for mail in server.mails] == [("a@example.com",), ("c@example.com",)]


def test_a_server_that_is_down_is_asked_once_a_session(server: ScriptedServer) -> None:
    server.script["connect"].extend([HANG, HANG])
    with channel(server, timeout=1).open() as session:
        for _ in range(2):
            with pytest.raises(TemporaryDeliveryError):
                session.send(channel(server).render(letter()), "a@example.com", hand_over=lambda: None)
    assert server.connections == 1


def test_what_hand_over_raises_takes_the_mail_back(server: ScriptedServer) -> None:
    def full() -> None:
        raise OSError(28, "No space left on device")

    with channel(server).open() as session, pytest.raises(TemporaryDeliveryError, match="no space left"):
        session.send(channel(server).render(letter()), "a@example.com", hand_over=full)
    assert server.mails == []


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_encrypted_with_login(security: str, tmp_path: Path) -> None:
    pem = make_certificate(tmp_path)
    with ScriptedServer(security=security, certificate=pem, login=("ann", "sesame")) as server:
        secure = channel(server, security=security, ca_file=pem, username="ann", password="sesame")
        send(secure, letter())
        assert server.logins == [("ann", "sesame")]
        assert len(server.mails) == 1


def test_a_wrong_password_is_temporary_and_stays_secret(tmp_path: Path) -> None:
    pem = make_certificate(tmp_path)
    with ScriptedServer(security="starttls", certificate=pem, login=("ann", "sesame")) as server:
        secure = channel(server, security="starttls", ca_file=pem, username="ann", password="hush-hush")
        with pytest.raises(TemporaryDeliveryError, match="login as 'ann' refused: 535") as caught:
            send(secure, letter())
        # The server repeats what it refuses, in clear and in base64.
        assert "hush" not in str(caught.value)
        assert "YW5u" not in str(caught.value)
        assert caught.value.__cause__ is None
        assert "hush" not in repr(secure._server)


@pytest.mark.parametrize(
    ("security", "host", "trusted", "words"),
    [("starttls", "127.0.0.1", False, "certificate"), ("tls", "mail.example.net", True, "certificate")],
    ids=["unknown issuer", "other host"],
)
def test_a_wrong_certificate_gets_no_mail(security: str, host: str, trusted: bool, words: str, tmp_path: Path) -> None:
    pem = make_certificate(tmp_path, host=host)
    with ScriptedServer(security=security, certificate=pem) as server:
        secure = channel(server, security=security, ca_file=pem if trusted else None)
        with pytest.raises(TemporaryDeliveryError, match=words):
            send(secure, letter())
        assert server.mails == []


def test_no_mail_without_the_encryption_asked_for(server: ScriptedServer) -> None:
    with pytest.raises(TemporaryDeliveryError, match="offers no STARTTLS"):
        send(channel(server, security="starttls"), letter())
    with pytest.raises(TemporaryDeliveryError):
        send(channel(server, security="tls"), letter())
    assert server.mails == []


def test_no_password_in_clear_to_another_machine() -> None:
    far = EmailChannel(MailServer(host="mail.invalid", port=25, username="ann", password="sesame", sender=SENDER))
    with pytest.raises(TemporaryDeliveryError, match="in clear"):
        send(far, letter())
