"""Whom an address stands for, where limits count addresses."""

from functools import lru_cache
from ipaddress import IPv6Address, ip_address

REMEMBERED = 10_000
SUBSCRIBER_BITS = 64


def source_of(address: str) -> str:
    """An address as limits count it: IPv6 by its network.

    Shape:   a subscriber has 2⁶⁴ addresses or more, and takes a new one as often as they like. An IPv4
             address in IPv6 clothes is that IPv4 address; what is no address stays as it is.
    Source:  RFC 6177 §2 for what subscribers are given, RFC 4291 §2.5.5.2 for the clothes.
    """
    return _network_of(address) if ":" in address else address


@lru_cache(REMEMBERED)
def _network_of(address: str) -> str:
    try:
        read = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(read, IPv6Address):
        return address
    if read.ipv4_mapped is not None:
        return str(read.ipv4_mapped)
    host_bits = 128 - SUBSCRIBER_BITS
    return f"{IPv6Address(int(read) >> host_bits << host_bits)}/{SUBSCRIBER_BITS}"
