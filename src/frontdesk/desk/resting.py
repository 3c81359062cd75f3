"""The conversations that rest, as those who answer find them."""

import msgspec
from msgspec import Struct

from frontdesk.desk.identity import interaction_of
from frontdesk.desk.interactions import RESTING
from frontdesk.domain.card import InteractionCard
from frontdesk.store.log import Shelf

SCANNED_MAX = 2000  # Of one page, so that no page holds up anybody; the next goes on from there.

_decode_card = msgspec.json.Decoder(InteractionCard).decode


class RestingPage(Struct, frozen=True):
    """Conversations that rest, by id. `next` is where the next page begins, or empty after the last."""

    conversations: dict[str, InteractionCard]
    next: str = ""


async def resting(shelf: Shelf, agent_id: str, after: str, limit: int) -> RestingPage:
    """The resting conversations that `agent_id` answered last; all of them for an empty id.

    Shape:   at most `limit` after the interaction `after`, in the order of their ids; a page may be short, or
             empty, and not be the last.
    Errors:  `Unavailable`.
    """
    found: dict[str, InteractionCard] = {}
    page = await shelf.cards(RESTING, is_open=True, after=f"interaction/{after}", limit=SCANNED_MAX)
    for filed in page:
        after = interaction_of(filed.stream) or ""
        try:
            card = _decode_card(filed.card.body)
        except msgspec.DecodeError:
            continue  # A newer version wrote it, and its nodes tell of it.
        if agent_id in ("", card.prefers):
            found[after] = card
        if len(found) == limit:
            return RestingPage(found, after)
    return RestingPage(found, after if len(page) == SCANNED_MAX else "")
