"""What leaves in one transaction is signed once, and each letter of it proves itself alone."""

from services.intake.tests.node import OUR_KEYS, WORKER, Node, offered, order
from services.intake.usecases.holding import AT_ONCE
from services.intake.usecases.sending import RULES, _send_all, _Wish
from shared.clock import new_id
from shared.schemas import Event
from shared.schemas.intake import ReferralDelivered, ReferralSent
from shared.sealing import Letter
from shared.sealing.signing import SIGNATURE_BYTES


def letters_of(node: Node, kind: type[Event]) -> list[Letter]:
    letters = [letter for said in node.said(kind) for letter in said.letters.values()]
    assert all(letter.is_by(OUR_KEYS.public.signing) for letter in letters)
    return letters


def signatures(letters: list[Letter]) -> set[bytes]:
    return {letter.signature[:SIGNATURE_BYTES] for letter in letters}


def test_referrals_of_one_moment(node: Node) -> None:
    orders = [order(node.has_case()[1]) for _ in range(5)]
    wishes = [_Wish(one, {name: getattr(one, name) for name in RULES}, WORKER, AT_ONCE) for one in orders]
    with node.database.transaction() as tx:
        _send_all(tx, wishes)

    letters = letters_of(node, ReferralSent)
    assert len({letter.hash for letter in letters}) == 5
    assert len(signatures(letters)) == 1


def test_receipts_of_one_batch(node: Node) -> None:
    node.hears(*(offered(new_id()) for _ in range(5)))

    letters = letters_of(node, ReferralDelivered)
    assert len({letter.hash for letter in letters}) == 5
    assert len(signatures(letters)) == 1
