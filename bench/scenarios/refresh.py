"""A poll with nothing new, beside an endpoint that does nothing."""

from collections.abc import Sequence

from bench.baselines import empty, nameless
from bench.driver.load import Ear
from bench.driver.v2 import catch_up
from bench.house import folder, frontdesk, on_frontdesk
from bench.measure import Cost, Tell, middle, polling
from bench.rows import Budget, Row
from bench.scale import Scale

ROUNDS = 3


async def refresh(scale: Scale, tell: Tell) -> Sequence[Row]:
    """CPU and answer time of `refresh`."""
    ours: list[Cost] = []
    theirs: list[Cost] = []
    with folder() as place:
        async with (
            frontdesk(place) as server,
            empty() as base,
            on_frontdesk(server, Ear(), scale.polls) as visitors,
            nameless(base, scale.polls) as nobody,
        ):
            await catch_up(visitors)
            for number in range(ROUNDS):
                tell(f"round {number + 1} of {ROUNDS}")
                theirs.append(await polling(base, nobody, scale, share=1 / ROUNDS))
                ours.append(await polling(server, visitors, scale, share=1 / ROUNDS))
    mine, base_cost = middle(ours), middle(theirs)
    return (
        Row(
            scenario="refresh",
            what="CPU a poll with nothing new",
            value=mine.cpu_us,
            unit="µs",
            against="empty",
            baseline=base_cost.cpu_us,
            budget=Budget(must=1.8, aim=1.2),
        ),
        Row(
            scenario="refresh",
            what=f"polls, {scale.polls} at once",
            value=mine.per_s,
            unit="/s",
            against="empty",
            baseline=base_cost.per_s,
        ),
    )
