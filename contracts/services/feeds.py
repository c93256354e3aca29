"""Calendar feeds: the address is shown once, only a hash of its secret is kept."""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.db import transaction

from contracts.models import CalendarFeed, Department
from contracts.services import records

# Secret scanners find leaked addresses by this.
MARK = "cf_"
SECRET_BYTES = 32
PREFIX_LENGTH = 11
LAST_USED_STEP = timedelta(minutes=1)
ONE_SECOND = timedelta(seconds=1)


@transaction.atomic
def open_feed(
    owner: Any,
    *,
    name: str,
    department: Department | None = None,
    is_own_only: bool = False,
    by: Any = None,
) -> tuple[CalendarFeed, str]:
    """Store a feed for `owner` and return it with its secret, which nobody can read again.

    It shows what the owner may see whenever it is read: of `department` and those below it, or of
    everything; with `is_own_only` the owner's own contracts alone. `by` is the user that the
    history names. Raises `ValidationError` for a name that is empty or too long.

    Source: S05.
    """
    secret = MARK + secrets.token_urlsafe(SECRET_BYTES)
    feed = CalendarFeed(
        owner=owner,
        name=name,
        department=department,
        is_own_only=is_own_only,
        prefix=secret[:PREFIX_LENGTH],
        secret_hash=digest(secret),
    )
    return records.store(feed, by=by), secret


@transaction.atomic
def revoke(feed: CalendarFeed, *, now: datetime, by: Any = None) -> CalendarFeed:
    """End a feed from `now` on; a second call keeps the first instant.

    Source: S05.
    """
    current = CalendarFeed.objects.select_for_update().get(pk=feed.pk)
    if current.revoked_at is not None:
        return current
    current.revoked_at = now
    return records.store(current, by=by)


def find(secret: str) -> CalendarFeed | None:
    """Return the feed that a secret opens; None for an unknown or revoked one and an inactive owner.

    The database compares hashes, so the time an answer takes says nothing about the secret.

    Source: S05.
    """
    feed: CalendarFeed | None = (
        CalendarFeed.objects.valid()
        .select_related("owner")
        .filter(secret_hash=digest(secret))
        .first()
    )
    return feed


def mark_read(feed: CalendarFeed, *, content_tag: str, now: datetime) -> datetime:
    """Remember that the feed was read at `now` and what it said; return since when it says so.

    That instant grows with every change, at least by the second that HTTP can tell apart, and also
    when an event is gone, which no remaining row could tell. Written when something changed, else at
    most once a minute. `content_tag` is a hash of what was read, in at most 64 characters.

    Source: RFC 9110, 8.8.2.1.
    """
    changed_at = feed.changed_at
    if changed_at is None or feed.content_tag != content_tag:
        whole = now.replace(microsecond=0)
        changed_at = whole if changed_at is None else max(whole, changed_at + ONE_SECOND)
    elif feed.last_used_at is not None and feed.last_used_at > now - LAST_USED_STEP:
        return changed_at
    CalendarFeed.objects.filter(pk=feed.pk).update(
        content_tag=content_tag, changed_at=changed_at, last_used_at=now
    )
    return changed_at


def digest(secret: str) -> str:
    """Return what is stored of a secret. It has 256 random bits: a fast hash is enough.

    Source: S05.
    """
    return sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()
