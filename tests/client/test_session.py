"""A session takes whatever a server says, and keeps its secrets."""

from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from frontdesk.client.bus import CommandRejected
from frontdesk.client.saved_session import load, save
from frontdesk.client.session import Eyes, Session
from frontdesk.client.state_store import MemoryStorage, StateStore
from frontdesk.client.transport import Answer, Credentials, Outcome

ADA = Credentials(session_id="CHAT1", secure_key="the key", user_id="U1", alias="1")

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
kinds = st.sampled_from(
    [
        "Message",
        "ParticipantJoined",
        "ParticipantLeft",
        "TypingStarted",
        "FileUploaded",
        "PushUrl",
        "Notice",
        "",
    ]
)
parties = st.fixed_dictionaries(
    {},
    optional={
        "nickname": st.text() | anything,
        "participantId": st.integers(1, 3) | st.text(max_size=3),
        "type": st.sampled_from(["Client", "Agent", "Supervisor", "External", "Bot", "Customer"]) | anything,
    },
)
events = st.fixed_dictionaries(
    {},
    optional={
        "index": st.integers(1, 6) | anything,
        "type": kinds | anything,
        "from": parties | anything,
        "text": st.text() | anything,
        "utcTime": st.integers() | anything,
        "userData": anything,
        "eventAttributes": anything,
        "html": anything,
    },
)
answers = st.builds(
    lambda many: Answer(outcome=Outcome.DONE, response={}, events=many), st.lists(events, max_size=6)
)


@settings(deadline=None)
@given(st.lists(answers, max_size=5))
def test_whatever_comes_each_index_is_told_once_and_the_position_never_goes_back(said: list[Answer]) -> None:
    session = Session(ADA, Eyes())
    positions, received = [session.position], list[dict[str, Any]]()
    for answer in said:
        told = session.take(answer)
        received += [
            message
            for one in told
            if one.name == "messageReceived"
            for message in (one.data or {})["messages"]
        ]
        positions.append(session.position)
    indexes = [message["index"] for message in received]
    assert len(indexes) == len(set(indexes))
    assert positions == sorted(positions)
    assert all(position > index for position in positions[-1:] for index in indexes)
    assert received == session.messages
    assert len(session.originals) == len(session.messages)
    assert not any("html" in message for message in received)
    assert 0 <= session.people.connected <= len(session.people.agents)


@settings(deadline=None)
@given(st.lists(answers, max_size=4), st.data())
def test_it_does_not_matter_in_how_many_answers_the_same_events_come(
    said: list[Answer], data: st.DataObject
) -> None:
    all_at_once, piecemeal = Session(ADA, Eyes()), Session(ADA, Eyes())
    everything = [event for answer in said for event in answer.events]
    all_at_once.take(Answer(outcome=Outcome.DONE, response={}, events=everything))
    for answer in said:
        piecemeal.take(answer)
        if data.draw(st.booleans(), label="the answer came twice"):
            piecemeal.take(answer)
    assert piecemeal.messages == all_at_once.messages
    assert piecemeal.people.agents == all_at_once.people.agents


@given(anything)
def test_kept_state_that_makes_no_sense_is_no_session(nonsense: object) -> None:
    storage = MemoryStorage()
    store = StateStore(storage)
    save(store, ADA, now_ms=5, next_index=2, filters=[])
    kept = load(store)
    assert kept is not None
    assert (kept.credentials, kept.ping_ms) == (ADA, 5)
    for name in ("session", "keys", "ping", "filters"):
        damaged = StateStore(storage)
        damaged.set(f"_genesys.widgets.webchat.state.{name}", nonsense)
        again = load(damaged)
        assert again is None or again.credentials.session_id


def test_the_key_of_a_session_shows_up_in_no_text_about_it() -> None:
    answer = Answer(
        outcome=Outcome.REFUSED, response={"statusCode": 2, "secureKey": "the key"}, credentials=ADA
    )
    assert "the key" not in repr(ADA) + repr(answer.credentials)
    assert "the key" not in str(CommandRejected(answer.response))
    errors = [{"code": 249, "advice": "no such session"}]
    assert str(CommandRejected({"secureKey": "the key", "errors": errors})) == "no such session (249)"
    assert msgspec.structs.asdict(ADA)["secure_key"] == "the key"
