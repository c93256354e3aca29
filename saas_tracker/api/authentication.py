"""Who asks: a program with a token."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from saas_tracker.accounts import tokens
from saas_tracker.accounts.models import ApiToken, User

KEYWORD = b"bearer"


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer ct_…`. Every way a token can be wrong has the same answer."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != KEYWORD:
            return None
        secret = parts[1].decode("latin-1") if len(parts) == 2 else ""
        token = tokens.authenticate(secret, now=timezone.now())
        if token is None:
            raise AuthenticationFailed(_("This token is not valid."), code="invalid_token")
        return token.owner, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'
