"""Takes links, budgets, price indices and exchange rates in."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from contracts.importers.recipes import Recipe
from contracts.importers.rows import ParsedRow
from contracts.models import Budget, Contract, ContractLink, FxRate, IndexValue
from contracts.services import import_store
from contracts.services.import_intake import differences, outcome_of, refusal, refused_row
from contracts.services.import_report import Decision, Refused
from contracts.services.import_run_state import RunState

Link = ContractLink
BudgetKey = tuple[int, str, str, str]


class LinkIntake:
    """Links by the two contracts they join."""

    def __init__(self, state: RunState) -> None:
        self._state = state
        self._rows: dict[tuple[str, str], int] = {}

    def take(self, rows: list[ParsedRow], recipe: Recipe) -> list[Decision]:
        """Decide on each row, in order; in a real run everything decided is written on return."""
        good = [row.values for row in rows if not row.errors]
        ends = {values[name] for values in good for name in ("from_reference", "to_reference")}
        self._contracts = self._state.contracts(ends)
        ids = [contract.pk for contract in self._contracts.values() if contract.pk]
        links = Link.objects.filter(from_contract__in=ids, to_contract__in=ids)
        self._known = {(link.from_contract_id, link.to_contract_id): link for link in links}
        self._new: list[Link] = []
        self._changed: list[Link] = []
        decisions = [self._decide(row, recipe) for row in rows]
        if self._state.writing:
            import_store.create(Link, self._new, self._state.by)
            self._state.touched.update(link.from_contract_id for link in self._new)
            import_store.update(Link, self._changed, ("kind",), self._state.by)
        return decisions

    def _decide(self, row: ParsedRow, recipe: Recipe) -> Decision:
        if row.errors:
            return refused_row(row, row.errors)
        try:
            return self._accept(row)
        except Refused as why:
            return refusal(row, recipe, why)

    def _accept(self, row: ParsedRow) -> Decision:
        key = row.values["from_reference"], row.values["to_reference"]
        origin = self._end(row, "from_reference")
        target = self._end(row, "to_reference")
        if key in self._rows:
            raise Refused("to_reference", "twice_in_file", row=self._rows[key])
        self._rows[key] = row.number
        kind = row.values.get("kind") or row.defaults["kind"]
        link = self._known.get((origin.pk, target.pk)) if origin.pk and target.pk else None
        changes = differences(link, {"kind": kind}) if link else []
        if link is None:
            self._new.append(Link(from_contract=origin, to_contract=target, kind=kind))
        elif changes:
            self._changed.append(link)
        outcome = outcome_of(changes, is_new=link is None)
        return Decision(row.number, outcome, " → ".join(key), tuple(changes))

    def _end(self, row: ParsedRow, field: str) -> Contract:
        """Return the contract at one end of the link. Raises Refused."""
        reference = row.values[field]
        contract = self._contracts.get(reference)
        if contract is None:
            raise Refused(field, "unknown_contract", text=reference)
        if contract.pk:
            self._state.rights.check_contract(contract)
        return contract


class BudgetIntake:
    """Budgets by year, dimension, name and currency, in the order of the file."""

    def __init__(self, state: RunState) -> None:
        self._state = state
        self._rows: dict[BudgetKey, int] = {}

    def take(self, rows: list[ParsedRow], recipe: Recipe) -> list[Decision]:
        """Decide on each row, in order; in a real run everything decided is written on return."""
        years = {row.values["fiscal_year"] for row in rows if not row.errors}
        self._known = {_key(vars(b)): b for b in Budget.objects.filter(fiscal_year__in=years)}
        self._new: list[Budget] = []
        self._changed: list[Budget] = []
        decisions = [self._decide(row, recipe) for row in rows]
        if self._state.writing:
            import_store.create(Budget, self._new, self._state.by)
            import_store.update(Budget, self._changed, ("amount",), self._state.by)
        return decisions

    def _decide(self, row: ParsedRow, recipe: Recipe) -> Decision:
        if row.errors:
            return refused_row(row, row.errors)
        values = row.defaults | {k: v for k, v in row.values.items() if v is not None}
        key = _key(values)
        if key in self._rows:
            why = Refused("key", "twice_in_file", row=self._rows[key])
            return refusal(row, recipe, why)
        self._rows[key] = row.number
        known = self._known.get(key)
        changes = differences(known, {"amount": values["amount"]}) if known else []
        if known is None:
            self._new.append(Budget(**values))
        elif changes:
            self._changed.append(known)
        subject = " ".join(str(part) for part in key if part)
        return Decision(
            row.number, outcome_of(changes, is_new=known is None), subject, tuple(changes)
        )


class IndexIntake:
    """Index values by name and month; a revised value is written over the old one."""

    def __init__(self, state: RunState) -> None:
        self._state = state
        self._rows: dict[tuple[str, date], int] = {}

    def take(self, rows: list[ParsedRow], recipe: Recipe) -> list[Decision]:
        """Decide on each row, in order; in a real run everything decided is written on return."""
        months = {row.values["month"] for row in rows if not row.errors}
        found = IndexValue.objects.filter(month__in=months)
        self._known = {(row.name, row.month): row for row in found}
        self._new: list[IndexValue] = []
        self._changed: list[IndexValue] = []
        decisions = [self._decide(row, recipe) for row in rows]
        if self._state.writing:
            import_store.create(IndexValue, self._new, self._state.by)
            import_store.update(IndexValue, self._changed, ("value",), self._state.by)
        return decisions

    def _decide(self, row: ParsedRow, recipe: Recipe) -> Decision:
        if row.errors:
            return refused_row(row, row.errors)
        key = row.values["name"], row.values["month"]
        if key in self._rows:
            why = Refused("name", "twice_in_file", row=self._rows[key])
            return refusal(row, recipe, why)
        self._rows[key] = row.number
        known = self._known.get(key)
        changes = differences(known, {"value": row.values["value"]}) if known else []
        if known is None:
            self._new.append(IndexValue(**row.values, source=recipe.source))
        elif changes:
            self._changed.append(known)
        subject = f"{key[0]} {key[1]:%Y-%m}"
        outcome = outcome_of(changes, is_new=known is None)
        return Decision(row.number, outcome, subject, tuple(changes))


class RateIntake:
    """Fixings by day, base, currency and source; a recorded fixing is never changed."""

    def __init__(self, state: RunState) -> None:
        self._state = state
        self._rows: dict[date, int] = {}

    def take(self, rows: list[ParsedRow], recipe: Recipe) -> list[Decision]:
        """Decide on each row, in order; in a real run everything decided is written on return."""
        days = {row.values["fixed_on"] for row in rows if not row.errors}
        found = FxRate.objects.filter(source=recipe.source, fixed_on__in=days)
        self._known: dict[tuple[Any, ...], Decimal] = {
            (day, base, quote): rate
            for day, base, quote, rate in found.values_list("fixed_on", "base", "quote", "rate")
        }
        self._new: list[FxRate] = []
        decisions = [self._decide(row, recipe) for row in rows]
        if self._state.writing:
            import_store.create(FxRate, self._new, self._state.by)
        return decisions

    def _decide(self, row: ParsedRow, recipe: Recipe) -> Decision:
        if row.errors:
            return refused_row(row, row.errors)
        try:
            new = list(self._missing(row, recipe))
        except Refused as why:
            return refusal(row, recipe, why)
        self._rows[row.values["fixed_on"]] = row.number
        self._new.extend(new)
        outcome = outcome_of((), is_new=bool(new))
        return Decision(row.number, outcome, row.values["fixed_on"].isoformat())

    def _missing(self, row: ParsedRow, recipe: Recipe) -> Iterable[FxRate]:
        day = row.values["fixed_on"]
        base = row.values.get("base") or row.defaults["base"]
        if day in self._rows:
            raise Refused("fixed_on", "twice_in_file", row=self._rows[day])
        for quote, rate in row.values["rates"].items():
            recorded = self._known.get((day, base, quote))
            if recorded is None:
                yield FxRate(fixed_on=day, base=base, quote=quote, rate=rate, source=recipe.source)
            elif recorded != rate:
                raise Refused("fixed_on", "rate_differs", text=f"{quote} {day}")


def _key(values: dict[str, Any]) -> BudgetKey:
    return (
        values["fiscal_year"],
        values["dimension"],
        values["key"].lower(),
        values["currency"],
    )
