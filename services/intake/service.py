"""The node's front door for events. Nothing is decided here."""

from datetime import timedelta

from nameko.timer import timer

from services.intake.interchange.pushing import PushChannel
from services.intake.usecases import (
    audit_chain,
    capacity,
    conference_ending,
    counting,
    directory,
    erasing,
    erasures,
    freshness,
    hearing,
    kept_forms,
    node,
    notices,
    processes,
    push,
    silence,
    webhooks,
)
from shared.database import Transaction
from shared.messaging.delivery import Batch
from shared.messaging.entrypoint import Injected, hears
from shared.notices.mail import MailChannel
from shared.schemas.conferences import ConferencePassed, ConferenceRefused
from shared.schemas.hub import MessagesReceived
from shared.schemas.masking import MaskingDecided, RosterCompleted, RosterSigned
from shared.schemas.questions import (
    CapacityAnswerPassed,
    CapacityQuestionNoted,
    CapacityQuestionPassed,
    RoundTripBack,
    RoundTripPassed,
    RoundTripSeen,
)
from shared.schemas.referral import (
    AuditCheckpointKept,
    AuditCheckpointPassed,
    ChildMoved,
    DirectoryDated,
    DirectoryPublished,
    ErasureAnswered,
    ErasurePassed,
    History,
    Moved,
    MoveRefused,
    Offered,
    Overdue,
)
from shared.schemas.reporting import CountsAnswered

ASK_AFTER_SILENCE = 30  #: seconds
CONTRIBUTE_COUNTS = 3600  #: seconds
TELL_CONTACTS = 60  #: seconds
ERASE = 3600  #: seconds
ASK_HOW_IT_WENT = 3600  #: seconds
BEAT = 10  #: seconds
CHAIN = 2  #: seconds
WATCH_FRESHNESS = 3600  #: seconds
SEND_WEBHOOKS = 1  #: seconds
LOOK_FOR_MAIL = 5  #: seconds


class IntakeService:
    """Hears the network, asks when it is silent, counts, erases, tells other systems, and shows that it lives."""

    name = "intake"

    node = Injected()

    @hears(
        Offered,
        Moved,
        MoveRefused,
        History,
        Overdue,
        DirectoryPublished,
        AuditCheckpointPassed,
        AuditCheckpointKept,
        DirectoryDated,
        RoundTripSeen,
        RoundTripPassed,
        RoundTripBack,
        CapacityQuestionNoted,
        CapacityQuestionPassed,
        CapacityAnswerPassed,
        ConferencePassed,
        ConferenceRefused,
        ChildMoved,
        ErasurePassed,
        ErasureAnswered,
        CountsAnswered,
        MaskingDecided,
        RosterSigned,
        RosterCompleted,
        MessagesReceived,
    )
    def on_network(self, tx: Transaction, batch: Batch) -> None:
        """What the hub says."""
        hearing.hear(tx, batch, ring=self.node.ring, org=self.node.org)

    @timer(interval=ASK_AFTER_SILENCE)
    def ask_after_silence(self) -> None:
        """What the hub does not say."""
        silence.ask_after_silence(self.node.database)

    @timer(interval=CONTRIBUTE_COUNTS, eager=True)
    def contribute_counts(self) -> None:
        """How many people, in which tables."""
        counting.contribute_all_counts(self.node.database)

    @timer(interval=TELL_CONTACTS, eager=True)
    def tell_contacts(self) -> None:
        """Whom notices go to, when that has changed."""
        settings = self.node.settings
        by_us = bool(settings.smtp_host)
        inbox = f"{settings.public_url}/inbox"
        directory.publish_contacts(self.node.database, inbox, by_us=by_us)
        push.keep_contacts(self.node.database, inbox, is_on=bool(settings.push_contact))

    @timer(interval=LOOK_FOR_MAIL, eager=True)
    def write_to_our_people(self) -> None:
        """That something waits for them, where the hub does not do it."""
        settings = self.node.settings
        if settings.smtp_host:
            notices.send_due(self.node.database, MailChannel(settings), settings.rules)

    @timer(interval=LOOK_FOR_MAIL, eager=True)
    def push_to_our_people(self) -> None:
        """That something waits for them, in the browsers that they named."""
        settings = self.node.settings
        if settings.push_contact:
            channel = PushChannel(self.node.database, settings.push_contact, settings.hosts_of_push)
            push.send_due(self.node.database, channel, settings.rules)

    @timer(interval=ERASE, eager=True)
    def erase_what_is_due(self) -> None:
        """What has been kept as long as it may be."""
        kept_for = timedelta(days=self.node.settings.retention_days)
        erasing.erase_what_is_due(self.node.database, kept_for)
        conference_ending.erase_what_is_over(self.node.database)
        capacity.forget_old_questions(self.node.database)
        webhooks.forget_log(self.node.database)
        notices.forget_old(self.node.database)
        push.forget_old(self.node.database)
        kept_forms.forget_old_forms(self.node.database)

    @timer(interval=ASK_HOW_IT_WENT, eager=True)
    def ask_how_it_went(self) -> None:
        """Referrals on which work should be going on, and nobody says anything."""
        silence.ask_how_it_went(self.node.database)
        erasures.erase_what_is_freed(self.node.database, self.node.org)

    @timer(interval=CHAIN, eager=True)
    def chain_audit(self) -> None:
        """Who did what, in one order that nobody can change unseen."""
        audit_chain.keep_chain(self.node.database)

    @timer(interval=WATCH_FRESHNESS, eager=True)
    def watch_freshness(self) -> None:
        """How old the hub's word on the directory is."""
        freshness.watch_freshness(self.node.database)

    @timer(interval=SEND_WEBHOOKS, eager=True)
    def send_webhooks(self) -> None:
        """That something happened, to the organisation's own systems."""
        self.node.webhooks.send_due(self.node.database)

    @timer(interval=BEAT, eager=True)
    def beat(self) -> None:
        """That the worker lives."""
        node.beat(self.node.database, "running")
        processes.show(self.node.database, processes.WORKER)
