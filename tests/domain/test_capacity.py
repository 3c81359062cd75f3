"""How much somebody can have at once."""

import pytest

from frontdesk.domain.capacity import described, parse_capacity, room
from frontdesk.errors import Refused


@pytest.mark.parametrize(
    ("text", "total", "by_medium", "written"),
    [
        ("5", 5, {}, "5"),
        ("chat=3,message=5", None, {"chat": 3, "message": 5}, "chat=3,message=5"),
        (" 4 , Message = 10 ", 4, {"message": 10}, "4,message=10"),
        ("message=0", None, {"message": 0}, "1,message=0"),
    ],
)
def test_it_is_a_number_or_one_of_each_medium(
    text: str, total: int | None, by_medium: dict[str, int], written: str
) -> None:
    assert parse_capacity(text) == (total, by_medium)
    assert described(1 if total is None else total, by_medium) == written


@pytest.mark.parametrize("text", ["", "0", "-1", "100001", "five", "chat=", "fax=3", "=3", "1,", "1.5"])
def test_what_is_none_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(Refused, match="chat=3,message=5"):
        parse_capacity(text)


def test_media_share_what_is_not_set_for_them() -> None:
    held = {"chat": 1, "message": 2}
    assert [room(5, {}, held, medium) for medium in ("chat", "message")] == [2, 2]
    assert [room(5, {"message": 3}, held, medium) for medium in ("chat", "message")] == [4, 1]
    assert [room(0, {"chat": 1, "message": 1}, held, medium) for medium in ("chat", "message")] == [0, 0]
