"""API tokens: the secret is shown once, only its hash is kept."""

import hmac
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from saas_tracker.accounts.models import ApiToken, User

# Secret scanners find leaked tokens by this.
MARK = "ct_"
SECRET_BYTES = 32
PREFIX_LENGTH = 11
LAST_USED_STEP = timedelta(minutes=1)


class Scope(StrEnum):
    """What a token may do; none of them includes another."""

    READ = "read"
    WRITE = "write"
    METRICS = "metrics"


@transaction.atomic
def create_token(
    owner: User, *, name: str, scopes: Collection[str], expires_at: datetime | None = None
) -> tuple[ApiToken, str]:
    """Store a token and return it with its secret, which nobody can read again.

    Raises `ValidationError` for an unknown scope, for none at all, and for an invalid name.
    """
    unknown = sorted(set(scopes) - set(Scope))
    if unknown or not scopes:
        message = _("Choose one or more of: %(scopes)s.")
        raise ValidationError(
            {"scopes": ValidationError(message, "scopes", {"scopes": ", ".join(Scope)})}
        )
    secret = MARK + secrets.token_urlsafe(SECRET_BYTES)
    token = ApiToken(
        owner=owner,
        name=name,
        prefix=secret[:PREFIX_LENGTH],
        secret_hash=digest(secret),
        scopes=[scope.value for scope in Scope if scope in scopes],
        expires_at=expires_at,
    )
    token.full_clean()
    token.save()
    return token, secret


def authenticate(secret: str, *, now: datetime) -> ApiToken | None:
    """Return the valid token of a secret, or None if it is unknown, expired, revoked or its owner inactive.

    `last_used_at` is written at most once a minute.
    """
    hashed = digest(secret)
    token = ApiToken.objects.select_related("owner").filter(secret_hash=hashed).first()
    if token is None or not hmac.compare_digest(token.secret_hash, hashed):
        return None
    if not is_valid(token, now=now):
        return None
    if token.last_used_at is None or token.last_used_at <= now - LAST_USED_STEP:
        _mark_used(token, now)
    return token


def is_valid(token: ApiToken, *, now: datetime) -> bool:
    """Say whether a token opens anything at `now`."""
    expired = token.expires_at is not None and token.expires_at <= now
    return not expired and token.revoked_at is None and token.owner.is_active


def revoke(token: ApiToken, *, now: datetime) -> ApiToken:
    """End a token from `now` on; a second call keeps the first instant."""
    ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now, updated_at=now)
    token.refresh_from_db(fields=["revoked_at", "updated_at"])
    return token


def digest(secret: str) -> str:
    """Return what is stored of a secret. It has 256 random bits: a fast hash is enough."""
    return sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


def _mark_used(token: ApiToken, now: datetime) -> None:
    # Conditional: of many requests at once, one writes.
    unmarked = Q(last_used_at=None) | Q(last_used_at__lte=now - LAST_USED_STEP)
    ApiToken.objects.filter(unmarked, pk=token.pk).update(last_used_at=now)
    token.last_used_at = now
