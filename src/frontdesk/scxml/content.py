"""Executable content: what a session does when it enters, leaves and passes."""

from typing import Literal

from msgspec import Struct

from frontdesk.scxml.actions import Kind
from frontdesk.scxml.faults import Place


class Inline(Struct, frozen=True):
    """A value written inside an element: JSON, XML, or text with its spaces brought down to one."""

    kind: Literal["json", "xml", "text"]
    text: str


class Param(Struct, frozen=True):
    """One named value of a message."""

    name: str
    expr: str
    place: Place


class Message(Struct, frozen=True):
    """What a message carries: named values, or a content (written, or an expression's)."""

    namelist: tuple[str, ...] = ()
    params: tuple[Param, ...] = ()
    content: Inline | None = None
    content_expr: str | None = None


class Given(Struct, frozen=True):
    """An attribute that may be written as a literal or as an expression; neither when it is absent."""

    literal: str | None = None
    expr: str | None = None

    @property
    def is_absent(self) -> bool:
        return self.literal is None and self.expr is None


class Raise(Struct, frozen=True):
    """`<raise>`: an event for the internal queue."""

    event: str
    place: Place
    params: tuple[Param, ...] = ()


class Choice(Struct, frozen=True):
    """One branch of an `<if>`; without a condition, the `<else>`."""

    cond: str | None
    block: "Block"


class If(Struct, frozen=True):
    """`<if>`, `<elseif>`, `<else>`."""

    choices: tuple[Choice, ...]
    place: Place


class Foreach(Struct, frozen=True):
    """`<foreach>`."""

    array: str
    item: str
    index: str | None
    block: "Block"
    place: Place


class Log(Struct, frozen=True):
    """`<log>`. `level` 1 to 4 as the ORS dialect counts them: report, error, warning, debug."""

    label: str
    expr: str | None
    place: Place
    level: str = ""


class Assign(Struct, frozen=True):
    """`<assign>`."""

    location: str
    expr: str | None
    inline: Inline | None
    place: Place


class Script(Struct, frozen=True):
    """`<script>`."""

    source: str
    place: Place
    file: str = ""


class Send(Struct, frozen=True):
    """`<send>`. `state` is the id of the state that it stands in, of which some errors tell."""

    event: Given
    target: Given
    type: Given
    delay: Given
    id: Given
    idlocation: str | None
    message: Message
    place: Place
    state: str = ""


class Cancel(Struct, frozen=True):
    """`<cancel>`."""

    sendid: Given
    place: Place


class Argument(Struct, frozen=True):
    """One attribute of an action.

    Shape:   `source` is a literal's text, or an expression.
    """

    name: str
    kind: Kind
    source: str


class Part(Struct, frozen=True):
    """An action, or an element inside one, as far as it becomes an object.

    Shape:   `lists` and `objects` are the parts inside, by the attribute that they become.
    """

    arguments: tuple[Argument, ...] = ()
    lists: tuple[tuple[str, tuple["Part", ...]], ...] = ()
    objects: tuple[tuple[str, "Part"], ...] = ()


class Action(Struct, frozen=True):
    """An extension element: a module is asked to do something.

    Shape:   `locations` are those that get an id before the request goes out, by attribute;
             `message` holds `<param>` and `<content>`.
    """

    module: str
    name: str
    part: Part
    locations: tuple[tuple[str, str], ...]
    message: Message
    place: Place


class Unknown(Struct, frozen=True):
    """An element that a known namespace does not have: doing it is an error, reading it is none."""

    name: str
    place: Place


Content = Raise | If | Foreach | Log | Assign | Script | Send | Cancel | Action | Unknown
Block = tuple[Content, ...]


class DoneData(Struct, frozen=True):
    """`<donedata>`."""

    message: Message
    place: Place


class InvokeElement(Struct, frozen=True):
    """`<invoke>`: another session for as long as its state is active."""

    type: Given
    src: Given
    id: str
    idlocation: str | None
    message: Message
    is_forwarding: bool
    finalize: Block | None
    place: Place
