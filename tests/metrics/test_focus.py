"""Contract commitments as FOCUS 1.3 has them: named, dated in UTC, adding up to the total value."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from contracts.models import Term
from contracts.rules.period import Period
from metrics.queries import spend
from metrics.queries.focus import HEADER, commitments
from metrics.queries.question import Question
from metrics.rules.presentation import money
from tests import factories
from tests.metrics.stories import ContractStory, tell, term, years

pytestmark = pytest.mark.django_db

QUESTION = Question(Period(date(2024, 1, 1), date(2024, 12, 31)), date(2024, 12, 31))
COLUMNS = {
    "BillingCurrency", "ContractCommitmentCategory", "ContractCommitmentCost",
    "ContractCommitmentDescription", "ContractCommitmentId", "ContractCommitmentPeriodEnd",
    "ContractCommitmentPeriodStart", "ContractCommitmentQuantity", "ContractCommitmentType",
    "ContractCommitmentUnit", "ContractId", "ContractPeriodEnd", "ContractPeriodStart",
}  # fmt: skip


def rows() -> list[dict[str, Any]]:
    return [dict(zip(HEADER, row, strict=True)) for row in commitments(QUESTION).rows]


def test_the_columns_are_those_of_the_specification() -> None:
    assert set(HEADER) == COLUMNS
    assert len(HEADER) == len(COLUMNS)


def test_a_term_is_a_commitment_whose_end_is_exclusive() -> None:
    tell(ContractStory("K1", years(2023, 100, 120), vendor="Acme", cancelled=date(2024, 3, 1)))
    first, second = rows()
    assert second == {
        "BillingCurrency": "EUR",
        "ContractCommitmentCategory": "Spend",
        "ContractCommitmentCost": Decimal("120.00"),
        "ContractCommitmentDescription": "Acme: K1, term 2",
        "ContractCommitmentId": "K1/2",
        "ContractCommitmentPeriodEnd": "2025-01-01T00:00:00Z",
        "ContractCommitmentPeriodStart": "2024-01-01T00:00:00Z",
        "ContractCommitmentQuantity": None,
        "ContractCommitmentType": "Subscription Term",
        "ContractCommitmentUnit": None,
        "ContractId": "K1",
        "ContractPeriodEnd": "2025-01-01T00:00:00Z",
        "ContractPeriodStart": "2023-01-01T00:00:00Z",
    }
    assert first["ContractCommitmentPeriodEnd"] == second["ContractCommitmentPeriodStart"]


def test_the_costs_of_a_currency_add_up_to_its_total_value() -> None:
    odd = (term(1, date(2023, 1, 1), date(2023, 4, 10), "33.33"),)
    tell(
        *(ContractStory(f"E{n}", odd) for n in range(7)),
        *(ContractStory(f"U{n}", odd, currency="USD") for n in range(3)),
    )
    for total in spend.total_contract_value():
        costs = [
            row["ContractCommitmentCost"]
            for row in rows()
            if row["BillingCurrency"] == total.currency
        ]
        assert sum(costs) == Decimal(money(total.value))


def test_a_quantity_comes_with_its_unit_and_no_end_is_no_commitment() -> None:
    contract = tell(ContractStory("K1", years(2023, 100)))["K1"]
    Term.objects.filter(contract=contract).update(quantity=Decimal("2.5"))
    factories.TermFactory.create(
        contract=contract, seq=2, start_date=date(2024, 1, 1), end_date=None
    )
    (row,) = rows()
    assert row["ContractCommitmentQuantity"] == Decimal("2.5")
    assert row["ContractCommitmentUnit"] == "Units"


def test_a_contract_without_a_reference_has_its_own_number() -> None:
    contract = tell(ContractStory("K1", years(2023, 100)))["K1"]
    type(contract).objects.update(external_reference="")
    (row,) = rows()
    assert row["ContractId"] == str(contract.public_id)
    assert row["ContractCommitmentId"] == f"{contract.public_id}/1"
