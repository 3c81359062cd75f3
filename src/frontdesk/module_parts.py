"""Modules of dialogs, web services and classification, and what scripts may look at, as settings want."""

from collections.abc import Callable

from frontdesk.desk.floor import Floor
from frontdesk.desk.interactions import Interactions
from frontdesk.desk.orchestration.beginnings import Beginnings
from frontdesk.desk.orchestration.bot_turns import BotTurns
from frontdesk.desk.orchestration.busy_treatments import BusyTreatments
from frontdesk.desk.orchestration.by_action import ByAction
from frontdesk.desk.orchestration.classification_module import Category, ClassificationModule, checked
from frontdesk.desk.orchestration.dialog_module import DialogModule
from frontdesk.desk.orchestration.documents import Applications
from frontdesk.desk.orchestration.fetch_module import FetchModule
from frontdesk.desk.orchestration.fetch_request import Secret
from frontdesk.desk.orchestration.http_sends import HttpSends
from frontdesk.desk.orchestration.news import News
from frontdesk.desk.orchestration.orchestration import Orchestration
from frontdesk.desk.orchestration.slots import Slots
from frontdesk.desk.orchestration.speaker import Speaker
from frontdesk.desk.orchestration.surroundings import SessionWorlds, Told
from frontdesk.desk.orchestration.unsupported_module import UnsupportedModule
from frontdesk.desk.orchestration.web_client import WebClient
from frontdesk.scxml.world import Server
from frontdesk.settings_modules import FetchSettings
from frontdesk.settings_orchestration import OrchestrationSettings
from frontdesk.store.account import Accounts
from frontdesk.store.log import Store


class ModuleParts:
    """Some of the modules of a node's sessions.

    Shape:   `news` is told of every record of interactions, `busy` of what is submitted with treatments.
    """

    def __init__(
        self,
        settings: OrchestrationSettings,
        orchestration: Orchestration,
        store: Store,
        interactions: Interactions,
        floor: Floor,
        accounts: Accounts,
        clock_ms: Callable[[], int],
    ) -> None:
        delivery, modules = orchestration.sessions, orchestration.modules
        self.news = News()
        prompts = settings.dialog.prompts()
        speaker = Speaker(interactions, settings.dialog.speaker)
        beginnings = Beginnings(store, interactions.chats)
        bots = BotTurns(accounts.by_login, floor, interactions, beginnings, speaker, self.news)
        slots = Slots()
        self.busy = BusyTreatments(interactions, speaker, slots, prompts, clock_ms)

        async def first_of(session_id: str) -> str:
            owned = (await orchestration.sessions.session(session_id)).interactions
            return owned[0] if owned else ""

        self._dialog = DialogModule(
            delivery,
            interactions,
            beginnings,
            speaker,
            bots,
            slots,
            self.busy,
            self.news,
            first_of,
            prompts,
            clock_ms,
        )
        web = WebClient(settings.fetch.allowed(), body_bytes_max=settings.fetch.body_bytes_max)
        self._fetch = FetchModule(
            delivery, web, secrets_of(settings.fetch), in_flight_max=settings.fetch.in_flight_max
        )
        orchestration.peers.post = HttpSends(web).post
        categories = checked(
            {name: Category(given.keywords, given.patterns) for name, given in settings.categories.items()}
        )
        self._classification = ClassificationModule(delivery, interactions.chats, categories)
        modules["dialog"] = self._dialog
        modules["session"] = ByAction({"fetch": self._fetch}, modules["session"])
        modules["classification"] = self._classification
        modules["voice"] = UnsupportedModule(delivery)
        modules["resource"] = UnsupportedModule(delivery, "resources are only looked at, through _genesys")
        modules["ws"] = UnsupportedModule(delivery, "SOAP is not available; use session:fetch")

    async def aclose(self) -> None:
        """Leave what is under way to whoever runs the sessions next."""
        await self.busy.aclose()
        await self._dialog.aclose()
        await self._fetch.aclose()
        await self._classification.aclose()


def secrets_of(settings: FetchSettings) -> dict[str, Secret]:
    """Secrets by their names in small letters: in the environment names have no case."""
    return {
        name.lower(): Secret(given.value, tuple(host.lower() for host in given.hosts))
        for name, given in settings.secrets.items()
    }


def session_worlds(
    settings: OrchestrationSettings, applications: Applications, clock_ms: Callable[[], int], *, url: str = ""
) -> SessionWorlds:
    """What scripts of sessions may look at."""
    told = Told(
        server=Server(url=url or None),
        lists=settings.lists,
        options=settings.options,
        calendars={name: given.calendar() for name, given in settings.calendars.items()},
        zones=settings.zones,
    )
    return SessionWorlds(told, applications.document, clock_ms)
