"""Forms for people and tokens."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from contracts.admin.readers import ReaderForm
from saas_tracker.accounts.models import ApiToken, User
from saas_tracker.accounts.tokens import Scope

if TYPE_CHECKING:
    from django.contrib.auth.forms import UserChangeForm, UserCreationForm

    BaseChangeForm = UserChangeForm[User]
    BaseCreationForm = UserCreationForm[User]
    BaseTokenForm = forms.ModelForm[ApiToken]
    Checkboxes = forms.CheckboxSelectMultiple
else:
    BaseTokenForm = forms.ModelForm
    from unfold.forms import UserChangeForm as BaseChangeForm
    from unfold.forms import UserCreationForm as BaseCreationForm
    from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget as Checkboxes

SCOPES = (
    (Scope.READ.value, _("Read: everything that its owner sees")),
    (Scope.WRITE.value, _("Write: what its owner may change")),
    (Scope.METRICS.value, _("Metrics: the figures")),
)


class NewPersonForm(BaseCreationForm):
    """A person with a first password."""

    class Meta:
        model = User
        fields = ("email", "name")


class PersonForm(ReaderForm, BaseChangeForm):
    """A person."""

    class Meta:
        model = User
        fields = ("email", "name", "time_zone", "locale", "is_active", "is_staff", "is_superuser")


class TokenForm(BaseTokenForm):
    """A new token: what it is for, and what it may do."""

    scopes = forms.MultipleChoiceField(
        label=_("Scopes"), choices=SCOPES, widget=Checkboxes, initial=[Scope.READ.value]
    )

    class Meta:
        model = ApiToken
        fields = ("name", "scopes", "expires_at")

    def clean_scopes(self) -> list[Any]:
        return list(self.cleaned_data["scopes"])
