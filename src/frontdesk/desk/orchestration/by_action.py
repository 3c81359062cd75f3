"""One module out of several, for namespaces whose actions have little to do with each other."""

from collections.abc import Mapping

from frontdesk.desk.orchestration.modules import Module, Request


class ByAction:
    """Gives each request to the module of its action, what no module is named for to `others`."""

    def __init__(self, by_action: Mapping[str, Module], others: Module) -> None:
        self._by_action = by_action
        self._others = others

    def of(self, request: Request) -> Module:
        """The module that a request is for."""
        return self._by_action.get(request.action, self._others)

    async def carry_out(self, request: Request) -> None:
        await self.of(request).carry_out(request)

    async def drop(self, request: Request) -> None:
        await self.of(request).drop(request)

    def patience_ms(self, request: Request) -> int | None:
        """How long a request may take, where its module knows better than the settings."""
        patience = getattr(self.of(request), "patience_ms", None)
        return patience(request) if patience is not None else None
