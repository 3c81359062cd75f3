"""Which action maps may act, by what has come true: found, and not looked for among all of them."""

from collections.abc import Iterable, Sequence

from frontdesk.domain.journey.action_maps import ActionMap


class Triggers:
    """The maps by what their triggers ask for first: a segment, events, or how likely an outcome is."""

    def __init__(self, action_maps: Iterable[ActionMap]) -> None:
        self._maps = tuple(action_maps)
        self._by_segment: dict[str, list[int]] = {}
        self._by_events: dict[str, int] = {}
        self._by_outcomes: list[int] = []
        for number, action_map in enumerate(self._maps):
            if action_map.trigger_with_segments:
                for segment_id in action_map.trigger_with_segments:
                    self._by_segment.setdefault(segment_id, []).append(number)
            elif action_map.trigger_with_event_conditions:
                self._by_events[action_map.id] = number
            elif has_outcome_conditions(action_map):
                self._by_outcomes.append(number)

    def maps(self, segments: Iterable[str], done: Iterable[str]) -> Sequence[ActionMap]:
        """The maps that ask for one of these segments, or whose event conditions are `done`, and those that
        ask for neither, in the order in which they are defined.

        Shape:   one without a trigger is never among them; nothing satisfies it.
        """
        found = {number for segment_id in segments for number in self._by_segment.get(segment_id, ())}
        found.update(self._by_outcomes)
        for map_id in done:
            if map_id in self._by_events:  # Else it asks for a segment as well.
                found.add(self._by_events[map_id])
        return [self._maps[number] for number in sorted(found)]


def has_outcome_conditions(action_map: ActionMap) -> bool:
    """Whether the probability of an outcome is part of the trigger."""
    return bool(
        action_map.trigger_with_outcome_probability_conditions
        or action_map.trigger_with_outcome_quantile_conditions
    )
