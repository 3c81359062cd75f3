"""Bayeux in every order: messages, deliveries, deaths of connections and time, as hypothesis likes them.

The machine plays the network and the clients. What it knows about them is held against what the server does:

- nothing is sent on a connection that is closed, and a request is answered once;
- every message has one answer, unless its connection died;
- a client hears everything that it was told, in order, also when what the server says is lost on its way;
- it hears it once, unless it acknowledges nothing and comes back, or comes by another way than before;
- who is forgotten is named once, is unknown from then on, and leaves nothing behind.
"""

import json
from itertools import count
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from frontdesk.wire.bayeux import Action, Bayeux, Gone, Hold, Publish, Reply, Send
from frontdesk.wire.bayeux_client import LONG_POLLING, RETURNS_MAX, WEBSOCKET, Bounds, Carrier
from frontdesk.wire.bayeux_messages import Malformed, Message, parse, pushed

CHANNEL = "/service/x"
BOUNDS = Bounds(hold_ms=30, absence_ms=50, clients_per_address=4)
UNKNOWN = "402::Unknown client"
KINDS = st.sampled_from([LONG_POLLING, WEBSOCKET])
TIMEOUTS = st.sampled_from([None, None, None, 10**9, 5, 0, -1])  # Mostly such that it is held.


class Line(Carrier):
    """A connection as the network sees it.

    Shape:   `asked` are the ids that were not answered yet. What the server says to one that `is_dead` is
             lost, and the server does not know.
    """

    def __init__(self, kind: str) -> None:
        super().__init__(kind, "192.0.2.1")
        self.is_open = True
        self.is_dead = False
        self.asked: list[str] = []


class Browser:
    """A client as it sees itself.

    Shape:   `ack` is the newest batch that it has had, for one that acknowledges. After a connect that failed
             it `is_away`: its next one says so, and it `returns` once more in a row. `line` is where it last
             came; while it `may_repeat`, it may be told what it has heard.
    """

    def __init__(self, client_id: str, *, acks: bool) -> None:
        self.client_id = client_id
        self.acks = acks
        self.ack = 0
        self.told: list[int] = []
        self.heard: list[int] = []
        self.socket: Line | None = None
        self.line: Line | None = None
        self.is_away = False
        self.returns = 0
        self.may_repeat = False

    @property
    def may_lose(self) -> bool:
        """Whether what is lost now is told again, also when it comes back once more before."""
        return self.acks or self.returns + 1 < RETURNS_MAX

    def hears(self, number: int) -> None:
        if number in self.heard:
            assert self.may_repeat, "who goes on is told nothing twice"
        else:
            self.heard.append(number)


