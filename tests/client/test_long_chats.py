"""What an answer costs does not grow with the chat: a long one is no slower to follow than a short one."""

import statistics
from collections.abc import Callable
from time import perf_counter_ns
from typing import Any

import pytest

from frontdesk.client import Client
from frontdesk.client.plugin import Event
from frontdesk.client.session import Eyes, Session
from frontdesk.client.transport import Answer, Credentials, Outcome

pytestmark = pytest.mark.anyio

LONG = 20_000
PROBES = 51
TIMES_MAX = 6
"""Medians of so many probes differ by little; work that grew with the chat would make it twenty times."""


def median_ns(work: Callable[[int], object], first: int) -> float:
    """How long `work` takes for each of the next numbers."""
    took: list[int] = []
    for number in range(first, first + PROBES):
        since = perf_counter_ns()
        work(number)
        took.append(perf_counter_ns() - since)
    return statistics.median(took)


def said(index: int) -> dict[str, Any]:
    return {"index": index, "type": "Message", "text": "hello", "utcTime": 1, "from": {"type": "Agent"}}


def test_a_session_takes_news_at_an_even_pace() -> None:
    session = Session(Credentials(session_id="CHAT1"), Eyes())

    def take(*indexes: int) -> None:
        session.take(Answer(outcome=Outcome.DONE, response={}, events=[said(index) for index in indexes]))

    short_ns = median_ns(take, 1)
    take(*range(PROBES + 1, LONG))
    assert median_ns(take, LONG) < TIMES_MAX * short_ns
    assert (session.oldest_index, session.position) == (1, LONG + PROBES)


async def test_a_visitor_reads_at_an_even_pace() -> None:
    chat = Client("http://127.0.0.1:1/any")

    def hear(*indexes: int) -> None:
        data = {"messages": [said(index) for index in indexes]}
        chat._hear(Event("WebChatService.messageReceived", "WebChatService", 1, data))

    short_ns = median_ns(hear, 1)
    hear(*range(PROBES + 1, LONG))
    assert median_ns(hear, LONG) < TIMES_MAX * short_ns
    assert [line.index for line in chat.lines] == list(range(1, LONG + PROBES))
    await chat.service.aclose()
