"""What of a session is kept for the next page or the next run, under the names that pages know.

Source:  webchat-service, section 6.3."""

import json
from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from frontdesk.client.filters import Filter, read_filters
from frontdesk.client.state_store import StateStore
from frontdesk.client.transport import Credentials
from frontdesk.client.v3_token import read_token

PREFIX = "_genesys.widgets.webchat.state"
TOKEN_PREFIX = f"{PREFIX}.pureengage-v3-rest"
NAMES = ("session", "keys", "ping", "index", "filters")
TOKEN_NAMES = ("session", "keys", "index")


class Saved(Struct, frozen=True):
    """A session that may be gone on with; without `ping_ms`, whatever its age."""

    credentials: Credentials
    ping_ms: int | None
    filters: tuple[Filter, ...] = ()


def save(
    store: StateStore, session: Credentials, *, now_ms: int, next_index: int, filters: Iterable[Filter]
) -> None:
    """Keep `session` as it is now."""
    kept: dict[str, object] = {f"{PREFIX}.filters": json.dumps({"custom": custom_of(filters)})}
    if session.token:
        kept |= {
            f"{TOKEN_PREFIX}.session": session.session_id,
            f"{TOKEN_PREFIX}.keys": session.token,
            f"{TOKEN_PREFIX}.index": next_index - 1,  # There it is the last one.
        }
        store.update(kept)
        return
    keys = {"secureKey": session.secure_key, "alias": session.alias, "userId": session.user_id}
    kept |= {
        f"{PREFIX}.session": session.session_id,
        f"{PREFIX}.keys": json.dumps({**keys, **session.extra}),
        f"{PREFIX}.ping": now_ms,
        f"{PREFIX}.index": next_index,
    }
    store.update(kept)


def custom_of(filters: Iterable[Filter]) -> list[dict[str, str]]:
    """Filters as they are kept."""
    return [{"source": one.source, "flags": one.flags} for one in filters]


def load(store: StateStore, *, tokens: bool = False) -> Saved | None:
    """The session that was kept; `None` when there is none or it cannot be understood.

    Shape:   `tokens`: for a protocol that proves its sessions with a token, which keeps its own.
    """
    custom = _object(store.get(f"{PREFIX}.filters")).get("custom")
    filters = tuple(read_filters(custom) or ()) if isinstance(custom, list) else ()
    if tokens:
        credentials = read_token(store.get(f"{TOKEN_PREFIX}.keys"))
        return None if credentials is None else Saved(credentials, None, filters)
    session_id, keys = store.get(f"{PREFIX}.session"), _object(store.get(f"{PREFIX}.keys"))
    if not isinstance(session_id, str) or not session_id or not keys:
        return None
    ping = store.get(f"{PREFIX}.ping")
    return Saved(credentials_from(session_id, keys), ping if isinstance(ping, int) else 0, filters)


def forget(store: StateStore) -> None:
    """Keep nothing of any session."""
    names = [f"{PREFIX}.{name}" for name in NAMES]
    store.remove(*names, *(f"{TOKEN_PREFIX}.{name}" for name in TOKEN_NAMES))


def credentials_from(session_id: str, keys: dict[str, Any]) -> Credentials:
    """Credentials as they are kept."""
    known = ("secureKey", "alias", "userId", "sessionID", "sessionId")
    return Credentials(
        session_id=session_id,
        secure_key=str(keys.get("secureKey") or ""),
        user_id=str(keys.get("userId") or ""),
        alias=str(keys.get("alias") or ""),
        extra={name: str(value) for name, value in keys.items() if name not in known},
    )


def _object(text: object) -> dict[str, Any]:
    try:
        value = json.loads(text) if isinstance(text, str) else text
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
