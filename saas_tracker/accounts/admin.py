"""People, and the tokens of their programs."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from contracts.admin.base import BaseAdmin, BaseHistoryAdmin, RecordInline
from contracts.admin.rights import administers, may_read
from contracts.models import Membership
from contracts.queries.rights import people_known_to
from contracts.templatetags.tone import badge
from saas_tracker.accounts import people, tokens
from saas_tracker.accounts.forms import NewPersonForm, PersonForm, TokenForm
from saas_tracker.accounts.models import ApiToken, User

if TYPE_CHECKING:
    from django.contrib.auth.forms import AdminPasswordChangeForm

    class BaseUserAdmin:
        """What Django's own user admin adds."""

else:
    from django.contrib.auth.admin import UserAdmin as BaseUserAdmin
    from unfold.forms import AdminPasswordChangeForm

admin.site.unregister(Group)


class MembershipInline(RecordInline):
    """The roles of a person; only administrators give them."""

    model = Membership
    related = ("user", "department")
    fields = ("department", "role")
    show_change_link = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return administers(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_read(request)

    has_change_permission = has_add_permission
    has_delete_permission = has_add_permission


@admin.register(User)
class PersonAdmin(BaseHistoryAdmin, BaseUserAdmin, BaseAdmin):
    """Colleagues see each other's names; administrators change them, superusers only by superusers."""

    form = PersonForm
    add_form = NewPersonForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("email", "name", "is_active", "is_superuser", "last_login")
    list_filter = ("is_active", "is_superuser")
    search_fields = ("email", "name")
    ordering = ("email",)
    filter_horizontal = ()
    readonly_fields = ("last_login", "created_at")
    inlines = (MembershipInline,)
    fieldsets = (
        (None, {"fields": (("email", "name"), ("time_zone", "locale"))}),
        (
            _("Access"),
            {"fields": (("is_active", "is_staff"), "is_superuser", ("last_login", "created_at"))},
        ),
    )
    add_fieldsets = ((None, {"fields": ("email", "name", "password1", "password2")}),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        if administers(request):
            return super().get_queryset(request)
        return people_known_to(request.user)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        granted = () if request.user.is_superuser else ("is_superuser",)
        return (*self.readonly_fields, *granted)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may_read(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_read(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return may_read(request) and administers(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is not None and obj.is_superuser and not request.user.is_superuser:
            return False
        return self.has_add_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        myself = obj is not None and obj.pk == request.user.pk
        return not myself and self.has_change_permission(request, obj)

    def revert_disabled(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def history_form_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return HttpResponse(status=405)
        page: HttpResponse = super().history_form_view(request, *args, **kwargs)  # type: ignore[misc]  # the theme ships no types
        return page

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        people.store(obj, by=request.user)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        people.remove(obj, by=request.user)


@admin.register(ApiToken)
class ApiTokenAdmin(BaseAdmin):
    """People make tokens for themselves; administrators see and revoke those of all."""

    form = TokenForm
    list_display = ("name", "prefix", "owner", "scopes", "standing", "expires_at", "last_used_at")
    list_select_related = ("owner",)
    search_fields = ("name", "prefix", "owner__email")
    actions = ("revoke",)
    fields = ("name", "scopes", "expires_at")
    readonly_fields = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        return rows if administers(request) else rows.filter(owner=request.user)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may_read(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is None or obj.owner_id == request.user.pk:
            return may_read(request)
        return may_read(request) and administers(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return may_read(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("State"))
    def standing(self, row: ApiToken) -> SafeString:
        if tokens.is_valid(row, now=timezone.now()):
            return badge(_("Valid"), "good")
        return badge(_("Revoked") if row.revoked_at else _("Expired"), "quiet")

    @admin.action(description=_("Revoke"))
    def revoke(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for token in queryset:
            tokens.revoke(token, now=timezone.now())
        messages.success(request, _("The tokens are revoked: they open nothing any more."))

    def save_form(self, request: Any, form: Any, change: bool) -> Any:
        """Make the token here: its secret exists only while this request is answered."""
        super().save_form(request, form, change)
        token, request.new_secret = tokens.create_token(
            request.user,
            name=form.cleaned_data["name"],
            scopes=form.cleaned_data["scopes"],
            expires_at=form.cleaned_data["expires_at"],
        )
        return token

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Nothing is left to store."""

    def response_add(
        self, request: Any, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": _("Your new token"),
            "token": obj,
            "secret": request.new_secret,
        }
        return TemplateResponse(request, "admin/token_created.html", context)
