"""What a partner's user may do at the hub's broker, and the broker's answer to all else."""

from collections.abc import Callable, Iterator

import pytest
from amqp import Message

from shared.messaging.amqp import AmqpLink
from shared.messaging.errors import Misconfigured, Refused
from shared.messaging.management import Management, ManagementRefused
from shared.messaging.message import Incoming, open_message
from shared.messaging.provision import provision
from shared.messaging.standing import whole_network
from shared.messaging.tests.desk import asked
from shared.messaging.topology import HUB_QUEUES, HUB_USER, node_queue, own_exchange, pulse_queue
from shared.polling import poll_until
from shared.testing.broker import Broker, as_user, fresh_vhost, vhost_of
from tests.attempts import (
    DONE,
    FORBIDDEN,
    FULL,
    NOT_ALLOWED,
    PASSWORD,
    Place,
    allowed_to_partner,
    answer,
    forbidden_to_hub,
    forbidden_to_partner,
    publish,
)
from tests.desks import HUB_QUEUE, SOON, on_the_wire, put, waiting

ORG, OTHER = PARTNERS = "quiet-harbour", "open-hands"
MINE, THEIRS = node_queue(ORG), node_queue(OTHER)

Answers = dict[tuple[str, str], str]  #: by who asked, and what


@pytest.fixture(scope="module")
def place(broker: Broker, management: Management) -> Iterator[Place]:
    users = (HUB_USER, *PARTNERS)
    with fresh_vhost(broker) as url:
        provision(
            management, vhost_of(url), whole_network(PARTNERS), passwords=dict.fromkeys(users, PASSWORD)
        )
        yield Place(url)
        for user in users:
            management.delete_user(user)


@pytest.fixture(scope="module")
def answers(place: Place) -> Answers:
    """What each partner was answered to everything that it must not do."""
    return {
        (me, wish): answer(place.of(me), ask)
        for me, other in (PARTNERS, PARTNERS[::-1])
        for wish, (ask, _) in forbidden_to_partner(me, other).items()
    }


@pytest.mark.parametrize("wish", forbidden_to_partner(ORG, OTHER))
@pytest.mark.parametrize("partner", PARTNERS)
def test_a_partner_must_not(answers: Answers, partner: str, wish: str) -> None:
    _, expected = forbidden_to_partner(ORG, OTHER)[wish]
    assert answers[partner, wish] == expected


@pytest.mark.parametrize("wish", allowed_to_partner(ORG))
@pytest.mark.parametrize("partner", PARTNERS)
def test_a_partner_may(place: Place, partner: str, wish: str) -> None:
    assert answer(place.of(partner), allowed_to_partner(partner)[wish]) == DONE


@pytest.mark.parametrize("wish", forbidden_to_hub(ORG))
def test_the_hubs_services_must_not(place: Place, wish: str) -> None:
    assert answer(place.of(HUB_USER), forbidden_to_hub(ORG)[wish]) == FORBIDDEN


def test_all_attempts_and_answers_in_one_table(
    answers: Answers, place: Place, record_property: Callable[[str, object], None]
) -> None:
    rows = [(wish, answers[ORG, wish]) for wish in forbidden_to_partner(ORG, OTHER)]
    rows += [(f"hub: {wish}", answer(place.of(HUB_USER), ask)) for wish, ask in forbidden_to_hub(ORG).items()]
    lines = [f"  {wish:.<58} {said}" for wish, said in rows]

    assert not [wish for wish, said in rows if said == DONE]
    record_property(
        "figure", "\n".join([f"{len(rows)} attempts at the broker's rights, and the answers:", *lines])
    )


def test_a_partner_that_fills_a_queue_is_refused(place: Place, management: Management) -> None:
    """The queue of the hub is full: nothing is dropped, and nobody is cut off."""
    full = {"pattern": f"^{HUB_QUEUE}$", "apply-to": "queues", "definition": {"max-length-bytes": 1}}
    management.put(full, "policies", vhost_of(place.admin), "full")
    ask = publish("network.in", f"from.{ORG}.intake.move_made")
    try:
        poll_until(lambda: answer(place.of(ORG), ask) == FULL, seconds=SOON, what="a refusal")
    finally:
        management.delete("policies", vhost_of(place.admin), "full")
    poll_until(lambda: answer(place.of(ORG), ask) == DONE, seconds=SOON, what="room")


def test_a_partner_does_not_enter_another_virtual_host(place: Place, broker: Broker) -> None:
    with fresh_vhost(broker) as elsewhere:
        assert (
            answer(as_user(elsewhere, ORG, PASSWORD), lambda channel: channel.basic_get(MINE)) == NOT_ALLOWED
        )


