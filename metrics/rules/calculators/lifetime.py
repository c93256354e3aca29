"""Calculators of lifetime value: one for each named formula."""

from metrics.rules import lifetime
from metrics.rules.calculators.inputs import Input, Kind, Values
from metrics.rules.calculators.vocabulary import (
    Calculator,
    Figure,
    Mistake,
    Note,
    Subject,
    Unit,
    amount,
    count,
    number,
    rate,
    share,
)
from metrics.rules.presentation import quotient

SALE = amount("sale", "Average sale")
PURCHASES = number("purchases", "Purchases a period")
PERIODS = number("periods", "Periods a year (52 weeks, 12 months)", default="12", high=366)
YEARS = number("years", "Years a customer stays", high=100)
ARPA = amount("arpa", "Average revenue per account and period")
MARGIN = share("margin", "Gross margin")
CHURN = share("churn", "Churn of the same period")
KEPT = amount("margin", "Margin per customer and period")
STAYING = share("retention", "Retention rate per period")
DISCOUNT = rate("discount", "Discount rate per period")
PERIOD_NOTE = Note(
    "same_period",
    "Revenue and churn are of the same period: both a month's or both a year's.",
    lambda v, figure: True,
)


def sold(v: Values) -> Figure:
    """Return simple lifetime value before cost and margin.

    Source: metric "lifetime value".
    """
    return lifetime.simple_value(v["sale"], v["purchases"], v["periods"], v["years"])


