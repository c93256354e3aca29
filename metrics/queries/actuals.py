"""What was really charged: gross to net, returns and purchases, by charge date."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from contracts.rules.period import Grain, Period, periods
from metrics.queries.movements import UNITS
from metrics.queries.question import EVERYTHING, Dimension, Question, Scope
from metrics.queries.sql import amount, charges_of, exact_sum, fetch, listed, sums
from metrics.rules.purchases import Buyers
from metrics.rules.spend import net

VENDOR = "COALESCE(ch.vendor_id, c.vendor_id)"
NAMES: dict[str | None, tuple[str, str]] = {
    None: ("", "''"),
    "vendor": (
        "LEFT JOIN contracts_vendor d ON d.id = COALESCE(ch.vendor_id, c.vendor_id)",
        "COALESCE(d.name, '')",
    ),
    "category": (
        "LEFT JOIN contracts_category d ON d.id = c.category_id",
        "COALESCE(d.name, '')",
    ),
    "department": (
        "LEFT JOIN contracts_department d ON d.id = COALESCE(c.department_id, ch.department_id)",
        "COALESCE(d.name, '')",
    ),
}
AMOUNTS = ("gross", "discount", "allowance", "credit")

CHARGED = """
WITH p(label, first_day, last_day) AS ($periods)
SELECT p.label, $name, ch.currency, COUNT(*), $amounts
FROM p
JOIN contracts_charge ch ON ch.charged_on BETWEEN p.first_day AND p.last_day
LEFT JOIN contracts_contract c ON c.id = ch.contract_id
$names
WHERE $visible
GROUP BY 1, 2, 3
"""
RETURNED = """
SELECT COUNT(*), COALESCE(SUM(CASE WHEN ch.credit > 0 THEN 1 ELSE 0 END), 0), $gross, $credit
FROM contracts_charge ch
LEFT JOIN contracts_contract c ON c.id = ch.contract_id
WHERE $visible AND ch.charged_on BETWEEN %(first)s AND %(last)s
"""
# Units by their number of purchase days: how many there are, and their spans in days together.
PURCHASES = """
WITH RECURSIVE $lineages
buyers AS (
    SELECT $unit AS unit, COUNT(DISTINCT ch.charged_on) AS days,
        MIN($day_number) AS first_day, MAX($day_number) AS last_day
    FROM contracts_charge ch
    LEFT JOIN contracts_contract c ON c.id = ch.contract_id
    $units
    WHERE $visible AND ch.gross > 0 AND ch.charged_on BETWEEN %(first)s AND %(last)s
    GROUP BY 1
)
SELECT days, COUNT(*), SUM(last_day - first_day)
FROM buyers
WHERE unit IS NOT NULL
GROUP BY 1
ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Actual:
    """Charges of one currency, in a period and under a name; deductions hold allowances too."""

    label: str
    name: str
    currency: str
    charges: int = 0
    gross: Fraction = Fraction(0)
    deductions: Fraction = Fraction(0)
    credit: Fraction = Fraction(0)
    net: Fraction = Fraction(0)
    allowance: Fraction = Fraction(0)

    @property
    def discount(self) -> Fraction:
        """The deductions without the allowances."""
        return self.deductions - self.allowance

    def __add__(self, other: "Actual") -> "Actual":
        """Add the charges of another period."""
        return replace(
            self,
            charges=self.charges + other.charges,
            gross=self.gross + other.gross,
            deductions=self.deductions + other.deductions,
            credit=self.credit + other.credit,
            net=self.net + other.net,
            allowance=self.allowance + other.allowance,
        )


@dataclass(frozen=True, slots=True)
class Returns:
    """Charges and those with a credit, by count and by value."""

    charges: int
    returned: int
    gross: Fraction
    credit: Fraction


def charged(
    window: Period,
    grain: Grain = "month",
    dimension: Dimension | None = None,
    scope: Scope = EVERYTHING,
) -> list[Actual]:
    """Return what was charged in each period of the window."""
    join, name = NAMES[dimension]
    rows = fetch(
        CHARGED,
        periods=listed([(label, p.start, p.end) for label, p in periods(window, grain)]),
        names=join,
        name=name,
        visible=charges_of(scope),
        amounts=", ".join(exact_sum(f"ch.{each}") for each in AMOUNTS),
    )
    return [_actual(row) for row in sorted(rows, key=lambda row: row[:3])]


def by_year(months: Iterable[Actual]) -> list[Actual]:
    """Add months of charges to their years, exactly."""
    found: dict[tuple[str, str, str], Actual] = {}
    for month in months:
        key = (month.label[:4], month.name, month.currency)
        found[key] = found.get(key, Actual(*key)) + month
    return [found[key] for key in sorted(found)]


def returned(window: Period, scope: Scope = EVERYTHING) -> Returns:
    """Return how much of what was charged in the window came back as credits."""
    ((charges, with_credit, *halves),) = fetch(
        RETURNED,
        _days(window),
        gross=exact_sum("ch.gross"),
        credit=exact_sum("ch.credit"),
        visible=charges_of(scope),
    )
    gross, credit = map(amount, sums(halves))
    return Returns(int(charges), int(with_credit), gross, credit)


def purchases(question: Question) -> list[Buyers]:
    """Return how many units bought on how many days of the window.

    A purchase is a day with a charge of gross above zero; charges without a unit are left out.
    """
    lineages, join, unit = UNITS[question.by]
    rows = fetch(
        PURCHASES,
        _days(question.window),
        lineages=lineages,
        units=join,
        # A charge may name its vendor without a contract.
        unit=VENDOR if question.by == "vendor" else unit,
        visible=charges_of(question.scope),
    )
    return [Buyers(*map(int, row)) for row in rows]


def _days(window: Period) -> dict[str, Any]:
    return {"first": window.start, "last": window.end}


def _actual(row: Sequence[Any]) -> Actual:
    label, name, currency, count, *halves = row
    gross, discount, allowance, credit = map(amount, sums(halves))
    return Actual(
        label,
        name,
        currency,
        int(count),
        gross,
        discount + allowance,
        credit,
        net(gross, discount, allowance, credit),
        allowance,
    )
