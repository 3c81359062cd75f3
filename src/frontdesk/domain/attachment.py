"""A file that comes or goes with a mail."""

from msgspec import Struct


class Attachment(Struct, frozen=True):
    """The file. Shape: `media_type` is what its first bytes say, where somebody has looked at them."""

    name: str
    content: bytes
    media_type: str = "application/octet-stream"
