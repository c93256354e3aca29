"""What an import found or did: one decision per row, their counts, and the offers it makes."""

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Final

from django.utils.translation import gettext_noop

from contracts.importers.problems import RowError

KEPT_REFUSALS = 200
KEPT_OFFERS = 500


REASONS: Final[dict[str, str]] = {
    "vendor_unclear": gettext_noop("Several vendors are called like %(text)s: write it in full."),
    "department_not_yours": gettext_noop("You may not change contracts of %(text)s."),
    "department_missing": gettext_noop("Without a department only the whole organisation edits."),
    "unknown_owner": gettext_noop("Nobody signs in as %(text)s."),
    "contract_not_yours": gettext_noop("You may not change the contract %(text)s."),
    "unknown_contract": gettext_noop("There is no contract %(text)s."),
    "twice_in_file": gettext_noop("Row %(row)s is about the same."),
    "differs_from_row": gettext_noop("Row %(row)s says something else about this contract."),
    "term_out_of_order": gettext_noop("A later term is there: write the number of the term."),
    "term_overlaps": gettext_noop("The term overlaps another one: write the number of the term."),
    "charge_differs": gettext_noop("Charge %(text)s is recorded with other values: reverse it."),
    "rate_differs": gettext_noop("The fixing of %(text)s is recorded as another rate."),
    "currency_missing": gettext_noop("Neither the row nor its contract names a currency."),
}


class Refused(ValueError):  # the row is refused; nothing is broken
    """A row cannot be taken for a reason that the tables give: field, stable code, values."""

    def __init__(self, field: str, code: str, **params: object) -> None:
        self.field = field
        self.code = code
        self.template = REASONS[code]
        self.params = params
        super().__init__(self.template % params)


class Outcome(StrEnum):
    """What happens to a row."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Change:
    """A field before and after, as text."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What happens to one row, and why."""

    row: int
    outcome: Outcome
    subject: str = ""
    changes: tuple[Change, ...] = ()
    errors: tuple[RowError, ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """A vendor that would be made, and a known one whose name is nearly the same (score of 100)."""

    name: str
    vendor: str
    vendor_id: int | None
    score: int
    row: int


Sink = Callable[[dict[str, Any]], None]


@dataclass
class Report:
    """The counts by table and outcome, the first refusals and the offers. Flat in memory."""

    counts: dict[str, Counter[str]] = field(default_factory=dict)
    refusals: list[dict[str, Any]] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)
    offers: list[Offer] = field(default_factory=list)
    sink: Sink | None = None

    def add(self, table: str, decision: Decision) -> None:
        """Count a decision, keep it if it is one of the first refusals, hand it to the sink."""
        counter = self.counts.setdefault(table, Counter())
        counter[decision.outcome] += 1
        refused = decision.outcome is Outcome.REFUSED
        if refused:
            self.reasons.update({error.code for error in decision.errors})
        if self.sink is not None or (refused and len(self.refusals) < KEPT_REFUSALS):
            line = as_line(table, decision)
            if refused and len(self.refusals) < KEPT_REFUSALS:
                self.refusals.append(line)
            if self.sink is not None:
                self.sink(line)

    def total(self, outcome: Outcome) -> int:
        """Return the number of rows of one outcome over all tables."""
        return sum(counter[outcome] for counter in self.counts.values())

    @property
    def rows(self) -> int:
        """The number of rows looked at."""
        return sum(counter.total() for counter in self.counts.values())

    def as_json(self) -> dict[str, Any]:
        """Return the report as plain values for a file or a JSON column."""
        return {
            "counts": {table: dict(counter) for table, counter in self.counts.items()},
            "totals": {outcome.value: self.total(outcome) for outcome in Outcome},
            "reasons": dict(sorted(self.reasons.items())),
            "refusals": self.refusals,
            "near_matches": [asdict(offer) for offer in self.offers[:KEPT_OFFERS]],
            "near_match_count": len(self.offers),
        }


def as_line(table: str, decision: Decision) -> dict[str, Any]:
    """Return a decision as plain values, one line of a report file."""
    return {
        "table": table,
        "row": decision.row,
        "outcome": decision.outcome.value,
        "subject": decision.subject,
        "changes": [[c.field, c.before, c.after] for c in decision.changes],
        "errors": [asdict(error) for error in decision.errors],
    }
