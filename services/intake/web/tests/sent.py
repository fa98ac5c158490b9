"""What a well-meant request carries, address by address."""

from typing import Any

from services.intake.interchange.tests.bundles import from_elsewhere
from services.intake.tests.node import (
    THERE,
)
from services.intake.web.tests.visitors import consent
from shared.schemas.codes import NOTICE_GROUPS
from shared.sealing.tests.push_browser import PushBrowser

NEED = {"service_type": "food", "priority": "low"}
ASKED = {"service_type": "legal_assistance", "urgency": "urgent"}
OFFER = {"name": "Beds", "service_type": "shelter", "status": "full"}
GIVEN = {"service_type": "food", "how": "own_service", "given_by": "Ihar", "given_on": "2026-03-02"}
SENT = {
    "go": "send",
    "urgency": "urgent",
    "to_org": THERE,
    "fields": ["given_name"],
    "reason": "A bed.",
    "safe_contact": "phone",
}
FORWARDED = {
    "to_org": "night-shelter",
    "urgency": "urgent",
    "fields": ["given_name"],
    "reason": "A bed.",
    "safe_contact": "phone",
    "given_by": "individual",
}
CONFERRED = {
    "go": "send",
    "question": "who has a bed?",
    "organisations": [THERE],
    "days": "7",
}
SAID: dict[str, dict[str, Any]] = {
    "/cases/<case>/conferences/new": CONFERRED,
    "/conferences/<conference>/invite": {"organisation": THERE},
    "/conferences/<conference>/write": {"text": "we have one"},
    "/conferences/<conference>/close": {"org_0": THERE, "what_0": "a bed", "until_0": "2026-03-09"},
    "/conferences/<conference>/team": {"members": ["daria"]},
    "/people/new": {"alias": "Stork"},
    "/people/<person>/consent": {"given_by": "individual", "purposes": ["statistics"]},
    "/people/<person>/code": {"wished": "y", "language": "ru", "shown": "help", "lasts": "7"},
    "/people/<person>/team": {"members": ["daria"]},
    "/cases/<case>/needs/new": NEED,
    "/cases/<case>/needs/<need>/settle": {"outcome": "already_received_elsewhere"},
    "/cases/<case>/needs/<need>/plan": {"priority": "low", "how": "own_service"},
    "/cases/<case>/needs/<need>/give": GIVEN,
    "/cases/<case>/services/new": GIVEN,
    "/cases/<case>/screening": {"conclusion": "presumed_victim", "identified_by": "police"},
    "/cases/<case>/assessment": {"safety": "1", "risk": "high", "immediate_risk": "y"},
    "/cases/<case>/factors": {"risk_household": "Debts."},
    "/cases/<case>/follow-ups/new": {"due_on": "2026-03-09", "type": "visit"},
    "/cases/<case>/follow-ups/<sheet>/done": {"done_on": "2026-03-02", "finding": "Well."},
    "/cases/<case>/closure": {"decision": "approve"},
    "/cases/<case>/reopen": {"why": "She has come back."},
    "/cases/<case>/own": {"own_came_by": "alone"},
    "/people/<person>/own": {"own_room": "4"},
    "/people/<person>/child": {"situation": "separated", "informed": "yes", "best_interests": "Stay."},
    "/cases/<case>/needs/<need>/refer": SENT,
    "/cases/<case>/close": {"reason": "returned"},
    "/cases/<case>/hold": {"reason": "A court has asked."},
    "/referrals/<in>/hold": {"reason": "A court has asked."},
    "/referrals/<out>/hold": {"reason": "A court has asked."},
    "/referrals/<in>/team": {"members": ["daria"]},
    "/referrals/<in>/forward": FORWARDED | {"go": "send"},
    "/referrals/<out>/moves/<move>": {"reason": "duplicate"},
    "/imports/<imported>": {"reason": "A test."},
    "/notices": dict.fromkeys(NOTICE_GROUPS, "daily"),
    "/notices/push": PushBrowser().given("https://push.example/to/1"),
    "/webhooks": {"url": "https://hooks.example/"},
    "/emergency": {"reference": "AAAA-AAAA", "reason": "She is at the door."},
    "/deputies": {"username": "olena", "deputy": "daria", "first": "2026-03-02", "last": "2026-03-09"},
    "/questions/new": ASKED,
    "/counts": {"period": "2026-Q1", "prevention": "2", "awareness": "1"},
    "/services/new": OFFER,
    "/services/<service>": OFFER,
    "/questions/asked/<enquiry>": {"answer": "capacity"},
    "/api/v1/questions": ASKED,
    "/api/v1/questions/asked/<enquiry>": {"answer": "capacity"},
    "/api/v1/conferences/<conference>/invite": {"organisation": THERE},
    "/api/v1/people": {"alias": "Stork"},
    "/api/v1/people/search": {},
    "/api/v1/people/<person>/consents": consent(),
    "/api/v1/cases/<case>/needs": NEED,
    "/api/v1/cases/<case>/screenings": {"conclusion": "presumed_victim", "identified_by": "police"},
    "/api/v1/cases/<case>/assessments": {"levels": {"safety": 1}, "risk": "high"},
    "/api/v1/cases/<case>/factors": {"risk": {"household": "Debts."}},
    "/api/v1/cases/<case>/services": GIVEN,
    "/api/v1/cases/<case>/follow-ups": {"due_on": "2026-03-09", "type": "visit"},
    "/api/v1/follow-ups/<sheet>/done": {"done_on": "2026-03-02", "finding": "Well."},
    "/api/v1/cases/<case>/closure": {"reason": "returned"},
    "/api/v1/cases/<case>/closure/decision": {"decision": "approve"},
    "/api/v1/cases/<case>/reopening": {"why": "She has come back."},
    "/api/v1/referrals/fhir": from_elsewhere(),
    "/api/v1/referrals/<out>/moves": {"move": "cancel", "reason": "duplicate"},
    "/api/v1/referrals/<in>/moves": {"move": "accept"},
    "/api/v1/people/<person>/withdraw": {},
    "/api/v1/referrals/<out>/forward": FORWARDED,
    "/api/v1/referrals/<in>/forward": FORWARDED,
    "/api/v1/referrals/<out>/withdraw": {},
    "/api/v1/referrals/<in>/withdraw": {},
    "/api/v1/referrals/<out>/own-records": {"outcome": "nothing"},
    "/api/v1/referrals/<in>/own-records": {"outcome": "nothing"},
}  #: what is sent with a POST; where nothing stands here, nothing need be said
