"""A whole conference between two organisations whose nodes run: put, discussed, closed."""

from collections.abc import Mapping
from uuid import UUID

from services.intake.domain import Actor, Role
from services.intake.usecases.conference_thread import (
    ConferencePage,
    close_conference,
    conference_page,
    write_message,
)
from services.intake.usecases.conferences import list_conferences, open_conference
from shared.database import Database
from shared.polling import poll_until
from tests.network import SOON


def confer(databases: Mapping[str, Database], case_id: UUID, said: Mapping[str, str]) -> ConferencePage:
    """The first puts its case to the second with a ``question``, which answers with a ``text``; ``what`` is agreed.

    Returns what the second has in the end.
    """
    (us, ours), (them, theirs) = databases.items()
    opener, invited = (Actor("", Role.FOCAL_POINT, org) for org in databases)
    asked = {"question": said["question"], "organisations": [them], "days": 3, "seed": us, "sure": True}
    id_ = open_conference(ours, case_id, asked, opener).id
    poll_until(lambda: list_conferences(theirs, invited), seconds=SOON, what="an invitation")
    write_message(theirs, id_, {"text": said["text"], "sure": True}, invited)
    _sees(ours, id_, opener, "said")
    action = {"org": them, "what": said["what"], "until": "2031-03-04"}
    close_conference(ours, id_, {"actions": [action], "sure": True}, opener)
    return _sees(theirs, id_, invited, "closed")


def _sees(database: Database, conference_id: UUID, who: Actor, kind: str) -> ConferencePage:
    def there() -> ConferencePage | None:
        page = conference_page(database, conference_id, who)
        return page if any(act.kind == kind for act in page.acts) else None

    found: ConferencePage = poll_until(there, seconds=SOON, what=kind)  # type: ignore[assignment]
    return found
