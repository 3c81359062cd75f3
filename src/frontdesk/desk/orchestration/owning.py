"""Sessions and interactions put together: the modules that act on interactions, and the news of them."""

from collections.abc import Callable

from frontdesk.desk.floor import Floor
from frontdesk.desk.interactions import Interactions
from frontdesk.desk.orchestration.chat_module import ChatModule
from frontdesk.desk.orchestration.destinations import Destinations
from frontdesk.desk.orchestration.documents import Applications
from frontdesk.desk.orchestration.interaction_module import InteractionModule
from frontdesk.desk.orchestration.interactions import ApplicationRules, InteractionNews
from frontdesk.desk.orchestration.orchestration import Orchestration
from frontdesk.desk.orchestration.owners import owners_among
from frontdesk.desk.orchestration.sessions import FromOutside
from frontdesk.desk.services import ServiceBook
from frontdesk.domain.orchestration.ending import LOST
from frontdesk.domain.orchestration.session import Session
from frontdesk.errors import NotFound, Refused
from frontdesk.store.account import Accounts
from frontdesk.store.log import Store


def owning(
    orchestration: Orchestration,
    store: Store,
    interactions: Interactions,
    floor: Floor,
    services: ServiceBook,
    accounts: Accounts,
    clock_ms: Callable[[], int],
    node_id: str,
) -> InteractionNews:
    """The modules `interaction` and `chat` among those of `orchestration`, and the news for its sessions."""
    sessions, applications = orchestration.sessions, orchestration.applications
    about = owners_among(sessions)

    async def rules_of(application: str) -> ApplicationRules:
        return await _rules(applications, application)

    async def is_ending(session_id: str) -> bool:
        try:
            session = await sessions.session(session_id)
        except NotFound:
            return False
        return session.is_over and bool(session.errands)

    told = FromOutside(sessions)
    news = InteractionNews(
        store, interactions, floor, told, sessions.start, clock_ms, node_id, rules_of, is_ending
    )

    async def over(session: Session) -> None:
        is_lost = session.reason == LOST
        await news.over(session.id, session.interactions, session.began.application, is_lost=is_lost)

    destinations = Destinations(accounts, floor, services.knows_queue)
    orchestration.modules["interaction"] = InteractionModule(
        interactions, destinations, services, sessions, about
    )
    orchestration.modules["chat"] = ChatModule(interactions, destinations, sessions, about, rules_of)
    orchestration.peers.on_over.append(over)
    return news


async def _rules(applications: Applications, name: str) -> ApplicationRules:
    """What an application says; nothing where it cannot be read any more."""
    try:
        settings = (await applications.document(name)).settings
    except (NotFound, Refused):
        return ApplicationRules()
    return ApplicationRules(
        on_session_end=settings.on_session_end,
        fallback_queue=settings.fallback_queue,
        events=settings.events,
        bots=settings.bots,
    )
