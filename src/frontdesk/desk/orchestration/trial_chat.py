"""A chat for an application that is tried out by hand: with nobody in it, and told of as a real one is."""

from collections.abc import Iterator, Mapping

from frontdesk.desk.orchestration.interactions import event_for_session
from frontdesk.domain.commands import ChangeData, Command, End, Say, Start
from frontdesk.domain.deciding import decide
from frontdesk.domain.evolving import evolve
from frontdesk.domain.interaction import Interaction
from frontdesk.domain.orchestration_events import tellings
from frontdesk.domain.rules import ServiceRules
from frontdesk.scxml.events import Event

VISITOR = 1
RULES = ServiceRules()


class TrialChat:
    """One chat that the session `session_id` of an application has."""

    def __init__(self, interaction_id: str, application: str, session_id: str) -> None:
        self._interaction_id = interaction_id
        self._application = application
        self._session_id = session_id
        self._state = Interaction()

    def begins(self, user_data: Mapping[str, str], now_ms: int) -> Iterator[Event]:
        """A visitor comes, with this user data. Errors: `Refused`."""
        return self._do(
            Start(
                service="trial",
                user_id="visitor",
                key_hash="",
                nickname="Visitor",
                user_data=dict(user_data),
                application=self._application,
                session_id=self._session_id,
            ),
            now_ms,
        )

    def changes(self, user_data: Mapping[str, str], now_ms: int) -> Iterator[Event]:
        """The chat's user data changes. Errors: `Refused`."""
        return self._do(ChangeData(party_id=VISITOR, changes=dict(user_data)), now_ms)

    def hears(self, text: str, now_ms: int) -> Iterator[Event]:
        """The visitor says something. Errors: `Refused`."""
        return self._do(Say(party_id=VISITOR, text=text), now_ms)

    def ends(self, now_ms: int) -> Iterator[Event]:
        """The chat is over. Errors: `Refused`."""
        return self._do(End(reason="tried out"), now_ms)

    def _do(self, command: Command, now_ms: int) -> Iterator[Event]:
        for fact in decide(self._state, command, now_ms, RULES):
            before, self._state = self._state, evolve(self._state, fact, now_ms)
            told = tellings(self._interaction_id, before, fact, self._state, now_ms, with_words=True)
            for telling in told:
                yield from map(event_for_session, telling.news)
