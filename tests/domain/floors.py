"""Floors of any kind: who waits in which line, who is free, and what may be asked of a choice."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from hypothesis import strategies as st
from msgspec import Struct

from frontdesk.domain.benches import Benches, Free, People
from frontdesk.domain.queues import ANYBODY, QueueRules, Step
from frontdesk.domain.skill_expressions import fits, parse
from frontdesk.domain.targeting import choose
from frontdesk.domain.waiting import Line, Waiting

NOW_MS = 1_760_000_000_000
MINUTE_MS = 60_000


class Person(Struct, frozen=True):
    """Somebody with free places."""

    agent_id: str
    slots: int = 1
    idle_ms: int = 0
    skills: Mapping[str, int] = {}


def people(free: Iterable[Person], ready: Iterable[str] = (), unready: Iterable[Person] = ()) -> People:
    """These people on their benches; `ready` are others who have no place now, `unready` take no chats."""
    benches = Benches()
    seats = sorted(
        Free(0, person.idle_ms, person.agent_id, person.slots, benches.number(person.skills))
        for person in free
        if person.slots
    )
    others = [Free(0, one.idle_ms, one.agent_id, one.slots, benches.number(one.skills)) for one in unready]
    names = {person.agent_id for person in free} | set(ready)
    seated = Counter(seat.bench for seat in seats)
    return People(
        seats, seated, benches.mask, names.__contains__, unready=lambda: others, skills=benches.skills
    )


def line(*chats: Waiting, rules: QueueRules | None = None, priority: int = 0, demand: str = "") -> Line:
    """Chats that wait alike, in their order."""
    return Line(rules or QueueRules(), priority, demand, sorted(chats, key=lambda chat: chat.place))


def chosen(
    lines: Sequence[Line], free: Sequence[Person], now_ms: int = NOW_MS, ready: Iterable[str] = ()
) -> list[tuple[str, str]]:
    choices = choose(lines, people(free, ready), now_ms)
    return [(choice.interaction_id, choice.agent_id) for choice in choices]


def may_have(chat_line: Line, chat: Waiting, person: Person, now_ms: int = NOW_MS) -> bool:
    """Whether somebody may have a chat by now, told without lines, benches or masks."""
    waited_ms = now_ms - chat.queued_ms
    reached = [step.who for step in chat_line.rules.steps if step.after_ms <= max(0, waited_ms)]
    if not any(who == ANYBODY or fits(parse(who), person.skills) for who in reached):
        return False
    if chat_line.demand and not fits(parse(chat_line.demand), person.skills):
        return False
    return chat.avoid.get(person.agent_id, 0) <= now_ms


def holds_out(
    chat_line: Line, chat: Waiting, person: Person, ready: Iterable[str], now_ms: int = NOW_MS
) -> bool:
    """Whether a chat still waits for somebody other than `person`, who is ready."""
    if chat.prefers in ("", person.agent_id) or chat.prefers not in ready:
        return False
    if chat.avoid.get(chat.prefers, 0) > now_ms:
        return False
    return now_ms - chat.queued_ms < chat_line.rules.prefer_s * 1000


NAMES = ("amy", "bob", "cy", "dee")
EXPRESSIONS = ("german >= 5", "german > 0", "sales > 0 | german > 7", "german > 0 & sales > 0")
RULES = st.builds(
    lambda first, later, **more: QueueRules(
        steps=(Step(0, first), *(Step((n + 1) * MINUTE_MS, who) for n, who in enumerate(later))), **more
    ),
    st.sampled_from((ANYBODY, *EXPRESSIONS)),
    st.lists(st.sampled_from((ANYBODY, *EXPRESSIONS)), max_size=2),
    priority=st.integers(-2, 2),
    ageing=st.integers(0, 2),
    prefer_s=st.sampled_from((0, 90)),
)
CHATS = st.builds(
    Waiting,
    st.uuids().map(str),
    st.integers(0, 4).map(lambda minutes: NOW_MS - minutes * MINUTE_MS),
    st.dictionaries(st.sampled_from(NAMES), st.sampled_from((NOW_MS, NOW_MS + 1)), max_size=2),
    st.sampled_from(("", "", *NAMES)),
)
LINES = st.lists(
    st.builds(
        lambda chats, rules, priority, demand: line(*chats, rules=rules, priority=priority, demand=demand),
        st.lists(CHATS, max_size=5),
        RULES,
        st.integers(0, 1),
        st.sampled_from(("", "", *EXPRESSIONS)),
    ),
    max_size=4,
)
PEOPLE = st.lists(
    st.builds(
        Person,
        st.sampled_from(NAMES),
        st.integers(0, 3),
        st.integers(0, 5),
        st.dictionaries(st.sampled_from(("german", "sales")), st.integers(1, 9)),
    ),
    max_size=4,
    unique_by=lambda person: person.agent_id,
)


def left_over(free: Iterable[Person], given: Iterable[tuple[str, str]]) -> Counter[str]:
    """The places that are left after a choice."""
    places = Counter({person.agent_id: person.slots for person in free})
    places.subtract(agent_id for _, agent_id in given)
    return places
