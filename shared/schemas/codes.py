"""The code lists of the network, as published or agreed (domain, section 3)."""

SERVICE_TYPES = (
    "safe_accommodation",
    "health_and_medical",
    "mental_health_and_psychosocial",
    "legal_assistance",
    "police_and_security",
    "livelihoods_and_vocational_training",
    "child_protection_and_guardianship",
    "family_tracing_and_reunification",
    "education",
    "cash",
    "core_relief_items",
    "food",
    "shelter",
    "documentation_and_registration",
    "interpretation",
    "assisted_voluntary_return_and_reintegration",
    "accompaniment",
    "other",
)  #: Primero and the inter-agency referral form

URGENCIES = ("emergency", "urgent", "normal")  #: an answer is due in 24 h, 72 h, 2 weeks

CAPACITY_ANSWERS = ("capacity", "no_capacity", "waiting_list", "more_assessment_needed")  #: domain, section 4
RUNGS = (
    "assignee",
    "intake",
    "sender",
    "supervisor",
    "coordinator",
)  #: of the ladder, in order (domain, section 4)
MOST_ASKED = 50  #: organisations in one question about capacity

TRANSFER = "transfer"
REFERRAL_PURPOSES = (
    TRANSFER,
)  #: whoever accepts takes over the whole case; without any, only what is asked for is

GENDERS = ("Man", "Woman", "Trans/Transgender/NonConforming")  #: CTDC 2024; unknown is null

AGE_BANDS = (
    "0--8",
    "9--11",
    "12--14",
    "15--17",
    "18--20",
    "21--23",
    "24--26",
    "27--29",
    "30--32",
    "33--35",
    "36--38",
    "39--47",
    "48--56",
    "57--65",
    "66+",
)  #: stored by the node; finer than what is published

PUBLISHED_AGE_BANDS = (
    "0--8",
    "9--17",
    "18--20",
    "21--23",
    "24--26",
    "27--29",
    "30--38",
    "39--47",
    "48+",
)  #: CTDC 2024

KNOWN_AGE_BANDS = tuple(
    dict.fromkeys((*AGE_BANDS, *PUBLISHED_AGE_BANDS))
)  #: what others may say of a person's age

_MERGED = {
    "9--11": "9--17",
    "12--14": "9--17",
    "15--17": "9--17",
    "30--32": "30--38",
    "33--35": "30--38",
    "36--38": "30--38",
    "48--56": "48+",
    "57--65": "48+",
    "66+": "48+",
}


def published_age_band(band: str) -> str:
    """The published band that holds the stored one."""
    return _MERGED.get(band, band)


NOTICE_GROUPS = (
    "emergency",
    "called",
    "waits",
    "moved",
    "late",
)  #: of what somebody is told, as people choose
NOTICE_WAYS = ("instant", "daily", "never")  #: how: a mail at once, one a day, none
