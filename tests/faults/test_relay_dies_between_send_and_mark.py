"""The relay dies after the broker has confirmed and before the outbox knows: everything is sent twice."""

import os
import signal
import sys
from importlib import import_module
from pathlib import Path

from shared.polling import poll_until
from tests.faults.referrals import (
    HEALED_WITHIN,
    A,
    B,
    Breakage,
    expect_each_once,
    send_one_by_one,
    send_while_breaking,
)
from tests.network import Network

DEATHS = 5


def dying_service(service: str, graveyard: str) -> None:
    """Run the service; a few times it dies when the broker has confirmed and nothing of that is written yet."""
    import_module("deploy.green")
    from deploy.commands.services import run
    from shared.messaging.amqp import AmqpLink

    settled = AmqpLink.settled

    def die_instead(link: AmqpLink) -> object:
        answers = settled(link)
        if answers.confirmed and len(list(Path(graveyard).iterdir())) < DEATHS:
            (Path(graveyard) / str(os.getpid())).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return answers

    AmqpLink.settled = die_instead  # type: ignore[assignment, method-assign]
    run(service)


def test_what_was_sent_twice_has_one_effect(network: Network) -> None:
    supervisor = network.demo.supervisor
    graveyards = []
    healthy = {name: supervisor.programs[name].command for name in (f"intake.{A}", f"intake.{B}", "referral")}
    for name in healthy:
        graveyard = network.plan.folder / f"deaths.{name}"
        graveyard.mkdir()
        graveyards.append(graveyard)
        supervisor.replace(name, [sys.executable, __file__, name.split(".")[0], str(graveyard)])

    sent = send_while_breaking(network, Breakage(lambda _: None))

    def all_have_died() -> bool:
        sent.extend(send_one_by_one(network, 1))  # a relay dies only of an answer
        return all(len(list(graveyard.iterdir())) == DEATHS for graveyard in graveyards)

    poll_until(all_have_died, seconds=HEALED_WITHIN, what="the relays' deaths")
    expect_each_once(network, sent)
    for name, command in healthy.items():
        supervisor.replace(name, command)


if __name__ == "__main__":
    dying_service(*sys.argv[1:])
