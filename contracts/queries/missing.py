"""What is missing from contracts that run: each gap hides a deadline, a price or a person."""

from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from contracts.models import Contract, Term
from contracts.rules.vocabulary import RenewalKind

NEEDS_NOTICE = (RenewalKind.AUTO.value, RenewalKind.EVERGREEN.value)
_STANDING = Term.objects.filter(contract=OuterRef("pk"), is_void=False)

GAPS: dict[str, Q] = {
    "owner": Q(owner=None),
    "notice": Q(notice_value=None, renewal_kind__in=NEEDS_NOTICE),
    "end": Q(Exists(_STANDING.filter(end_date=None)))
    & ~Q(renewal_kind=RenewalKind.EVERGREEN.value),
    "price": Q(Exists(_STANDING.filter(is_assumed=True))),
    "department": Q(department=None),
    "category": Q(category=None),
    "term": ~Q(Exists(Term.objects.filter(contract=OuterRef("pk")))),
}


def lacking(contracts: QuerySet[Any], gap: str, today: date) -> QuerySet[Any]:
    """Keep the running contracts with this gap; raises KeyError for a gap that is not in GAPS."""
    return _running(contracts, today).filter(GAPS[gap])


def missing_counts(user: Any, *, today: date) -> dict[str, int]:
    """Return how many running contracts that `user` sees have each gap, in one statement."""
    running = _running(Contract.objects.visible_to(user).order_by(), today)
    counts: dict[str, int] = running.aggregate(
        **{name: Count("pk", filter=gap) for name, gap in GAPS.items()}
    )
    return counts


def _running(contracts: QuerySet[Any], today: date) -> QuerySet[Any]:
    """Keep contracts that are not over: something follows, or nothing is known of their terms yet."""
    terms = Term.objects.filter(contract=OuterRef("pk"), is_void=False)
    alive = terms.filter(Q(end_date=None) | Q(end_date__gte=today))
    return contracts.filter(
        Q(cancelled_on=None) | Q(cancelled_on__gte=today),
        Q(Exists(alive)) | ~Q(Exists(terms)),
    )
