"""The pages that people meet, one file for each room of the house."""

from services.intake.web.context import for_case_staff
from services.intake.web.pages.cases import cases
from services.intake.web.pages.consent import consent
from services.intake.web.pages.directory import directory
from services.intake.web.pages.holds import holds
from services.intake.web.pages.inbox import inbox
from services.intake.web.pages.people import people
from services.intake.web.pages.refer import refer
from services.intake.web.pages.referrals import referrals

ABOUT_PEOPLE = (inbox, people, consent, cases, refer, referrals, holds)
PAGES = (*ABOUT_PEOPLE, directory)

for _pages in ABOUT_PEOPLE:
    _pages.before_request(for_case_staff)
