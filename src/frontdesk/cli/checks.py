"""What the doctor looks at: each check says what it found, and what to do."""

import asyncio
import contextlib
import os
import resource
import shutil
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from ipaddress import ip_network
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import httpx2
from msgspec import Struct

from frontdesk.desk.journeys.places import ADVICE, Places
from frontdesk.desk.nodes import BEAT_S, nodes_at_work
from frontdesk.desk.orchestration.application_files import document_of, folders_in, machine_of, read_folder
from frontdesk.desk.orchestration.applications import Applications
from frontdesk.desk.orchestration.contexts import Learn, Learned
from frontdesk.desk.orchestration.engine import asked
from frontdesk.desk.orchestration.workers import Worker
from frontdesk.domain.agent import Role
from frontdesk.edges.mail_imap import try_out
from frontdesk.edges.mail_smtp import SmtpCarrier
from frontdesk.edges.server import listen
from frontdesk.errors import DeskError, Refused
from frontdesk.scxml.limits import Limits
from frontdesk.settings import Settings
from frontdesk.settings_mail import MailSettings
from frontdesk.store.address import MemoryAddress, PostgresAddress, SqliteAddress, journeys_beside, parse
from frontdesk.store.files import open_files
from frontdesk.store.migrate import pending
from frontdesk.store.open import Database, open_database, open_journeys

DISK_FREE_MIN_BYTES = 100 * 1_048_576
DISK_FREE_WARN_BYTES = 2 * 1_073_741_824
OPEN_FILES_WARN = 4096  # Each visitor who waits and each agent holds one.
CLOCK_AHEAD_MAX_S = 5
BUILT_S = 1_735_689_600  # 2025-01-01: no honest clock shows less.
HTTP_WAIT_S = 3
SCRIPTS_WAIT_S = 60
EMPTY_CHART = b'<scxml xmlns="http://www.w3.org/2005/07/scxml" datamodel="ecmascript"><state id="a"/></scxml>'
LEVELS = ("debug", "info", "warning", "error", "critical")


class Finding(Struct, frozen=True):
    """What a check found. `advice` says what to do, where something is to be done."""

    level: Literal["good", "warn", "bad"]
    subject: str
    text: str
    advice: str = ""


async def findings(settings: Settings, nodes: int) -> AsyncIterator[Finding]:
    """Everything there is to say, in the order in which one would mend it."""
    for finding in (*_values(settings), *_several(settings, nodes), *_clock(), *_limits()):
        yield finding
    for finding in _disk(settings):
        yield finding
    async for finding in _database(settings):
        yield finding
    async for finding in _journeys(settings):
        yield finding
    for finding in _places(settings):
        yield finding
    async for finding in _scripts(settings):
        yield finding
    yield await _files(settings)
    async for finding in _mail(settings.mail):
        yield finding
    yield await _port(settings)


def _values(settings: Settings) -> Iterator[Finding]:
    """What a type alone cannot say of a value."""
    if settings.log.level.lower() not in LEVELS:
        text = f"log.level is {settings.log.level!r}"
        yield Finding("bad", "log", text, f"use one of {', '.join(LEVELS)}")
    if not settings.server.prefix.startswith("/"):
        yield Finding(
            "bad", "prefix", f"{settings.server.prefix!r} begins with no slash", "write /genesys, say"
        )
    for proxy in settings.server.trusted_proxies:
        with contextlib.suppress(ValueError):
            ip_network(proxy)
            continue
        text = f"{proxy!r} is no address or network"
        yield Finding("bad", "trusted_proxies", text, "write 127.0.0.1 or 10.0.0.0/8, say")
    public = settings.server.public_url
    if public and urlsplit(public).scheme not in ("http", "https"):
        yield Finding("bad", "public_url", f"{public!r} is no web address", "write https://chat.example, say")
    elif not public and settings.server.host not in ("127.0.0.1", "::1", "localhost"):
        advice = "put a proxy with TLS in front, and its address into server.public_url"
        yield Finding("warn", "public_url", "other machines can reach the server, unencrypted", advice)
    if not settings.services:
        yield Finding("bad", "services", "there are none: nobody can chat", "add [services.NAME]")


