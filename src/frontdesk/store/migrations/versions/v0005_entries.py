"""What reports count, by its time."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")
NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

# As before, and entries and snapshots with all the rest. Two logs may be in one database, each in a schema
# of its own: neither waits for the other's lock, nor hears its positions.
APPEND = """
CREATE FUNCTION frontdesk_append(
    job_streams text[], job_versions bigint[],
    body_jobs bigint[], body_streams text[], body_versions bigint[], body_times bigint[], body_bytes bytea[],
    fence_jobs bigint[], fence_names text[], fence_numbers bigint[],
    arm_jobs bigint[], arm_streams text[], arm_times bigint[],
    card_jobs bigint[], card_streams text[], card_kinds text[], card_opens boolean[], card_sorts bigint[],
    card_bytes bytea[],
    forget_jobs bigint[], forget_streams text[], forget_versions bigint[],
    entry_jobs bigint[], entry_streams text[], entry_versions bigint[], entry_kinds text[],
    entry_times bigint[], entry_bytes bytea[],
    snapshot_jobs bigint[], snapshot_streams text[], snapshot_versions bigint[], snapshot_tags text[],
    snapshot_bytes bytea[],
    OUT head bigint, OUT losers bigint[]
) LANGUAGE plpgsql AS $$
DECLARE
    added bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(@LOCK@);
    IF cardinality(fence_jobs) > 0 THEN
        PERFORM 1 FROM leases WHERE name = ANY (fence_names) ORDER BY name FOR SHARE;
    END IF;

    SELECT coalesce(array_agg(lost.job), '{}') INTO losers FROM (
        SELECT j.job
        FROM unnest(job_streams, job_versions) WITH ORDINALITY AS j (stream, version, job)
        WHERE j.version <> coalesce(
            (SELECT e.version FROM events e WHERE e.stream = j.stream ORDER BY e.version DESC LIMIT 1), 0)
        UNION
        SELECT f.job
        FROM unnest(fence_jobs, fence_names, fence_numbers) AS f (job, name, number)
        LEFT JOIN leases l ON l.name = f.name
        WHERE l.number IS DISTINCT FROM f.number
    ) AS lost;

    SELECT coalesce(max(position), 0) INTO head FROM events;
    IF cardinality(body_jobs) > 0 THEN
        INSERT INTO events (position, stream, version, time_ms, body)
        SELECT head + row_number() OVER (ORDER BY b.number), b.stream, b.version, b.time_ms, b.body
        FROM unnest(body_jobs, body_streams, body_versions, body_times, body_bytes)
            WITH ORDINALITY AS b (job, stream, version, time_ms, body, number)
        WHERE b.job <> ALL (losers);
        GET DIAGNOSTICS added = ROW_COUNT;
        IF added > 0 THEN
            PERFORM pg_notify('@CHANNEL@', (head + added)::text);
        END IF;
    END IF;

    IF cardinality(arm_jobs) > 0 THEN
        DELETE FROM timers t USING unnest(arm_jobs, arm_streams, arm_times) AS a (job, stream, due_ms)
        WHERE t.stream = a.stream AND a.due_ms IS NULL AND a.job <> ALL (losers);
        INSERT INTO timers (stream, due_ms, wake_ms)
        SELECT a.stream, a.due_ms, a.due_ms
        FROM unnest(arm_jobs, arm_streams, arm_times) AS a (job, stream, due_ms)
        WHERE a.due_ms IS NOT NULL AND a.job <> ALL (losers)
        ON CONFLICT (stream) DO UPDATE SET due_ms = excluded.due_ms, wake_ms = excluded.wake_ms;
    END IF;

    IF cardinality(card_jobs) > 0 THEN
        INSERT INTO card_counts AS n (kind, is_open, cards)
        SELECT d.kind, d.is_open, sum(d.change) FROM (
            SELECT c.kind, c.is_open, 1 AS change
            FROM unnest(card_jobs, card_kinds, card_opens) AS c (job, kind, is_open)
            WHERE c.job <> ALL (losers)
            UNION ALL
            SELECT o.kind, o.is_open, -1
            FROM unnest(card_jobs, card_streams) AS c (job, stream)
            JOIN cards o ON o.stream = c.stream
            WHERE c.job <> ALL (losers)
        ) AS d
        GROUP BY d.kind, d.is_open HAVING sum(d.change) <> 0
        ON CONFLICT (kind, is_open) DO UPDATE SET cards = n.cards + excluded.cards;
        INSERT INTO cards (stream, kind, is_open, sort_ms, body)
        SELECT c.stream, c.kind, c.is_open, c.sort_ms, c.body
        FROM unnest(card_jobs, card_streams, card_kinds, card_opens, card_sorts, card_bytes)
            AS c (job, stream, kind, is_open, sort_ms, body)
        WHERE c.job <> ALL (losers)
        ON CONFLICT (stream) DO UPDATE SET kind = excluded.kind, is_open = excluded.is_open,
            sort_ms = excluded.sort_ms, body = excluded.body;
    END IF;

    IF cardinality(forget_jobs) > 0 THEN
        UPDATE events e SET body = NULL
        FROM unnest(forget_jobs, forget_streams, forget_versions) AS f (job, stream, version)
        WHERE e.stream = f.stream AND e.version = f.version AND f.job <> ALL (losers)
            AND e.version = (SELECT max(n.version) FROM events n WHERE n.stream = f.stream);
        DELETE FROM events e
        USING unnest(forget_jobs, forget_streams, forget_versions) AS f (job, stream, version)
        WHERE e.stream = f.stream AND e.version = f.version AND f.job <> ALL (losers)
            AND e.version < (SELECT max(n.version) FROM events n WHERE n.stream = f.stream);
    END IF;
    IF cardinality(entry_jobs) > 0 THEN
        INSERT INTO entries (number, stream, version, kind, at_ms, body)
        SELECT (SELECT coalesce(max(number), 0) FROM entries) + row_number() OVER (ORDER BY n.number),
            n.stream, n.version, n.kind, n.at_ms, n.body
        FROM unnest(entry_jobs, entry_streams, entry_versions, entry_kinds, entry_times, entry_bytes)
            WITH ORDINALITY AS n (job, stream, version, kind, at_ms, body, number)
        WHERE n.job <> ALL (losers);
    END IF;

    IF cardinality(snapshot_jobs) > 0 THEN
        INSERT INTO snapshots (stream, version, tag, body)
        SELECT s.stream, s.version, s.tag, s.body
        FROM unnest(snapshot_jobs, snapshot_streams, snapshot_versions, snapshot_tags, snapshot_bytes)
            AS s (job, stream, version, tag, body)
        WHERE s.job <> ALL (losers)
        ON CONFLICT (stream) DO UPDATE SET version = excluded.version, tag = excluded.tag,
            body = excluded.body;
    END IF;
