"""Everything an operator can set, with its default and its bounds; the reference is made from here.

A file in TOML and the environment (`FRONTDESK_SERVER__PORT=8080`) fill these types; an unknown key is
refused by its name.
"""

from typing import Annotated

from msgspec import Meta, Struct

from frontdesk.domain.rules import Rules, Seconds

Count = Annotated[int, Meta(ge=1, le=100_000_000)]
Bytes = Annotated[int, Meta(ge=1, le=10_737_418_240)]


class ServerSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the server listens and what it is called outside."""

    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535)] = 8080
    public_url: str = ""
    """Address that browsers use, when it is not `http://host:port`."""
    prefix: str = "/genesys"
    """Path before `/2/chat/…`, as existing clients have it in their configuration."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses or networks whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed."""
    api_key: str = ""
    """When set, chat calls need this value in the `apikey` header."""
    stop_grace_s: Seconds = 10


class DatabaseSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`memory:`, `sqlite:///file.db` or `postgresql://…`."""

    url: str = "sqlite:///data/frontdesk.db"
    migrate_on_start: bool = True


class FileStoreSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where uploads are kept: a folder, or an S3-compatible bucket when `s3_bucket` is set."""

    folder: str = "data/files"
    s3_bucket: str = ""
    s3_endpoint: str = ""
    s3_region: str = ""
    s3_access_key: str = ""
    s3_secret_key: str = ""


class LimitSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one address, one chat and the whole node may ask for; each has a metric and a clear answer."""

    body_bytes_max: Bytes = 1_048_576
    """Size of a form body other than an upload."""
    body_read_s: Seconds = 30
    """How long a body may take to arrive."""
    uploads_in_flight_max: Count = 50
    """Uploads taken in at once; each may need the memory of the largest file."""
    starts_per_minute_per_address: Count = 30
    open_chats_per_address: Count = 20
    requests_per_second_per_address: Count = 100
    requests_per_second_per_chat: Count = 20
    open_chats_per_node: Count = 200_000
    preview_chars_max: Count = 1000
    sign_ins_per_minute_per_address: Count = 20
    socket_message_bytes_max: Bytes = 262_144
    socket_outbox_messages_max: Count = 10_000
    requests_in_flight_max: Count = 5_000


class WorkspaceSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Agents, supervisors and bots."""

    session_s: Seconds = 43_200
    """How long a sign-in lasts."""
    away_s: Annotated[int, Meta(ge=1, le=86_400)] = 60
    """How long an agent's connection may be gone before the chats go back to the queue."""
    ring_again_s: Seconds = 10
    """How long a chat that an agent did not take is not put to the same agent again."""
    capacity: Annotated[int, Meta(ge=1, le=100_000)] = 5
    """Chats at once for a new account."""


class ServiceSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One chat service, as `{serviceName}` in an address names it."""

    title: str = ""
    is_open: bool = True
    queue: str = "default"
    bot: str = ""
    """Login of the bot that takes each chat first; empty for none."""
    open_chats_max: Count = 10_000
    allowed_origins: tuple[str, ...] = ("*",)
    reveals_gone: bool = True
    """Send `errors` with the answer for a session that is gone (chat-api-v2 §8.3)."""
    visitor_readable_keys: tuple[str, ...] = ()
    """User-data keys that routing sets and the visitor may read (webchat-service §9.3)."""
    rules: Rules = Rules()


class LogSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    level: str = "info"
    as_json: bool = True


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole configuration."""

    server: ServerSettings = ServerSettings()
    database: DatabaseSettings = DatabaseSettings()
    files: FileStoreSettings = FileStoreSettings()
    limits: LimitSettings = LimitSettings()
    workspace: WorkspaceSettings = WorkspaceSettings()
    log: LogSettings = LogSettings()
    services: dict[str, ServiceSettings] = {}
