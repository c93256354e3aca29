"""One demo contract by its number: everything it says, worked out from the seed, nothing stored."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from contracts.rules.calendar import add_months
from contracts.rules.vocabulary import PricingModel
from contracts.services.demo.catalog import VENDORS, ProductFact, VendorFact
from contracts.services.demo.clauses import Clause, draw_clause
from contracts.services.demo.company import CATEGORIES, DEPARTMENTS, MANAGERS, PEOPLE
from contracts.services.demo.dice import Dice
from contracts.services.demo.invoices import Invoice, invoices
from contracts.services.demo.prices import Price, first_price, prices
from contracts.services.demo.timeline import (
    LOOK_BACK,
    Course,
    Span,
    Timeline,
    course_of,
    draw_timeline,
)

CURRENCIES = {"EUR": 46, "USD": 36, "GBP": 18}
TAGS = ("critical", "single sign-on", "personal data", "board approved", "shadow IT")
ADD_ON_EVERY = 20


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an order form; its days only where they are not the term's."""

    description: str
    pricing_model: PricingModel
    unit: str
    quantity: int
    unit_cents: int
    list_cents: int | None = None
    start: date | None = None
    end: date | None = None


@dataclass(frozen=True, slots=True)
class Purchase:
    """What is bought and for whom; None where the records do not say."""

    vendor: VendorFact
    product: ProductFact
    title: str
    currency: str
    department: str | None
    category: str | None
    owner: str | None
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ContractPlan:
    """A whole demo contract. `replaced_by` is the number of the contract that continues it."""

    number: int
    purchase: Purchase
    clause: Clause
    timeline: Timeline
    prices: tuple[Price, ...]
    lines: tuple[Line, ...]
    invoices: tuple[Invoice, ...]
    course: Course
    replaced_by: int | None = None

    @property
    def is_draft(self) -> bool:
        """A few contracts that have not begun are not signed either."""
        return self.course == Course.UPCOMING and self.number % 3 == 0


