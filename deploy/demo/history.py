"""The demo's past year: invented people met, asked, referred and helped, through the real use cases."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count, cycle
from uuid import UUID, uuid5

from deploy.demo.casework import look_into, stay_in_touch
from deploy.demo.network import SteppedNetwork
from deploy.demo.organisations import ORGANISATIONS, DemoOrganisation
from deploy.demo.people import SEED, InventedPerson, dealt, invent
from services.intake.domain import SHAREABLE_FIELDS, Actor, Role
from services.intake.domain.period import quarter_of
from services.intake.usecases.cases import add_need, open_case
from services.intake.usecases.consent import record_consent
from services.intake.usecases.counting import contribute_all_counts
from services.intake.usecases.directory import offer_services
from services.intake.usecases.forwarding import ForwardOrder, forward_referral
from services.intake.usecases.moves import MoveOrder, make_move
from services.intake.usecases.people import register_person
from services.intake.usecases.referrals import referral_page
from services.intake.usecases.sending import ReferralOrder, send_referral
from services.notifications.storage import tables as notice_tables
from services.referral.usecases.overdue import flag_overdue
from shared.database import Database
from shared.notices.saying import Saying
from shared.notices.sending import Rules, send_due
from shared.schemas.intake import Service
from shared.schemas.life import Move, State

NAMESPACE = UUID("0b9a7c52-3f4d-4e5a-9c1e-7d2f8a6b4c3d")  #: for the ids of the demo's services
REFERRED = 4  #: every fourth person is referred on

LIVES: dict[State, tuple[tuple[Move, float], ...]] = {
    State.COMPLETED: ((Move.ACKNOWLEDGE, 2), (Move.ACCEPT, 20), (Move.START, 48), (Move.COMPLETE, 240)),
    State.ACCEPTED: ((Move.ACKNOWLEDGE, 5), (Move.ACCEPT, 26)),
    State.IN_PROGRESS: ((Move.ACCEPT, 30), (Move.START, 60)),
    State.REJECTED: ((Move.ACKNOWLEDGE, 8), (Move.REJECT, 40)),
    State.WAITLISTED: ((Move.ACKNOWLEDGE, 3), (Move.WAITLIST, 50)),
    State.SCHEDULED: ((Move.ACCEPT, 18), (Move.SCHEDULE, 30)),
    State.INFORMATION_REQUESTED: ((Move.ACKNOWLEDGE, 4), (Move.ASK_FOR_INFORMATION, 12)),
    State.ON_HOLD: ((Move.ACCEPT, 16), (Move.START, 40), (Move.HOLD, 100)),
    State.PARTIALLY_COMPLETED: ((Move.ACCEPT, 22), (Move.START, 70), (Move.COMPLETE_IN_PART, 300)),
    State.FAILED: ((Move.ACCEPT, 28), (Move.FAIL, 200)),
    State.CANCELLED: ((Move.ACKNOWLEDGE, 6), (Move.CANCEL, 30)),
    State.WITHDRAWN: ((Move.ACKNOWLEDGE, 7), (Move.WITHDRAW_CONSENT, 25)),
    State.FORWARDED: ((Move.ACKNOWLEDGE, 5), (Move.FORWARD, 20)),
    State.ACKNOWLEDGED: ((Move.ACKNOWLEDGE, 10),),
    State.ENTERED_IN_ERROR: ((Move.ENTERED_IN_ERROR, 1),),
}  #: the moves that bring a referral to its state, with hours after its sending
OFTEN = (State.COMPLETED, State.ACCEPTED, State.IN_PROGRESS, State.COMPLETED, State.REJECTED)
SENDERS_MOVES = {Move.CANCEL, Move.WITHDRAW_CONSENT, Move.ENTERED_IN_ERROR}
REASONS = {
    Move.REJECT: "no_capacity",
    Move.WAITLIST: "waiting_list_full",
    Move.HOLD: "person_unreachable",
    Move.FAIL: "person_declined",
    Move.COMPLETE_IN_PART: "service_discontinued",
    Move.CANCEL: "duplicate",
}


@dataclass(frozen=True)
class Deed:
    """Something that happens at a moment; deeds are done in the order of their moments."""

    at: datetime
    actor: Actor
    person: InventedPerson | None = None
    referral_id: UUID | None = None
    move: Move | None = None


def beginning(until: datetime) -> datetime:
    """When the year began."""
    return until - timedelta(days=366)


def open_for_business(network: SteppedNetwork, organisations: Sequence[DemoOrganisation]) -> None:
    """Every organisation says what it offers."""
    for about in organisations:
        services = [_service(about, *one) for one in about.services]
        offer_services(network.databases[about.org], services, _focal_point(about))
    network.settle()


def play(network: SteppedNetwork, until: datetime) -> None:
    """Live through the year before the moment, and end with everything said and counted."""
    _Year(network, [_worker(about) for about in ORGANISATIONS], until).live()


def _worker(about: DemoOrganisation) -> Actor:
    return Actor(about.staff[0].username, Role.CASE_WORKER, about.org)


def _focal_point(about: DemoOrganisation) -> Actor:
    return Actor(about.staff[1].username, Role.FOCAL_POINT, about.org)


def _service(about: DemoOrganisation, name: str, kind: str, areas: Sequence[str]) -> Service:
    return Service(
        service_id=uuid5(NAMESPACE, f"{about.org}/{kind}"),
        name=name,
        service_type=kind,
        status="open",
        areas=list(areas),
        languages=["bel", "rus", "eng"],
    )


class _Year:
    """People are met in order; what follows from each meeting is noted and done when its time comes."""

    def __init__(self, network: SteppedNetwork, workers: Sequence[Actor], until: datetime) -> None:
        self.network, self.workers, self.until = network, workers, until
        self.dice = random.Random(SEED)  # noqa: S311 - the demo is to be the same every time
        self.casework_dice = random.Random(SEED)  # noqa: S311 - so that the referrals stay the same
        self.fates = _fates()
        self.deeds: list[Deed] = []

    def live(self) -> None:
        """From the first meeting to the last count."""
        for met, (hand, person) in enumerate(dealt(invent(self.until), len(self.workers))):
            self._do_until(person.met_at)
            self._meet(self.workers[hand], person, refer=met % REFERRED == 0)
        self._leave_some_unanswered()
        self._do_until(self.until)
        self._conclude()

    def _conclude(self) -> None:
        self.network.clock.go_to(self.until)
        flag_overdue(self.network.databases["referral"])
        self._count()
        no_brake = Rules(brake=timedelta())
        send_due(self.network.databases["notifications"], notice_tables, _PastMail(), no_brake)

    def _count(self) -> None:
        """At the end of a quarter, while it is still open."""
        for worker in self.workers:
            contribute_all_counts(self._database(worker))
        self.network.settle()

    def _database(self, worker: Actor) -> Database:
        return self.network.databases[worker.org]

    def _meet(self, worker: Actor, person: InventedPerson, *, refer: bool) -> None:
        """Register, ask for consent, open a case, see what is needed; refer some."""
        if quarter_of(person.met_at) != quarter_of(self.network.clock.at):
            self._count()
        self.network.clock.go_to(person.met_at)
        order = self._need(worker, person)
        look_into(self._database(worker), order.case_id, worker, person.conclusion, self.casework_dice)
        if refer:
            self._refer(worker, order, next(self.fates))

    def _need(self, worker: Actor, person: InventedPerson) -> ReferralOrder:
        database, others = self._database(worker), [w.org for w in self.workers if w.org != worker.org]
        registered = register_person(database, person.fields, worker)
        consent = {
            "given_by": "caregiver" if person.is_child else "individual",
            "purposes": ["referral", "statistics"],
            "organisations": others,
            "fields": list(SHAREABLE_FIELDS),
        }
        record_consent(database, registered.id, consent, worker)
        case = open_case(database, registered.id, worker, person.conclusion, person.exploitation)
        receiver = next(
            about
            for about in ORGANISATIONS
            if about.org == self.dice.choice(others) or about.org == others[-1]
        )
        service = self.dice.choice(receiver.services)[1]
        need = add_need(database, case.id, service, self.dice.choice(("high", "medium", "low")), worker)
        return ReferralOrder(
            case_id=case.id,
            need_id=need.id,
            to_org=receiver.org,
            service_type=service,
            urgency=self.dice.choice(("normal", "normal", "urgent")),
            reason="Invented for the demo.",
            fields=("alias", "age_band", "gender", "languages"),
            safe_contact="only_through_the_worker",
        )

    def _refer(self, worker: Actor, order: ReferralOrder, fate: State) -> None:
        sent = send_referral(self._database(worker), order, worker)
        self.network.settle()
        receiver = next(w for w in self.workers if w.org == order.to_org)
        for move, hours in LIVES[fate]:
            by = worker if move in SENDERS_MOVES else receiver
            at = self.network.clock.at + timedelta(hours=hours * self.dice.uniform(0.6, 1.2))
            self.deeds.append(Deed(at, by, referral_id=sent.id, move=move))

    def _leave_some_unanswered(self) -> None:
        """One is overdue, one waits since this morning, at each organisation."""
        aliases = (f"Demo {number}" for number in count(201))
        for days in (4.0, 0.2):
            for worker in self.workers:
                self._do_until(self.until - timedelta(days=days))
                self.network.clock.go_to(self.until - timedelta(days=days))
                person = InventedPerson(
                    {"alias": next(aliases), "age_band": "24--26"},
                    "vulnerable_migrant",
                    self.until,
                )
                order = self._need(worker, person)
                send_referral(self._database(worker), _urgent(order), worker)
                self._stay_in_touch(worker, order.case_id, danger=days > 1)
                self.network.settle()

    def _stay_in_touch(self, worker: Actor, case_id: UUID, *, danger: bool) -> None:
        """What is due on the day on which the demo is visited, and who comes first."""
        database = self._database(worker)
        look_into(database, case_id, worker, "vulnerable_migrant", self.casework_dice)
        stay_in_touch(database, case_id, worker, self.until.date(), danger=danger)

    def _do_until(self, moment: datetime) -> None:
        """Do what has come due by then, in order."""
        while due := [deed for deed in self.deeds if deed.at <= moment]:
            deed = min(due, key=lambda one: one.at)
            self.deeds.remove(deed)
            self.network.clock.go_to(deed.at)
            flag_overdue(self.network.databases["referral"])
            self._do(deed)
            self.network.settle()

    def _do(self, deed: Deed) -> None:
        assert deed.referral_id is not None  # noqa: S101 - deeds are moves
        assert deed.move is not None  # noqa: S101 - for the types
        if deed.move is Move.FORWARD:
            return self._forward(deed, deed.referral_id)
        order = MoveOrder(
            deed.move,
            reason=REASONS.get(deed.move),
            note="Which language does the person speak?" if deed.move is Move.ASK_FOR_INFORMATION else None,
            outcome="Invented outcome." if deed.move is Move.COMPLETE else None,
            scheduled_for=deed.at + timedelta(days=9) if deed.move is Move.SCHEDULE else None,
        )
        make_move(self._database(deed.actor), deed.referral_id, order, deed.actor)
        return None

    def _forward(self, deed: Deed, referral_id: UUID) -> None:
        """To the one that has not had it; it is accepted there."""
        file = referral_page(self._database(deed.actor), referral_id, deed.actor)
        had_it = {deed.actor.org, file.referral.other_org}
        third = next(worker for worker in self.workers if worker.org not in had_it)
        order = ForwardOrder(
            to_org=third.org,
            urgency="normal",
            reason="Invented for the demo.",
            fields=("alias", "age_band"),
            safe_contact="only_through_the_worker",
            given_by="individual",
        )
        child = forward_referral(self._database(deed.actor), referral_id, order, deed.actor)
        self.deeds.append(Deed(deed.at + timedelta(hours=20), third, referral_id=child.id, move=Move.ACCEPT))


class _PastMail:
    """Mail of the past year went out long ago."""

    def tell(self, to: str, saying: Saying, *, message_id: str) -> None:
        """Taken."""


def _fates() -> Iterator[State]:
    """Every state once, then what happens most often."""
    yield from LIVES
    yield from cycle(OFTEN)


def _urgent(order: ReferralOrder) -> ReferralOrder:
    return ReferralOrder(**{**vars(order), "urgency": "urgent"})
