"""What a program that installed the package can count on."""

from importlib.resources import files

import pytest

import frontdesk.client

VISITORS = ["ChatFailed", "ChatService", "ChatSession", "Client", "ErrorCode", "WebChat", "WebChatService"]


@pytest.mark.parametrize("name", VISITORS)
def test_what_a_visitors_program_needs_has_a_short_way_in(name: str) -> None:
    assert name in frontdesk.client.__all__
    assert hasattr(frontdesk.client, name)


def test_type_checkers_believe_our_types() -> None:
    assert files("frontdesk").joinpath("py.typed").is_file()
