"""Calculators of what was lost: customers, revenue, a month's rate as a year's."""

from fractions import Fraction

from metrics.rules import churn, recurring, retention
from metrics.rules.calculators.inputs import Input, Kind, Values
from metrics.rules.calculators.retention import LESS, LOSSES, LOST, MORE, OPENING, moved
from metrics.rules.calculators.vocabulary import (
    Calculator,
    Check,
    Figure,
    Mistake,
    Note,
    Subject,
    Unit,
    amount,
    aside,
    at_most,
    count,
    same_length,
    share,
)
from metrics.rules.presentation import quotient
from metrics.rules.retention import MONTHS_IN_YEAR

FLAGGED_CHURN = Fraction(7, 100)


def is_high(v: Values, figure: Figure) -> bool:
    """Say whether a churn rate is above the 7 % from which it is worth a look.

    Source: metric "churn rate".
    """
    return isinstance(figure, Fraction) and figure > FLAGGED_CHURN


HIGH = Note("high_churn", "Above 7 %: churn that is worth a look.", is_high)

CALCULATORS = (
    Calculator(
        name="churn-rate",
        title="Customer churn rate (logo churn)",
        subject=Subject.CHURN,
        formula="customers lost / customers at the start",
        variant="By number, on the customers at the start",
        unit=Unit.RATIO,
        inputs=(
            count("start", "Customers at the start"),
            count("lost", "Customers lost"),
            aside("end", "Customers at the end (not part of the formula)", Kind.COUNT),
        ),
        compute=lambda v: retention.churn_rate(v.count("lost"), v.count("start")),
        example={"start": "100", "lost": "5"},
        checks=(at_most("lost", "start", "More were lost than there were at the start."),),
        notes=(HIGH,),
        mistakes=(
            Mistake(
                "the share that stayed", lambda v: quotient(v["start"] - v["lost"], v["start"])
            ),
            Mistake(
                "divided by the customers at the end",
                lambda v: quotient(v["lost"], v["end"]),
                needs=("end",),
            ),
            Mistake(
                "start - end: new customers hide those lost",
                lambda v: quotient(v["start"] - v["end"], v["start"]),
                needs=("end",),
            ),
        ),
    ),
    Calculator(
        name="churn-from-counts",
        title="Customer churn rate from head counts",
        subject=Subject.CHURN,
        formula="(start - (end - new)) / start",
        variant="New customers are taken out of the end first",
        unit=Unit.RATIO,
        inputs=(
            count("start", "Customers at the start"),
            count("end", "Customers at the end"),
            count("new", "Of these, not there at the start", default="0"),
        ),
        compute=lambda v: churn.churn_between(v.count("start"), v.count("end"), v.count("new")),
        example={"start": "20", "end": "18"},
        checks=(
            at_most("new", "end", "More new customers than customers at the end."),
            Check(
                "end",
                "More customers stayed than there were at the start: new ones are missing.",
                lambda v: v["end"] - v["new"] <= v["start"],
            ),
        ),
        notes=(HIGH,),
        mistakes=(
            Mistake(
                "new customers left in the end",
                lambda v: quotient(v["start"] - v["end"], v["start"]),
            ),
            Mistake(
                "(start - end - new) / start: right only if the end is without the new ones",
                lambda v: quotient(v["start"] - v["end"] - v["new"], v["start"]),
            ),
        ),
    ),
    Calculator(
        name="revenue-churn-gross",
        title="Revenue churn, gross",
        subject=Subject.CHURN,
        formula="(churn + contraction) / opening",
        variant="Gross: expansion is left out; churn at opening value",
        unit=Unit.RATIO,
        inputs=(
            OPENING,
            LOST,
            LESS,
            aside("expansion", "Value gained with those who stayed (not part of the formula)"),
        ),
        compute=lambda v: retention.gross_revenue_churn(moved(v)),
        example={"opening": "100", "churn": "10", "contraction": "10"},
        checks=(LOSSES,),
        notes=(HIGH,),
        mistakes=(
            Mistake(
                "expansion taken off: that is NET churn",
                lambda v: retention.net_revenue_churn(moved(v)),
                needs=("expansion",),
            ),
            Mistake("contraction left out", lambda v: quotient(v["churn"], v["opening"])),
            Mistake(
                "divided by the closing value",
                lambda v: quotient(
                    v["churn"] + v["contraction"], v["opening"] - v["churn"] - v["contraction"]
                ),
            ),
        ),
    ),
    Calculator(
        name="revenue-churn-net",
        title="Revenue churn, net",
        subject=Subject.CHURN,
        formula="(churn + contraction - expansion - reactivation) / opening",
        variant="Net: expansion and reactivation taken off; below zero when they outweigh losses",
        unit=Unit.RATIO,
        inputs=(
            OPENING,
            LOST,
            LESS,
            MORE,
            amount("reactivation", "Value of those who came back", default="0"),
        ),
        compute=lambda v: retention.net_revenue_churn_with_reactivation(moved(v)),
        example={"opening": "100", "churn": "10", "contraction": "10", "expansion": "10"},
        checks=(LOSSES,),
        mistakes=(
            Mistake(
                "expansion left out: that is GROSS churn",
                lambda v: retention.gross_revenue_churn(moved(v)),
            ),
            Mistake(
                "reactivation left out, another variant",
                lambda v: retention.net_revenue_churn(moved(v)),
            ),
        ),
    ),
    Calculator(
        name="revenue-churn-daily",
        title="Revenue churn, day by day",
        subject=Subject.CHURN,
        formula="sum over days of (start of day - end of day) / start of day",
        variant="Each day's loss on that day's value, summed; a day of growth is no loss",
        unit=Unit.RATIO,
        inputs=(
            Input("starts", "Value at the start of each day", Kind.AMOUNTS),
            Input("ends", "Value at its end, in the same order", Kind.AMOUNTS),
        ),
        compute=lambda v: churn.daily_loss_rate(zip(v.many("starts"), v.many("ends"), strict=True)),
        example={"starts": "100", "ends": "95"},
        checks=(same_length("ends", "starts", "As many ends as starts."),),
        mistakes=(
            Mistake(
                "all losses over the value of the first day",
                lambda v: quotient(
                    sum(v.many("starts")) - sum(v.many("ends")), v.many("starts")[0]
                ),
            ),
        ),
    ),
    Calculator(
        name="churn-at-opening",
        title="Churn of one customer, capped at its opening value",
        subject=Subject.CHURN,
        formula="min(opening value, value on leaving) / opening value",
        variant="At opening value; never above 100 %",
        unit=Unit.RATIO,
        inputs=(
            amount("opening", "Value at the start"),
            amount("leaving", "Value on leaving"),
        ),
        compute=lambda v: churn.churn_at_opening_value(v["opening"], v["leaving"]),
        example={"opening": "500", "leaving": "1379"},
        mistakes=(
            Mistake(
                "the value on leaving over the opening value, a variant that has been retired",
                lambda v: churn.churn_at_leaving_value(v["opening"], v["leaving"]),
            ),
        ),
    ),
    Calculator(
        name="annual-churn",
        title="Annual churn from monthly",
        subject=Subject.CHURN,
        formula="1 - (1 - m)^12",
        variant="Compounded; the same rate every month",
        unit=Unit.RATIO,
        inputs=(share("monthly", "Churn a month"),),
        compute=lambda v: retention.annual_from_monthly_churn(v["monthly"]),
        example={"monthly": "1%"},
        mistakes=(
            Mistake("twelve times the month", lambda v: v["monthly"] * MONTHS_IN_YEAR),
            Mistake("what is kept, (1 - m)^12", lambda v: (1 - v["monthly"]) ** MONTHS_IN_YEAR),
        ),
    ),
    Calculator(
        name="monthly-churn",
        title="Monthly churn from annual",
        subject=Subject.CHURN,
        formula="1 - (1 - a)^(1/12)",
        variant="Compounded; the twelfth root is irrational and worked out to 40 digits",
        unit=Unit.RATIO,
        inputs=(share("annual", "Churn a year"),),
        compute=lambda v: churn.monthly_from_annual(v["annual"]),
        example={"annual": "11.361512828387%"},
        mistakes=(Mistake("a twelfth of the year", lambda v: v["annual"] / MONTHS_IN_YEAR),),
    ),
    Calculator(
        name="blended-rate",
        title="One rate from the rates of several groups",
        subject=Subject.CHURN,
        formula="sum of (share x rate) / sum of shares",
        variant="Weighted: customer churn by customers, revenue churn by revenue",
        unit=Unit.RATIO,
        inputs=(
            Input("shares", "Share of each group", Kind.RATES, high=Fraction(1)),
            Input("rates", "Rate of each group, in the same order", Kind.RATES, high=Fraction(100)),
        ),
        compute=lambda v: recurring.weighted_mean(
            zip(v.many("shares"), v.many("rates"), strict=True)
        ),
        example={"shares": "80% 20%", "rates": "6% 12%"},
        checks=(
            same_length("rates", "shares", "As many rates as shares."),
            Check(
                "shares", "The shares do not add up to 100 %.", lambda v: sum(v.many("shares")) == 1
            ),
        ),
        mistakes=(
            Mistake(
                "averaging ratios: the plain mean of the rates",
                lambda v: quotient(sum(v.many("rates")), len(v.many("rates"))),
            ),
            Mistake("the sum of the rates", lambda v: sum(v.many("rates"), Fraction(0))),
        ),
    ),
)
