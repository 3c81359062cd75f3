"""Routing by applications put together: the modules `queue` and `statistic`, and the numbers they need."""

from collections.abc import Callable, Mapping

from frontdesk.desk.agents import Agents
from frontdesk.desk.floor import Floor
from frontdesk.desk.interactions import Interactions
from frontdesk.desk.orchestration.orchestration import Orchestration
from frontdesk.desk.orchestration.owners import owners_among
from frontdesk.desk.orchestration.queue_module import QueueModule, Treatments
from frontdesk.desk.orchestration.statistic_module import StatisticModule
from frontdesk.desk.orchestration.submit_values import NAME_CHARS_MAX, Reader
from frontdesk.desk.services import ServiceBook
from frontdesk.desk.statistics import Statistics
from frontdesk.desk.working import Work
from frontdesk.store.account import Accounts


class Queueing:
    """The numbers of one node, and what tells them."""

    def __init__(self, statistics: Statistics, module: StatisticModule) -> None:
        self.statistics = statistics
        self.told = module

    def work(self) -> tuple[Work, ...]:
        """What runs as long as the server does, by name."""
        return (("statistics", self.told.run),)


def queueing(
    orchestration: Orchestration,
    interactions: Interactions,
    floor: Floor,
    services: ServiceBook,
    accounts: Accounts,
    agents: Agents,
    groups: Mapping[str, str],
    clock_ms: Callable[[], int],
    treatments: Treatments | None = None,
) -> Queueing:
    """The modules among those of `orchestration`. `groups` are named skill expressions."""
    sessions = orchestration.sessions
    about = owners_among(sessions)

    async def find_agent(name: str) -> str:
        if len(name) > NAME_CHARS_MAX:
            return ""
        account = await accounts.by_id(name) or await accounts.by_login(name)
        return account.account_id if account is not None and not account.is_disabled else ""

    statistics = Statistics(floor, services.queue_rules, groups, clock_ms)
    floor.is_here = agents.is_here
    reader = Reader(find_agent, statistics, services.knows_queue)
    told = StatisticModule(statistics, sessions, clock_ms)
    orchestration.modules["queue"] = QueueModule(interactions, floor, reader, treatments, sessions, about)
    orchestration.modules["statistic"] = told
    return Queueing(statistics, told)
