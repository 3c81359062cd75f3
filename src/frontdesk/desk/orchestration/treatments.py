"""Treatments: what is done with a visitor who waits, as documents ask for it, and what that means in a chat.

Source:  orchestration.md, section 13.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from frontdesk.desk.orchestration.fetch_request import plain
from frontdesk.errors import DeskError

DURATION_S_MAX = 86_400.0
COLLECT_S, COLLECT_S_MAX = 60.0, 2_592_000.0
PROMPTS_MAX = 20

Prompts = Mapping[str, Mapping[str, str]]
"""Announcements by id: a text by language, under the empty name what is said in any other."""


class Untreated(DeskError):
    """A treatment that cannot be. Shape: `code` is for programs, the text for people."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


class Play(Struct, frozen=True):
    """Say something."""

    texts: tuple[str, ...]


class Collect(Struct, frozen=True):
    """Say something, if anything, and wait for the visitor's next message."""

    texts: tuple[str, ...]
    timeout_s: float


class Wait(Struct, frozen=True):
    """Let time pass; `sound` is what a telephone would play meanwhile."""

    duration_s: float
    sound: str = ""


class StartBot(Struct, frozen=True):
    """Let a bot answer, by the login of its account, until it leaves; `params` is what it is told."""

    login: str
    params: Mapping[str, str]


class Stop(Struct, frozen=True):
    """End what goes on."""


class Several(Struct, frozen=True):
    """One after the other, once."""

    treatments: tuple[Play | Wait, ...]


Treatment = Play | Collect | Wait | StartBot | Several | Stop


def treatment_of(action: str, attributes: Mapping[str, Any], prompts: Prompts) -> Treatment:
    """What an element means, by its name and what it has.

    Errors:  `Untreated`: `invalidattribute` naming the attribute, `unsupported` for what no chat can do.
    """
    match action:
        case "play":
            return Play(_texts(attributes, prompts, needed=True))
        case "collect" | "playandcollect":
            texts = _texts(attributes, prompts, needed=action == "playandcollect")
            given = attributes.get("input")
            asked = given if isinstance(given, Mapping) else {}
            return Collect(texts, _seconds(asked, "total_timeout", COLLECT_S, COLLECT_S_MAX))
        case "playsound":
            sound = plain(attributes.get("type") or "music")
            return Wait(_seconds(attributes, "duration", 0, DURATION_S_MAX), sound)
        case "pause":
            return Wait(_seconds(attributes, "duration", 0, DURATION_S_MAX))
        case "start":
            return _start(attributes)
        case "stop":
            return Stop()
        case "runtreatments":
            return _several(attributes.get("treatments"), prompts)
        case _:
            raise Untreated("unsupported", f"{action} is not available in a chat")


def _start(attributes: Mapping[str, Any]) -> StartBot:
    """Which bot: the application's address among the parameters, as documents have it, else the device."""
    given = attributes.get("params")
    params = {name: plain(value) for name, value in given.items()} if isinstance(given, Mapping) else {}
    login = params.pop("APP_URI", "") or plain(attributes.get("device") or "")
    if not login:
        raise Untreated("invalidattribute", "say which bot in the parameter APP_URI or in device: its login")
    return StartBot(login, params)


def _several(steps: Any, prompts: Prompts) -> Several:
    found = busy_treatments_of(steps, prompts) if isinstance(steps, Sequence) else ()
    if not found:
        raise Untreated("invalidattribute", "there is no treatment to run")
    return Several(found)


def _seconds(attributes: Mapping[str, Any], name: str, usual: float, most: float) -> float:
    value = attributes.get(name)
    if value is None or value == "":
        return usual
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        seconds = math.nan
    if isinstance(value, bool) or not 0 <= seconds <= most:
        raise Untreated("invalidattribute", f"{name} must be a number of seconds from 0 to {most:g}")
    return seconds


# --- prompts ---------------------------------------------------------------------------------------


def _texts(attributes: Mapping[str, Any], prompts: Prompts, *, needed: bool) -> tuple[str, ...]:
    given = attributes.get("prompts")
    items: Any = given.get("items", ()) if isinstance(given, Mapping) else ()
    if not isinstance(items, Sequence) or len(items) > PROMPTS_MAX:
        raise Untreated("invalidattribute", f"there may be {PROMPTS_MAX} prompts")
    language = plain(attributes.get("language") or "").lower()
    texts = tuple(_text(item, language, prompts) for item in items if isinstance(item, Mapping))
    if needed and not texts:
        raise Untreated("invalidattribute", "there is no prompt to play")
    return texts


def _text(item: Mapping[str, Any], language: str, prompts: Prompts) -> str:
    """What one prompt says: its text, its number, or the announcement that it names."""
    for name in ("text", "number"):
        value = item.get(name)
        if value is not None and (text := plain(value)).strip():
            return text
    name = plain(item.get("intid") or "")
    if not name:
        raise Untreated("invalidattribute", "a prompt needs a text, a number or an intid")
    announcement = prompts.get(name, {})
    text = announcement.get(language) or announcement.get("", "")
    if not text:
        raise Untreated("invalidattribute", f"there is no announcement {name} in the settings")
    return text


# --- busy treatments -------------------------------------------------------------------------------

SHORTEST_S = 1.0
BUSY_S = 30.0
"""How long each of several treatments lasts that has no time of its own: nobody likes to be hurried."""


def busy_treatments_of(steps: Sequence[Any], prompts: Prompts) -> tuple[Play | Wait, ...]:
    """The treatments of a `runtreatments`, in a `queue:submit` or by itself, by the `kind` of each.

    Errors:  `Untreated`: `invalidattribute` also for those that ask the visitor something.
    """
    found: list[Play | Wait] = []
    for step in steps:
        attributes = step if isinstance(step, Mapping) else {}
        kind = plain(attributes.get("kind") or "")
        treatment = treatment_of(kind, attributes, prompts)
        if not isinstance(treatment, Play | Wait):
            raise Untreated("invalidattribute", f"{kind} cannot be one of several treatments")
        found.append(treatment)
    return tuple(found)


def length_s(treatment: Play | Wait) -> float:
    """How long a treatment lasts while others follow it."""
    given_s = treatment.duration_s if isinstance(treatment, Wait) else 0
    return max(given_s, SHORTEST_S) if given_s else BUSY_S


class Place(Struct, frozen=True):
    """Where several treatments have come to. Shape: `lap` from 0 on, `left_s` until the next one."""

    lap: int
    index: int
    left_s: float


def place_at(treatments: Sequence[Play | Wait], elapsed_s: float) -> Place:
    """Which treatment it is the turn of: one after the other, then from the start again.

    It follows from the time alone, so that a node that takes over goes on where another stopped.
    """
    lengths = [length_s(treatment) for treatment in treatments]
    lap, left_s = divmod(max(elapsed_s, 0.0), sum(lengths))
    for index, length in enumerate(lengths):
        if left_s < length:
            return Place(int(lap), index, length - left_s)
        left_s -= length
    return Place(int(lap) + 1, 0, lengths[0])  # Sums of fractions are not exact.
