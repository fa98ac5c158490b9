"""Take a list of existing cases in: all of it or none of it, and each case once however often it is brought."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from services.intake.domain import Action, Actor
from services.intake.interchange.case_file import CaseRow, RowProblem, read_cases
from services.intake.storage import imports as rows
from services.intake.storage import staff as staff_rows
from services.intake.usecases import audit
from services.intake.usecases.cases import add_need, open_case
from services.intake.usecases.idempotency import within
from services.intake.usecases.people import register_person
from services.intake.usecases.refusals import Conflict, NotPermitted
from shared.database import Database, Transaction

SOURCE = "csv"


@dataclass(frozen=True)
class Brought:
    """What became of a list, or would: cases that are new, cases that had come in before, and every problem."""

    added: int
    known: int
    problems: tuple[RowProblem, ...]


def import_cases(
    database: Database, said: str, by: Actor, *, dry_run: bool = False, good_rows_only: bool = False
) -> Brought:
    """Take in what is new. With a problem anywhere nothing is taken in, unless ``good_rows_only``.

    ``dry_run`` says what would be and changes nothing. Raises NotPermitted, or Conflict when somebody else brings the
    same in at this moment.
    """
    if not by.sees_cases:
        raise NotPermitted
    with database.reading() if dry_run else database.transaction() as tx:
        workers = _workers(tx, by)
        found = read_cases(said, workers, tx.at.date())
        new = [row for row in found.rows if _is_new(tx, row, by)]
        brought = Brought(len(new), len(found.rows) - len(new), tuple(found.problems))
        if found.problems and not good_rows_only:
            return replace(brought, added=0) if not dry_run else brought
        if not dry_run:
            for row in new:
                _add(tx, within(database, tx), row, workers.get(row.worker or "", by))
            audit.did(tx, by, Action.CASES_IMPORTED)
        return brought


def _workers(tx: Transaction, by: Actor) -> Mapping[str, Actor]:
    """Whom a row may name, by user name."""
    active = (member for member in staff_rows.list_staff(tx) if member.active)
    actors = (replace(member.actor, via=by.via) for member in active)
    return {actor.username: actor for actor in actors if actor.sees_cases and actor.org == by.org}


def _is_new(tx: Transaction, row: CaseRow, by: Actor) -> bool:
    return rows.case_of_source(tx, SOURCE, _source(row, by)) is None


def _source(row: CaseRow, by: Actor) -> str:
    return f"{by.org}|{row.reference}"


def _add(tx: Transaction, database: Database, row: CaseRow, by: Actor) -> None:
    person = register_person(database, row.person, by)
    case = open_case(database, person.id, by, **row.case)
    for service_type, priority in row.needs:
        add_need(database, case.id, service_type, priority, by)
    if not rows.claim_source(tx, SOURCE, _source(row, by), case.id):
        raise Conflict("import_known")  # another brought it in meanwhile: undone, and found the next time
