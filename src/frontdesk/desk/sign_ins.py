"""Signing in: a password once, then a token."""

import asyncio
import hashlib
import secrets
from collections.abc import Callable

from frontdesk.desk import passwords
from frontdesk.desk.staff import LOGIN_CHARS_MAX, PASSWORD_CHARS_MAX
from frontdesk.errors import Denied
from frontdesk.store.account import Account, Accounts, SignIn

HASHES_AT_ONCE = 2  # Each takes tens of MiB and a core for a moment.


class SignIns:
    """The sign-in sessions of agents, supervisors, administrators and bots."""

    def __init__(self, accounts: Accounts, clock_ms: Callable[[], int], *, session_ms: int) -> None:
        self._accounts = accounts
        self._clock_ms = clock_ms
        self._session_ms = session_ms
        self._hashing = asyncio.Semaphore(HASHES_AT_ONCE)
        self._kept_of_nobody = passwords.kept_of_nobody()

    async def sign_in(self, login: str, password: str) -> tuple[str, Account]:
        """A token for a new session, and whose it is.

        Errors:  `Denied` for a wrong login, a wrong password or a disabled account, after the same time.
        """
        # What cannot be a login is not looked for: no database takes every character.
        can_be = len(login) <= LOGIN_CHARS_MAX and login.strip().isprintable()
        account = await self._accounts.by_login(login.strip()) if can_be else None
        kept = account.password_hash if account is not None else self._kept_of_nobody
        async with self._hashing:
            is_right = await asyncio.to_thread(passwords.is_right, password[:PASSWORD_CHARS_MAX], kept)
        if account is None or not is_right or account.is_disabled:
            raise Denied("the login or the password is wrong", "wrong_credentials")
        token = secrets.token_urlsafe(32)
        until_ms = self._clock_ms() + self._session_ms
        await self._accounts.open_session(SignIn(_token_hash(token), account.account_id, until_ms))
        return token, account

    async def who(self, token: str) -> Account:
        """Whose session this token is. Errors: `Denied`."""
        session = await self._accounts.session(_token_hash(token), self._clock_ms()) if token else None
        account = await self._accounts.by_id(session.account_id) if session is not None else None
        if account is None or account.is_disabled:
            raise Denied("please sign in", "not_signed_in")
        return account

    async def live(self) -> set[str]:
        """The names of all sign-ins that hold: not ended, not run out, of accounts that are not disabled."""
        return {_name(token_hash) for token_hash in await self._accounts.live_sessions(self._clock_ms())}

    async def sign_out(self, token: str, account: Account) -> None:
        await self._accounts.close_sessions(account.account_id, _token_hash(token))


def sign_in_name(token: str) -> str:
    """What tells sign-ins apart without giving anything away."""
    return _name(_token_hash(token))


def _name(token_hash: bytes) -> str:
    return token_hash.hex()[:16]


def _token_hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
