"""What is forgotten of a customer, when, and that the rest stays true."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from frontdesk.domain.journey.customer import AnyFact, Customer
from frontdesk.domain.journey.evolving import evolve
from frontdesk.domain.journey.facts import (
    Advanced,
    Consented,
    Emitter,
    Happened,
    Linked,
    Moved,
    Purpose,
    Qualified,
    SegmentAssigned,
    State,
    Step,
    VisitBegan,
    VisitEnded,
)
from frontdesk.domain.journey.forgetting import (
    DAY_MS,
    FORGOTTEN_AT_ONCE_MAX,
    SLACK_MS,
    Review,
    due_ms,
    is_over,
)
from frontdesk.domain.journey.site_settings import RetentionDays
from frontdesk.domain.journey.web_events import Page, WebEvent

DAYS = RetentionDays()  # 90 days for web events, 395 for the rest.
BEGIN_MS = 1_760_000_000_000


class Line(Struct, frozen=True):
    version: int
    time_ms: int
    fact: AnyFact


class Story:
    """One customer's stream, and who follows from it."""

    def __init__(self) -> None:
        self.customer = Customer("c1")
        self.lines: list[Line] = []
        self.newest = 0

    def on_day(self, day: float, *facts: AnyFact) -> None:
        for fact in facts:
            self.add(BEGIN_MS + int(day * DAY_MS), fact)

    def add(self, time_ms: int, fact: AnyFact) -> None:
        self.customer = evolve(self.customer, fact, time_ms)
        self.lines.append(Line(self.customer.version, time_ms, fact))

    def tidy(self, now_ms: int, days: RetentionDays = DAYS) -> Review:
        """As the desk does it: look through, forget, and remember what stays true."""
        review = Review(self.customer, days, now_ms)
        for line in self.lines:
            review.take(line.version, line.time_ms, line.fact)
            if review.is_done:
                break
        self.add(now_ms, review.forgotten())
        self.lines = [line for line in self.lines if line.version not in review.versions]
        return review

    def replayed(self) -> Customer:
        """Who follows from what is left."""
        found = Customer("c1")
        for line in self.lines:
            found = evolve(replace(found, version=line.version - 1), line.fact, line.time_ms)
        return found

    @property
    def kinds(self) -> list[str]:
        return [type(line.fact).__name__ for line in self.lines]


def view(number: int, visit: str = "v1") -> Happened:
    page = Page(url=f"https://shop.example/{number}")
    return Happened(WebEvent(f"e{number}", "page_viewed", visit, BEGIN_MS + number, page))


def began(visit: str = "v1", day: float = 0) -> VisitBegan:
    return VisitBegan(visit, "d1", BEGIN_MS + int(day * DAY_MS))


def at(day: float) -> int:
    return BEGIN_MS + int(day * DAY_MS)


def visited() -> Story:
    """Two visits, of the first day and of the tenth."""
    story = Story()
    story.on_day(0, began(), view(1), view(2), Advanced((Step("s1", 1),)))
    story.on_day(0.5, VisitEnded("v1", at(0.5)))
    story.on_day(10, began("v2", 10), view(3, "v2"))
    story.on_day(10.5, VisitEnded("v2", at(10.5)))
    return story


def test_web_events_go_after_their_days_and_a_visit_stays() -> None:
    story = visited()
    assert due_ms(story.customer, DAYS) == at(90) + SLACK_MS
    review = story.tidy(at(90) + SLACK_MS)
    assert len(review.versions) == 3
    assert review.visits == []
    assert story.kinds == ["VisitBegan", "VisitEnded", "VisitBegan", "Happened", "VisitEnded", "Forgotten"]
    assert (story.customer.pageviews, story.customer.visits) == (3, 2), "what was counted stays true"
    assert story.customer.visit.page.url == "https://shop.example/3"
    assert due_ms(story.customer, DAYS) == at(100) + SLACK_MS


def test_with_the_last_of_its_events_the_page_of_a_visit_is_forgotten() -> None:
    story = visited()
    story.tidy(at(101))
    assert story.customer.visit.page == Page()
    assert (story.customer.visit.id, story.customer.visit.pageviews) == ("v2", 1)
    assert "Happened" not in story.kinds
    assert due_ms(story.customer, DAYS) == at(395) + SLACK_MS


def test_only_one_summary_is_kept() -> None:
    story = visited()
    for day in (91, 101, 396):
        story.tidy(at(day))
        assert story.kinds.count("Forgotten") == 1


