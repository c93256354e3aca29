"""Price flags that are new and still open."""

from datetime import date
from typing import Any

from django.db.models import Case, IntegerField, QuerySet, Value, When

from contracts.models import PriceFlag
from contracts.rules.vocabulary import FlagState, Severity

RANKS = {severity.value: rank for rank, severity in enumerate(Severity)}


def open_flags(user: Any, *, first: date, last: date) -> QuerySet[Any]:
    """Return the open flags of terms that began in these days, the gravest and dearest first."""
    rank = Case(
        *(When(severity=name, then=Value(rank)) for name, rank in RANKS.items()),
        default=Value(0),
        output_field=IntegerField(),
    )
    flags: QuerySet[Any] = (
        PriceFlag.objects.visible_to(user)
        .filter(state=FlagState.OPEN.value, term__start_date__range=(first, last))
        .select_related("term__contract__vendor")
        .order_by(rank.desc(), "-amount", "pk")
    )
    return flags
