"""New ids and keys, and how a key is compared.

Every id is of `[A-Za-z0-9]`, because existing clients put them unquoted into markup and unescaped into
addresses (chat-api-v2 §3). Ids that begin with the time keep a database's newest rows together; what
grants something is 128 random bits.
"""

import hashlib
import hmac
import secrets

_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_STREAM = "interaction/"
KEY_BYTES = 16


def new_id(now_ms: int) -> str:
    """A name that nobody has used: ten characters of time, ten at random."""
    number = (now_ms << 50) | secrets.randbits(50)
    return "".join(_DIGITS[number >> shift & 31] for shift in range(95, -1, -5))


def new_key(interaction_id: str = "") -> str:
    """A secret of 128 random bits, and the name of what it opens: some clients show nothing but the key."""
    return secrets.token_hex(KEY_BYTES) + interaction_id


def opened_by(key: str) -> str:
    """The interaction that a key names. Whether it opens it is another question: anybody can write a name."""
    return key[2 * KEY_BYTES :]


def hash_key(key: str) -> str:
    """What is stored of a secret: keys are random, so a plain digest keeps them."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def is_key(key: str, key_hash: str) -> bool:
    """Whether `key` is the one behind `key_hash`, in constant time."""
    return hmac.compare_digest(hash_key(key), key_hash)


def stream_of(interaction_id: str) -> str:
    return _STREAM + interaction_id


def interaction_of(stream: str) -> str | None:
    """The interaction whose stream this is, or None when it is something else's."""
    return stream[len(_STREAM) :] if stream.startswith(_STREAM) else None
