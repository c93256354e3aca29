"""The rows behind a figure over HTTP, and files of contract commitments."""

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from metrics.api.formats import (
    FORMAT,
    CsvRenderer,
    FileView,
    XlsxRenderer,
    or_file,
    pages,
    parameters_of,
)
from metrics.api.parameters import Asked, QuestionParameters, RowsParameters, question_of
from metrics.queries.belief import as_believed
from metrics.queries.figures import asked
from metrics.queries.focus import commitments
from metrics.queries.keys import of_fixing
from metrics.queries.question import Question
from metrics.queries.rows import metric_of, rows_of
from metrics.queries.rows_addresses import of_cell
from metrics.queries.rows_opened import Opened, UnknownFigureError, UnknownKeyError
from metrics.queries.snapshot import one_snapshot
from metrics.queries.tables import Table, header_of, of_opened, plain_csv, typed_row
from metrics.queries.tables import lines as joined

UNKNOWN_FIGURE = _("There is no such family of figures.")
UNKNOWN_KEY = _("This family has no such key for these days.")
RECORDS = {
    "contract": "api:contracts-detail",
    "vendor": "api:vendors-detail",
    "charge": "api:charges-detail",
    "budget": "api:budgets-detail",
}
PAGING = ("page", "page_size")
PAGE = OpenApiParameter("page", OpenApiTypes.INT, description="The page, from 1 on.")
PAGE_SIZE = OpenApiParameter("page_size", OpenApiTypes.INT, description="Rows of a page.")
KEPT = "|:{}"


class RatesSerializer(serializers.Serializer[Any]):
    """The one fixing that converted amounts stand on."""

    on = serializers.DateField()
    pivot = serializers.CharField()
    sources = serializers.ListField(child=serializers.CharField())
    rates = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))


class ColumnSerializer(serializers.Serializer[Any]):
    """A column of the rows."""

    name = serializers.CharField()
    title = serializers.CharField()
    kind = serializers.CharField(help_text="text, day, number, count, money, decimal, rate")
    is_added = serializers.BooleanField()


class RowsSerializer(serializers.Serializer[Any]):
    """The rows behind one figure; totals are over all rows, not over the page."""

    figure = serializers.CharField()
    key = serializers.CharField()
    definition = serializers.CharField()
    variant = serializers.CharField()
    window = serializers.ListField(child=serializers.DateField(), min_length=2, max_length=2)
    as_of = serializers.DateField()
    by = serializers.CharField()
    grace = serializers.IntegerField()
    believed_on = serializers.DateField(required=False)
    value = serializers.JSONField(allow_null=True, help_text="The figure: text, number or null.")
    unit = serializers.CharField(help_text="The currency of the amounts, if there is one.")
    formula = serializers.CharField(help_text="The figure in names of columns.")
    rates = RatesSerializer(allow_null=True)
    columns = ColumnSerializer(many=True)
    totals = serializers.DictField()
    page = serializers.CharField(help_text="The page of the site that shows these rows.")
    count = serializers.IntegerField()
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = serializers.ListField(child=serializers.DictField())


class RowsView(FileView):
    """What a figure is made of."""

    @extend_schema(
        operation_id="metrics_rows_retrieve",
        parameters=[RowsParameters, PAGE, PAGE_SIZE, FORMAT],
        responses=or_file(RowsSerializer),
    )
    def get(self, request: Request) -> Response:
        """Return the rows that add up to a figure, within what you see."""
        parameters = RowsParameters(
            data=parameters_of(request, *PAGING), context={"today": timezone.localdate()}
        )
        parameters.is_valid(raise_exception=True)
        values = parameters.validated_data
        asking = question_of(values, request.user)
        opened = opened_or_refused(asking.question, values["figure"], values["key"])
        if self.asks_for_file(request):
            metric = metric_of(opened.figure)
            return self.file(request, of_opened(metric, asking.question, opened))
        paginator = pages()
        places: Any = paginator.paginate_queryset(range(len(opened.rows)), request, view=self)
        page = paginator.get_paginated_response(
            [row_of(request, opened, place) for place in places]
        )
        return Response(described(request, asking, opened) | page.data)


