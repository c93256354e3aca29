"""Addresses under which a calendar program reads somebody's decisions."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from contracts.models.base import Record
from contracts.models.organisation import Department
from contracts.querysets.feeds import FeedQuerySet


class CalendarFeed(Record):
    """A calendar program's right to read what its owner sees. Only a hash of the secret is kept."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="calendar_feeds",
        verbose_name=_("owner"),
    )
    # With its department a feed goes: without one it would show more than it was made for.
    department = models.ForeignKey(
        Department,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="calendar_feeds",
        verbose_name=_("department"),
        help_text=_("With those below it. Empty: everything you may see."),
    )
    is_own_only = models.BooleanField(
        _("only contracts I own"), default=False, help_text=_("Leave out what others decide.")
    )
    name = models.CharField(
        _("name"), max_length=100, help_text=_("What the calendar is called in your program.")
    )
    prefix = models.CharField(_("prefix"), max_length=12, editable=False)
    secret_hash = models.CharField(max_length=64, unique=True, editable=False)
    last_used_at = models.DateTimeField(_("last read at"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, editable=False)
    # What was read last and since when it reads so: the Last-Modified that also moves when an event goes.
    content_tag = models.CharField(max_length=64, blank=True, editable=False)
    changed_at = models.DateTimeField(null=True, editable=False)
    history = HistoricalRecords(
        excluded_fields=["secret_hash", "last_used_at", "content_tag", "changed_at"]
    )
    objects: ClassVar = FeedQuerySet["CalendarFeed"].as_manager()

    class Meta:
        verbose_name = _("calendar feed")
        verbose_name_plural = _("calendar feeds")
        ordering = ("-created_at", "-id")

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"
