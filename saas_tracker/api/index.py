"""The front page of the API: what there is."""

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from contracts.api.urls import RESOURCES

OTHERS = ("users", "api-tokens")


class IndexView(APIView):
    """The addresses of all resources."""

    @extend_schema(responses={200: {"type": "object", "additionalProperties": {"type": "string"}}})
    def get(self, request: Request) -> Response:
        """Return each resource with its address, the schema and the documentation."""
        names = {name: f"api:{name}-list" for name in RESOURCES}
        names |= {name: f"{name}-list" for name in OTHERS}
        names |= {
            "me": "me",
            "metrics": "api-metrics:index",
            "schema": "schema",
            "docs": "api-docs",
        }
        return Response(
            {name: request.build_absolute_uri(reverse(view)) for name, view in names.items()}
        )
