"""What the description says of the journey API is true: whatever it allows is answered as it says."""

from collections.abc import AsyncIterator
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

from frontdesk.edges.journey_answers import RESOURCES
from frontdesk.edges.journey_reports import ANALYTICS
from tests.conformance.journey.tracked import BASE, KEY, Tracked, tracked, tracking_in
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
EXAMPLES = 3


@pytest.fixture(scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Tracked]:
    async with tracked(tracking_in(tmp_path_factory.mktemp("described"))) as running:
        yield running


async def test_every_answer_is_as_described(site: Tracked) -> None:
    """With fields as described and with others, of things that are there and of things that are not."""
    segment = await site.segment("/cart")
    map_id = await site.map([segment])
    visitor = site.visitor()
    session = (await visitor.does(path="/cart"))["session"]["id"]
    known = {"actionmaps": map_id, "segments": segment, "sessions": session, "customers": visitor.id}
    description: dict[str, Any] = (
        await site.house.visitors.http.get(f"{site.house.url}/api/openapi.json")
    ).json()
    schema = schemathesis.openapi.from_dict(description)
    operations = [found.ok() for found in schema.get_all_operations()]
    tried = [one for one in operations if one.path.startswith((BASE, ANALYTICS))]
    assert len(tried) > len(known)
    for operation in tried:
        if is_like_another(operation):
            continue
        thing = operation.path.removeprefix(f"{BASE}/").partition("/")[0]
        ids = {"id": known.get(thing, ""), "deploymentId": site.deployment_id}
        await anyio.to_thread.run_sync(try_out, operation, site.house.url, ids)


def is_like_another(operation: APIOperation[Any, Any, Any, Any]) -> bool:
    """What is read, changed and removed goes the same way for every kind; what is made has its own fields."""
    own = operation.path.removeprefix(f"{BASE}/").partition("/{")[0]
    return operation.method.upper() != "POST" and own in RESOURCES.values() and own != "actionmaps"


def try_out(operation: APIOperation[Any, Any, Any, Any], url: str, known: dict[str, str]) -> None:
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
    @given(case=cases, is_there=st.booleans())
    def call(case: Case, is_there: bool) -> None:
        if is_there and operation.method.upper() != "DELETE":
            given = case.path_parameters or {}
            case.path_parameters = {name: known.get(name) or value for name, value in given.items()}
        case.headers = {**(case.headers or {}), "authorization": f"Bearer {KEY}"}
        response = case.call(base_url=url, timeout=PATIENCE_S)
        try:
            case.validate_response(response, checks=CHECKS)
        except FailureGroup as group:  # It is no `Exception`; nothing around a test expects that.
            raise AssertionError(f"{operation.label}: {group}") from group

    call()
