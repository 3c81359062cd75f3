"""The accounts of people and bots who sign in: agents, supervisors, administrators, bots."""

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from frontdesk.domain.agent import Role


class Account(Struct, frozen=True, kw_only=True):
    """One who may sign in.

    Shape:   `login` is unique without regard to case; `password_hash` is argon2id's encoded form;
             `capacity` is how many interactions at once, of those media that `capacities` does not name;
             `skills` are levels by name.
    """

    account_id: str
    login: str
    name: str
    role: Role
    password_hash: str
    capacity: int
    is_disabled: bool = False
    skills: dict[str, int] = {}
    capacities: dict[str, int] = {}


class SignIn(Struct, frozen=True):
    """A signed-in session; `token_hash` is the SHA-256 of a token that only its owner has."""

    token_hash: bytes
    account_id: str
    until_ms: int


class Accounts(Protocol):
    async def add(self, account: Account) -> None:
        """Keep a new account. Errors: `Refused("login_taken")`."""

    async def change(self, account: Account) -> None:
        """Replace the account with the same id. Errors: `NotFound`."""

    async def by_login(self, login: str) -> Account | None: ...

    async def by_id(self, account_id: str) -> Account | None: ...

    async def everyone(self) -> Sequence[Account]:
        """All accounts, by login."""

    async def open_session(self, session: SignIn) -> None: ...

    async def session(self, token_hash: bytes, now_ms: int) -> SignIn | None:
        """The session with this token, unless it has run out."""

    async def live_sessions(self, now_ms: int) -> set[bytes]:
        """The token hashes of all sessions that have not run out and whose account may sign in."""

    async def disabled(self) -> set[str]:
        """The ids of all accounts that may no longer sign in."""

    async def close_sessions(self, account_id: str, token_hash: bytes | None = None) -> None:
        """End one session, or all of an account."""
