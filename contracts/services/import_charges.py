"""Takes charges in: they are only ever added."""

from typing import Any

from contracts.importers.charges_csv import ContentIds
from contracts.importers.recipes import Recipe
from contracts.importers.rows import ParsedRow
from contracts.models import Charge, Contract
from contracts.services import import_store
from contracts.services.import_intake import outcome_of, refusal, refused_row
from contracts.services.import_report import Decision, Refused
from contracts.services.import_run_state import RunState

SAID = ("charged_on", "currency", "gross", "discount", "credit", "tax")
ZERO_BY_DEFAULT = ("discount", "credit", "tax")


class ChargeIntake:
    """Charges by their source and number; a ledger without numbers gets them from its content."""

    def __init__(self, state: RunState) -> None:
        self._state = state
        self._content_ids = ContentIds()
        self._rows: dict[str, int] = {}
        self._new: list[Charge] = []

    def take(self, rows: list[ParsedRow], recipe: Recipe) -> list[Decision]:
        """Decide on each row, in order; in a real run everything decided is written on return."""
        good = [row for row in rows if not row.errors]
        for row in good:
            if not row.values.get("external_id"):
                row.values["external_id"] = self._content_ids.next_id(row.values)
        contracts = self._state.contracts(row.values.get("reference") or "" for row in good)
        numbers = [row.values["external_id"] for row in good]
        known = {
            charge.external_id: charge
            for charge in Charge.objects.filter(source=recipe.source, external_id__in=numbers)
        }
        decisions = [self._decide(row, recipe, contracts, known) for row in rows]
        self._write()
        return decisions

    def _decide(
        self,
        row: ParsedRow,
        recipe: Recipe,
        contracts: dict[str, Contract],
        known: dict[str, Charge],
    ) -> Decision:
        if row.errors:
            return refused_row(row, row.errors)
        try:
            return self._accept(row, recipe, self._contract(row, contracts), known)
        except Refused as why:
            return refusal(row, recipe, why)

    def _contract(self, row: ParsedRow, contracts: dict[str, Contract]) -> Contract | None:
        reference = row.values.get("reference")
        if not reference:
            return None
        if reference not in contracts:
            raise Refused("reference", "unknown_contract", text=reference)
        if contracts[reference].pk:
            self._state.rights.check_contract(contracts[reference])
        return contracts[reference]

    def _accept(
        self,
        row: ParsedRow,
        recipe: Recipe,
        contract: Contract | None,
        known: dict[str, Charge],
    ) -> Decision:
        number = row.values["external_id"]
        if number in self._rows:
            raise Refused("external_id", "twice_in_file", row=self._rows[number])
        said = _said(row, contract)
        recorded = known.get(number)
        if recorded is None:
            self._add(row, recipe, contract, said)
        elif any(getattr(recorded, name) != value for name, value in said.items()):
            raise Refused("external_id", "charge_differs", text=number)
        self._rows[number] = row.number
        outcome = outcome_of((), is_new=recorded is None)
        return Decision(row.number, outcome, f"{number} {said['charged_on']}"[:100])

    def _add(
        self, row: ParsedRow, recipe: Recipe, contract: Contract | None, said: dict[str, Any]
    ) -> None:
        values, book = row.values, self._state.book
        vendor = values.get("vendor") or row.defaults.get("vendor")
        department = values.get("department") or row.defaults.get("department")
        named: dict[str, Any] = {
            "vendor": book.vendors.find(vendor) if vendor else None,
            "department": book.departments.find(department) if department else None,
        }
        if contract is None:
            self._state.rights.check_department(named["department"])
        elif contract.pk and not vendor:
            named["vendor"] = contract.vendor
        book.keep(named, row.number)
        if self._state.writing:
            self._new.append(
                Charge(
                    source=recipe.source,
                    external_id=values["external_id"],
                    contract=contract,
                    description=values.get("description") or "",
                    **named,
                    **said,
                )
            )

    def _write(self) -> None:
        if self._state.writing:
            self._state.book.save(self._state.by)
            import_store.create(Charge, self._new, self._state.by)
        self._new = []


def _said(row: ParsedRow, contract: Contract | None) -> dict[str, Any]:
    """Return what a recorded charge must agree with."""
    values = row.values
    currency = values.get("currency") or row.defaults.get("currency")
    if not currency and contract is None:
        raise Refused("currency", "currency_missing")
    said = {name: values.get(name, 0) for name in SAID}
    return said | {"currency": currency or (contract.currency if contract else "")}
