"""What every admin page of ours does: scoped rows, saves through the services, a history to read."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.db.models import ForeignKey, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _

from contracts.admin.rights import may_edit, may_read
from contracts.admin.widgets import AmountInput
from contracts.models import Contract, Department, Term
from contracts.models.base import VersionedRecord
from contracts.models.fields import ScaledDecimalField
from contracts.queries.rights import departments_of_editor, people_known_to
from contracts.services import records

if TYPE_CHECKING:
    BaseAdmin = admin.ModelAdmin[Any]
    BaseTabularInline = admin.TabularInline[Any, Any]
    BaseModelForm = forms.ModelForm[Any]
    FORMFIELD_OVERRIDES_INLINE: dict[Any, Any] = {}

    class BaseHistoryAdmin:
        """What simple_history adds, as far as we call it."""

else:
    BaseModelForm = forms.ModelForm
    from simple_history.admin import SimpleHistoryAdmin as BaseHistoryAdmin
    from unfold.admin import ModelAdmin as BaseAdmin
    from unfold.admin import TabularInline as BaseTabularInline
    from unfold.overrides import FORMFIELD_OVERRIDES_INLINE

PARENTS = (Contract, Term)
OVERRIDES: dict[Any, Any] = {
    ScaledDecimalField: {"widget": AmountInput},
    models.URLField: {"assume_scheme": "https"},
}


class VersionedForm(BaseModelForm):
    """Remembers the version that the editor saw, so that nobody overwrites what they have not read."""

    expected_version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["expected_version"].initial = self.instance.version
        else:
            del self.fields["expected_version"]


class RowRights:
    """Rights by row, for pages and inlines alike; an inline is asked with its parent."""

    model: type[models.Model]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may_read(request)

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return may_read(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return may_edit(request, self.model, obj)

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return may_edit(request, self.model, obj)

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return may_edit(request, self.model, obj)

    def formfield_for_foreignkey(
        self, db_field: "ForeignKey[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Offer only what this person may point to."""
        kwargs.setdefault("queryset", offered(db_field.related_model, request.user))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]  # the theme ships no types


class RecordAdmin(RowRights, BaseAdmin):
    """The pages of one table."""

    list_per_page = 50
    show_full_result_count = False
    list_filter_submit = True
    list_fullwidth = True
    warn_unsaved_form = True
    compressed_fields = True
    formfield_overrides = OVERRIDES

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: Any = super().get_queryset(request)
        visible: QuerySet[Any] = rows.visible_to(request.user)
        return visible

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        expected = form.cleaned_data.get("expected_version")
        records.store(obj, expected_version=expected, by=request.user)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        records.remove(obj, by=request.user)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for row in queryset:
            records.remove(row, by=request.user)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        formset.saved_forms = []
        rows = [
            *formset.save_existing_objects(commit=False),
            *formset.save_new_objects(commit=False),
        ]
        for row in formset.deleted_objects:
            records.remove(row, by=request.user)
        for row in rows:
            records.store(row, by=request.user)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Answer a refusal of the services with a message instead of a server error."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except records.StaleError:
            messages.error(
                request,
                _("Nothing was saved: somebody else changed this since you opened it."),
            )
        except ValidationError as refusal:
            for text in refusal.messages:
                messages.error(request, text)
        return HttpResponseRedirect(request.path)


class HistoryAdmin(BaseHistoryAdmin, RecordAdmin):
    """The pages of a table that keeps its history; a version is read there, never put back."""

    change_form_before_template = "contracts/hidden_fields.html"

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        if issubclass(self.model, VersionedRecord) and self.has_change_permission(request, obj):
            kwargs.setdefault("form", VersionedForm if self.form is forms.ModelForm else self.form)
        return super().get_form(request, obj, change=change, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [name for name in super().get_fields(request, obj) if name != "expected_version"]

    def revert_disabled(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def history_form_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            raise PermissionDenied
        page: HttpResponse = super().history_form_view(request, *args, **kwargs)  # type: ignore[misc]  # the theme ships no types
        return page


class ReadOnlyAdmin(RecordAdmin):
    """A table that the machine writes and people read."""

    actions: tuple[str, ...] = ()

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


class AppendOnlyAdmin(RecordAdmin):
    """A ledger: rows are added, never changed or removed."""

    actions: tuple[str, ...] = ()

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


class RecordInline(RowRights, BaseTabularInline):
    """Rows of a table on the page of what they belong to; the parent decides who may edit."""

    extra = 0
    show_change_link = True
    hide_title = True
    formfield_overrides = {**FORMFIELD_OVERRIDES_INLINE, **OVERRIDES}
    # What the rows name beside themselves: one statement for all of them.
    related: tuple[str, ...] = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.select_related(*self.related) if self.related else rows

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return may_edit(request, self.parent_model, obj)

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return may_edit(request, self.parent_model, obj)

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return may_edit(request, self.parent_model, obj)


def offered(model: Any, user: Any) -> QuerySet[Any]:
    """Return the rows of a table that this person may choose for a field."""
    if model is Department:
        return departments_of_editor(user)
    if model is get_user_model():
        return people_known_to(user)
    rows: Any = model._default_manager.all()
    chosen: QuerySet[Any] = rows.editable_by(user) if model in PARENTS else rows.visible_to(user)
    return chosen
