"""An application like those that designers' tools generate: two regions, includes, one target block."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from frontdesk.scxml.memory import Status
from frontdesk.scxml.model import Machine
from frontdesk.scxml.outputs import Finished, Requested
from frontdesk.scxml.packed import unpack
from frontdesk.scxml.reading import files_of, load
from frontdesk.scxml.rehearsal import Rehearsal
from tests.scxml.answering import Answer, Answering, event

FOLDER = Path(__file__).parent / "composed"
AGENT = {"type": "A", "agent": "amy"}


def application() -> Machine:
    """The document with all that it takes in, as it would be uploaded."""
    texts = {str(path.relative_to(FOLDER)): path.read_bytes() for path in FOLDER.rglob("*.*")}
    return load(texts["Main.scxml"], "Main.scxml", files_of(texts))


class Desk:
    """A queue in which somebody is free at the `free_at`-th asking, and agents that always answer."""

    def __init__(self, free_at: int = 1) -> None:
        self._free_at = free_at
        self._asked = 0
        self._chat: dict[str, object] = {
            "g_uid": "chat-1",
            "category": "chat",
            "udata": {},
            "parties": {},
            "controlled": True,
        }

    def seen(self, **changes: object) -> dict[str, Any]:
        self._chat |= changes
        return {"chat-1": dict(self._chat)}

    def answers(self, request: Requested, asked: dict[str, Any]) -> Sequence[Answer]:
        said = {"requestid": request.id, "interactionid": "chat-1"}
        match request.module, request.action:
            case "interaction", "setudata":
                mirror = self.seen(udata=asked["changes"])
                changed = event("interaction.udata.changed", mirror, interactionid="chat-1")
                return [(20, changed)]
            case "queue", "submit":
                self._asked += 1
                queued = event("queue.submit.requestid", requestid=request.id)
                if self._asked < self._free_at:
                    late = event(
                        "error.queue.submit", None, **said, error="timeout", description="nobody is free"
                    )
                    return [(0, queued), (asked["timeout"] * 1000, late)]
                done = event("queue.submit.done", None, **said, resource=AGENT, vqselected=asked["queue"])
                return [(0, queued), (4000, done)]
            case "interaction", "redirect":
                mirror = self.seen(controlled=False)
                leaves = event(
                    "interaction.notcontrolled", mirror, interactionid="chat-1", resultof="routing"
                )
                return [(0, leaves), (2500, event("interaction.redirect.done", None, **said))]
            case "interaction", "terminate":
                return [(0, event("interaction.terminate.done", None, **said))]
            case other:
                raise AssertionError(f"nobody expected {other}")


def run(desk: Desk, *, is_resting: bool = False) -> Answering:
    """The application with one chat, until all is over."""
    stage = Rehearsal(is_resting=is_resting)
    running = Answering(stage, desk.answers)
    stage.start(application(), "s")
    added = event("interaction.added", desk.seen(controlled=False), interactionid="chat-1")
    running.send("s", added, event("interaction.present", desk.seen(controlled=True), interactionid="chat-1"))
    running.pass_time(600_000)
    return running


def story(running: Answering) -> list[str]:
    return [f"{request.module}.{request.action}" for request in running.requests]


@pytest.mark.parametrize("is_resting", [False, True], ids=["awake", "resting"])
def test_the_application_finds_somebody_and_ends(is_resting: bool) -> None:
    running = run(Desk(), is_resting=is_resting)
    session = running.stage.sessions["s"]
    assert (session.status, session.active_atomic[-1]) == (Status.FINISHED, "ended")
    assert story(running) == ["interaction.setudata", "queue.submit", "interaction.redirect"]
    assert unpack(running.requests[1].attributes) == {
        "interactionid": "chat-1",
        "queue": "vq_sales",
        "priority": 5,
        "timeout": 30,
        "route": False,
        "clearontimeout": True,
        "ordertype": "max",
        "orderstat": "StatTimeInReadyState",
        "targets": [
            {
                "type": "agentgroup",
                "items": [
                    {"kind": "target", "name": "Sales", "statserver": "stat"},
                    {"kind": "target", "type": "skill", "skillexpr": "Sales > 3"},
                ],
            }
        ],
        "treatments": [{"kind": "playsound", "type": "music", "duration": 20}],
    }
    assert unpack(running.requests[2].attributes)["to"] == {**AGENT, "via": "vq_sales"}
    assert [log.text for log in running.stage.logged("s")] == ["chat-1 of chat", "on its way"]
    (done,) = (told.output for told in running.stage.told if isinstance(told.output, Finished))
    assert unpack(done.data) == {"attempts": 0, "same": 2}


@pytest.mark.parametrize("is_resting", [False, True], ids=["awake", "resting"])
def test_it_asks_again_with_less_and_longer(is_resting: bool) -> None:
    running = run(Desk(free_at=3), is_resting=is_resting)
    submits = [unpack(request.attributes) for request in running.requests if request.action == "submit"]
    assert [submit["timeout"] for submit in submits] == [30, 60, 60]
    assert [submit["targets"][0]["items"][1]["skillexpr"] for submit in submits] == [
        "Sales > 3",
        "Sales > 2",
        "Sales > 1",
    ]
    assert len({request.id for request in running.requests}) == len(running.requests)
    assert running.stage.sessions["s"].active_atomic[-1] == "ended"


def test_when_nobody_is_found_it_ends_the_chat_on_its_way_out() -> None:
    running = run(Desk(free_at=9))
    assert story(running)[-2:] == ["queue.submit", "interaction.terminate"]
    assert unpack(running.requests[-1].attributes) == {"interactionid": "chat-1", "reason": "nobody"}
    assert running.stage.sessions["s"].status is Status.FINISHED
    saved = running.stage.logged("s")[-1].text
    assert 'error:"timeout"' in saved


def test_the_end_of_the_chat_ends_it_wherever_it_is() -> None:
    desk = Desk(free_at=9)
    stage = Rehearsal()
    running = Answering(stage, desk.answers)
    stage.start(application(), "s")
    running.send("s", event("interaction.added", desk.seen(), interactionid="chat-1"))
    running.send("s", event("interaction.present", desk.seen(), interactionid="chat-1"))
    running.pass_time(10_000)
    running.send(
        "s", event("interaction.deleted", {"chat-1": None}, interactionid="chat-1", resultof="deletion")
    )
    assert stage.sessions["s"].status is Status.FINISHED
    assert stage.logged("s")[-1].text == "gone by deletion"
