"""The band of a forecast as plain data for the theme's chart script."""

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

# Grey that can be read on white and on the dark background alike, and a tint that both show.
TICK_COLOUR, TINT = "#7a808c", "rgba(20, 150, 155, 0.22)"
LINE, OTHER = "var(--color-primary-600)", "var(--color-base-500)"
COMPACT = {"notation": "compact", "maximumFractionDigits": 1}


def band_chart(
    labels: Sequence[str], bands: Sequence[tuple[Decimal, ...]], flat: Sequence[Decimal]
) -> dict[str, str]:
    """Return P10 to P90 as an area, P50 as a line and the flat forecast as a dashed one."""
    low, middle, high = ([float(row[place]) for row in bands] for place in range(3))
    nothing = {"borderColor": "transparent", "backgroundColor": TINT}
    series = [
        {"label": _("P10"), "data": low, "fill": False, **nothing},
        {"label": _("P90"), "data": high, "fill": "-1", **nothing},
        {"label": _("P50"), "data": middle, "borderColor": LINE, "backgroundColor": LINE},
        {
            "label": _("flat"),
            "data": [float(each) for each in flat],
            "borderColor": OTHER,
            "backgroundColor": OTHER,
            "borderDash": [5, 4],
        },
    ]
    data = {"labels": list(labels), "datasets": series}
    return {"data": json.dumps(data), "options": json.dumps(_options())}


def _options() -> dict[str, Any]:
    names = {"color": TICK_COLOUR, "autoSkip": True, "maxRotation": 0}
    amounts = {"color": TICK_COLOUR, "maxTicksLimit": 6, "format": COMPACT}
    return {
        "animation": False,
        "responsive": True,
        "maintainAspectRatio": False,
        "datasets": {
            "line": {"borderWidth": 2, "pointRadius": 0, "pointHitRadius": 12, "tension": 0}
        },
        "interaction": {"mode": "index", "intersect": False, "axis": "x"},
        "plugins": {"legend": {"labels": {"color": TICK_COLOUR, "boxHeight": 8, "boxWidth": 16}}},
        "scales": {
            "y": {
                "beginAtZero": True,
                "ticks": amounts,
                "grid": {"tickWidth": 0},
                "border": {"display": False},
            },
            "x": {"ticks": names, "grid": {"display": False}},
        },
    }
