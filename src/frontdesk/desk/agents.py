"""Agents, supervisors and bots: accounts, sign-in, readiness, and being away."""

import asyncio
import contextlib
import hashlib
import secrets
from collections.abc import Callable

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from frontdesk.desk.floor import Floor
from frontdesk.desk.identity import new_id
from frontdesk.desk.interactions import Interactions
from frontdesk.domain import agent as domain
from frontdesk.domain.commands import HandOver
from frontdesk.errors import Conflict, Denied, DeskError, Refused
from frontdesk.store.account import Account, Accounts, SignIn
from frontdesk.store.log import Arm, Card, Store

ATTEMPTS_MAX = 10
PASSWORD_CHARS_MIN = 8
PASSWORD_CHARS_MAX = 1000
HASHES_AT_ONCE = 2  # Each takes tens of MiB and a core for a moment.

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(domain.Event).decode


class Agents:
    """Who may sign in and who is ready.

    Shape:   `connected` counts the sockets of each agent on this node.
    """

    def __init__(
        self,
        store: Store,
        accounts: Accounts,
        floor: Floor,
        interactions: Interactions,
        clock_ms: Callable[[], int],
        *,
        session_ms: int,
        away_ms: int,
    ) -> None:
        self._store = store
        self._accounts = accounts
        self._floor = floor
        self._interactions = interactions
        self._clock_ms = clock_ms
        self._session_ms = session_ms
        self._away_ms = away_ms
        self._hasher = PasswordHasher()
        self._hashing = asyncio.Semaphore(HASHES_AT_ONCE)
        self._no_account_hash = self._hasher.hash(secrets.token_hex(16))
        self._started_ms = clock_ms()
        self.connected: dict[str, int] = {}
        self._seen_ms: dict[str, int] = {}

    # --- accounts ------------------------------------------------------------------------------

    async def add(self, login: str, password: str, *, name: str, role: domain.Role, capacity: int) -> Account:
        """A new account. Errors: `Refused` with `login_taken`, `login_invalid`, `password_too_short`."""
        login = login.strip()
        if not login or len(login) > 100 or not login.isprintable():
            raise Refused("login_invalid", "a login is 1 to 100 printable characters")
        account = Account(
            account_id=new_id(self._clock_ms()),
            login=login,
            name=name or login,
            role=role,
            password_hash=await self._hash(password),
            capacity=capacity,
        )
        await self._accounts.add(account)
        return account

    async def _hash(self, password: str) -> str:
        if not PASSWORD_CHARS_MIN <= len(password) <= PASSWORD_CHARS_MAX:
            text = f"a password has {PASSWORD_CHARS_MIN} to {PASSWORD_CHARS_MAX} characters"
            raise Refused("password_too_short", text)
        async with self._hashing:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def sign_in(self, login: str, password: str) -> tuple[str, Account]:
        """A token for a new session, and whose it is.

        Errors:  `Denied` for a wrong login, a wrong password or a disabled account, after the same time.
        """
        account = await self._accounts.by_login(login.strip()) if len(login) <= 100 else None
        stored = account.password_hash if account is not None else self._no_account_hash
        async with self._hashing:
            is_right = await asyncio.to_thread(self._verify, stored, password[:PASSWORD_CHARS_MAX])
        if account is None or not is_right or account.is_disabled:
            raise Denied("the login or the password is wrong", "wrong_credentials")
        token = secrets.token_urlsafe(32)
        until_ms = self._clock_ms() + self._session_ms
        await self._accounts.open_session(SignIn(_token_hash(token), account.account_id, until_ms))
        return token, account

    def _verify(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False

    async def who(self, token: str) -> Account:
        """Whose session this token is. Errors: `Denied`."""
        session = await self._accounts.session(_token_hash(token), self._clock_ms()) if token else None
        account = await self._accounts.by_id(session.account_id) if session is not None else None
        if account is None or account.is_disabled:
            raise Denied("please sign in", "not_signed_in")
        return account

    async def sign_out(self, token: str, account: Account) -> None:
        await self._accounts.close_sessions(account.account_id, _token_hash(token))

    # --- readiness -----------------------------------------------------------------------------

    async def ready(self, account: Account) -> None:
        """Chats may come."""
        command = domain.Ready(nickname=account.name, role=account.role, capacity=account.capacity)
        await self._do(account.account_id, command)

    async def not_ready(self, agent_id: str, reason: str = "") -> None:
        """No new chats; running ones go on."""
        await self._do(agent_id, domain.NotReady(reason[:200]))

    async def _do(self, agent_id: str, command: domain.Command) -> None:
        stream = f"agent/{agent_id}"
        for _ in range(ATTEMPTS_MAX):
            state = domain.Agent()
            for record in await self._store.read(stream):
                state = domain.evolve(state, _decode(record.body), record.time_ms)
            events = domain.decide(state, command)
            if not events:
                return
            now_ms = max(self._clock_ms(), state.since_ms)
            before = state.version
            for event in events:
                state = domain.evolve(state, event, now_ms)
            timer = Arm(now_ms + self._away_ms)  # Also for one who takes no new chats: running ones go on.
            card = Card("agent", state.is_ready, now_ms, _encode(state))
            try:
                await self._store.append(stream, before, [_encode(e) for e in events], now_ms, (card, timer))
            except Conflict:
                continue
            self._floor.put_agent(agent_id, state)
            return
        raise Conflict(f"{stream} lost {ATTEMPTS_MAX} races in a row")

    def absorb(self, agent_id: str, body: bytes, version: int, time_ms: int) -> domain.Agent:
        """Take note of an agent's event from the log; the agent as it is now."""
        known = self._floor.agent(agent_id)
        if version > known.version:
            state = msgspec.structs.replace(known, version=version - 1)
            self._floor.put_agent(agent_id, domain.evolve(state, _decode(body), time_ms))
        return self._floor.agent(agent_id)

    # --- presence ------------------------------------------------------------------------------

    def connect(self, agent_id: str) -> None:
        """A socket of this agent opened."""
        self.connected[agent_id] = self.connected.get(agent_id, 0) + 1

    def disconnect(self, agent_id: str) -> None:
        """A socket of this agent closed."""
        self._seen_ms[agent_id] = self._clock_ms()
        self.connected[agent_id] -= 1
        if not self.connected[agent_id]:
            del self.connected[agent_id]

    async def share_presence(self) -> None:
        """Tell other nodes who is connected here."""
        now_ms = self._clock_ms()
        if self.connected:
            await self._store.note_seen([(f"agent/{agent_id}", now_ms) for agent_id in self.connected])

    async def tick(self, agent_id: str) -> None:
        """See whether an agent has been away too long; then the chats go back to the queue."""
        now_ms = self._clock_ms()
        stream = f"agent/{agent_id}"
        local_ms = now_ms if agent_id in self.connected else self._seen_ms.get(agent_id, 0)
        seen_ms = max(local_ms, await self._store.seen(stream) or 0, self._started_ms)
        chats = self._floor.chats_of(agent_id)
        is_away = seen_ms + self._away_ms <= now_ms
        if is_away:
            await self.not_ready(agent_id, "connection_lost")
            for interaction_id in chats:
                await self._give_back(agent_id, interaction_id)
            return
        due_ms = seen_ms + self._away_ms if chats or self._floor.agent(agent_id).is_ready else None
        version = self._floor.agent(agent_id).version
        with contextlib.suppress(Conflict):  # Whoever wrote meanwhile set the timer.
            await self._store.append(stream, version, (), now_ms, (Arm(due_ms),))

    async def _give_back(self, agent_id: str, interaction_id: str) -> None:
        try:
            _, full = await self._interactions.full(interaction_id)
            party = full.state.party_of(agent_id)
            if party is not None:
                command = HandOver(party_id=party.party_id, queue=full.state.queue, reason="connection_lost")
                await self._interactions.do(interaction_id, command)
        except DeskError:
            return  # It ended meanwhile, or the timer finds it again.


def _token_hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
