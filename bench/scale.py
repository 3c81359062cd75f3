"""How much of everything a run takes: the full run, and a quick one that only shows that it works."""

from msgspec import Struct


class Scale(Struct, frozen=True, kw_only=True):
    """Sizes of a run. Units as the names end; `pace_per_s` is messages a second over all chats."""

    measure_s: float = 5.0
    warm_s: float = 1.0
    chats: int = 100
    pace_per_s: float = 2000.0
    polls: int = 100
    arrivals: int = 1500
    idle_chats: int = 2000
    quiet_s: float = 12.0
    held_sockets: int = 1000
    many_chats: int = 100_000
    few_chats: int = 10
    long_events: int = 10_000
    short_events: int = 10
    reconnects: int = 5000
    sync_delay_ms: int = 5
    shown_messages: int = 20
    short_transcript: int = 1000
    long_transcript: int = 10_000
    held_connects: int = 10_000
    push_per_s: float = 200.0
    pollers: int = 10_000
    polling_s: float = 20.0
    begun_per_s: float = 100.0
    waiting_sessions: int = 10_000
    library_sessions: int = 1000
    page_views_per_s: float = 2000.0
    shopping_connections: int = 400  # Each views a page five times a second: page views come one by one.
    shop_chats: int = 500
    shop_chats_per_s: float = 500.0
    offer_every_s: float = 0.1
    visits: int = 3000
    visit_quiet_s: int = 20


FULL = Scale()
QUICK = Scale(
    measure_s=0.3,
    warm_s=0.1,
    chats=10,
    pace_per_s=500.0,
    polls=10,
    arrivals=20,
    idle_chats=20,
    quiet_s=0.1,
    held_sockets=10,
    many_chats=100,
    long_events=100,
    reconnects=50,
    shown_messages=2,
    short_transcript=100,
    long_transcript=200,
    held_connects=20,
    pollers=20,
    polling_s=0.5,
    begun_per_s=50.0,
    waiting_sessions=20,
    library_sessions=10,
    page_views_per_s=100.0,
    shopping_connections=5,
    shop_chats=10,
    shop_chats_per_s=100.0,
    offer_every_s=0.05,
    visits=20,
    visit_quiet_s=1,
)
