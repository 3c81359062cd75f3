"""A desk whose sessions write mails, which go to a real mail server on the loopback."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from frontdesk.desk.mail.intake import Intake
from frontdesk.desk.mail.mailroom import Mailroom, Sender
from frontdesk.desk.mail.names import Names
from frontdesk.desk.mail.outbox import Outbox
from frontdesk.desk.orchestration.message_module import MessageModule, Response
from frontdesk.edges.mail_smtp import SmtpCarrier
from frontdesk.settings_mail import MailSettings
from frontdesk.store.files import FolderFiles
from frontdesk.wire.mail_in import parse
from tests.conformance.owned import Heard, Owned, _obeys
from tests.desk.orchestration.stage import ors
from tests.edges.mails import question
from tests.post_office import PostOffice, post_office

# Tells what it hears, and what its script sees of the interaction that this is about.
WRITER = """
<datamodel><data id="last" expr="''"/></datamodel>
<script>
  function told() {
    var seen = _event.data &amp;&amp; _genesys.ixn.interactions[_event.data.interactionid];
    return JSON.stringify({name: _event.name, data: _event.data, seen: seen});
  }
</script>
<state id="listens">
  %s
  <transition event="do.finish" target="done"/>
  <transition event="*"><log expr="told()"/></transition>
</state>
<final id="done"/>
"""
_ACTIONS = {
    "createmessage": "interactionid from to cc subject body srid udata send",
    "sendmessage": "interactionid",
    "getcontent": "interactionid",
    "terminate": "interactionid",
    "redirect": "interactionid to",
}


def writer() -> bytes:
    """A document that writes mails as it is asked to, and logs what it is told."""
    return ors(WRITER % "\n".join(_obeys(*one) for one in _ACTIONS.items()))


class Mailed(Owned):
    """One node whose application `support` writes mails, from `help@desk.example`."""

    def __init__(self, office: PostOffice, files: FolderFiles) -> None:
        super().__init__(support=writer())
        node = self.node
        said = MailSettings(
            address="help@desk.example", smtp_host="127.0.0.1", smtp_port=office.port, smtp_security="none"
        )
        names = Names("desk.example", "a secret")
        self.office = office
        self.outbox = Outbox(node.interactions, files, SmtpCarrier(said), node.clock)
        self.mailroom = Mailroom(
            node.interactions,
            self.outbox,
            Sender("help@desk.example", "The shop", ("sales@desk.example",), "plain"),
            names,
            node.clock,
        )
        self.intake = Intake(node.store, files, node.interactions, node.services, names, "s", node.clock)
        self.stage.orchestration.modules["msgbased"] = MessageModule(
            node.interactions,
            self.mailroom,
            self.stage.sessions,
            {"late": Response("It is late, and we are sorry.", "Your order")},
        )
        self._tick["interaction"] = self.outbox.tick

    async def settle(self) -> None:
        """Let everything happen that follows at this time, at the mail server too."""
        while True:
            await super().settle()
            if not self.outbox.under_way:
                return
            await self.outbox.settle()

    async def wrote(self, session_id: str, **given: object) -> str:
        """Have a session write a mail; the new interaction."""
        asked = await self.ask(
            session_id,
            "createmessage",
            **{"to": "mira@shop.example", "subject": "Your order", "body": "It is on its way.", **given},
        )
        done = next(one for one in await self.heard(session_id) if one.data.get("requestid") == asked)
        assert done.name == "msgbased.createmessage.done", done.data
        return str(done.data["interactionid"])

    async def receives(self, **fields: str) -> str:
        """A mail comes in; the interaction that has it."""
        taken = await self.intake.take(parse(question(**fields).as_bytes()))
        await self.settle()
        return taken.interaction_id

    async def result(self, session_id: str, request_id: str) -> Heard:
        """What a session was answered."""
        return next(one for one in await self.heard(session_id) if one.data.get("requestid") == request_id)


@asynccontextmanager
async def mailed(files: FolderFiles) -> AsyncIterator[Mailed]:
    async with post_office() as office:
        desk = Mailed(office, files)
        async with desk:
            try:
                yield desk
            finally:
                await desk.outbox.aclose()
