"""Departments and memberships."""

from typing import ClassVar

from rest_framework import serializers

from contracts.api import filters
from contracts.api.serializers import RecordSerializer
from contracts.api.viewsets import Editable
from contracts.models import Department, Membership, choices


class DepartmentSerializer(RecordSerializer):
    """A part of the organisation."""

    parent_name = serializers.CharField(source="parent.name", read_only=True, allow_null=True)

    class Meta:
        model = Department
        fields = (
            "id", "name", "cost_centre", "parent", "parent_name", "manager", "version",
            "created_at", "updated_at",
        )  # fmt: skip
        example: ClassVar = {"name": "Sales", "cost_centre": "CC-410", "parent": 1}


class DepartmentViewSet(Editable):
    """Parts of the organisation that contracts are charged to. Administrators change them."""

    model = Department
    serializer_class = DepartmentSerializer
    filterset_class = filters.filterset(
        "DepartmentFilters",
        parent=filters.IdFilter("parent_id"),
        manager=filters.IdFilter("manager_id"),
    )
    search_fields = ("name", "cost_centre")
    ordering_fields = ("id", "name", "cost_centre")


class MembershipSerializer(RecordSerializer):
    """A person's role in a department, or in the whole organisation where `department` is null."""

    user_email = serializers.CharField(source="user.email", read_only=True)
    department_name = serializers.CharField(
        source="department.name", read_only=True, allow_null=True
    )

    class Meta:
        model = Membership
        fields = (
            "id", "user", "user_email", "department", "department_name", "role",
            "created_at", "updated_at",
        )  # fmt: skip
        example: ClassVar = {"user": 2, "department": 1, "role": "editor"}


class MembershipViewSet(Editable):
    """A person's role in a department; without a department, in the whole organisation."""

    model = Membership
    serializer_class = MembershipSerializer
    filterset_class = filters.filterset(
        "MembershipFilters",
        user=filters.IdFilter("user_id"),
        department=filters.IdFilter("department_id"),
        role=filters.ChoiceFilter(choices=choices.ROLES),
    )
    search_fields = ("user__email", "user__name", "department__name")
    ordering_fields = ("id", ("user_email", "user__email"), ("department_name", "department__name"))
