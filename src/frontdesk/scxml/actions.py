"""The extension elements: which there are, what each may have, and of which kind that is.

An element that a document does is not carried out here: what it has is evaluated and goes out as a
`Requested`, to the module that knows what it means.

    <queue:submit queue="'vip'"><queue:targets><queue:target name="'amy'"/></queue:targets></queue:submit>

asks the module `queue` for `submit` with `{"queue": "vip", "targets": [{"items": [{"kind": "target",
"name": "amy"}]}]}`. What has no value (`undefined`, `null`, not written) is left out.

An action of the modules `interaction` and `queue` says `"controlled": false` when the session has the
interaction, but has not been told that it may act on it: what it is told later in the same step is no
permission.

Functions of scripts ask in the same way, see `ecmascript/genesys.js`:

| module, action | attributes |
|---|---|
| interaction, setudata | `interactionid`, `changes` (object) |
| interaction, deleteudata | `interactionid`, `keys` (list; all when it is left out) |
| queue, checkagentstate | `interactionid`, `check` (boolean) |
| queue, excludeagents | `interactionid`, `agents` (list) |
| queue, prioritytuning | `interactionid`, `useage`, `usepredict`, `useobjective` (booleans) |
| queue, setidealagent | `interactionid`, `arguments` (list) |
"""

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct, field

NAMESPACE = "www.genesyslab.com/modules/"
# Some are spoken of under names of their own, though they are of one namespace.
OF_INTERACTIONS = ("interaction", "voice", "msgbased", "chat")
LATER = ("agent", "elasticconnector")
"""Modules whose namespaces are known and whose elements nobody can do."""


class Kind(StrEnum):
    """How an attribute is read.

    Source:  orchestration, section 2.6.
    """

    EXPRESSION = "E"
    LITERAL = "L"
    BOOLEAN = "B"


class Inside(Struct, frozen=True):
    """An element that may stand inside another: which attribute it becomes, and what it has itself.

    Shape:   one that may stand there once is an object; several are a list of objects. `is_around` says
             that only what stands inside it counts.
    """

    becomes: str
    shape: "Shape"
    is_one: bool = False
    is_around: bool = False


class Shape(Struct, frozen=True):
    """What an element has: attributes, locations that get a value, and elements inside.

    Shape:   `others` is the kind of attributes that are not named here; without it they are passed over;
             `aliases` are other spellings of attributes.
    """

    attributes: Mapping[str, Kind] = {}
    inside: Mapping[str, Inside] = {}
    locations: tuple[str, ...] = ("requestid",)
    others: Kind | None = None
    aliases: Mapping[str, str] = {}
    is_listed: bool = False
    """Whether it stands in a list beside others, and so says its `kind`."""


class Actions(Struct, frozen=True):
    """The actions of one namespace: module and shape, by element."""

    by_element: Mapping[str, tuple[str, Shape]] = field(default_factory=dict)
    rest: str = ""
    """The module of elements that are not named; without it nobody can do those."""


def _shape(written: str, *, inside: Mapping[str, Inside] | None = None, asks: bool = True) -> Shape:
    """A shape as the specification writes it: `interactionid:E detach:B`; without a letter it is an E."""
    attributes = {}
    for word in written.split():
        name, _, kind = word.partition(":")
        attributes[name] = Kind(kind or "E")
    locations = ("requestid",) if asks and "requestid" not in attributes else ()
    return Shape(attributes, inside or {}, locations)


def _item(written: str, inside: Mapping[str, Inside] | None = None) -> Shape:
    shape = _shape(written, inside=inside, asks=False)
    return Shape(shape.attributes, shape.inside, (), is_listed=True)


_OTHER_SPELLINGS = {"destination": "to", "session": "sessionid"}


def _of_interactions(written: str) -> Shape:
    shape = _shape(written)
    aliases = {other: name for other, name in _OTHER_SPELLINGS.items() if name in shape.attributes}
    return Shape(shape.attributes, aliases=aliases)


INTERACTION: Mapping[str, Shape] = {
    "terminate": _of_interactions("interactionid reason resource hints"),
    "redirect": _of_interactions("interactionid from to type detach:B reason hints"),
    "associate": _of_interactions("interactionid sessionid"),
    "attach": _of_interactions("interactionid"),
    "detach": _of_interactions("interactionid"),
    "accept": _of_interactions("interactionid resource"),
    "clear": _of_interactions("interactionid resource"),
    "singlesteptransfer": _of_interactions("interactionid from to type detach:B hints"),
    "singlestepconference": _of_interactions("interactionid from to hints"),
}
VOICE: Mapping[str, Shape] = {
    "createcall": _of_interactions("from to type:L reason udata hints"),
    "hold": _of_interactions("interactionid resource"),
    "retrieve": _of_interactions("interactionid resource"),
    "consultation": _of_interactions("interactionid from to type:L udata hints"),
    "alternate": _of_interactions("interactionid heldinteractionid resource"),
    "reconnect": _of_interactions("interactionid heldinteractionid resource"),
    "conference": _of_interactions("interactionid consultinteractionid resource"),
    "transfer": _of_interactions("interactionid consultinteractionid resource"),
    "privateservice": _of_interactions("interactionid resource serviceid udata reasons extensions hints"),
}
# `getcontent` belongs to messages, although its results begin with `chat.`.
MSGBASED: Mapping[str, Shape] = {
    "createmessage": _of_interactions(
        "type:L media:L server interactionid from to cc bcc subject body srid udata send:B"
    ),
    "sendmessage": _of_interactions("interactionid"),
    "getcontent": _of_interactions("interactionid"),
}
CHAT: Mapping[str, Shape] = {
    "sendchatmessage": _of_interactions("interactionid from message visibility:L type:L"),
    "gettranscript": _of_interactions("interactionid"),
}

