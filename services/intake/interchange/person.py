"""A person as a FHIR Patient, and back: exactly the fields that are there, and none that would have to be guessed."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

import pycountry

from services.intake.interchange.findings import Findings
from services.intake.interchange.systems import AGE_BAND, CITIZENSHIP, COUNTRY, GENDER, LANGUAGE
from shared.schemas.codes import GENDERS, KNOWN_AGE_BANDS

Values = Mapping[str, Any]

MAN, WOMAN, OTHER = GENDERS
IN_FHIR = {MAN: "male", WOMAN: "female", OTHER: "other"}
CURRENT = (None, "usual", "official", "home", "mobile", "work", "temp")  #: uses of a name, number or address
ADDRESS = ("line", "city", "district", "state", "postalCode", "country")


def patient_of(content: Values) -> dict[str, Any]:
    """The elements of a Patient for what was disclosed, and for nothing else."""
    names = [*_names(content)]
    extensions = [*_extensions(content)]
    found = {
        "extension": extensions,
        "name": names,
        "gender": IN_FHIR.get(content.get("gender", "")),
        "birthDate": str(content["birth_date"]) if content.get("birth_date") else None,
        "telecom": [{"system": "phone", "value": content["phone"]}] if content.get("phone") else [],
        "address": [{"text": content["address"]}] if content.get("address") else [],
        "communication": [{"language": _language(code)} for code in content.get("languages") or ()],
    }
    return {name: value for name, value in found.items() if value}


def _names(content: Values) -> list[dict[str, Any]]:
    own: dict[str, Any] = {}
    if content.get("family_name"):
        own["family"] = content["family_name"]
    if content.get("given_name"):
        own["given"] = [content["given_name"]]
    alias = [{"use": "anonymous", "text": content["alias"]}] if content.get("alias") else []
    return ([{"use": "official"} | own] if own else []) + alias


def _extensions(content: Values) -> list[dict[str, Any]]:
    found = [
        {"url": url, "valueCode": content[name]}
        for name, url in (("age_band", AGE_BAND), ("gender", GENDER))
        if content.get(name)
    ]
    if content.get("citizenship"):
        concept = {"coding": [{"system": COUNTRY, "code": content["citizenship"]}]}
        found.append({"url": CITIZENSHIP, "extension": [{"url": "code", "valueCodeableConcept": concept}]})
    return found


def _language(code: str) -> dict[str, Any]:
    return {"coding": [{"system": LANGUAGE, "code": _shortest().get(code, code)}]}


@cache
def _shortest() -> dict[str, str]:
    """ISO 639-3 to the code of BCP 47, which is the shorter one where there are two."""
    return {one.alpha_3: one.alpha_2 for one in pycountry.languages if getattr(one, "alpha_2", None)}


@cache
def _languages() -> dict[str, str]:
    return {one.alpha_3: one.alpha_3 for one in pycountry.languages} | {
        short: long for long, short in _shortest().items()
    }


@cache
def _countries() -> dict[str, str]:
    return {code: one.alpha_3 for one in pycountry.countries for code in (one.alpha_2, one.alpha_3)}


def read_patient(patient: Values, at: str, found: Findings) -> dict[str, Any]:
    """What ``register_person`` takes, of a Patient whose structure is right; ``at`` is its path."""
    _refuse_modified(patient, at, found)
    read: dict[str, Any] = {
        **_read_names(patient.get("name", ()), f"{at}.name", found),
        **_read_extensions(patient.get("extension", ()), f"{at}.extension", found),
    }
    read["gender"] = _read_gender(patient.get("gender"), read.pop("own_gender", None), at, found)
    read["birth_date"] = _read_day(patient.get("birthDate"), f"{at}.birthDate", found)
    read["phone"] = _read_phone(patient.get("telecom", ()), f"{at}.telecom", found)
    read["address"] = _read_address(patient.get("address", ()), f"{at}.address", found)
    spoken = [
        found.code(each.get("language"), LANGUAGE, _languages(), f"{at}.communication[{n}].language")
        for n, each in enumerate(patient.get("communication", ()))
    ]
    read["languages"] = tuple(code for code in spoken if code)
    return {name: value for name, value in read.items() if value}


def _refuse_modified(patient: Values, at: str, found: Findings) -> None:
    """What says that the rest is not to be taken as it stands."""
    if patient.get("active") is False:
        found.wrong(f"{at}.active", "not_understood")
    if patient.get("deceasedBoolean") or patient.get("deceasedDateTime"):
        found.wrong(f"{at}.deceased", "not_understood")
    if patient.get("link"):
        found.wrong(f"{at}.link", "not_understood")


def _read_names(names: list[Values], at: str, found: Findings) -> dict[str, str]:
    read: dict[str, str] = {}
    for number, name in enumerate(names):
        here = f"{at}[{number}]"
        if name.get("use") in ("anonymous", "nickname"):
            parts = {"alias": name.get("text") or " ".join(name.get("given", ()))}
        elif name.get("use") in CURRENT:
            parts = {"given_name": " ".join(name.get("given", ())), "family_name": name.get("family", "")}
        else:
            found.wrong(f"{here}.use", "not_understood")
            continue
        if not any(parts.values()):
            found.wrong(here, "name_without_parts")
        if parts.keys() & read.keys():
            found.wrong(here, "more_than_one")
        read |= parts
    return read


def _read_extensions(extensions: list[Values], at: str, found: Findings) -> dict[str, str]:
    read: dict[str, str] = {}
    for number, extension in enumerate(extensions):
        here, url = f"{at}[{number}]", extension.get("url")
        if url in (AGE_BAND, GENDER):
            name, known = ("age_band", KNOWN_AGE_BANDS) if url == AGE_BAND else ("own_gender", GENDERS)
            code = extension.get("valueCode")
            if code not in known:
                found.wrong(f"{here}.valueCode", "unknown_code")
            else:
                found.once(read, name, code, here)
        elif url == CITIZENSHIP:
            parts = [part for part in extension.get("extension", ()) if part.get("url") == "code"]
            concept = parts[0].get("valueCodeableConcept") if len(parts) == 1 else None
            if code := found.code(concept, COUNTRY, _countries(), here):
                found.once(read, "citizenship", code, here)
        else:
            found.passed_over.append(here)
    return read


def _read_gender(gender: str | None, own: str | None, at: str, found: Findings) -> str | None:
    """``unknown`` is nothing known; ``other`` without our own code could mean anything."""
    if own is not None and gender in (None, IN_FHIR[own]):
        return own
    if gender in (None, "unknown") and own is None:
        return None
    plain = {"male": MAN, "female": WOMAN}.get(gender or "")
    if own is not None or plain is None:
        found.wrong(f"{at}.gender", "contradicts" if own else "unknown_code")
    return plain


def _read_day(said: str | None, at: str, found: Findings) -> date | None:
    """A year or a month alone is no birth date that we could keep."""
    try:
        return date.fromisoformat(said) if said else None
    except ValueError:
        found.wrong(at, "not_a_whole_date")
        return None


def _read_phone(telecom: list[Values], at: str, found: Findings) -> str | None:
    numbers = []
    for number, point in enumerate(telecom):
        if point.get("system") not in ("phone", "sms"):
            found.passed_over.append(f"{at}[{number}]")
        elif point.get("use") not in CURRENT:
            found.wrong(f"{at}[{number}].use", "not_understood")
        else:
            numbers.append(point.get("value"))
    return _only(numbers, at, found)


def _read_address(addresses: list[Values], at: str, found: Findings) -> str | None:
    texts = []
    for number, address in enumerate(addresses):
        if address.get("use") not in CURRENT:
            found.wrong(f"{at}[{number}].use", "not_understood")
        texts.append(address.get("text") or _joined(address))
    return _only(texts, at, found)


def _joined(address: Values) -> str:
    parts = [*address.get("line", ()), *(address.get(name) for name in ADDRESS[1:])]
    return ", ".join(filter(None, parts))


def _only(texts: list[str | None], at: str, found: Findings) -> str | None:
    several = list(filter(None, texts))
    if len(several) > 1:
        found.wrong(at, "more_than_one")
    return several[0] if several else None
