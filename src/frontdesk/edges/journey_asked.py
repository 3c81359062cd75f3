"""The journey collector: what a request asks for, by its address. Source: journey.md §4."""

from functools import lru_cache

from msgspec import Struct

from frontdesk.edges.asgi import Scope

ROOT = "/api/v2/journey/deployments/"

# What may be asked of which address behind that of a deployment; metrics name it the same.
OPERATIONS = {
    ("POST", "webevents"): "event",
    ("POST", "webevents/batch"): "batch",
    ("GET", "customers/id/ping"): "ping",
    ("DELETE", "customers/id"): "erase",
    ("POST", "actionevent"): "action",
    ("POST", "consent"): "consent",
    ("GET", "config"): "config",
}
KEPT_MAX = 64  # Addresses: all page views of a site come to the same one, and most requests are page views.
METHODS = {place: tuple(method for method, other in OPERATIONS if other == place) for _, place in OPERATIONS}


class Asked(Struct, frozen=True):
    """One request.

    Shape:   `operation` is one of a fixed set, `customer_id` that of the address; `methods` are those that
             the address takes when it does not take this one.
    """

    operation: str
    deployment_id: str
    customer_id: str = ""
    methods: tuple[str, ...] = ()


def serves(path: str) -> bool:
    """Whether an address is one of the collector; a deployment itself is for who manages it."""
    return path.startswith(ROOT) and bool(path[len(ROOT) :].partition("/")[2])


def counted_as(scope: Scope) -> str:
    """What metrics call a request; empty for what is not counted: a question whether one may ask."""
    return _counted(scope["method"], scope["path"])


@lru_cache(KEPT_MAX)
def _counted(method: str, path: str) -> str:
    if method == "OPTIONS" or not serves(path):
        return ""
    return f"journey/{_asked(method, path).operation or 'unknown'}"


def asked_of(scope: Scope) -> Asked:
    """What a request asks for; its operation is empty when there is no such address."""
    return _asked(scope["method"], scope["path"])


@lru_cache(KEPT_MAX)
def _asked(method: str, path: str) -> Asked:
    deployment_id, _, place = path[len(ROOT) :].partition("/")
    customer_id = ""
    if place.startswith("customers/"):
        first, customer_id, *rest = place.split("/")
        place = "/".join((first, "id", *rest))
    operation = OPERATIONS.get((method, place), "")
    methods = () if operation else METHODS.get(place, ())
    operation = operation or ("method" if methods else "")
    return Asked(operation, deployment_id.lower(), customer_id.lower(), methods)
