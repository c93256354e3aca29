"""An answer as JSON, or as a file: `?format=csv`, `?format=xlsx`, `?format=json`, or by Accept."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import conditional_page
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, PolymorphicProxySerializer
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import APIView

from metrics.queries.tables import Table, as_csv, as_json, as_xlsx, lines

PARAMETER = "format"
UNKNOWN_FORMAT = _("There is no such format. Known: %(known)s.")
FORMAT = OpenApiParameter(
    PARAMETER,
    OpenApiTypes.STR,
    enum=["json", "csv", "xlsx"],
    description="The whole answer as a file, with its definition, its variant and its rates.",
)
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class FileSerializer(serializers.Serializer[Any]):
    """A table as a JSON file: what `format=json` answers with."""

    about = serializers.DictField()
    count = serializers.IntegerField()
    rows = serializers.ListField(child=serializers.DictField())


def or_file(answer: type[serializers.Serializer[Any]]) -> PolymorphicProxySerializer:
    """Return what a view answers with, for the schema: its answer, or the same as a file."""
    return PolymorphicProxySerializer(
        component_name=f"{answer.__name__.removesuffix('Serializer')}OrFile",
        serializers=[answer, FileSerializer],
        resource_type_field_name=None,
    )


class CsvRenderer(BaseRenderer):
    """A table as CSV."""

    media_type = "text/csv"
    format = "csv"

    def render(self, data: Any, *_args: Any, **_kwargs: Any) -> bytes:
        return lines(as_csv(data)).encode()


class XlsxRenderer(BaseRenderer):
    """A table as a workbook."""

    media_type = XLSX_TYPE
    format = "xlsx"
    charset = None
    render_style = "binary"

    def render(self, data: Any, *_args: Any, **_kwargs: Any) -> bytes:
        return as_xlsx(data).getvalue()


class ByParameter(DefaultContentNegotiation):
    """The parameter decides, else the header."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        asked = request.query_params.get(PARAMETER)
        known = {each.format: each for each in renderers}
        if asked is None:
            found: tuple[BaseRenderer, str] = super().select_renderer(
                request, known.values(), format_suffix
            )
            return found
        if asked not in known:
            message = str(UNKNOWN_FORMAT) % {"known": ", ".join(known)}
            raise ValidationError({PARAMETER: [ErrorDetail(message, code="unknown_format")]})
        return known[asked], known[asked].media_type or ""


@method_decorator(conditional_page, name="dispatch")
class FileView(APIView):
    """A view whose answer is also a file; the ETag is made from the content, so it saves the transfer."""

    renderer_classes = [JSONRenderer, CsvRenderer, XlsxRenderer]
    content_negotiation_class = ByParameter
    scope_needed: ClassVar = "metrics"
    throttle_scope: ClassVar = "metrics"

    def asks_for_file(self, request: Request) -> bool:
        """Say whether the whole answer is asked for as a file."""
        return PARAMETER in request.query_params or self.format_of(request) != JSONRenderer.format

    def format_of(self, request: Request) -> str:
        """Return the format of the answer."""
        return str(request.accepted_renderer.format)

    def file(self, request: Request, table: Table) -> Response:
        """Return a table as the file that was asked for."""
        format_ = self.format_of(request)
        data = as_json(table) if format_ == JSONRenderer.format else table
        name = f"{table.name}.{format_}"
        return Response(data, headers={"Content-Disposition": f'attachment; filename="{name}"'})

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Errors are JSON, whatever was asked for."""
        if getattr(response, "exception", False):
            request.accepted_renderer = JSONRenderer()
            request.accepted_media_type = JSONRenderer.media_type
        final = super().finalize_response(request, response, *args, **kwargs)
        final["Cache-Control"] = "private, no-cache"
        return final


def pages() -> Any:
    """Return what cuts rows into the pages of every list of the API."""
    paginator: Any = api_settings.DEFAULT_PAGINATION_CLASS
    return paginator()


def parameters_of(request: Request, *own: str) -> dict[str, str]:
    """Return the parameters of the question, without those of the answer."""
    given = request.query_params.dict()
    return {name: value for name, value in given.items() if name not in (PARAMETER, *own)}