CALCULATORS = (
    Calculator(
        name="lifespan",
        title="Customer lifespan",
        subject=Subject.LIFETIME,
        formula="1 / churn",
        variant="Constant churn; in periods of the churn",
        unit=Unit.PERIODS,
        inputs=(share("churn", "Churn per period"),),
        compute=lambda v: lifetime.lifespan(v["churn"]),
        example={"churn": "3%"},
        mistakes=(
            Mistake("1 / retention", lambda v: lifetime.lifespan(1 - v["churn"])),
            Mistake("the percentage taken as a number", lambda v: quotient(1, 100 * v["churn"])),
        ),
    ),
    Calculator(
        name="ltv-simple",
        title="Lifetime value, simple",
        subject=Subject.LIFETIME,
        formula="sale x purchases a period x periods a year x years - cost of acquisition",
        variant="Simple: the product of averages; no margin, no discounting",
        unit=Unit.MONEY,
        inputs=(
            SALE,
            PURCHASES,
            PERIODS,
            YEARS,
            amount("cost", "Cost of acquisition", default="0"),
        ),
        compute=lambda v: lifetime.simple_value(
            v["sale"], v["purchases"], v["periods"], v["years"], v["cost"]
        ),
        example={"sale": "30", "purchases": "0.5", "periods": "12", "years": "1", "cost": "10"},
        mistakes=(
            Mistake(
                "the cost of acquisition taken off twice",
                lambda v: lifetime.simple_value(
                    v["sale"], v["purchases"], v["periods"], v["years"], 2 * v["cost"]
                ),
            ),
            Mistake("the cost of acquisition not taken off", sold),
            Mistake(
                "the periods of a year forgotten",
                lambda v: lifetime.simple_value(
                    v["sale"], v["purchases"], 1, v["years"], v["cost"]
                ),
            ),
        ),
    ),
    Calculator(
        name="ltv-average-value",
        title="Lifetime value from the average customer's value",
        subject=Subject.LIFETIME,
        formula="average value a period x periods a year x years",
        variant="Simple: the average of each customer's own product, not the product of averages",
        unit=Unit.MONEY,
        inputs=(amount("value", "Average value of a customer and period"), PERIODS, YEARS),
        compute=lambda v: lifetime.value_of_average_customer(v["value"], v["periods"], v["years"]),
        example={"value": "24.30", "periods": "52", "years": "20"},
        mistakes=(Mistake("the periods of a year forgotten", lambda v: v["value"] * v["years"]),),
    ),
    Calculator(
        name="ltv-custom",
        title="Lifetime value with margin (custom)",
        subject=Subject.LIFETIME,
        formula="sale x purchases a period x periods a year x years x gross margin",
        variant="Custom: simple lifetime value x gross margin; not discounted",
        unit=Unit.MONEY,
        inputs=(SALE, PURCHASES, PERIODS, YEARS, MARGIN),
        compute=lambda v: lifetime.margin_value(
            lifetime.simple_value(v["sale"], v["purchases"], v["periods"], v["years"]), v["margin"]
        ),
        example={
            "sale": "5.90",
            "purchases": "4.2",
            "periods": "52",
            "years": "20",
            "margin": "21.3%",
        },
        mistakes=(Mistake("the margin left out: revenue, not profit", sold),),
    ),
    Calculator(
        name="gross-margin-per-lifespan",
        title="Gross margin per lifespan",
        subject=Subject.LIFETIME,
        formula="lifetime value x gross margin",
        variant="Of a lifetime value in revenue; not discounted",
        unit=Unit.MONEY,
        inputs=(amount("value", "Lifetime value in revenue"), MARGIN),
        compute=lambda v: lifetime.margin_value(v["value"], v["margin"]),
        example={"value": "25272", "margin": "21.3%"},
        mistakes=(
            Mistake("what the margin is not: the cost", lambda v: v["value"] * (1 - v["margin"])),
        ),
    ),
    Calculator(
        name="ltv-arpa-churn",
        title="Lifetime value: ARPA over churn",
        subject=Subject.LIFETIME,
        formula="ARPA / churn",
        variant="Revenue, no margin; endless stay at constant churn",
        unit=Unit.MONEY,
        inputs=(ARPA, CHURN),
        compute=lambda v: lifetime.arpa_over_churn(v["arpa"], v["churn"]),
        example={"arpa": "50", "churn": "3%"},
        notes=(PERIOD_NOTE,),
        mistakes=(
            Mistake(
                "a year's revenue over a month's churn",
                lambda v: lifetime.arpa_over_churn(12 * v["arpa"], v["churn"]),
            ),
            Mistake("revenue x churn", lambda v: v["arpa"] * v["churn"]),
        ),
    ),
    Calculator(
        name="ltv-margin-churn",
        title="Lifetime value: margin over churn",
        subject=Subject.LIFETIME,
        formula="ARPA x gross margin / churn",
        variant="Gross profit; endless stay at constant churn",
        unit=Unit.MONEY,
        inputs=(ARPA, MARGIN, CHURN),
        compute=lambda v: lifetime.margin_over_churn(v["arpa"], v["margin"], v["churn"]),
        example={"arpa": "2000", "margin": "60%", "churn": "0.5%"},
        notes=(PERIOD_NOTE,),
        mistakes=(
            Mistake(
                "the margin left out: revenue, not profit",
                lambda v: lifetime.arpa_over_churn(v["arpa"], v["churn"]),
            ),
            Mistake(
                "a year's revenue over a month's churn",
                lambda v: lifetime.margin_over_churn(12 * v["arpa"], v["margin"], v["churn"]),
            ),
        ),
    ),
    Calculator(
        name="ltv-discounted",
        title="Lifetime value, discounted (traditional)",
        subject=Subject.LIFETIME,
        formula="m x r / (1 + d - r)",
        variant="Traditional: endless stay, the first margin one period from now",
        unit=Unit.MONEY,
        inputs=(KEPT, STAYING, DISCOUNT),
        compute=lambda v: lifetime.discounted_value(v["margin"], v["retention"], v["discount"]),
        example={"margin": "5241.60", "retention": "75%", "discount": "10%"},
        mistakes=(
            Mistake(
                "missing brackets, m x r / 1 + d - r",
                lambda v: v["margin"] * v["retention"] + v["discount"] - v["retention"],
            ),
            Mistake(
                "the first margin paid at once, m x (1 + d) / (1 + d - r)",
                lambda v: quotient(
                    v["margin"] * (1 + v["discount"]), 1 + v["discount"] - v["retention"]
                ),
            ),
            Mistake(
                "not discounted",
                lambda v: lifetime.discounted_value(v["margin"], v["retention"], 0),
            ),
        ),
    ),
    Calculator(
        name="ltv-horizon",
        title="Lifetime value, discounted to a horizon",
        subject=Subject.LIFETIME,
        formula="sum of m x (r / (1 + d))^k for k = 1 to the horizon",
        variant="Discounted and cut off after a number of periods",
        unit=Unit.MONEY,
        inputs=(KEPT, STAYING, DISCOUNT, count("horizon", "Periods", high=1200)),
        compute=lambda v: lifetime.horizon_value(
            v["margin"], v["retention"], v["discount"], v.count("horizon")
        ),
        example={"margin": "1000", "retention": "80%", "discount": "10%", "horizon": "5"},
        mistakes=(
            Mistake(
                "the endless sum, another variant",
                lambda v: lifetime.discounted_value(v["margin"], v["retention"], v["discount"]),
            ),
            Mistake("neither churn nor discount", lambda v: v["margin"] * v["horizon"]),
        ),
    ),
    Calculator(
        name="ltv-mean",
        title="Lifetime value, mean of several formulas",
        subject=Subject.LIFETIME,
        formula="sum of the values / their number",
        variant="Mean of simple, custom and traditional; it mixes revenue with profit",
        unit=Unit.MONEY,
        inputs=(Input("values", "Lifetime values", Kind.AMOUNTS),),
        compute=lambda v: lifetime.mean_value(v.many("values")),
        example={"values": "25272 5489.27 11534.87"},
        notes=(
            Note(
                "mixed",
                "The formulas answer different questions; show each by its name instead.",
                lambda v, figure: True,
            ),
        ),
    ),
)
