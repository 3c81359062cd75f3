"""What sessions are told of what they submitted."""

import pytest
from msgspec.structs import replace

from frontdesk.domain.asks import Aim
from frontdesk.domain.commands import Accept, Decline, End, Join, Leave
from frontdesk.domain.events import Kind, Owned, Released
from frontdesk.domain.owning_commands import Detach
from frontdesk.domain.submit_commands import SeekNoMore, Select
from frontdesk.domain.targets import Sort, Target, parse_target
from tests.domain.story import MIRA
from tests.domain.test_submitting import CHOOSES, HOLDS, NO_MORE, SALES, SEEK, TIME
from tests.domain.told import CHAT, OWNED, Ear, listening

DONE, FAILED = "queue.submit.done", "error.queue.submit"


def sought(*seeks: object) -> Ear:
    return listening(MIRA, OWNED).when(*(seeks or (SEEK,)))  # type: ignore[arg-type]


def test_the_id_is_told_at_once() -> None:
    assert sought().told() == ["queue.submit.requestid"]
    assert sought().one("queue.submit.requestid").data == {"requestid": "s1.1"}


def test_that_somebody_came_is_told_after_all_that_the_coming_was() -> None:
    story = sought().when(CHOOSES)
    assert story.told() == ["notcontrolled routing", "partyadded amy ringing"]
    story.when(Accept("amy", "Amy"))
    assert [name.split()[0] for name in story.told()][-3:] == [
        "partystatechanged",
        "partystatechanged",
        DONE,
    ]
    [done] = (telling for telling in story.heard if telling.request_id)
    assert done.request_id == "s1.1"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("?:german > 5@stat.GA", "?:german > 5@stat.GA"),
        ("{a>1}[5]?Loans:german > 5@stat.GA", "?Loans:german > 5@stat.GA"),
        ("Amy@stat.A", "Amy@stat.A"),
    ],
)
def test_the_result_says_who_was_found_for_which_target(text: str, named: str) -> None:
    aim = Aim(parse_target(text), who="")
    story = sought(replace(SEEK, aims=(aim,), queue="vip")).when(replace(CHOOSES, aim=aim))
    assert story.when(Accept("amy", "Amy")).one(DONE).data == {
        "requestid": "s1.1",
        "interactionid": CHAT,
        "targetselected": "amy@frontdesk.A",
        "targetcomponentselected": "amy@stat.A",
        "targetobjectselected": named,
        "vqselected": "vip",
        "resource": {"type": "A", "agent": "amy", "vq": "vip"},
    }


def test_who_is_held_for_a_redirect_is_told_at_once() -> None:
    story = sought(HOLDS).when(CHOOSES)
    assert story.told() == [DONE]
    assert story.one(DONE).data["resource"] == {"type": "A", "agent": "amy"}
    assert story.one(DONE).data["vqselected"] == "none"


def test_a_queue_is_told_once_it_has_the_chat() -> None:
    story = sought(replace(SEEK, aims=(SALES,))).when(Select(request_id="s1.1", aim=SALES))
    assert story.told() == ["notcontrolled routing", "property.changed queue", DONE]
    said = story.one(DONE).data
    assert (said["targetselected"], said["targetobjectselected"]) == ("sales@frontdesk.Q", "sales@.Q")
    assert said["resource"] == {"type": "Q", "id": "sales"}
    only = sought(replace(HOLDS, aims=(SALES,))).when(Select(request_id="s1.1", aim=SALES))
    assert only.told() == [DONE], "the document redirects"


def test_who_declines_is_no_result() -> None:
    story = sought().when(CHOOSES, Decline("amy"))
    assert not {DONE, FAILED} & {one.name for one in story.news()}


def test_that_time_is_up_is_told_once_though_the_targets_stay() -> None:
    story = sought().after_s(60).when(TIME)
    said = story.one(FAILED).data
    assert (said["requestid"], said["interactionid"], said["error"]) == ("s1.1", CHAT, "timeout")
    assert said["description"]
    assert story.when(NO_MORE).told() == ["queue.cancel.done"]


def test_what_is_cancelled_is_told_before_that_it_was() -> None:
    vip = replace(SEEK, request_id="s1.2", queue="vip")
    story = sought(SEEK, vip).when(NO_MORE)
    assert [(one.name, one.data["requestid"]) for one in story.news()] == [
        (FAILED, "s1.1"),
        (FAILED, "s1.2"),
        ("queue.cancel.done", "s1.8"),
    ]
    done = story.one("queue.cancel.done").data
    assert (done["cancelled"], done["interactionid"]) == (2, CHAT)
    assert {one.data.get("error") for one in story.news()} == {"cancelled", None}


def test_a_cancelled_request_is_named_in_the_answer() -> None:
    story = sought().when(replace(NO_MORE, named="s1.1"))
    assert story.one("queue.cancel.done").data == {"requestid": "s1.1", "cancelled": 1}
    assert [telling.request_id for telling in story.heard] == ["s1.1", "s1.8"]
    nothing = sought().when(SeekNoMore(session_id="s1", request_id="s1.9", queue="vip"))
    assert nothing.one("queue.cancel.done").data["cancelled"] == 0


def test_with_the_one_that_is_served_the_others_are_cancelled() -> None:
    vip = replace(SEEK, request_id="s1.2", queue="vip")
    story = sought(SEEK, vip).when(CHOOSES, Accept("amy", "Amy"))
    results = {one.data["requestid"]: one.name for one in story.news() if "requestid" in one.data}
    assert results == {"s1.1": DONE, "s1.2": FAILED}


def test_somebody_else_who_comes_ends_it() -> None:
    joins = Join(kind=Kind.SUPERVISOR, participant_id="sam", nickname="Sam")
    story = sought().when(joins)
    assert story.one(FAILED).data["error"] == "cancelled"


def test_giving_the_chat_up_ends_it_before_that_is_done() -> None:
    story = sought().when(Detach(session_id="s1", request_id="s1.3"))
    assert story.told()[-2:] == [f"{FAILED} cancelled", "detach.done"]
    assert sought().after(Owned(session_id="s2")).one(FAILED).data["error"] == "cancelled"
    assert sought().after(Released("s1", "moved")).one(FAILED).data["error"] == "cancelled"


def test_the_end_of_the_chat_is_silent_about_it() -> None:
    for end in (End(reason="done"), Leave(party_id=1)):
        story = sought().when(end)
        assert not any(one.name.endswith("queue.submit") for one in story.news())
        assert "s1.1" in [telling.request_id for telling in story.heard], "nobody waits for it any more"
        assert story.state.submits == ()


def test_a_target_keeps_the_form_that_the_document_gave_it() -> None:
    assert Target("Amy Z", Sort.AGENT, "stat.east").object == "Amy Z@stat.east.A"
