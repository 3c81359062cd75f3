"""The 100,000th chat against the 10th: what a new chat, a message and a poll cost among many."""

from collections.abc import Sequence

from bench.driver.load import Ear
from bench.driver.v2 import catch_up
from bench.house import folder, frontdesk, on_frontdesk, person
from bench.measure import Tell, polling, talking
from bench.rows import Budget, Row
from bench.scale import Scale
from bench.scenarios.arrivals import arrive
from bench.seed import seed

ROUNDS = 3
SAME = Budget(must=1.2, aim=1.0)


async def size(scale: Scale, tell: Tell) -> Sequence[Row]:
    """CPU of each with many chats open in the database, against few."""
    costs: dict[str, list[list[float]]] = {"message": [[], []], "poll": [[], []], "chat": [[], []]}
    with folder() as small, folder() as large:
        await seed(small, scale.few_chats, lambda _: None)
        await seed(large, scale.many_chats, lambda made: tell(f"{made:,} of {scale.many_chats:,} chats made"))
        people = [person(0), person(1)]
        ears = (Ear(), Ear())
        async with (
            frontdesk(small, people=people) as few,
            frontdesk(large, people=people) as many,
            on_frontdesk(few, ears[0], scale.chats) as few_lines,
            on_frontdesk(many, ears[1], scale.chats) as many_lines,
        ):
            sides = ((few, few_lines, ears[0]), (many, many_lines, ears[1]))
            for number in range(ROUNDS):
                for side, (server, lines, ear) in enumerate(sides):
                    tell(f"{'many' if side else 'few'} chats, round {number + 1} of {ROUNDS}")
                    said = await talking(server, lines, ear, scale, share=1 / ROUNDS)
                    costs["message"][side].append(said.cpu_us)
                    await catch_up(lines)
                    polled = await polling(server, lines, scale, share=1 / ROUNDS)
                    costs["poll"][side].append(polled.cpu_us)
            for side, (server, _, _) in enumerate(sides):
                cpu_us, _ = await arrive(server, scale.arrivals // 2)
                costs["chat"][side].append(cpu_us)
    return [
        Row(
            scenario="size",
            what=f"CPU a {what}, {scale.many_chats:,} chats open",
            value=sorted(many)[len(many) // 2],
            unit="µs",
            against=f"{scale.few_chats} chats",
            baseline=sorted(few)[len(few) // 2],
            budget=SAME,
        )
        for what, (few, many) in costs.items()
    ]
