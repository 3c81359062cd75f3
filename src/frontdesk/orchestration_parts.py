"""Orchestration as the settings want it: its engine in a process of its own, its modules."""

from collections.abc import Callable
from pathlib import Path

from frontdesk.desk.orchestration.documents import Folder
from frontdesk.desk.orchestration.orchestration import Orchestration
from frontdesk.desk.orchestration.shards import SHARDS
from frontdesk.desk.orchestration.workers import Worker
from frontdesk.domain.orchestration.stepping import Times
from frontdesk.scxml.limits import Limits
from frontdesk.settings_orchestration import OrchestrationSettings
from frontdesk.store.log import Store


def orchestration(
    settings: OrchestrationSettings,
    store: Store,
    clock_ms: Callable[[], int],
    node_id: str,
    *,
    has_other_nodes: bool,
) -> Orchestration:
    """The sessions of one node, not yet running. The script worker starts when it is first needed."""
    limits = Limits(
        evaluation_cpu_ms=settings.evaluation_cpu_ms,
        macrostep_cpu_ms=settings.macrostep_cpu_ms,
        memory_bytes=settings.script_memory_bytes,
    )
    times = Times(
        age_ms=settings.session_age_s * 1000,
        idle_ms=settings.session_idle_s * 1000,
        requests_ms=settings.requests_ms(),
    )
    return Orchestration(
        store,
        Worker(limits),
        Folder(Path(settings.folder) if settings.folder else None),
        clock_ms,
        node_id,
        times,
        passive_after_ms=settings.passive_after_s * 1000,
        open_max=settings.sessions_in_memory_max,
        shards=SHARDS if has_other_nodes else 1,
    )