def _several(settings: Settings, nodes: int) -> Iterator[Finding]:
    address = parse(settings.database.url)
    if isinstance(address, MemoryAddress):
        yield Finding(
            "warn", "database", "everything is forgotten at the end", "use sqlite:/// or postgresql://"
        )
    if nodes > 1 and not isinstance(address, PostgresAddress):
        text = f"{nodes} servers cannot share {settings.database.url.partition(':')[0]}"
        yield Finding("bad", "database", text, "use postgresql:// for several servers")
    if settings.files.s3_bucket:
        return
    if nodes > 1:
        text = "a folder serves one server: files of one would be missing on the others"
        yield Finding("bad", "files", text, "set files.s3_bucket and files.s3_endpoint")
    elif isinstance(address, PostgresAddress):
        text = "uploads are kept in a folder: right for one server only"
        yield Finding(
            "warn",
            "files",
            text,
            "for several, set files.s3_bucket; doctor --nodes 2 looks ahead",
        )


async def _scripts(settings: Settings) -> AsyncIterator[Finding]:
    """Whether the process that runs scripts of applications can be started, where there are any."""
    named = [service.application for service in settings.services.values()]
    named += [queue.application for queue in settings.queues.values()]
    if not settings.orchestration.folder and not any(named):
        return
    worker = Worker(Limits())
    try:
        async with asyncio.timeout(SCRIPTS_WAIT_S):
            await asked(worker, Learn("doctor", "doctor", {"doctor": EMPTY_CHART}), Learned)
        yield Finding("good", "scripts", "scripts of applications run, in a process of their own")
    except (DeskError, TimeoutError, OSError) as error:
        text = f"scripts of applications cannot be run: {error!r}"
        yield Finding("bad", "scripts", text, "see what the process wrote above; is memory left?")
    finally:
        await worker.aclose()


def _clock() -> Iterator[Finding]:
    now_s = time.time()
    if now_s < BUILT_S:
        text = f"it shows {time.strftime('%Y-%m-%d', time.gmtime(now_s))}"
        yield Finding("bad", "clock", text, "set the clock, and let NTP keep it")


def _limits() -> Iterator[Finding]:
    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if allowed < OPEN_FILES_WARN:
        text = f"this process may hold {allowed} connections and files"
        yield Finding("warn", "open files", text, "raise it: ulimit -n 65536, or LimitNOFILE= of systemd")


def _disk(settings: Settings) -> Iterator[Finding]:
    """Where this server writes: may it, and is there room?"""
    folders: dict[Path, str] = {}
    address = parse(settings.database.url)
    if isinstance(address, SqliteAddress):
        folders[address.path.absolute().parent] = "database"
    if not settings.files.s3_bucket:
        folders.setdefault(Path(settings.files.folder).absolute(), "files")
    seen: set[Path] = set()
    for folder, subject in folders.items():
        there = next(place for place in (folder, *folder.parents) if place.exists())
        if there in seen:  # Before the first start neither may be there, and both will be made here.
            continue
        seen.add(there)
        if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
            user = f"user {os.getuid()}"
            yield Finding(
                "bad", subject, f"{user} may not write in {there}", f"let it: chown {os.getuid()} {there}"
            )
            continue
        free = shutil.disk_usage(there).free
        text = f"{free / 1_073_741_824:.1f} GiB are free at {there}"
        if free < DISK_FREE_MIN_BYTES:
            yield Finding("bad", "disk", text, "make room: without it, nothing that is said can be kept")
        elif free < DISK_FREE_WARN_BYTES:
            yield Finding("warn", "disk", text, "make room before long")
        else:
            yield Finding("good", "disk", text)


