"""A service is killed at once, again and again, while referrals are sent."""

import pytest

from tests.faults.referrals import Breakage, expect_each_once, send_while_breaking
from tests.network import Network

SERVICES = (
    "intake.harbour-house",
    "intake.legal-aid-centre",
    "referral",
    "notifications",
    "reporting",
    "web.harbour-house",
)


def test_every_service_may_be_killed(network: Network) -> None:
    victims = iter(SERVICES)

    sent = send_while_breaking(
        network, Breakage(lambda n: n.demo.supervisor.kill(next(victims)), times=len(SERVICES))
    )

    expect_each_once(network, sent)


@pytest.mark.parametrize("service", ["referral", "intake.harbour-house"])
def test_one_service_may_be_killed_over_and_over(network: Network, service: str) -> None:
    sent = send_while_breaking(network, Breakage(lambda n: n.demo.supervisor.kill(service), times=6))

    expect_each_once(network, sent)
