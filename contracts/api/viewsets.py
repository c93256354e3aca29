"""What the routes of a table do. Rights come from the querysets, rules from the services."""

from typing import Any, ClassVar, cast

from django.db import models
from django.db.models import QuerySet
from django.http import Http404
from rest_framework import status
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from contracts.api.filters import BACKENDS
from contracts.api.rows import CountedValues, Row, reader_of
from contracts.api.serializers import RecordSerializer
from contracts.api.versions import VersionStale, etag_of, expected_version
from contracts.models.base import VersionedRecord
from contracts.queries import rights
from contracts.services import records


class RecordViewSet(GenericViewSet[Any]):
    """Rows of one table, within the rights of the request's user."""

    model: ClassVar[type[models.Model]]
    serializer_class: type[RecordSerializer]
    filter_backends = BACKENDS
    ordering: tuple[str, ...] = ("id",)
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self) -> QuerySet[Any]:
        visible: QuerySet[Any] = self.model._default_manager.visible_to(self.request.user)  # type: ignore[attr-defined]  # the manager is ours
        return visible.order_by("id")

    def rows(self, queryset: QuerySet[Any]) -> list[Row]:
        """Return the rows of a queryset as the API shows them."""
        return self.completed(reader_of(self.serializer_class).read(queryset))

    def completed(self, rows: list[Row]) -> list[Row]:
        """Add what is computed for these rows."""
        return rows

    def row(self, pk: Any) -> Row:
        """Return one row as the API shows it; raises Http404 where the user sees none."""
        found = self.rows(self.get_queryset().filter(pk=pk))
        if not found:
            raise Http404
        return found[0]

    def answer(self, row: Row, code: int = status.HTTP_200_OK) -> Response:
        """Answer with a row, and with its version where it has one."""
        headers = {"ETag": etag_of(row["version"])} if "version" in row else None
        return Response(row, status=code, headers=headers)

    def get_editable(self) -> Any:
        """Return the asked row to change it: 404 for one that is not seen, 403 for one that is only seen."""
        instance = self.get_queryset().filter(pk=self.kwargs["pk"]).first()
        if instance is None:
            raise Http404
        editable = self.model._default_manager.editable_by(self.request.user)  # type: ignore[attr-defined]  # the manager is ours
        if not editable.filter(pk=instance.pk).exists():
            raise PermissionDenied
        return instance


class ListRows(RecordViewSet):
    """GET of the collection."""

    def list(self, request: Request, *_args: Any, **_kwargs: Any) -> Response:
        reader = reader_of(self.serializer_class)
        values = CountedValues(self.filter_queryset(self.get_queryset()), reader.columns)
        rows = reader.shown(cast("Any", self).paginate_queryset(values))
        return self.get_paginated_response(self.completed(rows))


class ReadRow(RecordViewSet):
    """GET of one row."""

    def retrieve(self, _request: Request, pk: str, **_kwargs: Any) -> Response:
        return self.answer(self.row(pk))


class AddRow(RecordViewSet):
    """POST to the collection."""

    def create(self, request: Request, *_args: Any, **_kwargs: Any) -> Response:
        if not self.may_add():
            raise PermissionDenied
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        instance = records.store(self.model(**serializer.validated_data), by=request.user)
        answer = self.answer(self.row(instance.pk), status.HTTP_201_CREATED)
        answer["Location"] = request.build_absolute_uri(f"{request.path}{instance.pk}/")
        return answer

    def may_add(self) -> bool:
        """Say whether the user may add rows to this table at all."""
        return rights.may_add(self.model._default_manager.all(), self.request.user)


class VersionedRow(RecordViewSet):
    """What is changed or removed was read before."""

    def expected(self, instance: Any) -> int | None:
        """Return the version the change was made from; refuse early what is stale already."""
        if not isinstance(instance, VersionedRecord):
            return None
        expected = expected_version(self.request)
        if expected != instance.version:
            raise self.stale(instance.pk, records.StaleError(instance.version))
        return expected

    def stale(self, pk: Any, error: records.StaleError) -> VersionStale:
        """Return the error that tells an editor what the row is now."""
        found = self.rows(self.get_queryset().filter(pk=pk))
        return VersionStale(error.current, found[0] if found else None)


class ChangeRow(VersionedRow):
    """PATCH of one row; a versioned one needs If-Match."""

    def partial_update(self, request: Request, pk: str, **_kwargs: Any) -> Response:
        instance = self.get_editable()
        expected = self.expected(instance)
        serializer = self.get_serializer(instance, data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        for name, value in serializer.validated_data.items():
            setattr(instance, name, value)
        try:
            records.store(instance, expected_version=expected, by=request.user)
        except records.StaleError as error:
            raise self.stale(pk, error) from error
        return self.answer(self.row(pk))


class RemoveRow(VersionedRow):
    """DELETE of one row; a versioned one needs If-Match."""

    def destroy(self, request: Request, pk: str, **_kwargs: Any) -> Response:
        instance = self.get_editable()
        try:
            records.remove(instance, expected_version=self.expected(instance), by=request.user)
        except records.StaleError as error:
            raise self.stale(pk, error) from error
        return Response(status=status.HTTP_204_NO_CONTENT)


class ReadOnly(ListRows, ReadRow):
    """Rows that only services write."""


class AppendOnly(ReadOnly, AddRow):
    """Rows that are added and never changed."""


class Editable(AppendOnly, ChangeRow, RemoveRow):
    """Rows that people add, change and remove."""
