"""What browsers of one person count together as the rules say it, from lists of all that has counted.

An owner is a browser that is nobody's, or a contact. Each has a list of what counted: by which browser, and
for which pattern. How far a segment has come is counted from the beginning of the list, for each event again.

Source:  journey.md §6.4 and §6.5.
"""

from collections import defaultdict

from msgspec import Struct

from frontdesk.domain.journey.compiling import DAY_MS
from frontdesk.domain.journey.criteria import Ordering
from frontdesk.domain.journey.segments import Segment
from tests.domain.journey.recomputed import Seen, context_holds, meets

FOR_GOOD = 1 << 62


class Mark(Struct, frozen=True):
    browser: str
    index: int
    version: int


class Fit(Struct, frozen=True):
    until_ms: int
    by: str


class Counted:
    """By owner and segment: what counted since it last fitted, and what fits.

    Shape:   `_own` is what each browser has earned, `_shared` what it was told of others.
    """

    def __init__(self) -> None:
        self._marks: dict[tuple[str, str], list[Mark]] = defaultdict(list)
        self._fits: dict[tuple[str, str], Fit] = {}
        self._own: dict[tuple[str, str], Fit] = {}
        self._shared: dict[tuple[str, str], Fit] = {}
        self._members: dict[str, set[str]] = defaultdict(set)

    def happens(self, browser: str, contact_id: str, seen: Seen) -> set[str]:
        """What an event makes fit its browser that did not fit it before, and by itself."""
        owner = contact_id or browser
        if contact_id:
            self._join(browser, contact_id, seen.now_ms)
        told: set[str] = set()
        for thing in seen.things:
            assert isinstance(thing, Segment)
            if not self._live(self._fits.get((owner, thing.id)), seen.now_ms):
                self._fits.pop((owner, thing.id), None)
                self._count(owner, browser, thing, seen)
            known = (self._own.get((browser, thing.id)), self._shared.get((browser, thing.id)))
            fit = self._fits.get((owner, thing.id))
            if fit is not None and not any(self._live(one, seen.now_ms) for one in known):
                if fit.by == browser:
                    told.add(thing.id)
                    self._own[browser, thing.id] = fit
                else:
                    self._shared[browser, thing.id] = fit
        return told

    def fits(self, browser: str, _contact_id: str, now_ms: int) -> set[str]:
        """What fits a browser after its newest event."""
        known = [*self._own.items(), *self._shared.items()]
        return {segment for (name, segment), fit in known if name == browser and self._live(fit, now_ms)}

    def leaves(self, browser: str, contact_id: str) -> None:
        """Its marks go with it, and what others have earned is no longer its."""
        for key in [key for key in self._shared if key[0] == browser]:
            del self._shared[key]
        for (owner, segment), fit in list(self._fits.items()):
            if owner == contact_id and fit.by == browser:
                self._fits[owner, segment] = Fit(fit.until_ms, "")
        if browser not in self._members[contact_id]:
            return
        self._members[contact_id].discard(browser)
        for owner, segment in list(self._marks):
            if owner == contact_id:
                marks = self._marks[owner, segment]
                self._marks[browser, segment] = [one for one in marks if one.browser == browser]
                self._marks[owner, segment] = [one for one in marks if one.browser != browser]
        for (name, segment), fit in self._own.items():
            if name == browser:
                self._fits[browser, segment] = fit

    def are_one(self, contact_id: str, other_id: str, now_ms: int) -> None:
        self._take(contact_id, other_id, now_ms)
        self._members[contact_id] |= self._members.pop(other_id, set())

    def _join(self, browser: str, contact_id: str, now_ms: int) -> None:
        if browser not in self._members[contact_id]:
            self._take(contact_id, browser, now_ms)
            self._members[contact_id].add(browser)

    def _take(self, owner: str, other: str, now_ms: int) -> None:
        """What another has counted comes after what was counted here; of what fits nothing is counted."""
        for segment in {segment for who, segment in (*self._marks, *self._fits) if who in (owner, other)}:
            ours, theirs = self._fits.get((owner, segment)), self._fits.pop((other, segment), None)
            marks = self._marks.pop((other, segment), [])
            fit = next((one for one in (ours, theirs) if self._live(one, now_ms)), None)
            if fit is None:
                self._marks[owner, segment] += marks
            else:
                self._fits[owner, segment] = fit
                self._marks[owner, segment] = []

    def _count(self, owner: str, browser: str, thing: Segment, seen: Seen) -> None:
        assert thing.journey is not None
        patterns, marks = thing.journey.patterns, self._marks[owner, thing.id]
        is_ordered = thing.journey.ordering is Ordering.ORDERED
        left = self._left(thing, marks)
        turn = left[:1] if is_ordered else sorted(set(left))
        marks += [Mark(browser, at, thing.version) for at in turn if meets(seen, patterns[at])]
        if not self._left(thing, marks) and context_holds(thing, seen):
            days = thing.assignment_expiration_days
            until_ms = seen.now_ms + days * DAY_MS if days else FOR_GOOD
            self._fits[owner, thing.id] = Fit(until_ms, browser)
            self._marks[owner, thing.id] = []

    def _left(self, thing: Segment, marks: list[Mark]) -> list[int]:
        """The patterns that are still to be met, each as often as that."""
        assert thing.journey is not None
        left = [at for at, pattern in enumerate(thing.journey.patterns) for _ in range(pattern.count)]
        for mark in marks:
            if mark.version != thing.version:
                continue
            if thing.journey.ordering is Ordering.ANY and mark.index in left:
                left.remove(mark.index)
            elif thing.journey.ordering is Ordering.ORDERED and left[:1] == [mark.index]:
                left.pop(0)
        return left

    def _live(self, fit: Fit | None, now_ms: int) -> bool:
        return fit is not None and now_ms < fit.until_ms