def test_how_many_wait_for_another_may_be_seen(
    place: Place, record_property: Callable[[str, object], None]
) -> None:
    """RabbitMQ 3.10 and 4.0 let everybody ask for a queue by name; 4.3 does not. Nothing is promised on it."""
    said = answer(place.of(ORG), lambda channel: channel.queue_declare(THEIRS, passive=True))
    assert said in {DONE, FORBIDDEN}
    record_property("figure", f"to count what waits for another: {said}")


def test_a_partner_hears_what_is_for_it_and_for_all(place: Place) -> None:
    link = AmqpLink(place.of(ORG), MINE)
    for key in (
        f"to.{ORG}.referral.offered",
        "to.all.referral.directory_published",
        f"to.{OTHER}.referral.offered",
    ):
        assert answer(place.of(HUB_USER), publish("network.out", key)) == DONE

    keys: list[str] = []

    def both() -> bool:
        keys.extend(message.routing_key for message in link.take(9, 0.1))
        return len(keys) > 1

    poll_until(both, seconds=SOON, what="two messages")
    link.close(politely=False)

    assert keys == [f"to.{ORG}.referral.offered", "to.all.referral.directory_published"]
    assert waiting(place.admin, THEIRS) == 2


@pytest.mark.parametrize("header", ["CC", "BCC"])
def test_a_copy_header_opens_nobody_elses_queues(
    place: Place, header: str, record_property: Callable[[str, object], None]
) -> None:
    """Topic rights look at the key alone, and the broker routes by the ``CC`` header too."""
    not_mine = [name for queue in (HUB_QUEUE, THEIRS) for name in (queue, pulse_queue(queue))]
    before = [waiting(place.admin, queue) for queue in not_mine]
    mine = publish(own_exchange(MINE), pulse_queue(MINE), b"my own", application_headers={header: not_mine})
    assert answer(place.of(ORG), mine) == DONE
    poll_until(lambda: waiting(place.admin, pulse_queue(MINE)) == 1, seconds=SOON, what="the partner's copy")

    assert [waiting(place.admin, queue) for queue in not_mine] == before
    record_property("figure", f"to put into all queues by {header}: done, and nobody else has a copy")


@pytest.mark.parametrize("header", ["CC", "BCC"])
def test_a_copy_header_does_not_hide_who_speaks(
    place: Place, header: str, record_property: Callable[[str, object], None]
) -> None:
    lie = on_the_wire(asked(1, sender=OTHER))
    copies = {header: [f"from.{OTHER}.intake.history_asked"]}
    message = Message(lie.body, message_id=str(lie.id), application_headers=copies)
    said = answer(place.of(ORG), lambda it: it.basic_publish(message, "network.in", f"from.{ORG}.x"))
    assert said in {DONE, FORBIDDEN}  # a newer RabbitMQ looks at the header as well
    if said == DONE:
        with pytest.raises(Refused, match="sender_forged"):
            open_message(heard_by_the_hub(place, lie.id))
    record_property("figure", f"to speak as another by {header}: {said}, and the hub refuses it as forged")


def heard_by_the_hub(place: Place, message_id: object) -> Incoming:
    hub = AmqpLink(place.of(HUB_USER), HUB_QUEUE)

    def found() -> list[Incoming]:
        return [heard for heard in hub.take(99, 0.1) if heard.id == message_id]

    [heard] = poll_until(found, seconds=SOON, what="the message")
    hub.close(politely=False)
    return heard


def test_a_partner_administers_nothing(place: Place, broker: Broker) -> None:
    partner = Management(as_user(broker.management_url, ORG, PASSWORD))

    with pytest.raises(ManagementRefused, match="401"):
        partner.create_user("somebody", PASSWORD)


@pytest.mark.parametrize("queue", HUB_QUEUES)
def test_the_hub_reads_its_queues_and_feels_their_pulses(place: Place, queue: str) -> None:
    AmqpLink(place.of(HUB_USER), queue).close(politely=True)
    assert answer(place.of(HUB_USER), publish(own_exchange(queue), pulse_queue(queue), b"")) == DONE


def test_a_link_to_anothers_queue_is_misconfigured(place: Place) -> None:
    with pytest.raises(Misconfigured, match="ACCESS_REFUSED"):
        AmqpLink(place.of(ORG), THEIRS)


def test_a_link_that_speaks_where_it_may_not_is_misconfigured(place: Place) -> None:
    link = AmqpLink(place.of(ORG), MINE)
    with pytest.raises(Misconfigured, match="ACCESS_REFUSED"):
        put(link, [on_the_wire(asked(1, sender=OTHER))])
