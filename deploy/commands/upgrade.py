"""``throughline upgrade``: a node's database becomes this version's, after a backup, verified, or stays as it was."""

from contextlib import closing
from importlib.metadata import version
from typing import Annotated

import typer

from deploy.backup.manifest import DATA
from deploy.backup.settings import BackupSettings
from deploy.commands.backup import explained, make_backup
from deploy.commands.services import key_must_fit, make_ready
from deploy.composition import Composition, composition_of
from deploy.console import CHECKS_FAILED, fail, out
from deploy.doctor.check import Finding, Node
from deploy.upgrading import AFTER, RELEASED, NotUpgraded, Plan, found_by, migrate, plan_of, rooms
from services.intake.usecases.at_rest import refuse_anothers_key
from shared.settings import SettingsWrong, read


def upgrade(
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Say what would be done, and change nothing.")
    ] = False,
) -> None:
    """Back up this node's database, migrate and verify it; where a step fails it stays as it was."""
    node = Node()
    if node.problems:
        raise SettingsWrong(node.problems)
    composition = composition_of("intake")
    with explained():
        plan = plan_of(node)
        if plan.revision:
            _refuse_anothers_key(composition)
            _say(node, plan)
        if plan.obstacles:
            _tell(plan.obstacles)
            fail("nothing was changed: do first what is said above", code=CHECKS_FAILED)
        if check:
            there = plan.revision == plan.newest
            out.print(
                "There is nothing to do." if there else "Nothing stands in the way, and nothing was changed."
            )
            return
        _upgrade(plan)
    make_ready("intake", composition)
    if wrong := found_by(AFTER, Node()):
        _tell(wrong)
        fail("the database is upgraded, and not all is well: do what is said above", code=CHECKS_FAILED)
    out.print("All is well. Start throughline run intake and throughline web intake.")


def _refuse_anothers_key(composition: Composition) -> None:
    with key_must_fit(composition.settings.key_file), closing(composition.open_database()) as database:
        refuse_anothers_key(database)


def _say(node: Node, plan: Plan) -> None:
    mine = version("throughline")
    was = mine if plan.revision == plan.newest else RELEASED.get(plan.revision, "not known here")
    out.print(f"Schema {plan.revision} (version {was}) → {plan.newest} (version {mine})")
    out.print(f"{sum(plan.rows.values())} rows in {len(plan.rows)} tables")
    for folder, needed in rooms(node, plan.size).items():
        out.print(f"{needed / 1_000_000:.1f} MB are needed meanwhile on the disk of {folder}", markup=False)


def _tell(found: dict[str, Finding]) -> None:
    for name, one in found.items():
        out.print(f"{name}: {one.says}\n    → {one.remedy}", markup=False)


def _upgrade(plan: Plan) -> None:
    if plan.revision == plan.newest:
        return
    settings = read(BackupSettings)
    made = make_backup(settings, settings.backup_folder, DATA)
    out.print(f"{made} was written, opened again, and is well.", markup=False)
    try:
        rows = migrate(settings.intake_database_url)
    except NotUpgraded as unchanged:
        fail(
            f"{unchanged}; the database is as it was, of schema {plan.revision}: start the version of before, "
            "and report this"
        )
    out.print(f"Upgraded and verified: {sum(rows.values())} rows in {len(rows)} tables.")
