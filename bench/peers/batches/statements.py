"""What each service writes of a batch; what has been heard before is left out."""

TABLES = """
CREATE TABLE IF NOT EXISTS inbox (id uuid PRIMARY KEY, heard_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE IF NOT EXISTS outbox (id uuid PRIMARY KEY, body bytea NOT NULL);
ALTER TABLE outbox ALTER body SET STORAGE EXTERNAL
"""

SENT = (
    """
    INSERT INTO cases (id, opened_at)
    SELECT id, now() FROM unnest(%(cases)s::uuid[]) AS id
    """,
    """
    INSERT INTO referrals (id, case_id, to_org, service_type, content, sent_at)
    SELECT id, case_id, %(to_org)s, %(service_type)s, content, now()
    FROM unnest(%(ids)s::uuid[], %(cases)s::uuid[], %(contents)s::json[]) AS new (id, case_id, content)
    """,
    """
    INSERT INTO outbox (id, body)
    SELECT * FROM unnest(%(ids)s::uuid[], %(bodies)s::bytea[])
    """,
)

TAKEN = {
    "referral": """
    WITH new AS (
        INSERT INTO inbox (id) SELECT * FROM unnest(%(ids)s::uuid[]) ON CONFLICT DO NOTHING RETURNING id
    ), taken AS (
        INSERT INTO referrals (id, to_org, service_type, state, taken_at)
        SELECT id, %(to_org)s, %(service_type)s, %(state)s, now() FROM new
    ), moved AS (
        INSERT INTO moves (id, referral_id, state, recorded_at)
        SELECT gen_random_uuid(), id, %(state)s, now() FROM new
    ), told AS (
        INSERT INTO outbox (id, body)
        SELECT id, body FROM new JOIN unnest(%(ids)s::uuid[], %(bodies)s::bytea[]) AS said (id, body) USING (id)
    )
    SELECT id::text FROM new
    """,
    "notifications": """
    WITH new AS (
        INSERT INTO inbox (id) SELECT * FROM unnest(%(ids)s::uuid[]) ON CONFLICT DO NOTHING RETURNING id
    )
    INSERT INTO notices (id, referral_id, org, created_at)
    SELECT gen_random_uuid(), id, %(to_org)s, now() FROM new
    RETURNING referral_id::text
    """,
    "reporting": """
    WITH new AS (
        INSERT INTO inbox (id) SELECT * FROM unnest(%(ids)s::uuid[]) ON CONFLICT DO NOTHING RETURNING id
    )
    INSERT INTO counted (id, referral_id, service_type, state, counted_at)
    SELECT gen_random_uuid(), id, %(service_type)s, %(state)s, now() FROM new
    RETURNING referral_id::text
    """,
}
