"""Takes contracts in, with their terms where the rows have them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from contracts.importers.recipes import Recipe
from contracts.importers.rows import ParsedRow
from contracts.models import Contract, Term
from contracts.services import import_store
from contracts.services.import_intake import differences, outcome_of, refusal, refused_row
from contracts.services.import_report import Change, Decision, Refused
from contracts.services.import_run_state import RunState
from contracts.services.import_terms import TermDesk

PLAIN_FIELDS = (
    "title",
    "currency",
    "renewal_kind",
    "initial_months",
    "renewal_months",
    "notice_value",
    "notice_unit",
    "cap_kind",
    "cap_pct",
    "billing_frequency",
    "signed_on",
    "cancelled_on",
    "note",
)
NAMED_FIELDS = ("vendor", "category", "department", "owner")
# The columns of these are never empty: an empty cell leaves them as they are.
NEVER_EMPTY = frozenset(
    {"title", "vendor", "currency", "renewal_kind", "notice_unit", "billing_frequency"}
)
Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Met:
    """A contract that an earlier row of the file was about, and what that row said of it."""

    row: int
    said: int


class AgreementIntake:
    """Contracts by their reference, else by vendor, title and start of the term."""

    def __init__(self, state: RunState) -> None:
        self._state = state
        self._desk = TermDesk(state)
        self._met: dict[Key, Met] = {}
        self._contracts: dict[Key, Contract] = {}
        self._new: list[Contract] = []
        self._changed: dict[int, Contract] = {}

    def take(self, rows: list[ParsedRow], recipe: Recipe) -> list[Decision]:
        """Decide on each row, in order; in a real run everything decided is written on return."""
        self._load([row for row in rows if not row.errors])
        decisions = [self._decide(row, recipe) for row in rows]
        self._write()
        return decisions

    def _load(self, rows: list[ParsedRow]) -> None:
        found = self._state.contracts(row.values.get("reference") or "" for row in rows)
        self._contracts = {(reference,): contract for reference, contract in found.items()}
        unnumbered = [row.values for row in rows if not row.values.get("reference")]
        if unnumbered:
            self._load_by_title(unnumbered)
        self._desk.load(self._contracts.values())

    def _load_by_title(self, rows: list[dict[str, Any]]) -> None:
        terms = Term.objects.filter(
            contract__title__in={_title(values) for values in rows},
            start_date__in={values["start_date"] for values in rows},
        ).select_related(*(f"contract__{name}" for name in NAMED_FIELDS))
        # The oldest contract wins where two are alike.
        for term in terms.order_by("-contract_id"):
            contract = term.contract
            key = (contract.vendor.name.casefold(), contract.title, term.start_date)
            self._contracts[key] = contract

    def _decide(self, row: ParsedRow, recipe: Recipe) -> Decision:
        if row.errors:
            return refused_row(row, row.errors)
        try:
            return self._accept(row, recipe)
        except Refused as why:
            return refusal(row, recipe, why)

    def _accept(self, row: ParsedRow, recipe: Recipe) -> Decision:
        """Decide on a row. Whatever refuses it comes before anything is set."""
        wanted = self._wanted(row)
        key = self._key(row, wanted)
        known = self._contracts.get(key)
        if known is None:
            wanted |= self._named_defaults(row)
        met = self._check(row, recipe, key, known, wanted)
        contract = known or self._make(row, wanted)
        has_new_term = False
        changes: list[Change] = []
        if recipe.kind == "register":
            has_new_term, changes = self._desk.decide(row, contract, key)
        if known is None:
            self._keep(key, contract)
        elif met is None:
            changes = self._change(contract, wanted) + changes
        if met is None:
            self._met[key] = Met(row.number, _fingerprint(row))
        self._state.book.keep(wanted, row.number)
        outcome = outcome_of(changes, is_new=known is None or has_new_term)
        subject = contract.external_reference or contract.title
        return Decision(row.number, outcome, subject, tuple(changes))

    def _wanted(self, row: ParsedRow) -> dict[str, Any]:
        """Return the columns of a contract that the row speaks about."""
        values, book = row.values, self._state.book
        finders: tuple[Callable[[str], Any], ...] = (
            book.vendors.find,
            book.categories.find,
            book.departments.find,
            book.owner,
        )
        wanted = {name: values[name] for name in PLAIN_FIELDS if name in values}
        for name, find in zip(NAMED_FIELDS, finders, strict=True):
            if name in values:
                wanted[name] = find(values[name]) if values[name] else None
        if not values.get("vendor"):
            wanted["vendor"] = book.vendors.find(row.defaults["vendor"])
        return {
            name: value
            for name, value in wanted.items()
            if name not in NEVER_EMPTY or value not in (None, "")
        }

    def _named_defaults(self, row: ParsedRow) -> dict[str, Any]:
        """Return the department and category of new contracts where the row names none."""
        book, defaults = self._state.book, row.defaults
        named: dict[str, Any] = {}
        if "department" in defaults and not row.values.get("department"):
            named["department"] = book.departments.find(defaults["department"])
        if "category" in defaults and not row.values.get("category"):
            named["category"] = book.categories.find(defaults["category"])
        return named

    def _key(self, row: ParsedRow, wanted: dict[str, Any]) -> Key:
        reference = row.values.get("reference")
        if reference:
            return (reference,)
        return wanted["vendor"].name.casefold(), _title(row.values), row.values["start_date"]

    def _check(
        self,
        row: ParsedRow,
        recipe: Recipe,
        key: Key,
        known: Contract | None,
        wanted: dict[str, Any],
    ) -> Met | None:
        """Refuse what this person may not do, or what another row of the file contradicts."""
        rights = self._state.rights
        if known is not None and known.pk:
            rights.check_contract(known)
        if known is None or "department" in wanted:
            rights.check_department(wanted.get("department"))
        met = self._met.get(key)
        if met is not None and recipe.kind == "contracts":
            raise Refused("reference", "twice_in_file", row=met.row)
        if met is not None and met.said != _fingerprint(row):
            raise Refused("reference", "differs_from_row", row=met.row)
        return met

    def _make(self, row: ParsedRow, wanted: dict[str, Any]) -> Contract:
        columns = {name: row.defaults[name] for name in PLAIN_FIELDS if name in row.defaults}
        reference = row.values.get("reference") or ""
        contract = Contract(external_reference=reference, **columns | wanted)
        if not contract.title:
            contract.title = f"{_title(row.values)} {reference}".strip()[:250]
        return contract

    def _keep(self, key: Key, contract: Contract) -> None:
        self._contracts[key] = contract
        self._new.append(contract)
        if contract.external_reference and not self._state.writing:
            self._state.planned[contract.external_reference] = contract.currency

    def _change(self, contract: Contract, wanted: dict[str, Any]) -> list[Change]:
        changes = differences(contract, wanted)
        if changes and contract.pk:
            self._changed[contract.pk] = contract
        return changes

    def _write(self) -> None:
        state = self._state
        if state.writing:
            state.book.save(state.by)
            import_store.create(Contract, self._new, state.by)
            changed = list(self._changed.values())
            import_store.update(Contract, changed, (*PLAIN_FIELDS, *NAMED_FIELDS), state.by)
            state.touched.update(contract.pk for contract in (*self._new, *changed))
        self._desk.write()
        self._new, self._changed = [], {}


def _title(values: dict[str, Any]) -> str:
    return str(values.get("title") or values.get("vendor") or "")


def _fingerprint(row: ParsedRow) -> int:
    """Return a number for what the row says about the contract itself."""
    names = (*PLAIN_FIELDS, *NAMED_FIELDS)
    return hash(tuple(row.values.get(name) for name in names))
