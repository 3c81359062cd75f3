"""The description of the API is true: whatever it allows is answered as it says, and never with a fault."""

from dataclasses import dataclass
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
from tests.conformance.cometd import Bayeux
from tests.conformance.house import House
from tests.conformance.v2 import Chat
from tests.conformance.v3 import Visit, site_of
from tests.fuzz.conftest import PROGRAM_KEY
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
PATHS = describe("/genesys", "/nexus", has_cometd=True, has_programs=True, has_uploads=True)["paths"]
OPERATIONS = [f"{method.upper()} {path}" for path, item in PATHS.items() for method in item]
EXAMPLES = 15


async def description(house: House) -> dict[str, Any]:
    """As the running server gives it."""
    found: dict[str, Any] = (await house.visitors.http.get(f"{house.url}/api/openapi.json")).json()
    return found


async def test_the_description_is_valid_openapi(described_house: House) -> None:
    schemathesis.openapi.from_dict(await description(described_house)).validate()


@pytest.mark.parametrize("label", OPERATIONS)
async def test_every_answer_is_as_described(described_house: House, label: str) -> None:
    """With fields as described and with others, on a chat that is there and on chats that are not."""
    schema = schemathesis.openapi.from_dict(await description(described_house))
    (operation,) = [found.ok() for found in schema.get_all_operations() if found.ok().label == label]
    chat = await described_house.visitors.start()
    async with site_of(described_house.url) as site:
        visit = await site.visit()
    client = Bayeux(described_house.url, described_house.visitors.http)
    await client.shake()
    session_id = await described_house.server.orchestration.sessions.start("answers")
    visitor = Visitor(chat, visit, client, session_id)
    await anyio.to_thread.run_sync(try_out, operation, described_house.url, visitor)
    if not label.endswith("/disconnect"):
        assert not (await chat.refresh()).ok().has_ended


@dataclass
class Visitor:
    """Somebody with a chat of each version, a name at the CometD door, and a session of an application."""

    chat: Chat
    visit: Visit
    client: Bayeux
    session_id: str


def try_out(operation: APIOperation[Any, Any, Any, Any], url: str, visitor: Visitor) -> None:
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
            as_the_visitor(case, visitor)
        response = case.call(base_url=url, timeout=PATIENCE_S)
        try:
            case.validate_response(response, checks=CHECKS)
        except FailureGroup as group:  # It is no `Exception`; nothing around a test expects that.
            raise AssertionError(str(group)) from group

    call()


def as_the_visitor(case: Case, visitor: Visitor) -> None:
    """The same call, by somebody who has the right to it."""
    chat, visit, client = visitor.chat, visitor.visit, visitor.client
    known = {
        "serviceName": chat.service,
        "chatId": chat.chat_id,
        "sessionId": visit.session_id,
        "session_id": visitor.session_id,
        "participantId": visit.participant_id,
    }
    case.path_parameters = {
        name: known.get(name, value) for name, value in (case.path_parameters or {}).items()
    }
    if isinstance(case.body, dict) and "chatId" in case.path_parameters:
        case.body = {**case.body, "secureKey": chat.secure_key, "userId": ""}
    elif isinstance(case.body, dict) and "secureKey" in case.body:
        case.body = {**case.body, "chatId": chat.chat_id, "secureKey": chat.secure_key}
    elif isinstance(case.body, dict) and "channel" in case.body:
        case.body = {**case.body, "channel": client.channel, "clientId": client.client_id}
    if case.path.startswith("/scxml"):
        case.headers = {**(case.headers or {}), "x-api-key": PROGRAM_KEY}
    if "sessionId" in case.path_parameters:
        case.headers = {**(case.headers or {}), "x-nexus-client-key": visit.token}
