"""Pages of a list: 50 rows unless asked for, never more than 200."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request

from saas_tracker.api.settings import MAX_PAGE_SIZE, PAGE_SIZE


class BoundedPages(PageNumberPagination):
    """Page numbers; a page size out of bounds is an error, not silently another size."""

    page_size = PAGE_SIZE
    page_size_query_param = "page_size"
    max_page_size = MAX_PAGE_SIZE

    def get_page_size(self, request: Request) -> int:
        asked = request.query_params.get("page_size")
        if asked is None:
            return PAGE_SIZE
        if not (asked.isascii() and asked.isdigit() and len(asked) <= 3):
            raise self._out_of_bounds()
        if not 1 <= int(asked) <= MAX_PAGE_SIZE:
            raise self._out_of_bounds()
        return int(asked)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """Tell the bounds to the readers of the schema."""
        parameters: list[dict[str, Any]] = super().get_schema_operation_parameters(view)
        bounds = {"page": {"minimum": 1}, "page_size": {"minimum": 1, "maximum": MAX_PAGE_SIZE}}
        for parameter in parameters:
            parameter["schema"] = {**parameter["schema"], **bounds[parameter["name"]]}
        return parameters

    def _out_of_bounds(self) -> ValidationError:
        message = _("A page has 1 to %(most)s rows.") % {"most": MAX_PAGE_SIZE}
        return ValidationError({"page_size": [message]}, code="out_of_bounds")
