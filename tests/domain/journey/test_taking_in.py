"""Pages as they may be kept: the same one for all who look at it, and none that fills the memory."""

import tracemalloc

from frontdesk.domain.journey.site_settings import Privacy
from frontdesk.domain.journey.taking_in import REMEMBERED_CHARS_MAX, TEXT_CHARS_MAX, Arrived, Site, taken
from frontdesk.domain.journey.web_events import PAGE_VIEWED, Page
from tests.domain.journey.site import ORIGIN, deployment

SITE = Site.of(deployment(), Privacy())


def page(title: str, url: str = f"{ORIGIN}/cart", customer_id: str = "c1") -> Page:
    """The page of an event as it is kept."""
    took = taken(Arrived(customer_id, PAGE_VIEWED, url, title), SITE, 1_760_000_000_000, "e1")
    assert took is not None
    return took.event.page


def test_a_page_is_the_same_one_for_all_who_look_at_it() -> None:
    assert page("Your cart") is page("Your cart", customer_id="c2")
    assert page("Your cart") is not page("Another title")


def test_a_page_that_is_too_long_to_be_remembered_is_cleaned_all_the_same() -> None:
    title = "mira@shop.example " + "x" * REMEMBERED_CHARS_MAX
    kept = page(title)
    assert len(kept.title) == TEXT_CHARS_MAX
    assert "mira@" not in kept.title


def test_pages_that_are_too_long_do_not_fill_the_memory() -> None:
    tracemalloc.start()
    try:
        for number in range(300):
            page(f"{number} " + "x" * 100_000)
        assert tracemalloc.get_traced_memory()[0] < 5_000_000
    finally:
        tracemalloc.stop()