class FocusCsvRenderer(CsvRenderer):
    """The bare data set: a reader of FOCUS expects the header in the first line."""

    def render(self, data: Any, *_args: Any, **_kwargs: Any) -> bytes:
        return joined(plain_csv(data)).encode()


class FocusSerializer(serializers.Serializer[Any]):
    """Contract commitments as FOCUS 1.3 names them."""

    about = serializers.DictField(child=serializers.CharField())
    count = serializers.IntegerField()
    rows = serializers.ListField(child=serializers.DictField())


class FocusView(FileView):
    """The terms as contract commitments of FOCUS 1.3."""

    renderer_classes = [JSONRenderer, FocusCsvRenderer, XlsxRenderer]

    @extend_schema(
        operation_id="metrics_focus_contract_commitments",
        parameters=[
            OpenApiParameter("as_of", OpenApiTypes.DATE, description="Today if left out."),
            FORMAT,
        ],
        responses={
            (200, "application/json"): FocusSerializer,
            (200, "text/csv"): OpenApiResponse(OpenApiTypes.STR),
            (200, XlsxRenderer.media_type): OpenApiResponse(OpenApiTypes.BINARY),
        },
    )
    def get(self, request: Request) -> Response:
        """Return every term that you see; the costs add up to the total contract value."""
        parameters = QuestionParameters(
            data=parameters_of(request), context={"today": timezone.localdate()}
        )
        parameters.is_valid(raise_exception=True)
        question = question_of(parameters.validated_data, request.user).question
        with one_snapshot(question.believed_on), as_believed(question.believed_on):
            table: Table = commitments(question)
        return self.file(request, table)


def opened_or_refused(question: Question, figure: str, key: str) -> Opened:
    """Return the rows behind a figure; say which part of the address leads nowhere."""
    try:
        with one_snapshot(question.believed_on):
            return rows_of(question, figure, key)
    except UnknownFigureError:
        error = {"figure": [ErrorDetail(str(UNKNOWN_FIGURE), code="unknown_figure")]}
    except UnknownKeyError:
        error = {"key": [ErrorDetail(str(UNKNOWN_KEY), code="unknown_key")]}
    raise ValidationError(error)


def described(request: Request, asking: Asked, opened: Opened) -> dict[str, Any]:
    """Return what the rows are."""
    page = address_of_rows(request, asking, opened.figure, opened.key)
    return {
        "figure": opened.figure,
        "key": opened.key,
        "definition": str(opened.definition),
        "variant": str(opened.variant),
        **asked(asking.question),
        "value": opened.printed,
        "unit": opened.unit,
        "formula": opened.measure.formula,
        "rates": None if opened.fixing is None else of_fixing(opened.fixing),
        "columns": [column._asdict() | {"title": str(column.title)} for column in opened.columns],
        "totals": opened.printed_totals,
        "page": page,
    }


def row_of(request: Request, opened: Opened, place: int) -> dict[str, Any]:
    """Return one row, and the address of the record that it stands for."""
    values = (
        str(value) if not isinstance(value, int | None) else value
        for value in typed_row(opened, place)
    )
    target = opened.rows[place].target
    record = None if target is None else reverse(RECORDS[target[0]], args=[target[1]])
    return dict(zip(header_of(opened), values, strict=True)) | {
        "record": record and request.build_absolute_uri(record)
    }


def address_of_rows(request: Request, asking: Asked, figure: str, key: str) -> str:
    """Return the address of the page that shows the rows behind a figure."""
    return _address(request, "metrics:rows", asking, figure, key)


def rows_template(request: Request, asking: Asked) -> str:
    """Return the address of any cell's rows: put its family and its key in."""
    return _address(request, "api-metrics:rows", asking, "{figure}", "{key}")


def _address(request: Request, route: str, asking: Asked, figure: str, key: str) -> str:
    parameters = of_cell(asking.question, figure, key)
    query = urlencode({**parameters, **asking.narrowing.parameters()}, safe=KEPT)
    # Django would write the braces of a template as escapes.
    return f"{request.build_absolute_uri(reverse(route))}?{query}"
