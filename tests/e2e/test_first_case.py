"""The tutorial *Your first case*, walked: what it says to press is there, and what it says one sees is seen."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from shared.clock import now
from shared.polling import poll_until
from tests.e2e.conftest import Visit
from tests.network import SOON, Network
from tests.walked_steps import Walker, walk

A, B = "harbour-house", "legal-aid-centre"
PAGE = Path(__file__).parents[2] / "docs" / "tutorial" / "first-case.md"
TODAY = (now() + timedelta(hours=3)).date()  #: in Minsk


class Walk:
    """Alena at Harbour House and Oksana at the Legal Aid Centre."""

    def __init__(self, visit: Visit, network: Network) -> None:
        self.network, self.mails = network, len(network.mails())
        self.alena = Walker(visit(A).signs_in("alena").speaks("en"))
        self.oksana = Walker(visit(B).signs_in("oksana").speaks("en"))
        self.case = self.person = self.referral = ""

    def registers(self) -> Walker:
        self.alena.presses("People").presses("Register a person")
        self.alena.visitor.fills(alias="Lark").chooses("age_band", "24--26")
        self.alena.sends()
        self.person = self.alena.page.url
        return self.alena

    def records_consent(self) -> Walker:
        self.alena.presses("Record consent")
        self.alena.visitor.ticks("given_by", "individual").ticks("purposes", "referral")
        self.alena.visitor.ticks("organisations", B).ticks("fields", "alias", "age_band")
        return self.alena.sends()

    def opens_a_case(self) -> Walker:
        self.alena.presses("Open a case").sends()
        self.case = self.alena.page.url
        return self.alena

    def screens(self) -> Walker:
        self.alena.presses("Screen")
        self.alena.visitor.ticks("debt", "yes").ticks("conclusion", "presumed_victim")
        self.alena.visitor.chooses("identified_by", "own_organisation")
        return self.alena.sends()

    def assesses(self) -> Walker:
        self.alena.presses("Assess")
        self.alena.visitor.chooses("safety", "2").ticks("risk", "medium")
        return self.alena.sends().presses("Not now")

    def plans(self) -> Walker:
        self.alena.presses("Add a need")
        self.alena.visitor.chooses("service_type", "legal_assistance").ticks("priority", "high")
        self.alena.visitor.ticks("how", "referral").fills(planned_on=(TODAY + timedelta(days=7)).isoformat())
        return self.alena.sends()

    def refers(self) -> Walker:
        self.alena.presses("Refer")
        self.alena.visitor.ticks("urgency", "normal").ticks("to_org", B)
        self.alena.visitor.presses("button[name=go][value=what]").ticks("fields", "alias", "age_band")
        self.alena.visitor.fills(reason="Needs advice on residence. Has no papers.")
        self.alena.visitor.ticks("safe_contact", "in_person").presses("button[name=go][value=check]")
        return self.alena.looks()

    def checks_and_sends(self) -> Walker:
        leaves = self.alena.page.locator("main dt").all_inner_texts()
        assert {"Alias", "Age group"} <= set(leaves)
        assert "Given name" not in leaves
        self.alena.presses("Send the referral")
        self.referral = self.alena.page.url.rpartition("/")[2]
        return self._until(self.alena, "delivered")

    def changes_hands(self) -> Walker:
        self.alena.presses("Sign out")
        poll_until(lambda: len(self.network.mails()) > self.mails, seconds=SOON, what="a mail")
        return self.oksana.goes_to(f"{self.oksana.visitor.url}/inbox")

    def reads(self) -> Walker:
        self.oksana.visitor.follows(self.referral)
        assert self.oksana.visitor.sees("Needs advice on residence.")
        return self.oksana.looks()

    def answers(self) -> Walker:
        self.oksana.presses("Acknowledge").sends().presses("Accept").sends().presses("Start").sends()
        self.oksana.presses("Complete").visitor.fills(outcome="The papers are asked for.")
        return self.oksana.sends()

    def sees_what_happened(self) -> Walker:
        self.alena.visitor.signs_in("alena").speaks("en")
        self._until(self.alena.goes_to(f"{self.alena.visitor.url}/referrals/{self.referral}"), "completed")
        return self.alena.goes_to(self.case)

    def follows_up(self) -> Walker:
        self.alena.presses("Plan a follow-up")
        self.alena.visitor.ticks("type", "phone").fills(due_on=TODAY.isoformat())
        self.alena.sends().goes_to(f"{self.alena.visitor.url}/inbox").goes_to(self.case)
        self.alena.presses("Note what was found").visitor.fills(finding="She has a room of her own.")
        return self.alena.sends()

    def closes(self) -> Walker:
        self.alena.presses("Close the case").visitor.ticks("reason", "reintegrated")
        return self.alena.sends().goes_to(self.person)

    @staticmethod
    def _until(walker: Walker, text: str) -> Walker:
        poll_until(lambda: bool(walker.page.reload()) and walker.visitor.sees(text), seconds=SOON, what=text)
        return walker.looks()


def test_every_step_is_walked(
    visit: Visit, network: Network, record_property: Callable[[str, object], None]
) -> None:
    walked = Walk(visit, network)
    taken = (
        *(walked.registers, walked.records_consent, walked.opens_a_case, walked.screens, walked.assesses),
        *(walked.plans, walked.refers, walked.checks_and_sends, walked.changes_hands, walked.reads),
        *(walked.answers, walked.sees_what_happened, walked.follows_up, walked.closes),
    )

    count = walk(PAGE, dict(enumerate(taken, 1)))

    record_property("figure", f"Your first case, walked by the tutorial: {count} steps.")
