"""A visitor of a site with action maps, told step by step: what happens to the actions of a visit."""

import itertools
import uuid
from collections.abc import Callable, Sequence
from typing import Any

from msgspec.structs import replace

from frontdesk.domain.journey.action_maps import ActionKind, ActionMap, Activation, ActivationType, MediaType
from frontdesk.domain.journey.compiling import Compiled
from frontdesk.domain.journey.customer import Action, Customer
from frontdesk.domain.journey.definitions import Definitions, Deployment
from frontdesk.domain.journey.evolving import evolve
from frontdesk.domain.journey.facts import (
    Block,
    Blocked,
    Emitter,
    Fact,
    Happened,
    Moved,
    SegmentAssigned,
    State,
    VisitBegan,
    VisitEnded,
)
from frontdesk.domain.journey.gate import Offer, ping
from frontdesk.domain.journey.gate_checks import Ask
from frontdesk.domain.journey.matching import match
from frontdesk.domain.journey.offering import Reported, chat_moved, move
from frontdesk.domain.journey.pacing import Room
from frontdesk.domain.journey.qualifying import qualify
from frontdesk.domain.journey.reaping import carry, lapse, reap
from frontdesk.domain.journey.site_settings import FrequencyCap, JourneySettings, OffersMax
from frontdesk.domain.journey.web_events import Page, Scalar, WebEvent

PAGE = "https://shop.example/cart"
DEPLOYMENT = Deployment(id="d1", name="shop")
S1, S2 = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"
BEGAN_MS = 1_790_000_000_000
ROOMY = Room(free=100)
NO_CAPS = JourneySettings(
    frequency_caps={
        "webchat": FrequencyCap(cap_once_finalized=False, cap_once_rejected=False),
        "contentOffer": FrequencyCap(cap_once_finalized=False, cap_once_rejected=False),
    },
    max_offers_per_customer=OffersMax(count=0),
)


def a_map(name: str, **changes: Any) -> ActionMap:
    """A map on the segment `S1` that offers a chat at once."""
    kind = ActionKind(changes.pop("media_type", MediaType.WEBCHAT), **changes.pop("action", {}))
    changes.setdefault("trigger_with_segments", (S1,))
    changes.setdefault("activation", Activation(ActivationType.IMMEDIATE))
    return ActionMap(id=name, version=1, display_name=name, action=kind, **changes)


class Site(Compiled):
    """What a site has defined, as it is matched with."""

    def __init__(self, *maps: ActionMap, settings: JourneySettings = NO_CAPS, **others: Any) -> None:
        super().__init__(
            Definitions(
                deployments={"d1": DEPLOYMENT},
                action_maps={one.id: one for one in maps},
                settings=settings,
                **others,
            )
        )

    def edit(self, map_id: str, **changes: Any) -> None:
        """Save a map anew, as its next version."""
        before = self.definitions.action_maps[map_id]
        after = replace(before, version=before.version + 1, **changes)
        maps = {**self.definitions.action_maps, map_id: after}
        super().__init__(replace(self.definitions, action_maps=maps))


