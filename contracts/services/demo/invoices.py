"""What the vendors of the demo charged in the past two years."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from contracts.rules.calendar import add_months
from contracts.rules.vocabulary import BillingFrequency
from contracts.services.demo.dice import Dice
from contracts.services.demo.prices import Price
from contracts.services.demo.timeline import Span, Timeline

CHARGED_FOR = timedelta(days=730)
TAX_PERCENT = {"EUR": 19, "GBP": 20, "USD": 0}
MONTHS_APART = {
    BillingFrequency.MONTHLY: 1,
    BillingFrequency.QUARTERLY: 3,
    BillingFrequency.YEARLY: 12,
}


@dataclass(frozen=True, slots=True)
class Invoice:
    """One row of the demo ledger, in cents."""

    charged_on: date
    gross: int
    discount: int = 0
    credit: int = 0
    tax: int = 0


def invoices(
    dice: Dice,
    timeline: Timeline,
    prices: Sequence[Price],
    billing: BillingFrequency,
    currency: str,
    today: date,
) -> list[Invoice]:
    """Return the invoices of a contract that are dated in the two years up to `today`, in order."""
    starts = [span.start for span in timeline.spans]
    until = [*(start - timedelta(days=1) for start in starts[1:]), today]
    stop = timeline.cancelled_on or today
    shown_discount = dice.random() if dice.chance(0.25) else 0.0
    found: list[Invoice] = []
    for span, price, last in zip(timeline.spans, prices, until, strict=True):
        for day, cents in _bills(span, price, billing, min(last, stop, today)):
            if day > today - CHARGED_FOR:
                found.append(_invoice(dice, day, cents, currency, shown_discount))
    return found


def _bills(
    span: Span, price: Price, billing: BillingFrequency, until: date
) -> Iterator[tuple[date, int]]:
    """Yield day and amount of each bill of a term that falls on or before `until`."""
    last = min(span.end or until, until)
    if billing == BillingFrequency.UPFRONT and span.end is not None:
        if span.start <= last:
            days = (span.end - span.start).days + 1
            yield span.start, round(price.annual_cents * days / 365.25)
        return
    months = MONTHS_APART.get(billing, 12)
    number = 0
    while (day := add_months(span.start, months * number)) <= last:
        yield day, price.annual_cents * months // 12
        number += 1


def _invoice(dice: Dice, day: date, cents: int, currency: str, shown: float) -> Invoice:
    discount = round(cents * shown * 0.2)
    credit = round(cents * dice.uniform(0.02, 0.15)) if dice.chance(0.02) else 0
    tax = (cents - credit) * TAX_PERCENT[currency] // 100
    return Invoice(day, cents + discount, discount, credit, tax)
