"""The pages that people meet, one file for each room of the house."""

from services.intake.web import context
from services.intake.web.pages.approval import approval
from services.intake.web.pages.attachments import attachments
from services.intake.web.pages.audit import audit
from services.intake.web.pages.cases import cases
from services.intake.web.pages.casework import casework
from services.intake.web.pages.conferences import conferences
from services.intake.web.pages.consent import consent
from services.intake.web.pages.counts import counts
from services.intake.web.pages.deputies import deputies
from services.intake.web.pages.directory import directory
from services.intake.web.pages.emergency import emergency
from services.intake.web.pages.holds import holds
from services.intake.web.pages.imports import imports
from services.intake.web.pages.inbox import inbox
from services.intake.web.pages.notices import notices
from services.intake.web.pages.own import for_everybody, own
from services.intake.web.pages.people import people
from services.intake.web.pages.person_sheets import person_sheets
from services.intake.web.pages.questions import questions
from services.intake.web.pages.refer import refer
from services.intake.web.pages.referrals import referrals
from services.intake.web.pages.services import services
from services.intake.web.pages.sharing import sharing
from services.intake.web.pages.slips import slips
from services.intake.web.pages.team import team
from services.intake.web.pages.webhooks import webhooks
from services.intake.web.pages.well_being import well_being

GATES = {
    **dict.fromkeys(
        (
            inbox,
            notices,
            people,
            consent,
            cases,
            refer,
            referrals,
            holds,
            sharing,
            questions,
            conferences,
            deputies,
            casework,
            attachments,
            person_sheets,
            imports,
            slips,
        ),
        context.for_case_staff,
    ),
    approval: context.for_focal_points,
    emergency: context.for_case_workers,
    team: context.for_focal_points,
    directory: context.for_the_directory,
    services: context.for_speakers,
    counts: context.for_speakers,
    audit: context.for_auditors,
    webhooks: context.for_administrators,
    well_being: context.for_administrators,
    own: for_everybody,
}  #: whom each room is open to: one that stands here without a gate there is not
PAGES = tuple(GATES)

for _pages, _gate in GATES.items():
    _pages.before_request(_gate)
