"""The worker, what waits to be sent, and what waits for a person."""

from datetime import timedelta
from importlib.metadata import version

from packaging.version import InvalidVersion, Version

from deploy.backup.copies import path_of
from deploy.doctor.check import WELL, Check, Finding, Node, NotApplicable, Verdict, failed, warning
from services.intake.storage import bookkeeping
from services.intake.storage.tables import outbox, parked
from services.intake.usecases import processes as living
from services.intake.usecases.freshness import version_of_hub
from services.intake.usecases.node import WORKER
from shared.messaging.parked import count_parked
from shared.messaging.waiting import waits_since

SILENT = timedelta(minutes=2)
LONG, TOO_LONG = timedelta(hours=1), timedelta(days=1)  #: that something waits to be sent, or received


def worker(node: Node) -> Finding:
    """It shows that it lives."""
    node.must_have_joined()
    beat = node.asked(lambda tx: bookkeeping.find_link(tx, WORKER))
    if beat is None or node.at - beat[0] > SILENT:
        return failed("the worker does not run", "start throughline run intake, and look into its log")
    return WELL


def processes(node: Node) -> Finding:
    """Of a kind one alone works with a file of SQLite."""
    if path_of(node.settings.intake_database_url) is None:
        raise NotApplicable("with PostgreSQL several of a kind may share the work")
    twice = node.asked(lambda tx: living.twice(living.living(tx)))
    if not twice:
        return WELL
    return warning(
        f"two processes of a kind work with one database's file: {', '.join(twice)}",
        "end one of them: an old container or unit beside the new one, or a second machine with the same disk",
    )


def versions(node: Node) -> Finding:
    """All that live are of the version of this command, and that is the hub's."""
    ours, found = version("throughline"), node.asked(living.living)
    others = sorted({f"{one.kind} {one.version}" for one in found if one.version != ours})
    if others:
        return warning(
            f"this is version {ours}, and these run: {', '.join(others)}",
            "start throughline run intake and throughline web intake anew, with the version that is to be",
        )
    return _beside_hub(ours, node.asked(version_of_hub))


def _beside_hub(ours: str, hubs: str | None) -> Finding:
    if hubs is None:
        return Finding(Verdict.WELL, f"this is version {ours}; the hub has said nothing of its own yet")
    try:
        here, there = Version(ours), Version(hubs)
    except InvalidVersion:
        return Finding(
            Verdict.WELL, f"this is version {ours}; the hub, of an earlier one, does not tell its own"
        )
    if here == there:
        return Finding(Verdict.WELL, f"this is version {ours}, as at the hub")
    says = f"this is version {ours}, the hub's is {hubs}"
    if here < there:
        return warning(says, "docs/how-to/upgrade-a-node.md, beginning with throughline upgrade --check")
    return warning(
        says, "ask the hub to upgrade: it comes first; until then do not use what is new in this version"
    )


def outbox_age(node: Node) -> Finding:
    """What is to leave leaves; what can still be undone does not count."""
    node.must_have_joined()
    since = node.asked(lambda tx: waits_since(tx, outbox))
    if since is None or node.at - since < LONG:
        return WELL
    says = f"something waits since {since:%Y-%m-%d %H:%M} UTC to be sent, or received"
    remedy = "throughline network test hub; docs/how-to/mend-what-waits.md"
    return failed(says, remedy) if node.at - since > TOO_LONG else warning(says, remedy)


def parked_messages(node: Node) -> Finding:
    """Nothing waits for a person."""
    count = node.asked(lambda tx: count_parked(tx, parked))
    if count:
        return warning(
            f"{count} messages wait for a person", "throughline parked list; docs/how-to/mend-what-waits.md"
        )
    return WELL


CHECKS = (
    Check("worker", worker),
    Check("processes", processes),
    Check("versions", versions),
    Check("outbox", outbox_age),
    Check("parked", parked_messages),
)
