"""The figures over HTTP: each with its definition, its variant and the day it was computed for."""

from typing import Any, ClassVar

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from metrics.api.parameters import QuestionParameters, question_of
from metrics.queries.catalogue import METRICS


class MetricSerializer(serializers.Serializer[Any]):
    """A family of figures in words."""

    name = serializers.CharField()
    title = serializers.CharField()
    definition = serializers.CharField(help_text="The formula.")
    variant = serializers.CharField(help_text="The choice among the usual variants.")
    url = serializers.CharField()


class MetricListSerializer(serializers.Serializer[Any]):
    """All families."""

    count = serializers.IntegerField()
    results = MetricSerializer(many=True)


class FiguresSerializer(MetricSerializer):
    """The figures of one question. Undefined ratios are null; amounts and ratios are text."""

    window = serializers.ListField(child=serializers.DateField(), min_length=2, max_length=2)
    as_of = serializers.DateField()
    by = serializers.CharField()
    grace = serializers.IntegerField()
    believed_on = serializers.DateField(required=False)
    figures = serializers.DictField()


class MetricsView(APIView):
    """The families of figures there are."""

    scope_needed: ClassVar = "metrics"

    @extend_schema(responses=MetricListSerializer, operation_id="metrics_list")
    def get(self, request: Request) -> Response:
        """Return each family with its formula and its address."""
        results = [described(request, name) for name in METRICS]
        return Response({"count": len(results), "results": results})


class FiguresView(APIView):
    """The figures of one family."""

    scope_needed: ClassVar = "metrics"
    throttle_scope: ClassVar = "metrics"

    @extend_schema(
        operation_id="metrics_retrieve",
        parameters=[
            QuestionParameters,
            OpenApiParameter("family", OpenApiTypes.STR, OpenApiParameter.PATH, enum=list(METRICS)),
        ],
        responses=FiguresSerializer,
    )
    def get(self, request: Request, family: str) -> Response:
        """Return a family's figures over the contracts and charges that you see."""
        if family not in METRICS:
            raise Http404
        parameters = QuestionParameters(
            data=request.query_params.dict(), context={"today": timezone.localdate()}
        )
        parameters.is_valid(raise_exception=True)
        question = question_of(parameters.validated_data, request.user)
        return Response(described(request, family) | METRICS[family].answer(question))


def described(request: Request, name: str) -> dict[str, Any]:
    """Return what a family is."""
    metric = METRICS[name]
    return {
        "name": metric.name,
        "title": str(metric.title),
        "definition": str(metric.definition),
        "variant": str(metric.variant),
        "url": request.build_absolute_uri(reverse("api-metrics:figures", args=[name])),
    }
