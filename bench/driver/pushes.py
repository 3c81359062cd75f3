"""What an agent says to many visitors at one pace, and when it is pushed to each of them."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence

from msgspec import Raw

from bench.driver.bayeux import Client
from bench.driver.load import STRAGGLERS_WAIT_S, WORDS, Measured, Wrong
from bench.driver.v2 import Visitor, read_envelope

CHANNELS = "/service/chatV2/"
TWICE_EACH = 10  # One visitor in so many is told two things at once, which must come in order.

Say = Callable[[str, str], None]
"""Says a text in a chat."""


class Follower:
    """A visitor who is pushed what is said in a chat; `fault` is what went wrong, if anything did."""

    def __init__(self, visitor: Visitor, path: str) -> None:
        self.visitor = visitor
        self.client = Client(path, self._pushed)
        self.latencies_s: list[float] = []
        self._awaited: deque[tuple[str, float]] = deque()
        self._fault = ""
        self._is_told = asyncio.Event()

    @property
    def fault(self) -> str:
        return self._fault or self.client.fault

    async def follow(self, url: str, service: str) -> None:
        """Ask for all that is said from now on, and have a connect held. Errors: `Wrong`, `OSError`."""
        await self.client.open(url)
        asked = follow_request(self.visitor)
        await self.client.ask(CHANNELS + service, data=asked)
        self.client.hold()
        try:
            await asyncio.wait_for(self._is_told.wait(), STRAGGLERS_WAIT_S)
        except TimeoutError:
            raise Wrong(self.fault or f"{self.visitor.name} was never told what it asked for") from None

    def told(self, text: str) -> None:
        """This is being said to it now."""
        self._awaited.append((text, time.perf_counter()))

    @property
    def is_waiting(self) -> bool:
        return bool(self._awaited)

    def _pushed(self, data: Raw) -> None:
        self._is_told.set()
        envelope = read_envelope(data)
        if envelope.status_code != 0:
            self._fault = f"{self.visitor.name} was told {bytes(data)[:200]!r}"
        for line in envelope.messages:
            if line.type == "Message":
                self._heard(line.text)

    def _heard(self, text: str) -> None:
        if not self._awaited or self._awaited[0][0] != text:
            self._fault = f"{self.visitor.name} heard {text!r} and waited for {list(self._awaited)}"
            return
        _, at_s = self._awaited.popleft()
        self.latencies_s.append(time.perf_counter() - at_s)


def follow_request(visitor: Visitor) -> dict[str, object]:
    """What a visitor publishes to be pushed all that is said from now on."""
    position = visitor.identity.next_position
    return {"operation": "requestNotifications", "transcriptPosition": position, **_credentials(visitor)}


def send_request(visitor: Visitor, text: str) -> dict[str, object]:
    """What a visitor publishes to say something."""
    return {"operation": "sendMessage", "message": text, "messageType": "text", **_credentials(visitor)}


def _credentials(visitor: Visitor) -> dict[str, object]:
    identity = visitor.identity
    return {
        "chatId": identity.chat_id,
        "userId": identity.user_id,
        "secureKey": identity.secure_key,
        "alias": identity.alias,
    }


async def push(followers: Sequence[Follower], say: Say, per_s: float) -> Measured:
    """Say something to each, some of them two things at once. Errors: `Wrong`."""
    begun = time.perf_counter()
    count = 0
    for number, follower in enumerate(followers):
        for _ in range(1 if number % TWICE_EACH else 2):
            count += 1
            text = f"{count}{WORDS}"
            follower.told(text)
            say(follower.visitor.name, text)
        await asyncio.sleep(begun + count / per_s - time.perf_counter())
    until_s = time.perf_counter() + STRAGGLERS_WAIT_S
    while any(follower.is_waiting for follower in followers) and time.perf_counter() < until_s:
        await asyncio.sleep(1 / per_s)
    took_s = time.perf_counter() - begun
    faults = [follower.fault for follower in followers if follower.fault]
    lost = sum(follower.is_waiting for follower in followers)
    if faults or lost:
        raise Wrong(faults[0] if faults else f"{lost} visitors never heard what they were told")
    return Measured(count, took_s, tuple(s for follower in followers for s in follower.latencies_s))
