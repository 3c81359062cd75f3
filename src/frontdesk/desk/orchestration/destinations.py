"""Whom or what an action of a session means: by its id, or as a resource object.

Source:  orchestration, sections 7.1 and 15.2.
"""

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from frontdesk.desk.floor import Floor
from frontdesk.domain.agent import Role
from frontdesk.errors import Refused
from frontdesk.store.account import Account, Accounts

QUEUES = ("iq", "q", "rp", "gq")
AGENTS = ("a", "ap", "ga", "gp", "")
NAME_CHARS_MAX = 200


class Agent(Struct, frozen=True):
    """Somebody who answers."""

    agent_id: str
    nickname: str


class Queue(Struct, frozen=True):
    """Where somebody is looked for."""

    name: str


class Destinations:
    """Finds agents and queues by what documents call them.

    Shape:   an agent is called by the account's id or its login; `knows_queue` says of a name whether
             something waits there, or may.
    """

    def __init__(self, accounts: Accounts, floor: Floor, knows_queue: Callable[[str], bool]) -> None:
        self._accounts = accounts
        self._floor = floor
        self._knows_queue = knows_queue

    async def find(self, value: object) -> Agent | Queue:
        """What `value` names: an agent as text, or a resource. Errors: `Refused("invaliddestination")`."""
        if isinstance(value, Mapping):
            return await self._of_resource(value)
        if isinstance(value, str) and value:
            return await self.agent(value)
        raise Refused("invaliddestination", "no destination is given")

    async def agent(self, name: str) -> Agent:
        """Errors: `Refused("invaliddestination")`."""
        account = await self.account(name)
        if account is None or account.is_disabled:
            raise Refused("invaliddestination", f"there is no agent {name[:NAME_CHARS_MAX]}")
        return Agent(account.account_id, account.name)

    async def account(self, name: str) -> Account | None:
        """The account with this id, or this login."""
        if not name or len(name) > NAME_CHARS_MAX:
            return None
        return await self._accounts.by_id(name) or await self._accounts.by_login(name)

    async def agent_id(self, value: object) -> str:
        """The id of an agent who takes part; what is no account is passed on as it is written."""
        name = value if isinstance(value, str) else ""
        if isinstance(value, Mapping):
            name = _text(value, "agent") or _text(value, "place")
        account = await self.account(name)
        return account.account_id if account is not None else name

    def check_ready(self, agent: Agent) -> None:
        """Errors: `Refused("remote")` for somebody to whom no chats come now."""
        known = self._floor.agent(agent.agent_id)
        if not known.is_ready and known.role is not Role.BOT:
            raise Refused("remote", "the agent is not ready")

    async def _of_resource(self, resource: Mapping[str, Any]) -> Agent | Queue:
        kind = _text(resource, "type").lower()
        if kind in QUEUES:
            name = _text(resource, "id") or _text(resource, "dn")
            if not name or len(name) > NAME_CHARS_MAX or not self._knows_queue(name):
                raise Refused("invaliddestination", f"there is no queue {name[:NAME_CHARS_MAX]}")
            return Queue(name)
        if kind in AGENTS and (name := _text(resource, "agent") or _text(resource, "place")):
            return await self.agent(name)
        raise Refused("invaliddestination", "chats go to agents and to queues")


def _text(resource: Mapping[str, Any], key: str) -> str:
    value = resource.get(key)
    return value if isinstance(value, str) else ""
