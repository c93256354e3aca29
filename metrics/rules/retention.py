"""What stayed and what moved between two snapshots (C4, C5, C7, R28).

A unit is a contract, a vendor or a lineage. A snapshot is its value at the END of a day. Ratios are
exact fractions, None where the opening is zero.
"""

from dataclasses import dataclass, fields, replace
from fractions import Fraction

from metrics.rules.presentation import Number, quotient

MONTHS_IN_YEAR = 12
AMOUNTS = ("opening", "new", "reactivation", "expansion", "contraction", "churn", "closing")

# A churn rate above this is remarkable.
HIGH_CHURN = Fraction(7, 100)


@dataclass(frozen=True, slots=True)
class Movements:
    """How the opening of a window became its closing: amounts, then numbers of units.

    Promise: opening + new + reactivation + expansion - contraction - churn = closing, and
    units_opening + units_new + units_reactivated - units_churned = units_closing.

    Source: C4, C5.
    """

    opening: Fraction = Fraction(0)
    new: Fraction = Fraction(0)
    reactivation: Fraction = Fraction(0)
    expansion: Fraction = Fraction(0)
    contraction: Fraction = Fraction(0)
    churn: Fraction = Fraction(0)
    closing: Fraction = Fraction(0)
    units_opening: int = 0
    units_new: int = 0
    units_reactivated: int = 0
    units_churned: int = 0
    units_closing: int = 0

    def __add__(self, other: "Movements") -> "Movements":
        """Add the movements of other units over the same window."""
        names = (each.name for each in fields(self))
        return Movements(**{name: getattr(self, name) + getattr(other, name) for name in names})

    def converted(self, factor: Fraction) -> "Movements":
        """Return the same movements with every amount times `factor`; the units stay (C8)."""
        return replace(self, **{name: getattr(self, name) * factor for name in AMOUNTS})

    @property
    def units_kept(self) -> int:
        """The units of the opening that are still there at the end."""
        return self.units_opening - self.units_churned

    @property
    def units_gained(self) -> int:
        """The units at the end that were not there at the start, new or come back."""
        return self.units_new + self.units_reactivated


def is_high_churn(rate: Fraction | None) -> bool:
    """Say whether a churn rate is above 7 %, compared exactly; an undefined one is not.

    Source: metric "churn rate", C7.
    """
    return rate is not None and rate > HIGH_CHURN


def movement(before: Number, after: Number, *, paid_before: bool) -> Movements:
    """Classify one unit between two snapshots.

    `paid_before`: it had a day in force above zero up to the first snapshot. A unit at zero is not
    there: from zero it is new, or reactivated if it paid before; to zero it is churn, at its
    OPENING value.

    Source: C5.
    """
    v0, v1 = Fraction(before), Fraction(after)
    if v0 <= 0:
        return _arrival(v1, paid_before=paid_before)
    return Movements(
        opening=v0,
        closing=v1,
        expansion=max(v1 - v0, Fraction(0)),
        contraction=v0 - v1 if 0 < v1 < v0 else Fraction(0),
        churn=v0 if v1 <= 0 else Fraction(0),
        units_opening=1,
        units_churned=int(v1 <= 0),
        units_closing=int(v1 > 0),
    )


def gross_retention(moves: Movements) -> Fraction | None:
    """Period GRR: sum of min(v0, v1) / sum of v0 = (opening - contraction - churn) / opening.

    Variant: snapshots, opening cohort only; never above 1.
    Source: C5, R28.
    """
    return quotient(moves.opening - moves.contraction - moves.churn, moves.opening)


def net_retention(moves: Movements) -> Fraction | None:
    """Period NRR (DRR, NDR): (opening + expansion - contraction - churn) / opening.

    Variant: snapshots, opening cohort only; new and reactivated units do not count.
    Source: C5, R28.
    """
    kept = moves.opening + moves.expansion - moves.contraction - moves.churn
    return quotient(kept, moves.opening)


def logo_retention(moves: Movements) -> Fraction | None:
    """Units of the opening still there at the end / units of the opening.

    Source: C5.
    """
    return quotient(moves.units_kept, moves.units_opening)


def customer_retention(at_end: int, gained: int, at_start: int) -> Fraction | None:
    """CRR: (E - N) / S, N being EVERY unit at the end that was not there at the start.

    Example: 1,100 at the end of which 200 gained, from 1,000, is 90 %.

    Variant: new and reactivated both count as gained.
    Source: C5.
    """
    return quotient(at_end - gained, at_start)


def churn_rate(lost: int, at_start: int) -> Fraction | None:
    """Units lost / units at the start.

    Source: C5.
    """
    return quotient(lost, at_start)


def acquisition_rate(gained: int, at_start: int) -> Fraction | None:
    """Units gained / units at the start.

    Source: C5.
    """
    return quotient(gained, at_start)


def gross_revenue_churn(moves: Movements) -> Fraction | None:
    """(churn + contraction) / opening, churn at its opening value.

    Source: C5.
    """
    return quotient(moves.churn + moves.contraction, moves.opening)


def net_revenue_churn(moves: Movements) -> Fraction | None:
    """(churn + contraction - expansion) / opening; below zero when expansion outweighs losses.

    Variant: without reactivation.
    Source: C5.
    """
    return quotient(moves.churn + moves.contraction - moves.expansion, moves.opening)


def net_revenue_churn_with_reactivation(moves: Movements) -> Fraction | None:
    """(churn + contraction - expansion - reactivation) / opening.

    Source: C5.
    """
    lost = moves.churn + moves.contraction - moves.expansion - moves.reactivation
    return quotient(lost, moves.opening)


def existing_growth(moves: Movements) -> Fraction | None:
    """NRR - 1: how much more the same units cost.

    Source: C5.
    """
    kept = net_retention(moves)
    return None if kept is None else kept - 1


def flow_gross_retention(opening: Number, drops: Number) -> Fraction | None:
    """Flow GRR: (opening - the sum of monthly drops) / opening, over the units of the opening.

    Variant: month by month; a unit that falls and recovers inside the window counts its fall.
    Source: C5.
    """
    return quotient(Fraction(opening) - Fraction(drops), opening)


def flow_net_retention(opening: Number, drops: Number, rises: Number) -> Fraction | None:
    """Flow NRR: (opening - monthly drops + monthly rises) / opening, over the units of the opening.

    Source: C5.
    """
    return quotient(Fraction(opening) - Fraction(drops) + Fraction(rises), opening)


def annual_from_monthly_churn(monthly: Number) -> Fraction:
    """Return 1 - (1 - m)^12, never 12 x m: 1 % a month is 11.36 % a year.

    Source: metric "churn rate".
    """
    return 1 - (1 - Fraction(monthly)) ** MONTHS_IN_YEAR


def _arrival(value: Fraction, *, paid_before: bool) -> Movements:
    if value <= 0:
        return Movements()
    if paid_before:
        return Movements(closing=value, reactivation=value, units_reactivated=1, units_closing=1)
    return Movements(closing=value, new=value, units_new=1, units_closing=1)
