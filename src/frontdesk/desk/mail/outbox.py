"""The outbox: sends what is to go out, once a node has won the trial, and remembers what came of it.

That a mail is to be sent is a fact of its interaction, whose timer fires when it is due. The tick that
follows hands each due mail to one node, for as long as a trial may take; so nothing is lost with a node, and
no two send at once. What the mail server answered is one more fact. If that answer, or the fact, is lost, the
mail goes again when the trial is over: mails are sent at least once, always under the same Message-ID.
"""

import asyncio
import contextlib
import secrets
from collections import Counter
from collections.abc import Callable

import structlog

from frontdesk.desk.interactions import Interactions
from frontdesk.desk.mail.carrier import Carrier, Later, Never, Taken
from frontdesk.domain.attachment import Attachment
from frontdesk.domain.commands import NoteMail
from frontdesk.domain.mail_facts import MailDelayed, MailFailed, MailPosted, MailSent, Outgoing
from frontdesk.errors import Conflict, DeskError, NotFound, Unavailable
from frontdesk.store.files import FileStore

AGAIN_S = (60, 300, 900, 3600, 10_800, 21_600, 43_200, 86_400)  # Two days, as mail servers try, too.
AT_ONCE_MAX = 8
CARRY_WITHIN_S = 240
NOTE_AGAIN_S = (0.1, 0.5, 1, 2, 5, 10, 30)  # As long as a database may be away without a second mail.
CLOSE_WITHIN_S = 5

Outcome = MailSent | MailDelayed | MailFailed

_log = structlog.get_logger("outbox")


class Gone(Exception):
    """A file of a mail is not there any more."""


class Outbox:
    """What is to go out. `counts` is how many mails were sent, put off and given up."""

    def __init__(
        self, interactions: Interactions, files: FileStore, carrier: Carrier, clock_ms: Callable[[], int]
    ) -> None:
        self.counts: Counter[str] = Counter()
        self.on_outcome: list[Callable[[str, Outcome], None]] = []
        self._interactions = interactions
        self._files = files
        self._carrier = carrier
        self._clock_ms = clock_ms
        self._room = asyncio.Semaphore(AT_ONCE_MAX)
        self._sending: set[asyncio.Task[None]] = set()

    @property
    def under_way(self) -> int:
        """How many mails this node is sending, or is about to."""
        return len(self._sending)

    async def tick(self, interaction_id: str) -> None:
        """Do what is due in an interaction, and begin to send its mails that are.

        Errors:  as `Interactions.tick`.
        """
        ticket = secrets.token_hex(8)
        await self._interactions.tick(interaction_id, ticket)
        _, full = await self._interactions.chats.full(interaction_id)
        for mail in full.state.mailbox.outgoing:
            if mail.ticket == ticket:
                task = asyncio.create_task(self._send(interaction_id, mail), name=f"mail {mail.mail_id}")
                self._sending.add(task)
                task.add_done_callback(self._sending.discard)

    def soon(self, interaction_id: str) -> None:
        """Begin at once with what was just posted here; its timer sees to it in any case."""
        task = asyncio.create_task(self._now(interaction_id), name=f"mails of {interaction_id}")
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _now(self, interaction_id: str) -> None:
        with contextlib.suppress(DeskError):
            await self.tick(interaction_id)

    async def settle(self) -> None:
        """Return when nothing that was begun here is under way."""
        while self._sending:
            await asyncio.wait(self._sending)

    async def aclose(self) -> None:
        """Let what is on its way arrive, for a moment; the rest is tried again by whoever comes next."""
        if self._sending:
            await asyncio.wait(self._sending, timeout=CLOSE_WITHIN_S)
        for task in self._sending:
            task.cancel()
        await asyncio.gather(*self._sending, return_exceptions=True)

    async def _send(self, interaction_id: str, mail: Outgoing) -> None:
        async with self._room:
            if self._clock_ms() + CARRY_WITHIN_S * 1000 > mail.due_ms:
                return  # It waited here for so long that somebody else is about to try.
            try:
                outcome = await self._carried(interaction_id, mail)
                await self._note(interaction_id, mail, outcome)
            except DeskError as error:
                _log.warning("mail_unsure", interaction_id=interaction_id, reason=str(error))

    async def _carried(self, interaction_id: str, mail: Outgoing) -> Outcome:
        posted, at_ms = await self._posted(interaction_id, mail.mail_id)
        try:
            async with asyncio.timeout(CARRY_WITHIN_S):
                files = [await self._file(interaction_id, file_id) for file_id in posted.files]
                carried = await self._carrier.carry(posted, at_ms, files)
        except TimeoutError:
            carried = Later("the mail server took too long")
        except Gone as gone:
            carried = Never("file_gone", str(gone))
        except Unavailable as error:
            carried = Later(str(error))
        match carried:
            case Taken():
                return MailSent(mail_id=mail.mail_id, answer=carried.answer, refused=carried.refused)
            case Never():
                return MailFailed(mail_id=mail.mail_id, code=carried.code, reason=carried.reason)
            case Later() if mail.attempt > len(AGAIN_S):
                return MailFailed(mail_id=mail.mail_id, code="gave_up", reason=carried.reason)
            case Later():
                again_ms = self._clock_ms() + AGAIN_S[mail.attempt - 1] * 1000
                return MailDelayed(mail.mail_id, carried.reason, again_ms)

    async def _posted(self, interaction_id: str, mail_id: str) -> tuple[MailPosted, int]:
        for told in reversed(await self._interactions.chats.history(interaction_id)):
            if isinstance(told.event, MailPosted) and told.event.mail_id == mail_id:
                return told.event, told.at_ms
        raise Unavailable("what was to be sent has been erased")

    async def _file(self, interaction_id: str, file_id: str) -> Attachment:
        """A file of an interaction, whole. Errors: `Gone`, `Unavailable`."""
        _, full = await self._interactions.chats.full(interaction_id)
        file = full.state.file(file_id)
        if file is None or file.is_deleted:
            raise Gone("a file of this mail is no longer there; send it again without the file")
        try:
            content = b"".join([chunk async for chunk in self._files.open(f"{interaction_id}/{file_id}")])
        except NotFound:
            raise Gone(f"the file {file.name} is no longer kept; send it again without the file") from None
        return Attachment(file.name, content, file.media_type)

    async def _note(self, interaction_id: str, mail: Outgoing, outcome: Outcome) -> None:
        for wait_s in (*NOTE_AGAIN_S, None):
            try:
                await self._interactions.do(interaction_id, NoteMail(mail.ticket, outcome))
                break
            except (Unavailable, Conflict):
                if wait_s is None:
                    raise
                await asyncio.sleep(wait_s)
        name = {MailSent: "sent", MailDelayed: "delayed", MailFailed: "failed"}[type(outcome)]
        self.counts[name] += 1
        _log.info(f"mail_{name}", interaction_id=interaction_id, attempt=mail.attempt)
        for observe in self.on_outcome:
            observe(interaction_id, outcome)
