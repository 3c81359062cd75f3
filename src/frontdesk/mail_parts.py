"""Everything about mail, put together: what the settings leave out has no part in it."""

from collections.abc import Callable, Sequence

from starlette.routing import Route

from frontdesk.desk.interactions import Interactions
from frontdesk.desk.mail.carrier import Carrier, NoCarrier
from frontdesk.desk.mail.intake import Intake
from frontdesk.desk.mail.mailroom import Mailroom, Sender
from frontdesk.desk.mail.names import Names
from frontdesk.desk.mail.outbox import Outbox
from frontdesk.desk.orchestration.message_module import MessageModule, Response
from frontdesk.desk.orchestration.modules import Delivery
from frontdesk.desk.services import ServiceBook
from frontdesk.desk.working import Work
from frontdesk.edges.mail_imap import ImapFetcher
from frontdesk.edges.mail_inbound import MailInbound
from frontdesk.edges.mail_metrics import MailFigures
from frontdesk.edges.mail_smtp import SmtpCarrier
from frontdesk.edges.metrics import Metrics
from frontdesk.settings import Settings
from frontdesk.store.files import FileStore
from frontdesk.store.log import Store
from frontdesk.wire.mail_out import plain


class Mail:
    """The parts of one node that have to do with mail."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        files: FileStore,
        interactions: Interactions,
        services: ServiceBook,
        clock_ms: Callable[[], int],
        secret: str,
        node_id: str,
    ) -> None:
        said = settings.mail
        carrier: Carrier = SmtpCarrier(said) if said.smtp_host else NoCarrier()
        names = Names(domain=plain(said.address).rpartition("@")[2], secret=secret)
        sender = Sender(said.address, said.name, said.senders, said.service)
        self.outbox = Outbox(interactions, files, carrier, clock_ms)
        self.mailroom = Mailroom(interactions, self.outbox, sender, names, clock_ms)
        self.intake = Intake(store, files, interactions, services, names, said.service, clock_ms)
        self._inbound = MailInbound(
            self.intake, said.inbound_key, said.message_bytes_max, settings.limits.upload_read_s
        )
        self._fetcher = ImapFetcher(said, self.intake, store, node_id, clock_ms)
        self._settings = said
        self._interactions = interactions

    def module(self, delivery: Delivery) -> MessageModule:
        """What sessions of applications do with mails."""
        said = self._settings.responses
        responses = {name: Response(one.text, one.subject) for name, one in said.items()}
        return MessageModule(self._interactions, self.mailroom, delivery, responses)

    def measure(self, metrics: Metrics) -> None:
        """Let operators see what becomes of mails."""
        metrics.registry.register(MailFigures(self.outbox, self.intake.counts))

    def routes(self) -> list[Route]:
        """Where mails are brought, if they are."""
        return self._inbound.routes() if self._settings.inbound_key else []

    def work(self) -> Sequence[Work]:
        """What runs as long as the server does."""
        return (("imap", self._fetcher.run),) if self._settings.imap_host else ()

    async def aclose(self) -> None:
        """Let what is on its way arrive."""
        await self.outbox.aclose()
