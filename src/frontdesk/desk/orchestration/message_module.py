"""The module `msgbased`: sessions write mails, send them, and look at them.

What is written and sent are facts of a message interaction, and so are the answers; the session is told of
them with all other facts (interactions.py). Only what is refused or looked up is answered from here.

Source:  orchestration, sections 11.1 and 11.3.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from frontdesk.desk.interactions import Interactions
from frontdesk.desk.mail.mailroom import Asked, Letter, Mailroom
from frontdesk.desk.orchestration.modules import Delivery, Request
from frontdesk.domain.events import Medium
from frontdesk.domain.orchestration_messages import KINDS
from frontdesk.domain.orchestration_objects import interaction_object
from frontdesk.errors import Conflict, NotFound, Refused
from frontdesk.scxml.events import Event
from frontdesk.scxml.packed import pack

PATIENCE_MS = 10_000
SEND_PATIENCE_MS = 60_000  # As long as a mail server is waited for: what it puts off goes later all the same.
DEFAULT_KIND = "outbound_new"
DEFAULT_MEDIA = "TMediaEMail"
_KINDS = {"emailout": DEFAULT_KIND}  # What the documentation calls its default.
_STABLE = ("notfound", "notcontrolled", "unsupported")


class Response(Struct, frozen=True):
    """A stored text."""

    text: str
    subject: str = ""


class MessageModule:
    """Carries out `createmessage`, `sendmessage` and `getcontent`. `responses` are stored texts, by name."""

    def __init__(
        self,
        interactions: Interactions,
        mailroom: Mailroom,
        delivery: Delivery,
        responses: Mapping[str, Response],
    ) -> None:
        self._interactions = interactions
        self._mailroom = mailroom
        self._delivery = delivery
        self._responses = responses

    def patience_ms(self, request: Request) -> int | None:
        """How long a session waits for an answer: while a mail is sent, some more."""
        sends = request.action == "sendmessage" or request.attributes.get("send") is True
        return SEND_PATIENCE_MS if sends else PATIENCE_MS

    async def carry_out(self, request: Request) -> None:
        """Do it. Errors: `Unavailable`."""
        try:
            await self._do(request)
        except (Refused, NotFound) as error:
            said = _refusal(request, error)
            await self._delivery.deliver(request.session_id, [said], key=request.request_id)

    async def drop(self, _request: Request) -> None:
        """What was written stays written, and what is on its way goes."""

    async def _do(self, request: Request) -> None:
        match request.action:
            case "createmessage":
                await self._create(request)
            case "sendmessage":
                interaction_id = _text(request.attributes, "interactionid")
                await self._mailroom.send_draft(interaction_id, asked=_asked(request))
            case "getcontent":
                await self._content(request)
            case _:
                raise Refused("unsupported", f"messages know no {request.action}")

    async def _create(self, request: Request) -> None:
        given = request.attributes
        letter, response = self._letter(given)
        related = _text(given, "interactionid")
        interaction_id = _made_of(request.request_id, "interaction")
        try:
            await self._mailroom.begin(
                letter,
                interaction_id=interaction_id,
                mail_id=_made_of(request.request_id, "mail"),
                response=response,
                related=related,
                user_data=_flat(given.get("udata")),
                asked=_asked(request),
                application=await self._application(request, related),
                sends=given.get("send") is True,
            )
        except Conflict:
            return  # It was begun before a crash, and its answer is in its history.

    async def _application(self, request: Request, related: str) -> str:
        """By whose rules the new interaction goes: those of the application that has the related one."""
        if not related:
            return ""
        _, full = await self._interactions.chats.full(related)
        if full.state.owner != request.session_id:
            raise Refused("notfound", "the session has no such interaction")
        return full.state.ownership.application

    def _letter(self, given: Mapping[str, Any]) -> tuple[Letter, str]:
        """What is to be written, and the stored text that it is made of. Errors: `Refused`."""
        kind = _KINDS.get(_text(given, "type"), _text(given, "type")) or DEFAULT_KIND
        if kind not in KINDS:
            raise Refused("requestinvalid", f"there is no type {kind[:50]!r}")
        media = _text(given, "media") or DEFAULT_MEDIA
        if media != DEFAULT_MEDIA:
            raise Refused("unsupported", f"this server sends {DEFAULT_MEDIA}, and not {media[:50]!r}")
        name = _text(given, "srid")
        response = self._responses.get(name) if name else Response("")
        if response is None:
            raise Refused("requestinvalid", f"there is no stored response {name[:50]!r}")
        letter = Letter(
            text=_text(given, "body") or response.text,
            to=_addresses(given, "to"),
            cc=_addresses(given, "cc"),
            bcc=_addresses(given, "bcc"),
            subject=_text(given, "subject") or response.subject,
            sender=_text(given, "from"),
            kind=kind,
        )
        return letter, name

    async def _content(self, request: Request) -> None:
        """The content object as it is now goes along with the answer."""
        interaction_id = _text(request.attributes, "interactionid")
        _, full = await self._interactions.chats.full(interaction_id)
        state = full.state
        if state.owner != request.session_id or state.medium is not Medium.MESSAGE:
            raise Refused("notfound", "the session has no such message")
        seen = interaction_object(interaction_id, state, is_controlled=state.is_controlled)
        told = request.done({"interactionid": interaction_id}, prefix="chat")
        done = Event(told.name, data=told.data, mirror=pack({"ixn": {interaction_id: seen}}))
        await self._delivery.deliver(request.session_id, [done], key=request.request_id)


def _asked(request: Request) -> Asked:
    return Asked(request.session_id, request.request_id, request.action)


def _made_of(request_id: str, what: str) -> str:
    """An id that is the same however often a request is carried out."""
    return hashlib.sha256(f"{what} {request_id}".encode()).hexdigest()[:20].upper()


def _refusal(request: Request, error: Refused | NotFound) -> Event:
    prefix = "chat" if request.action == "getcontent" else request.module
    if isinstance(error, NotFound):
        return request.failed("notfound", str(error) or "there is no such message", prefix=prefix)
    if error.code in _STABLE:
        return request.failed(error.code, error.text, prefix=prefix)
    code = "notfound" if error.code in ("ended", "not_a_message") else "requestinvalid"
    text = error.text if code == "notfound" else f"Request Invalid: {error.text}"
    return request.failed(code, text, prefix=prefix)


def _text(given: Mapping[str, Any], name: str) -> str:
    """An attribute as text; empty when it is not given. Errors: `Refused("requestinvalid")`."""
    value = given.get(name)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Refused("requestinvalid", f"{name} must be text")
    return str(value)


def _addresses(given: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """Addresses: a list of them, or text with commas between them."""
    value = given.get(name)
    if isinstance(value, list):
        return tuple(each for each in value if isinstance(each, str))
    return tuple(part.strip() for part in _text(given, name).split(",") if part.strip())


def _flat(value: object) -> dict[str, str]:
    """User data, whose values are texts here."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise Refused("requestinvalid", "udata must be an object")
    return {str(key): each if isinstance(each, str) else pack(each) for key, each in value.items()}