class Portfolio:
    """The contracts of one seed as they are on one day; contract `n` never depends on how many there are.

    Only a contract that adds seats to another one looks at that other one.
    """

    def __init__(self, seed: int, today: date, look_back: tuple[int, int] = LOOK_BACK) -> None:
        self.seed = seed
        self.today = today
        self.look_back = look_back
        self._vendors = Dice(f"{seed}/vendors").sample(VENDORS, len(VENDORS))
        self._popularity = [round(1000 / (rank + 3)) for rank in range(len(VENDORS))]

    def contract(self, number: int) -> ContractPlan:
        """Return the contract with this number, counted from 0."""
        if number % ADD_ON_EVERY == ADD_ON_EVERY - 1:
            add_on = self._add_on(number)
            if add_on is not None:
                return add_on
        return self._contract(number)

    def _contract(self, number: int) -> ContractPlan:
        dice = Dice(f"{self.seed}/{number}")
        course = course_of(dice, number)
        purchase = self._purchase(dice, number)
        clause = draw_clause(dice, plain=course == Course.TO_DECIDE)
        calendar = purchase.vendor.calendar
        timeline = draw_timeline(dice, number, course, clause, calendar, self.today, self.look_back)
        product = purchase.product
        first = first_price(
            dice,
            product.list_price,
            product.usual_quantity,
            purchase.currency,
            lump=course != Course.RAMP and dice.chance(0.1),
        )
        found = prices(dice, first, len(timeline.spans), clause.cap_pct)
        lines = _lines(dice, purchase, found[-1])
        if course == Course.RAMP:
            lines = _ramp(dice, purchase, timeline.spans[0], found[0])
            found[0] = _average(lines)
        bills = invoices(
            dice, timeline, found, clause.billing_frequency, purchase.currency, self.today
        )
        return ContractPlan(
            number,
            purchase,
            clause,
            timeline,
            tuple(found),
            tuple(lines),
            tuple(bills),
            course,
            replaced_by=number - 1 if course == Course.REPLACED else None,
        )

    def _purchase(self, dice: Dice, number: int) -> Purchase:
        if number < len(self._vendors):
            vendor = self._vendors[number]
        else:
            vendor = dice.choices(self._vendors, self._popularity)[0]
        product = dice.choice(vendor.products)
        usual = CATEGORIES[product.category].department
        department = usual if dice.chance(0.75) else dice.choice(DEPARTMENTS).name
        title = _named(vendor.name, product.name)
        if number >= len(self._vendors):
            title += f", {department}"
        if number >= 4 * len(self._vendors):
            title += f", order {number + 1}"
        return Purchase(
            vendor=vendor,
            product=product,
            title=title,
            currency=dice.weighted(CURRENCIES),
            department=None if dice.chance(0.02) else department,
            category=None if dice.chance(0.03) else product.category,
            owner=None if dice.chance(0.08) else _owner(dice, department),
            tags=tuple(dice.sample(TAGS, dice.choice((0, 0, 1, 1, 2)))),
        )

    def _add_on(self, number: int) -> ContractPlan | None:
        """Return seats added within a term of the contract before, ending with it; None if it cannot be."""
        base = self._contract(number - 1)
        span, price = base.timeline.spans[-1], base.prices[-1]
        if span.end is None or price.unit_cents is None or base.timeline.cancelled_on:
            return None
        dice = Dice(f"{self.seed}/{number}")
        start = span.start + timedelta(days=dice.randint(40, 250))
        if start > self.today:
            return None
        timeline = Timeline(base.timeline.renewal_kind, (Span(start, span.end),), 12)
        quantity = max(1, (price.quantity or 1) // dice.randint(4, 10))
        added = Price(price.unit_cents * quantity, quantity, price.unit_cents, price.list_cents)
        purchase = replace(base.purchase, title=f"{base.purchase.title}, added seats")
        billing, currency = base.clause.billing_frequency, purchase.currency
        bills = invoices(dice, timeline, (added,), billing, currency, self.today)
        return ContractPlan(
            number,
            purchase,
            base.clause,
            timeline,
            (added,),
            tuple(_lines(dice, purchase, added)),
            tuple(bills),
            Course.RUNNING,
        )


def _owner(dice: Dice, department: str) -> str:
    return MANAGERS[department] if dice.chance(0.6) else dice.choice(tuple(PEOPLE))


def _lines(dice: Dice, purchase: Purchase, price: Price) -> list[Line]:
    """Return the lines of the last term; they add up to its annual value."""
    product = purchase.product
    if price.quantity is not None and price.unit_cents is not None:
        model = PricingModel.PLATFORM_FEE if product.usual_quantity == 1 else PricingModel.PER_SEAT
        return [
            Line(
                product.name,
                model,
                product.unit,
                price.quantity,
                price.unit_cents,
                price.list_cents,
            )
        ]
    support = price.annual_cents * dice.randint(8, 20) // 100
    return [
        Line(product.name, PricingModel.PLATFORM_FEE, "plan", 1, price.annual_cents - support),
        Line("Premium support", PricingModel.PLATFORM_FEE, "plan", 1, support),
    ]


def _ramp(dice: Dice, purchase: Purchase, span: Span, price: Price) -> list[Line]:
    """Return three yearly segments with growing quantities at one price (R20)."""
    segments = []
    quantity = max(3, price.quantity or 0)
    unit_cents = price.unit_cents or price.annual_cents
    for year in range(3):
        start = add_months(span.start, 12 * year)
        segments.append(
            Line(
                f"{purchase.product.name}, year {year + 1}",
                PricingModel.PER_SEAT,
                purchase.product.unit,
                quantity,
                unit_cents,
                price.list_cents,
                start,
                add_months(span.start, 12 * (year + 1)) - timedelta(days=1),
            )
        )
        quantity += max(1, quantity * dice.randint(20, 50) // 100)
    return segments


def _average(segments: Sequence[Line]) -> Price:
    """Return the average annual value of a ramp; it has no one quantity."""
    return Price(sum(line.quantity * line.unit_cents for line in segments) // len(segments))


def _named(vendor: str, product: str) -> str:
    """Return what people call it: "Jamf Pro", not "Jamf Jamf Pro"."""
    return product if product.startswith(vendor) else f"{vendor} {product}"
