"""Has the model of one outcome fitted: reads the visits of the last days to the process that does it."""

import asyncio
import os
import sys
from collections.abc import Set as AbstractSet

import msgspec

from frontdesk.desk.journeys.customers import ROOT, Customers
from frontdesk.desk.journeys.fitting import NOT_INSTALLED, Fit, Fitted, Told
from frontdesk.desk.pipes import framed
from frontdesk.domain.journey.customer import Customer
from frontdesk.domain.journey.entries import VisitEntry
from frontdesk.domain.journey.evolving import evolve
from frontdesk.domain.journey.scoring.quantiles import REFERENCE_DAYS
from frontdesk.domain.journey.scoring.remembering import Remembering
from frontdesk.errors import DeskError, Unavailable
from frontdesk.store.log import Store

DAY_MS = 86_400_000
PAGE = 500
READ_AT_ONCE = 100
FITS_WITHIN_S = 1800.0
NEEDED = ("LD_LIBRARY_PATH",)

_encode = msgspec.msgpack.Encoder().encode
_fitted: msgspec.msgpack.Decoder[Fitted] = msgspec.msgpack.Decoder(Fitted)


class NotInstalled(DeskError):
    """The library that models are fitted with is not there."""


class Teacher:
    """Fits models. `store` is that of journeys."""

    def __init__(self, store: Store, customers: Customers) -> None:
        self._store = store
        self._customers = customers

    async def fit(self, outcome_id: str, tied: AbstractSet[str], number: int, now_ms: int) -> Fitted:
        """What the visits of the last days teach about an outcome that these action maps have as a trigger.

        Errors:  `NotInstalled`; `Unavailable`.
        """
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            "-m",
            "frontdesk.desk.journeys.fitting",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={name: os.environ[name] for name in NEEDED if name in os.environ},
            cwd="/",
        )
        try:
            async with asyncio.timeout(FITS_WITHIN_S):
                return await self._tell(process, outcome_id, tied, number, now_ms)
        except (ConnectionError, TimeoutError, msgspec.DecodeError) as error:
            if process.returncode == NOT_INSTALLED or await _ends_with(process) == NOT_INSTALLED:
                raise NotInstalled("models need scikit-learn: pip install 'frontdesk[predict]'") from None
            raise Unavailable(f"the model could not be fitted: {error!r}", retry_after_s=3600) from error
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()

    async def _tell(
        self,
        process: asyncio.subprocess.Process,
        outcome_id: str,
        tied: AbstractSet[str],
        number: int,
        now_ms: int,
    ) -> Fitted:
        assert process.stdin is not None
        assert process.stdout is not None
        for customer_id in await self._visitors(now_ms - REFERENCE_DAYS * DAY_MS, now_ms):
            await self._tell_of(process.stdin, customer_id, Remembering(outcome_id, tied), now_ms)
        _write(process.stdin, Fit(number))
        await process.stdin.drain()
        process.stdin.close()
        answer = await process.stdout.read()
        await process.wait()
        return _fitted.decode(answer)

    async def _visitors(self, from_ms: int, until_ms: int) -> list[str]:
        """Whoever began a visit in that time and has not been erased."""
        found: dict[str, None] = {}
        after: tuple[int, int] | None = None
        while page := await self._store.entries(VisitEntry.KIND, from_ms, until_ms, after=after, limit=PAGE):
            streams = (one.stream for one in page if one.stream.startswith(ROOT))
            found.update(dict.fromkeys(stream.removeprefix(ROOT) for stream in streams))
            after = (page[-1].entry.at_ms, page[-1].number)
            await asyncio.sleep(0)
        return list(found)

    async def _tell_of(
        self, pipe: asyncio.StreamWriter, customer_id: str, remembering: Remembering, now_ms: int
    ) -> None:
        customer, version = Customer(id=customer_id), 0
        while page := await self._customers.history(customer_id, version, READ_AT_ONCE):
            for record, fact in page:
                version = record.version
                customer = evolve(customer, fact, record.time_ms)
                for past in remembering.take(fact, customer):
                    if past.rows and past.ended_ms > now_ms - REFERENCE_DAYS * DAY_MS:
                        _write(pipe, Told(past))
            await pipe.drain()
            await asyncio.sleep(0)


def _write(pipe: asyncio.StreamWriter, message: Told | Fit) -> None:
    pipe.write(framed(_encode(message)))


async def _ends_with(process: asyncio.subprocess.Process) -> int | None:
    try:
        async with asyncio.timeout(5):
            return await process.wait()
    except TimeoutError:
        return None
