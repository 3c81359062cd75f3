"""Refusals that several wishes share."""

from frontdesk.domain.events import Medium
from frontdesk.domain.interaction import Interaction, Party
from frontdesk.errors import Refused


def here(state: Interaction, party_id: int) -> Party:
    """The party, which takes part now. Errors: `Refused("not_a_party")`."""
    party = state.party(party_id)
    if party is None or not party.is_present:
        raise Refused("not_a_party", "only a party of the interaction may do this")
    return party


def seen(state: Interaction, party_id: int) -> Party:
    """The party, which takes part now and is known to do so.

    Errors:  `Refused`: `not_a_party`, or `unseen` for a supervisor who listens silently.
    """
    party = here(state, party_id)
    if party.is_silent:
        raise Refused("unseen", "you listen silently; show yourself to the agents or to everybody first")
    return party


def too_long(what: str, limit: int) -> Refused:
    return Refused("text_too_long", f"{what} may have {limit} characters", limit=limit)


def in_a_chat(state: Interaction) -> None:
    """Errors: `Refused("not_a_chat")`: whom it would be for hears by mail alone."""
    if state.medium is Medium.MESSAGE:
        raise Refused(
            "not_a_chat", "messages are answered by mail; here only notes for your side can be said"
        )
