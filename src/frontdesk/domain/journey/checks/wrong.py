"""What is said of a definition that cannot be saved."""

from frontdesk.errors import Refused


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


def not_active(field: str, what: str, name: str) -> Wrong:
    """A name of something that is switched off."""
    return Wrong("inactive_reference", field, f"the {what} {name!r} is not active: switch it on first")
