"""The frame that a socket writes by itself is the one that the library would write."""

import pytest
from websockets.frames import Frame, Opcode

from frontdesk.edges.socket_connection import text_frame


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65_535, 65_536, 200_000])
def test_a_text_is_framed_as_the_library_does(size: int) -> None:
    text = b"x" * size

    assert text_frame(text) == Frame(Opcode.TEXT, text).serialize(mask=False)
