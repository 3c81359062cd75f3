"""One of each fact by which applications have interactions and look for people: no visitor reads any."""

from frontdesk.domain import events, submit_facts
from frontdesk.domain.asks import Aim
from frontdesk.domain.events import Event
from frontdesk.domain.targets import Sort, Target

OURS = "for our side"
_AIM = Aim(Target(OURS, Sort.AGENT))
FACTS: list[Event] = [
    events.Owned(session_id=OURS, application=OURS, starts=True),
    events.Released(OURS, "detaching"),
    events.Moved("sales", OURS),
    events.Asked(session_id=OURS, request_id=OURS, action="redirect", agent_id="amy"),
    events.Answered(session_id=OURS, request_id=OURS, action="redirect", error="timeout"),
    events.StepTaken(kind="transfer", by_party=1, destination="bob"),
    events.ClosingBegan("solved", 1),
    events.Parked(1),
    events.Resumed(1),
    events.Merged(party_id=1, interaction_id="chat2"),
    events.MergedInto(party_id=1, interaction_id="chat2", active_agent="amy", held_agent="amy"),
    submit_facts.Submitted(request_id=OURS, session_id=OURS, aims=(_AIM,)),
    submit_facts.SubmitChanged(request_id=OURS, priority=1),
    submit_facts.Selected(request_id=OURS, aim=_AIM, agent_id="amy"),
    submit_facts.SubmitEnded(OURS, "timeout"),
    submit_facts.SeekingStopped(request_id=OURS, session_id=OURS, cancelled=1),
    submit_facts.ReservationEnded("amy"),
    submit_facts.RoutingTuned(ideal="amy"),
]
