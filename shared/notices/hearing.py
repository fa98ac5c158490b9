"""What the network says becomes notices; what somebody's colleague has moved is answered and told to nobody more."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID

from shared.clock import new_id
from shared.database import Transaction
from shared.messaging.message import Message
from shared.notices.contacts import Contact, ContactList, replace_contacts, who_tell_themselves
from shared.notices.keeping import add_notices, drop_handled
from shared.notices.kinds import BY_MACHINE, About, Dropped, Kind, Notice, of_move, of_overdue
from shared.notices.tables import NoticeTables
from shared.schemas.intake import ContactsChanged, PeopleCalled
from shared.schemas.referral import Moved, NumberedMove, Overdue
from shared.values import value


@value(frozen=True)
class Fact:
    """What is to be told of one thing that happened, and which referral somebody of which organisation has answered."""

    notices: Sequence[Notice] = ()
    answered: tuple[str, UUID] | None = None

    def answers(self, notice: Notice) -> bool:
        """Whether nobody needs to be told of that any more."""
        return (notice.org, notice.referral_id) == self.answered


def fact_of(message: Message) -> Fact:
    """What the network says."""
    event = message.event
    if isinstance(event, PeopleCalled):
        return Fact([call(message.sender, event.contact_ids, urgent=event.urgent)])
    if not isinstance(event, Moved | Overdue):
        return Fact()
    about = About(event.referral_id, event.from_org, event.to_org, event.urgency)
    if isinstance(event, Moved):
        return fact_of_move(event, about)
    return Fact(of_overdue(event.level, event.rung, about))


def fact_of_move(move: NumberedMove, about: About) -> Fact:
    """A move answers what its own side was told of that referral so far."""
    answered = None if move.move in BY_MACHINE else (move.by_org, about.referral_id)
    return Fact(of_move(move.move, about), answered)


def keep(tx: Transaction, tables: NoticeTables, facts: Iterable[Fact], own: str | None = None) -> None:
    """Keep the notices of these, in their order; with ``own`` those of that organisation alone.

    Those of an organisation that tells its people itself are its node's to keep.
    """
    new: list[tuple[Notice, Dropped | None]] = []
    handled: dict[str, set[UUID]] = defaultdict(set)
    for fact in facts:
        if fact.answered:
            handled[fact.answered[0]].add(fact.answered[1])
            new = [(notice, Dropped.HANDLED if fact.answers(notice) else why) for notice, why in new]
        new += [(notice, None) for notice in fact.notices]
    orgs = {notice.org for notice, _ in new} | handled.keys()
    ours = {own} if own else orgs - who_tell_themselves(tx, tables, orgs)
    for org in sorted(ours & handled.keys()):
        drop_handled(tx, tables, org, handled[org])
    add_notices(tx, tables, [(new_id(), notice, why) for notice, why in new if notice.org in ours])


def call(org: str, contact_ids: Iterable[UUID], *, urgent: bool) -> Notice:
    """A node says whom of its own staff to tell; whom it does not name, is everybody."""
    return Notice(org, Kind.PEOPLE_CALLED, urgent, tuple(map(str, contact_ids)) or None)


def keep_contacts(tx: Transaction, tables: NoticeTables, said: Iterable[tuple[str, ContactsChanged]]) -> None:
    """Take each organisation's list of the highest revision."""
    newest: dict[str, ContactList] = {}
    for org, event in said:
        if org not in newest or event.revision > newest[org].revision:
            newest[org] = _list(org, event)
    replace_contacts(tx, tables, newest)


def _list(org: str, event: ContactsChanged) -> ContactList:
    named = {
        c.contact_id: Contact(
            org,
            c.contact_id,
            c.email,
            c.language,
            bool(c.supervisor),
            {wish.group: wish.way for wish in c.wishes or ()},
        )
        for c in event.contacts
    }
    return ContactList(org, event.revision, event.inbox_url, list(named.values()), event.tells_itself)
