"""Draws that come out the same for the same ids, on every node and in every replay."""

from hashlib import blake2b


def drawn(*ids: str | int) -> int:
    """A number of 64 bits that looks random and follows from the ids alone."""
    return int.from_bytes(blake2b("\n".join(map(str, ids)).encode(), digest_size=8).digest())


def is_drawn(percent: float, *ids: str | int) -> bool:
    """Whether ids are among the `percent` of all. Whoever is so stays so when the share grows."""
    return drawn(*ids) % 10_000 < percent * 100
