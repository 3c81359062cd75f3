"""`frontdesk chat` over each protocol: where it goes, and that it is the same chat everywhere."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from frontdesk.cli.chat_address import Address, Over, read_address
from frontdesk.errors import Refused
from tests.cli.programs import Program

HOST = "http://chat.example"


@pytest.mark.parametrize(
    ("text", "over", "address"),
    [
        ("chat.example/shop", None, Address("v2", f"{HOST}/genesys/2/chat/shop")),
        ("chat.example/shop", "v2", Address("v2", f"{HOST}/genesys/2/chat/shop")),
        ("chat.example/shop", "v2-cometd", Address("v2-cometd", f"{HOST}/genesys/cometd", "shop")),
        ("chat.example/shop", "v3", Address("v3", f"{HOST}/nexus/v3/chat/sessions", "shop")),
        (f"{HOST}/a/2/chat/shop/", None, Address("v2", f"{HOST}/a/2/chat/shop")),
        (f"{HOST}/a/cometd#shop", None, Address("v2-cometd", f"{HOST}/a/cometd", "shop")),
        (
            f"{HOST}/a/v3/chat/sessions#my%20shop",
            None,
            Address("v3", f"{HOST}/a/v3/chat/sessions", "my shop"),
        ),
    ],
)
def test_an_address_says_where_to_go_and_how(text: str, over: Over | None, address: Address) -> None:
    assert read_address(text, over) == address


@pytest.mark.parametrize(
    ("text", "over"),
    [
        ("ftp://chat.example/shop", None),
        ("chat.example", None),
        ("chat.example/a/b", "v3"),
        (f"{HOST}/genesys/2/chat/shop", "v3"),
        (f"{HOST}/nexus/v3/chat/sessions", None),
        (f"{HOST}/genesys/cometd", "v2-cometd"),
    ],
)
def test_what_names_no_service_is_refused(text: str, over: Over | None) -> None:
    with pytest.raises(Refused):
        read_address(text, over)


def test_a_key_goes_where_the_protocol_has_it() -> None:
    v3 = read_address("chat.example/shop", "v3").options("secret")
    assert v3["transport"]["headers"] == {"x-api-key": "secret"}
    assert read_address("chat.example/shop").options("secret") == {"apikey": "secret"}
    assert read_address("chat.example/shop").options() == {}


@pytest.fixture
def running() -> Iterator[ExitStack]:
    with ExitStack() as programs:
        yield programs


def test_a_visitor_chats_leaves_and_comes_back_over_each(tmp_path: Path, running: ExitStack) -> None:
    def start(*arguments: str) -> Program:
        program = Program(*arguments, folder=tmp_path)
        running.callback(program.interrupt)
        return program

    found = re.search(
        r"http://127\.0\.0\.1:\d+", start("demo", "--port", "0", "--data", "shop").says("frontdesk agent")
    )
    assert found is not None
    where = f"{found[0]}/demo"
    visitors = {over: start("chat", where, "--name", "Kim", "--over", over) for over in ("v2-cometd", "v3")}
    for visitor in visitors.values():
        visitor.says("Hello Kim")
        visitor.types("What does it cost?")
        visitor.says("Everything here costs 10.")
        visitor.types("/quit")
    for over, visitor in visitors.items():
        assert visitor.ends() == 0
        assert f"--over {over} --restore" in visitor.heard
    for over in visitors:
        visitor = start("chat", where, "--over", over, "--restore")
        visitor.says("/quit leaves it open")
        visitor.types("/end")
        visitor.says("The chat has ended.")
        assert visitor.ends() == 0
