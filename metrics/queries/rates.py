"""The fixing that counts on a day (C8, R26)."""

from datetime import date
from fractions import Fraction

from contracts.models import FxRate
from metrics.queries.sql import fetch
from metrics.rules.conversion import PIVOT, Fixing

LAST_RATES = """
SELECT r.quote, r.rate, r.fixed_on, r.source
FROM contracts_fxrate r
WHERE r.base = %(pivot)s AND r.fixed_on = (
    SELECT MAX(x.fixed_on) FROM contracts_fxrate x
    WHERE x.quote = r.quote AND x.base = r.base AND x.fixed_on <= %(day)s
)
ORDER BY r.quote, r.source
"""
RATE_SCALE = 10 ** FxRate._meta.get_field("rate").decimal_places


def fixing(on: date) -> Fixing:
    """Return each currency's last fixing on or before the day; of several sources the first by name."""
    rates: dict[str, Fraction] = {}
    fixed_on: dict[str, date] = {}
    sources = set()
    for quote, rate, day, source in fetch(LAST_RATES, {"day": on, "pivot": PIVOT}):
        if quote not in rates:
            rates[quote] = Fraction(rate, RATE_SCALE)
            fixed_on[quote] = date.fromisoformat(day) if isinstance(day, str) else day
            sources.add(source)
    return Fixing(on, rates, fixed_on, frozenset(sources))
