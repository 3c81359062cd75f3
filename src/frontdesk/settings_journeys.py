"""What an operator can set about journeys; what a site does with them is set over their API."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from frontdesk.domain.allowed_hosts import Allowed, allowed_of
from frontdesk.errors import Refused

Process = Literal["own", "shared"]
Rate = Annotated[int, Meta(ge=1, le=10_000_000)]
KEY_CHARS_MIN = 16


class AdminKeySettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A key of a program that reads or changes what journeys are made of."""

    key: str = ""
    """The key, which the program sends as `Authorization: Bearer …`; at least 16 characters."""
    permissions: tuple[str, ...] = ()
    """What it may do, such as `journey:segment:view`; `journey:segment:*` and `*` for more than one."""

    def __post_init__(self) -> None:
        if len(self.key) < KEY_CHARS_MIN:
            raise Refused("key_too_short", f"a key of journeys needs {KEY_CHARS_MIN} characters or more")


class WebhookSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Services that action maps of the kind `webhook` may call."""

    allow: tuple[str, ...] = ()
    """Hosts that may be called: `crm.example.com`, `*.example.com`, `crm.example.com:8443`; else none."""
    private: tuple[str, ...] = ()
    """Addresses and networks that may be called though they are of this machine or the network around it:
    `127.0.0.1`, `10.1.0.0/16`."""
    secrets: dict[str, str] = {}
    """Secrets by name, with which calls are signed whose maps name one as `secretId`."""

    def __post_init__(self) -> None:
        self.allowed()

    def allowed(self) -> Allowed:
        """Errors: `Refused("fetch_invalid")`."""
        return allowed_of(self.allow, self.private)


class JourneysSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Journeys of visitors: whether they are followed, who may manage them, and how much is taken in."""

    is_on: bool = True
    """Whether visits are taken in and offers made, for the deployments that are defined."""
    process: Process = "own"
    """Where they are worked on: `own` is a process beside the server, so that chats wait for no page view;
    `shared` is the server itself. With a database in memory it is always the server."""
    admin_keys: dict[str, AdminKeySettings] = {}
    """Programs that manage journeys over HTTP, by a name that logs and histories may show."""
    server_keys: tuple[str, ...] = ()
    """Keys of the sites' own servers, sent as `Authorization: Bearer …`: they may post events for their
    visitors, say from which address these come, and are not held to the limit of an address."""
    requests_per_minute_per_address: Rate = 60
    """Requests of one address to the collector in the long run; a batch is one."""
    requests_burst_per_address: Rate = 120
    """How many of them may come at once."""
    requests_per_minute_per_customer: Rate = 60
    """Requests of one browser to the collector in the long run."""
    requests_burst_per_customer: Rate = 120
    """How many of them may come at once."""
    body_bytes_max: Annotated[int, Meta(ge=1024, le=1_048_576)] = 32_768
    """Size of one event."""
    batch_bytes_max: Annotated[int, Meta(ge=1024, le=10_485_760)] = 262_144
    """Size of a batch of events."""
    events_in_flight_max: Annotated[int, Meta(ge=1, le=100_000)] = 500
    """Requests with events worked on at once, before further ones are told to try later."""
    requests_in_flight_max: Annotated[int, Meta(ge=1, le=100_000)] = 2000
    """Requests of any kind that a process of their own has yet to answer, before further ones are told to try
    later."""
    quiet_s: Annotated[int, Meta(ge=1, le=86_400)] = 300
    """After how many seconds without a request of theirs a visitor is no longer kept in memory."""
    headless_are_visitors: bool = False
    """Whether browsers without a window (`HeadlessChrome`) are visitors, as tests of a site need them to be;
    else they are left out like crawlers."""
    places: str = ""
    """Path of a database of places in MaxMind's format (`.mmdb`), which says of a truncated address in which
    country and city it is; empty for none. See "Where visitors are" in the page on operating."""
    webhooks: WebhookSettings = WebhookSettings()

    def __post_init__(self) -> None:
        if any(len(key) < KEY_CHARS_MIN for key in self.server_keys):
            raise Refused("key_too_short", f"a key of journeys needs {KEY_CHARS_MIN} characters or more")
