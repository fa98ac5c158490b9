"""Questions that name nobody: who has room for somebody like that."""

from typing import Any
from uuid import UUID

from marshmallow import Schema, fields

from services.intake.domain import Enquiry, Question
from services.intake.usecases import capacity as use
from services.intake.web.api import said
from services.intake.web.api.part import Part
from services.intake.web.context import actor, database
from shared.schemas.codes import CAPACITY_ANSWERS, GENDERS, PUBLISHED_AGE_BANDS, SERVICE_TYPES, URGENCIES

questions = Part("Questions", __name__, description="Who has room; nobody is named")


class QuestionSaid(said.Said):
    """For whom help is looked for: codes, and an area that stands in the directory."""

    service_type = said.code(SERVICE_TYPES, required=True)
    urgency = said.code(URGENCIES, required=True)
    age_band = said.code(PUBLISHED_AGE_BANDS)
    gender = said.code(GENDERS)
    language = said.text(3, metadata={"description": "ISO 639-3"})
    area = said.text(100)


class AnswerSaid(said.Said):
    """Our answer."""

    answer = said.code(CAPACITY_ANSWERS, required=True)


class WantedShown(Schema):
    """For whom help is looked for; null does not matter."""

    service_type = fields.String()
    urgency = fields.String()
    age_band = fields.String(allow_none=True)
    gender = fields.String(allow_none=True)
    language = fields.String(allow_none=True)
    area = fields.String(allow_none=True)


class ReplyShown(Schema):
    """What an organisation answered; ``stands`` is its answer, or waiting, or no_answer once the time is over."""

    org = fields.String()
    stands = fields.String()
    by_machine = fields.Boolean()
    answered_at = fields.AwareDateTime(format="iso", allow_none=True)


class QuestionShown(Schema):
    """A question of ours."""

    id = fields.UUID()
    asked_at = fields.AwareDateTime(format="iso")
    answer_by = fields.AwareDateTime(format="iso", allow_none=True)
    wanted = fields.Nested(WantedShown)
    replies = fields.List(fields.Nested(ReplyShown))


class EnquiryShown(Schema):
    """A question to us."""

    id = fields.UUID()
    from_org = fields.String()
    asked_at = fields.AwareDateTime(format="iso")
    answer_by = fields.AwareDateTime(format="iso")
    wanted = fields.Nested(WantedShown)
    answer = fields.String(allow_none=True)
    answered_at = fields.AwareDateTime(format="iso", allow_none=True)


class QuestionsShown(Schema):
    """What we asked and what we are asked, newest first, at most 50 of each."""

    asked = fields.List(fields.Nested(QuestionShown))
    asked_of_us = fields.List(fields.Nested(EnquiryShown))


@questions.post("/questions")
@questions.taking(QuestionSaid)
@questions.answering(201, QuestionShown)
def ask(given: dict[str, Any]) -> dict[str, Any]:
    """Ask all who offer it at once."""
    return _shown(use.ask_capacity(database(), given, actor()))


@questions.get("/questions")
@questions.answering(200, QuestionsShown)
def listed() -> dict[str, Any]:
    """What we asked, and what we are asked."""
    asked, enquiries = use.list_questions(database(), actor())
    return {"asked": [_shown(question) for question in asked], "asked_of_us": enquiries}


@questions.get("/questions/<uuid:question_id>")
@questions.answering(200, QuestionShown)
def question(question_id: UUID) -> dict[str, Any]:
    """A question of ours, with its answers."""
    found, _ = use.question_page(database(), question_id, actor())
    return _shown(found)


@questions.post("/questions/asked/<uuid:enquiry_id>")
@questions.taking(AnswerSaid)
@questions.answering(200, EnquiryShown)
def answer(given: dict[str, Any], enquiry_id: UUID) -> Enquiry:
    """Answer another organisation; only it reads the answer."""
    return use.answer_capacity(database(), enquiry_id, given["answer"], actor())


def _shown(found: Question) -> dict[str, Any]:
    at = database().clock()
    replies = [vars(reply) | {"stands": found.stands(reply, at)} for reply in found.replies]
    return vars(found) | {"replies": replies}
