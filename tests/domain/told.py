"""What the session of an interaction is told while a story goes on."""

from typing import Any, Self

from frontdesk.domain.commands import Command
from frontdesk.domain.deciding import decide
from frontdesk.domain.events import Event, Owned
from frontdesk.domain.evolving import evolve
from frontdesk.domain.interaction import Interaction
from frontdesk.domain.orchestration_events import News, Telling, tellings
from tests.domain.believed import Belief
from tests.domain.story import Story

CHAT = "chat1"
SESSION = "s1"
OWNED = Owned(session_id=SESSION, application="support", starts=True)


class Ear(Story):
    """A story that remembers what sessions were told since they were last asked about it."""

    def __init__(self, *happened: Event, **rules: Any) -> None:
        super().__init__(**rules)
        self.heard: list[Telling] = []
        self.with_words = False
        self.beliefs: dict[str, Belief] = {}
        for event in happened:
            self._happens(event)

    def when(self, *asked: Command) -> Self:
        self.heard = []
        for command in asked:
            self.followed = tuple(decide(self.state, command, self.now_ms, self.rules))
            for event in self.followed:
                self._happens(event)
        return self

    def after(self, *facts: Event) -> Self:
        self.heard = []
        for fact in facts:
            self._happens(fact)
        return self

    def _happens(self, event: Event) -> None:
        before: Interaction = self.state
        self.state = evolve(before, event, self.now_ms)
        told = tellings(CHAT, before, event, self.state, self.now_ms, with_words=self.with_words)
        for telling in told:
            for news in telling.news:
                self.beliefs.setdefault(telling.session_id, Belief()).hears(news)
        self.heard += told

    def news(self, session_id: str = SESSION) -> list[News]:
        return [one for telling in self.heard if telling.session_id == session_id for one in telling.news]

    def told(self, session_id: str = SESSION) -> list[str]:
        """The names of the events, with what tells them apart: why, who, in which state."""
        return [_in_words(one) for one in self.news(session_id)]

    def one(self, name: str, session_id: str = SESSION) -> News:
        (found,) = (one for one in self.news(session_id) if one.name == name)
        return found


def _in_words(news: News) -> str:
    name = news.name.removeprefix("interaction.")
    data = news.data
    said = [str(data[key]) for key in ("resultof", "focusdeviceid", "partystate", "error") if key in data]
    said += [" ".join(data["changed"])] if "changed" in data else []
    return " ".join((name, *(word for word in said if name != "added")))


def listening(*happened: Event, **rules: Any) -> Ear:
    return Ear(*happened, **rules)
