"""Bar charts, measured out here and drawn by a template with presentation attributes only."""

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

from services.reporting.usecases.report import Value
from services.reporting.web.words import shown

WIDTH, BAR, LINE, GAP = 288, 15, 18, 14  #: of the picture, a bar, a line of its name, the space after it
ROOM = 70  #: to the right of the longest bar, for its figure
LETTERS = 36  #: of a name in one line


@dataclass(frozen=True)
class Bar:
    """One bar: the lines of its name, its figure in words, its length, and how far down it stands."""

    name: str
    lines: Sequence[str]
    figure: str
    length: float
    top: int

    @property
    def bottom(self) -> int:
        """Where the next one can begin."""
        return self.top + LINE * len(self.lines) + BAR + GAP


@dataclass(frozen=True)
class Chart:
    """A picture with a title, and the same said in a sentence."""

    title: str
    bars: Sequence[Bar]
    width: int = WIDTH
    thickness: int = BAR
    line: int = LINE

    @property
    def height(self) -> int:
        """Of the whole picture."""
        return self.bars[-1].bottom

    @property
    def sentence(self) -> str:
        """What a person hears who does not see it."""
        return "; ".join(f"{bar.name}: {bar.figure}" for bar in self.bars)


def chart_of(title: str, values: Sequence[tuple[str, Value | None]]) -> Chart:
    """One bar for each value, in proportion to the greatest; of no length where nothing is shown."""
    scale = (WIDTH - ROOM) / max(*(_size(value) for _name, value in values), 1)
    bars: list[Bar] = []
    for name, value in values:
        top = bars[-1].bottom if bars else 0
        bars.append(Bar(name, wrap(name, LETTERS), shown(value), round(_size(value) * scale, 1), top))
    return Chart(title, bars)


def _size(value: Value | None) -> float:
    return value.shown or 0 if value else 0
