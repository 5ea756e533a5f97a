from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from monitor.demo.site import Site
from monitor.guard import is_public, may_reach


@pytest.mark.parametrize(
    "address",
    ["93.184.216.34", "1.1.1.1", "203.208.40.1", "2606:4700::6810:84e5", "64:ff9b::5db8:d822", "::ffff:93.184.216.34"],
)
def test_the_public_internet_is_reached(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.1.2.3",
        "0.0.0.0",
        "10.0.0.7",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fc00::1",
        "ff02::1",
        # IPv4 in IPv6: mapped, 6to4, NAT64.
        "::ffff:127.0.0.1",
        "2002:7f00:1::",
        "64:ff9b::a00:7",
    ],
)
def test_private_addresses_are_not(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.7", "::1", "fc00::1", "::ffff:192.168.1.1"])
def test_a_source_may_live_on_a_private_address(address: str) -> None:
    assert may_reach(address, private=True)
    assert not may_reach(address, private=False)


@pytest.mark.parametrize("address", ["169.254.169.254", "fe80::1%eth0", "::ffff:169.254.1.1", "64:ff9b::a9fe:a9fe"])
def test_no_source_lives_on_a_link(address: str) -> None:
    assert not may_reach(address, private=True)


def test_a_machine_that_stands_still_closes_connections_quietly() -> None:
    """Its timer and the end of the last connection come in one turn of the loop."""
    script = Path(__file__).with_name("closing.py")
    with Site() as site:
        site.put("/page.html", "<p>Nothing new.</p>")
        done = subprocess.run(
            [sys.executable, script, site.url("/page.html")], capture_output=True, text=True, timeout=60, check=True
        )
    assert done.stdout.split() == ["200"]
    assert "Traceback" not in done.stderr
