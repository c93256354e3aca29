"""Silent renewals: how many deadlines were met, and the terms behind each number."""

from dataclasses import asdict
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe
from unfold.widgets import UnfoldAdminSelectWidget

from contracts.rules.period import Period
from metrics.queries.belief import as_believed
from metrics.queries.decisions import decision_rows, decisions
from metrics.queries.question import Question, Scope
from metrics.rules.decisions import Decision, Decisions, on_time_rate, on_time_rate_by_value
from metrics.rules.presentation import rounded
from metrics.web.calculator_forms import DayInput
from metrics.web.pages import neighbours

SHOWN = 500
YEAR = timedelta(days=365)
FIRST_DAY, LAST_DAY = date(1950, 1, 1), date(2150, 12, 31)
DAYS = ("first", "last", "as_of", "believed_on")
NAMES = {
    Decision.SILENT: gettext_lazy("Silent"),
    Decision.LATE: gettext_lazy("Late"),
    Decision.LAPSED: gettext_lazy("Lapsed"),
    Decision.DECIDED: gettext_lazy("Decided in time"),
    Decision.OPEN: gettext_lazy("Open"),
    Decision.UNDATED: gettext_lazy("Undated"),
}
MEANINGS = {
    Decision.SILENT: gettext_lazy(
        "The deadline passed without a recorded decision, and the contract renews by itself."
    ),
    Decision.LATE: gettext_lazy("Decided, but after the deadline."),
    Decision.LAPSED: gettext_lazy(
        "The deadline passed without a recorded decision; the contract does not renew by itself."
    ),
    Decision.DECIDED: gettext_lazy("Renewed, cancelled or given notice by the deadline."),
    Decision.OPEN: gettext_lazy("The deadline is still ahead, and nothing is decided."),
    Decision.UNDATED: gettext_lazy(
        "Renewed, but recorded only after the term was over and without a signing day."
    ),
}


class DecisionsForm(forms.Form):
    """The days whose deadlines are looked at, and which of them are listed."""

    first = forms.DateField(label=gettext_lazy("From"), widget=DayInput())
    last = forms.DateField(label=gettext_lazy("To"), widget=DayInput())
    as_of = forms.DateField(label=gettext_lazy("As known on"), widget=DayInput())
    believed_on = forms.DateField(
        label=gettext_lazy("As believed on"), required=False, widget=DayInput()
    )
    outcome = forms.ChoiceField(
        label=gettext_lazy("Listed below"),
        choices=[(each.value, name) for each, name in NAMES.items()],
        widget=UnfoldAdminSelectWidget,
    )

    def clean(self) -> dict[str, Any]:
        """Refuse a window that ends before it begins, and days that no contract knows."""
        values = super().clean() or {}
        days = [values[name] for name in DAYS if values.get(name)]
        if any(not FIRST_DAY <= day <= LAST_DAY for day in days):
            raise forms.ValidationError(_("Write a day of the years 1950 to 2150."), code="range")
        if not self.errors and values["last"] < values["first"]:
            raise forms.ValidationError(
                _("The last day of the window is not before its first."), code="order"
            )
        return values


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Show the deadlines of a window by what became of them, and the terms of one outcome."""
    usual = _usual(timezone.localdate())
    form = DecisionsForm(usual | request.GET.dict())
    asked = form.cleaned_data if form.is_valid() else usual
    window = Period(_day(asked["first"]), _day(asked["last"]))
    believed_on = form.cleaned_data.get("believed_on") if form.is_valid() else None
    scope = Scope.of(request.user)
    question = Question(window, _day(asked["as_of"]), scope=scope, believed_on=believed_on)
    outcome = Decision(asked["outcome"])
    with as_believed(believed_on):
        found = decision_rows(question, outcome, SHOWN + 1)
        counted = section(question)
    context = {
        "title": _("Silent renewals"),
        "pages": neighbours("decisions"),
        "form": form,
        "decisions": counted,
        "outcome": _outcome(outcome),
        "rows": [
            asdict(row) | {"amount": rounded(row.annual_value, row.currency)}
            for row in found[:SHOWN]
        ],
        "has_more": len(found) > SHOWN,
    }
    request.current_app = admin.site.name
    return TemplateResponse(
        request, "metrics/decisions.html", admin.site.each_context(request) | context
    )


def section(question: Question) -> dict[str, Any]:
    """Return what the template `metrics/silent_renewals.html` shows."""
    return {
        "first": question.window.start,
        "last": question.window.end,
        "as_of": question.as_of,
        "believed_on": question.believed_on,
        "page": _page(question, Decision.SILENT),
        "outcomes": [_outcome(each) for each in NAMES],
        "rows": [_line(question, *pair) for pair in decisions(question).items()],
    }


def _line(question: Question, currency: str, found: Decisions) -> dict[str, Any]:
    return {
        "currency": currency,
        "due": found.due,
        "rate": _percent(on_time_rate(found)),
        "rate_by_value": _percent(on_time_rate_by_value(found)),
        "cells": [
            {
                **_outcome(each),
                "count": found.count.get(each, 0),
                "value": rounded(found.value.get(each, Fraction(0)), currency),
                "page": _page(question, each),
            }
            for each in NAMES
        ],
    }


def _outcome(each: Decision) -> dict[str, Any]:
    return {"name": NAMES[each], "meaning": MEANINGS[each]}


def _page(question: Question, outcome: Decision) -> str:
    asked = {
        "first": question.window.start.isoformat(),
        "last": question.window.end.isoformat(),
        "as_of": question.as_of.isoformat(),
        "outcome": outcome.value,
    }
    if question.believed_on:
        asked["believed_on"] = question.believed_on.isoformat()
    return f"{reverse('metrics:decisions')}?{urlencode(asked)}#rows"


def _usual(today: date) -> dict[str, str]:
    """Return the question of somebody who asks for nothing: the year up to today, what was silent."""
    return {
        "first": (today - YEAR).isoformat(),
        "last": today.isoformat(),
        "as_of": today.isoformat(),
        "outcome": Decision.SILENT.value,
    }


def _day(value: date | str) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


def _percent(share: Fraction | None) -> Decimal | None:
    return None if share is None else Decimal(share.numerator * 100) / share.denominator
