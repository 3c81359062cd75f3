"""Which web services may be asked, and at which addresses: what operators allow, and nothing else.

A name on the list is not enough. Whoever answers for the name in DNS decides where it leads, so the address
counts too: one of this machine, of the network around it or of nobody is used only when it is allowed itself.
"""

import re
from collections.abc import Iterable, Iterator
from ipaddress import (
    AddressValueError,
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

from msgspec import Struct

from frontdesk.errors import Refused

DEFAULT_PORTS = {"http": 80, "https": 443}

_ENTRY = re.compile(r"(?P<host>\[[0-9a-f:.]+\]|(?:\*\.)?[a-z0-9_.-]+)(?::(?P<port>[0-9]{1,5}))?")
_TRANSLATED = IPv6Network("64:ff9b::/96")  # IPv4 as a translator shows it, RFC 6052.

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


class Host(Struct, frozen=True):
    """Hosts that may be asked. Shape: `*.example.com` is every name below it; `port` 0 is the usual one."""

    name: str
    port: int = 0


class Allowed(Struct, frozen=True):
    """What may be asked.

    Shape:   `networks` are those that no public service has, and that are meant all the same.
    """

    hosts: tuple[Host, ...] = ()
    networks: tuple[Network, ...] = ()


def allowed_of(hosts: Iterable[str], networks: Iterable[str]) -> Allowed:
    """What operators write: `crm.example.com`, `*.example.com`, `localhost:8081`; `10.1.0.0/16`, `127.0.0.1`.

    Errors:  `Refused("fetch_invalid")` saying what to write.
    """
    return Allowed(tuple(_host(text) for text in hosts), tuple(_network(text) for text in networks))


def _host(text: str) -> Host:
    found = _ENTRY.fullmatch(text.strip().lower())
    if found is None:
        raise Refused(
            "fetch_invalid", f"{text!r}: write a host, such as crm.example.com, and a port if need be"
        )
    port = int(found["port"] or 0)
    if port > 65_535:
        raise Refused("fetch_invalid", f"{text!r}: ports go to 65535")
    return Host(found["host"].strip("[]").removesuffix("."), port)


def _network(text: str) -> Network:
    try:
        return ip_network(text.strip())
    except ValueError:
        raise Refused(
            "fetch_invalid", f"{text!r}: write an address or a network, such as 10.1.0.0/16"
        ) from None


def allows_host(allowed: Allowed, scheme: str, host: str, port: int) -> bool:
    """Whether a service of this name may be asked at this port."""
    name = host.lower().removesuffix(".")
    usual = DEFAULT_PORTS.get(scheme)
    return usual is not None and any(
        _covers(entry.name, name) and port == (entry.port or usual) for entry in allowed.hosts
    )


def _covers(pattern: str, name: str) -> bool:
    return name.endswith(pattern[1:]) and len(name) >= len(pattern) if pattern[0] == "*" else name == pattern


def allows_address(allowed: Allowed, text: str) -> bool:
    """Whether an address may be connected to: a public one, or one that is allowed by itself."""
    try:
        address = ip_address(text.partition("%")[0])
    except (AddressValueError, ValueError):
        return False
    return all(
        (meant.is_global and not meant.is_multicast)
        or any(meant.version == network.version and meant in network for network in allowed.networks)
        for meant in _meant(address)
    )


def _meant(address: Address) -> Iterator[Address]:
    """Where packets to an address end: some of version 6 are only another way to write one of version 4."""
    if isinstance(address, IPv4Address):
        yield address
        return
    if address.ipv4_mapped is not None:
        yield address.ipv4_mapped
        return
    yield from (inner for inner in (address.sixtofour, *(address.teredo or ())) if inner is not None)
    if address in _TRANSLATED:
        yield IPv4Address(int(address) & 0xFFFF_FFFF)
    else:
        yield address
