"""The ledger of what was paid: rows are added, and taken back by rows of their own."""

from datetime import date
from typing import Any

from django.db import transaction

from contracts.models import Charge
from contracts.services import records

AMOUNTS = ("gross", "discount", "allowance", "credit", "tax")
COPIED = ("source", "contract_id", "vendor_id", "department_id", "currency")
MARK = "/reversed"


@transaction.atomic
def reverse(charge: Charge, *, charged_on: date, description: str = "", by: Any = None) -> Charge:
    """Add the row that takes `charge` back on the day `charged_on`: every amount with the other sign.

    Raises `ValidationError` if the charge is reversed already.
    """
    longest = Charge._meta.get_field("external_id").max_length or 0
    reversal = Charge(
        **{name: getattr(charge, name) for name in COPIED},
        **{name: -getattr(charge, name) for name in AMOUNTS},
        external_id=charge.external_id[: longest - len(MARK)] + MARK,
        charged_on=charged_on,
        description=description or charge.description,
        reverses=charge,
    )
    return records.store(reversal, by=by)
