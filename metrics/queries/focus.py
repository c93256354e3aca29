"""Terms as rows of the FOCUS 1.3 contract commitment dataset; their costs add up to the total value."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from contracts.rules.calendar import ONE_DAY
from metrics.queries.question import Question
from metrics.queries.renewals import as_date
from metrics.queries.rows_addresses import of_question
from metrics.queries.rows_opened import LABEL
from metrics.queries.sql import amount, contracts_of, fetch
from metrics.queries.tables import NO_RATES, Table
from metrics.rules.shares import plain, printed_parts
from metrics.rules.spend import total_contract_value

HEADER = (
    "BillingCurrency",
    "ContractCommitmentCategory",
    "ContractCommitmentCost",
    "ContractCommitmentDescription",
    "ContractCommitmentId",
    "ContractCommitmentPeriodEnd",
    "ContractCommitmentPeriodStart",
    "ContractCommitmentQuantity",
    "ContractCommitmentType",
    "ContractCommitmentUnit",
    "ContractId",
    "ContractPeriodEnd",
    "ContractPeriodStart",
)
CATEGORY, TYPE, UNIT = "Spend", "Subscription Term", "Units"
NAME = "focus-contract-commitments"
DEFINITION = _(
    "One row per term with an end; its cost is annual value * length in years, so that all rows of a"
    " currency add up to its total contract value."
)
VARIANT = _(
    "FOCUS 1.3. Cancellation is ignored. Instants are UTC and the end of a period is exclusive: the"
    " day after the last day."
)
TERMS = """
WITH spans AS (
    SELECT contract_id, MIN(start_date) AS first_day, MAX(end_date) AS last_day
    FROM contracts_term WHERE end_date IS NOT NULL GROUP BY contract_id
)
SELECT c.currency, c.id, c.external_reference, c.public_id, $label, v.name, t.seq, t.start_date, t.end_date,
    t.annual_value, t.whole_years, t.part_days, t.part_year_days, t.quantity,
    spans.first_day, spans.last_day
FROM contracts_term t
JOIN contracts_contract c ON c.id = t.contract_id
JOIN contracts_vendor v ON v.id = c.vendor_id
JOIN spans ON spans.contract_id = c.id
WHERE $visible AND t.end_date IS NOT NULL
ORDER BY 1, 2, t.seq
"""


class Commitment(NamedTuple):
    """A term as the statement returns it."""

    currency: str
    contract_pk: int
    external_reference: str
    public_id: Any
    title: str
    vendor: str
    seq: int
    start: Any
    end: Any
    value: int
    years: int
    part_days: int
    part_year_days: int
    quantity: int | None
    first_day: Any
    last_day: Any

    @property
    def contract_id(self) -> str:
        """A reference is unique where there is one; else the contract's own number is."""
        return self.external_reference or str(UUID(str(self.public_id)))


def commitments(question: Question) -> Table:
    """Return every term that the asker may read as a contract commitment."""
    rows = fetch(
        TERMS,
        label=LABEL,
        visible=contracts_of(question.scope),
    )
    by_currency: dict[str, list[Commitment]] = defaultdict(list)
    for row in rows:
        by_currency[row[0]].append(Commitment(*row))
    found = (line for terms in by_currency.values() for line in _lines(terms))
    return Table(NAME, _about(question), HEADER, tuple(found))


def instant(day: date) -> str:
    """Write the first instant of a day as FOCUS does: 2024-01-01T00:00:00Z."""
    return f"{day.isoformat()}T00:00:00Z"


def _lines(terms: Sequence[Commitment]) -> list[tuple[Any, ...]]:
    costs = [
        total_contract_value(amount(each.value), each.years, each.part_days, each.part_year_days)
        for each in terms
    ]
    printed = printed_parts(costs)
    return [_line(each, Decimal(cost)) for each, cost in zip(terms, printed, strict=True)]


def _line(term: Commitment, cost: Decimal) -> tuple[Any, ...]:
    quantity = None if term.quantity is None else plain(amount(term.quantity))
    return (
        term.currency,
        CATEGORY,
        cost,
        f"{term.vendor}: {term.title}, term {term.seq}",
        f"{term.contract_id}/{term.seq}",
        instant(as_date(term.end) + ONE_DAY),
        instant(as_date(term.start)),
        None if quantity is None else Decimal(quantity),
        TYPE,
        None if quantity is None else UNIT,
        term.contract_id,
        instant(as_date(term.last_day) + ONE_DAY),
        instant(as_date(term.first_day)),
    )


def _about(question: Question) -> tuple[tuple[str, str], ...]:
    return (
        ("metric", NAME),
        ("definition", str(DEFINITION)),
        ("variant", str(VARIANT)),
        ("as_of", of_question(question)["as_of"]),
        ("rates", NO_RATES),
    )