class Orders(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        names = (f"client-{n:04d}" for n in count())
        self.now_ms = 1000
        self.bayeux = Bayeux(BOUNDS, lambda channel: channel == CHANNEL, lambda: next(names))
        self.browsers: dict[str, Browser] = {}
        self.gone: set[str] = set()
        self.held: list[Line] = []
        self.asked_by: dict[str, Browser] = {}
        self.ids, self.numbers = count(1), count(1)
        self.loses = False

    # --- the network ---------------------------------------------------------------------------

    def bring(self, line: Line, *messages: dict[str, Any], by: Browser | None = None) -> list[dict[str, Any]]:
        """Bring messages to the server; what it answers at once."""
        asked = [{"id": str(next(self.ids)), **message} for message in messages]
        line.asked += [message["id"] for message in asked]
        if by is not None:
            self.asked_by |= {message["id"]: by for message in asked}
        replies, is_held = [], False
        for message in parse(json.dumps(asked)):
            *_, last = actions = self.receive(line, message, is_alone=len(asked) == 1)
            assert isinstance(last, Reply | Publish | Hold), "the last action is what becomes of the message"
            is_held = is_held or isinstance(last, Hold)
            replies += [a.reply if isinstance(a, Publish) else a.message for a in actions if not_later(a)]
        told = [self.arrives(line, reply) for reply in replies]
        if line.kind == LONG_POLLING:
            assert is_held == bool(line.asked), "a request is answered whole, or held whole"
            line.is_open = is_held
            self.held += [line] if is_held else []
        return [message for message in told if "data" not in message]

    def receive(self, line: Line, message: Message | Malformed, *, is_alone: bool) -> list[Action]:
        actions = self.bayeux.receive(line, message, self.now_ms, is_alone=is_alone)
        self.does([action for action in actions if not not_later(action)])
        return actions

    def does(self, actions: list[Action]) -> None:
        """What the server does by itself."""
        for action in actions:
            match action:
                case Send(line, messages):
                    self.sends(line, messages)
                case Gone(client_id):
                    del self.browsers[client_id]  # It was there, and is named once.
                    self.gone.add(client_id)

    def sends(self, line: Carrier, messages: Any) -> None:
        assert isinstance(line, Line)
        assert line.is_open, "nothing is said to a connection that is closed"
        for message in messages:
            self.arrives(line, message)
        if line.kind == LONG_POLLING:
            assert not line.asked
            line.is_open = False
            self.held.remove(line)

    def arrives(self, line: Line, text: bytes) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(text)
        is_lost = line.is_dead or (self.loses and line.kind == LONG_POLLING)
        if "data" in message:
            name, number = message["data"]
            if not is_lost:
                self.browsers[name].hears(number)
            return message
        line.asked.remove(message["id"])  # Answered once, and where it was asked.
        by = self.asked_by.pop(message["id"], None)
        if by is not None and by.acks and not is_lost and "ext" in message:
            by.ack = message["ext"]["ack"]
        return message

    def some(self, data: st.DataObject) -> Browser:
        return self.browsers[data.draw(st.sampled_from(sorted(self.browsers)))]

    def connects(self, browser: Browser, line: Line, timeout: float | None = None) -> None:
        timeout = 0 if browser.is_away else timeout
        is_back = timeout is not None and timeout <= 0
        self.comes(browser, line, is_back=is_back)
        self.bring(line, connect(browser, line, timeout), by=browser)
        browser.may_repeat = False
        browser.is_away = self.loses

    def comes(self, browser: Browser, line: Line, *, is_back: bool) -> None:
        """From now on it is reached there, and nobody else is."""
        browser.may_repeat = not browser.acks and (is_back or browser.line is not line)
        browser.returns = (browser.returns if is_back else 0) + browser.may_repeat
        for other in self.browsers.values():
            if other.line is line:
                other.line = None
        browser.line = line

    def line_of(self, browser: Browser, kind: str) -> Line:
        if kind == LONG_POLLING:
            return Line(kind)
        if browser.socket is None or not browser.socket.is_open:
            browser.socket = Line(kind)
        return browser.socket

    def tells(self, browser: Browser) -> None:
        number = next(self.numbers)
        browser.told.append(number)
        message = pushed(CHANNEL, json.dumps([browser.client_id, number]).encode())
        self.does(self.bayeux.push(browser.client_id, message, self.now_ms))

    # --- what happens --------------------------------------------------------------------------

    @rule(acks=st.booleans())
    def a_client_shakes_hands(self, acks: bool) -> None:
        hello = {"channel": "/meta/handshake", "version": "1.0", "supportedConnectionTypes": [LONG_POLLING]}
        ext = {"ext": {"ack": True}} if acks else {}
        has_room = len(self.browsers) < BOUNDS.clients_per_address
        (reply,) = self.bring(Line(LONG_POLLING), hello | ext)
        assert reply["successful"] == has_room
        if has_room:
            self.browsers[reply["clientId"]] = Browser(reply["clientId"], acks=acks)

    @precondition(lambda self: self.browsers)
    @rule(data=st.data(), kind=KINDS, timeout=TIMEOUTS)
    def it_connects(self, data: st.DataObject, kind: str, timeout: float | None) -> None:
        browser = self.some(data)
        self.connects(browser, self.line_of(browser, kind), timeout)

    @precondition(lambda self: self.browsers)
    @rule(data=st.data())
    def it_connects_on_the_socket_of_another(self, data: st.DataObject) -> None:
        self.connects(self.some(data), self.line_of(self.some(data), WEBSOCKET))

    @precondition(lambda self: self.browsers)
    @rule(data=st.data(), kind=KINDS)
    def it_sends_several_messages_at_once(self, data: st.DataObject, kind: str) -> None:
        browser = self.some(data)
        who = {"clientId": browser.client_id}
        line = self.line_of(browser, kind)
        replies = self.bring(
            line,
            who | {"channel": "/meta/subscribe", "subscription": CHANNEL},
            who | {"channel": CHANNEL, "data": {}},
            who | {"channel": "/nowhere", "data": {}},
            who | {"channel": "/meta/unsubscribe", "subscription": CHANNEL},
        )
        assert [reply["successful"] for reply in replies] == [True, True, False, True]

    @precondition(lambda self: self.browsers)
    @rule(data=st.data(), times=st.integers(1, 3))
    def it_is_told_something(self, data: st.DataObject, times: int) -> None:
        browser = self.some(data)
        for _ in range(times):
            self.tells(browser)

    @precondition(lambda self: self.browsers)
    @rule(data=st.data())
    def it_asks_along_with_other_messages(self, data: st.DataObject) -> None:
        """As some always do, and who was away does not."""
        browser, line = self.some(data), Line(LONG_POLLING)
        if browser.is_away:
            return
        self.comes(browser, line, is_back=False)
        publish = {"channel": CHANNEL, "clientId": browser.client_id, "data": {}}
        self.bring(line, publish, connect(browser, line, 0), by=browser)
        browser.may_repeat = False

    @precondition(lambda self: self.browsers)
    @rule(data=st.data(), is_held=st.booleans())
    def it_is_told_something_that_is_lost(self, data: st.DataObject, is_held: bool) -> None:
        browser = self.some(data)
        if not browser.may_lose:
            return
        if is_held:
            self.connects(browser, Line(LONG_POLLING))
        self.loses = True
        browser.is_away = browser.is_away or browser.line in self.held
        self.tells(browser)
        if not is_held:
            self.connects(browser, Line(LONG_POLLING))
        self.loses, browser.is_away = False, True

    @precondition(lambda self: self.browsers)
    @rule(data=st.data(), is_answered=st.booleans(), asks=st.booleans(), is_noticed=st.booleans())
    def its_socket_dies(self, data: st.DataObject, is_answered: bool, asks: bool, is_noticed: bool) -> None:
        """What it `asks` was under way before it knew; the server may not even notice.

        Between an answer and its next connect, it does not notice either.
        """
        browser = self.some(data)
        if not browser.may_lose:
            return
        line = self.line_of(browser, WEBSOCKET)
        self.connects(browser, line)
        self.tells(browser)
        if is_answered:
            self.time_passes(BOUNDS.hold_ms)
        line.is_dead = True
        self.tells(browser)
        if asks:
            self.connects(browser, line)
            self.tells(browser)
        browser.socket, browser.is_away = None, asks or not is_answered
        if is_noticed:
            line.is_open = False
            self.bayeux.left(line, self.now_ms)

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def a_poll_dies(self, data: st.DataObject) -> None:
        line = self.held.pop(data.draw(st.integers(0, len(self.held) - 1)))
        line.is_open = False
        self.bayeux.left(line, self.now_ms)

    @precondition(lambda self: self.browsers)
    @rule(data=st.data())
    def its_socket_closes(self, data: st.DataObject) -> None:
        browser = self.some(data)
        line = self.line_of(browser, WEBSOCKET)
        self.connects(browser, line)
        line.is_open = False
        self.bayeux.left(line, self.now_ms)
        self.tells(browser)

    @precondition(lambda self: self.browsers)
    @rule(data=st.data(), kind=KINDS, is_held=st.booleans())
    def it_says_goodbye(self, data: st.DataObject, kind: str, is_held: bool) -> None:
        browser = self.some(data)
        if is_held:
            self.connects(browser, Line(LONG_POLLING))
        bye = {"channel": "/meta/disconnect", "clientId": browser.client_id}
        (*_, reply) = self.bring(self.line_of(browser, kind), bye)
        assert reply["successful"]
        assert browser.client_id in self.gone

    @precondition(lambda self: self.gone)
    @rule(data=st.data(), channel=st.sampled_from(["/meta/connect", "/meta/disconnect", CHANNEL]))
    def one_who_is_forgotten_speaks(self, data: st.DataObject, channel: str) -> None:
        name = data.draw(st.sampled_from(sorted(self.gone)))
        (reply,) = self.bring(Line(LONG_POLLING), {"channel": channel, "clientId": name, "data": {}})
        assert (reply["successful"], reply["error"]) == (False, UNKNOWN)
        assert reply["advice"]["reconnect"] == "handshake"

    @rule(passes_ms=st.sampled_from([0, 1, 5, 25, 31]))
    def some_time_passes(self, passes_ms: int) -> None:
        self.time_passes(passes_ms)

    def time_passes(self, passes_ms: int) -> None:
        self.now_ms += passes_ms
        self.does(self.bayeux.tick(self.now_ms))
        due_ms = self.bayeux.next_tick_ms()
        assert due_ms is None or due_ms > self.now_ms

    @precondition(lambda self: self.browsers)
    @rule(data=st.data())
    def it_hears_all_it_was_told(self, data: st.DataObject) -> None:
        browser = self.some(data)
        for _ in range(2):  # What was lost comes with the first.
            self.connects(browser, Line(LONG_POLLING), 0)
        assert browser.heard == browser.told

    # --- what is always true -------------------------------------------------------------------

    @invariant()
    def nobody_hears_out_of_order_or_twice(self) -> None:
        for browser in self.browsers.values():
            assert browser.heard == browser.told[: len(browser.heard)]

    @invariant()
    def the_server_knows_whom_it_should(self) -> None:
        assert self.bayeux.client_count == len(self.browsers)
        assert all(self.bayeux.knows(name) for name in self.browsers)

    def teardown(self) -> None:
        """Everybody goes home: all that was held is answered, nobody is left."""
        self.does(self.bayeux.stop())
        assert not self.held
        self.now_ms += BOUNDS.hold_ms + BOUNDS.absence_ms
        self.does(self.bayeux.tick(self.now_ms))
        assert not self.browsers
        assert self.bayeux.next_tick_ms() is None
        assert self.bayeux.client_count == 0


def connect(browser: Browser, line: Line, timeout: float | None) -> dict[str, Any]:
    return {
        "channel": "/meta/connect",
        "clientId": browser.client_id,
        "connectionType": line.kind,
        **({} if timeout is None else {"advice": {"timeout": timeout}}),
        **({"ext": {"ack": browser.ack}} if browser.acks else {}),
    }


def not_later(action: Action) -> bool:
    """Whether an action answers the message here and now."""
    return isinstance(action, Reply | Publish)


Orders.TestCase.settings = settings(max_examples=300, stateful_step_count=40, deadline=None)
TestEveryOrder = Orders.TestCase
