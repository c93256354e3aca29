"""Departments, and who works for them in which role."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from contracts.models.base import Record, VersionedRecord
from contracts.models.choices import ROLES
from contracts.querysets.access import AdministeredQuerySet
from contracts.rules.vocabulary import Role


class Department(VersionedRecord):
    """A part of the organisation that contracts are charged to."""

    name = models.CharField(_("name"), max_length=150)
    cost_centre = models.CharField(_("cost centre"), max_length=50, blank=True)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("parent"),
    )
    # Every department below this one, itself included; rewritten whenever a parent changes.
    below = models.ManyToManyField("self", symmetrical=False, related_name="above", editable=False)
    manager = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="managed_departments",
        verbose_name=_("manager"),
    )
    history = HistoricalRecords()
    objects: ClassVar = AdministeredQuerySet["Department"].as_manager()

    class Meta:
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(
                Lower("name"),
                name="department_name",
                violation_error_message=_("A department with this name exists."),
            ),
            models.CheckConstraint(
                condition=~models.Q(parent=models.F("id")),
                name="department_not_its_own_parent",
                violation_error_message=_("A department is not its own parent."),
            ),
        )

    def __str__(self) -> str:
        return self.name


class Membership(Record):
    """A person's role in a department, or in the whole organisation where no department is named."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="memberships",
        verbose_name=_("user"),
    )
    department = models.ForeignKey(
        Department,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="memberships",
        verbose_name=_("department"),
        help_text=_("Empty: the whole organisation."),
    )
    role = models.CharField(_("role"), max_length=20, choices=ROLES, default=Role.VIEWER.value)
    history = HistoricalRecords()
    objects: ClassVar = AdministeredQuerySet["Membership"].as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ("user", "department")
        constraints = (
            models.UniqueConstraint(
                fields=["user", "department"],
                name="membership_user_department",
                violation_error_message=_("This person has a role in this department."),
            ),
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(department=None),
                name="membership_user_organisation",
                violation_error_message=_("This person has a role in the whole organisation."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}"
