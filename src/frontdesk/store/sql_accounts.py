"""Accounts in tables: the same statements on SQLite and PostgreSQL."""

from collections.abc import Sequence
from typing import Any, Protocol

import msgspec

from frontdesk.errors import NotFound, Refused
from frontdesk.store.account import Account, SignIn

_FIELDS = (
    "account_id",
    "login",
    "name",
    "role",
    "password_hash",
    "capacity",
    "is_disabled",
    "skills",
    "capacities",
)
_ACCOUNT = f"SELECT {', '.join(_FIELDS)} FROM accounts"  # noqa: S608  # These names are ours.


class Tables(Protocol):
    """A database by statements; each is a transaction. Values are written `?1`, `?2` …"""

    async def rows(self, sql: str, *values: object) -> Sequence[Sequence[Any]]:
        """The rows that `sql` finds."""

    async def change(self, sql: str, *values: object) -> int:
        """How many rows `sql` changed; none as well when a value that has to be unique was taken."""


class SqlAccounts:
    """`Accounts` over the tables `accounts` and `sign_ins`."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def add(self, account: Account) -> None:
        added = await self._tables.change(
            "INSERT INTO accounts"
            " (account_id, login, login_key, name, role, password_hash, capacity, is_disabled, skills,"
            " capacities) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT DO NOTHING",
            *_values(account),
        )
        if not added:
            raise _taken(account)

    async def change(self, account: Account) -> None:
        changed = await self._tables.change(
            "UPDATE accounts SET login = ?2, login_key = ?3, name = ?4, role = ?5, password_hash = ?6,"
            " capacity = ?7, is_disabled = ?8, skills = ?9, capacities = ?10 WHERE account_id = ?1",
            *_values(account),
        )
        if not changed:
            if await self.by_id(account.account_id) is None:
                raise NotFound("there is no such account")
            raise _taken(account)

    async def by_login(self, login: str) -> Account | None:
        return await self._one(f"{_ACCOUNT} WHERE login_key = ?1", login.casefold())

    async def by_id(self, account_id: str) -> Account | None:
        return await self._one(f"{_ACCOUNT} WHERE account_id = ?1", account_id)

    async def _one(self, sql: str, value: str) -> Account | None:
        rows = await self._tables.rows(sql, value)
        return _account(rows[0]) if rows else None

    async def everyone(self) -> Sequence[Account]:
        accounts = [_account(row) for row in await self._tables.rows(_ACCOUNT)]
        return sorted(accounts, key=lambda account: account.login.casefold())

    async def open_session(self, session: SignIn) -> None:
        await self._tables.change(
            "INSERT INTO sign_ins (token_hash, account_id, until_ms) VALUES (?1, ?2, ?3)",
            session.token_hash,
            session.account_id,
            session.until_ms,
        )

    async def session(self, token_hash: bytes, now_ms: int) -> SignIn | None:
        sql = "SELECT token_hash, account_id, until_ms FROM sign_ins WHERE token_hash = ?1"
        rows = await self._tables.rows(sql, token_hash)
        session = SignIn(*rows[0]) if rows else None
        if session is None or session.until_ms > now_ms:
            return session
        # Whoever comes too late takes along the sessions of everybody who never came back.
        await self._tables.change("DELETE FROM sign_ins WHERE until_ms <= ?1", now_ms)
        return None

    async def live_sessions(self, now_ms: int) -> set[bytes]:
        sql = (
            "SELECT token_hash FROM sign_ins JOIN accounts USING (account_id)"
            " WHERE until_ms > ?1 AND NOT is_disabled"
        )
        return {bytes(row[0]) for row in await self._tables.rows(sql, now_ms)}

    async def disabled(self) -> set[str]:
        rows = await self._tables.rows("SELECT account_id FROM accounts WHERE is_disabled")
        return {row[0] for row in rows}

    async def close_sessions(self, account_id: str, token_hash: bytes | None = None) -> None:
        if token_hash is None:
            await self._tables.change("DELETE FROM sign_ins WHERE account_id = ?1", account_id)
            return
        sql = "DELETE FROM sign_ins WHERE account_id = ?1 AND token_hash = ?2"
        await self._tables.change(sql, account_id, token_hash)


def _values(account: Account) -> tuple[object, ...]:
    return (
        account.account_id,
        account.login,
        account.login.casefold(),
        account.name,
        str(account.role),
        account.password_hash,
        account.capacity,
        account.is_disabled,
        msgspec.json.encode(account.skills).decode(),
        msgspec.json.encode(account.capacities).decode(),
    )


def _account(row: Sequence[object]) -> Account:
    values = dict(zip(_FIELDS, row, strict=True))
    for name in ("skills", "capacities"):
        values[name] = msgspec.json.decode(str(values[name]))
    return msgspec.convert(values, Account, strict=False)  # SQLite keeps truth as 0 and 1.


def _taken(account: Account) -> Refused:
    return Refused("login_taken", f"the login {account.login!r} is taken")
