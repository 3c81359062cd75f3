"""The greeter: a bot that answers at once, and brings in a person when one is asked for and ready."""

import asyncio
import contextlib
import re

from frontdesk.client import Bot, Chat
from frontdesk.client.workspace_view import VISITOR
from frontdesk.errors import DeskError

GREETING = (
    "Hello {name}! I am the greeter, a bot. Ask me about the shop, "
    "or say “person” and I bring in somebody who is not a bot."
)
COMING = "Of course. I am putting you through to a person now."
NOBODY = (
    "I am sorry: nobody is ready at the moment. I stay here with you, "
    "and as soon as a person is ready I put you through."
)
NOW_READY = "A person is ready now. I am putting you through."
OTHERWISE = "I understood “{text}”, and I am a simple bot: I know about prices, delivery and opening hours."

ASKS_FOR_A_PERSON = re.compile(
    r"\b(humans?|agents?|persons?|people|someone|somebody|operators?|representatives?|staff|amy)\b",
    re.IGNORECASE,
)
KNOWS = (
    (
        re.compile(r"\b(prices?|costs?|how much|cheap|expensive)\b", re.IGNORECASE),
        "Everything here costs 10.",
    ),
    (re.compile(r"\b(deliver\w*|ship\w*|send|arrive)\b", re.IGNORECASE), "We deliver within two days."),
    (re.compile(r"\b(open\w*|hours?|closed?)\b", re.IGNORECASE), "The shop never closes, and neither do I."),
    (
        re.compile(r"\b(hello|hi|hey|good (morning|day|evening))\b", re.IGNORECASE),
        "Hello again! What is it about?",
    ),
    (re.compile(r"\b(thanks?|thank you|great|bye|goodbye)\b", re.IGNORECASE), "You are welcome."),
)
ECHO_CHARS_MAX = 200
SUMMARY_MESSAGES_MAX = 5


def greeter(url: str, login: str, password: str) -> Bot:
    """A greeter for the server at `url`; `await greeter(…).serve()` lets it work."""
    bot = Bot(url, login, password)

    @bot.on_chat
    async def talk(chat: Chat) -> None:
        await chat.greet(GREETING.format(name=chat.nickname))
        waiting: asyncio.Task[None] | None = None
        if chat.is_resumed and any(asks(m.text) for m in chat.said() if m.party_id == VISITOR):
            waiting = asyncio.create_task(bring_a_person(bot, chat))
        try:
            async for message in chat.messages():
                if not asks(message.text):
                    await chat.say(answer(message.text))
                elif bot.people_ready:
                    await chat.say(COMING)
                    await chat.hand_over(summary=summary_of(chat))
                else:
                    await chat.say(NOBODY)
                    waiting = waiting or asyncio.create_task(bring_a_person(bot, chat))
        finally:
            if waiting is not None:
                waiting.cancel()

    return bot


async def bring_a_person(bot: Bot, chat: Chat) -> None:
    """Wait until a person is ready, then put the visitor through."""
    await bot.person_ready()
    with contextlib.suppress(DeskError):  # The visitor went, or was put through already.
        await chat.say(NOW_READY)
        await chat.hand_over(summary=summary_of(chat))


def summary_of(chat: Chat) -> str:
    """What a person should know before saying hello."""
    words = [m.text for m in chat.said() if m.party_id == VISITOR]
    newest = "\n".join(f"— {text[:ECHO_CHARS_MAX]}" for text in words[-SUMMARY_MESSAGES_MAX:])
    said = "1 message" if len(words) == 1 else f"{len(words)} messages, the newest"
    return f"{chat.nickname} asked for a person after {said}:\n{newest}"


def asks(text: str) -> bool:
    """Whether somebody asks for a person."""
    return ASKS_FOR_A_PERSON.search(text) is not None


def answer(text: str) -> str:
    """What a simple bot knows to say."""
    known = next((reply for pattern, reply in KNOWS if pattern.search(text)), None)
    if known is not None:
        return known
    return OTHERWISE.format(text=text if len(text) <= ECHO_CHARS_MAX else f"{text[:ECHO_CHARS_MAX]}…")
