"""What operators have, put together: pages that look at sessions, and the call that erases."""

from starlette.routing import Route

from frontdesk.desk.erasing import Erasing
from frontdesk.desk.interactions import Interactions
from frontdesk.desk.orchestration.erasing import SessionEraser
from frontdesk.desk.orchestration.orchestration import Orchestration
from frontdesk.desk.orchestration.watching import Watching
from frontdesk.edges.erasing_http import ErasingHttp
from frontdesk.edges.operator_http import OperatorHttp
from frontdesk.edges.workspace_caller import Callers
from frontdesk.store.files import FileStore
from frontdesk.store.log import Store


def operator_routes(
    store: Store,
    files: FileStore,
    interactions: Interactions,
    sessions: Orchestration,
    watching: Watching,
    callers: Callers,
) -> list[Route]:
    """Every call of the operator's pages."""
    erasing = Erasing(store, files, interactions, SessionEraser(store, sessions.streams))
    return [*OperatorHttp(watching, callers).routes(), *ErasingHttp(erasing, callers).routes()]
