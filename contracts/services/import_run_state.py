"""What one pass over a file carries along: names, rights, and the contracts it has met."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied

from contracts.models import Contract, Department
from contracts.queries.rights import departments_of_editor, edits_everywhere
from contracts.services.import_names import Book
from contracts.services.import_report import Refused


@dataclass(frozen=True, slots=True)
class Rights:
    """Which departments the importing person edits; `everything` for the whole organisation."""

    everything: bool
    departments: frozenset[int | None] = frozenset()
    user_id: int | None = None

    def check_contract(self, contract: Contract) -> None:
        """Refuse a known contract that this person may not change."""
        if self.everything or contract.department_id in self.departments:
            return
        if contract.owner_id != self.user_id:
            name = contract.external_reference or contract.title
            raise Refused("reference", "contract_not_yours", text=name)

    def check_department(self, department: Department | None) -> None:
        """Refuse rows for a department that this person does not edit, and new departments."""
        if self.everything:
            return
        if department is None:
            raise Refused("department", "department_missing")
        if department.pk not in self.departments:
            raise Refused("department", "department_not_yours", text=department.name)


def rights_of(by: Any) -> Rights:
    """Return what a person may import; None stands for the operator at the command line.

    Raises PermissionDenied for a person who edits nothing.
    """
    if by is None or edits_everywhere(by):
        return Rights(everything=True)
    departments = frozenset(departments_of_editor(by).values_list("pk", flat=True))
    if not by.is_active or not departments:
        raise PermissionDenied
    return Rights(False, departments, by.pk)


@dataclass
class RunState:
    """One pass: a dry run (`writing` False) or the import itself."""

    book: Book
    rights: Rights
    writing: bool
    by: Any = None
    # Currency by reference of the contracts that a dry run would make.
    planned: dict[str, str] = field(default_factory=dict)
    touched: set[int] = field(default_factory=set)

    def contracts(self, references: Iterable[str]) -> dict[str, Contract]:
        """Return the known and the planned contracts of these references."""
        wanted = {reference for reference in references if reference}
        found = {
            contract.external_reference: contract
            for contract in Contract.objects.filter(external_reference__in=wanted).select_related(
                "vendor", "category", "department", "owner"
            )
        }
        for reference in wanted - found.keys():
            if reference in self.planned:
                found[reference] = Contract(
                    external_reference=reference, currency=self.planned[reference]
                )
        return found
