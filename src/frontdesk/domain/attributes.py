"""What a writer may attach to what is written: a JSON object for the programs at the other end."""

from typing import Any

from frontdesk.errors import Refused

DEPTH_MAX = 32
"""Rich messages nest about ten deep; parsers give up somewhere below a thousand, each at another depth."""


def keeps_alive(attributes: dict[str, Any] | None) -> bool:
    """Whether a notice says that its giver is still there.

    Source:  chat-api-v2 §9.3, the purpose `cancel-idle-timer`.
    """
    return bool(attributes) and attributes.get("purpose") == "cancel-idle-timer"  # type: ignore[union-attr]


def check_attributes(attributes: dict[str, Any] | None) -> None:
    """Errors: `Refused("bad_attributes")` when it is nested so deep that some could not read it again."""
    level: list[Any] = [attributes]
    for _ in range(DEPTH_MAX):
        level = [inner for value in level for inner in _members(value) if isinstance(inner, dict | list)]
        if not level:
            return
    raise Refused("bad_attributes", f"attributes may be nested {DEPTH_MAX} deep", limit=DEPTH_MAX)


def _members(value: Any) -> Any:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
