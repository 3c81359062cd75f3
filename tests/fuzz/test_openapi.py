"""The description of the API is true: whatever it allows is answered as it says, and never with a fault."""

from typing import Any

import anyio.to_thread
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from frontdesk.edges.openapi import describe
from tests.conformance.house import House
from tests.conformance.v2 import Chat
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
OPERATIONS = [
    f"{method.upper()} {path}" for path, item in describe("/genesys")["paths"].items() for method in item
]
EXAMPLES = 15


async def description(house: House) -> dict[str, Any]:
    """As the running server gives it."""
    found: dict[str, Any] = (await house.visitors.http.get(f"{house.url}/api/openapi.json")).json()
    return found


async def test_the_description_is_valid_openapi(shared_house: House) -> None:
    schemathesis.openapi.from_dict(await description(shared_house)).validate()


@pytest.mark.parametrize("label", OPERATIONS)
async def test_every_answer_is_as_described(shared_house: House, label: str) -> None:
    """With fields as described and with others, on a chat that is there and on chats that are not."""
    schema = schemathesis.openapi.from_dict(await description(shared_house))
    (operation,) = [found.ok() for found in schema.get_all_operations() if found.ok().label == label]
    chat = await shared_house.visitors.start()
    await anyio.to_thread.run_sync(try_out, operation, shared_house.url, chat)
    if not label.endswith("/disconnect"):
        assert not (await chat.refresh()).ok().has_ended


def try_out(operation: APIOperation[Any, Any, Any, Any], url: str, chat: Chat) -> None:
    """Call an operation in many ways; schemathesis speaks to the server from a thread."""
    modes = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    cases = st.one_of([operation.as_strategy(generation_mode=mode) for mode in modes])

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases, is_own=st.booleans())
    def call(case: Case, is_own: bool) -> None:
        if is_own:
            as_the_visitor(case, chat)
        response = case.call(base_url=url, timeout=PATIENCE_S)
        try:
            case.validate_response(response, checks=CHECKS)
        except FailureGroup as group:  # It is no `Exception`; nothing around a test expects that.
            raise AssertionError(str(group)) from group

    call()


def as_the_visitor(case: Case, chat: Chat) -> None:
    """The same call, by somebody who has the right to it."""
    known = {"serviceName": chat.service, "chatId": chat.chat_id}
    case.path_parameters = {
        name: known.get(name, value) for name, value in (case.path_parameters or {}).items()
    }
    if isinstance(case.body, dict) and "chatId" in case.path_parameters:
        case.body = {**case.body, "secureKey": chat.secure_key, "userId": ""}
