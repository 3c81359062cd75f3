"""What is said of a definition that cannot be saved."""

from collections.abc import Collection

from frontdesk.errors import Refused

NAMES_TOLD_MAX = 10


class Wrong(Refused):
    """A definition cannot be saved as it is: `field` is where, as `pageUrlConditions[1].values[0]`.

    Shape:   the text says what to write there.
    """

    def __init__(self, code: str, field: str, text: str, *, limit: int | None = None) -> None:
        super().__init__(code, text, limit=limit)
        self.field = field


def invalid(field: str, text: str) -> Wrong:
    """A value that cannot be."""
    return Wrong("invalid_value", field, text)


def unknown(field: str, what: str, name: str) -> Wrong:
    """A name of nothing."""
    return Wrong("unknown_reference", field, f"there is no {what} {name!r}")


def unknown_name(field: str, what: str, name: str, names: Collection[str]) -> Wrong:
    """A name of nothing in the settings of the server, with those that are there."""
    told = ", ".join(sorted(names)[:NAMES_TOLD_MAX])
    more = f" and {len(names) - NAMES_TOLD_MAX} more" if len(names) > NAMES_TOLD_MAX else ""
    there = f"the settings have {told}{more}" if names else "the settings have none"
    return Wrong("unknown_reference", field, f"there is no {what} {name!r}: {there}")


def not_active(field: str, what: str, name: str) -> Wrong:
    """A name of something that is switched off."""
    return Wrong("inactive_reference", field, f"the {what} {name!r} is not active: switch it on first")
