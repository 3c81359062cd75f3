"""What passes between processes of ours: messages, each a length and so many bytes."""

import struct
from collections.abc import Iterator
from typing import BinaryIO

LENGTH = struct.Struct(">I")


def framed(body: bytes) -> bytes:
    """A message as it is written."""
    return LENGTH.pack(len(body)) + body


def messages(pipe: BinaryIO) -> Iterator[bytes]:
    """What comes over a pipe until it is closed; a message that was cut off is none."""
    while len(head := pipe.read(LENGTH.size)) == LENGTH.size:
        (length,) = LENGTH.unpack(head)
        body = pipe.read(length)
        if len(body) < length:
            return
        yield body
