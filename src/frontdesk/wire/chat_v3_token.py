"""Chat API version 3: the token that names a session and proves the right to it.

Clients decode its middle part with a decoder that knows only the older alphabet of base64, so that part must
not hold `-` or `_`. Letters and digits never make one.

Source:  chat-api-v3 §3.2; RFC 7519, RFC 7515 for the compact form.
"""

import base64
import binascii
import hmac
from collections.abc import Sequence
from functools import lru_cache

import msgspec
from msgspec import Struct, field

TOKEN_CHARS_MAX = 2000
TOKENS_KEPT_MAX = 20_000  # Those who poll show the same one every few seconds.
ABSENT = ("", "undefined", "null")  # What pages send that have lost their token.


class Claims(Struct, frozen=True, kw_only=True):
    """Who shows it. `position` is the version of the transcript at which delivery to it began."""

    session_id: str = field(name="sessionId")
    transport_id: str = field(name="transportId")
    participant_id: str = field(name="participantId")
    position: int = 0


class _Header(Struct, frozen=True):
    alg: str


_HEADER = base64.urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').rstrip(b"=")
_OLD_LETTERS = bytes.maketrans(b"-_", b"+/")
_encode = msgspec.json.Encoder().encode
_decode_claims = msgspec.json.Decoder(Claims).decode
_decode_header = msgspec.json.Decoder(_Header).decode


def mint(claims: Claims, secret: bytes) -> str:
    """The token that says so, signed."""
    head = _HEADER + b"." + _to_base64(_encode(claims))
    return (head + b"." + _to_base64(_signature(head, secret))).decode("ascii")


def claims_of(token: str, secrets: Sequence[bytes]) -> Claims | None:
    """What a token says, if one of these secrets signed it; else None."""
    if len(token) > TOKEN_CHARS_MAX or not token.isascii():
        return None
    head, dot, signature = token.encode("ascii").rpartition(b".")
    try:
        given = _from_base64(signature)
        if not dot or not any(hmac.compare_digest(given, _signature(head, s)) for s in secrets):
            return None
        kind, _, payload = head.partition(b".")
        if kind != _HEADER and _decode_header(_from_base64(kind)).alg != "HS256":
            return None
        return _decode_claims(_from_base64(payload))
    except (binascii.Error, msgspec.DecodeError):
        return None


class Tokens:
    """Reads tokens, and keeps what was proven of them for as long as they are in use.

    Shape:   what none of our secrets has signed is not kept: strangers would fill the memory with it, and
             drive out what is in use.
    """

    def __init__(self, secrets: Sequence[bytes]) -> None:
        self._secrets = tuple(secrets)
        self._proven = lru_cache(TOKENS_KEPT_MAX)(self._prove)

    def claims(self, token: str) -> Claims | None:
        """What a token says; None when it is absent or not ours."""
        if token in ABSENT:
            return None
        try:
            return self._proven(token)
        except _Unproven:
            return None

    @property
    def kept_count(self) -> int:
        return self._proven.cache_info().currsize

    def _prove(self, token: str) -> Claims:
        claims = claims_of(token, self._secrets)
        if claims is None:
            raise _Unproven
        return claims


class _Unproven(Exception):
    """None of our secrets signed it."""


def _signature(head: bytes, secret: bytes) -> bytes:
    return hmac.digest(secret, head, "sha256")


def _to_base64(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


def _from_base64(text: bytes) -> bytes:
    """Errors: `binascii.Error`."""
    plain = text.translate(_OLD_LETTERS) + b"=" * (-len(text) % 4)
    return binascii.a2b_base64(plain, strict_mode=True)
