"""What can be asked about who has an interaction. All but the last few wishes are those of sessions."""

from msgspec import Struct

from frontdesk.domain.events import Visibility


class SessionWish(Struct, frozen=True, kw_only=True):
    """What a session asks for; `request_id` names it for ever, so that asking again is asking once."""

    session_id: str
    request_id: str


class Attach(SessionWish, frozen=True, kw_only=True):
    application: str = ""


class Detach(SessionWish, frozen=True, kw_only=True):
    pass


class Associate(SessionWish, frozen=True, kw_only=True):
    """Give it to the session `to`, which is there."""

    to: str
    application: str = ""


class Terminate(SessionWish, frozen=True, kw_only=True):
    reason: str = ""


class Redirect(SessionWish, frozen=True, kw_only=True):
    """Ring for an agent for `answer_s` seconds, or let it wait in a queue; `detach`ed from the session."""

    agent_id: str = ""
    queue: str = ""
    answer_s: int = 30
    detach: bool = False


class AcceptFor(SessionWish, frozen=True, kw_only=True):
    """Let an agent have it without asking."""

    agent_id: str
    nickname: str


class Clear(SessionWish, frozen=True, kw_only=True):
    """Take an agent out of it."""

    agent_id: str


class Transfer(SessionWish, frozen=True, kw_only=True):
    """From an agent, whoever has it when that is empty, to another agent or a queue, without asking."""

    from_id: str = ""
    agent_id: str = ""
    nickname: str = ""
    queue: str = ""
    detach: bool = False


class Confer(SessionWish, frozen=True, kw_only=True):
    """One more agent, without asking."""

    from_id: str = ""
    agent_id: str
    nickname: str


class SetData(SessionWish, frozen=True, kw_only=True):
    """`clears` takes away all user data, but for the `changes`; those of `nested` keys are JSON."""

    changes: dict[str, str] = {}
    nested: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    clears: bool = False


class Speak(SessionWish, frozen=True, kw_only=True):
    """Say something as an agent who takes part, or under a `name` that nobody here has."""

    from_id: str
    text: str
    visibility: Visibility = Visibility.ALL
    is_notice: bool = False


class Own(Struct, frozen=True, kw_only=True):
    """A session is begun for what came to a queue with an application."""

    session_id: str
    application: str


class SessionOver(Struct, frozen=True, kw_only=True):
    """The session is no more: `then` is `requeue`, `terminate` or `leave`; requeue into `fallback_queue`.

    `again_as` is set where it was lost with its node: who was with it begins anew, with that session.
    """

    session_id: str
    then: str = "requeue"
    fallback_queue: str = ""
    again_as: str = ""


class Park(Struct, frozen=True):
    party_id: int


class Resume(Struct, frozen=True):
    party_id: int


class Merge(Struct, frozen=True, kw_only=True):
    """Bring in the interaction `interaction_id`, with its colleagues and what is known of its visitor."""

    party_id: int
    interaction_id: str
    colleagues: tuple[tuple[str, str], ...] = ()
    user_data: dict[str, str] = {}
    leaves: bool = False


class MergeInto(Struct, frozen=True, kw_only=True):
    """End, for it goes on in `interaction_id`, which the session `owner` has."""

    party_id: int
    interaction_id: str
    leaves: bool = False
    owner: str = ""


OwningCommand = (
    Attach
    | Detach
    | Associate
    | Terminate
    | Redirect
    | AcceptFor
    | Clear
    | Transfer
    | Confer
    | SetData
    | Speak
    | Own
    | SessionOver
    | Park
    | Resume
    | Merge
    | MergeInto
)
