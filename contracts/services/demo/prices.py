"""What the terms of a demo contract cost, and how their prices rose. Money is in cents."""

from dataclasses import dataclass
from decimal import Decimal

from contracts.services.demo.dice import Dice

# About what a US dollar of list price is elsewhere; vendors round these.
LIST_IN = {"USD": 1.0, "EUR": 0.95, "GBP": 0.82}
HIGHEST_RISE = 30


@dataclass(frozen=True, slots=True)
class Price:
    """The price of one term: a unit price and quantity, or one annual value alone (both None)."""

    annual_cents: int
    quantity: int | None = None
    unit_cents: int | None = None
    list_cents: int | None = None


def amount(cents: int) -> Decimal:
    """Return an amount of whole cents as money."""
    return Decimal(cents).scaleb(-2)


def first_price(dice: Dice, list_price: int, usual: int, currency: str, *, lump: bool) -> Price:
    """Draw the price of the first term: log-normal size, list price less a discount.

    `lump` prices name no units.
    """
    list_cents = round(list_price * 100 * LIST_IN[currency] * dice.uniform(0.72, 0.92))
    unit_cents = round(list_cents * (1 - dice.triangular(0, 0.35, 0.12)))
    if usual == 1:
        unit_cents = max(50_000, round(unit_cents * dice.lognormvariate(0, 0.45)))
        list_cents = max(list_cents, unit_cents)
    quantity = 1 if usual == 1 else dice.size(usual, 0.55)
    if lump:
        return Price(unit_cents * quantity)
    return Price(unit_cents * quantity, quantity, unit_cents, list_cents)


def next_price(dice: Dice, before: Price, cap_pct: Decimal | None) -> Price:
    """Draw the price after a renewal: a rise within the cap but for a few breaches, and other seats."""
    rise = _within(dice, dice.rise(), cap_pct)
    if before.quantity is None or before.unit_cents is None or before.list_cents is None:
        return Price(_raised(before.annual_cents, rise))
    unit_cents = _raised(before.unit_cents, rise)
    quantity = _seats(dice, before.quantity, rise)
    list_cents = max(round(before.list_cents * dice.uniform(1, 1.1)), unit_cents)
    return Price(unit_cents * quantity, quantity, unit_cents, list_cents)


def prices(dice: Dice, first: Price, count: int, cap_pct: Decimal | None) -> list[Price]:
    """Return the prices of `count` consecutive terms."""
    found = [first]
    while len(found) < count:
        found.append(next_price(dice, found[-1], cap_pct))
    return found


def _within(dice: Dice, rise: float, cap_pct: Decimal | None) -> float:
    if cap_pct is None:
        return rise
    cap = float(cap_pct)
    if dice.chance(0.06):
        return min(cap + dice.uniform(1, 4), HIGHEST_RISE)
    return min(rise, cap)


def _raised(cents: int, rise: float) -> int:
    """Raise by whole hundredths of a percent, rounded down: never above the rise that was drawn."""
    return cents * (10_000 + int(rise * 100)) // 10_000


def _seats(dice: Dice, seats: int, rise: float) -> int:
    """Draw the new quantity; sometimes it falls just enough to hide the rise in the bill."""
    drawn = dice.random()
    if seats < 10:
        return seats
    if drawn < 0.05:
        return max(1, int(seats * 100 / (100 + rise)))
    if drawn < 0.27:
        return round(seats * (1 + dice.uniform(0.04, 0.3)))
    if drawn < 0.36:
        return max(1, round(seats * (1 - dice.uniform(0.04, 0.2))))
    return seats
