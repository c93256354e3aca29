"""Calculators of prices: increases, uplifts, caps, what was saved, budgets."""

from decimal import Decimal
from fractions import Fraction

from contracts.rules.pricing import CapMode, cap_allowed
from metrics.rules import prices, savings, spend
from metrics.rules.calculators.inputs import Kind, Values
from metrics.rules.calculators.vocabulary import (
    Calculator,
    Figure,
    Mistake,
    Note,
    Subject,
    Unit,
    amount,
    aside,
    count,
    number,
    rate,
)
from metrics.rules.presentation import quotient

TYPICAL_INCREASE = Fraction(10, 100)


def is_steep(v: Values, figure: Figure) -> bool:
    """Say whether an increase is above the 10 % that price rises typically reach.

    Source: metric "price increase".
    """
    return isinstance(figure, Fraction) and figure > TYPICAL_INCREASE


def over_years(v: Values, mode: CapMode) -> Fraction:
    """Return by how much a cap on each of several years lets a price rise in all.

    Source: R21.
    """
    return cap_allowed(Decimal(1), _percent(v["cap"]), mode=mode, years=v.count("years")) - 1


CAP_INPUTS = (rate("cap", "Cap a year"), count("years", "Years", low=1, high=100))
STEEP = Note("steep", "Above 10 %: more than price rises typically are.", is_steep)

