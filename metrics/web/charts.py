"""Charts as plain data for the theme's chart script: no script in the page, the same look everywhere."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

# Grey that can be read on white and on the dark background alike.
TICK_COLOUR = "#7a808c"
ACCENT = "var(--color-primary-600)"
REST = "var(--color-base-400)"
# The chart script asks for more digits than the most, where ticks lie close, unless told the least.
COMPACT = {"notation": "compact", "minimumFractionDigits": 0, "maximumFractionDigits": 1}
PERCENT = {"style": "percent", "minimumFractionDigits": 0, "maximumFractionDigits": 0}
PLAIN = {"minimumFractionDigits": 0, "maximumFractionDigits": 1}


@dataclass(frozen=True, slots=True)
class Series:
    """The values of one line or colour; `links` are what its points open."""

    label: str
    values: Sequence[Any]
    colour: str | Sequence[str] = ACCENT
    links: Sequence[str] = ()
    kind: str = "bar"
    dashed: bool = False
    stack: str = ""

    def as_data(self) -> dict[str, Any]:
        """Return it as the chart script wants it."""
        data = {
            "label": self.label,
            "data": list(self.values),
            "type": self.kind,
            "backgroundColor": self.colour,
            "borderColor": self.colour,
            "order": 0 if self.kind == "line" else 1,
        }
        if self.kind == "bar":
            data |= {"borderRadius": 3, "maxBarThickness": 28}
        if self.dashed:
            data["borderDash"] = [5, 4]
        if self.stack:
            data["stack"] = self.stack
        return data


def chart(
    labels: Sequence[str], series: Sequence[Series], *, amounts: str = "y", **options: Any
) -> dict[str, str]:
    """Return a chart; `amounts` is the axis of its values."""
    data = {"labels": list(labels), "datasets": [each.as_data() for each in series]}
    shown = scaled(amounts, **options)
    shown["plugins"]["legend"] = legend() if len(series) > 1 else {"display": False}
    if amounts == "x":
        shown["indexAxis"] = "y"
    return {
        "data": json.dumps(data),
        "options": json.dumps(shown),
        "links": json.dumps([list(each.links) for each in series]),
    }


def scaled(
    amounts: str,
    *,
    numbers: dict[str, Any] | None = None,
    from_zero: bool = True,
    every_name: bool = False,
) -> dict[str, Any]:
    """Return chart options as plain data: no script in the page, amounts from zero."""
    ticks = {"color": TICK_COLOUR, "maxTicksLimit": 6}
    names = "x" if amounts == "y" else "y"
    return {
        "animation": False,
        "responsive": True,
        "maintainAspectRatio": False,
        "datasets": {
            "line": {"borderWidth": 2, "pointRadius": 0, "pointHitRadius": 12, "tension": 0}
        },
        "interaction": {"mode": "index", "intersect": False, "axis": names},
        "plugins": {"legend": {"display": False}},
        "scales": {
            amounts: {
                "beginAtZero": from_zero,
                "ticks": ticks | {"format": numbers or COMPACT},
                "grid": {"tickWidth": 0},
                "border": {"display": False},
            },
            names: {
                "ticks": {
                    "color": TICK_COLOUR,
                    "autoSkip": names == "x" and not every_name,
                    "maxRotation": 50 if every_name else 0,
                },
                "grid": {"display": False},
            },
        },
    }


def legend() -> dict[str, Any]:
    """Return the options of a legend of small squares above the chart."""
    labels = {"color": TICK_COLOUR, "boxWidth": 10, "boxHeight": 10, "useBorderRadius": True}
    return {"display": True, "align": "end", "labels": labels | {"borderRadius": 2}}


def steps(amounts: Sequence[tuple[str, float]]) -> list[tuple[float, float]]:
    """Return the floating bars of a waterfall: the first and last stand on zero."""
    bars, level = [], 0.0
    for place, (_label, amount) in enumerate(amounts):
        if place in (0, len(amounts) - 1):
            bars.append((0.0, amount))
            level = amount
        else:
            bars.append((level, level + amount))
            level += amount
    return bars
