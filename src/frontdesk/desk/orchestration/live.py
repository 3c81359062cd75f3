"""One session as the node that runs it is at it."""

import asyncio


class Live:
    """A session that this node is at, or was a moment ago.

    Shape:   the engine has taken its first `steps` steps; -1 when it stands nowhere that is known. In this
             `life` it was told of the session; 0 for never.
             Its context took up `context_bytes` when it was last weighed; 0 for none.
             `may_rest` as its document says, `cannot_rest` when its scripts hold what no snapshot can;
             `is_own` when this very node has taken steps of it and has not let it go since.
    """

    __slots__ = (
        "blame",
        "cannot_rest",
        "context_bytes",
        "is_own",
        "is_wanted",
        "life",
        "may_rest",
        "session_id",
        "since_photo",
        "steps",
        "task",
        "used_ms",
    )

    def __init__(self, session_id: str) -> None:
        self.session_id = session_id
        self.steps = -1
        self.life = 0
        self.is_wanted = False
        self.task: asyncio.Task[None] | None = None
        self.blame = 0
        self.context_bytes = 0
        self.since_photo = 0
        self.cannot_rest = False
        self.may_rest = True
        self.is_own = False
        self.used_ms = 0

    @property
    def can_rest(self) -> bool:
        return self.may_rest and not self.cannot_rest

    def stands_at(self, steps: int, life: int) -> bool:
        """Whether the engine has taken so many steps, in this life."""
        return self.steps == steps and self.life == life
