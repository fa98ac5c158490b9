"""The structure that a bundle must have before anybody reads it: the parts of FHIR R4 that we read, with their types.

What R4 has besides may stand there. Codes are not checked here: one that is not known is for a person to look at,
while a wrong structure is a defect of the program that sent it, which is told so.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import INCLUDE, Schema, fields, validate

from services.intake.interchange.findings import below_path

NEEDED = {"Missing data for required field.", "Field may not be null.", "Shorter than minimum length 1."}
KINDS = ("ServiceRequest", "Task", "Consent", "Patient")


class Malformed(Exception):
    """It is no bundle of ours, or has not the structure of R4. ``errors``: a code for each path, and no value."""

    code = "invalid"

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(", ".join(sorted(set(errors.values()))))
        self.errors = dict(errors)


class _Part(Schema):
    class Meta:
        """Elements that are not read are passed over."""

        unknown = INCLUDE


def _text(**more: Any) -> fields.String:
    return fields.String(validate=validate.Length(min=1), **more)


def _texts() -> fields.List[Any]:
    return fields.List(_text(required=True))


def _part(schema: type[Schema], **more: Any) -> fields.Nested:
    return fields.Nested(schema, **more)


def _parts(schema: type[Schema], **more: Any) -> fields.List[Any]:
    return fields.List(fields.Nested(schema), **more)


class _Identifier(_Part):
    system, value, use = _text(), _text(), _text()


class _Coding(_Part):
    system, code = _text(), _text()


class _Concept(_Part):
    coding, text = _parts(_Coding), _text()


class _Reference(_Part):
    reference, identifier = _text(), _part(_Identifier)


class _Note(_Part):
    text = _text(required=True)


class _Period(_Part):
    start, end = _text(), _text()


class _InnerExtension(_Part):
    url, valueCodeableConcept = _text(required=True), _part(_Concept)  # noqa: N815 - FHIR's own names


class _Extension(_InnerExtension):
    valueCode, extension = _text(), _parts(_InnerExtension)  # noqa: N815


class _Name(_Part):
    use, text, family, given = _text(), _text(), _text(), _texts()


class _Point(_Part):
    system, value, use = _text(), _text(), _text()


class _Address(_Part):
    use, text, line = _text(), _text(), _texts()
    city, district, state, postalCode, country = (_text() for _ in range(5))  # noqa: N815


class _Spoken(_Part):
    language = _part(_Concept, required=True)


class Patient(_Part):
    """The person."""

    active, deceasedBoolean, deceasedDateTime = fields.Boolean(), fields.Boolean(), _text()  # noqa: N815
    extension, name, telecom = _parts(_Extension), _parts(_Name), _parts(_Point)
    gender, birthDate, address = _text(), _text(), _parts(_Address)  # noqa: N815
    communication, link = _parts(_Spoken), fields.List(fields.Dict())


class ServiceRequest(_Part):
    """What is asked for. An identifier is needed, so that the same referral does not come in twice."""

    identifier = _parts(_Identifier, required=True, validate=validate.Length(min=1))
    status, intent, subject = _text(required=True), _text(required=True), _part(_Reference, required=True)
    doNotPerform, priority, code = fields.Boolean(), _text(), _part(_Concept)  # noqa: N815
    orderDetail, reasonCode, occurrenceDateTime = _parts(_Concept), _parts(_Concept), _text()  # noqa: N815


class Task(_Part):
    """Where it stands."""

    status, intent = _text(required=True), _text(required=True)
    statusReason, businessStatus, code = (_part(_Concept) for _ in range(3))  # noqa: N815
    priority, note = _text(), _parts(_Note)
    focus, for_ = _part(_Reference, required=True), _part(_Reference, required=True, data_key="for")


class _Provision(_Part):
    type, period, code = _text(), _part(_Period), _parts(_Concept)
    provision = fields.List(fields.Dict())


class Consent(_Part):
    """What the person agreed to."""

    status, scope = _text(required=True), _part(_Concept, required=True)
    category = _parts(_Concept, required=True, validate=validate.Length(min=1))
    patient, provision = _part(_Reference), _part(_Provision)


class _Resource(_Part):
    resourceType = _text(required=True)  # noqa: N815


class _Entry(_Part):
    fullUrl, resource = _text(), _part(_Resource, required=True)  # noqa: N815


class _Bundle(_Part):
    resourceType = fields.String(required=True, validate=validate.Equal("Bundle"))  # noqa: N815
    type = fields.String(required=True, validate=validate.Equal("collection"))
    entry = _parts(_Entry, required=True, validate=validate.Length(min=1))


RESOURCES = {"Patient": Patient(), "ServiceRequest": ServiceRequest(), "Task": Task(), "Consent": Consent()}
_BUNDLE = _Bundle()


def check_structure(bundle: Any) -> None:
    """Raise Malformed, with everything that is wrong at once, unless the bundle can be read."""
    if not isinstance(bundle, Mapping):
        raise Malformed({"Bundle": "wrong_type"})
    errors = dict(_flat(_BUNDLE.validate(bundle), "Bundle"))
    if not errors:
        for number, entry in enumerate(bundle["entry"]):
            resource = entry["resource"]
            if schema := RESOURCES.get(resource["resourceType"]):
                errors |= _flat(schema.validate(resource), f"Bundle.entry[{number}].resource")
    if errors:
        raise Malformed(errors)


def _flat(errors: Any, path: str) -> Iterator[tuple[str, str]]:
    """Paths and codes of what the library found, whose sentences quote no value."""
    if isinstance(errors, Mapping):
        for name, below in errors.items():
            yield from _flat(below, path if name == "_schema" else below_path(path, name))
    else:
        yield path, "needed" if NEEDED & set(map(str, errors)) else "wrong_type"