def test_visits_and_actions_go_after_theirs() -> None:
    story = Story()
    story.on_day(0, began(), Qualified("a1", "m1", 1, "v1", "webchat"))
    story.on_day(0, Moved("a1", State.OFFERED, Emitter.BROWSER), VisitEnded("v1", at(0)))
    story.on_day(200, Linked("contact"))
    days = RetentionDays(action_events=100)
    assert due_ms(story.customer, days) == at(100) + SLACK_MS
    story.tidy(at(101), days)
    assert story.customer.actions == ()
    assert story.customer.visit.id == "v1"
    review = story.tidy(at(396), days)
    assert review.visits == ["v1"]
    assert story.customer.visit.id == ""
    assert story.kinds == ["Linked", "Forgotten"]


def test_what_shapes_the_customer_for_good_stays() -> None:
    story = Story()
    story.on_day(
        0,
        began(),
        Consented("d1", (Purpose.TRACKING,), "2"),
        Linked("contact"),
        Advanced(customer=(Step("s1", 1, 1),)),
        SegmentAssigned("s1", "as1", "v1", of_customer=True),
        Qualified("a1", "m1", 1, "v1", "webchat", assignment_id="as1"),
        VisitEnded("v1", at(0)),
    )
    story.tidy(at(1000))
    customer = story.replayed()
    assert customer == story.customer
    assert (customer.contact_id, customer.purposes) == ("contact", (Purpose.TRACKING,))
    assert (customer.used, customer.steps) == ((("m1", "as1"),), (Step("s1", 1, 1),))
    assert [assignment.segment_id for assignment in customer.assignments] == ["s1"]
    assert (customer.visit.id, customer.actions) == ("", ())


def test_a_visit_that_goes_on_is_kept_however_long_ago_it_began() -> None:
    story = Story()
    story.on_day(0, began(), view(1), Qualified("a1", "m1", 1, "v1", "webchat"))
    story.tidy(at(400))
    assert story.kinds == ["VisitBegan", "Qualified", "Forgotten"]
    assert story.customer.visit.is_open
    assert due_ms(story.customer, DAYS) == at(400 + 395) + SLACK_MS, "it does not fire again and again"


def test_whoever_is_not_heard_of_for_long_is_over_and_forgetting_is_no_sign_of_life() -> None:
    story = visited()
    story.tidy(at(101))
    over_ms = at(10.5) + 395 * DAY_MS
    assert not is_over(story.customer, DAYS, over_ms - 1)
    assert is_over(story.customer, DAYS, over_ms)
    story.on_day(300, began("v3", 300))
    assert not is_over(story.customer, DAYS, at(2000)), "while somebody is there"
    assert due_ms(Customer("nobody"), DAYS) is None


def test_of_very_many_some_go_at_once_and_the_next_follow_soon() -> None:
    story = Story()
    story.on_day(0, began(), *(view(number) for number in range(FORGOTTEN_AT_ONCE_MAX + 100)))
    story.on_day(0.1, VisitEnded("v1", at(0)))
    now_ms = at(91)
    assert len(story.tidy(now_ms).versions) == FORGOTTEN_AT_ONCE_MAX
    due = due_ms(story.customer, DAYS)
    assert due is not None
    assert due <= now_ms
    story.tidy(now_ms)
    assert "Happened" not in story.kinds


lives = st.lists(
    st.tuples(
        st.floats(0, 200),
        st.sampled_from(("view", "visit", "offer", "link", "tidy", "segment")),
    ),
    max_size=40,
)


@given(lives, st.integers(1, 100), st.integers(1, 300), st.integers(1, 300))
def test_whatever_is_forgotten_what_is_left_says_the_same(
    life: list[tuple[float, str]], web: int, sessions: int, actions: int
) -> None:
    days = RetentionDays(web_events=web, sessions=sessions, action_events=actions, customers=5000)
    story, visit, number, day = Story(), "", 0, 0.0
    for wait, what in life:
        day, number = day + wait / 10, number + 1
        if what == "visit" or not visit:
            if visit:
                story.on_day(day, VisitEnded(visit, at(day)))
            visit = f"v{number}"
            story.on_day(day, began(visit, day))
        match what:
            case "view":
                story.on_day(day, view(number, visit), Advanced((Step(f"s{number % 3}", 1),)))
            case "offer":
                story.on_day(day, Qualified(f"a{number}", "m1", 1, visit, "webchat"))
                story.on_day(day, Moved(f"a{number}", State.OFFERED, Emitter.BROWSER))
            case "link":
                story.on_day(day, Linked(f"p{number}"))
            case "segment":
                story.on_day(day, SegmentAssigned("s", f"as{number}", visit, of_customer=number % 2 == 0))
            case "tidy":
                before, now_ms = story.customer, at(day)
                story.tidy(now_ms, days)
                assert story.replayed() == story.customer
                assert (story.customer.pageviews, story.customer.visits) == (before.pageviews, before.visits)
                due = due_ms(story.customer, days)
                assert due is None or due > now_ms, "nothing is due again at once"
                for line in story.lines:
                    if isinstance(line.fact, Happened):
                        assert line.time_ms + web * DAY_MS > now_ms
