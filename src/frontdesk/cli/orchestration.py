"""`frontdesk orchestration`: the applications whose sessions own chats."""

import contextlib
import getpass
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import httpx2
from cyclopts import App, Parameter
from rich.table import Table
from rich.text import Text

from frontdesk.cli.configuration import Config, settings_of
from frontdesk.cli.console import errors, harmless, output
from frontdesk.cli.orchestration_remote import WAIT_S, RemoteApplications
from frontdesk.desk.orchestration.application_files import document_of, read_folder
from frontdesk.desk.orchestration.applications import Applications
from frontdesk.domain.application import SHOWN_CHARS
from frontdesk.errors import Refused
from frontdesk.main import wall_clock_ms
from frontdesk.settings import Settings
from frontdesk.store.log import Store
from frontdesk.store.open import open_database

FOUND = 1

Server = Annotated[
    str,
    Parameter(help="The address of a running server; by default the database of the settings is changed."),
]
Key = Annotated[
    str,
    Parameter(
        env_var="FRONTDESK_MANAGE_KEY",
        help="What that server asks for: one of its `orchestration.http.manage_keys`.",
    ),
]

app = App(name="orchestration", help="Applications: state charts whose sessions own chats.")
app.command("frontdesk.cli.orchestration_run:run", name="run")
app.command("frontdesk.cli.orchestration_trace:sessions", name="sessions")
app.command("frontdesk.cli.orchestration_trace:trace_session", name="trace")


@app.command
def check(folder: Path, /) -> int:
    """Look an application over without running it: what refuses it, and what will surprise whoever runs it.

    It names faults of the document, scripts that do not compile, variables and functions that nothing
    defines, states and transitions that nothing leads to, and events that nothing answers. Conditions count
    as true, and what `eval` or `with` define is not seen. The exit code is 1 when anything was found.
    """
    # Here, because no other command needs the grammar of scripts.
    from frontdesk.desk.orchestration.checking.application_check import look_over

    document = document_of(read_folder(folder))
    findings = look_over(document)
    for finding in findings:
        fault = finding.fault
        line = Text.assemble(
            (harmless(f"{fault.file}:{fault.line}"), "bold"),
            ": ",
            (finding.kind.value, "red" if finding.kind.is_refusal else "yellow"),
            ": ",
            harmless(fault.text),
            (f" ({harmless(fault.advice)})" if fault.advice else "", "dim"),
        )
        output.print(line)
    files = f"{len(document.files)} file{'' if len(document.files) == 1 else 's'}"
    if findings:
        output.print(f"{harmless(document.name)}: {len(findings)} found in {files}.")
        return FOUND
    output.print(f"{harmless(document.name)}: nothing found in {files}.")
    return 0


@app.command
async def upload(
    folder: Path,
    /,
    *,
    only_keep: Annotated[
        bool, Parameter(negative=(), help="Do not run it yet; `rollback` to it does.")
    ] = False,
    server: Server = "",
    key: Key = "",
    config: Config = None,
) -> None:
    """Take an application in as a new version, which sessions that begin from now on run.

    Sessions that run keep the version they began with. The same files again change nothing.
    """
    files = read_folder(folder)
    async with _applications(config, server, key) as applications:
        document = await applications.upload(files, by=getpass.getuser(), is_to_run=not only_keep)
        active = (await applications.versions(document.name)).active
    name, version = harmless(document.name), document.version[:SHOWN_CHARS]
    if active == document.version:
        output.print(f"{name}: new sessions run version {version}.")
    else:
        output.print(
            f"{name}: version {version} is there, and new sessions run {active[:SHOWN_CHARS] or 'none'}: "
            f"frontdesk orchestration rollback {name} {version} changes that."
        )


@app.command
async def versions(name: str, /, *, server: Server = "", key: Key = "", config: Config = None) -> None:
    """List the versions of an application, the newest first."""
    async with _applications(config, server, key) as applications:
        application = await applications.versions(name)
    table = Table("", "version", "uploaded", "by", box=None, padding=(0, 2, 0, 0))
    for one in reversed(application.versions):
        is_active = one.version == application.active
        table.add_row(
            "*" if is_active else "",
            one.version[:SHOWN_CHARS],
            time_of(one.uploaded_ms),
            harmless(one.by),
            style="bold" if is_active else "",
        )
    output.print(table)


@app.command
async def rollback(
    name: str,
    version: Annotated[str, Parameter(help="The beginning of its id; by default the one before.")] = "",
    /,
    *,
    server: Server = "",
    key: Key = "",
    config: Config = None,
) -> None:
    """Let new sessions run an older version, or any other that was uploaded."""
    async with _applications(config, server, key) as applications:
        activated = await applications.activate(name, version, by=getpass.getuser())
    output.print(f"{harmless(name)}: new sessions run version {activated.version[:SHOWN_CHARS]}.")


@app.command(name="list")
async def list_(*, server: Server = "", key: Key = "", config: Config = None) -> None:
    """List the applications, and the services and queues of the settings that have them."""
    async with _applications(config, server, key) as applications:
        everything = await applications.all()
    of = {} if server else _named_in(settings_of(config))
    for name in of.keys() - {listed.name for listed in everything}:
        errors.print(f"{harmless(of[name])}: there is no application {name!r}; upload it.")
    if not everything:
        output.print("There are no applications yet: frontdesk orchestration upload FOLDER takes one in.")
        return
    table = Table("application", "version", "since", "versions", "of", box=None, padding=(0, 2, 0, 0))
    for listed in everything:
        application = listed.application
        table.add_row(
            harmless(listed.name),
            application.active[:SHOWN_CHARS] or "none",
            time_of(application.activated_ms) if application.active else "",
            str(len(application.versions)),
            harmless(of.get(listed.name, "")),
        )
    output.print(table)


def _named_in(settings: Settings) -> dict[str, str]:
    """Which services and queues have which application."""
    found: dict[str, list[str]] = {}
    places = [
        *((one.application, f"service {name}") for name, one in sorted(settings.services.items())),
        *((one.application, f"queue {name}") for name, one in sorted(settings.queues.items())),
    ]
    for application, place in places:
        if application:
            found.setdefault(application, []).append(place)
    return {application: ", ".join(named) for application, named in found.items()}


@contextlib.asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Store]:
    """The database that the settings name, beside a server that may be running."""
    if settings.database.url.startswith("memory:"):
        raise Refused("no_database", "database.url is memory: nothing that is done here would be kept")
    database = await open_database(settings.database, is_server=False)
    try:
        yield database.store
    finally:
        await database.aclose()


@contextlib.asynccontextmanager
async def _applications(
    config: Path | None, server: str, key: str
) -> AsyncIterator[Applications | RemoteApplications]:
    if server:
        async with httpx2.AsyncClient(base_url=server, headers={"x-api-key": key}, timeout=WAIT_S) as http:
            yield RemoteApplications(http)
        return
    async with opened(settings_of(config)) as store:
        yield Applications(store, wall_clock_ms)


def time_of(at_ms: int) -> str:
    """A time as lists show it."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
