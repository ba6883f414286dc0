"""Where the boxes of the SVG stand and how its lines run: layers from left to right. No markup."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from lineage.render.graph import CONTROLLER_KEY, Graph
from lineage.render.svg_cards import CARD_WIDTH, ORIGIN_WIDTH, Box

MARGIN = 28
GAP_ACROSS = 96
GAP_DOWN = 18
FRAME_PADDING = 16
FRAME_HEAD = 44


@dataclass(frozen=True)
class Placed:
    """A box, or the frame around the own systems (``box`` is None), with its place."""

    key: str
    layer: int
    x: float
    y: float
    width: float
    height: float
    box: Box | None

    @property
    def middle(self) -> float:
        """Return the height of its middle."""
        return self.y + self.height / 2


@dataclass(frozen=True)
class Curve:
    """One drawn line, from start to end, with the two points that bend it."""

    points: tuple[tuple[float, float], ...]
    live: bool


@dataclass(frozen=True)
class Layout:
    """Everything placed; ``frame`` is the controller."""

    places: tuple[Placed, ...]
    frame: Placed
    curves: tuple[Curve, ...]
    width: float
    height: float


def lay_out(graph: Graph, *, layers: Sequence[Sequence[Box]], top: float) -> Layout:
    """Place ``layers`` (sources, own systems, then recipients by hop), each column centred."""
    heights = [
        _column_height(boxes) + (FRAME_HEAD if layer == 1 else 0.0)
        for layer, boxes in enumerate(layers)
    ]
    tallest = max(heights)
    places: dict[str, Placed] = {}
    frame = Placed(CONTROLLER_KEY, 1, 0, 0, 0, 0, None)
    x = float(MARGIN)
    for layer, boxes in enumerate(layers):
        y: float = top + (tallest - heights[layer]) / 2
        if layer == 1:
            across = CARD_WIDTH + 2 * FRAME_PADDING
            frame = Placed(CONTROLLER_KEY, 1, x, y, across, heights[layer], None)
            places[frame.key] = frame
            x, y = x + FRAME_PADDING, y + FRAME_HEAD
        for box in _least_crossings(boxes, graph, places) if layer > 1 else boxes:
            places[box.key] = Placed(box.key, layer, x, y, box.width, box.height, box)
            y += box.height + GAP_DOWN
        x += (ORIGIN_WIDTH if layer == 0 else CARD_WIDTH) + GAP_ACROSS
        x += FRAME_PADDING if layer == 1 else 0
    boxes_only = tuple(place for place in places.values() if place.box is not None)
    width = x - GAP_ACROSS + MARGIN
    return Layout(boxes_only, frame, _curves(graph, places), width, top + tallest)


def _column_height(boxes: Sequence[Box]) -> float:
    return sum((box.height + GAP_DOWN for box in boxes), 0.0)


def _least_crossings(boxes: Sequence[Box], graph: Graph, places: dict[str, Placed]) -> list[Box]:
    """Order a column by the mean height of what leads into each box."""
    senders: dict[str, list[float]] = defaultdict(list)
    for link in graph.links:
        if link.start in places:
            senders[link.end].append(places[link.start].middle)
    order = {box.key: number for number, box in enumerate(boxes)}

    def height(box: Box) -> tuple[float, int]:
        found = senders[box.key]
        return (sum(found) / len(found) if found else 0.0, order[box.key])

    return sorted(boxes, key=height)


def _curves(graph: Graph, places: dict[str, Placed]) -> tuple[Curve, ...]:
    pairs = [(origin, system.key, True) for system in graph.systems for origin in system.origins]
    # What a party did with its own copy stands in its card; a line to itself would say nothing.
    pairs += [(link.start, link.end, link.live) for link in graph.links if link.start != link.end]
    outgoing: dict[str, list[tuple[float, str]]] = defaultdict(list)
    incoming: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for start, end, _ in pairs:
        if places[start].layer < places[end].layer:
            outgoing[start].append((places[end].middle, end))
            incoming[end].append((places[start].middle, start))
    curves = []
    for start, end, live in pairs:
        first, last = places[start], places[end]
        if first.layer < last.layer:
            start_y = _port(first, end, outgoing[start])
            end_y = _port(last, start, incoming[end])
            curves.append(Curve(_forward(first, last, start_y, end_y), live))
        else:
            curves.append(Curve(_back(first, last), live))
    return tuple(curves)


def _port(place: Placed, other: str, others: list[tuple[float, str]]) -> float:
    """Spread the ends of lines along a side, in the order of where they come from."""
    rank = [key for _, key in sorted(others)].index(other)
    return place.y + place.height * (rank + 1) / (len(others) + 1)


def _forward(
    first: Placed, last: Placed, start_y: float, end_y: float
) -> tuple[tuple[float, float], ...]:
    start_x, end_x = first.x + first.width, last.x
    bend = (end_x - start_x) / 2
    return (start_x, start_y), (start_x + bend, start_y), (end_x - bend, end_y), (end_x, end_y)


def _back(first: Placed, last: Placed) -> tuple[tuple[float, float], ...]:
    """Run a line within a layer, or back to an earlier one, where it hides no card's text."""
    end_x, end_y = last.x + last.width, last.y + last.height * 0.85
    if first.layer == last.layer:
        start_x, start_y = first.x + first.width, first.y + first.height * 0.15
        bend = GAP_ACROSS * 0.7
        return (start_x, start_y), (start_x + bend, start_y), (end_x + bend, end_y), (end_x, end_y)
    start_x, start_y = first.x, first.y + first.height * 0.85
    bend = GAP_ACROSS / 2
    return (start_x, start_y), (start_x - bend, start_y), (end_x + bend, end_y), (end_x, end_y)
