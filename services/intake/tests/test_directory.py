"""The directory: kept version by version, searched, and our own part in it."""

from dataclasses import replace
from hashlib import sha256
from typing import Any

import orjson
import pytest

from services.intake.storage.tables import directories
from services.intake.tests.node import (
    CHEAP,
    FOCAL_POINT,
    HERE,
    KEYLESS,
    SAFE_HOUSE,
    THERE,
    WORKER,
    Node,
    directory,
)
from services.intake.usecases.directory import (
    offer_services,
    organisations,
    own_services,
    publish_contacts,
    search_directory,
)
from services.intake.usecases.refusals import Invalid, NotPermitted
from services.intake.usecases.staff import NewStaff, add_staff
from shared.messaging.errors import Refused
from shared.schemas.intake import ContactsChanged, ServicesOffered
from shared.schemas.referral import DirectoryPublished


def follower(
    name: str = "Legal Aid and Advice", after: DirectoryPublished | None = None
) -> DirectoryPublished:
    before = after or directory()
    previous = sha256(orjson.dumps(before.dump())).hexdigest()
    return directory(before.directory_version + 1, previous, name=name)


def test_every_organisation_is_listed_by_name_and_whether_it_can_be_reached(node: Node) -> None:
    assert [(partner.org, partner.reachable) for partner in organisations(node.database)] == [
        (KEYLESS, False),
        (HERE, True),
        (THERE, True),
    ]


def test_a_version_that_follows_replaces_what_is_searched_and_every_version_is_kept(node: Node) -> None:
    second = follower()
    third = follower("Legal Aid Centre", after=second)

    node.hears(third, second)

    assert organisations(node.database)[-1].name == "Legal Aid Centre"
    assert [row["version"] for row in node.rows(directories)] == [1, 2, 3]


def test_a_version_that_does_not_follow_is_refused(node: Node) -> None:
    with pytest.raises(Refused, match="directory_does_not_follow"):
        node.hears(directory(2, "0" * 64, name="Forged"))

    assert "Forged" not in {partner.name for partner in organisations(node.database)}


@pytest.mark.parametrize("version", [3, 900])
def test_a_version_after_one_that_we_missed_is_kept(node: Node, version: int) -> None:
    node.hears(directory(version, "0" * 64, name="Newer"))

    assert "Newer" in {partner.name for partner in organisations(node.database)}


@pytest.mark.parametrize("previous", ["", follower().previous])
def test_another_directory_of_the_same_number_is_refused(node: Node, previous: str) -> None:
    with pytest.raises(Refused, match="directory_does_not_follow"):
        node.hears(directory(1, previous, name="Forged"))


def test_the_same_and_an_older_version_change_nothing(node: Node) -> None:
    node.hears(follower())

    node.hears(directory(), follower())

    assert len(node.rows(directories)) == 2
    assert organisations(node.database)[-1].name == "Legal Aid and Advice"


def test_a_first_version_may_be_any(node: Node) -> None:
    with node.database.transaction() as tx:
        tx.execute(directories.delete())

    node.hears(directory(41, "a" * 64))

    assert [row["version"] for row in node.rows(directories)] == [41]


def test_one_organisation_or_service_twice_does_not_stop_the_directory(node: Node) -> None:
    second = follower()
    doubled = [*second.organisations, replace(second.organisations[1], services=[SAFE_HOUSE, SAFE_HOUSE])]

    node.hears(replace(second, organisations=doubled))

    assert len(search_directory(node.database)) == 1


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, 1),
        ({"service_type": "safe_accommodation"}, 1),
        ({"service_type": "food"}, 0),
        ({"area": "HRODNA"}, 1),
        ({"area": "Brest"}, 0),
        ({"language": "ukr"}, 1),
        ({"language": "amh"}, 0),
        ({"age_band": "15--17"}, 0),
        ({"age_band": "66+"}, 1),
        ({"area": "", "language": "", "age_band": ""}, 1),
    ],
)
def test_services_are_found_by_what_they_say(node: Node, asked: dict[str, str], found: int) -> None:
    assert len(search_directory(node.database, **asked)) == found


def test_what_a_service_does_not_say_excludes_nobody_and_open_ones_come_first(node: Node) -> None:
    silent = replace(SAFE_HOUSE, areas=[], languages=[], minimum_age=None, name="Anywhere", status="paused")
    second = follower()
    offers = {THERE: [SAFE_HOUSE], KEYLESS: [silent]}
    listed = [replace(o, services=offers.get(o.org, [])) for o in second.organisations]
    node.hears(replace(second, organisations=listed))

    assert [(offer.name, offer.reachable) for offer in search_directory(node.database)] == [
        ("Safe house", True),
        ("Anywhere", False),
    ]
    [only] = search_directory(node.database, area="Brest", language="amh", age_band="0--8")
    assert (only.org, only.org_name) == (KEYLESS, "Clinic")


@pytest.mark.parametrize(
    "asked", [{"service_type": "magic"}, {"language": "xx"}, {"age_band": "10"}, {"area": "\0"}]
)
def test_a_search_for_what_cannot_be_is_refused(node: Node, asked: Any) -> None:
    with pytest.raises(Invalid) as refused:
        search_directory(node.database, **asked)

    assert refused.value.errors.keys() == asked.keys()


def test_our_offer_is_told_once_and_again_when_it_is_another(node: Node) -> None:
    offer_services(node.database, [SAFE_HOUSE], FOCAL_POINT)
    offer_services(node.database, [SAFE_HOUSE], FOCAL_POINT)
    offer_services(node.database, [], FOCAL_POINT)

    said = node.said(ServicesOffered)
    assert [(one.event.revision, len(one.event.services)) for one in said] == [(1, 1), (2, 0)]
    assert said[0].to == f"from.{HERE}.intake.services_offered"
    assert own_services(node.database) == []


def test_a_case_worker_does_not_speak_for_the_organisation(node: Node) -> None:
    with pytest.raises(NotPermitted):
        offer_services(node.database, [SAFE_HOUSE], WORKER)

    assert own_services(node.database) == []


def test_the_hub_learns_of_addresses_only_what_notices_need(node: Node) -> None:
    for username, role, email in (
        ("olena", "case_worker", "olena@harbour.example"),
        ("ihar", "focal_point", None),
        ("root", "admin", "root@harbour.example"),
    ):
        new = NewStaff(username, "tulip-anchor-42", role, "Invented Name", email, "be")
        add_staff(node.database, new, org=HERE, hasher=CHEAP)

    publish_contacts(node.database, "https://node.example/inbox")
    publish_contacts(node.database, "https://node.example/inbox")

    [said] = node.said(ContactsChanged)
    assert [(contact.email, contact.language) for contact in said.event.contacts] == [
        ("olena@harbour.example", "be")
    ]
    assert said.event.inbox_url == "https://node.example/inbox"
    assert "Invented" not in str(said.event.dump())