CALCULATORS = (
    Calculator(
        name="price-increase",
        title="Price increase",
        subject=Subject.PRICES,
        formula="(new - old) / old",
        variant="On the unit price, like for like; from a price of zero there is no percentage",
        unit=Unit.RATIO,
        inputs=(amount("old", "Old price"), amount("new", "New price")),
        compute=lambda v: prices.increase(v["old"], v["new"]),
        example={"old": "7.75", "new": "11.75"},
        notes=(STEEP,),
        mistakes=(
            Mistake("the ratio reported as an increase", lambda v: quotient(v["new"], v["old"])),
            Mistake("divided by the NEW price", lambda v: quotient(v["new"] - v["old"], v["new"])),
            Mistake("the difference read as a percentage", lambda v: (v["new"] - v["old"]) / 100),
        ),
    ),
    Calculator(
        name="uplift",
        title="Price after an uplift",
        subject=Subject.PRICES,
        formula="old x (1 + uplift)",
        variant="Once, on the last net price",
        unit=Unit.MONEY,
        inputs=(amount("old", "Old price"), rate("uplift", "Uplift")),
        compute=lambda v: spend.uplifted(v["old"], v["uplift"]),
        example={"old": "20000", "uplift": "4%"},
        mistakes=(
            Mistake("the uplift alone", lambda v: v["old"] * v["uplift"]),
            Mistake("missing brackets, old x 1 + uplift", lambda v: v["old"] + v["uplift"]),
        ),
    ),
    Calculator(
        name="cap-over-years",
        title="A yearly cap over several years, simple",
        subject=Subject.PRICES,
        formula="cap x years",
        variant="Simple: each year's cap on the first price",
        unit=Unit.RATIO,
        inputs=CAP_INPUTS,
        compute=lambda v: over_years(v, CapMode.SIMPLE),
        example={"cap": "3%", "years": "3"},
        mistakes=(
            Mistake("compounded, another variant", lambda v: over_years(v, CapMode.COMPOUND)),
            Mistake("once for the renewal, another variant", lambda v: v["cap"]),
        ),
    ),
    Calculator(
        name="cap-compounded",
        title="A yearly cap over several years, compounded",
        subject=Subject.PRICES,
        formula="(1 + cap)^years - 1",
        variant="Compound: each year's cap on the price of the year before",
        unit=Unit.RATIO,
        inputs=CAP_INPUTS,
        compute=lambda v: over_years(v, CapMode.COMPOUND),
        example={"cap": "3%", "years": "3"},
        mistakes=(
            Mistake("cap x years, another variant", lambda v: over_years(v, CapMode.SIMPLE)),
            Mistake(
                "the ratio reported as an increase", lambda v: 1 + over_years(v, CapMode.COMPOUND)
            ),
        ),
    ),
    Calculator(
        name="index-change",
        title="Change of a price index (CPI)",
        subject=Subject.PRICES,
        formula="(current - previous) / previous",
        variant="In percent of the previous level, not in index points",
        unit=Unit.RATIO,
        inputs=(
            number("previous", "Previous index", high=10**9),
            number("current", "Current index", high=10**9),
        ),
        compute=lambda v: prices.increase(v["previous"], v["current"]),
        example={"previous": "129.9", "current": "136.0"},
        mistakes=(
            Mistake(
                "index points read as a percentage", lambda v: (v["current"] - v["previous"]) / 100
            ),
            Mistake(
                "the ratio reported as an increase", lambda v: quotient(v["current"], v["previous"])
            ),
        ),
    ),
    Calculator(
        name="price-effect",
        title="Price effect of a renewal",
        subject=Subject.PRICES,
        formula="(p1 - p0) x q1",
        variant="On the NEW quantity; with the volume effect it adds up to the change of the bill",
        unit=Unit.MONEY,
        inputs=(
            amount("old", "p0: old unit price"),
            amount("new", "p1: new unit price"),
            number("quantity", "q1: new quantity", high=10**9),
            aside("old_quantity", "q0: old quantity (not part of the formula)", Kind.NUMBER),
        ),
        compute=lambda v: prices.price_effect(v["old"], v["new"], v["quantity"]),
        example={"old": "100", "new": "130", "quantity": "7"},
        mistakes=(
            Mistake(
                "on the old quantity: the two effects no longer add up",
                lambda v: prices.price_effect(v["old"], v["new"], v["old_quantity"]),
                needs=("old_quantity",),
            ),
        ),
    ),
    Calculator(
        name="volume-effect",
        title="Volume effect of a renewal",
        subject=Subject.PRICES,
        formula="(q1 - q0) x p0",
        variant="At the OLD price; with the price effect it adds up to the change of the bill",
        unit=Unit.MONEY,
        inputs=(
            amount("price", "p0: old unit price"),
            number("old", "q0: old quantity", high=10**9),
            number("new", "q1: new quantity", high=10**9),
            aside("new_price", "p1: new unit price (not part of the formula)"),
        ),
        compute=lambda v: prices.volume_effect(v["price"], v["old"], v["new"]),
        example={"price": "100", "old": "10", "new": "7"},
        mistakes=(
            Mistake(
                "at the new price: the two effects no longer add up",
                lambda v: prices.volume_effect(v["new_price"], v["old"], v["new"]),
                needs=("new_price",),
            ),
        ),
    ),
    Calculator(
        name="cost-reduction",
        title="Cost reduction",
        subject=Subject.PRICES,
        formula="paid last year - paid this year, for the same thing",
        variant="Against last year's bill; not against a quote",
        unit=Unit.MONEY,
        inputs=(
            amount("last_year", "Paid last year"),
            amount("this_year", "Paid this year"),
            aside("first_quote", "The vendor's first quote (not part of the formula)"),
        ),
        compute=lambda v: savings.cost_reduction(v["last_year"], v["this_year"]),
        example={"last_year": "1000000", "this_year": "850000"},
        mistakes=(
            Mistake(
                "against the first quote: that is cost AVOIDANCE",
                lambda v: savings.cost_avoidance(v["first_quote"], v["this_year"]),
                needs=("first_quote",),
            ),
        ),
    ),
    Calculator(
        name="cost-avoidance",
        title="Cost avoidance",
        subject=Subject.PRICES,
        formula="first quote - paid",
        variant="Against the vendor's first quote; it never shows year over year",
        unit=Unit.MONEY,
        inputs=(
            amount("first_quote", "The vendor's first quote"),
            amount("paid", "Paid"),
            aside("last_year", "Paid last year (not part of the formula)"),
        ),
        compute=lambda v: savings.cost_avoidance(v["first_quote"], v["paid"]),
        example={"first_quote": "1100000", "paid": "1030000"},
        mistakes=(
            Mistake(
                "against last year's bill: that is cost REDUCTION",
                lambda v: savings.cost_reduction(v["last_year"], v["paid"]),
                needs=("last_year",),
            ),
        ),
    ),
    Calculator(
        name="budget-variance",
        title="Budget variance",
        subject=Subject.PRICES,
        formula="actual - budget",
        variant="Above zero is overspend",
        unit=Unit.MONEY,
        inputs=(amount("actual", "Actual"), amount("budget", "Budget")),
        compute=lambda v: spend.variance(v["actual"], v["budget"]),
        example={"actual": "22000", "budget": "20000"},
        mistakes=(
            Mistake(
                "the sign of the other convention, budget - actual",
                lambda v: spend.variance(v["budget"], v["actual"]),
            ),
        ),
    ),
    Calculator(
        name="budget-variance-rate",
        title="Budget variance in percent",
        subject=Subject.PRICES,
        formula="(actual - budget) / budget",
        variant="In percent of the BUDGET; above zero is overspend",
        unit=Unit.RATIO,
        inputs=(amount("actual", "Actual"), amount("budget", "Budget")),
        compute=lambda v: spend.variance_ratio(v["actual"], v["budget"]),
        example={"actual": "120000", "budget": "100000"},
        mistakes=(
            Mistake(
                "in percent of the actual",
                lambda v: quotient(v["actual"] - v["budget"], v["actual"]),
            ),
            Mistake(
                "the ratio reported as a variance", lambda v: quotient(v["actual"], v["budget"])
            ),
        ),
    ),
)


def _percent(ratio: Fraction) -> Decimal:
    """Return a ratio that was typed in decimals as a percentage, exactly."""
    return Decimal(ratio.numerator * 100) / Decimal(ratio.denominator)
