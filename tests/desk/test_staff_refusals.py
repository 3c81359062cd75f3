"""Who may sign in: accounts as an administrator deals with them."""

import pytest

from frontdesk.desk.staff import PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN, Staff
from frontdesk.domain.agent import Role
from frontdesk.errors import Refused
from frontdesk.store.memory_accounts import MemoryAccounts
from tests.desk.nodes import Clock

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def staff() -> Staff:
    return Staff(MemoryAccounts(), Clock())


async def add(staff: Staff, login: str, password: str) -> None:
    await staff.add(login, password, name="", role=Role.AGENT, capacity=5)


@pytest.mark.parametrize("chars", [PASSWORD_CHARS_MIN - 1, PASSWORD_CHARS_MAX + 1])
async def test_a_password_is_neither_guessed_nor_a_burden(staff: Staff, chars: int) -> None:
    with pytest.raises(Refused) as refused:
        await add(staff, "amy", "x" * chars)
    assert refused.value.code == "password_length"


@pytest.mark.parametrize("login", ["", "   ", "a" * 101, "a\nb"])
async def test_a_login_can_be_read_and_typed(staff: Staff, login: str) -> None:
    with pytest.raises(Refused) as refused:
        await add(staff, login, "long enough")
    assert refused.value.code == "login_invalid"


async def test_a_login_is_one_person_s_whatever_its_case(staff: Staff) -> None:
    await add(staff, " Bob ", "long enough")
    with pytest.raises(Refused) as refused:
        await add(staff, "bOB", "long enough")
    assert refused.value.code == "login_taken"
    assert [account.login for account in await staff.everyone()] == ["Bob"]
