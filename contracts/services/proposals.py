"""The next term as a person asks for it: what they name, and for the rest what would follow by itself."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from contracts.models import Contract
from contracts.services import renewals
from contracts.services.renewals import NextTerm

NAME_THE_END = _("Name the last day too: the term does not start on the proposed day.")
NAME_THE_VALUE = _("Name the annual value: the contract has no end that a renewal would follow.")


def next_term(contract: Contract, *, named: Mapping[str, Any]) -> NextTerm:
    """Return the proposed next term with the named values in place of its own; `start_date` is named.

    A new annual value takes quantity and prices from `named` alone, lest old ones contradict it. Raises
    `ValidationError` where a value must be named that nothing can be proposed for.

    Source: R2, R14.
    """
    proposal = _proposal(contract, named)
    if named["start_date"] != proposal.start_date and "end_date" not in named:
        raise ValidationError({"end_date": ValidationError(NAME_THE_END, code="required")})
    if "annual_value" in named:
        proposal = replace(proposal, quantity=None, unit_price=None, list_price=None)
    return replace(proposal, **named)


def _proposal(contract: Contract, named: Mapping[str, Any]) -> NextTerm:
    """Return what follows by itself; after a term without an end, only what is named."""
    if not contract.terms.filter(is_void=False, end_date=None).exists():
        return renewals.propose(contract)
    if "annual_value" not in named:
        raise ValidationError({"annual_value": ValidationError(NAME_THE_VALUE, code="required")})
    return NextTerm(
        start_date=named["start_date"], end_date=None, annual_value=named["annual_value"]
    )
