"""Everything an operator can set, with its default and its bounds; the reference is made from here.

A file in TOML and the environment (`FRONTDESK_SERVER__PORT=8080`) fill these types; an unknown key is
refused by its name.
"""

from collections.abc import Mapping
from typing import Annotated, Literal

from msgspec import Meta, Struct

from frontdesk.domain.hours import Hours, hours_of
from frontdesk.domain.queues import QueueRules, Telling, demands_of, steps_of
from frontdesk.domain.reception import Answer, Does, ReceptionRules
from frontdesk.domain.rules import Rules, Seconds
from frontdesk.errors import Refused
from frontdesk.settings_groups import GroupSettings
from frontdesk.settings_journeys import JourneysSettings
from frontdesk.settings_mail import MailSettings
from frontdesk.settings_orchestration import OrchestrationSettings

Count = Annotated[int, Meta(ge=1, le=100_000_000)]
Whatever = Literal["refuse", "end", "tell", "wait"]
Bytes = Annotated[int, Meta(ge=1, le=10_737_418_240)]


class ServerSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the server listens and what it is called outside."""

    host: str = "127.0.0.1"
    """Address to listen on; `0.0.0.0` or `::` for every interface."""
    port: Annotated[int, Meta(ge=0, le=65535)] = 8080
    """0 takes a free one."""
    public_url: str = ""
    """Address that browsers use, when it is not `http://host:port`."""
    prefix: str = "/genesys"
    """Path before `/2/chat/…`, as existing clients have it in their configuration."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses or networks whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed."""
    api_key: str = ""
    """When set, chat calls need this value in the `apikey` header."""
    stop_grace_s: Seconds = 10
    """How long held requests and sockets may take to finish when the server is told to stop."""
    socket_ping_s: Annotated[int, Meta(ge=1, le=3600)] = 20
    """How long a WebSocket may be silent before it is asked whether anybody is there, and how long the answer
    may take; less than what proxies on the way allow."""


class DatabaseSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`memory:`, `sqlite:///file.db` or `postgresql://…`."""

    url: str = "sqlite:///data/frontdesk.db"
    """`memory:` (nothing is kept), `sqlite:///file.db` or `postgresql://user:password@host/name`."""
    migrate_on_start: bool = True
    """Bring the tables up to date when the server starts; else `frontdesk migrate` does."""


class FileStoreSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where uploads are kept: a folder, or an S3-compatible bucket when `s3_bucket` is set."""

    folder: str = "data/files"
    """Folder for uploads, outside of what any web server serves; for one node only."""
    s3_bucket: str = ""
    """Bucket for uploads, which several nodes can share; the folder is then not used."""
    s3_endpoint: str = ""
    """Address of an S3-compatible service; empty for the library's own default."""
    s3_region: str = ""
    """Region of the bucket, where the service has regions."""
    s3_access_key: str = ""
    """Empty to let the library find credentials in its usual places."""
    s3_secret_key: str = ""
    """The secret that belongs to the access key."""


class LimitSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one address, one chat and the whole node may ask for; each has a metric and a clear answer. IPv6
    is counted by networks of 64 bits, which are what one subscriber has at least."""

    head_bytes_max: Bytes = 65_536
    """Size of a request's first line and headers."""
    head_read_s: Annotated[int, Meta(ge=1, le=3600)] = 20
    """How long they may take to arrive."""
    body_bytes_max: Bytes = 1_048_576
    """Size of a form body other than an upload."""
    body_read_s: Annotated[int, Meta(ge=1, le=3600)] = 30
    """How long a body may take to arrive."""
    upload_read_s: Annotated[int, Meta(ge=1, le=86_400)] = 300
    """How long an upload may take to arrive: phones are slow."""
    answer_stall_s: Annotated[int, Meta(ge=1, le=3600)] = 60
    """How long a client may read nothing of an answer that waits for it."""
    uploads_in_flight_max: Count = 50
    """Uploads taken in at once; each may need the memory of the largest file."""
    starts_per_minute_per_address: Count = 30
    """New chats that one address may begin in a minute."""
    open_chats_per_address: Count = 20
    """Chats that one address may have open at once."""
    requests_per_second_per_address: Count = 100
    """Requests of one address, over all its chats."""
    requests_per_second_per_chat: Count = 20
    """Requests in one chat."""
    open_chats_per_node: Count = 200_000
    """Open chats over which new ones are told to try later; running ones go on."""
    preview_chars_max: Count = 1000
    """Length of what is shown to agents of the visitor's unfinished message."""
    sign_ins_per_minute_per_address: Count = 20
    """Tries to sign in, right or wrong, of one address in a minute."""
    socket_message_bytes_max: Bytes = 262_144
    """Size of one message that an agent's or bot's program may send."""
    socket_outbox_messages_max: Count = 10_000
    """Messages that may wait for a slow reader before its socket is closed with a reason."""
    requests_in_flight_max: Count = 5_000
    """Requests worked on at once, before further ones are told to try later."""
    cometd_clients_per_address: Count = 100
    """CometD clients of one address."""
    cometd_clients_per_node: Count = 100_000
    """CometD clients over which new ones are told to try later."""
    cometd_subscriptions_per_client: Count = 20
    """Channels that one CometD client may subscribe to."""
    cometd_chats_per_client: Count = 10
    """Chats that one CometD client may follow at once."""
    cometd_queue_messages_per_client: Count = 1_000
    """Messages that may wait for a CometD client before it is forgotten and asks again for what it missed."""
    cometd_queue_bytes_per_client: Bytes = 1_048_576
    """Size of what may wait for a CometD client."""
    cometd_message_bytes_max: Bytes = 262_144
    """Size of what a CometD client may send at once."""
    visitor_sockets_per_chat: Count = 10
    """Sockets of one chat: each tab and each device of its visitor has one."""
    visitor_sockets_per_address: Count = 100
    """Visitors' sockets of one address; beyond it, their chats poll."""
    visitor_sockets_per_node: Count = 100_000
    """Visitors' sockets over which chats poll."""
    visitor_socket_message_bytes_max: Bytes = 131_072
    """Size of one message that a visitor's client may send over a socket."""


class CometdSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The CometD variant of the chat API: chats that are pushed to visitors instead of polled."""

    is_on: bool = True
    """Whether it is served, at `…/cometd` beside `…/2/chat/`."""
    connect_s: Annotated[int, Meta(ge=1, le=600)] = 30
    """How long a connect is held when there is nothing to tell; less than what proxies on the way allow."""
    absence_s: Annotated[int, Meta(ge=1, le=600)] = 30
    """How long a client may be without a connect before it is forgotten."""
    callback_polling: bool = False
    """Offer requests by script tags, for pages that can do nothing else. A script does not say whose page it
    is on, so it is answered only for services whose `allowed_origins` are any."""


class VisitorSocketSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The visitors' socket: what our own clients use in the place of polls, unless something breaks it."""

    is_on: bool = True
    """Whether it is served, at `…/2/chat/{service}/socket`, and clients are told of it."""
    hello_s: Annotated[int, Meta(ge=1, le=600)] = 10
    """How long whoever opens a socket may take to say for which chat, and show its key."""
    return_within_s: Annotated[int, Meta(ge=0, le=600)] = 5
    """When the server is told to stop, each client is asked to come back at some moment within this time."""


class WorkspaceSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Agents, supervisors and bots: how long things last for them."""

    session_s: Seconds = 43_200
    """How long a sign-in lasts."""
    away_s: Annotated[int, Meta(ge=1, le=86_400)] = 60
    """How long an agent's connection may be gone before the chats go back to the queue."""
    ring_again_s: Seconds = 10
    """How long a chat that an agent did not take is not put to the same agent again."""
    not_ready_after: tuple[Literal["declined", "expired"], ...] = ()
    """What sets an agent not ready: invites that were `declined`, that `expired` unanswered, or both."""
    capacity: Annotated[int, Meta(ge=1, le=100_000)] = 5
    """Chats at once for a new account."""


