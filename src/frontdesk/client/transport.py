"""The seam between the visitor's chat and the network: what can be asked of a chat server, and what it says.

A transport speaks one protocol. It keeps no state of a session, never raises for what a network or a server
does, and knows no event of the bus."""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from msgspec import Struct, field


class Credentials(Struct, frozen=True):
    """What proves that a session is ours: bearer secrets, never to be logged or put into an address.

    Shape:   `extra` is for protocols that need more than these four; where there is a `token` in it, that one
             proves it all, and the others are empty.
    """

    session_id: str
    secure_key: str = ""
    user_id: str = ""
    alias: str = ""
    extra: Mapping[str, str] = {}

    def __repr__(self) -> str:
        return f"Credentials(session_id={self.session_id!r})"  # Without what must not be seen in a log.

    @property
    def token(self) -> str:
        """The token that proves it, in protocols that have one; else empty."""
        return self.extra.get("token", "")

    def public(self) -> dict[str, str]:
        """As `getSessionData` tells them."""
        if self.token:
            return {"sessionId": self.session_id, **self.extra}
        own = {"secureKey": self.secure_key, "sessionID": self.session_id, "alias": self.alias}
        return {**own, "userId": self.user_id, **self.extra}


class Supports(Struct, frozen=True):
    """What a transport can do beyond starting, reading, writing and ending.

    Shape:   without `polling` it is `Pushing`: it tells by itself what is new. `poll_exceptions`: its answers
             to polls tell that the chat server behind it is away. `tokens`: a token proves a session, is all
             that is kept of it, and resumes it. `extras` are addresses, nicknames, receipts and taking back
             files.
    """

    polling: bool = True
    custom_notice: bool = True
    user_data: bool = True
    file_upload: bool = True
    file_download: bool = True
    file_limits: bool = True
    verify: bool = True
    pagination: bool = True
    poll_exceptions: bool = True
    extras: bool = True
    tokens: bool = False


class Outcome(StrEnum):
    """How a request went."""

    DONE = "done"
    """The server did it (`statusCode` 0)."""
    LATER = "later"
    """The server cannot now, but perhaps later (`statusCode` 1)."""
    REFUSED = "refused"
    """The server understood and will not (`statusCode` 2, or a status of 400 to 499)."""
    BROKEN = "broken"
    """Something between us and the chat answered in its place (any other status, or no chat envelope)."""
    UNREACHABLE = "unreachable"
    """No answer: the network is gone, or it took too long."""


class Fault(Struct, frozen=True):
    """One of the errors a server lists."""

    code: int | str
    text: str = ""


class Answer(Struct, frozen=True, kw_only=True):
    """What came of one request.

    Shape:   `response` is what commands resolve or reject with: the body of a 2xx answer, else
             `{status, statusText, responseText, responseJSON}`. `events` are the server's objects, untouched.
             `chat_ended` is `None` when the server did not say. `credentials` are complete, with the newest
             values. `content` is a downloaded file. `error` is what the event `error` carries, by default the
             response. `is_lost`: the server says that it knows no such session. `media_url`, in protocols
             whose events hold addresses of media and have indexes as text, is where those addresses begin.
    """

    outcome: Outcome
    response: Mapping[str, Any]
    status: int = 200
    events: Sequence[Mapping[str, Any]] = ()
    chat_ended: bool | None = None
    credentials: Credentials | None = None
    next_position: int | None = None
    faults: Sequence[Fault] = ()
    idle_expires_s: int | None = None
    retry_after_s: float | None = None
    content: bytes | None = None
    error: Mapping[str, Any] | None = None
    is_lost: bool = False
    media_url: str | None = None

    @property
    def is_reached(self) -> bool:
        """Whether the chat service itself answered and meant well: what ends an outage.

        Shape:   false for a page that says 200 in its place, as the sign-in page of a hotel's network does:
                 what has neither of the members that every envelope has is none.
        """
        is_envelope = self.outcome is not Outcome.BROKEN or self.chat_ended is not None
        return 200 <= self.status < 300 and is_envelope


class StartRequest(Struct, frozen=True, kw_only=True):
    """Who wants to chat, about what.

    Shape:   `url` is asked in place of the configured one, `headers` go out from now on, `fields` along with
             this request, `session` is one that the visitor had before: some protocols have use for these.
    """

    nickname: str = ""
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    subject: str = ""
    text: str = ""
    user_data: Mapping[str, Any] = field(default_factory=dict)
    url: str = ""
    headers: Mapping[str, str] = {}
    fields: Mapping[str, Any] = {}
    session: Credentials | None = None


