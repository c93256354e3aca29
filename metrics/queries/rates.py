"""The fixing that counts on a day (C8, R26)."""

from datetime import date
from fractions import Fraction

from contracts.models import FxRate
from metrics.queries.sql import fetch
from metrics.rules.conversion import PIVOT, Fixing

# The currencies one by one along the index, and of each the last day: not every rate there ever was.
LAST_RATES = """
WITH RECURSIVE q(quote) AS (
    SELECT MIN(quote) FROM contracts_fxrate
    UNION ALL
    SELECT (SELECT MIN(x.quote) FROM contracts_fxrate x WHERE x.quote > q.quote)
    FROM q WHERE q.quote IS NOT NULL
),
lasts(quote, day) AS (
    SELECT q.quote, (
        SELECT MAX(x.fixed_on) FROM contracts_fxrate x
        WHERE x.quote = q.quote AND x.base = %(pivot)s AND x.fixed_on <= %(day)s
    )
    FROM q
)
SELECT r.quote, r.rate, r.fixed_on, r.source
FROM lasts
JOIN contracts_fxrate r ON r.quote = lasts.quote AND r.fixed_on = lasts.day
WHERE r.base = %(pivot)s
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
