"""What a chat says of the journey that it came from: its user data `journeyContext`, a JSON text.

Source:  journey.md §4.4. A visitor's browser writes it, so nothing in it is believed before it is compared.
"""

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from frontdesk.domain.journey.defined import UUID
from frontdesk.domain.visitor import JOURNEY_KEY

_Id = Annotated[str, Meta(pattern=UUID)]


class _Named(Struct):
    id: _Id


class _Triggering(Struct):
    id: _Id


class _Context(Struct, rename="camel"):
    customer: _Named
    customer_session: _Named
    triggering_action: _Triggering | None = None


class Context(Struct, frozen=True):
    """Whose chat it is, in which visit it began, and of which action it came, if it came of one."""

    customer_id: str
    visit_id: str
    action_id: str = ""


_decode = msgspec.json.Decoder(_Context).decode


def context_in(user_data: dict[str, str]) -> Context | None:
    """The context that a chat carries; None where it has none that can be read."""
    text = user_data.get(JOURNEY_KEY)
    if not text:
        return None
    try:
        read = _decode(text)
    except (msgspec.MsgspecError, RecursionError):
        return None
    action_id = read.triggering_action.id if read.triggering_action is not None else ""
    return Context(read.customer.id.lower(), read.customer_session.id.lower(), action_id.lower())