_PROMPTS = Inside(
    "prompts",
    Shape(
        {"type": Kind.LITERAL},
        {"prompt": Inside("items", _item("interrupt:B intid number text type:L"))},
        locations=(),
    ),
    is_one=True,
)
_INPUT = Inside(
    "input",
    _shape(
        "max_digits abort_digits ignore_digits backspace_digits term_digits reset_digits start_timeout "
        "digit_timeout total_timeout verify_digits",
        asks=False,
    ),
    is_one=True,
)
_SPOKEN = {"prompts": _PROMPTS, "input": _INPUT}
_TREATMENTS: Mapping[str, Shape] = {
    "play": _shape("interactionid resource language", inside=_SPOKEN),
    "collect": _shape("interactionid resource language", inside=_SPOKEN),
    "playandcollect": _shape("interactionid resource language", inside=_SPOKEN),
    "playandverify": _shape("interactionid resource language", inside=_SPOKEN),
    "playsound": _shape("interactionid type resource duration"),
    "start": _shape("interactionid type device resource"),
    "stop": _shape("interactionid resource"),
    "pause": _shape("interactionid resource duration"),
    "remote": _shape("interactionid resource destination"),
}
_STEPS = {
    name: Inside("treatments", Shape(shape.attributes, shape.inside, (), is_listed=True))
    for name, shape in _TREATMENTS.items()
}
DIALOG: Mapping[str, Shape] = {**_TREATMENTS, "runtreatments": _shape("interactionid", inside=_STEPS)}

_TARGETS = Inside(
    "targets",
    Shape(
        {"type": Kind.LITERAL, "statserver": Kind.EXPRESSION},
        {
            "target": Inside("items", _item("name type:L statserver skillexpr threshold weight")),
            "targetid": Inside("items", _item("expr")),
            "activity": Inside("items", _item("name")),
            "workbin": Inside("items", _item("id name type:L owner")),
        },
        locations=(),
    ),
)
_BUSY = Inside("treatments", Shape({}, _STEPS, ()), is_around=True)
_WAITING = {"targets": _TARGETS, "runtreatments": _BUSY}
QUEUE: Mapping[str, Shape] = {
    "submit": _shape(
        "interactionid queue priority timeout route:B clearontimeout:B ordertype orderstat", inside=_WAITING
    ),
    "update": _shape(
        "requestid interactionid queue priority timeout route:B clearontimeout:B ordertype orderstat",
        inside=_WAITING,
    ),
    "cancel": _shape("requestid interactionid queue"),
    "query": _shape("requestid"),
}
SESSION: Mapping[str, Shape] = {
    "start": Shape(
        {"src": Kind.EXPRESSION, "idealtime": Kind.EXPRESSION},
        locations=("requestid", "sessionid"),
        aliases={"srcexpr": "src"},
    ),
    "terminate": _shape("sessionid"),
    "updatestart": _shape("sessionid idealtime"),
    "fetch": Shape(
        {
            **_shape(
                "srcexpr method enctype type headers timeout maxage maxstale gdelivery:B gd_retries "
                "gd_retry_interval username password"
            ).attributes,
            "src": Kind.LITERAL,
        }
    ),
    "response": _shape("requestid resultcode"),
}
STATISTIC: Mapping[str, Shape] = {
    "subscribe": _shape("object statistic interval"),
    "unsubscribe": _shape("object statistic"),
}
CLASSIFICATION: Mapping[str, Shape] = {
    name: Shape({"interactionid": Kind.EXPRESSION}, others=Kind.EXPRESSION) for name in ("classify", "screen")
}
UNNAMED = Shape()
"""Of an element that its module has no words for: the module says so when it is asked."""

_INTERACTIONS = Actions(
    {
        element: (module, shape)
        for module, shapes in (
            ("interaction", INTERACTION),
            ("voice", VOICE),
            ("msgbased", MSGBASED),
            ("chat", CHAT),
        )
        for element, shape in shapes.items()
    }
)


def _of(module: str, shapes: Mapping[str, Shape]) -> Actions:
    return Actions({element: (module, shape) for element, shape in shapes.items()})


BY_MODULE: Mapping[str, Actions] = {
    **dict.fromkeys(OF_INTERACTIONS, _INTERACTIONS),
    "queue": _of("queue", QUEUE),
    "dialog": _of("dialog", DIALOG),
    "session": _of("session", SESSION),
    "statistic": _of("statistic", STATISTIC),
    "classification": Actions(_of("classification", CLASSIFICATION).by_element, rest="classification"),
    "ws": Actions(rest="ws"),
    "resource": Actions(rest="resource"),
    **dict.fromkeys(LATER, Actions()),
}


def namespace_of(uri: str) -> str | None:
    """The module that a namespace names, with or without `http://`; None when it is not one of ours."""
    bare = uri.removeprefix("http://")
    name = bare.removeprefix(NAMESPACE).rstrip("/")
    return name if bare.startswith(NAMESPACE) and name in BY_MODULE else None


def shape_of(namespace: str, element: str) -> tuple[str, Shape] | None:
    """The module that carries an element out, and what it may have; None when nobody can."""
    actions = BY_MODULE[namespace]
    return actions.by_element.get(element) or ((actions.rest, UNNAMED) if actions.rest else None)
