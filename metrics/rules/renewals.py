"""How many of the terms that ended were renewed, and at what value (C6, C7, R28)."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from contracts.rules.calendar import ONE_DAY
from metrics.rules.presentation import Number, quotient

DEFAULT_GRACE = 30


class Outcome(StrEnum):
    """What became of a term that ended."""

    RENEWED = "renewed"
    LOST = "lost"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Renewals:
    """The terms that ended in a window. `due` and `expiring` leave out what is still open.

    `renewed_value` is the annual value of the successors, `renewed_capped` the sum of
    min(renewed, expiring) taken PER TERM, never on the total.

    Source: C6.
    """

    due: int = 0
    renewed: int = 0
    open: int = 0
    expiring: Fraction = Fraction(0)
    renewed_capped: Fraction = Fraction(0)
    renewed_value: Fraction = Fraction(0)

    def __add__(self, other: "Renewals") -> "Renewals":
        """Add the terms of another group."""
        return Renewals(
            self.due + other.due,
            self.renewed + other.renewed,
            self.open + other.open,
            self.expiring + other.expiring,
            self.renewed_capped + other.renewed_capped,
            self.renewed_value + other.renewed_value,
        )

    def __sub__(self, other: "Renewals") -> "Renewals":
        """Take the terms of another group away."""
        return Renewals(
            self.due - other.due,
            self.renewed - other.renewed,
            self.open - other.open,
            self.expiring - other.expiring,
            self.renewed_capped - other.renewed_capped,
            self.renewed_value - other.renewed_value,
        )

    def converted(self, factor: Fraction) -> "Renewals":
        """Return the same terms with every amount times `factor` (C8)."""
        return Renewals(
            self.due,
            self.renewed,
            self.open,
            self.expiring * factor,
            self.renewed_capped * factor,
            self.renewed_value * factor,
        )


def outcome(
    end: date,
    successor_start: date | None,
    cancelled_on: date | None,
    *,
    as_of: date,
    grace: int = DEFAULT_GRACE,
) -> Outcome:
    """Say what became of a term with the last day `end`.

    Renewed: a successor starts by end + 1 + grace. Lost: cancelled by its end and by `as_of`, or
    nothing came by end + grace and `as_of` is later. Otherwise there is no answer yet.

    Source: C6.
    """
    if successor_start is not None and successor_start <= end + ONE_DAY * (1 + grace):
        return Outcome.RENEWED
    if cancelled_on is not None and cancelled_on <= min(end, as_of):
        return Outcome.LOST
    return Outcome.LOST if as_of > end + ONE_DAY * grace else Outcome.OPEN


def one_term(value: Number, found: Outcome, successor_value: Number = 0) -> Renewals:
    """Return the tally of a single term that ended; a term of zero value is left out.

    Source: C6.
    """
    before = Fraction(value)
    if before <= 0:
        return Renewals()
    if found == Outcome.OPEN:
        return Renewals(open=1)
    if found == Outcome.LOST:
        return Renewals(due=1, expiring=before)
    after = Fraction(successor_value)
    return Renewals(1, 1, 0, before, min(before, after), after)


def gross_renewal_rate(tally: Renewals) -> Fraction | None:
    """Renewal-based GRR: sum of min(renewed, expiring) / sum of expiring.

    Variant: terms due in the window, capped per term; mid-term changes do not count.
    Source: C6, C7.
    """
    return quotient(tally.renewed_capped, tally.expiring)


def net_renewal_rate(tally: Renewals) -> Fraction | None:
    """Renewal-based NRR: sum of renewed / sum of expiring; an upsell inside the renewal counts.

    Source: C6, C7.
    """
    return quotient(tally.renewed_value, tally.expiring)


def logo_renewal_rate(tally: Renewals) -> Fraction | None:
    """Terms renewed / terms due; zero-value terms are in neither.

    Source: C6, C7.
    """
    return quotient(tally.renewed, tally.due)
