"""What agents are told, and what of a visitor they are not."""

import json

import msgspec

from frontdesk.domain.evolving import evolve
from frontdesk.domain.interaction import Interaction
from frontdesk.wire import workspace
from tests.domain.story import MIRA

SECRET = "c0000000-0000-4000-8000-000000000001"
DATA = {"journeyContext": json.dumps({"customer": {"id": SECRET}}), "order": "4711"}
STARTED = msgspec.structs.replace(MIRA, user_data=DATA, address="192.0.2.7", key_hash="of a key")
STATE = evolve(Interaction(), STARTED, 1)


def test_nobody_reads_by_which_ids_a_visitor_speaks_to_journeys() -> None:
    told = (
        workspace.invited("i1", STATE, 2, 1),
        workspace.interaction("i1", STATE, 2, sees_silent=False),
        workspace.event("i1", 1, 1, msgspec.json.encode(STARTED)),
    )
    for message in told:
        read = json.loads(message)
        assert read.get("event", read)["user_data"] == {"journeyContext": "{}", "order": "4711"}
        assert SECRET not in message.decode()
    assert STATE.user_data == DATA


def test_nor_from_where_they_write_and_what_proves_who_they_are() -> None:
    told = workspace.event("i1", 1, 1, msgspec.json.encode(STARTED)).decode()
    assert "192.0.2.7" not in told
    assert "of a key" not in told
