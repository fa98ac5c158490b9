"""The charts of reports: bars, tiles that lie as regions do, and a matrix; each says in words what it shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

from markupsafe import Markup

from services.reporting.usecases.report import Value
from services.reporting.web import vega
from services.reporting.web.words import shown

WIDTH, ROOM = 288, 76  #: of a picture; to the right of the longest bar, for its figure
BAR, LINE, GAP = 15, 17, 14  #: a bar, a line of its name, the space after it
LETTERS, LETTERS_OF_TILE = 36, 13  #: in one line
EMPTY = "\N{NO-BREAK SPACE}"  #: a line with nothing in it
TILE = 92  #: how high one is
PLACES: Mapping[str, tuple[int, int]] = {
    "BY-VI": (1, 0),
    "BY-HR": (0, 1),
    "BY-HM": (1, 1),
    "BY-MA": (2, 1),
    "BY-BR": (0, 2),
    "BY-MI": (1, 2),
    "BY-HO": (2, 2),
}  #: column and row of a region's tile, about as they lie; the others stand in rows below
COLUMNS = 3


@dataclass(frozen=True)
class Figure:
    """One value of a chart: its code, its name, the value, and the standard that it is measured against, if any."""

    code: str
    name: str
    value: Value | None
    standard: float | None = None

    @property
    def size(self) -> float:
        """Nothing where nothing is shown."""
        return (self.value.shown or 0) if self.value else 0

    @property
    def said(self) -> str:
        """The figure in words, with its standard."""
        return (
            shown(self.value)
            if self.standard is None
            else f"{shown(self.value)} / {shown(Value(self.standard))}"
        )


@dataclass(frozen=True)
class Chart:
    """A picture with a title, and the same said in a sentence."""

    title: str
    sentence: str
    svg: Markup


def bars(title: str, figures: Sequence[Figure]) -> Chart:
    """One bar for each, in proportion to the greatest; a line across it where its standard is."""
    names = _as_many_lines([wrap(one.name, LETTERS) for one in figures])
    above = LINE * (names[0].count("\n") + 1)
    rows = [_bar(order, one, name) for order, (one, name) in enumerate(zip(figures, names, strict=True))]
    scale = {"domain": [0, max(*(row["far"] for row in rows), 1)], "range": [0, WIDTH - ROOM]}
    x = {"type": "quantitative", "axis": None, "scale": scale}
    y = {"field": "order", "type": "ordinal", "axis": None}
    below = {"yOffset": (above - GAP) / 2}
    name = {"x": {"value": 0}, "y": y | {"bandPosition": 0}, "text": {"field": "name"}}
    bar = {"type": "bar", "color": vega.ACCENT, "size": BAR, "cornerRadius": 2, **below}
    said = {"y": y, "x": x | {"field": "far"}, "text": {"field": "said"}}
    layers = [
        {"mark": _text("left", baseline="top", lineHeight=LINE), "encoding": name},
        {"mark": bar, "encoding": {"y": y, "x": x | {"field": "size"}}},
        {"mark": _text("left", dx=6, **below), "encoding": said},
    ]
    if any("standard" in row for row in rows):
        tick = {"type": "tick", "color": vega.INK, "thickness": 2, "size": BAR + 6, **below}
        layers.append({"mark": tick, "encoding": {"y": y, "x": x | {"field": "standard"}}})
    return _chart(title, figures, rows, layers, height={"step": above + BAR + GAP})


def _as_many_lines(names: Sequence[list[str]]) -> list[str]:
    """All as high as the highest, the empty lines first: each stands right above its bar."""
    most = max(len(lines) for lines in names)
    return ["\n".join([EMPTY] * (most - len(lines)) + lines) for lines in names]


def _bar(order: int, one: Figure, name: str) -> dict[str, Any]:
    row: dict[str, Any] = {"order": order, "name": name, "size": one.size, "said": one.said, "far": one.size}
    if one.standard is None:
        return row
    return row | {"standard": one.standard, "far": max(one.size, one.standard)}


def tiles(title: str, figures: Sequence[Figure]) -> Chart:
    """One tile for each region, about where it lies on the map; the more, the darker."""
    beside = [one.code for one in figures if one.code not in PLACES]
    last = 1 + max((PLACES[one.code][1] for one in figures if one.code in PLACES), default=-1)
    places = {**PLACES, **{code: (n % COLUMNS, last + n // COLUMNS) for n, code in enumerate(beside)}}
    rows = [
        _field(one, figures)
        | {
            "name": "\n".join(wrap(one.name, LETTERS_OF_TILE)),
            "x": places[one.code][0],
            "y": places[one.code][1],
        }
        for one in figures
    ]
    at = {axis: {"field": axis, "type": "ordinal", "axis": None} for axis in "xy"}
    layers = _fields(at, radius=4)
    layers[1]["mark"] |= {"dy": 24, "fontSize": 18, "fontWeight": "bold"}
    layers.append(
        {"mark": _text("center", dy=-26, fontSize=12), "encoding": at | {"text": {"field": "name"}}}
    )
    return _chart(title, figures, rows, layers, height={"step": TILE})


def matrix(title: str, figures: Mapping[tuple[str, str], Figure]) -> Chart:
    """One field for each pair, by the names of its row and its column; the more, the darker."""
    rows = [
        _field(one, list(figures.values())) | {"y": down, "x": across}
        for (down, across), one in figures.items()
    ]
    axis = {"labelLimit": 126}
    at = {
        "y": {"field": "y", "type": "nominal", "sort": None, "axis": axis},
        "x": {
            "field": "x",
            "type": "nominal",
            "sort": None,
            "axis": axis | {"orient": "top", "labelAngle": -90},
        },
    }
    return _chart(
        title, list(figures.values()), rows, _fields(at, radius=0), height={"step": 30}, width=WIDTH - 130
    )


def _field(one: Figure, among: Sequence[Figure]) -> dict[str, Any]:
    most = max(*(other.size for other in among), 1)
    is_shown = one.value is not None and one.value.shown is not None
    return {"size": one.size / most if is_shown else None, "said": one.said}


def _fields(at: dict[str, Any], *, radius: int) -> list[dict[str, Any]]:
    shade = {
        "field": "size",
        "type": "quantitative",
        "legend": None,
        "scale": {"domain": [0, 1], "range": [vega.PALE, vega.MIDDLE]},
    }
    fill = {"condition": {"test": "datum.size === null", "value": vega.NOTHING}, **shade}
    rect = {"type": "rect", "stroke": "#ffffff", "strokeWidth": 2, "cornerRadius": radius, "invalid": None}
    return [
        {"mark": rect, "encoding": at | {"color": fill}},
        {"mark": _text("center"), "encoding": at | {"text": {"field": "said"}}},
    ]


def _text(align: str, **more: Any) -> dict[str, Any]:
    return {"type": "text", "align": align, **more}


def _chart(  # noqa: PLR0913 - what a chart is made of
    title: str,
    figures: Sequence[Figure],
    rows: list[dict[str, Any]],
    layers: list[dict[str, Any]],
    *,
    height: object,
    width: int = WIDTH,
) -> Chart:
    spec = {"data": {"values": rows}, "layer": layers, "width": width, "height": height}
    sentence = "; ".join(f"{one.name}: {one.said}" for one in figures)
    return Chart(title, sentence, Markup(vega.draw(spec)))  # noqa: S704 - our own drawing, its texts escaped
