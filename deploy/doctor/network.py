"""The broker, its certificate, and how fresh the directory is."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import SplitResult, urlsplit

from kombu import Connection

from deploy.commands.own_keys import TO_COME
from deploy.doctor.check import WELL, Check, Finding, Machine, Node, NotApplicable, failed, warning
from deploy.doctor.handshakes import WAIT, expires, spoken
from services.intake.domain.freshness import Freshness, Staleness
from services.intake.storage import freshness
from shared.messaging import tls
from shared.messaging.amqp import link_errors
from shared.messaging.errors import LinkLost, Misconfigured
from shared.messaging.topology import node_queue
from shared.settings import brokers_in

SOON = timedelta(days=14)  #: before a certificate expires
AMQPS = 5671


def _brokers(node: Machine) -> list[str]:
    node.must_have_joined()
    if urlsplit(node.settings.amqp_url).scheme == "embedded":
        raise NotApplicable("the embedded bus is for trying out")
    return brokers_in(node.settings.amqp_url)


def broker(node: Node) -> Finding:
    """One of them lets this node in, and has its queue; nothing is taken from it."""
    lost: list[str] = []
    if any(urlsplit(url).password == TO_COME for url in _brokers(node)):
        return warning(
            "the hub has admitted this node, or is about to, and its password is not kept here yet",
            "throughline network use-password, once the hub has told it",
        )
    for url in _brokers(node):
        try:
            _look_in(url, node.settings.broker_ca_file, node_queue(node.settings.org))
        except Misconfigured as wrong:
            return failed(
                str(wrong),
                "check THROUGHLINE_AMQP_URL; ask the hub for throughline network provision --check",
            )
        except LinkLost as away:
            lost.append(str(away))
        else:
            return WELL
    return failed(
        f"it does not answer ({lost[-1]})", "check the address, this machine's network, and ask the hub"
    )


def _look_in(url: str, ca_file: str, queue: str) -> None:
    parts = urlsplit(url)
    how = tls.of_the_library(ca_file, parts.hostname) if parts.scheme == "amqps" else False
    with link_errors(), Connection(url, ssl=how, connect_timeout=WAIT) as connection:
        wire: Any = connection.transport.establish_connection()
        try:
            wire.sock.settimeout(WAIT)
            wire.channel().queue_declare(queue, passive=True)
        finally:
            wire.close()


def certificate(node: Machine) -> Finding:
    """That of each broker is valid for some time."""
    ends = min(_ends(parts, node.settings.broker_ca_file) for parts in _safe_brokers(node))
    if ends - node.at < SOON:
        return warning(
            f"the broker's certificate expires on {ends:%Y-%m-%d}", "tell the hub, which has to renew it"
        )
    return WELL


def _safe_brokers(machine: Machine) -> list[SplitResult]:
    safe = [parts for parts in map(urlsplit, _brokers(machine)) if parts.scheme == "amqps"]
    if not safe:
        raise NotApplicable("the broker is on this machine's own loopback")
    return safe


def _ends(parts: SplitResult, ca_file: str) -> datetime:
    try:
        return expires(parts.hostname or "", parts.port or AMQPS, tls.context(ca_file))
    except OSError:
        raise NotApplicable("broker comes first") from None


def broker_tls(hub: Machine) -> Finding:
    """No broker speaks an old version, or with a suite that is not good."""
    found = (spoken(parts.hostname or "", parts.port or AMQPS) for parts in _safe_brokers(hub))
    wrong = next((one for one in found if one.says), None)
    if wrong is None:
        return WELL
    remedy = "set versions and suites as deploy/broker/rabbitmq.conf has them"
    return (failed if wrong.old else warning)(wrong.says, remedy)


def directory(node: Node) -> Finding:
    """The hub's word on it is fresh."""
    node.must_have_joined()
    staleness = node.asked(lambda tx: Freshness.at(freshness.fresh_at(tx), tx.at).staleness)
    if staleness is Staleness.FRESH:
        return WELL
    says = f"the directory is old ({staleness.name.lower()})"
    remedy = "throughline network test hub, then throughline parked list"
    return warning(says, remedy) if staleness is Staleness.OLD else failed(says, remedy)


CHECKS = (
    Check("broker", broker),
    Check("certificate", certificate),
    Check("directory", directory),
)
