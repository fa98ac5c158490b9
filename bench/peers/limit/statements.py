"""What each service writes of a batch: one statement for a table."""

INTAKE = (
    """
    INSERT INTO cases (id, opened_at)
    SELECT id, now() FROM unnest(%(cases)s::uuid[]) AS id
    """,
    """
    INSERT INTO referrals (id, case_id, to_org, service_type, content, sent_at)
    SELECT id, case_id, %(to_org)s, %(service_type)s, content, now()
    FROM unnest(%(ids)s::uuid[], %(cases)s::uuid[], %(contents)s::json[]) AS new (id, case_id, content)
    """,
)
HEARING = {
    "referral": (
        """
        INSERT INTO referrals (id, to_org, service_type, state, taken_at)
        SELECT id, %(to_org)s, %(service_type)s, %(state)s, now() FROM unnest(%(ids)s::uuid[]) AS id
        """,
        """
        INSERT INTO moves (id, referral_id, state, recorded_at)
        SELECT gen_random_uuid(), id, %(state)s, now() FROM unnest(%(ids)s::uuid[]) AS id
        """,
    ),
    "notifications": (
        """
        INSERT INTO notices (id, referral_id, org, created_at)
        SELECT gen_random_uuid(), id, %(to_org)s, now() FROM unnest(%(ids)s::uuid[]) AS id
        """,
    ),
    "reporting": (
        """
        INSERT INTO counted (id, referral_id, service_type, state, counted_at)
        SELECT gen_random_uuid(), id, %(service_type)s, %(state)s, now() FROM unnest(%(ids)s::uuid[]) AS id
        """,
    ),
}