async def _database(settings: Settings) -> AsyncIterator[Finding]:
    address = parse(settings.database.url)
    if isinstance(address, MemoryAddress):
        return
    try:
        steps = await pending(settings.database.url)
    except DeskError as error:
        yield Finding("bad", "database", str(error), "see that it runs, and that database.url is right")
        return
    if isinstance(address, SqliteAddress) and not address.path.exists():
        yield Finding("good", "database", f"{address.path} will be made at the first start")
        return
    if steps:
        yield _pending(settings, "database", steps)
        return
    try:
        database = await open_database(settings.database, is_server=False)
    except DeskError as error:
        yield Finding("bad", "database", str(error), "see that it runs, and that database.url is right")
        return
    try:
        await database.store.ping()
        yield Finding("good", "database", "it answers, and its tables are up to date")
        async for finding in _inside(settings, database):
            yield finding
    finally:
        await database.aclose()


def _pending(settings: Settings, subject: str, steps: Sequence[str]) -> Finding:
    text = f"migrations are pending: {', '.join(steps)}"
    if settings.database.migrate_on_start:
        return Finding("warn", subject, text, "the server does it when it starts")
    return Finding("bad", subject, text, "frontdesk migrate")


async def _journeys(settings: Settings) -> AsyncIterator[Finding]:
    """Whether their database, which lies beside the other, is as it has to be."""
    url = journeys_beside(settings.database.url)
    address = parse(url)
    if isinstance(address, MemoryAddress) or not settings.journeys.is_on:
        return
    try:
        steps = await pending(url)
        if isinstance(address, SqliteAddress) and not address.path.exists():
            yield Finding("good", "journeys", f"{address.path} will be made at the first start")
        elif steps:
            yield _pending(settings, "journeys", steps)
        else:
            database = await open_journeys(settings.database, is_server=False)
            await database.store.ping()
            await database.aclose()
            yield Finding("good", "journeys", "their database answers, and its tables are up to date")
    except DeskError as error:
        yield Finding("bad", "journeys", str(error), "see that it runs, and that database.url is right")


def _places(settings: Settings) -> Iterator[Finding]:
    """Whether the database of places can be read, where one is named."""
    if not settings.journeys.places or not settings.journeys.is_on:
        return
    try:
        places = Places(Path(settings.journeys.places))
    except Refused as refused:
        yield Finding("bad", "places", refused.text, ADVICE)
        return
    yield Finding("good", "places", f"{places.kind}, made on {places.built}")
    places.close()


async def _inside(settings: Settings, database: Database) -> AsyncIterator[Finding]:
    """What the database says about the clock and the accounts."""
    async for finding in _nodes(settings, database):
        yield finding
    head = await database.store.head()
    if head:
        async with asyncio.timeout(HTTP_WAIT_S):
            newest = await anext(database.store.follow(head - 1))
        ahead_s = newest[-1].time_ms / 1000 - time.time()
        if ahead_s > CLOCK_AHEAD_MAX_S:
            text = (
                f"the newest event is {ahead_s:.0f} s in the future: this clock is slow, or another was fast"
            )
            yield Finding("bad", "clock", text, "let NTP keep the clocks of all servers")
        else:
            yield Finding("good", "clock", "it is not behind what was written last")
    accounts = {a.login.lower(): a for a in await database.accounts.everyone() if not a.is_disabled}
    if not any(account.role is not Role.BOT for account in accounts.values()):
        yield Finding("warn", "accounts", "there is nobody to answer", "frontdesk users add LOGIN")
    for name, service in settings.services.items():
        account = accounts.get(service.bot.lower())
        if service.bot and (account is None or account.role is not Role.BOT):
            text = f"services.{name}.bot is {service.bot!r}, which is no bot's login"
            yield Finding("bad", "accounts", text, f"frontdesk users add {service.bot} --role bot")
    async for finding in _applications(settings, database):
        yield finding


def _folders_of(settings: Settings) -> list[Path]:
    """The folders of applications that the next start takes in."""
    try:
        return folders_in(Path(settings.orchestration.folder)) if settings.orchestration.folder else []
    except Refused:
        return []


