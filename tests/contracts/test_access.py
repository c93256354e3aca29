"""Who sees which row: one rule for every door."""

import pytest
from django.contrib.auth.models import AnonymousUser

from contracts.models import AlertPolicy, Contract, Term, Vendor
from contracts.queries import rights
from saas_tracker.accounts.models import User
from tests.factories import (
    AdministratorFactory,
    AlertPolicyFactory,
    ContractFactory,
    DepartmentFactory,
    MembershipFactory,
    TermFactory,
    UserFactory,
    VendorFactory,
)

pytestmark = pytest.mark.django_db


def member(role: str = "viewer", **values: object) -> User:
    """Return a person with this role."""
    user: User = MembershipFactory.create(role=role, **values).user
    return user


def test_a_person_sees_the_contracts_of_their_department_and_no_other() -> None:
    ours, theirs = TermFactory.create(), TermFactory.create()
    user = member(department=ours.contract.department)
    assert list(Contract.objects.visible_to(user)) == [ours.contract]
    assert list(Term.objects.visible_to(user)) == [ours]
    assert theirs.contract not in Contract.objects.visible_to(user)


def test_a_department_includes_those_below_it_but_not_above() -> None:
    top = DepartmentFactory.create()
    low = DepartmentFactory.create(parent=DepartmentFactory.create(parent=top))
    contract = ContractFactory.create(department=low)
    above = ContractFactory.create(department=top)
    assert set(Contract.objects.visible_to(member(department=top))) == {contract, above}
    assert list(Contract.objects.visible_to(member(department=low))) == [contract]


def test_a_membership_of_the_whole_organisation_sees_contracts_without_department_too() -> None:
    contract = ContractFactory.create(department=None)
    assert list(Contract.objects.visible_to(member(department=None))) == [contract]
    assert not Contract.objects.visible_to(member(department=DepartmentFactory.create())).exists()


def test_an_owner_sees_the_contract_wherever_it_belongs() -> None:
    user = UserFactory.create()
    contract = ContractFactory.create(owner=user)
    assert list(Contract.objects.visible_to(user)) == [contract]
    assert not Contract.objects.editable_by(UserFactory.create()).exists()


def test_a_manager_works_with_what_alerts_tell_them_of_without_a_membership() -> None:
    manager = UserFactory.create()
    top = DepartmentFactory.create(manager=manager)
    low = DepartmentFactory.create(parent=top)
    ours = {ContractFactory.create(department=top), ContractFactory.create(department=low)}
    ContractFactory.create()
    assert set(Contract.objects.visible_to(manager)) == ours
    assert set(Contract.objects.editable_by(manager)) == ours
    assert set(rights.departments_of_editor(manager)) == {top, low}
    assert rights.edits_somewhere(manager)


def test_a_viewer_changes_nothing_and_an_editor_only_the_own_department() -> None:
    contract, _other = ContractFactory.create(), ContractFactory.create()
    viewer = member("viewer", department=contract.department)
    editor = member("editor", department=contract.department)
    assert not Contract.objects.editable_by(viewer).exists()
    assert list(Contract.objects.editable_by(editor)) == [contract]


def test_nobody_sees_anything_without_an_active_account() -> None:
    ContractFactory.create()
    VendorFactory.create()
    leaver = AdministratorFactory.create(is_active=False)
    for user in (leaver, AnonymousUser()):
        assert not Contract.objects.visible_to(user).exists()
        assert not Vendor.objects.visible_to(user).exists()


def test_vendors_are_read_by_all_and_changed_by_whoever_edits_somewhere() -> None:
    vendor = VendorFactory.create()
    assert list(Vendor.objects.visible_to(UserFactory.create())) == [vendor]
    assert not Vendor.objects.editable_by(member("viewer")).exists()
    assert list(Vendor.objects.editable_by(member("editor"))) == [vendor]


def test_policies_are_changed_by_administrators_of_the_organisation_alone() -> None:
    policy = AlertPolicyFactory.create()
    assert list(AlertPolicy.objects.editable_by(AdministratorFactory.create())) == [policy]
    assert list(AlertPolicy.objects.editable_by(member("administrator", department=None))) == [
        policy
    ]
    assert not AlertPolicy.objects.editable_by(member("administrator")).exists()
    assert not AlertPolicy.objects.editable_by(member("editor", department=None)).exists()
