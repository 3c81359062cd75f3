"""Orchestration as the settings want it: its engine in a process of its own, its modules."""

from collections.abc import Callable

from frontdesk.desk.identity import hash_key
from frontdesk.desk.orchestration.applications import Applications
from frontdesk.desk.orchestration.node_addresses import NodeAddresses
from frontdesk.desk.orchestration.orchestration import Orchestration
from frontdesk.desk.orchestration.responses import Responding, Responses
from frontdesk.desk.orchestration.resting import Bounds
from frontdesk.desk.orchestration.shards import SHARDS
from frontdesk.desk.orchestration.workers import Workers
from frontdesk.desk.orchestration.worlds import Worlds
from frontdesk.domain.orchestration.stepping import Times
from frontdesk.edges.applications_http import ApplicationsHttp
from frontdesk.edges.orchestration_http import BASE, Access, OrchestrationHttp
from frontdesk.scxml.limits import Limits
from frontdesk.settings import Settings
from frontdesk.settings_orchestration import OrchestrationSettings
from frontdesk.store.log import Store


def orchestration(
    settings: OrchestrationSettings,
    store: Store,
    applications: Applications,
    clock_ms: Callable[[], int],
    node_id: str,
    *,
    has_other_nodes: bool,
    http_url: str = "",
    worlds: Worlds | None = None,
) -> Orchestration:
    """The sessions of one node, not yet running. The script worker starts when it is first needed.

    Shape:   `http_url` is where programs reach the sessions, empty when they do not.
    """
    limits = Limits(
        evaluation_cpu_ms=settings.evaluation_cpu_ms,
        macrostep_cpu_ms=settings.macrostep_cpu_ms,
        memory_bytes=settings.script_memory_bytes,
    )
    times = Times(
        age_ms=settings.session_age_s * 1000,
        idle_ms=settings.session_idle_s * 1000,
        keep_ms=settings.session_keep_s * 1000,
        requests_ms=settings.requests_ms(),
    )
    return Orchestration(
        store,
        Workers(limits, settings.script_workers),
        applications,
        clock_ms,
        node_id,
        times,
        bounds=Bounds(
            passive_after_ms=settings.passive_after_s * 1000,
            open_max=settings.sessions_in_memory_max,
            bytes_max=settings.sessions_memory_bytes,
        ),
        http_address=f"{http_url}{BASE}/" if http_url else "",
        shards=SHARDS if has_other_nodes else 1,
        worlds=worlds,
    )


def orchestration_http(
    settings: Settings,
    store: Store,
    applications: Applications,
    sessions: Orchestration,
    clock_ms: Callable[[], int],
) -> OrchestrationHttp:
    """The way in for programs, with the answers that sessions give to those who wait for them."""
    own = settings.orchestration.http
    responses = Responses(own.answer_s)
    sessions.modules["session"] = Responding(sessions.modules["session"], responses, sessions.sessions)
    sessions.peers.on_over.append(responses.over)
    addresses = NodeAddresses(store, sessions.shards, own.node_url, clock_ms)
    return OrchestrationHttp(
        sessions.sessions,
        applications,
        responses,
        Access.of(own.keys, own.debug_keys, own.sources),
        clock_ms,
        addresses=addresses,
        look=sessions.look,
        is_in_memory=sessions.runner.lives.has_in_memory,
        public_url=http_url(settings),
        body_read_s=settings.limits.body_read_s,
    )


def applications_http(settings: Settings, applications: Applications) -> ApplicationsHttp:
    """The way in for who uploads applications."""
    keys = tuple(map(hash_key, settings.orchestration.http.manage_keys))
    return ApplicationsHttp(applications, keys, settings.limits.body_read_s)


def http_url(settings: Settings) -> str:
    """Where programs reach sessions; empty when they do not, or nobody has said."""
    own = settings.orchestration.http
    if not own.keys and not own.debug_keys:
        return ""
    return (settings.server.public_url or own.node_url).rstrip("/")
