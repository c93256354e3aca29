"""The year after a day: what is committed, and what it costs if everything renews (R14, R21)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from contracts.models import Contract
from contracts.rules.period import Period, periods
from contracts.rules.vocabulary import RenewalKind
from metrics.queries.question import EVERYTHING, Scope
from metrics.queries.renewals import as_date
from metrics.queries.spend import BOUND, SIGNED, Spend, agreed_spend
from metrics.queries.sql import amount, contracts_of, exact_sum, fetch, sums
from metrics.rules.forecast import assumed_renewals, grown, year_after

CAP_SCALE = 10 ** Contract._meta.get_field("cap_pct").decimal_places
# Contracts whose last terms have the same dates and cap renew alike, so they are added up first:
# the rows are kinds of terms, not contracts.
RENEWING = """
SELECT c.currency, t.start_date, t.end_date, c.cap_pct, $value
FROM contracts_term t
JOIN contracts_contract c ON c.id = t.contract_id
WHERE $visible AND $signed AND c.renewal_kind = %(auto)s AND c.cancelled_on IS NULL
    AND t.end_date BETWEEN %(as_of)s AND %(last)s
    AND NOT EXISTS (
        SELECT 1 FROM contracts_term o
        WHERE o.contract_id = t.contract_id AND (
            o.end_date IS NULL OR o.end_date > t.end_date
            OR (o.end_date = t.end_date AND o.seq > t.seq)
        )
    )
GROUP BY 1, 2, 3, 4
"""


@dataclass(frozen=True, slots=True)
class Renewing:
    """Terms with the same dates, currency and cap that are taken to renew, added up."""

    currency: str
    start: date
    end: date
    cap_pct: Fraction | None
    annual_value: Fraction


Months = dict[tuple[str, str], Fraction]


def forecasts(as_of: date, scope: Scope = EVERYTHING) -> dict[str, list[Spend]]:
    """Return the months of the year after `as_of`: committed, flat and with uplift.

    Flat and uplift add what auto-renewing contracts cost after their last term, at the same price
    or raised by their cap at each renewal. Lapsed and cancelled contracts do not come back.
    """
    window = year_after(as_of)
    agreed = agreed_spend(window, as_of, scope)
    terms = renewing(as_of, window.end, scope)
    return {
        "committed": _added([row for row in agreed if row.name == BOUND], {}),
        "flat": _added(agreed, assumed_spend(terms, window, uplift=False)),
        "uplift": _added(agreed, assumed_spend(terms, window, uplift=True)),
    }


def renewing(as_of: date, last: date, scope: Scope = EVERYTHING) -> list[Renewing]:
    """Return the last terms of auto-renewing contracts that end from `as_of` to `last`."""
    rows = fetch(
        RENEWING,
        {"as_of": as_of, "last": last, "auto": RenewalKind.AUTO.value},
        signed=SIGNED,
        value=exact_sum("t.annual_value"),
        visible=contracts_of(scope),
    )
    return [
        Renewing(
            currency,
            as_date(start),
            as_date(end),
            None if cap is None else Fraction(int(cap), CAP_SCALE),
            amount(sums(halves)[0]),
        )
        for currency, start, end, cap, *halves in rows
    ]


def assumed_spend(terms: Iterable[Renewing], window: Period, *, uplift: bool) -> Months:
    """Return what the assumed renewals cost in each month of the window."""
    found: Months = defaultdict(Fraction)
    for term in terms:
        cap = term.cap_pct if uplift else None
        for piece in assumed_renewals(term.start, term.end, window):
            day_cost = grown(term.annual_value, cap, piece.renewal) / piece.year_days
            for month, part in periods(piece.days, "month"):
                found[month, term.currency] += day_cost * part.days
    return found


def _added(covered: Iterable[Spend], assumed: Months) -> list[Spend]:
    found = defaultdict(Fraction, assumed)
    for row in covered:
        found[row.label, row.currency] += row.value
    return [Spend(month, "", currency, value) for (month, currency), value in sorted(found.items())]
