"""The tables of the database, as the migrations leave them.

Only migrations, transfers and tests import this module: the running server speaks SQL of its own, and is
lighter by what SQLAlchemy weighs.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

METADATA = MetaData()

BIG = BigInteger().with_variant(Integer, "sqlite")  # SQLite's own row number has to be called INTEGER.
NAME = Text().with_variant(Text(collation="C"), "postgresql")  # One order everywhere: that of its bytes.

# `body` is NULL where an event was forgotten that was the newest of its stream: the number stays used.
EVENTS = Table(
    "events",
    METADATA,
    Column("position", BIG, primary_key=True, autoincrement=False),
    Column("stream", NAME, nullable=False),
    Column("version", BIG, nullable=False),
    Column("time_ms", BIG, nullable=False),
    Column("body", LargeBinary),
    UniqueConstraint("stream", "version", name="events_by_stream"),
)

# `wake_ms` is when the timer may be claimed: when it is due, or when the claim on it runs out.
TIMERS = Table(
    "timers",
    METADATA,
    Column("stream", NAME, primary_key=True),
    Column("due_ms", BIG, nullable=False),
    Column("wake_ms", BIG, nullable=False),
    Index("timers_by_wake", "wake_ms"),
)

CARDS = Table(
    "cards",
    METADATA,
    Column("stream", NAME, primary_key=True),
    Column("kind", NAME, nullable=False),
    Column("is_open", Boolean, nullable=False),
    Column("sort_ms", BIG, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("cards_by_kind", "kind", "is_open", "stream"),
)

# How many cards there are, so that nobody has to count a million of them.
CARD_COUNTS = Table(
    "card_counts",
    METADATA,
    Column("kind", NAME, primary_key=True),
    Column("is_open", Boolean, primary_key=True),
    Column("cards", BIG, nullable=False),
)

# `number` orders entries of the same time; `stream` is a random name where the stream was purged.
ENTRIES = Table(
    "entries",
    METADATA,
    Column("number", BIG, primary_key=True, autoincrement=False),
    Column("kind", NAME, nullable=False),
    Column("at_ms", BIG, nullable=False),
    Column("stream", NAME, nullable=False),
    Column("version", BIG, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("entries_by_time", "kind", "at_ms", "number"),
    Index("entries_by_stream", "stream"),
)

SNAPSHOTS = Table(
    "snapshots",
    METADATA,
    Column("stream", NAME, primary_key=True),
    Column("version", BIG, nullable=False),
    Column("tag", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

LEASES = Table(
    "leases",
    METADATA,
    Column("name", NAME, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("number", BIG, nullable=False),
    Column("until_ms", BIG, nullable=False),
)

SEEN = Table(
    "seen",
    METADATA,
    Column("stream", NAME, primary_key=True),
    Column("seen_ms", BIG, nullable=False),
)

# How far visitors' clients have come, where the server is the one that remembers it.
POSITIONS = Table(
    "positions",
    METADATA,
    Column("stream", NAME, primary_key=True),
    Column("reader", NAME, primary_key=True),
    Column("delivered", BIG, nullable=False),
    Column("settled", BIG, nullable=False),
)

# `login_key` is the login without regard to case.
ACCOUNTS = Table(
    "accounts",
    METADATA,
    Column("account_id", Text, primary_key=True),
    Column("login", Text, nullable=False),
    Column("login_key", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("capacity", BIG, nullable=False),
    Column("is_disabled", Boolean, nullable=False),
    Column("skills", Text, nullable=False, server_default="{}"),
    Column("capacities", Text, nullable=False, server_default="{}"),
    UniqueConstraint("login_key", name="accounts_by_login"),
)

SIGN_INS = Table(
    "sign_ins",
    METADATA,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("account_id", Text, nullable=False),
    Column("until_ms", BIG, nullable=False),
    Index("sign_ins_by_account", "account_id"),
)
