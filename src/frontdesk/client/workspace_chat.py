"""One chat as an agent or a bot has it: what can be done in it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Literal

import msgspec

from frontdesk.client.workspace_http import WorkspaceHttp
from frontdesk.client.workspace_messages import FileCard, InteractionCard
from frontdesk.client.workspace_socket import WorkspaceSocket
from frontdesk.client.workspace_view import VISITOR, ChatMessage, ChatView

WRITES_IN_FLIGHT_MAX = 16  # A server knows the newest few dozen writes of a chat when they are repeated.
TYPING_AGAIN_S = 4.0  # Servers take typing as over after about ten seconds of silence.


class Chat(ChatView):
    """A chat that is yours: say, type, move files, hand over, end.

    Errors:  every write raises `Refused(code, text)` when the server says no, and `Unavailable` when the
             session was closed before the server answered. A write survives the loss of the connection and
             has its effect once.
    """

    def __init__(
        self, card: InteractionCard, participant_id: str, socket: WorkspaceSocket, http: WorkspaceHttp
    ) -> None:
        super().__init__(card, participant_id)
        self._socket = socket
        self._http = http
        self._room = asyncio.Semaphore(WRITES_IN_FLIGHT_MAX)
        self._answering: asyncio.Task[Any] | None = None
        self._answers = 0
        self._message_version = 0

    async def messages(self) -> AsyncIterator[ChatMessage]:
        """What the visitor says, until the chat is over for you.

        Shape:   each message once, also when this program is restarted meanwhile: asking for the next one
                 marks the one before as read, and a message that was not marked comes again. What the same
                 task wrote while it had that message is then known to be a repetition and has no effect.
        """
        await self.complete()
        try:
            async for happened in self.events(self.done_up_to):
                message = self.message_of(happened)
                if message is not None and message.party_id == VISITOR:
                    self._answering, self._answers = asyncio.current_task(), 0
                    self._message_version = message.version
                    yield message
                    self._answering = None
                    self._socket.mention("receipt", interaction_id=self.id, up_to=message.version)
                self.done_up_to = happened.version
        finally:
            self._answering = None

    async def say(
        self,
        text: str,
        *,
        message_type: str = "",
        attributes: Mapping[str, Any] | None = None,
        visibility: Literal["all", "agents"] = "all",
    ) -> None:
        """Say something to everybody, or with `agents` only to those on this side."""
        members: dict[str, Any] = {"text": text}
        if message_type:
            members["message_type"] = message_type
        if attributes:
            members["attributes"] = attributes
        if visibility != "all":
            members["visibility"] = visibility
        await self._write("say", **members)

    async def send_mail(
        self,
        text: str,
        *,
        subject: str = "",
        to: Sequence[str] = (),
        cc: Sequence[str] = (),
        bcc: Sequence[str] = (),
        files: Sequence[str] = (),
    ) -> None:
        """Answer a message interaction by mail: to whom wrote last, unless `to` names others.

        Shape:   `files` are ids of files of this interaction, as `upload` tells them. It returns when the
                 mail is to go out for certain; `mails` tells when the mail server has it, and why it would
                 not take it.
        Errors:  `Refused`: `address_invalid`, `subject_invalid`, `text_missing`, `text_too_long`,
                 `recipient_missing`, `too_many_recipients`, `not_a_message`, `mail_off`,
                 `file_gone`, `file_too_large`, `too_many_files`.
        """
        lists = {"to": list(to), "cc": list(cc), "bcc": list(bcc), "files": list(files)}
        members = {name: value for name, value in {"subject": subject, **lists}.items() if value}
        await self._write("send_mail", text=text, **members)

    async def whisper(self, text: str) -> None:
        """Say something that the visitor does not see."""
        await self.say(text, visibility="agents")

    async def greet(self, text: str) -> None:
        """Say something as the first word: nothing happens in a chat where you have spoken before."""
        await self.complete()
        if not self.is_resumed:
            await self.say(text)

    async def type(self, is_typing: bool = True) -> None:
        """Show that you are typing, or no longer are. Worth nothing later, so it is never repeated."""
        self._socket.mention("type", interaction_id=self.id, is_typing=is_typing)

    @contextlib.asynccontextmanager
    async def typing(self) -> AsyncIterator[None]:
        """Show that you are typing for as long as the block runs."""
        showing = asyncio.create_task(self._keep_typing(), name=f"typing {self.id}")
        try:
            yield
        finally:
            showing.cancel()
            await self.type(False)

    async def _keep_typing(self) -> None:
        while True:
            await self.type()
            await asyncio.sleep(TYPING_AGAIN_S)

    async def push_url(self, url: str) -> None:
        """Put a link to open before the visitor."""
        await self._write("push_url", url=url)

    async def notice(
        self,
        text: str = "",
        *,
        attributes: Mapping[str, Any] | None = None,
        visibility: Literal["all", "agents"] = "all",
    ) -> None:
        """Give a custom notice, which programs at the other end understand."""
        await self._write("notice", text=text, attributes=attributes or {}, visibility=visibility)

    async def set_data(self, **user_data: str) -> None:
        """Merge values into the user data."""
        await self._write("set_data", user_data=user_data)

    async def read(self, up_to: int | None = None) -> None:
        """Tell that you have read everything up to a version; by default, all there is."""
        await self._write("receipt", up_to=self.version if up_to is None else up_to)

    async def hand_over(self, queue: str = "", summary: str = "") -> None:
        """Let a person of `queue` (by default the service's) go on; you leave.

        Shape:   `summary` is what that person should know; the visitor does not see it.
        """
        members = {name: value for name, value in (("queue", queue), ("summary", summary)) if value}
        await self._write("hand_over", **members)

    # --- together with colleagues ----------------------------------------------------------------

    async def call(
        self,
        agent_id: str,
        purpose: Literal["conference", "consult", "transfer"] = "conference",
        note: str = "",
    ) -> None:
        """Ring for a colleague: to answer too, to advise unseen, or to take over when you may go.

        Shape:   who can be called tells `AgentClient.colleagues`; the visitor does not see the note.
        Errors:  `Refused`: `agent_away`, `agent_busy`, `already_here`, `already_ringing`.
        """
        members = {"agent_id": agent_id, "purpose": purpose, **({"note": note} if note else {})}
        await self._write("call", **members)

    async def call_off(self) -> None:
        """Stop ringing for the colleague."""
        await self._write("call_off")

    async def bring_in(self, party_id: int) -> None:
        """Let the visitor see a colleague who has only advised so far."""
        await self._write("show", party_id=party_id)

    async def step_forward(self, visibility: Literal["all", "agents"] = "all") -> None:
        """As a supervisor who listens: be known to the agents, to whisper, or to everybody, to answer."""
        await self._write("show", visibility=visibility)

    async def pass_on(self, party_id: int) -> None:
        """Leave it to a colleague who is here."""
        await self._write("pass_on", party_id=party_id)

    async def park(self) -> None:
        """Put it aside: it is not closed for silence until you go on with it."""
        await self._write("park")

    async def resume(self) -> None:
        """Go on with it; saying something does so, too."""
        await self._write("resume")

    async def merge(self, other: str, *, leaves: bool = False) -> None:
        """Bring in another chat of yours, by its id, with the colleagues in it; the other one ends.

        Shape:   with `leaves` you go, and leave this chat to those who stay.
        Errors:  `Refused`: `same_chat`, `ended`, `not_answering`, `nobody_stays`.
        """
        await self._write("merge", other=other, **({"leaves": True} if leaves else {}))

    async def take_over(self) -> None:
        """As a supervisor: answer from now on. Who answered leaves."""
        await self._write("take_over")

    async def leave(self) -> None:
        """Leave; by the service's rules the chat ends with its last agent."""
        await self._write("leave")

    async def end(self, reason: str = "") -> None:
        """End it for everybody."""
        await self._write("end", **({"reason": reason} if reason else {}))

    async def upload(
        self, name: str, content: bytes, media_type: str = "application/octet-stream"
    ) -> FileCard:
        """Put a file into the chat; in a message interaction it goes with a mail that names it.

        Errors: `Refused`, also for a file that is too big.
        """
        async with self._room:
            response = await self._http.call(
                "POST",
                f"/api/workspace/interactions/{self.id}/files",
                files={"file": (name, content, media_type)},
                data={"id": self._socket.new_id()},
            )
        return msgspec.json.decode(response.content, type=FileCard)

    async def download(self, file_id: str) -> bytes:
        """The content of a file of this chat."""
        response = await self._http.call("GET", f"/api/workspace/interactions/{self.id}/files/{file_id}")
        return response.content

    async def delete_file(self, file_id: str) -> None:
        """Take back a file of your own."""
        await self._write("delete_file", file_id=file_id)

    async def _write(self, verb: str, **members: Any) -> None:
        write_id = self._answer_id()
        async with self._room:
            await self._socket.write(verb, write_id, interaction_id=self.id, **members)

    def _answer_id(self) -> str:
        """The id of a write that answers a message: the same after a restart. Empty for any other write."""
        if self._answering is None or self._answering is not asyncio.current_task():
            return ""
        self._answers += 1
        return f"{self._participant_id}.{self.card.party_id}.{self._message_version}.{self._answers}"