async def _applications(settings: Settings, database: Database) -> AsyncIterator[Finding]:
    """Whether every application that a service or a queue names is there, or will be at the next start."""
    known = {listed.name for listed in await Applications(database.store, lambda: 0).all()}
    for folder in _folders_of(settings):
        try:
            document = document_of(read_folder(folder))
            await asyncio.to_thread(machine_of, document)
            known.add(document.name)
        except Refused as refused:
            text = f"{folder} is not taken in: {refused.text}"
            yield Finding("bad", "applications", text, f"frontdesk orchestration check {folder}")
    named = {f"services.{name}": one.application for name, one in settings.services.items()}
    named |= {f"queues.{name}": one.application for name, one in settings.queues.items()}
    for where, application in named.items():
        if application and application not in known:
            text = f"{where}.application is {application!r}, which is not there"
            yield Finding("bad", "applications", text, "frontdesk orchestration upload FOLDER")


async def _nodes(settings: Settings, database: Database) -> AsyncIterator[Finding]:
    """Who is at work now, and whether they have one place for files."""
    if not database.shares_presence:
        return
    longer = 1.5 * BEAT_S
    names = await nodes_at_work(database.store, time.time_ns() // 1_000_000, lambda: asyncio.sleep(longer))
    if len(names) < 2:
        return
    text = f"{len(names)} servers are at work: {', '.join(names)}"
    if settings.files.s3_bucket:
        yield Finding("good", "nodes", text)
    else:
        advice = "a folder serves one server: set files.s3_bucket and files.s3_endpoint for all of them"
        yield Finding("bad", "files", f"{text}, and files are kept in a folder", advice)


async def _files(settings: Settings) -> Finding:
    if not settings.files.s3_bucket:
        return Finding("good", "files", f"kept in {settings.files.folder}")
    try:
        store = open_files(settings.files)
        try:
            await store.ping()
        finally:
            await store.aclose()
    except DeskError as error:
        return Finding("bad", "files", str(error), "see that the bucket exists and the keys are right")
    return Finding("good", "files", f"the bucket {settings.files.s3_bucket} answers")


async def _mail(said: MailSettings) -> AsyncIterator[Finding]:
    """Whether mails can go out and come in; nothing where no mail is set up."""
    if not said.is_on:
        return
    if said.smtp_host:
        advice = "see mail.smtp_host, smtp_port, smtp_security, smtp_login and smtp_password"
        yield await _tried(SmtpCarrier(said).ping, f"{said.smtp_host} takes mails", advice)
    else:
        yield Finding("warn", "mail", "no mail can be sent", "set mail.smtp_host")
    if said.imap_host:
        advice = "see mail.imap_host, imap_port, imap_security, imap_login, imap_password and imap_folder"
        yield await _tried(lambda: try_out(said), f"{said.imap_host} gives {said.imap_folder}", advice)
    elif not said.inbound_key:
        yield Finding("warn", "mail", "no mail comes in", "set mail.imap_host, or mail.inbound_key")


async def _tried(trial: Callable[[], Awaitable[None]], works: str, advice: str) -> Finding:
    try:
        await trial()
    except DeskError as error:
        return Finding("bad", "mail", str(error), advice)
    return Finding("good", "mail", works)


async def _port(settings: Settings) -> Finding:
    host, port = settings.server.host, settings.server.port
    try:
        with contextlib.closing(listen(host, port)):
            return Finding("good", "port", f"{host} port {port} is free")
    except DeskError as error:
        if await _is_ours(host, port):
            return Finding("good", "port", f"a Frontdesk answers on {host} port {port} already")
        return Finding("bad", "port", str(error), "change server.port, or stop what has it")


async def _is_ours(host: str, port: int) -> bool:
    place = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  # It listens everywhere, so here.
    try:
        async with httpx2.AsyncClient(timeout=HTTP_WAIT_S, trust_env=False) as http:
            answer = await http.get(f"http://{f'[{place}]' if ':' in place else place}:{port}/metrics")
    except httpx2.HTTPError:
        return False
    return answer.status_code == httpx2.codes.OK and "frontdesk_" in answer.text
