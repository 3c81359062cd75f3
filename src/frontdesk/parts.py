"""Every part of one node, put together; `main.py` opens what they need, and runs them."""

import asyncio
import os
import secrets
import socket
from collections.abc import Callable, Sequence
from pathlib import Path

import structlog
from starlette.applications import Starlette

from frontdesk.desk.agents import Agents
from frontdesk.desk.chats import Chats
from frontdesk.desk.colleagues import Colleagues
from frontdesk.desk.files import Files
from frontdesk.desk.floor import Floor
from frontdesk.desk.follower import Follower
from frontdesk.desk.hub import Hub
from frontdesk.desk.interactions import Interactions
from frontdesk.desk.missed import Missed
from frontdesk.desk.nodes import BEAT_S, Heartbeat
from frontdesk.desk.orchestration.applications import Applications, take_in
from frontdesk.desk.orchestration.owning import owning
from frontdesk.desk.orchestration.queueing import queueing
from frontdesk.desk.orchestration.watching import Watching
from frontdesk.desk.positions import Positions
from frontdesk.desk.previews import Previews
from frontdesk.desk.reception import Reception
from frontdesk.desk.routing import Routing
from frontdesk.desk.sign_ins import SignIns
from frontdesk.desk.staff import Staff
from frontdesk.desk.timers import Timers
from frontdesk.desk.working import Work
from frontdesk.domain.agent import Role
from frontdesk.edges.app import FrontdeskApp
from frontdesk.edges.limits import Window
from frontdesk.edges.logs import log_end
from frontdesk.edges.metrics import Metrics
from frontdesk.edges.openapi import describe_as
from frontdesk.edges.operations import Operations
from frontdesk.edges.pages import pages
from frontdesk.edges.session_metrics import SessionMetrics
from frontdesk.edges.workspace_caller import Callers
from frontdesk.edges.workspace_http import WorkspaceHttp
from frontdesk.edges.workspace_session import Desk
from frontdesk.edges.workspace_socket import WorkspaceSocket
from frontdesk.errors import DeskError
from frontdesk.journey_homes import DEFINITIONS, NodeParts, journey_home
from frontdesk.mail_parts import Mail
from frontdesk.module_parts import ModuleParts, session_worlds
from frontdesk.operator_parts import operator_routes
from frontdesk.orchestration_parts import applications_http, http_url, orchestration, orchestration_http
from frontdesk.service_book import service_book
from frontdesk.settings import Settings
from frontdesk.store.files import FileStore
from frontdesk.store.log import Recorded
from frontdesk.store.open import Database
from frontdesk.visitor_parts import VisitorDesk, VisitorParts

Clock = Callable[[], int]

_log = structlog.get_logger("main")


