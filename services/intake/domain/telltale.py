"""What in a text could tell who somebody is: what is known of the person, and what looks like a name or a number.

Words are compared as they sound in Latin letters, and by their stems, so that another script or an inflected form
hides nobody. It is simple, and errs on the side of marking too much; what a person means it cannot know.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import pairwise

from anyascii import anyascii

KNOWN, NAME, NUMBER, ADDRESS = "known", "name", "number", "address"  #: why something is marked
FEW_DIGITS, TAIL = (
    5,
    7,
)  #: digits of a number that looks like a telephone or papers; by how many two are the same
SHORT = 3  #: letters; a stem of fewer is looked for only where a word begins with a capital
NEAR = 20  #: characters between the day and the year of one date

_WORD = re.compile(r"[^\W\d_]+(?:['\u2019\u02bc-][^\W\d_]+)*")
_NUMBER = re.compile(r"\+?\d(?:[\s().\-\u2010-\u2014/]*\d)*")
_DIGITS = re.compile(r"\d+")
_DATE = re.compile(r"\b(?:\d{1,2}[./-]\d{1,2}(?:[./-]\d{2,4})?|(?:19|20)\d\d)\b")
_ADDRESS = re.compile(r"\S*@\S+|\w+://\S+|\bwww\.\S+")
_ENDING = re.compile(
    r"[aeiu]{0,2}(?:(?:[gmnv]|gi|s)[aeiu]{0,2}m?)?"
)  #: of a noun's or a name's cases, as they sound
_SOUNDS = (
    *(("shch", "s"), ("sch", "s"), ("sh", "s"), ("sz", "s"), ("tch", "c"), ("ch", "c"), ("cz", "c")),
    *(("tz", "c"), ("ts", "c"), ("zh", "z"), ("kh", "g"), ("gh", "g"), ("h", "g"), ("ph", "f"), ("th", "t")),
    *(("ck", "k"), ("q", "k"), ("x", "ks"), ("w", "v"), ("y", "i"), ("j", "i"), ("o", "a")),
)
_GENERIC = (
    "street st road avenue house flat apartment city town village region district улица ул проспект пр дом кв "
    "квартира город деревня село область район переулок площадь вуліца вулиця вул праспект кватэра горад вёска "
    "вобласць раён завулак плошча будинок місто провулок площа"
)  #: words of every address, which tell nothing


@dataclass(frozen=True)
class Mark:
    """A place in a text, from ``begin`` up to ``end``, and why it is marked."""

    begin: int
    end: int
    why: str


@dataclass(frozen=True)
class Known:
    """What the node knows of somebody: names and places as they were written, telephone numbers, codes of cases."""

    names: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    born: date | None = None

    def words(self) -> Iterator[str]:
        """Each word of names and places that could tell something."""
        for written in self.names:
            yield from _WORD.findall(written)
        for written in self.places:
            yield from (word for word in _WORD.findall(written) if sound(word) not in _generic())


def marks(text: str, known: Known) -> list[Mark]:
    """All that should be looked at, in the order of the text; where two overlap, what is known of the person stands."""
    found = sorted(
        [*_known(text, known), *_suspicious(text)], key=lambda mark: (mark.why != KNOWN, mark.begin)
    )
    apart: list[Mark] = []
    for mark in found:
        if all(mark.end <= other.begin or mark.begin >= other.end for other in apart):
            apart.append(mark)
    return sorted(apart, key=lambda mark: mark.begin)


def pieces(text: str, found: Iterable[Mark]) -> list[tuple[str, str]]:
    """The text piece by piece, each with why it is marked, or nothing."""
    parts, place = [], 0
    for mark in found:
        parts += [(text[place : mark.begin], ""), (text[mark.begin : mark.end], mark.why)]
        place = mark.end
    return [(words, why) for words, why in (*parts, (text[place:], "")) if words]


@lru_cache(4096)
def sound(word: str) -> str:
    """How a word sounds, roughly, in few Latin letters: the same name in another script comes out alike."""
    latin = anyascii(unicodedata.normalize("NFKC", word).casefold().replace("\u0451", "\u0435")).casefold()
    letters = "".join(letter for letter in latin if letter.isascii() and letter.isalpha())
    for written, heard in _SOUNDS:
        letters = letters.replace(written, heard)
    return re.sub(r"(.)\1+", r"\1", re.sub(r"i+(?=[aeu])", "", letters))


@lru_cache(1)
def _generic() -> frozenset[str]:
    return frozenset(map(sound, _GENERIC.split()))


def _known(text: str, known: Known) -> Iterator[Mark]:
    written = list(dict.fromkeys(known.words()))
    sounds = {heard for word in written if len(heard := sound(word)) > 1}
    for found in _WORD.finditer(text):
        if any(_is_form_of(found[0], heard) for heard in sounds):
            yield Mark(*found.span(), KNOWN)
    for pattern in (*_in_one_piece(written), *map(_code, known.codes)):
        yield from (Mark(*found.span(), KNOWN) for found in re.finditer(pattern, text, re.IGNORECASE))
    digits = [said for number in known.numbers if len(said := _digits(number)) >= FEW_DIGITS]
    for found in _NUMBER.finditer(text):
        if any(said[-TAIL:] in _digits(found[0]) for said in digits):
            yield Mark(*found.span(), KNOWN)
    if known.born:
        yield from _dates_of(text, known.born)


def _is_form_of(word: str, name: str) -> bool:
    """Whether the word could be a form of the name, as both sound."""
    heard = sound(word)
    if heard == name:
        return True
    return any(
        heard.startswith(stem) and _ENDING.fullmatch(heard[len(stem) :]) is not None
        for stem in _stems(name)
        if len(stem) >= SHORT or word[:1].isupper()
    )


def _stems(name: str) -> set[str]:
    """What stays in all cases; also without a vowel that comes and goes, as in Pavel, Pavla."""
    stem = name.rstrip("aeiu")
    if len(stem) < 2:  # noqa: PLR2004 - one letter is no stem
        return {name}
    return {stem, stem[:-2] + stem[-1]} if stem[-2] == "e" and len(stem) > SHORT else {stem}


def _in_one_piece(words: Iterable[str]) -> Iterator[str]:
    """Names in scripts that join other words to them, or write none apart, are looked for within words."""
    return (re.escape(word) for word in words if len(word) > 1 and not _is_european(word))


def _is_european(word: str) -> bool:
    return all(
        unicodedata.name(letter, "").startswith(("LATIN", "CYRILLIC", "GREEK"))
        for letter in word
        if letter.isalpha()
    )


def _code(code: str) -> str:
    return r"[\W_]*".join(re.escape(sign) for sign in code if sign.isalnum())


def _digits(written: str) -> str:
    return "".join(str(unicodedata.digit(sign)) for sign in written if sign.isdecimal())


def _dates_of(text: str, born: date) -> Iterator[Mark]:
    """Day and year near each other, in either order, whatever stands between them."""
    numbers = [(int(_digits(found[0])), found) for found in _DIGITS.finditer(text)]
    for width in (1, 2):
        for (first, begin), (last, end) in zip(numbers, numbers[width:], strict=False):
            if {first, last} == {born.day, born.year} and end.start() - begin.end() <= NEAR:
                yield Mark(begin.start(), end.end(), KNOWN)
    for (day, begin), (month, _), (year, end) in zip(numbers, numbers[1:], numbers[2:], strict=False):
        if (day, month, year) == (born.day, born.month, born.year % 100):
            yield Mark(begin.start(), end.end(), KNOWN)


def _suspicious(text: str) -> Iterator[Mark]:
    yield from (Mark(*found.span(), ADDRESS) for found in _ADDRESS.finditer(text))
    yield from (Mark(*found.span(), NUMBER) for found in _DATE.finditer(text))
    for number in _NUMBER.finditer(text):
        if len(_digits(number[0])) >= FEW_DIGITS:
            yield Mark(*number.span(), NUMBER)
    words = [word for word in _WORD.finditer(text) if _looks_like_name(word[0])]
    followed = {one.start() for one, other in pairwise(words) if not text[one.end() : other.start()].strip()}
    for word in words:
        if word.start() in followed or not _begins_sentence(text, word.start()):
            yield Mark(*word.span(), NAME)


def _looks_like_name(word: str) -> bool:
    return len(word) > 1 and word[0].isupper() and (word[1:] != word[1:].upper() or len(word) >= FEW_DIGITS)


def _begins_sentence(text: str, place: int) -> bool:
    before = text[:place].rstrip(" \t\"'«“„(—-")
    return not before or before[-1] in ".!?…:\n\r"
