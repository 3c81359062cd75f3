"""Given, when, then for one interaction: what has happened, what is asked, what follows."""

from typing import Self

import pytest

from frontdesk.domain.commands import Command
from frontdesk.domain.deciding import decide
from frontdesk.domain.events import Event, Joined, Kind, Queued, Started, Visibility
from frontdesk.domain.evolving import evolve
from frontdesk.domain.interaction import Interaction
from frontdesk.domain.rules import Rules, ServiceRules, of_service
from frontdesk.errors import Refused

BEGIN_MS = 1_760_000_000_000

MIRA = Started(service="s", user_id="u", key_hash="h", nickname="Mira")
QUEUED = Queued(queue="default")
AMY = Joined(party_id=2, kind=Kind.AGENT, participant_id="amy", nickname="Amy")
GREETER = Joined(party_id=2, kind=Kind.BOT, participant_id="greeter", nickname="Greeter")
LISTENER = Joined(
    party_id=3, kind=Kind.SUPERVISOR, participant_id="sam", nickname="Sam", visibility=Visibility.AGENTS
)


class Story:
    """One interaction as it is told, by a clock that only the story moves."""

    def __init__(self, *happened: Event, rules: Rules | None = None) -> None:
        self.rules = rules if isinstance(rules, ServiceRules) else of_service(rules or Rules(), "default")
        self.now_ms = BEGIN_MS
        self.state = Interaction()
        self.followed: tuple[Event, ...] = ()
        for event in happened:
            self.state = evolve(self.state, event, self.now_ms)

    def after_s(self, seconds: float) -> Self:
        """Let time go by."""
        self.now_ms += round(seconds * 1000)
        return self

    def when(self, *asked: Command) -> Self:
        """Ask, and let what follows happen."""
        for command in asked:
            self.followed = tuple(decide(self.state, command, self.now_ms, self.rules))
            for event in self.followed:
                self.state = evolve(self.state, event, self.now_ms)
        return self

    def then(self, *events: Event) -> Self:
        """What follows from what was asked last is just this."""
        assert self.followed == events
        return self

    def refuses(self, command: Command, code: str) -> Self:
        """Asking for this is refused with this code, and changes nothing."""
        with pytest.raises(Refused) as refusal:
            decide(self.state, command, self.now_ms, self.rules)
        assert refusal.value.code == code, refusal.value.text
        return self


def given(*happened: Event, rules: Rules | None = None) -> Story:
    return Story(*happened, rules=rules)
