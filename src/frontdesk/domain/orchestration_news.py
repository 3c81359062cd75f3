"""What a session is told of one fact: the events, and the interaction as scripts see it from each on."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from frontdesk.domain.interaction import Interaction
from frontdesk.domain.orchestration_objects import (
    Object,
    interaction_object,
    party_id,
    party_objects,
    party_states,
)

ROUTING, REVOKING, DELETION, DETACHING = "routing", "revoking", "deletion", "detaching"
ACCEPTED, DECLINED, COMPLETED = "accepted", "declined", "completed"

# Numbers of section 9: what happened to the connection, and why.
CLEARED, ESTABLISHED, HELD_NOW, RETRIEVED, TRANSFERRED, CONFERENCED = 1, 3, 5, 9, 11, 12
CAUSE_CONFERENCE, CAUSE_DISTRIBUTED, CAUSE_NORMAL, CAUSE_TRANSFER = 2, 3, 6, 10


def in_control(state: Interaction) -> bool:
    """What its session was told: one that is about to end is not worth acting on."""
    return state.is_controlled and not state.ownership.closes


class News(Struct, frozen=True):
    """One event. `sees` are interactions as scripts see them from this event on, by id; None is no more."""

    name: str
    data: Mapping[str, Any]
    sees: Mapping[str, Object | None] = {}


class Telling(Struct, frozen=True):
    """What one session is told. It ends the request `request_id`, where that is given."""

    session_id: str
    news: tuple[News, ...]
    request_id: str = ""


class Change(Struct, frozen=True):
    """One fact, with the interaction before and after it."""

    interaction_id: str
    before: Interaction
    fact: Any
    after: Interaction
    at_ms: int

    def news(
        self,
        name: str,
        *,
        controlled: bool | None = None,
        medium_state: str = "",
        **data: Any,
    ) -> News:
        """An event about this interaction, as it is after the fact."""
        is_controlled = self.keeps_control if controlled is None else controlled
        seen = interaction_object(
            self.interaction_id,
            self.after,
            is_controlled=is_controlled,
            medium_state=medium_state,
        )
        said = {"interactionid": self.interaction_id, **data}
        return News(f"interaction.{name}", said, {self.interaction_id: seen})

    @property
    def keeps_control(self) -> bool:
        return in_control(self.before) and in_control(self.after)

    def of_party(self, name: str, device: str, state: str, **data: Any) -> News:
        """An event about one party."""
        about: dict[str, Any] = {
            "focusdeviceid": device,
            "partyid": party_id(self.interaction_id, device),
            "partystate": state,
        }
        return self.news(name, **about, **data)

    def in_step(self, news: Iterable[News]) -> Iterator[News]:
        """The news, with what a script has been told by each, and no more: of parties, and of control."""
        states, owned = party_states(self.before), self.before.ownership
        is_controlled = owned.had_control if owned.closes else self.before.is_controlled
        for one in news:
            device, state = one.data.get("focusdeviceid", ""), one.data.get("partystate", "")
            match one.name.removeprefix("interaction."):
                case "partydeleted":
                    states.pop(device, None)
                case "present":
                    is_controlled = True
                case "notcontrolled":
                    is_controlled = False
                case _:
                    states |= {device: state} if state else {}
            for seen in one.sees.values():
                if seen is not None:
                    seen["parties"] = party_objects(self.interaction_id, self.after, states)
                    seen["controlled"] = is_controlled
            yield one
