"""The forecast page: the months ahead as a band, and how such bands did before."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from metrics.queries.belief import as_believed
from metrics.queries.forecast_bands import FUTURES, Ahead, Asked, Distribution, distribution, usual
from metrics.queries.question import Scope
from metrics.rules.forecast_backtest import Cell, score
from metrics.rules.forecast_facts import RATIO
from metrics.rules.presentation import rounded
from metrics.web.forecast_chart import band_chart
from metrics.web.forecast_form import ForecastForm
from metrics.web.pages import neighbours

LENGTHS = (12, 24, 36)


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Show the forecast that the query string asks for; everything in it can be left out."""
    today, scope = timezone.localdate(), Scope.of(request.user)
    form = ForecastForm(request.GET)
    given = form.cleaned_data if form.is_valid() else {}
    believed_on = given.get("believed_on")
    with as_believed(believed_on):
        asked = usual(believed_on or today, scope, settings.BASE_CURRENCY, given)
        found = distribution(asked)
    shown = _given(asked, believed_on)
    context = {
        "title": _("Forecast"),
        "pages": neighbours("forecast"),
        "form": form if form.errors else ForecastForm(shown),
        "asked": asked,
        "believed_on": believed_on,
        "address": urlencode(shown),
        "lengths": [(each, urlencode(shown | {"months": each})) for each in LENGTHS],
        "futures": FUTURES,
        "at": found.at,
        "unconverted": found.unconverted,
        "together": _months(found, found.together),
        "is_mixed": len(found.ahead) > 1,
        "currencies": [_months(found, each) for each in found.ahead],
        "habits": _habits(found),
        "checks": [_check(found, each.currency) for each in found.ahead],
    }
    request.current_app = admin.site.name
    return TemplateResponse(
        request, "metrics/forecast.html", admin.site.each_context(request) | context
    )


def _given(asked: Asked, believed_on: date | None) -> dict[str, Any]:
    belief = {} if believed_on is None else {"believed_on": believed_on.isoformat()}
    return {
        "as_of": asked.as_of.isoformat(),
        **belief,
        "source": asked.source,
        "months": asked.months,
        "seed": asked.seed,
    }


def _months(found: Distribution, ahead: Ahead) -> dict[str, Any]:
    """Return the months of one currency, rounded, with their chart."""
    unit, currency = found.unit, ahead.currency
    bands = [_amounts(band, unit, currency) for band in ahead.bands]
    flat = _amounts(ahead.flat, unit, currency)
    return {
        "currency": currency,
        "rows": list(zip(ahead.labels, bands, flat, strict=True)),
        "total": _amounts(ahead.total, unit, currency),
        "flat_total": _amount(ahead.flat_total, unit, currency),
        "chart": band_chart(ahead.labels, bands, flat),
    }


def _habits(found: Distribution) -> dict[str, Any] | None:
    if found.habits is None:
        return None
    seen, lost, middle = found.habits
    return {
        "seen": seen,
        "lost": lost,
        "share": Decimal(lost * 100) / seen if seen else None,
        "change": Decimal(middle - RATIO) * 100 / RATIO,
    }


def _check(found: Distribution, currency: str) -> dict[str, Any]:
    """Return the back-test of one currency: a year ago in full, and all of the days together."""
    cells = [cell for cell in found.past if cell.currency == currency]
    days = sorted({cell.made_on for cell in cells}, reverse=True)
    result = score(cells)
    return {
        "currency": currency,
        "days": [_day(found, day, cells) for day in days],
        "held": result.held,
        "cells": result.cells,
        "share": _percent(result.share),
        "ratio": _percent(result.ratio),
    }


def _day(found: Distribution, made_on: date, cells: Sequence[Cell]) -> dict[str, Any]:
    rows = [cell for cell in cells if cell.made_on == made_on]
    return {
        "made_on": made_on,
        "held": sum(cell.held for cell in rows),
        "rows": [
            {
                "quarter": cell.quarter,
                "band": _amounts(cell.band, found.unit, cell.currency),
                "flat": _amount(cell.flat, found.unit, cell.currency),
                "actual": _amount(cell.actual, found.unit, cell.currency),
                "held": cell.held,
            }
            for cell in rows
        ],
    }


def _amounts(values: Sequence[int], unit: int, currency: str) -> tuple[Decimal, ...]:
    return tuple(_amount(value, unit, currency) for value in values)


def _amount(value: int, unit: int, currency: str) -> Decimal:
    return rounded(Fraction(value, unit), currency)


def _percent(share: Fraction | None) -> Decimal | None:
    return None if share is None else Decimal(share.numerator * 100) / share.denominator
