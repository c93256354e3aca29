"""Calculators of what a contract is worth: a year, a month, its whole term, some of its days."""

from fractions import Fraction

from metrics.rules import recurring, savings, spend
from metrics.rules.calculators.inputs import Input, Kind
from metrics.rules.calculators.vocabulary import (
    Calculator,
    Mistake,
    Subject,
    Unit,
    amount,
    at_most,
    count,
    number,
    same_length,
    share,
)
from metrics.rules.presentation import quotient

MONTHS = count("months", "Months the amount covers", low=1, high=1200)
BANKERS_MONTH = 30

CALCULATORS = (
    Calculator(
        name="acv",
        title="Annual contract value (ACV)",
        subject=Subject.VALUE,
        formula="(total contract value - one-time fees) / years",
        variant="Average over the term, one-time fees apart",
        unit=Unit.MONEY,
        inputs=(
            amount("total", "Total contract value"),
            number("years", "Years of the term", high=100),
            amount("one_time", "One-time fees inside the total", default="0"),
        ),
        compute=lambda v: spend.average_annual_value(v["total"], v["years"], v["one_time"]),
        example={"total": "180000", "years": "3"},
        checks=(at_most("one_time", "total", "The one-time fees are more than the total."),),
        mistakes=(
            Mistake("the total value taken for one year's", lambda v: v["total"]),
            Mistake("one-time fees left in", lambda v: quotient(v["total"], v["years"])),
        ),
    ),
    Calculator(
        name="average-acv",
        title="Average annual contract value",
        subject=Subject.VALUE,
        formula="sum of (customers x annual value) / sum of customers",
        variant="Weighted by the customers in force",
        unit=Unit.MONEY,
        inputs=(
            Input("customers", "Customers of each kind of contract", Kind.COUNTS),
            Input("values", "Annual value of each kind, in the same order", Kind.AMOUNTS),
        ),
        compute=lambda v: recurring.average_contract_value(
            zip(v.many("customers"), v.many("values"), strict=True)
        ),
        example={"customers": "30 30 40", "values": "30000 40000 50000"},
        checks=(same_length("values", "customers", "As many values as kinds of customers."),),
        mistakes=(
            Mistake(
                "the plain mean of the values, as if all kinds had as many customers",
                lambda v: quotient(sum(v.many("values"), Fraction(0)), len(v.many("values"))),
            ),
        ),
    ),
    Calculator(
        name="arr",
        title="Annual recurring revenue (ARR) of an amount",
        subject=Subject.VALUE,
        formula="recurring amount / months x 12",
        variant="Recurring value normalised to one year",
        unit=Unit.MONEY,
        inputs=(amount("amount", "Recurring amount"), MONTHS),
        compute=lambda v: recurring.annualised(v["amount"], v.count("months")),
        example={"amount": "300000", "months": "36"},
        mistakes=(
            Mistake("the whole amount taken for one year's", lambda v: v["amount"]),
            Mistake("the value of a month", lambda v: v["amount"] / v["months"]),
        ),
    ),
    Calculator(
        name="tcv",
        title="Total contract value (TCV)",
        subject=Subject.VALUE,
        formula="annual value x (whole years + days / days in that year) + one-time fees",
        variant="Cancellation ignored, one-time fees included",
        unit=Unit.MONEY,
        inputs=(
            amount("annual", "Annual value"),
            count("years", "Whole years of the term", high=100),
            amount("one_time", "One-time fees", default="0"),
            count("days", "Days beyond the whole years", default="0", high=365),
            count("year_days", "Days in that last year", default="365", low=365, high=366),
        ),
        compute=lambda v: spend.total_contract_value(
            v["annual"], v.count("years"), v.count("days"), v.count("year_days"), v["one_time"]
        ),
        example={"annual": "100000", "years": "3", "one_time": "30000"},
        mistakes=(
            Mistake(
                "one-time fees left out",
                lambda v: spend.total_contract_value(
                    v["annual"], v.count("years"), v.count("days"), v.count("year_days")
                ),
            ),
            Mistake(
                "one-time fees counted every year",
                lambda v: spend.total_contract_value(
                    v["annual"] + v["one_time"],
                    v.count("years"),
                    v.count("days"),
                    v.count("year_days"),
                ),
            ),
        ),
    ),
    Calculator(
        name="mrr",
        title="Monthly recurring revenue (MRR) of an amount",
        subject=Subject.VALUE,
        formula="amount x (1 - discount) / months",
        variant="Discounts come off before the month is taken",
        unit=Unit.MONEY,
        inputs=(
            amount("amount", "Recurring amount"),
            MONTHS,
            share("discount", "Discount", default="0"),
        ),
        compute=lambda v: recurring.monthly_net_of_discount(
            v["amount"], v.count("months"), v["discount"]
        ),
        example={"amount": "120", "months": "12", "discount": "10%"},
        mistakes=(
            Mistake("the discount left in", lambda v: v["amount"] / v["months"]),
            Mistake("the whole amount taken for one month's", lambda v: v["amount"]),
        ),
    ),
    Calculator(
        name="mrr-from-customers",
        title="Monthly recurring revenue (MRR) from customers",
        subject=Subject.VALUE,
        formula="customers x average revenue per account and month",
        variant="Product of averages",
        unit=Unit.MONEY,
        inputs=(
            count("customers", "Paying customers"),
            amount("arpa", "Average revenue per account and month"),
        ),
        compute=lambda v: recurring.monthly_from_customers(v.count("customers"), v["arpa"]),
        example={"customers": "100", "arpa": "50"},
        mistakes=(Mistake("a year instead of a month", lambda v: 12 * v["customers"] * v["arpa"]),),
    ),
    Calculator(
        name="expansion-mrr",
        title="Expansion MRR of a renewed order",
        subject=Subject.VALUE,
        formula="(new order - old order) / months",
        variant="Both orders cover the same months",
        unit=Unit.MONEY,
        inputs=(amount("old", "Old order"), amount("new", "New order"), MONTHS),
        compute=lambda v: recurring.monthly_expansion(v["old"], v["new"], v.count("months")),
        example={"old": "1800", "new": "2400", "months": "6"},
        mistakes=(
            Mistake("the whole difference taken for one month's", lambda v: v["new"] - v["old"]),
        ),
    ),
    Calculator(
        name="proration",
        title="Part of a period (proration)",
        subject=Subject.VALUE,
        formula="price x days used / days in the period",
        variant="By the period's own days, both ends included",
        unit=Unit.MONEY,
        inputs=(
            amount("price", "Price of the whole period"),
            count("days", "Days in the period", low=1, high=36600),
            count("used", "Days used or left", high=36600),
        ),
        compute=lambda v: savings.prorated(v["price"], v.count("days"), v.count("used")),
        example={"price": "10", "days": "30", "used": "20"},
        checks=(at_most("used", "days", "More days than the period has."),),
        mistakes=(
            Mistake(
                "a month of 30 days, whatever its days",
                lambda v: v["price"] * v["used"] / BANKERS_MONTH,
            ),
            Mistake(
                "the other days of the period",
                lambda v: v["price"] * (v["days"] - v["used"]) / v["days"],
            ),
            Mistake(
                "the last day not counted",
                lambda v: v["price"] * (v["used"] - 1) / v["days"],
            ),
        ),
    ),
    Calculator(
        name="days-spread",
        title="An amount carried over to a period of other length",
        subject=Subject.VALUE,
        formula="amount x days asked / days covered",
        variant="Evenly per day (not per anniversary year of 365 or 366 days)",
        unit=Unit.MONEY,
        inputs=(
            amount("amount", "Amount"),
            count("covered", "Days it covers", default="365", low=1, high=36600),
            count("asked", "Days asked for", default="366", high=36600),
        ),
        compute=lambda v: savings.spread_evenly(v["amount"], v.count("covered"), v.count("asked")),
        example={"amount": "3650", "covered": "365", "asked": "366"},
        mistakes=(Mistake("the leap day forgotten", lambda v: v["amount"]),),
    ),
)
