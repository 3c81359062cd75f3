"""`frontdesk export`: interactions, written out."""

import contextlib
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal, TextIO

import msgspec
from cyclopts import Parameter
from rich.progress import Progress

from frontdesk.cli.configuration import Config, settings_of
from frontdesk.cli.console import errors
from frontdesk.cli.export_forms import FORMS, Line
from frontdesk.domain.card import InteractionCard
from frontdesk.domain.events import Event
from frontdesk.errors import NotFound, Refused
from frontdesk.store.log import Store
from frontdesk.store.open import open_database

PAGE = 500
KINDS = ("interaction", "resting")  # Of the cards that interactions have.

_decode_event = msgspec.json.Decoder(Event).decode
_decode_card = msgspec.json.Decoder(InteractionCard).decode


async def export(
    interaction_id: Annotated[str, Parameter(help="One interaction; all when not given.")] = "",
    /,
    *,
    form: Annotated[
        Literal["json", "text", "html"],
        Parameter(name=("--format", "-f"), help="`json` is one interaction a line."),
    ] = "json",
    output: Annotated[
        Path | None, Parameter(name=("--output", "-o"), help="A file; by default the standard output.")
    ] = None,
    service: Annotated[str, Parameter(help="Only interactions of this service.")] = "",
    since: Annotated[
        datetime | None, Parameter(help="Only those that began at or after this time, UTC.")
    ] = None,
    config: Config = None,
) -> None:
    """Write interactions out, also beside a running server: everything that was said, and no keys.

    What only agents saw is among it, and marked.
    """
    settings = settings_of(config)
    if settings.database.url.startswith("memory:"):
        raise Refused("no_database", "database.url is memory: nothing of it can be exported")
    since_ms = int(since.replace(tzinfo=since.tzinfo or UTC).timestamp() * 1000) if since is not None else 0
    database = await open_database(settings.database, is_server=False)
    try:
        store = database.store
        streams = _wanted(store, service, since_ms) if not interaction_id else _only(store, interaction_id)
        total = 1 if interaction_id else await _count(store)
        with _written_to(output) as file:
            await _write(store, streams, file, form, total)
    finally:
        await database.aclose()


async def _write(
    store: Store, streams: AsyncIterator[tuple[str, bool]], file: TextIO, form: str, total: int
) -> None:
    way, written = FORMS[form], 0
    file.write(way.head)
    with Progress(console=errors, transient=True, disable=not errors.is_terminal) as progress:
        task = progress.add_task("Exporting", total=total)
        async for stream, is_wanted in streams:
            if is_wanted:
                lines = [
                    Line(record.version, record.time_ms, _decode_event(record.body))
                    for record in await store.read(stream)
                ]
                file.write(way.one(stream.partition("/")[2], lines))
                written += 1
            progress.advance(task)
    file.write(way.end)
    errors.print(f"{written} interaction{'' if written == 1 else 's'} exported.")


async def _wanted(store: Store, service: str, since_ms: int) -> AsyncIterator[tuple[str, bool]]:
    """Every interaction, and whether it is asked for."""
    for kind in KINDS:
        after = ""
        while page := await store.cards(kind, after=after, limit=PAGE):
            for filed in page:
                card = _decode_card(filed.card.body)
                yield filed.stream, card.started_ms >= since_ms and service in ("", card.service)
            after = page[-1].stream


async def _only(store: Store, interaction_id: str) -> AsyncIterator[tuple[str, bool]]:
    stream = f"interaction/{interaction_id}"
    if await store.card(stream) is None:
        raise NotFound(f"there is no interaction {interaction_id}")
    yield stream, True


async def _count(store: Store) -> int:
    return sum(
        [await store.count_cards(kind, is_open=is_open) for kind in KINDS for is_open in (True, False)]
    )


@contextlib.contextmanager
def _written_to(path: Path | None) -> Iterator[TextIO]:
    """The standard output, or a file that appears whole or not at all."""
    if path is None:
        yield sys.stdout
        sys.stdout.flush()
        return
    unfinished = path.with_name(f"{path.name}.part")
    try:
        with unfinished.open("w", encoding="utf-8") as file:
            unfinished.chmod(0o600)  # Whose words these are, others need not read.
            yield file
        unfinished.replace(path)
    except OSError as error:
        raise Refused("not_written", f"{path} cannot be written: {error.strerror}") from error
    finally:
        unfinished.unlink(missing_ok=True)
