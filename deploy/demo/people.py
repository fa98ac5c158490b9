"""Invented people for the demo: nobody lives under these names, and each is marked as invented."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

VICTIMS, CHILDREN, OTHERS = 97, 39, 61  #: identified in the past year, of whom 40 % are children; others met
SEED = 1926
OF_AGE = 18

_NAMES = {
    "cyrillic": (
        ("Марина", "Пётр", "Ніна", "Олеся", "Тарас", "Зоя", "Алесь", "Людміла"),
        ("Вымышленная", "Прыдуманы", "Вигаданий"),
    ),
    "latin": (
        ("Mirela", "Jonas", "Aisha", "Linh", "Grace", "Tomas", "Elif", "Oumar"),
        ("Invented", "Exampleson", "Fictional"),
    ),
    "arabic": (("ليلى", "سامي", "نور", "هالة", "يوسف", "مريم"), ("مُختلَق", "تجريبي")),
    "ethiopic": (("ሰላም", "አበበ", "ሄለን", "ዳዊት", "ማርታ"), ("ምሳሌ", "ልብወለድ")),
}
_FROM = {
    "cyrillic": (("BLR", "bel"), ("UKR", "ukr"), ("RUS", "rus"), ("KAZ", "rus")),
    "latin": (("VNM", "vie"), ("NGA", "eng"), ("TUR", "tur"), ("MDA", "ron")),
    "arabic": (("SYR", "ara"), ("IRQ", "ara"), ("SDN", "ara")),
    "ethiopic": (("ETH", "amh"), ("ERI", "tir")),
}
_EXPLOITATION = (
    "isForcedLabour",
    "isSexualExploit",
    "isForcedMarriage",
    "isOtherExploit",
    "isSlaveryAndPractices",
)


@dataclass(frozen=True)
class InventedPerson:
    """Somebody who does not exist: what is registered, and what was concluded when."""

    fields: dict[str, Any]
    conclusion: str
    met_at: datetime
    exploitation: tuple[str, ...] = ()
    is_child: bool = field(default=False)


def invent(until: datetime) -> list[InventedPerson]:
    """The same people every time, met over the year before the moment, oldest first."""
    dice = random.Random(SEED)  # noqa: S311 - the demo is to be the same every time
    kinds = ["child"] * CHILDREN + ["adult"] * (VICTIMS - CHILDREN) + ["other"] * OTHERS
    people = [_person(dice, kind, index, until) for index, kind in enumerate(kinds)]
    return sorted(people, key=lambda person: person.met_at)


def _person(dice: random.Random, kind: str, index: int, until: datetime) -> InventedPerson:
    script = list(_NAMES)[index % len(_NAMES)]
    given, family = _NAMES[script]
    citizenship, language = dice.choice(_FROM[script])
    met_at = until - timedelta(days=dice.uniform(12, 360))
    age = dice.randint(6, 17) if kind == "child" else dice.randint(18, 66)
    fields = {
        "alias": f"Demo {index + 1:03d}",
        "given_name": dice.choice(given),
        "family_name": dice.choice(family),
        "birth_date": _birthday(dice, age, met_at.date()),
        "gender": dice.choice(
            ("Woman", "Woman", "Man", "Trans/Transgender/NonConforming")
            if age >= OF_AGE
            else ("Woman", "Man")
        ),
        "citizenship": citizenship,
        "languages": tuple(dict.fromkeys((language, "rus"))),
        "phone": f"+375 00 555-{index:02d}-{dice.randint(10, 99)}",
        "address": "Invented Street 1, Nowhere",
    }
    if kind == "other":
        conclusion = dice.choice(("presumed_victim", "vulnerable_migrant", "vulnerable_migrant"))
        return InventedPerson(fields, conclusion, met_at, is_child=age < OF_AGE)
    exploitation = tuple(dice.sample(_EXPLOITATION, dice.choice((1, 1, 2))))
    return InventedPerson(fields, "identified_victim", met_at, exploitation, is_child=kind == "child")


def _birthday(dice: random.Random, age: int, on: date) -> date:
    """A birthday in the first two months before the day that makes the person that old on it."""
    return date(on.year - age, on.month, 1) - timedelta(days=dice.randint(1, 60))


def dealt(people: list[InventedPerson], hands: int) -> Iterator[tuple[int, InventedPerson]]:
    """Who meets whom: people go to the organisations in turn."""
    for index, person in enumerate(people):
        yield index % hands, person
