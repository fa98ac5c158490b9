"""Case conferences: read them, and invite one more. A person looks through what is written, so no program writes."""

from typing import Any
from uuid import UUID

from marshmallow import Schema, fields

from services.intake.domain.conference import INVITED, Conference
from services.intake.usecases import conference_thread as thread
from services.intake.usecases.conference_inviting import invite
from services.intake.usecases.conferences import list_conferences
from services.intake.web.api import said
from services.intake.web.api.part import Part
from services.intake.web.context import actor, database

conferences = Part(
    "Conferences", __name__, description="A case without its person, among those who are invited"
)


class InviteSaid(said.Said):
    """One more, which the person has agreed to."""

    organisation = said.text(31, required=True)


class ConferenceShown(Schema):
    """One of ours, or one to which we are invited; ``state`` is open, closed, over, ended or left."""

    id = fields.UUID()
    from_org = fields.String()
    state = fields.String()
    opened_at = fields.AwareDateTime(format="iso")
    ends_at = fields.AwareDateTime(format="iso")
    invited = fields.List(fields.String())
    joined = fields.List(fields.String(), metadata={"description": "those of them who were invited later"})
    departed = fields.List(fields.String())
    unseen = fields.Boolean()


class ActShown(Schema):
    """What was done; ``text`` and ``invited`` are null where nothing was written, nobody invited, or all is erased."""

    id = fields.UUID()
    kind = fields.String()
    org = fields.String()
    at = fields.AwareDateTime(format="iso")
    text = fields.String(allow_none=True)
    invited = fields.String(allow_none=True)
    delivered = fields.Dict(metadata={"description": "of our own: what became of it at each organisation"})


class ActionShown(Schema):
    """Who does what until when."""

    org = fields.String()
    what = fields.String()
    until = fields.String()


class ConferenceFileShown(ConferenceShown):
    """All of it, until it is erased.

    ``told`` is, of each other organisation that was invited, same, not_said yet, or differs, which is an alarm.
    """

    question = fields.String(allow_none=True)
    facts = fields.Dict()
    acts = fields.List(fields.Nested(ActShown))
    agreed = fields.List(fields.Nested(ActionShown))
    told = fields.Dict()


class ConferencesShown(Schema):
    """The newest 50."""

    items = fields.List(fields.Nested(ConferenceShown))


@conferences.get("/conferences")
@conferences.answering(200, ConferencesShown)
def listed() -> dict[str, Any]:
    """Ours, and those to which we are invited."""
    return {"items": [_shown(one) for one in list_conferences(database(), actor())]}


@conferences.get("/conferences/<uuid:conference_id>")
@conferences.answering(200, ConferenceFileShown)
def conference(conference_id: UUID) -> dict[str, Any]:
    """The case as it was put, who takes part, and what was said."""
    found = thread.conference_page(database(), conference_id, actor())
    put = {"question": found.opening.get("question"), "facts": found.opening.get("facts", {})}
    acts = [vars(act) | _content(act.content) for act in found.acts]
    return _shown(found.conference) | put | {"acts": acts, "agreed": found.agreed, "told": found.told}


@conferences.post("/conferences/<uuid:conference_id>/invite")
@conferences.taking(InviteSaid)
@conferences.answering(200, ConferenceShown)
def invite_one_more(given: dict[str, Any], conference_id: UUID) -> dict[str, Any]:
    """Let one more take part from now on; it gets the case as it was put."""
    invite(database(), conference_id, given, actor())
    return _shown(thread.conference_page(database(), conference_id, actor()).conference)


def _shown(found: Conference) -> dict[str, Any]:
    return vars(found) | {"state": found.state(database().clock())}


def _content(said_with_it: Any) -> dict[str, Any]:
    return {"text": said_with_it.get("text"), INVITED: next(iter(said_with_it.get("joined", ())[-1:]), None)}
