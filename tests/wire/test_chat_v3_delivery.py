"""Delivery in Chat API v3: whatever the order of polls, losses and words, no tab misses anything."""

from collections.abc import Sequence

from hypothesis import given as any_value
from hypothesis import strategies as st

from frontdesk.wire.chat_v3 import Line
from frontdesk.wire.chat_v3_delivery import LINES_KEPT_MAX, TYPING_KEPT_MS, Batch, Delivery

REPLAY_MS = 10_000
POLL_MS = 3000


def line(version: int, at_ms: int = 0, *, is_image: bool = False) -> Line:
    return Line(version=version, at_ms=at_ms, body=b"%d" % version, is_image=is_image)


class Server:
    """A transcript, and one place in it."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.place = Delivery(0)
        self.now_ms = 0

    def says(self, *, is_image: bool = False) -> None:
        self.lines.append(line(len(self.lines) + 1, self.now_ms, is_image=is_image))

    def after(self, version: int) -> Sequence[Line]:
        return self.lines[version:]

    def batch(self) -> Batch:
        lines = self.after(self.place.settled(self.now_ms, REPLAY_MS))
        if self.place.cursor == len(self.lines):
            assert self.place.again() == lines
        return self.place.due(lines, len(self.lines), self.now_ms)

    def poll(self, tab: set[bytes], *, is_lost: bool = False) -> Batch:
        """A poll of a tab. One whose answer is lost before it left moves nothing."""
        batch = self.batch()
        if not is_lost:
            tab.update(batch.bodies)
            self.place.arrived(batch.up_to, self.now_ms, batch.fresh)
        return batch


def test_everything_is_delivered_once_where_nothing_is_repeated() -> None:
    server, tab = Server(), set[bytes]()
    server.says()
    server.poll(tab)
    server.now_ms += REPLAY_MS
    assert server.poll(tab).bodies == []
    server.says()
    assert server.poll(tab).bodies == [b"2"]


def test_what_was_delivered_a_moment_ago_comes_again_and_then_no_more() -> None:
    server, tab = Server(), set[bytes]()
    server.says()
    server.poll(tab)
    server.now_ms += REPLAY_MS - 1
    assert server.poll(tab).bodies == [b"1"]
    server.now_ms += 1
    assert server.poll(tab).bodies == []


def test_nothing_comes_again_from_before_the_page_that_was_read() -> None:
    server, tab = Server(), set[bytes]()
    for _ in range(30):
        server.says()
    server.poll(tab)
    server.place.read_page(21, 30, server.now_ms)
    assert server.poll(tab).bodies == [b"%d" % number for number in range(21, 31)]


def test_what_was_put_away_has_to_be_read_again_until_it_has_settled() -> None:
    server, tab = Server(), set[bytes]()
    server.says()
    server.poll(tab)
    server.place.put_away()
    assert server.place.again() is None
    assert server.place.settled(REPLAY_MS - 1, REPLAY_MS) == 0
    assert server.place.settled(REPLAY_MS, REPLAY_MS) == 1
    assert server.place.again() == []


def test_of_what_is_delivered_only_so_much_lies_ready() -> None:
    for count, is_ready in ((LINES_KEPT_MAX, True), (LINES_KEPT_MAX + 1, False)):
        place = Delivery(0)
        place.arrived(count, 0, [line(version) for version in range(1, count + 1)])
        assert (place.again() is not None) == is_ready


def test_a_tab_that_knew_more_leaves_a_gap_that_has_to_be_read() -> None:
    place, lines = Delivery(0), [line(1), line(2)]
    place.arrived(2, 0, place.missed(lines[1:], 2, 0).fresh)
    assert place.again() is None


def test_what_two_polls_at_once_have_brought_comes_again_once() -> None:
    place, lines = Delivery(0), [line(1), line(2)]
    place.arrived(1, 0, lines[:1])
    place.arrived(2, 0, lines)
    assert place.again() == lines


def test_typing_is_no_news_for_long() -> None:
    typing = Line(version=1, at_ms=0, body=b"types", is_kept=False, is_typing=True)
    assert Delivery(0).due([typing], 1, TYPING_KEPT_MS - 1).bodies == [b"types"]
    assert Delivery(0).due([typing], 1, TYPING_KEPT_MS).bodies == []


def test_what_stands_behind_an_image_is_left_for_the_next_poll() -> None:
    place = Delivery(0)
    lines = [line(1), line(2, is_image=True), line(3)]
    batch = place.due(lines, 3, 0)
    assert (batch.bodies, batch.up_to) == ([b"1", b"2"], 2)
    place.arrived(batch.up_to, 0)
    assert place.due(lines[2:], 3, REPLAY_MS).bodies == [b"3"]


TABS = st.integers(0, 2)


@any_value(st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans()), max_size=30))
def test_two_tabs_that_poll_in_turn_both_get_all_of_it(story: list[tuple[bool, bool, bool]]) -> None:
    """In each round somebody may say something or show an image, and the first tab's answer may get lost."""
    server = Server()
    tabs: tuple[set[bytes], set[bytes]] = (set(), set())
    for says, shows, is_lost in story:
        if says:
            server.says()
        if shows and len(server.lines) % 5 == 0:
            server.says(is_image=True)  # Seldom enough that both tabs poll between two of them.
        server.poll(tabs[0], is_lost=is_lost)
        server.now_ms += POLL_MS // 2
        server.poll(tabs[1])
        server.now_ms += POLL_MS // 2
    for _ in range(3):
        for tab in tabs:
            server.poll(tab)
            server.now_ms += POLL_MS // 2
    expected = {b"%d" % number for number in range(1, len(server.lines) + 1)}
    assert tabs[1] == expected
    if not any(is_lost for _, _, is_lost in story):
        assert tabs[0] == expected


@any_value(st.lists(st.booleans(), max_size=40), st.lists(TABS, max_size=60))
def test_every_image_is_the_last_of_its_batch(kinds: list[bool], polls: list[int]) -> None:
    server, tab = Server(), set[bytes]()
    images: set[bytes] = set()
    for number, is_image in enumerate(kinds, 1):
        server.says(is_image=is_image)
        if is_image:
            images.add(b"%d" % number)
    for gap in polls:
        batch = server.poll(tab)
        assert not images.intersection(batch.bodies[:-1])
        server.now_ms += gap * POLL_MS


@any_value(st.lists(st.booleans(), max_size=30))
def test_one_tab_alone_gets_everything_in_order(kinds: list[bool]) -> None:
    server, seen = Server(), list[bytes]()
    for is_image in kinds:
        server.says(is_image=is_image)
    for _ in range(len(kinds) + 1):
        for body in server.poll(set()).bodies:
            if body not in seen:
                seen.append(body)
    assert seen == [b"%d" % number for number in range(1, len(kinds) + 1)]
