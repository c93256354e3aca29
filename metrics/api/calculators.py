"""The calculators over HTTP: inputs in, the figure with its formula, variant and warnings out."""

from typing import Any, ClassVar

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from metrics.rules.calculators.answering import CLAIMED, Answer, UnusableInputsError, calculate
from metrics.rules.calculators.catalogue import CALCULATORS
from metrics.rules.calculators.claims import Claim
from metrics.rules.calculators.inputs import Input
from metrics.rules.calculators.vocabulary import Calculator

NAME = OpenApiParameter("name", OpenApiTypes.STR, OpenApiParameter.PATH, enum=list(CALCULATORS))
GIVEN = OpenApiParameter(
    "inputs",
    {"type": "object", "additionalProperties": {"type": "string"}},
    style="form",
    explode=True,
    description="Each input by its own name, as in `?start=1000&end=1100&new=200`.",
)
EXPECTED = OpenApiParameter(
    CLAIMED, OpenApiTypes.STR, description="The figure you expected; the answer says what it is."
)


class CalculatorInputSerializer(serializers.Serializer[Any]):
    """What a calculator asks for."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field, not its label
    kind = serializers.CharField(
        help_text=gettext_lazy(
            "amount, number, count, rate (0.03 or 3%), day, choice; amounts, counts, rates: lists"
        )
    )
    default = serializers.CharField(help_text=gettext_lazy("What counts if it is left out."))
    needed = serializers.BooleanField()
    choices = serializers.ListField(child=serializers.CharField())


class CalculatorSerializer(serializers.Serializer[Any]):
    """A calculator in words."""

    name = serializers.CharField()
    title = serializers.CharField()
    subject = serializers.CharField()
    formula = serializers.CharField()
    variant = serializers.CharField(help_text=gettext_lazy("The choice among the usual variants."))
    unit = serializers.CharField(
        help_text=gettext_lazy("money (the currency of the inputs), ratio, days, periods, points")
    )
    inputs = CalculatorInputSerializer(many=True)
    example = serializers.DictField(child=serializers.CharField())
    url = serializers.CharField()


class CalculatorListSerializer(serializers.Serializer[Any]):
    """All calculators."""

    count = serializers.IntegerField()
    results = CalculatorSerializer(many=True)


class CalculatorWarningSerializer(serializers.Serializer[Any]):
    """What to beware of."""

    code = serializers.CharField()
    detail = serializers.CharField()


class KnownMistakeSerializer(serializers.Serializer[Any]):
    """A well-known mistake and the figure it gives from the same inputs."""

    detail = serializers.CharField()
    figure = serializers.CharField()


class CalculatorClaimSerializer(serializers.Serializer[Any]):
    """What the expected figure turned out to be."""

    verdict = serializers.CharField(
        help_text="right, truncated, mistake, imprecise, unexplained, undefined"
    )
    detail = serializers.CharField()
    mistake = serializers.CharField(allow_blank=True)


class CalculatorAnswerSerializer(serializers.Serializer[Any]):
    """The figure: money with two places, a day as YYYY-MM-DD, all else with six; null: undefined."""

    value = serializers.CharField(allow_null=True)
    text = serializers.CharField(help_text=gettext_lazy("As a sentence writes it: 16.67 %."))
    warnings = CalculatorWarningSerializer(many=True)
    mistakes = KnownMistakeSerializer(many=True)
    claim = CalculatorClaimSerializer(allow_null=True)


class CalculationSerializer(CalculatorSerializer):
    """A calculator with its answer; null as long as no input is given."""

    answer = CalculatorAnswerSerializer(allow_null=True)


class CalculationRequestSerializer(serializers.Serializer[Any]):
    """The inputs by name, and perhaps the figure you expected."""

    inputs = serializers.DictField(
        child=serializers.JSONField(), help_text=gettext_lazy("Text, numbers, or lists of them.")
    )
    claimed = serializers.CharField(required=False, allow_blank=True, max_length=100)

    class Meta:
        example: ClassVar = {
            "inputs": {"start": "3000", "end": "1700", "new": "500", "returning": "1200"},
            "claimed": "53.33%",
        }


class CalculatorsView(APIView):
    """The calculators there are."""

    scope_needed: ClassVar = "metrics"

    @extend_schema(responses=CalculatorListSerializer, operation_id="metrics_calculators_list")
    def get(self, request: Request) -> Response:
        """Return each calculator with its formula, its variant, its inputs and an example."""
        results = [described(request, each) for each in CALCULATORS.values()]
        return Response({"count": len(results), "results": results})


class CalculatorView(APIView):
    """One calculator."""

    scope_needed: ClassVar = "metrics"

    @extend_schema(
        operation_id="metrics_calculators_retrieve",
        parameters=[NAME, GIVEN, EXPECTED],
        responses=CalculationSerializer,
    )
    def get(self, request: Request, name: str) -> Response:
        """Return the calculator, with its answer once inputs are given as parameters."""
        found = known(name)
        given = {key: " ".join(texts) for key, texts in request.query_params.lists()}
        claimed = given.pop(CLAIMED, "")
        answer = answered(found, given, claimed) if given else None
        return Response(described(request, found) | {"answer": answer})

    @extend_schema(
        operation_id="metrics_calculators_calculate",
        parameters=[NAME],
        request=CalculationRequestSerializer,
        responses={200: CalculationSerializer},
    )
    def post(self, request: Request, name: str) -> Response:
        """Return the answer for the inputs; nothing is stored."""
        found = known(name)
        body = CalculationRequestSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        inputs = body.validated_data["inputs"]
        answer = answered(found, inputs, body.validated_data.get(CLAIMED, ""), below="inputs")
        return Response(described(request, found) | {"answer": answer})


def known(name: str) -> Calculator:
    """Return the calculator of an address."""
    if name not in CALCULATORS:
        raise Http404
    return CALCULATORS[name]


def answered(
    calculator: Calculator, inputs: dict[str, Any], claimed: str, *, below: str = ""
) -> dict[str, Any]:
    """Return the answer in words; errors point at the inputs, `below` a key of the body."""
    try:
        answer = calculate(calculator.name, inputs, claimed)
    except UnusableInputsError as refused:
        details: dict[str, Any] = {
            name: [ErrorDetail(_(error.template) % error.params, code=error.code)]
            for name, error in refused.errors.items()
        }
        own = {CLAIMED: details.pop(CLAIMED)} if CLAIMED in details else {}
        nested = {below: details} if below and details else details
        raise ValidationError(own | nested) from None
    return presented(answer)


def presented(answer: Answer) -> dict[str, Any]:
    """Return an answer as the API writes it."""
    return {
        "value": answer.printed,
        "text": answer.words,
        "warnings": [
            {"code": each.code, "detail": translated(each.template, each.params)}
            for each in answer.warnings
        ],
        "mistakes": [
            {"detail": _(each.text), "figure": each.words(answer.unit)} for each in answer.mistakes
        ],
        "claim": judged(answer.claim),
    }


def judged(claim: Claim | None) -> dict[str, str] | None:
    """Return what a claim turned out to be."""
    if claim is None:
        return None
    mistake = _(claim.mistake) if claim.mistake else ""
    detail = translated(claim.template, claim.params | {"mistake": mistake})
    return {"verdict": claim.verdict, "detail": detail, "mistake": mistake}


def translated(template: str, params: Any) -> str:
    """Return a sentence of the rules in the reader's language."""
    return _(template) % params if params else _(template)


def described(request: Request, calculator: Calculator) -> dict[str, Any]:
    """Return what a calculator is."""
    path = reverse("api-metrics:calculator", args=[calculator.name])
    return {
        "name": calculator.name,
        "title": _(calculator.title),
        "subject": _(calculator.subject),
        "formula": _(calculator.formula),
        "variant": _(calculator.variant),
        "unit": calculator.unit,
        "inputs": [asked(each) for each in calculator.inputs],
        "example": dict(calculator.example),
        "url": request.build_absolute_uri(path),
    }


def asked(wanted: Input) -> dict[str, Any]:
    """Return what an input is."""
    return {
        "name": wanted.name,
        "label": _(wanted.label),
        "kind": wanted.kind,
        "default": wanted.default,
        "needed": wanted.is_needed,
        "choices": list(wanted.choices),
    }
