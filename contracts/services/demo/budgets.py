"""Plans for this and the next fiscal year, near what the demo portfolio really costs."""

from collections import defaultdict
from datetime import date
from decimal import Decimal

from contracts.models import Budget
from contracts.services.demo.dice import Dice
from contracts.services.demo.organisation import LEVELS, store_all
from contracts.services.demo.portfolio import ContractPlan

CURRENCY = "EUR"
EUROS = {"EUR": 1.0} | {quote: 1 / level for quote, level in LEVELS.items()}
Key = tuple[str, str]


class RunRate:
    """Adds up what a portfolio costs per year on one day, in euros: in all, by department, by category."""

    def __init__(self, today: date) -> None:
        self.today = today
        self.euros: dict[Key, float] = defaultdict(float)

    def add(self, plan: ContractPlan) -> None:
        """Count the term of the contract that is in force, if there is one."""
        timeline = plan.timeline
        if timeline.cancelled_on is not None and timeline.cancelled_on < self.today:
            return
        for span, price in zip(reversed(timeline.spans), reversed(plan.prices), strict=True):
            if span.start <= self.today and (span.end is None or span.end >= self.today):
                euros = price.annual_cents / 100 * EUROS[plan.purchase.currency]
                self._count(plan, euros)
                return

    def _count(self, plan: ContractPlan, euros: float) -> None:
        self.euros["total", ""] += euros
        for dimension in ("department", "category"):
            key = getattr(plan.purchase, dimension)
            if key is not None:
                self.euros[dimension, key] += euros


def store_budgets(*, run_rate: RunRate, seed: int) -> int:
    """Store a budget for each key of the run rate and each of two years; return how many were added.

    A budget that exists is left as it is.
    """
    year = run_rate.today.year
    taken = set(
        Budget.objects.filter(currency=CURRENCY, fiscal_year__in=(year, year + 1)).values_list(
            "fiscal_year", "dimension", "key"
        )
    )
    rows = [
        Budget(
            fiscal_year=planned,
            dimension=dimension,
            key=key,
            currency=CURRENCY,
            amount=_amount(seed, planned - year, dimension, key, euros),
        )
        for planned in (year, year + 1)
        for (dimension, key), euros in sorted(run_rate.euros.items())
        if (planned, dimension, key) not in taken
    ]
    return len(store_all(rows, Budget))


def _amount(seed: int, ahead: int, dimension: str, key: str, euros: float) -> Decimal:
    """Plan within some percent of the run rate, in whole hundreds, a little more for later years."""
    dice = Dice(f"{seed}/budget/{ahead}/{dimension}/{key}")
    planned = euros * dice.uniform(0.9, 1.1) * (1 + 0.06 * ahead)
    return Decimal(max(1, round(planned / 100)) * 100)
