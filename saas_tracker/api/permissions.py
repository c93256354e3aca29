"""What a request may do at all; which rows it may touch is the querysets' decision."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from saas_tracker.accounts.models import ApiToken
from saas_tracker.accounts.tokens import Scope


class SignedInWithinScope(BasePermission):
    """Somebody active asks; a token reaches as far as its scopes, a session everywhere."""

    message = _("This token's scopes do not reach here.")

    def has_permission(self, request: Request, view: Any) -> bool:
        if not request.user.is_authenticated or not request.user.is_active:
            return False
        return not isinstance(request.auth, ApiToken) or self.scope_of(request, view) in (
            request.auth.scopes
        )

    def scope_of(self, request: Request, view: Any) -> str:
        """Return the scope a token needs here: the view's own, else by method."""
        own: str | None = getattr(view, "scope_needed", None)
        return own or (Scope.READ if request.method in SAFE_METHODS else Scope.WRITE)


class SessionOnly(SignedInWithinScope):
    """A person who signed in; no token, whatever its scopes."""

    message = _("Sign in on the site for this; a token cannot manage tokens.")

    def has_permission(self, request: Request, view: Any) -> bool:
        if isinstance(request.auth, ApiToken):
            return False
        return super().has_permission(request, view)