class Upload(Struct, frozen=True, kw_only=True):
    """A file on its way to the server."""

    name: str
    content: bytes
    media_type: str = "application/octet-stream"
    description: str = ""


Heard = Callable[[Answer], object]


class Following(Protocol):
    """A session that is being followed."""

    def stop(self) -> None:
        """Hear no more of it; harmless when it has stopped by itself."""


class Polls(Struct, frozen=True):
    """The polls of a session, for a transport that can bring what is new without them at times.

    Shape:   `position` is the first event that is still wanted, `preview` what stands in the input box;
             `heard` is given answers that no poll has asked for. `rest` lets polling rest, and is given what
             is called where somebody would have it hurry; with None, polling goes on.
    """

    position: Callable[[], int]
    preview: Callable[[], str]
    heard: Heard
    rest: Callable[[Callable[[], object] | None], object]


class Transport(Protocol):
    """One protocol to one chat service.

    Shape:   every call gives an `Answer`, whatever happens. `position` is the first event index wanted; a
             negative one counts from the end.
    """

    @property
    def supports(self) -> Supports:
        """What can be asked of it."""

    async def start(self, request: StartRequest) -> Answer:
        """Ask for a new session."""

    async def refresh(self, session: Credentials, position: int, preview: str = "") -> Answer:
        """Everything from `position` on; `preview` is what stands in the input box."""

    async def send(
        self,
        session: Credentials,
        text: str,
        *,
        message_type: str = "text",
        attributes: Mapping[str, Any] | None = None,
    ) -> Answer:
        """Say `text`."""

    async def type(self, session: Credentials, *, is_typing: bool, preview: str, position: int) -> Answer:
        """Typing started or stopped."""

    async def notice(
        self, session: Credentials, text: str | None = None, attributes: Mapping[str, Any] | None = None
    ) -> Answer:
        """A word between programs."""

    async def update_user_data(self, session: Credentials, user_data: Mapping[str, Any]) -> Answer:
        """Merge into the data attached to the session."""

    async def push_url(self, session: Credentials, url: str) -> Answer:
        """Put an address before the other side."""

    async def update_nickname(self, session: Credentials, nickname: str) -> Answer:
        """Be called otherwise from now on."""

    async def read_receipt(self, session: Credentials, position: int) -> Answer:
        """Everything up to and including `position` was read."""

    async def disconnect(self, session: Credentials) -> Answer:
        """Leave, which ends the session."""

    async def file_limits(self, session: Credentials) -> Answer:
        """What may be uploaded."""

    async def upload(self, session: Credentials, file: Upload) -> Answer:
        """Put a file before the other side."""

    async def download(self, session: Credentials, file_id: str) -> Answer:
        """A file's bytes, in `content`."""

    async def delete_file(self, session: Credentials, file_id: str) -> Answer:
        """Take an own file back."""

    async def read_user_data(self, session: Credentials, keys: Sequence[str]) -> Answer:
        """The values of attached data that the visitor may read, in `response["userData"]`."""

    async def delete_user_data(self, session: Credentials, keys: Sequence[str]) -> Answer:
        """Remove attached data; when, in `response["timestamp"]`."""

    async def aclose(self) -> None:
        """Let go of connections."""


@runtime_checkable
class Pushing(Transport, Protocol):
    """A transport whose server tells what is new, so that nobody polls."""

    def follow(self, session: Credentials, position: int, heard: Heard) -> Following:
        """Give `heard` every answer that a `refresh` from `position` on would have given, as it comes.

        Shape:   a connection that is lost is told once for each try that fails, as unreachable; it is made
                 again, after pauses, and goes on behind the last event that was handed over, without a gap.
                 A session that the server does not know is told once, as refused, and followed no more.
        """


@runtime_checkable
class Paging(Transport, Protocol):
    """A transport whose indexes cannot be counted with: what lies behind is read in pages."""

    async def page(self, session: Credentials, count: int, upto: int | None = None) -> Answer:
        """The newest `count` events, or the last `count` up to the index `upto`, itself included."""

    async def resume(self, session: Credentials, user_data: Mapping[str, Any]) -> Answer:
        """Come back to a session after a while; its credentials as they are now."""


@runtime_checkable
class Relieving(Transport, Protocol):
    """A transport that can be polled, and need not be as long as something better works."""

    def relieve(self, session: Credentials, polls: Polls) -> Following:
        """Bring what is new without polls while that works, and let them go on whenever it does not.

        Shape:   what it brings may come twice, and what it cannot bring is asked for.
        """
