"""Takes terms in: by their number where the file has one, else by their start."""

from collections.abc import Hashable, Iterable
from datetime import date
from typing import Any, NamedTuple

from contracts.importers.recipes import Recipe
from contracts.importers.rows import ParsedRow
from contracts.models import Contract, Term
from contracts.services import import_store
from contracts.services.import_intake import differences, outcome_of, refusal, refused_row
from contracts.services.import_report import Change, Decision, Refused
from contracts.services.import_run_state import RunState

FIELDS = ("start_date", "end_date", "annual_value", "quantity", "unit_price", "list_price")


class Tail(NamedTuple):
    """The last term of a contract that the file gave."""

    seq: int
    start: date
    end: date | None


class TermDesk:
    """Decides on terms of contracts, known or about to be made, and writes them."""

    def __init__(self, state: RunState) -> None:
        self._state = state
        self._rows: dict[Hashable, int] = {}
        self._tails: dict[Hashable, Tail] = {}
        self._known: dict[int, list[Term]] = {}
        self._new: list[Term] = []
        self._changed: dict[int, Term] = {}

    def load(self, contracts: Iterable[Contract]) -> None:
        """Load the terms of the contracts of the next rows."""
        ids = {contract.pk for contract in contracts if contract.pk}
        self._known = {}
        for term in Term.objects.filter(contract_id__in=ids).order_by("seq"):
            self._known.setdefault(term.contract_id, []).append(term)

    def decide(
        self, row: ParsedRow, contract: Contract, identity: Hashable
    ) -> tuple[bool, list[Change]]:
        """Decide on the term of a row: whether it is new, and what changes. Raises Refused.

        `identity` names the contract inside the file.
        """
        values = row.values
        wanted = {name: values[name] for name in FIELDS if name in values}
        wanted["is_assumed"] = False
        key = (identity, values.get("seq") or wanted["start_date"])
        if key in self._rows:
            raise Refused("start_date", "twice_in_file", row=self._rows[key])
        seq, term = self._place(values.get("seq"), wanted, contract, identity)
        self._rows[key] = row.number
        self._tails[identity] = Tail(seq, wanted["start_date"], wanted.get("end_date"))
        if term is None:
            if self._state.writing:
                self._new.append(Term(contract=contract, seq=seq, **wanted))
            return True, []
        changes = differences(term, wanted)
        if changes:
            self._changed[term.pk] = term
        return False, changes

    def write(self) -> None:
        """Write what was decided since the last call; a dry run forgets it."""
        if self._state.writing:
            by = self._state.by
            import_store.create(Term, self._new, by)
            changed = list(self._changed.values())
            import_store.update(Term, changed, (*FIELDS, "is_assumed"), by)
            self._state.touched.update(term.contract_id for term in (*self._new, *changed))
        self._new, self._changed = [], {}

    def _place(
        self, seq: int | None, wanted: dict[str, Any], contract: Contract, identity: Hashable
    ) -> tuple[int, Term | None]:
        """Return the number of the term, and the known term that the row is about."""
        known = self._known.get(contract.pk, []) if contract.pk else []
        if seq is not None:
            return seq, _first(term for term in known if term.seq == seq)
        start, end = wanted["start_date"], wanted.get("end_date")
        same = _first(term for term in known if term.start_date == start)
        if same is not None:
            return same.seq, same
        tail = self._last(known, identity)
        if tail is None:
            return 1, None
        if tail.end is not None and start > tail.end:
            return tail.seq + 1, None
        return self._corrected(known, identity, start, end)

    def _last(self, known: list[Term], identity: Hashable) -> Tail | None:
        tails = [Tail(term.seq, term.start_date, term.end_date) for term in known[-1:]]
        if identity in self._tails:
            tails.append(self._tails[identity])
        return max(tails, default=None)

    def _corrected(
        self, known: list[Term], identity: Hashable, start: date, end: date | None
    ) -> tuple[int, Term]:
        """Return the only term of the contract if the row gives it another start."""
        if identity in self._tails or len(known) > 1:
            raise Refused("start_date", "term_overlaps")
        only = known[0]
        if end is not None and end < only.start_date:
            raise Refused("start_date", "term_out_of_order")
        return only.seq, only


def _first(terms: Iterable[Term]) -> Term | None:
    return next(iter(terms), None)


class TermIntake:
    """Takes rows that are terms of contracts known by their reference."""

    def __init__(self, state: RunState) -> None:
        self._state = state
        self._desk = TermDesk(state)

    def take(self, rows: list[ParsedRow], recipe: Recipe) -> list[Decision]:
        """Decide on each row, in order; in a real run everything decided is written on return."""
        contracts = self._state.contracts(row.values.get("reference") or "" for row in rows)
        self._desk.load(contracts.values())
        decisions = [self._decide(row, recipe, contracts) for row in rows]
        self._desk.write()
        return decisions

    def _decide(self, row: ParsedRow, recipe: Recipe, contracts: dict[str, Contract]) -> Decision:
        if row.errors:
            return refused_row(row, row.errors)
        try:
            return self._accept(row, contracts)
        except Refused as why:
            return refusal(row, recipe, why)

    def _accept(self, row: ParsedRow, contracts: dict[str, Contract]) -> Decision:
        reference = row.values["reference"]
        contract = contracts.get(reference)
        if contract is None:
            raise Refused("reference", "unknown_contract", text=reference)
        if contract.pk:
            self._state.rights.check_contract(contract)
        is_new, changes = self._desk.decide(row, contract, reference)
        subject = f"{reference} #{row.values.get('seq') or row.values['start_date']}"
        outcome = outcome_of(changes, is_new=is_new)
        return Decision(row.number, outcome, subject, tuple(changes))
