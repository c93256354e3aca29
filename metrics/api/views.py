"""The figures over HTTP: each with its definition, its variant and the day it was computed for."""

from functools import partial
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

from metrics.api.formats import FORMAT, FileView, or_file, pages, parameters_of
from metrics.api.parameters import Asked, QuestionParameters, question_of
from metrics.api.rows import (
    PAGE,
    PAGE_SIZE,
    PAGING,
    RatesSerializer,
    address_of_rows,
    rows_template,
)
from metrics.queries.belief import as_believed
from metrics.queries.catalogue import METRICS
from metrics.queries.figures import asked
from metrics.queries.rows_prices import PricePages
from metrics.queries.snapshot import one_snapshot
from metrics.queries.tables import Table, of_figures


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
    rates = RatesSerializer(allow_null=True)
    rows = serializers.CharField(
        help_text="The address of the rows behind a figure: put in its family and its key."
    )
    believed_on = serializers.DateField(required=False)
    figures = serializers.DictField()


class PriceChangesSerializer(FiguresSerializer):
    """One page of the price changes."""

    count = serializers.IntegerField()
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)


class MetricsView(APIView):
    """The families of figures there are."""

    scope_needed: ClassVar = "metrics"

    @extend_schema(responses=MetricListSerializer, operation_id="metrics_list")
    def get(self, request: Request) -> Response:
        """Return each family with its formula and its address."""
        results = [described(request, name) for name in METRICS]
        return Response({"count": len(results), "results": results})


class FiguresView(FileView):
    """The figures of one family."""

    @extend_schema(
        operation_id="metrics_retrieve",
        parameters=[
            QuestionParameters,
            FORMAT,
            OpenApiParameter("family", OpenApiTypes.STR, OpenApiParameter.PATH, enum=list(METRICS)),
        ],
        responses=or_file(FiguresSerializer),
    )
    def get(self, request: Request, family: str) -> Response:
        """Return a family's figures over the contracts and charges that you see."""
        if family not in METRICS:
            raise Http404
        asking = asked_by(request)
        answer = answered(family, asking)
        if self.asks_for_file(request):
            return self.file(request, table_of(request, family, asking, answer))
        return Response(presented(request, family, asking, answer))


class PriceChangesView(FileView):
    """Price changes: as many as there are terms, so they come in pages."""

    family: ClassVar = "price-changes"

    @extend_schema(
        operation_id="metrics_price_changes_retrieve",
        parameters=[QuestionParameters, PAGE, PAGE_SIZE, FORMAT],
        responses=or_file(PriceChangesSerializer),
    )
    def get(self, request: Request) -> Response:
        """Return one page of the price changes; a file holds all of them."""
        asking = asked_by(request, *PAGING)
        if self.asks_for_file(request):
            answer = answered(self.family, asking)
            return self.file(request, table_of(request, self.family, asking, answer))
        paginator = pages()
        question = asking.question
        with one_snapshot(question.believed_on), as_believed(question.believed_on):
            rows = paginator.paginate_queryset(PricePages(question), request, view=self)
        page = paginator.get_paginated_response([]).data
        del page["results"]
        paged = asked(question) | {"figures": {"price_changes": rows}}
        return Response(presented(request, self.family, asking, paged) | page)


def answered(family: str, asking: Asked) -> dict[str, Any]:
    """Return the answer of a family from one state of the tables."""
    with one_snapshot(asking.question.believed_on):
        return METRICS[family].answer(asking.question)


def asked_by(request: Request, *others: str) -> Asked:
    """Return the question of a request."""
    parameters = QuestionParameters(
        data=parameters_of(request, *others), context={"today": timezone.localdate()}
    )
    parameters.is_valid(raise_exception=True)
    return question_of(parameters.validated_data, request.user)


def presented(
    request: Request, family: str, asking: Asked, answer: dict[str, Any]
) -> dict[str, Any]:
    """Return an answer with what it is, what it stands on and where it leads."""
    own = {
        "rates": answer["figures"].get("fixing"),
        "rows": rows_template(request, asking),
    }
    return described(request, family) | answer | own


def table_of(request: Request, family: str, asking: Asked, answer: dict[str, Any]) -> Table:
    """Return an answer as a table whose figures lead to their rows."""
    metric, address = METRICS[family], partial(address_of_rows, request, asking)
    return of_figures(metric, asking.question, answer["figures"], address)


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
