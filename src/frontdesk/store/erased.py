"""What a stream is called in the entries that outlive it."""

import secrets

ERASED = "erased/"


def erased_name() -> str:
    """A name that says nothing and leads nowhere; a new one each time."""
    return ERASED + secrets.token_hex(16)
