"""What the alert policies ask for, contract by contract."""

from collections.abc import Iterable

from django.conf import settings


def escalation_days_of(contract_ids: Iterable[int]) -> dict[int, int]:
    """Return for each contract the days after which an alert that nobody acts on goes further."""
    days: int = settings.ALERT_ESCALATION_DAYS
    return dict.fromkeys(contract_ids, days)
