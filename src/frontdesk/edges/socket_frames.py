"""WebSocket frames as bytes: where one ends, the text of one that is a whole message, and how it is made.

What is none of these is for the library to judge.

Source:  RFC 6455 §5.2. No extension is ever agreed on that would change it.
"""

import struct

from websockets.frames import apply_mask  # type: ignore[attr-defined]  # The fast one, where it was built.

WHOLE_TEXT = 0x81  # The last frame of a message, and its first: text.
MASKED = 0x80
MEDIUM, LONG = 126, 127  # What stands for a size when it follows, in two bytes or in eight.
MASK_BYTES = 4

_MEDIUM = struct.Struct("!BBH").pack
_LONG = struct.Struct("!BBQ").pack


def text_frame(text: bytes) -> bytes:
    """A whole text message as a server sends it: in one frame, not masked."""
    size = len(text)
    if size < MEDIUM:
        return bytes((WHOLE_TEXT, size)) + text
    return (_MEDIUM(WHOLE_TEXT, MEDIUM, size) if size < 65536 else _LONG(WHOLE_TEXT, LONG, size)) + text


def frame_end(data: bytes, start: int) -> int:
    """Where the frame ends that begins at `start`, perhaps beyond `data`; -1 when its head is not whole."""
    if len(data) < start + 2:
        return -1
    size, end = data[start + 1], start + 2
    if size >= MASKED:
        size, end = size - MASKED, end + MASK_BYTES
    if size < MEDIUM:
        return end + size
    more = 2 if size == MEDIUM else 8
    if len(data) < start + 2 + more:
        return -1
    return end + more + int.from_bytes(data[start + 2 : start + 2 + more], "big")


def whole_text(data: bytes, start: int, end: int) -> bytes | None:
    """The text between, when it is a message in one frame as clients send them, and not a long one.

    Shape:   it may yet be no UTF-8.
    """
    size = data[start + 1]
    if data[start] != WHOLE_TEXT or size < MASKED or size == MASKED + LONG or end > len(data):
        return None
    first = start + (2 if size < MASKED + MEDIUM else 4) + MASK_BYTES
    text: bytes = apply_mask(data[first:end], data[first - MASK_BYTES : first])
    return text


def is_utf8(text: bytes) -> bool:
    """Whether it is a text at all."""
    if text.isascii():
        return True
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True
