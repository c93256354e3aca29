"""Amounts of several currencies at one fixing (C8, R26)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import OuterRef, Subquery

from contracts.models import FxRate

PIVOT = "EUR"


@dataclass(frozen=True, slots=True)
class Fixing:
    """What one unit of each currency is worth in `base`; `fixed_on` is the oldest rate among them."""

    base: str
    worth: Mapping[str, Decimal] = field(default_factory=dict)
    fixed_on: date | None = None

    def converted(self, amount: Decimal, currency: str) -> Decimal | None:
        """Return the amount in the base currency, None where no rate is known (never 1:1)."""
        if currency == self.base:
            return amount
        worth = self.worth.get(currency)
        return None if worth is None else amount * worth


def fixing_on(day: date, *, base: str, currencies: Iterable[str]) -> Fixing:
    """Return the last rates known on `day` for these currencies, in one statement.

    Source: R26, C8.
    """
    wanted = {*currencies, base} - {PIVOT}
    if wanted <= {base} and set(currencies) <= {base}:
        return Fixing(base)
    known = FxRate.objects.filter(base=PIVOT, quote__in=wanted, fixed_on__lte=day)
    newest = known.filter(quote=OuterRef("quote")).order_by("-fixed_on").values("fixed_on")[:1]
    rows = known.filter(fixed_on=Subquery(newest)).order_by("pk")
    rates = {rate.quote: rate for rate in rows}
    per_pivot = {PIVOT: Decimal(1)} | {quote: row.rate for quote, row in rates.items()}
    if base not in per_pivot:
        return Fixing(base)
    return Fixing(
        base,
        {code: per_pivot[base] / rate for code, rate in per_pivot.items()},
        min((row.fixed_on for row in rates.values()), default=None),
    )
