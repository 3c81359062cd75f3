"""Who may sign in: making, changing and disabling the accounts of agents, supervisors and bots."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec.structs import replace

from frontdesk.desk import passwords
from frontdesk.desk.identity import new_id
from frontdesk.domain import skills as domain
from frontdesk.domain.agent import Role
from frontdesk.domain.capacity import CAPACITY_MAX, check
from frontdesk.errors import NotFound, Refused
from frontdesk.store.account import Account, Accounts

PASSWORD_CHARS_MIN = 8
PASSWORD_CHARS_MAX = 1000
LOGIN_CHARS_MAX = 100


class Staff:
    """The accounts of one installation, as an administrator deals with them."""

    def __init__(self, accounts: Accounts, clock_ms: Callable[[], int]) -> None:
        self._accounts = accounts
        self._clock_ms = clock_ms

    async def everyone(self) -> Sequence[Account]:
        """All accounts, by login."""
        return await self._accounts.everyone()

    async def add(
        self,
        login: str,
        password: str,
        *,
        name: str,
        role: Role,
        capacity: int,
        capacities: Mapping[str, int] | None = None,
        skills: Iterable[str] = (),
    ) -> Account:
        """A new account; `skills` are texts such as `german=7`, `capacities` numbers by medium.

        Errors:  `Refused` with `login_taken`, `login_invalid`, `password_length`, `capacity`, and those of
                 skills.
        """
        login = login.strip()
        if not login or len(login) > LOGIN_CHARS_MAX or not login.isprintable():
            raise Refused("login_invalid", f"a login is 1 to {LOGIN_CHARS_MAX} printable characters")
        _check_capacity(capacity)
        account = Account(
            account_id=new_id(self._clock_ms()),
            login=login,
            name=name or login,
            role=role,
            password_hash=await self._hash(password),
            capacity=capacity,
            capacities=dict(capacities or {}),
            skills=domain.changed({}, skills),
        )
        await self._accounts.add(account)
        return account

    async def set_password(self, login: str, password: str) -> None:
        """A new password; who is signed in has to sign in again. Errors: `NotFound`, `Refused`."""
        account = await self._account(login)
        await self._accounts.change(replace(account, password_hash=await self._hash(password)))
        await self._accounts.close_sessions(account.account_id)

    async def change(
        self,
        login: str,
        *,
        name: str = "",
        capacity: int | None = None,
        capacities: Mapping[str, int] | None = None,
        skills: Iterable[str] = (),
    ) -> Account:
        """The account after these changes; what is not given stays, and a skill of level 0 goes.

        Errors:  `NotFound`; `Refused` as from `add`.
        """
        account = await self._account(login)
        if capacity is not None:
            _check_capacity(capacity)
        account = replace(
            account,
            name=name or account.name,
            capacity=account.capacity if capacity is None else capacity,
            capacities=account.capacities if capacities is None else dict(capacities),
            skills=domain.changed(account.skills, skills),
        )
        await self._accounts.change(account)
        return account

    async def disable(self, login: str) -> None:
        """Let an account sign in no more, and end its sessions. Errors: `NotFound`."""
        account = await self._account(login)
        await self._accounts.change(replace(account, is_disabled=True))
        await self._accounts.close_sessions(account.account_id)

    async def enable(self, login: str) -> None:
        """Let a disabled account sign in again. Errors: `NotFound`."""
        await self._accounts.change(replace(await self._account(login), is_disabled=False))

    async def _account(self, login: str) -> Account:
        account = await self._accounts.by_login(login.strip())
        if account is None:
            raise NotFound(f"there is no account {login.strip()!r}")
        return account

    async def _hash(self, password: str) -> str:
        if not PASSWORD_CHARS_MIN <= len(password) <= PASSWORD_CHARS_MAX:
            text = f"a password has {PASSWORD_CHARS_MIN} to {PASSWORD_CHARS_MAX} characters"
            raise Refused("password_length", text)
        return await asyncio.to_thread(passwords.kept_of, password)


def _check_capacity(capacity: int) -> None:
    if not check(capacity):
        raise Refused("capacity", f"the capacity is a number of chats from 1 to {CAPACITY_MAX}")
