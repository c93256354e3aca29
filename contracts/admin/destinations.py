"""Where messages go: web addresses and secrets are written here and never shown again."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http import HttpResponseRedirect as Redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from contracts.admin.base import HistoryAdmin, VersionedForm
from contracts.admin.widgets import TextField
from contracts.models import Destination
from contracts.queries.rights import may_keep
from contracts.rules.vocabulary import AttemptOutcome
from contracts.services import trials
from contracts.templatetags.tone import place_badge

WRITTEN_ONCE = ("new_url", "new_secret")


class DestinationForm(VersionedForm):
    """What is left empty stays as it is."""

    new_url = TextField(
        label=_("Web address"),
        required=False,
        max_length=2000,
        help_text=_("Of a webhook or chat; never shown again. Empty: the stored one stays."),
    )
    new_secret = TextField(
        label=_("Signing secret"),
        required=False,
        max_length=200,
        help_text=_(
            "Of a webhook: whsec_ and 24 to 64 random bytes in base64; never shown again. After a"
            " change both sign until the old one is dropped. Empty: the stored one stays."
        ),
    )

    class Meta:
        model = Destination
        fields = ("kind", "address", "owner", "department", "is_active")

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        self.instance.url = values.get("new_url") or self.instance.url
        self.instance.secret = values.get("new_secret") or self.instance.secret
        return values


@admin.register(Destination)
class DestinationAdmin(HistoryAdmin):
    """People keep their own destinations, editors those of departments, administrators all."""

    form = DestinationForm
    list_display = ("address", "kind", "keeper", "standing", "failing_since", "tested_at")
    list_select_related = ("owner", "department")
    list_filter = ("kind", ("marked_at", admin.EmptyFieldListFilter))
    search_fields = ("address", "owner__email", "department__name")
    autocomplete_fields = ("owner",)
    actions = ("end_rotation",)
    fields = ("kind", "address", *WRITTEN_ONCE, "owner", "department", "is_active")
    change_form_outer_before_template = "contracts/destination_test.html"

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        names = super().get_fields(request, obj)
        if self.has_change_permission(request, obj):
            return names
        return [name for name in names if name not in WRITTEN_ONCE]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"owner": request.user.pk}

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not may_keep(request.user, owner=obj.owner, department=obj.department):
            raise ValidationError(
                _("Keep your own destinations, or those of a department that you edit.")
            )
        super().save_model(request, obj, form, change)

    @admin.display(description=_("Of"), ordering="owner")
    def keeper(self, row: Destination) -> str:
        return str(row.owner or row.department or _("The whole organisation"))

    @admin.display(description=_("State"), ordering="marked_at")
    def standing(self, row: Destination) -> SafeString:
        return place_badge(row)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.test_view)
        test = path("<int:object_id>/test/", view, name="contracts_destination_test")
        return [test, *super().get_urls()]

    def test_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Send a test message and say what became of it."""
        row = self.get_object(request, str(object_id))
        if row is None:
            raise Http404
        if not self.has_change_permission(request, row):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        try:
            _report(request, trials.send_test(row, now=timezone.now()))
        except trials.TooSoon:
            messages.warning(request, _("Wait a minute between two tests."))
        return Redirect(reverse("admin:contracts_destination_change", args=[object_id]))

    @admin.action(description=_("Drop the old signing secret"))
    def end_rotation(self, request: HttpRequest, queryset: Any) -> None:
        for row in queryset.editable_by(request.user):
            trials.end_rotation(row, by=request.user)
        messages.success(request, _("Only the newest secret signs from now on."))


def _report(request: HttpRequest, row: Destination) -> None:
    if row.test_outcome == AttemptOutcome.OK:
        messages.success(request, _("The test message was accepted."))
    else:
        text = _("The test message was not accepted: %(reason)s")
        messages.error(request, text % {"reason": row.test_error})
