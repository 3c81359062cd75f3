"""Passwords: what is kept of one, and whether another is the same."""

import base64
import secrets

from argon2 import Parameters, PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

COST: Parameters = RFC_9106_LOW_MEMORY
"""What hashing one takes: tens of MiB, and several cores for a moment."""


def kept_of(password: str) -> str:
    """What is kept of a password; slow, on purpose."""
    return PasswordHasher.from_parameters(COST).hash(password)


def is_right(password: str, kept: str) -> bool:
    """Whether `kept` is of this password; slow, on purpose."""
    try:
        return PasswordHasher.from_parameters(COST).verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False


def kept_of_nobody() -> str:
    """What is the same as of no password there is; finding that out takes as long as with any other.

    Shape:   argon2's encoded form around random bytes, so that making it costs nothing.
    """
    costs = f"m={COST.memory_cost},t={COST.time_cost},p={COST.parallelism}"
    return f"$argon2id$v={COST.version}${costs}${_random(COST.salt_len)}${_random(COST.hash_len)}"


def _random(size: int) -> str:
    return base64.b64encode(secrets.token_bytes(size)).decode().rstrip("=")