class Parts:
    """Every part of one node, put together and not yet running."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        journeys: Database | None,
        files: FileStore,
        clock_ms: Clock,
        secret: str,
        *,
        is_demo: bool,
        journeys_are_apart: bool = False,
    ) -> None:
        store, limits = database.store, settings.limits
        # Where there is one node only, it takes up at once what it had when it was killed.
        node_id = secrets.token_hex(8) if database.shares_presence else "only"
        self.accounts = database.accounts
        self.staff = Staff(database.accounts, clock_ms)
        self.services = service_book(settings)
        self.floor = Floor(clock_ms, settings.workspace.ring_again_s * 1000, self.services.queue_rules)
        self.chats = Chats(store, clock_ms, shares_presence=database.shares_presence)
        self.interactions = Interactions(store, self.chats, self.services, clock_ms)
        self.mail = Mail(settings, store, files, self.interactions, self.services, clock_ms, secret, node_id)
        self.agents = Agents(
            store,
            self.floor,
            self.interactions,
            clock_ms,
            away_ms=settings.workspace.away_s * 1000,
        )
        reception = Reception(self.services, self.floor, clock_ms)
        self.routing = Routing(
            store,
            self.interactions,
            self.agents,
            self.floor,
            self.services,
            reception,
            clock_ms,
            node_id,
        )
        self.applications = Applications(store, clock_ms, is_told=True)
        self._applications_folder = settings.orchestration.folder
        worlds = session_worlds(settings.orchestration, self.applications, clock_ms, url=http_url(settings))
        self.orchestration = orchestration(
            settings.orchestration,
            store,
            self.applications,
            clock_ms,
            node_id,
            has_other_nodes=database.shares_presence,
            http_url=http_url(settings),
            worlds=worlds,
        )
        self.news = owning(
            self.orchestration,
            store,
            self.interactions,
            self.floor,
            self.services,
            self.accounts,
            clock_ms,
            node_id,
        )
        self.modules = ModuleParts(
            settings.orchestration,
            self.orchestration,
            store,
            self.interactions,
            self.floor,
            self.accounts,
            clock_ms,
        )
        self.queueing = queueing(
            self.orchestration,
            self.interactions,
            self.floor,
            self.services,
            self.accounts,
            self.agents,
            {name: section.who() for name, section in settings.groups.items()},
            clock_ms,
            self.modules.busy,
        )
        worlds.value = self.queueing.statistics.value
        self.orchestration.modules["msgbased"] = self.mail.module(self.orchestration.sessions)
        self.timers = Timers(
            store,
            clock_ms,
            {
                "interaction": self.mail.outbox.tick,
                "agent": self.agents.tick,
                "session": self.orchestration.tick,
            },
        )
        previews = Previews(store, node_id, are_shared=database.shares_presence)
        self.hub = Hub(self.chats, self.floor, previews)
        self.colleagues = Colleagues(self.interactions, self.floor, self.services)
        self.positions = Positions(store, are_shared=database.shares_presence)
        self.missed = Missed(self.agents, self.floor, settings.workspace.not_ready_after)
        watching = Watching(store, self.orchestration, self.applications, self.interactions, clock_ms)
        self.follower = Follower(
            store,
            self.chats,
            self.agents,
            self.floor,
            self.hub,
            {
                "session": watching.beside(self.orchestration.heard),
                "application": self.applications.heard,
                "interaction": self._heard_of_interaction,
                DEFINITIONS: lambda name, record: self.journeys.heard(name, record),
            },
        )
        self.metrics = Metrics(self.floor)
        self.metrics.registry.register(SessionMetrics(self.orchestration.runner, self.orchestration.engine))
        self.mail.measure(self.metrics)
        self.interactions.on_card += [
            self.floor.put,
            lambda interaction_id, card: self.metrics.observe(interaction_id, card, clock_ms()),
            log_end,
            self.positions.observe,
        ]

        chat_files = Files(files, self.interactions, self.services, clock_ms)
        self.visitors = VisitorParts(
            settings,
            VisitorDesk(
                interactions=self.interactions,
                services=self.services,
                floor=self.floor,
                hub=self.hub,
                reception=reception,
                positions=self.positions,
                files=chat_files,
                metrics=self.metrics,
                clock_ms=clock_ms,
                secret=secret,
            ),
        )

        sign_ins = SignIns(database.accounts, clock_ms, session_ms=settings.workspace.session_s * 1000)
        callers = Callers(sign_ins, settings.server.public_url)
        node = NodeParts(
            store,
            self.interactions,
            self.services,
            self.floor,
            self.visitors.traffic,
            self.metrics,
            callers,
            clock_ms,
            secret,
            node_id,
        )
        self.journeys = journey_home(settings, journeys, node, are_apart=journeys_are_apart)
        desk = Desk(
            self.interactions,
            self.agents,
            self.floor,
            self.hub,
            self.colleagues,
            self.mail.mailroom,
            clock_ms,
            limits.socket_outbox_messages_max,
            self.metrics.refused,
        )
        self.socket = WorkspaceSocket(
            desk, callers, sign_ins.live, self.metrics, limits.socket_message_bytes_max
        )
        checks = {"database": store.ping, "files": files.ping}
        description = describe_as(settings)
        self.operations = Operations(self.metrics, checks, description, self.journeys.measured)
        workspace = WorkspaceHttp(
            sign_ins,
            self.interactions,
            self.colleagues,
            store,
            chat_files,
            callers,
            self.socket,
            Window(
                "sign_ins_per_minute_per_address", limits.sign_ins_per_minute_per_address, 60_000, clock_ms
            ),
            self.metrics,
            file_bytes_max=max(
                (s.rules.files.upload_max_file_bytes for s in settings.services.values()), default=0
            ),
            body_read_s=limits.body_read_s,
            upload_read_s=limits.upload_read_s,
            session_s=settings.workspace.session_s,
        )
        self.programs = orchestration_http(settings, store, self.applications, self.orchestration, clock_ms)
        rest = Starlette(
            routes=[
                *workspace.routes(),
                *operator_routes(store, files, self.interactions, self.orchestration, watching, callers),
                *self.mail.routes(),
                *self.journeys.routes(),
                *applications_http(settings, self.applications).routes(),
                *self.operations.routes(),
                *pages(demo=is_demo),
            ]
        )
        self.app = FrontdeskApp(
            self.visitors.chat_v2,
            self.visitors.sockets,
            self.visitors.cometd,
            self.visitors.chat_v3,
            self.journeys.door,
            self.programs,
            self.socket,
            rest,
        )
        self._shares_presence = database.shares_presence
        self._heartbeat = Heartbeat(store, f"{socket.gethostname()}:{os.getpid()}", node_id, clock_ms)
        self._store = store

    async def load(self) -> None:
        """Read what is open now; from here on the follower keeps it true."""
        self.follower.position = await self._store.head()
        await self.floor.load(self._store)
        if self._applications_folder:
            await take_in(self.applications, Path(self._applications_folder))
        await self.news.load()
        await self.journeys.load()
        if self._shares_presence:
            await self._heartbeat.begin()
        await self._find_bots()

    def work(self) -> Sequence[Work]:
        """What runs as long as the server does, by name."""
        return (
            ("follower", self.follower.run),
            ("timers", self.timers.run),
            ("routing", self.routing.run),
            ("presence", self._presence),
            ("missed invites", self.missed.run),
            *self.mail.work(),
            *self.journeys.work(),
            *self.orchestration.work(),
            ("orchestration news", self.news.run),
            *self.queueing.work(),
        )

    def _heard_of_interaction(self, interaction_id: str, record: Recorded) -> None:
        self.modules.news.heard(interaction_id, record)
        self.missed.heard(interaction_id, record)
        self.journeys.chat_heard(interaction_id, record)

    async def _presence(self) -> None:
        while True:
            await asyncio.sleep(BEAT_S)
            self.chats.rest()
            try:
                await self._find_bots()
                if self._shares_presence:
                    await self._heartbeat.beat()
                    await self.chats.share_presence()
                    await self.agents.share_presence()
                await self.socket.recheck()
                await self.agents.dismiss(await self.accounts.disabled())
            except DeskError as error:
                _log.warning("presence_paused", reason=str(error))

    async def _find_bots(self) -> None:
        for login in self.services.unknown_bots():
            account = await self.accounts.by_login(login)
            if account is not None and account.role is Role.BOT:
                self.services.know_bot(login, account.account_id)

    def stop(self) -> None:
        """Say that this node is about to stop, and let agents and bots go."""
        self.operations.is_stopping = True
        self.chats.watchers.stop()
        self.socket.stop()
        self.visitors.stop()

    async def aclose(self) -> None:
        if self._shares_presence:
            await self._heartbeat.end()
        await self.journeys.aclose()
        await self.visitors.aclose()
        await self.hub.aclose()
        await self.programs.aclose()
        await self.orchestration.aclose()
        await self.mail.aclose()
        await self.modules.aclose()
        await self.positions.aclose()
        await self.interactions.aclose()
