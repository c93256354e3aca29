"""What a renewal did to the price: change, effects, flags, cap (R21, R22)."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from contracts.rules.vocabulary import CapKind, Severity

DEFAULT_THRESHOLDS = (0, 5, 10, 20)


class PriceMark(StrEnum):
    """What is remarkable about a price change, in the order in which marks are listed."""

    FROM_FREE = "from_free"
    INCREASE = "increase"
    DECREASE = "decrease"
    CAP_BREACH = "cap_breach"
    HIDDEN_INCREASE = "hidden_increase"
    DISCOUNT_ERODED = "discount_eroded"


class CapVerdict(StrEnum):
    """How a price stands against its cap (R21)."""

    WITHIN = "within"
    BREACH = "breach"
    NOT_APPLICABLE = "not_applicable"
    UNKNOWN = "unknown"


class CapMode(StrEnum):
    """How a cap in percent counts over a term of several years (R21)."""

    ONCE = "once"
    SIMPLE = "simple"
    COMPOUND = "compound"


@dataclass(frozen=True, slots=True)
class PricePoint:
    """The price of one term: value per year, seats, price per seat and list price where known.

    Source: R22.
    """

    annual_value: Decimal
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    list_price: Decimal | None = None
    months: int | None = None


@dataclass(frozen=True, slots=True)
class PriceMove:
    """How one price became the next: amounts per year, ratios exact (0.05 is 5 %), None undefined.

    Where both effects are known they add up to (p1 q1 - p0 q0).

    Source: R22, C7, C10.
    """

    value_change: Decimal
    value_pct: Fraction | None
    unit_pct: Fraction | None
    qty_pct: Fraction | None
    price_effect: Decimal | None
    volume_effect: Decimal | None
    flags: tuple[PriceMark, ...]


@dataclass(frozen=True, slots=True)
class CapResult:
    """The verdict on a price, the highest price allowed and by how much it is passed, exactly.

    Source: R21.
    """

    verdict: CapVerdict
    allowed: Fraction | None = None
    excess: Fraction | None = None


def ratio_of_change(before: Decimal | None, after: Decimal | None) -> Fraction | None:
    """Return (after - before) / before exactly; None where either is unknown or before is 0.

    Source: R22, C7.
    """
    if before is None or after is None or before == 0:
        return None
    return Fraction(after - before) / Fraction(before)


def price_change(
    before: PricePoint, after: PricePoint, *, cap_pct: Decimal | None = None
) -> PriceMove:
    """Compare the prices of two consecutive terms of one contract, in one currency.

    `unit_pct` compares unit prices; where one is missing it is the change of the annual value if
    the quantities are equal or missing, else None. `cap_pct` is in percent, once per renewal.
    Example: 10 seats at 100 to 7 at 130: value -9 %, price effect +210, volume effect -300.

    Source: R22, R21.
    """
    value_pct = ratio_of_change(before.annual_value, after.annual_value)
    unit_pct = _unit_pct(before, after, value_pct)
    price_effect, volume_effect = _effects(before, after)
    return PriceMove(
        value_change=after.annual_value - before.annual_value,
        value_pct=value_pct,
        unit_pct=unit_pct,
        qty_pct=ratio_of_change(before.quantity, after.quantity),
        price_effect=price_effect,
        volume_effect=volume_effect,
        flags=_marks(before, after, unit_pct, cap_pct),
    )


def cap_breach(unit_pct: Fraction | None, cap_pct: Decimal | None) -> bool:
    """Say whether an increase (0.05 is 5 %) is above a cap in percent; compared exactly.

    Without a cap, or without a comparable price, there is no breach.

    Source: R21.
    """
    if unit_pct is None or cap_pct is None:
        return False
    return unit_pct * 100 > Fraction(cap_pct)


def cap_allowed(
    base: Decimal, cap_pct: Decimal, *, mode: CapMode = CapMode.ONCE, years: int = 1
) -> Fraction:
    """Return the highest price that a fixed cap allows.

    100,000 at 3 %: once 103,000; over 3 years simple 109,000, compound 109,272.70.

    Source: R21.
    """
    rate = Fraction(cap_pct) / 100
    if mode == CapMode.COMPOUND:
        return Fraction(base) * (1 + rate) ** years
    return Fraction(base) * (1 + rate * (years if mode == CapMode.SIMPLE else 1))


def check_cap(
    kind: CapKind,
    cap_pct: Decimal | None,
    base: Decimal | None,
    price: Decimal | None,
    *,
    mode: CapMode = CapMode.ONCE,
    years: int = 1,
) -> CapResult:
    """Hold a price against a fixed cap on the last net price, compared exactly.

    Without a cap it is not applicable; with an unknown cap or price it is unknown, never 0.
    Example: 5 % on 100.00: 105.00 is within, 105.01 a breach by 0.01.

    Source: R21.
    """
    if kind == CapKind.NONE:
        return CapResult(CapVerdict.NOT_APPLICABLE)
    if cap_pct is None or base is None or price is None:
        return CapResult(CapVerdict.UNKNOWN)
    allowed = cap_allowed(base, cap_pct, mode=mode, years=years)
    excess = Fraction(price) - allowed
    if excess <= 0:
        return CapResult(CapVerdict.WITHIN, allowed)
    return CapResult(CapVerdict.BREACH, allowed, excess)


def severity(
    unit_pct: Fraction | None, thresholds: tuple[int | Decimal, ...] = DEFAULT_THRESHOLDS
) -> Severity | None:
    """Return how severe an increase is by four thresholds in percent; None where it is not flagged.

    Above the first it is worth knowing, from the second low, the third medium, the fourth high.
    Raises ValueError unless there are four in rising order.

    Source: R22.
    """
    if len(thresholds) != len(Severity) or list(thresholds) != sorted(thresholds):
        raise ValueError("severity needs four thresholds in rising order")
    if unit_pct is None or unit_pct * 100 <= Fraction(thresholds[0]):
        return None
    reached = [unit_pct * 100 >= Fraction(threshold) for threshold in thresholds[1:]]
    return (Severity.INFO, Severity.LOW, Severity.MEDIUM, Severity.HIGH)[sum(reached)]


def _unit_pct(before: PricePoint, after: PricePoint, value_pct: Fraction | None) -> Fraction | None:
    if before.unit_price is not None and after.unit_price is not None:
        return ratio_of_change(before.unit_price, after.unit_price)
    quantities_differ = None not in (before.quantity, after.quantity) and (
        before.quantity != after.quantity
    )
    return None if quantities_differ else value_pct


def _effects(before: PricePoint, after: PricePoint) -> tuple[Decimal | None, Decimal | None]:
    if (
        before.unit_price is None
        or after.unit_price is None
        or before.quantity is None
        or after.quantity is None
    ):
        return None, None
    price_effect = (after.unit_price - before.unit_price) * after.quantity
    return price_effect, (after.quantity - before.quantity) * before.unit_price


def _marks(
    before: PricePoint, after: PricePoint, unit_pct: Fraction | None, cap_pct: Decimal | None
) -> tuple[PriceMark, ...]:
    rise = unit_pct or Fraction(0)
    bill_not_up = after.annual_value <= before.annual_value
    found = {
        PriceMark.FROM_FREE: unit_pct is None and _was_free(before, after),
        PriceMark.INCREASE: rise > 0,
        PriceMark.DECREASE: rise < 0,
        PriceMark.CAP_BREACH: cap_breach(unit_pct, cap_pct),
        PriceMark.HIDDEN_INCREASE: rise > 0 and bill_not_up,
        PriceMark.DISCOUNT_ERODED: _discount_eroded(before, after),
    }
    return tuple(mark for mark, present in found.items() if present)


def _was_free(before: PricePoint, after: PricePoint) -> bool:
    p0, p1 = before.unit_price, after.unit_price
    return p0 is not None and p1 is not None and p0 == 0 and p1 > 0


def _discount_eroded(before: PricePoint, after: PricePoint) -> bool:
    old, new = _discount(before), _discount(after)
    return old is not None and new is not None and new < old


def _discount(point: PricePoint) -> Fraction | None:
    """Return the discount off the list price; None where there is no list price."""
    if point.unit_price is None or not point.list_price:
        return None
    return 1 - Fraction(point.unit_price) / Fraction(point.list_price)
