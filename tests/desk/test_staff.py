"""Accounts: who may sign in, and what is refused."""

import pytest

from frontdesk.demo.seed import AMY, GREETER, SUE, SUE_PASSWORD, seed
from frontdesk.desk.sign_ins import SignIns
from frontdesk.desk.staff import Staff
from frontdesk.domain.agent import Role
from frontdesk.errors import Denied, NotFound, Refused
from frontdesk.store.memory_accounts import MemoryAccounts

pytestmark = pytest.mark.anyio
PASSWORD = "correct horse battery"
OTHER = "staple staple staple"


@pytest.fixture
def accounts() -> MemoryAccounts:
    return MemoryAccounts()


@pytest.fixture
def staff(accounts: MemoryAccounts) -> Staff:
    return Staff(accounts, lambda: 1_700_000_000_000)


@pytest.fixture
def sign_ins(accounts: MemoryAccounts) -> SignIns:
    return SignIns(accounts, lambda: 1_700_000_000_000, session_ms=1000)


async def added(staff: Staff, login: str = "bo") -> None:
    await staff.add(login, PASSWORD, name="Bo", role=Role.AGENT, capacity=3)


async def test_who_was_added_may_sign_in(staff: Staff, sign_ins: SignIns) -> None:
    await added(staff)
    token, account = await sign_ins.sign_in(" BO ", PASSWORD)
    assert (account.login, account.name, account.capacity) == ("bo", "Bo", 3)
    assert (await sign_ins.who(token)).account_id == account.account_id
    assert PASSWORD not in account.password_hash


async def test_a_new_password_ends_the_sessions_of_the_old_one(staff: Staff, sign_ins: SignIns) -> None:
    await added(staff)
    token, _ = await sign_ins.sign_in("bo", PASSWORD)
    await staff.set_password("bo", OTHER)
    with pytest.raises(Denied):
        await sign_ins.who(token)
    with pytest.raises(Denied):
        await sign_ins.sign_in("bo", PASSWORD)
    await sign_ins.sign_in("bo", OTHER)


async def test_what_somebody_is_good_at_can_be_said_and_changed(staff: Staff) -> None:
    await staff.add("bo", PASSWORD, name="Bo", role=Role.AGENT, capacity=3, skills=("German=7", "sales=1"))
    changed = await staff.change("bo", capacity=4, skills=("sales=0", "loans=2"))
    assert (changed.name, changed.capacity, changed.skills) == ("Bo", 4, {"german": 7, "loans": 2})
    assert list(await staff.everyone()) == [changed]
    assert (await staff.change("bo", name="Bobby")).skills == {"german": 7, "loans": 2}
    with pytest.raises(Refused, match="100000"):
        await staff.change("bo", capacity=0)
    with pytest.raises(NotFound):
        await staff.change("cy", capacity=1)


async def test_who_is_disabled_is_out_until_enabled(staff: Staff, sign_ins: SignIns) -> None:
    await added(staff)
    token, _ = await sign_ins.sign_in("bo", PASSWORD)
    await staff.disable("bo")
    with pytest.raises(Denied):
        await sign_ins.who(token)
    with pytest.raises(Denied):
        await sign_ins.sign_in("bo", PASSWORD)
    await staff.enable("bo")
    await sign_ins.sign_in("bo", PASSWORD)


@pytest.mark.parametrize("login", ["", "  ", "a\nb", "x" * 101])
async def test_a_login_is_short_and_printable(staff: Staff, login: str) -> None:
    with pytest.raises(Refused) as refused:
        await added(staff, login)
    assert refused.value.code == "login_invalid"


@pytest.mark.parametrize("password", ["", "short", "x" * 1001])
async def test_a_password_has_bounds(staff: Staff, password: str) -> None:
    with pytest.raises(Refused) as refused:
        await staff.add("bo", password, name="", role=Role.AGENT, capacity=1)
    assert refused.value.code == "password_length"


async def test_a_login_is_taken_once_whatever_its_case(staff: Staff) -> None:
    await added(staff)
    with pytest.raises(Refused) as refused:
        await added(staff, "BO")
    assert refused.value.code == "login_taken"


async def test_of_nobody_nothing_can_be_changed(staff: Staff) -> None:
    for change in (staff.disable("cy"), staff.enable("cy"), staff.set_password("cy", PASSWORD)):
        with pytest.raises(NotFound):
            await change


async def test_the_demo_is_seeded_once_and_the_greeters_password_is_new_each_time(
    staff: Staff, sign_ins: SignIns
) -> None:
    first, second = await seed(staff), await seed(staff)
    assert sorted(account.login for account in await staff.everyone()) == [AMY, GREETER, SUE]
    _, sue = await sign_ins.sign_in(SUE, SUE_PASSWORD)
    assert sue.role is Role.SUPERVISOR
    await sign_ins.sign_in(GREETER, second)
    with pytest.raises(Denied):
        await sign_ins.sign_in(GREETER, first)
