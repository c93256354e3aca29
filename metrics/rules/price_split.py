"""Why a bill changed between two snapshots: price, volume, mix and currency (R22).

Every part is exact, and together they are the change: opening x f0 + parts = closing x f1.
"""

from dataclasses import dataclass, fields
from fractions import Fraction

from metrics.rules.presentation import Number, exact
from metrics.rules.prices import price_effect, unit_increase, volume_effect

PARTS = ("price", "volume", "other", "currency", "new", "dropped")


@dataclass(frozen=True, slots=True)
class Held:
    """What a contract costs a year at a snapshot, and at which price for how many units."""

    value: Number
    unit_price: Number | None = None
    quantity: Number | None = None


@dataclass(frozen=True, slots=True)
class Split:
    """The parts of a change; `dropped` is below zero or zero.

    Promise: the sum of the parts is the closing value less the opening value, each converted at
    its own rate.

    Source: R22.
    """

    price: Fraction = Fraction(0)
    volume: Fraction = Fraction(0)
    other: Fraction = Fraction(0)
    currency: Fraction = Fraction(0)
    new: Fraction = Fraction(0)
    dropped: Fraction = Fraction(0)

    def __add__(self, another: "Split") -> "Split":
        """Add the parts of other contracts."""
        names = (each.name for each in fields(self))
        return Split(**{name: getattr(self, name) + getattr(another, name) for name in names})

    @property
    def total(self) -> Fraction:
        """The whole change."""
        return sum((getattr(self, each.name) for each in fields(self)), Fraction(0))


def split(before: Held | None, after: Held | None, f0: Number = 1, f1: Number = 1) -> Split:
    """Split the change of one contract between two snapshots, at the rates `f0` and `f1`.

    Price (p1 - p0) q1 f0, volume (q1 - q0) p0 f0, currency v1 (f1 - f0); what came is `new` at f1,
    what went is `dropped` at f0: together they are the mix. Without unit prices the whole value is
    one unit where the quantities are equal or unknown. `other` is what neither price nor volume
    explains: a value that is not price x quantity, or terms that cannot be compared.

    Example: 10 at 100 becomes 12 at 110, at 1.0 then 1.1: price 120, volume 200, currency 132.

    Source: R22.
    """
    if before is None:
        return Split(new=_amount(after, f1))
    if after is None:
        return Split(dropped=-_amount(before, f0))
    price, volume = _explained(before, after)
    change = Fraction(exact(after.value)) - Fraction(exact(before.value))
    start, end = Fraction(f0), Fraction(f1)
    return Split(
        price=price * start,
        volume=volume * start,
        other=(change - price - volume) * start,
        currency=Fraction(exact(after.value)) * (end - start),
    )


def like_for_like(before: Held, after: Held) -> Fraction | None:
    """Return by how much the unit price rose; None where the two cannot be compared.

    Source: R22, C7.
    """
    return unit_increase(
        (before.unit_price, after.unit_price),
        (before.quantity, after.quantity),
        (before.value, after.value),
    )


def chained(level: Fraction, risen: Number, basket: Number) -> Fraction:
    """Return the next level of a price index: the basket at its opening values, what rose added.

    `risen` is the sum of opening value x like-for-like increase over what was renewed, `basket` the
    opening value of everything that stayed; an empty basket leaves the level as it was.

    Example: from 100, 5 more on a basket of 200 is 102.5.

    Source: R22, C4.
    """
    return level * (1 + Fraction(risen) / Fraction(basket)) if basket else level


def _amount(held: Held | None, factor: Number) -> Fraction:
    return Fraction(0) if held is None else Fraction(exact(held.value)) * Fraction(factor)


def _explained(before: Held, after: Held) -> tuple[Fraction, Fraction]:
    p0, p1, q0, q1 = before.unit_price, after.unit_price, before.quantity, after.quantity
    if p0 is not None and p1 is not None and q0 is not None and q1 is not None:
        return price_effect(p0, p1, q1), volume_effect(p0, q0, q1)
    if q0 is not None and q1 is not None and q0 != q1:
        return Fraction(0), Fraction(0)
    return Fraction(exact(after.value)) - Fraction(exact(before.value)), Fraction(0)