class ChatV3Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Chat API version 3, at `{prefix}/v3/chat/sessions`; its endpoints are the services by their names."""

    prefix: str = "/nexus"
    """Path before `/v3/chat/sessions`, as existing clients have it in their configuration."""
    default_endpoint: str = ""
    """Service for clients that name none; empty to refuse them."""
    token_secrets: tuple[str, ...] = ()
    """What visitors' tokens are signed with: the first signs new ones, older ones may be of any; empty to
    have one made and kept in the database."""
    replay_window_s: Annotated[int, Meta(ge=0, le=600)] = 10
    """How long messages are delivered again, so that each tab of a page gets them."""
    poll_hold_s: Annotated[int, Meta(ge=0, le=300)] = 20
    """How long a poll with nothing new is held for clients that send no `operationId`."""
    held_polls_max: Count = 20_000
    """Polls held at once; further ones are answered as they come."""
    soft_send_errors: bool = True
    """Tell of a message that was not taken in with status 200, which existing clients show; else with 4xx."""
    resume_lost: Literal["reject", "renew"] = "reject"
    """What a page is told whose conversation is over: `reject`, or `renew` to begin another for it."""


class ServiceSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One chat service, as `{serviceName}` in an address names it."""

    title: str = ""
    """What people call the service; its name when empty."""
    is_open: bool = True
    """Whether new chats may begin."""
    hours: str = ""
    """Opening hours, a section of `[hours.NAME]`, outside of which no chat begins; empty for always."""
    queue: str = "default"
    """Where chats wait for a person, unless a bot's hand-over names another queue: a section of
    `[queues.NAME]`, or any name, whose queue then goes by the defaults."""
    bot: str = ""
    """Login of the bot that takes each chat first; empty for none."""
    application: str = ""
    """Orchestration application of which a session has each chat first, in the place of a queue or a bot;
    empty for none."""
    open_chats_max: Count = 10_000
    """Open chats of this service over which new ones are told to try later."""
    allowed_origins: tuple[str, ...] = ("*",)
    """Web origins whose pages may use this service, such as `https://shop.example`; `*` for any."""
    reveals_gone: bool = True
    """Send `errors` with the answer for a session that is gone (chat-api-v2 §8.3)."""
    visitor_readable_keys: tuple[str, ...] = ()
    """User-data keys that routing sets and the visitor may read (webchat-service §9.3)."""
    api_keys: tuple[str, ...] = ()
    """Values of `x-api-key` whose pages may use this service over version 3; empty for any page."""
    visitor_type: Literal["Client", "Customer"] = "Client"
    """What version 3 calls the visitor in `from.type`."""
    end_text: str = "This chat has ended."
    """What version 3 says when our side has ended a chat."""
    end_marker: str = ""
    """Text that scripts of a page look for to end a chat themselves; version 3 then says it in the place of
    `end_text`, and leaves the end to them."""
    rules: Rules = Rules()


class HoursSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Opening hours, which services and queues name.

    Errors:  making one: `Refused` when a time cannot be read.
    """

    time_zone: str = "UTC"
    """By whose clocks: a name such as `Europe/Berlin`."""
    week: tuple[str, ...] = ()
    """Days and times: `mon-fri 09:00-12:00 13:00-17:00`, `sat 22:00-02:00`; days that no line names are
    closed. Empty for always open."""
    days: tuple[str, ...] = ()
    """Days that are different, of one year or of every year: `2026-12-24 09:00-12:00`, `12-25 closed`."""

    def __post_init__(self) -> None:
        self.hours()

    def hours(self) -> Hours:
        return hours_of(self.time_zone, self.week, self.days)


class QueueSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One queue, as services and hand-overs name it: who takes what waits there, and what comes before what.

    Errors:  making one: `Refused` when a target or a demand cannot be read.
    """

    targets: tuple[str, ...] = ()
    """Whom its chats go to, widening while they wait: `german >= 5`, `after 20 s: german >= 1`,
    `after 2 min: anybody`; empty for anybody at once."""
    demands: tuple[str, ...] = ()
    """Skills that user data asks for, however long a chat waits: `language = de -> german >= 1`."""
    priority: Annotated[int, Meta(ge=-100_000, le=100_000)] = 0
    """Points of its chats; where agents serve several queues, the chat with the most is next."""
    ageing: Annotated[int, Meta(ge=0, le=1000)] = 1
    """Points that a chat gains with each minute that it waits, so that none waits for ever; 0 for none."""
    answer_s: Annotated[int, Meta(ge=0, le=3600)] = 0
    """How long its chats ring for an agent before they go to the next; 0 for what the service says."""
    prefer_s: Seconds = 0
    """How long a conversation that wakes waits for who answered it last, when ready but busy, before it goes
    to others; and so any chat for the agent whom its user data names."""
    prefer_key: str = ""
    """The user data that names the agent who is asked first, by login or id; empty for none."""
    overflow_queue: str = ""
    """Where a chat waits on that has waited here for `overflow_s`; empty to leave it here."""
    overflow_s: Seconds = 0
    """After how long it does; 0 for never."""
    hours: str = ""
    """Opening hours, a section of `[hours.NAME]`; empty for always open."""
    when_closed: Whatever = "refuse"
    """What becomes of a chat that comes out of hours. `refuse`: none can be started, and one that a bot hands
    over is told and ends; `end`: it is told and ends; `tell`: it is told and waits; `wait`: it waits. A
    conversation that stays open over days does not end by it, but waits."""
    closed_text: str = "Nobody is here at this hour. Please come back when we are open."
    """What the visitor is told then; empty for nothing."""
    waiting_max: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    """Chats that may wait here while nobody is free for the next one; 0 for any number."""
    when_full: Whatever = "refuse"
    """What becomes of one more, as above; a start is told to try again later."""
    full_text: str = "So many people are waiting that we cannot take another chat. Please try again later."
    """What the visitor is told then; empty for nothing."""
    when_nobody: Whatever = "wait"
    """What becomes of a chat while nobody is ready who may take it, now or later, as above."""
    nobody_text: str = "Nobody is here at the moment. Somebody will answer as soon as possible."
    """What the visitor is told then; empty for nothing."""
    tell_every_s: Annotated[int, Meta(ge=0, le=3600)] = 0
    """How often those who wait are told where they stand, when that has changed; 0 for never."""
    position_text: str = "You are number {position} in the queue."
    """What they are told while it cannot be said how long it may take."""
    wait_text: str = "You are number {position} in the queue. It may take about {minutes} min."
    """What they are told when it can."""
    application: str = ""
    """Orchestration application of which a session decides about each chat that is handed over to this
    queue; empty to look for a person."""

    def __post_init__(self) -> None:
        self.rules({})

    def rules(self, hours: Mapping[str, Hours]) -> QueueRules:
        """How the queue behaves; `hours` by the names that stand in the settings."""
        return QueueRules(
            priority=self.priority,
            ageing=self.ageing,
            steps=steps_of(self.targets),
            demands=demands_of(self.demands),
            answer_s=self.answer_s,
            prefer_s=self.prefer_s,
            prefer_key=self.prefer_key,
            overflow_queue=self.overflow_queue,
            overflow_s=self.overflow_s,
            reception=ReceptionRules(
                hours=hours.get(self.hours),
                waiting_max=self.waiting_max,
                closed=Answer(Does(self.when_closed), self.closed_text),
                full=Answer(Does(self.when_full), self.full_text),
                nobody=Answer(Does(self.when_nobody), self.nobody_text),
            ),
            telling=Telling(self.tell_every_s, self.position_text, self.wait_text),
            application=self.application,
        )


class LogSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the server tells about itself on its standard error; never a word of a chat."""

    level: str = "info"
    """The least that is written: `debug`, `info`, `warning` or `error`."""
    as_json: bool = True
    """One JSON object a line, for machines; else plain lines, for people."""


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole configuration.

    Errors:  making one: `Refused` when chats would go round between queues, or to one that is not there.
    """

    server: ServerSettings = ServerSettings()
    database: DatabaseSettings = DatabaseSettings()
    files: FileStoreSettings = FileStoreSettings()
    limits: LimitSettings = LimitSettings()
    cometd: CometdSettings = CometdSettings()
    visitor_socket: VisitorSocketSettings = VisitorSocketSettings()
    workspace: WorkspaceSettings = WorkspaceSettings()
    chat_v3: ChatV3Settings = ChatV3Settings()
    orchestration: OrchestrationSettings = OrchestrationSettings()
    journeys: JourneysSettings = JourneysSettings()
    mail: MailSettings = MailSettings()
    log: LogSettings = LogSettings()
    services: dict[str, ServiceSettings] = {}
    """The chat services, by name."""
    queues: dict[str, QueueSettings] = {}
    """The queues that have settings of their own, by name."""
    hours: dict[str, HoursSettings] = {}
    """Opening hours, by name."""
    groups: dict[str, GroupSettings] = {}
    """Groups of agents that applications name, by name."""

    def __post_init__(self) -> None:
        for kind, sections in (("services", self.services), ("queues", self.queues)):
            for name, section in sections.items():
                if section.hours and section.hours not in self.hours:
                    text = f"{kind}.{name}.hours: there is no [hours.{section.hours}]"
                    raise Refused("no_such_hours", text)
        if self.mail.is_on and self.mail.service not in self.services:
            text = f"mail.service: there is no [services.{self.mail.service or 'NAME'}]"
            raise Refused("no_such_service", text)
        for name, queue in self.queues.items():
            passed = [name]
            while (after := queue.overflow_queue) and queue.overflow_s:
                if after not in self.queues:
                    text = (
                        f"queues.{name}.overflow_queue: there is no [queues.{after}]; add it, if only empty"
                    )
                    raise Refused("no_such_queue", text)
                if after in passed:
                    raise Refused("queues_go_round", f"chats would go round: {' → '.join((*passed, after))}")
                passed.append(after)
                queue = self.queues[after]
