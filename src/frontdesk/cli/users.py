"""`frontdesk users`: the accounts of agents, supervisors, administrators and bots."""

import contextlib
import getpass
import secrets
import sys
from collections.abc import AsyncIterator
from typing import Annotated

from cyclopts import App, Parameter
from rich.table import Table

from frontdesk.cli.configuration import Config, settings_of
from frontdesk.cli.console import harmless, output
from frontdesk.desk.staff import Staff
from frontdesk.domain.agent import Role
from frontdesk.domain.capacity import described as capacity_of
from frontdesk.domain.capacity import parse_capacity
from frontdesk.domain.skills import described
from frontdesk.errors import Refused
from frontdesk.main import wall_clock_ms
from frontdesk.settings import Settings
from frontdesk.store.open import open_database

app = App(name="users", help="The accounts of agents, supervisors and bots.")

Skills = Annotated[
    tuple[str, ...],
    Parameter(
        name="--skill",
        negative=(),
        help="What the account is good at and how good, such as german=7; may be given several times.",
    ),
]
Capacity = Annotated[
    str,
    Parameter(
        help="How many chats and messages at once: a number for all together, or each by itself, such as"
        " chat=3,message=5."
    ),
]
FromInput = Annotated[
    bool, Parameter(name="--password-stdin", negative=(), help="Read the password from standard input.")
]


@app.command
async def add(
    login: str,
    /,
    *,
    role: Annotated[Role, Parameter(help="What the account may do.")] = Role.AGENT,
    name: Annotated[str, Parameter(help="What visitors see; the login when not given.")] = "",
    capacity: Capacity = "",
    skill: Skills = (),
    password_stdin: FromInput = False,
    config: Config = None,
) -> None:
    """Make an account. The password is asked for; a bot's is made at random and told once."""
    settings = settings_of(config)
    total, by_medium = parse_capacity(capacity) if capacity else (None, {})
    total = settings.workspace.capacity if total is None else total
    made = role is Role.BOT and not password_stdin
    password = secrets.token_urlsafe(24) if made else _password(password_stdin)
    async with _staff(settings) as staff:
        account = await staff.add(
            login, password, name=name, role=role, capacity=total, capacities=by_medium, skills=skill
        )
    output.print(f"{account.login} may sign in now, as {account.role}.")
    if made:
        output.print(f"Its password, which is not shown again: {password}")


@app.command(name="set")
async def set_(
    login: str,
    /,
    *,
    name: Annotated[str, Parameter(help="What visitors see.")] = "",
    capacity: Capacity = "",
    skill: Skills = (),
    config: Config = None,
) -> None:
    """Change an account: what is not given stays, and a skill of level 0 is taken away.

    Who is connected now goes by the old particulars until they connect again and are ready.
    """
    total, by_medium = parse_capacity(capacity) if capacity else (None, None)
    async with _staff(settings_of(config)) as staff:
        account = await staff.change(login, name=name, capacity=total, capacities=by_medium, skills=skill)
    skills = described(account.skills) or "no skills"
    places = capacity_of(account.capacity, account.capacities)
    output.print(f"{harmless(account.login)}: {harmless(account.name)}, {places} at once, {skills}")


@app.command(name="list")
async def list_(*, config: Config = None) -> None:
    """List the accounts."""
    async with _staff(settings_of(config)) as staff:
        accounts = await staff.everyone()
    if not accounts:
        output.print("There are no accounts yet: frontdesk users add LOGIN")
        return
    table = Table("login", "name", "role", "at once", "skills", "may sign in", box=None, padding=(0, 2, 0, 0))
    for account in accounts:
        may = "no: disabled" if account.is_disabled else "yes"
        table.add_row(
            harmless(account.login),
            harmless(account.name),
            account.role,
            capacity_of(account.capacity, account.capacities),
            described(account.skills),
            may,
        )
    output.print(table)


@app.command
async def disable(login: str, /, *, config: Config = None) -> None:
    """Let an account sign in no more, and end its sessions. Who is connected now stays so until it breaks."""
    async with _staff(settings_of(config)) as staff:
        await staff.disable(login)
    output.print(f"{login} may no longer sign in.")


@app.command
async def enable(login: str, /, *, config: Config = None) -> None:
    """Let a disabled account sign in again."""
    async with _staff(settings_of(config)) as staff:
        await staff.enable(login)
    output.print(f"{login} may sign in again.")


@app.command
async def password(login: str, /, *, password_stdin: FromInput = False, config: Config = None) -> None:
    """Give an account a new password, and end its sessions."""
    settings = settings_of(config)
    new = _password(password_stdin)
    async with _staff(settings) as staff:
        await staff.set_password(login, new)
    output.print(f"{login} has a new password.")


@contextlib.asynccontextmanager
async def _staff(settings: Settings) -> AsyncIterator[Staff]:
    """The accounts of the database, also beside a running server."""
    if settings.database.url.startswith("memory:"):
        raise Refused("no_database", "database.url is memory: accounts would be forgotten at once")
    database = await open_database(settings.database, is_server=False)
    try:
        yield Staff(database.accounts, wall_clock_ms)
    finally:
        await database.aclose()


def _password(from_input: bool) -> str:
    """A password, from whoever sits there; twice, so that no slip locks somebody out."""
    if from_input:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise Refused("no_terminal", "there is no terminal to ask for a password: use --password-stdin")
    first = getpass.getpass("New password: ")
    if first != getpass.getpass("Once more: "):
        raise Refused("not_the_same", "the two are not the same; nothing was changed")
    return first
