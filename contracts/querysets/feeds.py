"""Named filters over calendar feeds."""

from typing import Any, Self

from contracts.querysets.access import M, OwnedQuerySet


class FeedQuerySet(OwnedQuerySet[M]):
    """Feeds are their owner's own; administrators of the organisation see and revoke those of all."""

    def visible_to(self, user: Any) -> Self:
        """Keep the user's own feeds, all of them for an administrator of the organisation."""
        return self.editable_by(user)

    def valid(self) -> Self:
        """Keep the feeds that still open something: not revoked, of an active person."""
        return self.filter(revoked_at=None, owner__is_active=True)
