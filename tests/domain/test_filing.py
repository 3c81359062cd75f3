"""Files: what may be sent, taken back and fetched."""

import pytest

from frontdesk.domain import commands, events
from frontdesk.domain.filing import check_upload, extension, uploads_of_client
from frontdesk.domain.rules import FileRules, Rules
from frontdesk.errors import NotFound, Refused
from tests.domain.story import AMY, LISTENER, MIRA, QUEUED, Story, given

LIMITS = Rules(
    files=FileRules(
        upload_max_files=2,
        upload_max_file_bytes=1000,
        upload_max_total_bytes=1500,
        upload_file_types=("png", "txt"),
        download_attempts_max=2,
    )
)


def upload(
    file_id: str = "f", *, by: int = 1, size_bytes: int = 10, name: str = "a.png", client_id: str = ""
) -> commands.AddFile:
    return commands.AddFile(
        party_id=by,
        file_id=file_id,
        name=name,
        size_bytes=size_bytes,
        media_type="image/png",
        client_id=client_id,
    )


def chat() -> Story:
    return given(MIRA, QUEUED, AMY, LISTENER, rules=LIMITS)


def test_an_upload_is_told_with_all_that_is_known_of_it() -> None:
    chat().when(upload()).then(
        events.FileUploaded(party_id=1, file_id="f", name="a.png", size_bytes=10, media_type="image/png")
    )


def test_a_repeated_upload_is_one_file() -> None:
    story = chat().when(upload("f1", client_id="x")).when(upload("f2", client_id="x")).then()
    assert [file.file_id for file in story.state.files] == ["f1"]


def test_so_many_files_and_no_more_and_deleting_gives_nothing_back() -> None:
    story = chat().when(upload("f1"), upload("f2"), commands.DeleteFile(1, "f1"))
    story.refuses(upload("f3"), "too_many_files")
    assert uploads_of_client(story.state) == (2, 20)


def test_one_file_may_be_so_large_and_all_together_so_large() -> None:
    story = chat().refuses(upload(size_bytes=1001), "file_too_large").when(upload("f1", size_bytes=1000))
    story.refuses(upload("f2", size_bytes=501), "file_too_large").when(upload("f2", size_bytes=500))
    assert uploads_of_client(story.state) == (2, 1500)


def test_what_was_hit_says_how_much_it_allows() -> None:
    with pytest.raises(Refused) as refusal:
        check_upload(chat().state, 1, "a.png", 1001, LIMITS)
    assert refusal.value.limit == 1000


def test_only_files_of_known_types_are_taken_whatever_the_case_of_their_name() -> None:
    story = chat().refuses(upload(name="a.exe"), "file_type").refuses(upload(name="png"), "file_type")
    story.refuses(upload(name="a.png.exe"), "file_type")
    assert story.when(upload(name="A.PNG")).followed


@pytest.mark.parametrize(
    ("name", "expected"), [("a.PNG", "png"), ("a.tar.gz", "gz"), ("a", ""), ("a.", ""), (".png", "")]
)
def test_an_extension_is_what_follows_the_last_dot(name: str, expected: str) -> None:
    assert extension(name) == expected


def test_agents_have_no_quota_but_the_same_types_and_sizes() -> None:
    story = chat()
    for number in range(5):
        story.when(upload(f"f{number}", by=2, size_bytes=1000))
    assert len(story.state.files) == 5
    story.refuses(upload(by=2, name="a.exe"), "file_type").refuses(
        upload(by=2, size_bytes=1001), "file_too_large"
    )


def test_files_that_need_an_agent_wait_for_one() -> None:
    rules = Rules(files=FileRules(upload_needs_agent=True))
    given(MIRA, QUEUED, rules=rules).refuses(upload(), "agent_needed")
    assert given(MIRA, QUEUED, AMY, rules=rules).when(upload()).followed


def test_who_sent_a_file_takes_it_back_once() -> None:
    story = chat().when(upload()).when(commands.DeleteFile(1, "f"))
    story.then(events.FileDeleted(1, "f", "a.png")).when(commands.DeleteFile(1, "f")).then()


def test_nobody_takes_back_somebody_else_s() -> None:
    chat().when(upload()).refuses(commands.DeleteFile(2, "f"), "not_your_file")


def test_who_has_left_takes_nothing_back() -> None:
    bob = events.Joined(party_id=4, kind=AMY.kind, participant_id="bob", nickname="Bob")
    story = given(MIRA, AMY, LISTENER, bob).when(upload(by=2), commands.Leave(party_id=2))
    story.refuses(commands.DeleteFile(2, "f"), "not_a_party")


def test_a_visitor_s_downloads_are_counted_and_an_agent_s_are_not() -> None:
    story = chat().when(upload()).when(commands.FetchFile(2, "f")).then()
    story.when(commands.FetchFile(1, "f")).then(events.FileFetched(1, "f")).when(commands.FetchFile(1, "f"))
    story.refuses(commands.FetchFile(1, "f"), "fetches_used_up")


def test_a_file_can_be_fetched_after_the_end_but_not_after_the_archive() -> None:
    story = chat().when(upload(), commands.End(reason="done"))
    assert story.when(commands.FetchFile(1, "f")).followed
    story.after_s(600).when(commands.Tick(client_seen_ms=0)).refuses(commands.FetchFile(1, "f"), "ended")


def test_what_is_gone_is_not_found() -> None:
    story = chat().when(upload(), commands.DeleteFile(1, "f"))
    for file_id in ("f", "never"):
        with pytest.raises(NotFound):
            story.when(commands.FetchFile(1, file_id))
    with pytest.raises(NotFound):
        story.when(commands.DeleteFile(1, "never"))


def test_what_a_listener_keeps_for_our_side_is_no_file_for_the_visitor() -> None:
    story = chat().when(upload(by=3))
    with pytest.raises(NotFound):
        story.when(commands.FetchFile(1, "f"))
    assert not story.when(commands.FetchFile(2, "f")).followed
