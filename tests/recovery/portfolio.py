"""Contracts in numbers: enough of each table that every term has one alert due."""

from datetime import date, timedelta
from decimal import Decimal

from contracts.models import Contract, Term, Vendor
from contracts.rules.vocabulary import AlertKind
from saas_tracker.accounts.models import User


def add_terms(count: int, *, anchor: date, owner: User | None, days_apart: int = 0) -> list[int]:
    """Add `count` contracts with one open term each; the anchors may lie some days apart.

    The derived days are written directly: what is tested here begins where they end.
    """
    vendor, _ = Vendor.objects.get_or_create(name="Vendor", normal_name="vendor")
    first = Contract.objects.count()
    contracts = Contract.objects.bulk_create(
        Contract(title=f"Contract {first + n}", vendor=vendor, owner=owner, currency="EUR")
        for n in range(count)
    )
    terms = Term.objects.bulk_create(
        Term(
            contract=contract,
            seq=1,
            start_date=anchor - timedelta(days=300),
            end_date=anchor + timedelta(days=900),
            annual_value=Decimal(1000),
            is_open=True,
            anchor_kind=AlertKind.NOTICE_DEADLINE.value,
            anchor_date=anchor + timedelta(days=n * days_apart),
            notice_deadline=anchor + timedelta(days=n * days_apart),
        )
        for n, contract in enumerate(contracts)
    )
    return [term.pk for term in terms]
