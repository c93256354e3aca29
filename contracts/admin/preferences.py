"""When people want to be told; everybody has a page of their own for it, administrators see all."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _

from contracts.admin.base import HistoryAdmin, VersionedForm
from contracts.admin.readers import ReaderForm
from contracts.admin.widgets import ChoiceInput, DayField, NumberInput
from contracts.models import Destination, NotificationPreference
from contracts.models.choices import WEEKDAYS
from contracts.queries.readers import zone_of
from contracts.services import readers, records

FIELDS = ("rhythm", "weekday", "hour", "quiet_days", "quiet_from", "quiet_until")


class PreferenceForm(VersionedForm):
    """Rhythm, hour and quiet days of one person."""

    quiet_days = forms.TypedMultipleChoiceField(
        label=_("Quiet days"),
        choices=WEEKDAYS,
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Only what is urgent is sent on them."),
    )
    quiet_from = DayField(label=_("Quiet from"), required=False)
    quiet_until = DayField(
        label=_("Quiet until"), required=False, help_text=_("The last quiet day.")
    )

    class Meta:
        model = NotificationPreference
        fields = FIELDS
        widgets = {"rhythm": ChoiceInput, "weekday": ChoiceInput, "hour": NumberInput}


class MineForm(ReaderForm, PreferenceForm):
    """A person's own preferences, with the clock and the language they are read by."""

    field_order = (*FIELDS, "time_zone", "locale")


@admin.register(NotificationPreference)
class PreferenceAdmin(HistoryAdmin):
    """Administrators see who is told when; what a person chose is changed on their own page too."""

    form = PreferenceForm
    list_display = ("user", "rhythm", "hour", "quiet_from", "quiet_until")
    list_select_related = ("user",)
    list_filter = ("rhythm",)
    search_fields = ("user__email", "user__name")
    fields = ("user", *FIELDS)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.mine_view)
        return [path("mine/", view, name="contracts_notifications"), *super().get_urls()]

    def mine_view(self, request: Any) -> HttpResponse:
        """Show and store the signed-in person's own preferences."""
        stored = NotificationPreference.objects.filter(user=request.user).first()
        form = MineForm(
            request.POST or None,
            instance=stored or NotificationPreference(user=request.user),
            initial={"time_zone": request.user.time_zone, "locale": request.user.locale},
        )
        if request.method == "POST" and form.is_valid() and _stored(request, form):
            return HttpResponseRedirect(reverse("admin:contracts_notifications"))
        context = {
            **self.admin_site.each_context(request),
            "title": _("My notifications"),
            "form": form,
            "places": Destination.objects.filter(owner=request.user).order_by("kind", "address"),
            "zone": zone_of(request.user),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "contracts/notifications.html", context)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("user",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def _stored(request: HttpRequest, form: MineForm) -> bool:
    asked = form.cleaned_data
    try:
        readers.choose(
            form.instance,
            time_zone=asked["time_zone"],
            locale=asked["locale"],
            expected_version=asked.get("expected_version"),
            by=request.user,
        )
    except records.StaleError as stale:
        form.add_error(None, str(stale))
        return False
    except ValidationError as refusal:
        form.add_error(None, ValidationError(refusal.messages))
        return False
    messages.success(request, _("Saved. It holds from the next scan on, within five minutes."))
    return True
