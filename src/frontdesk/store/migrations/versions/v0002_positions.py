"""How far visitors' clients have come."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")
NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

# As before, and the positions with all the rest.
PURGE = """
CREATE OR REPLACE FUNCTION frontdesk_purge(purged text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(4603126);
    UPDATE events SET stream = '', version = position, time_ms = 0, body = NULL
    WHERE stream = purged AND position = (SELECT max(position) FROM events);
    DELETE FROM events WHERE stream = purged;
    UPDATE card_counts n SET cards = n.cards - 1
    FROM cards c WHERE c.stream = purged AND n.kind = c.kind AND n.is_open = c.is_open;
    DELETE FROM cards WHERE stream = purged;
    DELETE FROM timers WHERE stream = purged;
    DELETE FROM snapshots WHERE stream = purged;
    DELETE FROM seen WHERE stream = purged;
    DELETE FROM positions WHERE stream = purged;
END $$
"""


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "positions",
        sa.Column("stream", NAME, primary_key=True),
        sa.Column("reader", NAME, primary_key=True),
        sa.Column("delivered", BIG, nullable=False),
        sa.Column("settled", BIG, nullable=False),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(PURGE)
