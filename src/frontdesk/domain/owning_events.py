"""The facts of who has an interaction: sessions of applications, and colleagues who put it aside or merge it.

As all facts they are stored for ever, and agents' clients read them; no visitor ever does.
"""

from msgspec import Struct


class Owned(Struct, frozen=True, tag=True, kw_only=True, omit_defaults=True):
    """A session of an application has it from now on, whoever had it before.

    `starts` when the session was begun for it.
    """

    session_id: str
    application: str = ""
    starts: bool = False


class Released(Struct, frozen=True, tag=True, omit_defaults=True):
    """The session no longer has it: `detaching` by its own wish, `session_ended`, `left_alone` or `moved`."""

    session_id: str
    reason: str = ""


class Moved(Struct, frozen=True, tag=True, omit_defaults=True):
    """It belongs in another queue, and nobody is looked for there: who has it decides what becomes of it.

    Where the queue has an `application`, a session of that is begun for it.
    """

    queue: str
    application: str = ""


class Asked(Struct, frozen=True, tag=True, kw_only=True, omit_defaults=True):
    """A session asked for what others have a say in: `redirect` or `accept`, with an agent.

    When it comes to nothing, a session that `detaches` for it has the interaction back.
    """

    session_id: str
    request_id: str
    action: str
    agent_id: str = ""
    detaches: bool = False


class Answered(Struct, frozen=True, tag=True, kw_only=True, omit_defaults=True):
    """What a session asked for is done; or not, and then `error` says why for programs."""

    session_id: str
    request_id: str
    action: str
    module: str = "interaction"
    error: str = ""
    description: str = ""
    data: dict[str, str] = {}


class StepTaken(Struct, frozen=True, tag=True, kw_only=True, omit_defaults=True):
    """A session hands it over in one step: a `transfer`, or a `conference` with one more.

    It goes from the party `by_party`, 0 when nobody had it, to `destination`: an agent, or else a queue.
    """

    kind: str
    by_party: int = 0
    destination: str = ""


class ClosingBegan(Struct, frozen=True, tag=True, omit_defaults=True):
    """A session has what is about to end or to rest: all that follows up to then is part of that.

    `party_id` is who ends it, 0 when nobody in particular does.
    """

    reason: str
    party_id: int = 0


class Parked(Struct, frozen=True, tag=True):
    """Who answers put it aside for a while: it is not closed for silence meanwhile."""

    party_id: int


class Resumed(Struct, frozen=True, tag=True):
    """Who had put it aside goes on with it."""

    party_id: int


class Merged(Struct, frozen=True, tag=True, kw_only=True, omit_defaults=True):
    """A party brought in another interaction in which it takes part too; that one ends.

    `leaves` when the party goes and those of the other interaction stay.
    """

    party_id: int
    interaction_id: str
    leaves: bool = False


class MergedInto(Struct, frozen=True, tag=True, kw_only=True, omit_defaults=True):
    """It ends, for it went on in `interaction_id`.

    `party_id` brought it there, as `active_party` over there; `held_agent` is another who takes part in this
    one, or the same. `owner` is the session that has the one that goes on.
    """

    party_id: int
    interaction_id: str
    active_agent: str
    held_agent: str
    leaves: bool = False
    owner: str = ""
