"""Messages through Apprise to a service on loopback, with the URL out of the ledger."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from monitor.channels import Letter
from monitor.channels.apprise import AppriseChannel
from monitor.errors import PermanentDeliveryError, TemporaryDeliveryError

apprise = pytest.importorskip("apprise")

# Its services are loaded when first used, and some of them import what Python is about to drop.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


class Service(HTTPServer):
    """Takes what is posted; answers with `status`."""

    def __init__(self) -> None:
        self.got: list[dict[str, str]] = []
        self.status = 200
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: Service

    def do_POST(self) -> None:
        self.server.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def service() -> Iterator[Service]:
    with Service() as service:
        thread = threading.Thread(target=service.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield service
        service.shutdown()
        thread.join()


def letter(to: str) -> Letter:
    return Letter(id="0f" * 16, to=to, subject="可灵", text="over", html="", date=datetime(2025, 11, 21, tzinfo=UTC))


def send(service: Service, to: str = "TEAM_CHAT") -> None:
    url = f"json://user:sesame@127.0.0.1:{service.server_port}/hook"
    channel = AppriseChannel(apprise, {"TEAM_CHAT": url, "NONSENSE": "nonsense"})
    with channel.open() as session:
        session.send(channel.render(letter(to)), to, hand_over=lambda: None)


def test_subject_and_text_arrive(service: Service) -> None:
    send(service)
    (got,) = service.got
    assert (got["title"], got["message"]) == ("可灵", "over")


@pytest.mark.parametrize("to", ["ABSENT", "NONSENSE"])
def test_a_variable_without_a_url_is_named(service: Service, to: str) -> None:
    with pytest.raises(TemporaryDeliveryError, match=to):
        send(service, to)


def test_a_service_that_refuses_is_asked_again_and_the_url_stays_secret(service: Service) -> None:
    service.status = 500
    with pytest.raises(TemporaryDeliveryError, match="TEAM_CHAT") as caught:
        send(service)
    assert "sesame" not in str(caught.value)


def test_a_url_is_no_address(service: Service) -> None:
    with pytest.raises(PermanentDeliveryError, match="environment variable") as caught:
        send(service, "json://user:sesame@127.0.0.1/")
    assert "sesame" not in str(caught.value)
