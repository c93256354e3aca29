"""The first administrator of a new installation."""

import secrets

from django.db import transaction

from saas_tracker.accounts.models import User

PASSWORD_BYTES = 12


@transaction.atomic
def create_first_administrator(*, email: str) -> str | None:
    """Create an administrator if nobody has an account yet.

    Returns the generated password, which is kept nowhere but as a hash, or None if there was
    somebody already.
    """
    if User.objects.exists():
        return None
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    User.objects.create_superuser(email, password)
    return password