END $$
"""

# As before; what is counted stays, and no longer says of whom it is.
PURGE = """
CREATE OR REPLACE FUNCTION frontdesk_purge(purged text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    erased text := 'erased/' || replace(gen_random_uuid()::text, '-', '');
BEGIN
    PERFORM pg_advisory_xact_lock(@LOCK@);
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
    UPDATE entries SET stream = erased WHERE stream = purged;
END $$
"""

# Of each log, by the schema that it is in: its lock, and the channel that its positions are told on.
JOURNEYS = "journeys"
OURS = ("4603126", "frontdesk")
OURS_OF_JOURNEYS = ("4603128", "frontdesk_journeys")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "entries",
        sa.Column("number", BIG, primary_key=True, autoincrement=False),
        sa.Column("kind", NAME, nullable=False),
        sa.Column("at_ms", BIG, nullable=False),
        sa.Column("stream", NAME, nullable=False),
        sa.Column("version", BIG, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_index("entries_by_time", "entries", ["kind", "at_ms", "number"])
    op.create_index("entries_by_stream", "entries", ["stream"])
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        schema = connection.scalar(sa.text("SELECT current_schema()"))
        lock, channel = OURS_OF_JOURNEYS if schema == JOURNEYS else OURS
        op.execute("DROP FUNCTION frontdesk_append")
        for function in (APPEND, PURGE):
            op.execute(function.replace("@LOCK@", lock).replace("@CHANNEL@", channel))
