"""Accounts in memory: gone when the process ends."""

from collections.abc import Sequence

from frontdesk.errors import NotFound, Refused
from frontdesk.store.account import Account, SignIn


class MemoryAccounts:
    """`Accounts` in dictionaries."""

    def __init__(self) -> None:
        self._by_id: dict[str, Account] = {}
        self._by_login: dict[str, Account] = {}
        self._sessions: dict[bytes, SignIn] = {}

    async def add(self, account: Account) -> None:
        self._keep(account)

    async def change(self, account: Account) -> None:
        before = self._by_id.get(account.account_id)
        if before is None:
            raise NotFound("there is no such account")
        self._keep(account)
        if before.login.casefold() != account.login.casefold():
            del self._by_login[before.login.casefold()]

    def _keep(self, account: Account) -> None:
        owner = self._by_login.get(account.login.casefold())
        if owner is not None and owner.account_id != account.account_id:
            raise Refused("login_taken", f"the login {account.login!r} is taken")
        self._by_id[account.account_id] = account
        self._by_login[account.login.casefold()] = account

    async def by_login(self, login: str) -> Account | None:
        return self._by_login.get(login.casefold())

    async def by_id(self, account_id: str) -> Account | None:
        return self._by_id.get(account_id)

    async def everyone(self) -> Sequence[Account]:
        return [self._by_login[login] for login in sorted(self._by_login)]

    async def open_session(self, session: SignIn) -> None:
        self._sessions[session.token_hash] = session

    async def session(self, token_hash: bytes, now_ms: int) -> SignIn | None:
        session = self._sessions.get(token_hash)
        if session is None or session.until_ms > now_ms:
            return session
        self._sessions = {key: held for key, held in self._sessions.items() if held.until_ms > now_ms}
        return None

    async def live_sessions(self, now_ms: int) -> set[bytes]:
        disabled = await self.disabled()
        sessions = self._sessions.values()
        return {s.token_hash for s in sessions if s.until_ms > now_ms and s.account_id not in disabled}

    async def disabled(self) -> set[str]:
        return {account.account_id for account in self._by_id.values() if account.is_disabled}

    async def close_sessions(self, account_id: str, token_hash: bytes | None = None) -> None:
        self._sessions = {
            key: held
            for key, held in self._sessions.items()
            if held.account_id != account_id or token_hash not in (None, key)
        }
