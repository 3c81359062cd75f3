"""What can go wrong on purpose.

    DeskError         every error this package raises on purpose; a bug is never one
    ├── Refused       the domain says no: `code` is stable, the text is for people
    ├── NotFound      there is no such interaction, session, party or file
    ├── Denied        the caller may not do this
    ├── Conflict      someone else appended first: read again, decide again
    └── Unavailable   something we depend on is down or full; ask again in `retry_after_s`
        └── TooNew    a newer version of this program wrote what this one cannot read

An error knows what went wrong, never an HTTP status: each edge has one table that maps them.
"""


class DeskError(Exception):
    """Every error this package raises on purpose."""


class Refused(DeskError):
    """The domain says no.

    Shape:   `code` is stable and for programs; `text` is for people; `limit` is the bound that was hit,
             where there is one; `others` are further faults of the same request.
    """

    def __init__(
        self, code: str, text: str, *, limit: int | None = None, others: tuple["Refused", ...] = ()
    ) -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.limit = limit
        self.others = others


class NotFound(DeskError):
    """There is no such interaction, session, party or file."""


class Denied(DeskError):
    """The caller may not do this. `code` is stable and for programs."""

    def __init__(self, text: str, code: str = "denied") -> None:
        super().__init__(text)
        self.code = code


class Conflict(DeskError):
    """Someone else appended first: read again, decide again."""


class Unavailable(DeskError):
    """Something we depend on is down or full.

    Units:   `retry_after_s` is a number of seconds after which asking again makes sense.
    """

    def __init__(self, text: str, retry_after_s: int = 5) -> None:
        super().__init__(text)
        self.retry_after_s = retry_after_s


class TooNew(Unavailable):
    """A newer version of this program wrote what this one cannot read; another node may have that version."""

    def __init__(self) -> None:
        super().__init__("a newer version of this program wrote this, and is being installed")
