"""Who asks for what journeys are made of, and what they may: programs with a key, supervisors who signed in.

A wrong key and none are answered alike, wherever they are tried.
"""

from collections.abc import Iterable

from msgspec import Struct
from starlette.requests import Request

from frontdesk.desk.identity import hash_key, is_key
from frontdesk.domain.agent import Role
from frontdesk.edges.workspace_caller import Callers, token_of
from frontdesk.errors import Denied

ALL = "*"


class AdminKey(Struct, frozen=True):
    """A key by its hash. `name` is whom histories name; `permissions` as in `journey:segment:view`."""

    name: str
    key_hash: str
    permissions: tuple[str, ...]

    @classmethod
    def of(cls, name: str, key: str, permissions: Iterable[str]) -> "AdminKey":
        """The same of a key as it stands in settings."""
        return cls(name, hash_key(key), tuple(permissions))


class Caller(Struct, frozen=True):
    """Who asks."""

    name: str
    permissions: tuple[str, ...]

    def may(self, permission: str) -> bool:
        """Whether they may do this; `journey:segment:*` is all that ends there, `*` is everything."""
        area, _, _ = permission.rpartition(":")
        return any(given in (ALL, permission, f"{area}:{ALL}") for given in self.permissions)


class JourneyCallers:
    """Finds out who asks."""

    def __init__(self, keys: Iterable[AdminKey], callers: Callers) -> None:
        self._keys = tuple(keys)
        self._callers = callers

    async def admit(self, request: Request, permission: str) -> Caller:
        """Who asks, when they may do this.

        Errors:  `Denied("not_signed_in")`: nobody known; `Denied("missing_permission")`, `wrong_origin`.
        """
        caller = self._by_key(token_of(request.scope)) or await self._signed_in(request)
        if not caller.may(permission):
            raise Denied(f"this needs the permission {permission}", "missing_permission")
        return caller

    def _by_key(self, token: str) -> Caller | None:
        # Each is compared, so that the time tells nobody which of them it was.
        found = [key for key in self._keys if is_key(token, key.key_hash)]
        return Caller(f"key {found[0].name}", found[0].permissions) if found else None

    async def _signed_in(self, request: Request) -> Caller:
        account, _ = await self._callers.who(request.scope)
        self._callers.check_origin(request.scope)
        return Caller(account.login, (ALL,) if account.role in (Role.SUPERVISOR, Role.ADMIN) else ())
