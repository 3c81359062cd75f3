"""What a visitor's particulars must be like."""

import pytest
from hypothesis import given as any_value
from hypothesis import strategies as st

from frontdesk.domain import commands, events
from frontdesk.domain.rules import Rules
from frontdesk.domain.visitor import check_user_data, display_name, faults_of
from frontdesk.errors import Refused
from tests.domain.story import given

STRICT = Rules(nickname_chars_max=20)
EASY = Rules(needs_both_names=False)


def faults(
    rules: Rules = STRICT,
    *,
    nickname: str = "",
    first_name: str = "",
    last_name: str = "",
    email: str = "",
    subject: str = "",
) -> list[str]:
    found = faults_of(
        rules,
        nickname=nickname,
        first_name=first_name,
        last_name=last_name,
        email=email,
        subject=subject,
    )
    return [fault.code for fault in found]


@pytest.mark.parametrize(
    ("first_name", "last_name", "strict", "easy"),
    [
        ("Mira", "Olsen", [], []),
        ("Mira", "", ["last_name_missing"], []),
        ("", "Olsen", ["first_name_missing"], []),
        ("", "", ["name_missing"], ["name_missing"]),
        (" ", "\t", ["name_missing"], ["name_missing"]),
    ],
)
def test_both_names_or_a_nickname(
    first_name: str, last_name: str, strict: list[str], easy: list[str]
) -> None:
    assert faults(first_name=first_name, last_name=last_name) == strict
    assert faults(EASY, first_name=first_name, last_name=last_name) == easy
    assert faults(nickname="mi", first_name=first_name, last_name=last_name) == []


@pytest.mark.parametrize(
    ("nickname", "first_name", "last_name", "name"),
    [
        (" mi ", "Mira", "Olsen", "mi"),
        ("", " Mira ", " Olsen ", "Mira Olsen"),
        ("", "Mira", "", "Mira"),
        (" ", "", "Olsen", "Olsen"),
    ],
)
def test_what_a_visitor_is_called(nickname: str, first_name: str, last_name: str, name: str) -> None:
    assert display_name(nickname, first_name, last_name) == name


@pytest.mark.parametrize("email", ["", "mira@shop.example", "a.b+c@x-y.co", "ü@straße.example"])
def test_addresses_that_are_taken(email: str) -> None:
    assert faults(nickname="mi", email=email) == []


@pytest.mark.parametrize(
    "email",
    [
        "mira",
        "@",
        "a@b",
        "a b@c.d",
        "a@b@c.d",
        "a@.d",
        "a@b..c",
        "a@b.c\n",
        "x" * 65 + "@b.c",
        "a@" + "b." * 200 + "c",
    ],
)
def test_addresses_that_are_not(email: str) -> None:
    assert faults(nickname="mi", email=email) == ["email_invalid"]


def test_all_that_is_wrong_is_said_at_once() -> None:
    found = faults(first_name="Mira", email="nobody", subject="x" * 1001)
    assert found == ["last_name_missing", "email_invalid", "text_too_long"]
    assert faults(nickname="n" * 21) == ["text_too_long"]


def test_a_start_is_refused_with_all_that_is_wrong() -> None:
    start = commands.Start(
        service="s", user_id="u", key_hash="h", nickname="", email="nobody", text="x" * 5000
    )
    with pytest.raises(Refused) as refusal:
        given().when(start)
    assert [refusal.value.code, *(other.code for other in refusal.value.others)] == [
        "name_missing",
        "email_invalid",
        "text_too_long",
    ]


def test_the_first_words_may_come_with_the_start() -> None:
    start = commands.Start(
        service="s", user_id="u", key_hash="h", nickname="Mira", text=" Hello\n", queue="default"
    )
    given().when(start).then(
        events.Started(service="s", user_id="u", key_hash="h", nickname="Mira"),
        events.Said(party_id=1, text=" Hello\n"),
        events.Queued(queue="default"),
    )


@any_value(st.dictionaries(st.text(max_size=5), st.text(max_size=20), max_size=6))
def test_user_data_has_as_many_keys_and_bytes_as_the_rules_say(data: dict[str, str]) -> None:
    rules = Rules(user_data_keys_max=3, user_data_bytes_max=40)
    size_bytes = len("".join((*data.keys(), *data.values())).encode())
    if len(data) <= 3 and size_bytes <= 40:
        check_user_data(rules, data)
    else:
        with pytest.raises(Refused) as refusal:
            check_user_data(rules, data)
        assert refusal.value.limit in (3, 40)


def test_data_is_merged_key_by_key_and_what_is_removed_is_gone() -> None:
    mira = events.Started(
        service="s", user_id="u", key_hash="h", nickname="Mira", user_data={"a": "1", "b": "2"}
    )
    story = given(mira).when(commands.ChangeData(party_id=1, changes={"b": "", "c": "3"}, removed=("a",)))
    assert story.state.user_data == {"b": "", "c": "3"}
    assert story.state.visitor_keys == {"a", "b", "c"}
    story.when(commands.ChangeData(party_id=1, changes={"c": "3"}, removed=("a",))).then()


def test_a_key_that_is_changed_and_removed_is_removed() -> None:
    story = given(events.Started(service="s", user_id="u", key_hash="h", nickname="Mira"))
    story.when(commands.ChangeData(party_id=1, changes={"a": "1"}, removed=("a",))).then()
