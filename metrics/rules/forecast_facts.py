"""What was known of the contracts on a day, and what it says about renewals (C1, C2, C3, C6)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from contracts.rules.calendar import ONE_DAY
from contracts.rules.ledger import TermSpan, consecutive, in_force, is_void
from contracts.rules.period import Period, anniversary, periods
from metrics.rules.forecast import assumed_renewals
from metrics.rules.renewals import DEFAULT_GRACE, Outcome, outcome

# A day costs value / 365 or value / 366 (C3): in units of 1 / DAY both are whole numbers.
DAY = 365 * 366
# Ratios are whole numbers of 10^-6.
RATIO = 1_000_000
LOST = 0


class TermFacts(NamedTuple):
    """A term: its days, its annual value in the units of the tables, and since when it is known."""

    seq: int
    start: date
    end: date | None
    value: int
    known_on: date


@dataclass(frozen=True, slots=True)
class ContractFacts:
    """A contract with its terms by number; a cancellation is known from `leaving_known_on`."""

    key: int
    vendor: int
    category: int
    currency: str
    auto: bool
    terms: tuple[TermFacts, ...]
    cancelled_on: date | None = None
    leaving_known_on: date | None = None


class Seen(NamedTuple):
    """A renewal that was answered: value after / before in `RATIO`s, or `LOST`."""

    vendor: int
    category: int
    auto: bool
    ended: date
    ratio: int


class Months:
    """The months of a window by place, with what days of them cost."""

    def __init__(self, window: Period) -> None:
        self.window = window
        self.labels = [label for label, _ in periods(window, "month")]
        self.days = [
            (part.start.toordinal(), part.end.toordinal()) for _, part in periods(window, "month")
        ]

    def add(self, into: list[int], value: int, first: date, last: date, year_days: int) -> None:
        """Add to each month what its days from `first` to `last` cost, in units of 1 / `DAY`.

        Source: C3.
        """
        cost, start, end = value * (DAY // year_days), first.toordinal(), last.toordinal()
        for place, (month_first, month_last) in enumerate(self.days):
            if month_first > end:
                return
            if month_last >= start:
                into[place] += cost * (min(end, month_last) - max(start, month_first) + 1)


def as_known(contract: ContractFacts, on: date) -> ContractFacts | None:
    """Return the contract with what was known of it at the end of a day; None: nothing.

    Source: C9.
    """
    terms = tuple(term for term in contract.terms if term.known_on <= on)
    if not terms:
        return None
    left = contract.leaving_known_on is not None and contract.leaving_known_on <= on
    return replace(contract, terms=terms, cancelled_on=contract.cancelled_on if left else None)


def cost_by_month(contract: ContractFacts, months: Months) -> list[int]:
    """Return what the known terms cost in each month, in units of 1 / `DAY`.

    Source: C1, C2, C3.
    """
    found = [0] * len(months.days)
    for piece in in_force(_spans(contract), contract.cancelled_on, months.window.end):
        if piece.last >= months.window.start:
            months.add(found, piece.key.value, piece.first, piece.last, piece.days_in_year)
    return found


def answered(contract: ContractFacts, on: date, grace: int = DEFAULT_GRACE) -> Iterator[Seen]:
    """Yield the renewals of a contract that had an answer on a day, zero-value terms left out.

    Source: C6.
    """
    spans = _spans(contract)
    followed = {before.seq: after for before, after in consecutive(spans, contract.cancelled_on)}
    for span in spans:
        if span.end is None or not span.key.value or is_void(span.start, contract.cancelled_on):
            continue
        after = followed.get(span.seq)
        start = after.start if after else None
        found = outcome(span.end, start, contract.cancelled_on, as_of=on, grace=grace)
        kept = after is not None and found == Outcome.RENEWED
        if found != Outcome.OPEN:
            ratio = after.key.value * RATIO // span.key.value if after and kept else LOST
            yield Seen(contract.vendor, contract.category, contract.auto, span.end, ratio)


def renewals_ahead(
    contract: ContractFacts, months: Months, grace: int = DEFAULT_GRACE
) -> list[list[int]]:
    """Return, for each assumed renewal, what it costs in each month at the last price.

    A contract whose last term ended longer than `grace` before the window, or that is known to be
    left, does not come back. A term without an end has none to renew: see `with_ends`.

    Source: C3, R2, R14.
    """
    end, _, last = max((term.end or date.max, term.seq, term) for term in contract.terms)
    if contract.cancelled_on is not None or last.end is None:
        return []
    if end < months.window.start - ONE_DAY * (grace + 1):
        return []
    found: list[list[int]] = []
    for piece in assumed_renewals(last.start, end, months.window):
        while len(found) < piece.renewal:
            found.append([0] * len(months.days))
        days = piece.days
        months.add(found[piece.renewal - 1], last.value, days.start, days.end, piece.year_days)
    return found


def known_contracts(contracts: Iterable[ContractFacts], on: date) -> list[ContractFacts]:
    """Return the contracts of which something was known on a day, as they were known.

    Source: C9.
    """
    return [known for contract in contracts if (known := as_known(contract, on))]


def with_ends(contract: ContractFacts, on: date) -> ContractFacts:
    """Return the contract with its endless terms ending before their next anniversary after a day.

    So each anniversary of an evergreen contract is a renewal that may or may not come.

    Source: C3, R15.
    """
    terms = (term._replace(end=term.end or _year_end(term.start, on)) for term in contract.terms)
    return replace(contract, terms=tuple(terms))


def _spans(contract: ContractFacts) -> list[TermSpan[TermFacts]]:
    return [TermSpan(term.seq, term.start, term.end, term) for term in contract.terms]


def _year_end(start: date, on: date) -> date:
    years = max(on.year - start.year, 0)
    following = anniversary(start, years)
    return (following if following > max(on, start) else anniversary(start, years + 1)) - ONE_DAY
