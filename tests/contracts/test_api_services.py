"""What the API adds to the services: reversals, the next term as named, and whom one may name."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from contracts.models import Charge, Contract, Department
from contracts.queries import rights
from contracts.rules.vocabulary import Role
from contracts.services import charges, ledger, proposals
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def contract() -> Contract:
    """Return a contract over 2026 that renews by the year."""
    term = factories.TermFactory.create(quantity=Decimal(10), unit_price=Decimal(1200))
    ledger.refresh([term.contract_id])
    made: Contract = term.contract
    return made


def test_a_reversal_takes_every_amount_back() -> None:
    amounts = map(Decimal, ("100", "5", "1.5", "-2", "19.0001"))
    charge = factories.ChargeFactory.create(**dict(zip(charges.AMOUNTS, amounts, strict=True)))
    reversal = charges.reverse(charge, charged_on=date(2026, 4, 1))
    for name in charges.AMOUNTS:
        assert getattr(charge, name) + getattr(reversal, name) == 0
    assert (reversal.reverses, reversal.charged_on) == (charge, date(2026, 4, 1))
    assert (reversal.contract, reversal.vendor) == (charge.contract, charge.vendor)


def test_a_charge_is_reversed_once() -> None:
    charge = factories.ChargeFactory.create()
    charges.reverse(charge, charged_on=date(2026, 4, 1))
    with pytest.raises(ValidationError):
        charges.reverse(charge, charged_on=date(2026, 5, 1))
    assert Charge.objects.count() == 2


def test_a_reversal_of_the_longest_id_fits() -> None:
    charge = factories.ChargeFactory.create(external_id="x" * 150)
    reversal = charges.reverse(charge, charged_on=date(2026, 4, 1))
    assert len(reversal.external_id) == 150


def test_the_first_day_alone_takes_the_whole_proposal(contract: Contract) -> None:
    proposal = proposals.next_term(contract, named={"start_date": date(2027, 1, 1)})
    assert (proposal.end_date, proposal.annual_value) == (date(2027, 12, 31), Decimal(12000))
    assert (proposal.quantity, proposal.unit_price) == (Decimal(10), Decimal(1200))


def test_a_new_value_leaves_old_unit_prices_out(contract: Contract) -> None:
    named = {"start_date": date(2027, 1, 1), "annual_value": Decimal(13200)}
    assert proposals.next_term(contract, named=named).unit_price is None
    named |= {"unit_price": Decimal(1320), "quantity": Decimal(10)}
    assert proposals.next_term(contract, named=named).unit_price == Decimal(1320)


def test_another_first_day_needs_a_last_day(contract: Contract) -> None:
    named: dict[str, Any] = {"start_date": date(2026, 7, 1)}
    with pytest.raises(ValidationError) as refused:
        proposals.next_term(contract, named=named)
    assert list(refused.value.message_dict) == ["end_date"]
    named["end_date"] = date(2027, 6, 30)
    assert proposals.next_term(contract, named=named).end_date == date(2027, 6, 30)


def test_after_a_term_without_an_end_the_value_is_named() -> None:
    term = factories.TermFactory.create(end_date=None)
    named: dict[str, Any] = {"start_date": date(2027, 1, 1)}
    with pytest.raises(ValidationError) as refused:
        proposals.next_term(term.contract, named=named)
    assert list(refused.value.message_dict) == ["annual_value"]
    named["annual_value"] = Decimal(1)
    assert proposals.next_term(term.contract, named=named).end_date is None


@pytest.mark.parametrize(
    ("role", "everywhere", "somewhere"),
    [
        (Role.VIEWER, False, False),
        (Role.EDITOR, True, True),
        (Role.ADMINISTRATOR, True, True),
        (None, False, False),
    ],
)
def test_a_role_in_the_whole_organisation_reaches_everywhere(
    role: str | None, everywhere: bool, somewhere: bool
) -> None:
    user = factories.UserFactory.create()
    if role:
        factories.MembershipFactory.create(user=user, department=None, role=role)
    assert rights.edits_everywhere(user) is everywhere
    assert rights.edits_somewhere(user) is somewhere
    assert rights.administers(user) is (role == Role.ADMINISTRATOR)


def test_an_editor_names_the_departments_below_too() -> None:
    home = factories.DepartmentFactory.create()
    below = factories.DepartmentFactory.create(parent=home)
    factories.DepartmentFactory.create()
    user = factories.MembershipFactory.create(department=home).user
    factories.MembershipFactory.create(user=user, role=Role.VIEWER)
    assert set(rights.departments_of_editor(user)) == {home, below}


def test_an_inactive_person_edits_nothing() -> None:
    user = factories.AdministratorFactory.create(is_active=False)
    assert not rights.edits_somewhere(user)
    assert not rights.edits_everywhere(user)
    assert not rights.administers(user)


def test_only_members_know_their_colleagues() -> None:
    stranger, member = factories.UserFactory.create(), factories.MembershipFactory.create().user
    gone = factories.UserFactory.create(is_active=False)
    assert set(rights.people_known_to(stranger)) == {stranger}
    assert set(rights.people_known_to(member)) == {stranger, member}
    assert gone not in rights.people_known_to(member)
    assert Department.objects.count() == 1
