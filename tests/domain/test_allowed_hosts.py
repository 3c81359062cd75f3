"""Which web services applications may ask, and at which addresses."""

import pytest

from frontdesk.domain.allowed_hosts import Allowed, allowed_of, allows_address, allows_host
from frontdesk.errors import Refused


@pytest.mark.parametrize(
    ("scheme", "host", "port", "may"),
    [
        ("https", "crm.example.com", 443, True),
        ("http", "crm.example.com", 80, True),
        ("https", "CRM.Example.com.", 443, True),
        ("https", "crm.example.com", 8443, False),
        ("https", "example.com", 443, False),
        ("https", "crm.example.com.evil.test", 443, False),
        ("ftp", "crm.example.com", 21, False),
        ("https", "a.shop.test", 443, True),
        ("https", "b.a.shop.test", 443, True),
        ("https", "shop.test", 443, False),
        ("https", "workshop.test", 443, False),
        ("http", "local.test", 8081, True),
        ("http", "local.test", 80, False),
        ("http", "::1", 9000, True),
    ],
)
def test_only_what_is_listed_may_be_asked(scheme: str, host: str, port: int, may: bool) -> None:
    listed = allowed_of(["crm.example.com", "*.shop.test", "local.test:8081", "[::1]:9000"], ())
    assert allows_host(listed, scheme, host, port) is may


def test_nothing_may_be_asked_where_nothing_is_listed() -> None:
    assert not allows_host(Allowed(), "https", "example.com", 443)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34"])
def test_a_public_address_may_be_connected_to(address: str) -> None:
    assert allows_address(Allowed(), address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "0.0.0.0",  # noqa: S104
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "fd00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "2002:7f00:1::",
        "64:ff9b::a9fe:a9fe",
        "2001:0:7f00:1::",
        "no address",
    ],
)
def test_an_address_that_is_not_public_may_not(address: str) -> None:
    assert not allows_address(Allowed(), address)


def test_one_that_is_allowed_itself_may() -> None:
    listed = allowed_of((), ["127.0.0.1", "10.1.0.0/16", "fd00::/8", "169.254.169.254/32"])
    for address in ("127.0.0.1", "::ffff:127.0.0.1", "10.1.2.3", "fd00::1", "169.254.169.254"):
        assert allows_address(listed, address)
    for address in ("127.0.0.2", "10.2.0.1", "fe80::1", "169.254.169.253"):
        assert not allows_address(listed, address)


@pytest.mark.parametrize(
    ("hosts", "networks"),
    [
        (["http://crm.example.com"], []),
        (["crm.example.com/x"], []),
        (["a:99999"], []),
        ([""], []),
        ([], ["localhost"]),
        ([], ["10.1.2.3/8"]),
    ],
)
def test_what_cannot_be_meant_is_told(hosts: list[str], networks: list[str]) -> None:
    with pytest.raises(Refused, match=r"write|ports"):
        allowed_of(hosts, networks)
