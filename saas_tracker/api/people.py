"""People, and the tokens of their programs."""

from typing import ClassVar, cast

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from contracts.api import filters
from contracts.api.permissions import FOR_ADMINISTRATORS
from contracts.api.rows import reader_of
from contracts.api.serializers import RecordSerializer
from contracts.api.viewsets import ListRows, ReadOnly, ReadRow
from saas_tracker.accounts import tokens
from saas_tracker.accounts.models import ApiToken, User
from saas_tracker.api.permissions import SessionOnly


class UserSerializer(RecordSerializer):
    """A person with an account."""

    class Meta:
        model = User
        fields = (
            "id", "public_id", "email", "name", "time_zone", "locale", "is_active", "is_superuser",
            "last_login", "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = fields


class UserViewSet(ReadOnly):
    """People with an account. Administrators of the organisation read them."""

    model = User
    serializer_class = UserSerializer
    permission_classes = FOR_ADMINISTRATORS
    filterset_class = filters.filterset(
        "UserFilters",
        active=filters.FlagFilter("is_active"),
        email=filters.CharFilter(lookup_expr="iexact"),
    )
    search_fields = ("email", "name")
    ordering_fields = ("id", "email", "name", "created_at")

    def get_queryset(self) -> QuerySet[User]:
        return User.objects.order_by("id")


class MeView(APIView):
    """The person that asks."""

    @extend_schema(responses=UserSerializer, operation_id="me_retrieve")
    def get(self, request: Request) -> Response:
        """Return who you are."""
        me = User.objects.filter(pk=owner_of(request).pk)
        return Response(reader_of(UserSerializer).read(me)[0])


class ApiTokenSerializer(RecordSerializer):
    """A program's right to act for its owner."""

    scopes = serializers.ListField(
        child=serializers.ChoiceField(
            choices=[(scope.value, scope.value) for scope in tokens.Scope]
        ),
        min_length=1,
        max_length=len(tokens.Scope),
    )

    class Meta:
        model = ApiToken
        fields: tuple[str, ...] = (
            "id", "name", "prefix", "scopes", "expires_at", "last_used_at", "revoked_at",
            "created_at",
        )  # fmt: skip
        read_only_fields = ("last_used_at", "revoked_at")
        example: ClassVar = {"name": "Finance export", "scopes": ["read", "metrics"]}


class NewTokenSerializer(ApiTokenSerializer):
    """A token with its secret, shown this once."""

    secret = serializers.CharField(read_only=True)

    class Meta(ApiTokenSerializer.Meta):
        fields = (*ApiTokenSerializer.Meta.fields, "secret")


class ApiTokenViewSet(ListRows, ReadRow):
    """Your own tokens. They are managed with a session only, so that a leaked token makes no others."""

    model = ApiToken
    serializer_class = ApiTokenSerializer
    permission_classes = (SessionOnly,)
    ordering_fields = ("id", "name", "created_at", "expires_at")

    def get_queryset(self) -> QuerySet[ApiToken]:
        return ApiToken.objects.filter(owner=self.request.user.pk).order_by("id")

    @extend_schema(request=ApiTokenSerializer, responses={201: NewTokenSerializer})
    def create(self, request: Request) -> Response:
        """Make a token. Its secret is in this answer and nowhere else."""
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        token, secret = tokens.create_token(owner_of(request), **asked.validated_data)
        return Response(self.row(token.pk) | {"secret": secret}, status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=ApiTokenSerializer)
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, pk: str) -> Response:
        """End a token at once. Repeating it changes nothing."""
        tokens.revoke(self.get_object(), now=timezone.now())
        return Response(self.row(pk))


def owner_of(request: Request) -> User:
    """Return the person that asks; the permission let nobody else in."""
    return cast("User", request.user)
