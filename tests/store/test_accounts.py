"""What every keeper of accounts promises."""

import asyncio

import pytest
from msgspec.structs import replace

from frontdesk.domain.agent import Role
from frontdesk.errors import NotFound, Refused
from frontdesk.store.account import Account, Accounts, SignIn
from frontdesk.store.open import Database

pytestmark = pytest.mark.anyio

AMY = Account(
    account_id="1", login="Amy", name="Amy Ames", role=Role.AGENT, password_hash="$argon2id$…", capacity=5
)
BOT = Account(
    account_id="2", login="greeter", name="Greeter", role=Role.BOT, password_hash="$x", capacity=100_000
)


@pytest.fixture
def accounts(database: Database) -> Accounts:
    return database.accounts


async def test_an_account_comes_back_as_it_was(accounts: Accounts) -> None:
    await accounts.add(AMY)
    assert await accounts.by_id("1") == AMY
    assert await accounts.by_id("2") is None


async def test_a_login_is_found_and_unique_without_regard_to_case(accounts: Accounts) -> None:
    await accounts.add(AMY)
    assert await accounts.by_login("aMY") == AMY
    assert await accounts.by_login("am") is None
    with pytest.raises(Refused) as refused:
        await accounts.add(replace(BOT, login="AMY"))
    assert refused.value.code == "login_taken"
    assert await accounts.by_id("2") is None


async def test_letters_beyond_ascii_have_no_case_either(accounts: Accounts) -> None:
    await accounts.add(replace(AMY, login="Straße"))
    assert await accounts.by_login("STRASSE") is not None


async def test_of_two_who_want_a_login_at_once_one_gets_it(accounts: Accounts) -> None:
    outcomes = await asyncio.gather(
        accounts.add(AMY), accounts.add(replace(BOT, login="amy")), return_exceptions=True
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType", "Refused"]


async def test_an_account_can_change_all_but_its_id(accounts: Accounts) -> None:
    await accounts.add(AMY)
    changed = replace(AMY, login="amelia", name="A", role=Role.SUPERVISOR, capacity=9, is_disabled=True)
    changed = replace(changed, skills={"german": 7, "größe": 1}, capacities={"chat": 3, "message": 5})
    await accounts.change(changed)
    assert await accounts.by_id("1") == changed
    assert await accounts.by_login("amelia") == changed
    assert await accounts.by_login("amy") is None


async def test_changing_the_case_of_a_login_is_no_clash_with_oneself(accounts: Accounts) -> None:
    await accounts.add(AMY)
    await accounts.change(replace(AMY, login="AMY"))
    found = await accounts.by_login("amy")
    assert found is not None
    assert found.login == "AMY"


async def test_a_change_cannot_take_somebody_elses_login(accounts: Accounts) -> None:
    await accounts.add(AMY)
    await accounts.add(BOT)
    with pytest.raises(Refused):
        await accounts.change(replace(BOT, login="amy"))
    assert await accounts.by_id("2") == BOT


async def test_changing_nobody_is_not_found(accounts: Accounts) -> None:
    with pytest.raises(NotFound):
        await accounts.change(AMY)


async def test_everyone_is_listed_by_login(accounts: Accounts) -> None:
    await accounts.add(BOT)
    await accounts.add(AMY)
    assert [account.login for account in await accounts.everyone()] == ["Amy", "greeter"]


async def test_a_session_lasts_until_its_time_and_not_a_millisecond_longer(accounts: Accounts) -> None:
    session = SignIn(b"\x01" * 32, "1", until_ms=1000)
    await accounts.open_session(session)
    assert await accounts.session(session.token_hash, 999) == session
    assert await accounts.session(session.token_hash, 1000) is None
    assert await accounts.session(session.token_hash, 999) is None  # It was tidied away.
    assert await accounts.session(b"\x02" * 32, 0) is None


async def test_one_session_can_be_closed_or_all_of_an_account(accounts: Accounts) -> None:
    for number, owner in enumerate("1112"):
        await accounts.open_session(SignIn(bytes([number]), owner, until_ms=1000))

    async def is_open() -> list[bool]:
        return [await accounts.session(bytes([number]), 0) is not None for number in range(4)]

    await accounts.close_sessions("2", bytes([0]))  # Somebody else's.
    assert await is_open() == [True, True, True, True]
    await accounts.close_sessions("1", bytes([1]))
    assert await is_open() == [True, False, True, True]
    await accounts.close_sessions("1")
    assert await is_open() == [False, False, False, True]


async def test_a_session_is_live_until_it_runs_out_is_ended_or_its_account_is_disabled(
    accounts: Accounts,
) -> None:
    await accounts.add(AMY)
    await accounts.add(BOT)
    for token_hash, account in ((b"a", AMY), (b"b", AMY), (b"c", BOT)):
        until_ms = 1000 if token_hash == b"a" else 2000
        await accounts.open_session(SignIn(token_hash, account.account_id, until_ms))
    assert await accounts.live_sessions(999) == {b"a", b"b", b"c"}
    assert await accounts.live_sessions(1000) == {b"b", b"c"}
    assert await accounts.disabled() == set()
    await accounts.change(replace(BOT, is_disabled=True))
    assert await accounts.disabled() == {"2"}
    assert await accounts.live_sessions(0) == {b"a", b"b"}
    await accounts.close_sessions("1", b"a")
    assert await accounts.live_sessions(0) == {b"b"}
