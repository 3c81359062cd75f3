"""A long transcript against a short one: what a message and a poll cost in it."""

from collections.abc import Sequence
from itertools import cycle

from bench.driver.http import OnAnswer
from bench.driver.load import Ear, talk
from bench.driver.v2 import Visitor, catch_up, hang_up
from bench.house import Desk, folder, frontdesk, open_chats
from bench.measure import Cost, Tell, middle, polling, talking
from bench.rows import Budget, Row
from bench.scale import Scale

ROUNDS = 3
LONG_CHATS = 4
SHORT_EACH = 120  # Short chats for each long one, so that they stay short while they are written in.
SHARE = 0.2  # Of the scale's time, for the same reason.
SAME = Budget(must=1.2, aim=1.0)


class Rota:
    """A line that is written in another chat each time."""

    def __init__(self, name: str, visitors: Sequence[Visitor], ear: Ear) -> None:
        self.name = name
        self._visitors = cycle(visitors)
        for visitor in visitors:
            ear.rename(visitor.name, name)

    def say(self, text: str, on_answer: OnAnswer) -> None:
        next(self._visitors).say(text, on_answer)


async def transcript(scale: Scale, tell: Tell) -> Sequence[Row]:
    """CPU of `send` and `refresh` in long and in short transcripts, on one server."""
    ear = Ear()
    desk = Desk(ear)
    with folder() as place:
        async with frontdesk(place) as server:
            await desk.open(server.url)
            long = await open_chats(server.url, LONG_CHATS, "Long")
            await desk.takes(long)
            tell(f"{LONG_CHATS} transcripts of {scale.long_events:,} events")
            await talk(long, ear, "fill", each=scale.long_events)
            short = await open_chats(server.url, LONG_CHATS * SHORT_EACH, "Short")
            await desk.takes(short)
            await talk(short, ear, "fill", each=scale.short_events - 4)
            rotas = [Rota(f"rota {number}", short[number::LONG_CHATS], ear) for number in range(LONG_CHATS)]
            said: tuple[list[Cost], list[Cost]] = ([], [])
            polled: tuple[list[Cost], list[Cost]] = ([], [])
            for number in range(ROUNDS):
                tell(f"round {number + 1} of {ROUNDS}")
                said[0].append(await talking(server, rotas, ear, scale, share=SHARE))
                said[1].append(await talking(server, long, ear, scale, share=SHARE))
                few = short[:LONG_CHATS]
                await catch_up([*long, *few])
                polled[0].append(await polling(server, few, scale, share=SHARE))
                polled[1].append(await polling(server, long, scale, share=SHARE))
            hang_up([*long, *short])
            desk.close()
    return [
        Row(
            scenario="transcript",
            what=f"CPU a {what}, {scale.long_events:,} events",
            value=middle(longs).cpu_us,
            unit="µs",
            against=f"{scale.short_events} events",
            baseline=middle(shorts).cpu_us,
            budget=SAME,
        )
        for what, (shorts, longs) in (("message", said), ("poll", polled))
    ]
