"""The OpenAPI schema says what really happens: every error, every version header, an example of every write."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter
from rest_framework import serializers

from contracts.models.base import VersionedRecord

READ = {"GET", "HEAD", "OPTIONS"}
ERRORS = {
    "400": "The request is not valid.",
    "401": "No valid token or session.",
    "403": "You may not do this.",
    "404": "There is no such row among those you see.",
    "406": "Answers are JSON.",
    "409": "Other rows do not allow this.",
    "412": "Somebody else changed the row since you read it.",
    "413": "The body is too large.",
    "415": "Requests are JSON.",
    "428": "If-Match is missing.",
    "429": "Too many requests in this minute.",
}
ETAG = OpenApiParameter(
    "ETag",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    response=["200", "201"],
    description="The version of the row.",
)
IF_MATCH = OpenApiParameter(
    "If-Match",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    required=True,
    pattern=r'^"\d+"$',
    description="The ETag of the row as you read it.",
    examples=[OpenApiExample("A version", value='"1"')],
)


class ProblemDetailSerializer(serializers.Serializer[Any]):
    """One thing that is wrong; the pointer names its place in the request."""

    code = serializers.CharField()
    pointer = serializers.CharField(allow_blank=True)
    detail = serializers.CharField()


class ProblemSerializer(serializers.Serializer[Any]):
    """Every error has this shape."""

    code = serializers.CharField()
    detail = serializers.CharField()
    errors = ProblemDetailSerializer(many=True)  # type: ignore[assignment]  # a field, not a property


class ProblemAutoSchema(AutoSchema):
    """Adds what every operation of ours has."""

    def get_override_parameters(self) -> list[Any]:
        if not self._is_versioned():
            return []
        return [ETAG, IF_MATCH] if self.method in {"PATCH", "DELETE"} else [ETAG]

    def get_examples(self) -> list[OpenApiExample]:
        if self.method not in {"POST", "PATCH"}:
            return []
        serializer = self.get_request_serializer()
        example = getattr(getattr(serializer, "Meta", None), "example", None)
        if example is None:
            return []
        return [OpenApiExample("An example", value=example, request_only=True)]

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        component = self.resolve_serializer(ProblemSerializer, direction)
        for code in sorted(self._error_codes()):
            content = {"application/json": {"schema": component.ref}}
            bodies.setdefault(code, {"description": ERRORS[code], "content": content})
        return bodies

    def _error_codes(self) -> set[str]:
        codes = {"400", "401", "403", "404", "406", "429"}
        if self.method not in READ:
            codes |= {"409", "413", "415"}
        if self._is_versioned() and self.method in {"PATCH", "DELETE"}:
            codes |= {"412", "428"}
        return codes

    def _is_versioned(self) -> bool:
        """Say whether rows with a version are read or changed here; lists and actions have no ETag."""
        model = getattr(self.view, "model", None)
        own = getattr(self.view, "action", "") in {
            "retrieve",
            "create",
            "partial_update",
            "destroy",
        }
        return own and isinstance(model, type) and issubclass(model, VersionedRecord)


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # ships no types
    """Names the token in the schema."""

    target_class = "saas_tracker.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "ct_…"}