class Story:
    """One visitor: what is done, and what is true after it."""

    def __init__(self, site: Site, room: Room = ROOMY, seed: str = "") -> None:
        self.site = site
        self.here = room
        self.now_ms = BEGAN_MS
        self.customer = Customer(f"customer {seed}")
        self.facts: list[tuple[Fact, int]] = []
        self._numbers = itertools.count(1)
        self._seed = seed

    def room(self, _target_id: str, _deployment_id: str) -> Room:
        return self.here

    def ids(self) -> str:
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self._seed} {next(self._numbers)}"))

    def happen(self, *facts: Fact) -> Sequence[Fact]:
        for fact in facts:
            self.customer = evolve(self.customer, fact, self.now_ms)
            self.facts.append((fact, self.now_ms))
        return facts

    def pass_s(self, seconds: float) -> "Story":
        self.now_ms += round(seconds * 1000)
        return self

    # --- what the visitor does -----------------------------------------------------------------

    def visit(self) -> "Story":
        """Come to the site; a visit that is still open ends before."""
        self.leave()
        self.happen(VisitBegan(self.ids(), "d1", self.now_ms))
        self.happen(*carry(self.customer, self.now_ms))
        return self

    def leave(self) -> Sequence[Fact]:
        if not self.customer.visit.is_open:
            return ()
        lapsed = self.happen(*lapse(self.customer, self.now_ms))
        self.happen(VisitEnded(self.customer.visit.id, self.now_ms))
        return lapsed

    def assign(self, *segments: str, of_customer: bool = False, expires_ms: int = 0) -> "Story":
        """Fit segments, and earn what that earns."""
        for segment in segments:
            self.happen(
                SegmentAssigned(
                    segment,
                    self.ids(),
                    self.customer.visit.id,
                    of_customer=of_customer,
                    expires_ms=expires_ms,
                )
            )
        self.earn()
        return self

    def do(self, event_name: str, path: str = "/", **attributes: Scalar) -> "Story":
        """Do something on a page, and earn what that earns."""
        page = Page(url=f"https://shop.example{path}", pathname=path)
        event = WebEvent(
            self.ids(), event_name, self.customer.visit.id, self.now_ms, page, attributes=attributes
        )
        self.happen(Happened(event))
        self.happen(*match(self.customer, event, self.site, self.now_ms, self.ids))
        self.earn()
        return self

    def earn(self) -> Sequence[Fact]:
        return self.happen(*qualify(self.customer, self.site, self.now_ms, self.ids))

    def ping(self, url: str = PAGE, *, tab: str = "", is_media_open: bool = False) -> Sequence[Offer]:
        facts, offers = ping(self.customer, Ask(url, tab, is_media_open), self.site, self, self.now_ms)
        self.happen(*facts)
        return offers

    def pinged(self, url: str = PAGE, **more: Any) -> Sequence[str]:
        """The maps that a ping is given offers of."""
        return [offer.action.map_id for offer in self.ping(url, **more)]

    def say(self, state: State, map_id: str = "", *, trusts: bool = False, **more: Any) -> Sequence[Moved]:
        """Have the browser say it of the action of a map, the only one if none is named."""
        action = self.action(map_id)
        asked = Reported(self.customer.visit.id, "d1", action.id, state, **more)
        found = move(self.customer, asked, trusts_chat_states=trusts, now_ms=self.now_ms)
        self.happen(*found)
        return found

    def chat(self, state: State, map_id: str = "", interaction_id: str = "i1") -> Sequence[Moved]:
        """Have the chat server say it."""
        action = self.action(map_id)
        found = chat_moved(self.customer, action.id, state, interaction_id, now_ms=self.now_ms)
        self.happen(*found)
        return found

    def reap(self) -> Sequence[Moved]:
        found = reap(self.customer, self.site, self.now_ms)
        self.happen(*found)
        return found

    # --- what is true --------------------------------------------------------------------------

    def action(self, map_id: str = "") -> Action:
        found = [one for one in self.customer.actions if not map_id or one.map_id == map_id]
        assert found, f"there is no action of {map_id or 'any map'}"
        return found[-1]

    def state(self, map_id: str = "") -> State:
        return self.action(map_id).state

    def blocks(self) -> Sequence[Block]:
        """All blocks so far, in order."""
        return [block for fact, _ in self.facts if isinstance(fact, Blocked) for block in fact.blocks]

    def count(self, kind: type, holds: Callable[[Any], bool] = lambda _: True) -> int:
        return sum(isinstance(fact, kind) and holds(fact) for fact, _ in self.facts)


def shown(*maps: ActionMap, **more: Any) -> Story:
    """A visitor before whom the offer of the only map is."""
    story = Story(Site(*(maps or (a_map("m1"),)), **more)).visit().assign(S1)
    assert story.ping()
    story.say(State.OFFERED)
    return story.pass_s(3)


def in_state(state: State, media_type: MediaType = MediaType.WEBCHAT) -> Story:
    """A visitor whose only action is in a state, as if it had come there."""
    story = Story(Site(a_map("m1", media_type=media_type))).visit().assign(S1)
    story.ping()
    if state is not State.QUALIFIED:
        story.happen(Moved(story.action().id, state, Emitter.ENGINE))
    return story
