"""The forecast with its error over HTTP: a band for each month, and how such bands did before."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, ClassVar, get_args

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from contracts.models.contracts import CURRENCY_CODE
from metrics.api.parameters import DayParameter, KnownParameters
from metrics.queries import keys
from metrics.queries.belief import as_believed
from metrics.queries.forecast_bands import (
    FEWEST,
    FUTURES,
    MOST,
    USUAL,
    Ahead,
    Distribution,
    Source,
    distribution,
    usual,
)
from metrics.queries.question import Scope
from metrics.rules.forecast_backtest import Cell, score
from metrics.rules.forecast_draws import Band
from metrics.rules.presentation import money, ratio

TITLE = _("Forecast with its error")
DEFINITION = _(
    "P10, P50 and P90 of drawn futures for each month after the as-of day and for all of them."
)
VARIANTS = {
    "terms": _(
        "Each renewal is drawn from the renewals seen by then: of the vendor, else of the category,"
        " else of all. New purchases are not in it."
    ),
    "charges": _("Net charges per month, drawn from their own growth and their own unrest."),
}


class ForecastParameters(KnownParameters):
    """What may be asked of the forecast."""

    as_of = DayParameter(
        required=False, help_text=_("Nothing that became known later is used; see `source`.")
    )
    believed_on = DayParameter(
        required=False,
        help_text=_("What had been recorded by the end of this day; now if left out."),
    )
    source = serializers.ChoiceField(  # type: ignore[assignment]  # a field, not the serializer's own
        choices=get_args(Source), required=False, help_text=_("What the futures are drawn from.")
    )
    months = serializers.IntegerField(min_value=FEWEST, max_value=MOST, default=USUAL)
    seed = serializers.IntegerField(
        min_value=0, max_value=2**32 - 1, default=1, help_text=_("The same seed, the same futures.")
    )
    base = serializers.CharField(
        required=False,
        validators=[CURRENCY_CODE],
        help_text=_("The currency of `together`; the only one there is if there is one."),
    )


class BandSerializer(serializers.Serializer[Any]):
    """What a tenth, a half and nine tenths of the futures stay at or below, and the flat forecast."""

    p10 = serializers.CharField()
    p50 = serializers.CharField()
    p90 = serializers.CharField()
    flat = serializers.CharField()


class AheadSerializer(serializers.Serializer[Any]):
    """One currency: its months and all of them together."""

    currency = serializers.CharField()
    total = BandSerializer()
    months = serializers.DictField(child=BandSerializer())


class PastQuarterSerializer(BandSerializer):
    """A quarter as it was forecast on a day, and what happened."""

    currency = serializers.CharField()
    made_on = serializers.DateField()
    quarter = serializers.CharField()
    actual = serializers.CharField()
    held = serializers.BooleanField()


class PastScoreSerializer(serializers.Serializer[Any]):
    """How many quarters the band held, and its pinball loss beside that of the flat forecast."""

    quarters = serializers.IntegerField()
    held = serializers.IntegerField()
    share = serializers.CharField(allow_null=True)
    loss_ratio = serializers.CharField(allow_null=True)


class ForecastDistributionSerializer(serializers.Serializer[Any]):
    """The forecast, the fixing of `together` (C8), and the back-test."""

    name = serializers.CharField()
    title = serializers.CharField()
    definition = serializers.CharField()
    variant = serializers.CharField()
    url = serializers.CharField()
    as_of = serializers.DateField()
    believed_on = serializers.DateField(allow_null=True)
    source = serializers.CharField()  # type: ignore[assignment]  # a field, not the serializer's own
    seed = serializers.IntegerField()
    futures = serializers.IntegerField()
    currencies = AheadSerializer(many=True)
    together = AheadSerializer()
    unconverted = serializers.ListField(child=serializers.CharField())
    fixing = serializers.DictField()
    seen = serializers.DictField(allow_null=True)
    score = serializers.DictField(child=PastScoreSerializer())
    past = PastQuarterSerializer(many=True)


class ForecastDistributionView(APIView):
    """The months ahead as a distribution."""

    scope_needed: ClassVar = "metrics"
    throttle_scope: ClassVar = "metrics"

    @extend_schema(
        operation_id="metrics_forecast_distribution",
        parameters=[ForecastParameters],
        responses=ForecastDistributionSerializer,
    )
    def get(self, request: Request) -> Response:
        """Return the forecast over the contracts or charges that you see, with its back-test."""
        parameters = ForecastParameters(data=request.query_params.dict())
        parameters.is_valid(raise_exception=True)
        scope, base = Scope.of(request.user), settings.BASE_CURRENCY
        given = parameters.validated_data
        believed_on = given.get("believed_on")
        with as_believed(believed_on):
            asked = usual(believed_on or timezone.localdate(), scope, base, given)
            found = distribution(asked)
        path = reverse("api-metrics:forecast-distribution")
        return Response(
            {
                "name": "forecast-distribution",
                "title": str(TITLE),
                "definition": str(DEFINITION),
                "variant": str(VARIANTS[asked.source]),
                "url": request.build_absolute_uri(path),
                "believed_on": believed_on and believed_on.isoformat(),
                **answered(found),
            }
        )


def answered(found: Distribution) -> dict[str, Any]:
    """Return a distribution as the API writes it."""
    asked = found.asked
    names = [each.currency for each in found.ahead]
    return {
        "as_of": asked.as_of.isoformat(),
        "source": asked.source,
        "seed": asked.seed,
        "futures": FUTURES,
        "currencies": [ahead(each, found.unit) for each in found.ahead],
        "together": ahead(found.together, found.unit),
        "unconverted": list(found.unconverted),
        "fixing": keys.of_fixing(found.at),
        "seen": found.habits and {"renewals": found.habits.seen, "lost": found.habits.lost},
        "score": {name: scored([c for c in found.past if c.currency == name]) for name in names},
        "past": [past(cell, found.unit) for cell in found.past],
    }


def ahead(found: Ahead, unit: int) -> dict[str, Any]:
    """Return the months of one currency."""
    rows = zip(found.labels, found.bands, found.flat, strict=True)
    return {
        "currency": found.currency,
        "total": band(found.total, found.flat_total, unit),
        "months": {name: band(each, flat, unit) for name, each, flat in rows},
    }


def band(found: Band, flat: int, unit: int) -> dict[str, str]:
    """Return a band in money."""
    names = ("p10", "p50", "p90", "flat")
    return {
        name: money(Fraction(value, unit))
        for name, value in zip(names, (*found, flat), strict=True)
    }


def scored(cells: Sequence[Cell]) -> dict[str, Any]:
    """Return how good the band was in one currency."""
    result = score(cells)
    return {
        "quarters": result.cells,
        "held": result.held,
        "share": ratio(result.share),
        "loss_ratio": ratio(result.ratio),
    }


def past(cell: Cell, unit: int) -> dict[str, Any]:
    """Return a quarter of the back-test."""
    return {
        "currency": cell.currency,
        "made_on": cell.made_on.isoformat(),
        "quarter": cell.quarter,
        **band(cell.band, cell.flat, unit),
        "actual": money(Fraction(cell.actual, unit)),
        "held": cell.held,
    }
