"""What visitors may see, whichever protocol shows it to them."""

from typing import Any

import msgspec

from frontdesk.domain.events import Event, Visibility
from frontdesk.domain.interaction import Party

SURVEY_NICKNAME = "_GCTI_GSS"

_decode_object = msgspec.json.Decoder(dict[str, Any]).decode


def is_for_visitors(event: Event, party: Party) -> bool:
    """Whether a visitor may learn of what `party` did."""
    if party.visibility is not Visibility.ALL:
        return False
    return getattr(event, "visibility", Visibility.ALL) is Visibility.ALL


def is_safe_notice(party: Party, text: str) -> bool:
    """Whether clients survive a notice: what the survey's author says, they parse without a guard."""
    if party.nickname != SURVEY_NICKNAME:
        return True
    try:
        _decode_object(text)
    except (msgspec.DecodeError, RecursionError):
        return False
    return True
