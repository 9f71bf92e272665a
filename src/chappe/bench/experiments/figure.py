"""The figure of the report: two charts side by side, drawn by hand so that it is always the same."""

from collections.abc import Sequence
from math import log10
from typing import Final, NamedTuple
from xml.sax.saxutils import escape

WIDTH: Final = 980
HEIGHT: Final = 400
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 24, 64, 52
_PLOT: Final = WIDTH // 2 - _LEFT - _RIGHT
_DEEP: Final = HEIGHT - _TOP - _BOTTOM
_STYLE: Final = (
    "text{font:13px 'Source Sans 3','Source Sans Pro',system-ui,sans-serif;fill:#22304a}"
    ".title{font-size:16px;font-weight:600}.axis{fill:#5b6a84;font-size:12px}"
    ".grid{stroke:#dde3ec}.limit{stroke:#b9452e;stroke-dasharray:4 4}"
    ".line{fill:none;stroke-width:2;stroke-linejoin:round}"
)


class Line(NamedTuple):
    """`places`: (x, share) in their order."""

    name: str
    colour: str
    places: Sequence[tuple[float, float]]


class Chart(NamedTuple):
    title: str
    across: str
    ends: tuple[float, float]
    ticks: Sequence[tuple[float, str]]
    top: float
    lines: Sequence[Line]
    limit: tuple[float, str] | None = None


def drawn(left: Chart, right: Chart) -> str:
    """An SVG document."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        f"<title>{escape(left.title)}. {escape(right.title)}</title>",
        f"<style>{_STYLE}</style>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" rx="10" fill="#fbfcfe"/>',
        *_chart(left, 0),
        *_chart(right, WIDTH // 2),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _chart(chart: Chart, at: int) -> list[str]:
    across, up = _scale(chart, at)
    low, high = at + _LEFT, at + _LEFT + _PLOT
    parts = [f'<text class="title" x="{low}" y="34">{escape(chart.title)}</text>']
    for tenth in range(0, round(chart.top * 10) + 1, 2):
        share = tenth / 10
        y = up(share)
        parts.append(f'<line class="grid" x1="{low}" x2="{high}" y1="{y}" y2="{y}"/>')
        parts.append(f'<text class="axis" x="{low - 8}" y="{y + 4}" text-anchor="end">{share:.0%}</text>')
    for value, word in chart.ticks:
        place = f'x="{across(value)}" y="{_TOP + _DEEP + 20}" text-anchor="middle"'
        parts.append(f'<text class="axis" {place}>{escape(word)}</text>')
    middle = f'x="{low + _PLOT // 2}" y="{HEIGHT - 12}" text-anchor="middle"'
    parts.append(f'<text class="axis" {middle}>{escape(chart.across)}</text>')
    if chart.limit is not None:
        y = up(chart.limit[0])
        parts.append(f'<line class="limit" x1="{low}" x2="{high}" y1="{y}" y2="{y}"/>')
        parts.append(f'<text class="axis" x="{low + 6}" y="{y + 15}">{escape(chart.limit[1])}</text>')
    for line in chart.lines:
        points = " ".join(f"{across(x)},{up(share)}" for x, share in line.places)
        parts.append(f'<polyline class="line" stroke="{line.colour}" points="{points}"/>')
    return parts + _names(chart, at)


def _names(chart: Chart, at: int) -> list[str]:
    """Each line's name where it is half way up, on a light ground so that lines do not cross it."""
    across, up = _scale(chart, at)
    parts = []
    for line in chart.lines:
        half = max(share for _, share in line.places) / 2
        x, share = next(place for place in line.places if place[1] >= half)
        # Beside a steep line, above a flat one.
        left, y = across(x) + 6, min(up(share) + 14, up(chart.top * 0.1))
        wide = 7 * len(line.name) + 6
        parts.append(
            f'<rect x="{left - 3}" y="{y - 12}" width="{wide}" height="16" fill="#fbfcfe" opacity="0.85"/>'
            f'<text x="{left}" y="{y}"><tspan fill="{line.colour}">{escape(line.name)}</tspan></text>'
        )
    return parts


class _Across(NamedTuple):
    ends: tuple[float, float]
    left: int

    def __call__(self, value: float) -> float:
        low, high = (log10(end) for end in self.ends)
        return round(self.left + _PLOT * (log10(value) - low) / (high - low), 1)


class _Up(NamedTuple):
    top: float

    def __call__(self, share: float) -> float:
        return round(_TOP + _DEEP * (1 - share / self.top), 1)


def _scale(chart: Chart, at: int) -> tuple[_Across, _Up]:
    return _Across(chart.ends, at + _LEFT), _Up(chart.top)
