"""Chat API version 3: what a request asks for, by its address and the headers that every request has.

Source:  chat-api-v3 §§4 and 5.
"""

from msgspec import Struct

from frontdesk.edges.asgi import Scope, address_of, header

# What may be asked of which address, by the words that stand after a session's id; metrics name it the same.
OPERATIONS = {
    ("POST", ""): "start",
    ("GET", "session"): "session",
    ("GET", "messages"): "poll",
    ("POST", "messages"): "send",
    ("PUT", "userdata"): "userdata",
    ("POST", "images"): "upload",
    ("GET", "images/id"): "image",
    ("GET", "files/id"): "file",
    ("DELETE", "participants/id"): "leave",
}
METHODS = {place: tuple(method for method, other in OPERATIONS if other == place) for _, place in OPERATIONS}


class Asked(Struct, frozen=True):
    """One request: what, of whom, and what proves who asks.

    Shape:   `operation` is one of a fixed set; `item_id` is what stands behind `images/` and the like;
             `methods` are those that the address takes when it does not take this one.
    """

    operation: str
    session_id: str
    item_id: str
    token: str
    api_key: str
    origin: str
    address: str
    methods: tuple[str, ...] = ()


def asked_of(scope: Scope, sessions_root: str, origin: str) -> Asked:
    """What a request asks for; its operation is empty when there is no such address."""
    path, operation, session_id, item_id = scope["path"], "", "", ""
    methods: tuple[str, ...] = ()
    if path == sessions_root or path.startswith(f"{sessions_root}/"):
        place, session_id, item_id = place_of(path[len(sessions_root) :])
        operation = OPERATIONS.get((scope["method"], place), "")
        if not operation and place in METHODS:
            operation, methods = "method", METHODS[place]
    return Asked(
        operation,
        session_id,
        item_id,
        header(scope, b"x-nexus-client-key").decode("latin-1").strip(),
        header(scope, b"x-api-key").decode("latin-1").strip(),
        origin,
        address_of(scope),
        methods,
    )


def place_of(path: str) -> tuple[str, str, str]:
    """What a path after that of all sessions means, as (place, session id, item id)."""
    session_id, _, rest = path.strip("/").partition("/")
    if not rest:
        return ("session" if session_id else ""), session_id, ""
    name, _, item_id = rest.partition("/")
    return (f"{name}/id" if item_id else name), session_id, item_id
