"""The one way in which the pages of accounts store and remove a person."""

from typing import Any

from django.db import transaction

from saas_tracker.accounts.models import User


@transaction.atomic
def store(user: User, *, by: Any) -> User:
    """Save a person with the history naming `by`; an address is kept without blanks around it."""
    user.email = User.objects.normalize_email(user.email).strip()
    sign(user, by)
    user.full_clean(exclude=["password"])
    user.save()
    return user


@transaction.atomic
def remove(user: User, *, by: Any) -> None:
    """Delete a person; raises `ProtectedError` where messages to them are on record: deactivate instead."""
    sign(user, by)
    user.delete()


def sign(user: Any, by: Any) -> None:
    """Name `by` in the history of what is written next."""
    user._history_user = by
