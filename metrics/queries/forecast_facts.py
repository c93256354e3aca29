"""The facts that forecasts are drawn from: terms and since when they are known, and monthly charges."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from itertools import groupby
from typing import Any

from contracts.rules.calendar import add_months
from contracts.rules.period import Period, periods
from contracts.rules.vocabulary import RenewalKind
from metrics.queries.question import EVERYTHING, Scope
from metrics.queries.renewals import as_date
from metrics.queries.sql import charges_of, contracts_of, exact_sum, fetch, listed, sums
from metrics.rules.forecast_facts import ContractFacts, TermFacts

TERMS = """
SELECT c.id, c.vendor_id, COALESCE(c.category_id, 0), c.currency, c.renewal_kind,
    c.signed_on, c.notice_given_on, c.cancelled_on, t.seq, t.start_date, t.end_date, t.signed_on,
    t.annual_value, SUBSTR(CAST(t.created_at AS text), 1, 10)
FROM contracts_term t
JOIN contracts_contract c ON c.id = t.contract_id
WHERE $visible
ORDER BY c.id, t.seq
"""
CHARGES = """
WITH p(label, first_day, last_day) AS ($periods)
SELECT p.label, ch.currency, $net
FROM p
JOIN contracts_charge ch ON ch.charged_on BETWEEN p.first_day AND p.last_day
LEFT JOIN contracts_contract c ON c.id = ch.contract_id
WHERE $visible
GROUP BY 1, 2
"""
LAST_CHARGE = "SELECT MAX(ch.charged_on) FROM contracts_charge ch WHERE $visible"
ANY_TERM = """
SELECT COUNT(*) FROM (
    SELECT 1 FROM contracts_term t JOIN contracts_contract c ON c.id = t.contract_id
    WHERE $visible LIMIT 1
) AS found
"""
NET = "(ch.gross - ch.discount - ch.allowance - ch.credit)"
Series = dict[str, dict[str, int]]


def contract_facts(scope: Scope = EVERYTHING) -> list[ContractFacts]:
    """Return every contract with its terms, in one statement."""
    rows = fetch(TERMS, visible=contracts_of(scope))
    return [_contract(list(group)) for _, group in groupby(rows, key=lambda row: row[0])]


def has_terms(scope: Scope = EVERYTHING) -> bool:
    """Say whether there is any term."""
    ((count,),) = fetch(ANY_TERM, visible=contracts_of(scope))
    return bool(count)


def monthly_charges(until: date, months: int, scope: Scope = EVERYTHING) -> Series:
    """Return the net charges of the last `months` months up to a day, per currency and month."""
    first = add_months(until.replace(day=1), 1 - months)
    spans = periods(Period(first, until), "month")
    rows = fetch(
        CHARGES,
        periods=listed([(label, part.start, part.end) for label, part in spans]),
        net=exact_sum(NET),
        visible=charges_of(scope),
    )
    found: Series = defaultdict(lambda: dict.fromkeys((label for label, _ in spans), 0))
    for label, currency, *halves in sorted(rows, key=lambda row: row[:2]):
        found[currency][label] = sums(halves)[0]
    return dict(found)


def last_charge(scope: Scope = EVERYTHING) -> date | None:
    """Return the day of the newest charge."""
    ((day,),) = fetch(LAST_CHARGE, visible=charges_of(scope))
    return None if day is None else as_date(day)


def _contract(rows: list[tuple[Any, ...]]) -> ContractFacts:
    key, vendor, category, currency, kind, signed, given, cancelled, *_ = rows[0]
    left, noticed = _day(cancelled), _day(given)
    known = min(left, noticed) if left and noticed else left
    return ContractFacts(
        key,
        vendor,
        category,
        currency,
        kind in (RenewalKind.AUTO.value, RenewalKind.EVERGREEN.value),
        tuple(_terms(rows, _day(signed))),
        left,
        known,
    )


def _terms(rows: list[tuple[Any, ...]], contract_signed: date | None) -> Iterator[TermFacts]:
    for place, (*_, seq, start, end, signed, value, entered) in enumerate(rows):
        first, agreed = as_date(start), _day(signed) or (contract_signed if place == 0 else None)
        # Without a signing day a term is known once it is entered, an old one once it began.
        known = agreed or min(first, as_date(entered))
        yield TermFacts(seq, first, _day(end), value, known)


def _day(value: Any) -> date | None:
    return None if value is None else as_date(value)
