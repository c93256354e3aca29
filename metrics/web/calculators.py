"""The calculator pages: choose one, type its inputs, see the figure and what to beware of."""

from itertools import groupby
from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from metrics.rules.calculators.answering import Answer
from metrics.rules.calculators.catalogue import CALCULATORS
from metrics.rules.calculators.claims import Claim, Verdict
from metrics.rules.calculators.vocabulary import Calculator, Unit
from metrics.web.calculator_forms import CalculatorForm

UNITS = {
    Unit.MONEY: gettext_lazy("in the currency of the inputs"),
    Unit.DAYS: gettext_lazy("days"),
    Unit.PERIODS: gettext_lazy("periods"),
    Unit.POINTS: gettext_lazy("points"),
}
TONES = {Verdict.RIGHT: "good", Verdict.UNDEFINED: "info"}


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List the calculators by subject."""
    groups = [
        (_(subject), [described(each) for each in calculators])
        for subject, calculators in groupby(CALCULATORS.values(), lambda each: each.subject)
    ]
    context = {"title": _("Calculators"), "groups": groups}
    return _page(request, "metrics/calculators.html", context)


@require_safe
def show(request: HttpRequest, name: str) -> HttpResponse:
    """Show one calculator; its inputs are the query string, so that an answer has an address."""
    calculator = CALCULATORS.get(name)
    if calculator is None:
        raise Http404
    form = CalculatorForm(calculator, request.GET or None)
    answer = form.answer()
    siblings = [each for each in CALCULATORS.values() if each.subject == calculator.subject]
    context = {
        "title": _(calculator.title),
        "calculator": described(calculator),
        "form": form,
        "answer": presented(answer) if answer else None,
        "siblings": [described(each) for each in siblings],
        "subject": _(calculator.subject),
    }
    return _page(request, "metrics/calculator.html", context)


def described(calculator: Calculator) -> dict[str, Any]:
    """Return a calculator in the reader's language."""
    return {
        "name": calculator.name,
        "title": _(calculator.title),
        "formula": _(calculator.formula),
        "variant": _(calculator.variant),
        "example": calculator.example,
    }


def presented(answer: Answer) -> dict[str, Any]:
    """Return an answer in the reader's language."""
    return {
        "figure": answer.words,
        "printed": answer.printed,
        "unit": UNITS.get(answer.unit, ""),
        "claim": judged(answer.claim),
        "warnings": [
            _(each.template) % each.params if each.params else _(each.template)
            for each in answer.warnings
            if not each.code.startswith("claim_")
        ],
        "mistakes": [
            {
                "text": _(each.text),
                "figure": each.words(answer.unit),
                "is_claimed": answer.claim is not None and answer.claim.mistake == each.text,
            }
            for each in answer.mistakes
        ],
    }


def judged(claim: Claim | None) -> dict[str, str] | None:
    """Return the verdict on what somebody expected, and its tone."""
    if claim is None:
        return None
    words = claim.params | {"mistake": _(claim.mistake) if claim.mistake else ""}
    return {"text": _(claim.template) % words, "tone": TONES.get(claim.verdict, "warn")}


def _page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    request.current_app = admin.site.name
    return TemplateResponse(request, template, admin.site.each_context(request) | context)
