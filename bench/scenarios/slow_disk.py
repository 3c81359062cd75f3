"""A disk whose sync takes 5 ms longer: how many durable messages are left."""

from collections.abc import Sequence

from bench.driver.load import Ear
from bench.house import folder, frontdesk, on_frontdesk
from bench.measure import Cost, Tell, talking
from bench.rows import Budget, Row
from bench.scale import Scale


async def slow_disk(scale: Scale, tell: Tell) -> Sequence[Row]:
    """Messages a second with the delay, against the same without it."""
    tell("the disk as it is")
    quick = await _talk(scale, "")
    tell(f"{scale.sync_delay_ms} ms longer")
    slow = await _talk(scale, f"?sync_delay_ms={scale.sync_delay_ms}")
    return (
        Row(
            scenario="slow_disk",
            what=f"messages, {scale.chats} chats, sync {scale.sync_delay_ms} ms longer",
            value=slow.per_s,
            unit="/s",
            against="without",
            baseline=quick.per_s,
            budget=Budget(must=0.6, aim=0.8, at_least=True),
        ),
        Row(
            scenario="slow_disk",
            what="delivery p99",
            value=slow.p99_ms,
            unit="ms",
            against="without",
            baseline=quick.p99_ms,
        ),
    )


async def _talk(scale: Scale, query: str) -> Cost:
    ear = Ear()
    with folder() as place:
        async with frontdesk(place, query=query) as server, on_frontdesk(server, ear, scale.chats) as lines:
            return await talking(server, lines, ear, scale)
