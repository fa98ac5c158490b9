"""The three invented organisations of the demo, their staff and what they offer."""

from dataclasses import dataclass

PASSWORD = "harbour lamp seven rivers"  # noqa: S105 - the demo's own, printed on its screen
COORDINATOR = "coordinator"


@dataclass(frozen=True)
class StaffMember:
    """Somebody who signs in."""

    username: str
    display_name: str
    role: str
    language: str


@dataclass(frozen=True)
class DemoOrganisation:
    """A partner of the demo network."""

    org: str
    name: str
    staff: tuple[StaffMember, ...]
    services: tuple[tuple[str, str, tuple[str, ...]], ...]  #: name, service type, areas


ORGANISATIONS = (
    DemoOrganisation(
        "harbour-house",
        "Harbour House (invented)",
        (
            StaffMember("alena", "Alena, case worker", "case_worker", "be"),
            StaffMember("viktor", "Viktor, focal point", "focal_point", "ru"),
            StaffMember("harbour-admin", "Node administrator", "admin", "en"),
            StaffMember("harbour-auditor", "Auditor", "auditor", "en"),
        ),
        (
            ("Shelter for women and children", "safe_accommodation", ("Minsk", "Minsk Region")),
            ("Clothes and hygiene kits", "core_relief_items", ("Minsk",)),
            ("Somebody to come along", "accompaniment", ("Minsk", "Grodno Region")),
        ),
    ),
    DemoOrganisation(
        "legal-aid-centre",
        "Legal Aid Centre (invented)",
        (
            StaffMember("oksana", "Oksana, lawyer", "case_worker", "uk"),
            StaffMember("pavel", "Pavel, focal point", "focal_point", "ru"),
            StaffMember("legal-admin", "Node administrator", "admin", "en"),
        ),
        (
            (
                "Advice on residence and status",
                "legal_assistance",
                ("Minsk", "Brest Region", "Grodno Region"),
            ),
            ("Papers and registration", "documentation_and_registration", ("Minsk",)),
            ("Interpreters", "interpretation", ("Minsk", "Gomel Region")),
        ),
    ),
    DemoOrganisation(
        "open-door-clinic",
        "Open Door Clinic (invented)",
        (
            StaffMember("miriam", "Miriam, nurse", "case_worker", "en"),
            StaffMember("tadesse", "Tadesse, focal point", "focal_point", "en"),
            StaffMember("clinic-admin", "Node administrator", "admin", "en"),
        ),
        (
            ("Primary care", "health_and_medical", ("Minsk", "Mogilev Region")),
            ("Psychosocial support", "mental_health_and_psychosocial", ("Minsk", "Vitebsk Region")),
            ("Support for children alone", "child_protection_and_guardianship", ("Minsk",)),
        ),
    ),
)
