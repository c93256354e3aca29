"""Calculators of payment days: DSO and DPO, by closing and by average balance."""

from metrics.rules import working_capital
from metrics.rules.calculators.inputs import Input
from metrics.rules.calculators.vocabulary import (
    Calculator,
    Mistake,
    Subject,
    Unit,
    amount,
    count,
)
from metrics.rules.presentation import quotient
from metrics.rules.working_capital import BANKERS_YEAR

DAYS = count("days", "Days in the period", default="365", low=1, high=36600)


def closing(name: str, title: str, balance: str, flow: Input) -> Calculator:
    """Return the calculator on the closing balance.

    Source: metric "DSO / DPO".
    """
    return Calculator(
        name=name,
        title=title,
        subject=Subject.CAPITAL,
        formula=f"closing {balance} / {flow.label.lower()} x days",
        variant="Closing balance; 360 days is the banker's year",
        unit=Unit.DAYS,
        inputs=(amount("closing", f"Closing {balance}"), flow, DAYS),
        compute=lambda v: working_capital.days_outstanding(v["closing"], v[flow.name], v["days"]),
        example={"closing": "50000", flow.name: "200000", "days": "365"},
        mistakes=(
            Mistake(
                "multiplied by the days twice",
                lambda v: working_capital.days_outstanding(
                    v["closing"] * v["days"], v[flow.name], v["days"]
                ),
            ),
            Mistake(
                "a year of 360 days, another variant",
                lambda v: working_capital.days_outstanding(
                    v["closing"], v[flow.name], BANKERS_YEAR
                ),
            ),
            Mistake(
                "turnover: how often a year, not how many days",
                lambda v: quotient(v[flow.name], v["closing"]),
            ),
        ),
    )


def average(name: str, title: str, balance: str, flow: Input) -> Calculator:
    """Return the calculator on the average balance.

    Source: metric "DSO / DPO".
    """
    return Calculator(
        name=name,
        title=title,
        subject=Subject.CAPITAL,
        formula=f"(opening + closing {balance}) / 2 / {flow.label.lower()} x days",
        variant="Average balance",
        unit=Unit.DAYS,
        inputs=(
            amount("opening", f"Opening {balance}"),
            amount("closing", f"Closing {balance}"),
            flow,
            DAYS,
        ),
        compute=lambda v: working_capital.average_days_outstanding(
            v["opening"], v["closing"], v[flow.name], v["days"]
        ),
        example={"opening": "180000", "closing": "220000", flow.name: "1460000", "days": "365"},
        mistakes=(
            Mistake(
                "the sum of the balances, not halved",
                lambda v: working_capital.days_outstanding(
                    v["opening"] + v["closing"], v[flow.name], v["days"]
                ),
            ),
            Mistake(
                "the closing balance, another variant",
                lambda v: working_capital.days_outstanding(v["closing"], v[flow.name], v["days"]),
            ),
            Mistake(
                "multiplied by the days twice",
                lambda v: working_capital.average_days_outstanding(
                    v["opening"] * v["days"], v["closing"] * v["days"], v[flow.name], v["days"]
                ),
            ),
        ),
    )


SALES = amount("sales", "Credit sales")
BOUGHT = amount("purchases", "Purchases")

CALCULATORS = (
    closing("dso", "Days sales outstanding (DSO)", "receivables", SALES),
    average("dso-average", "Days sales outstanding (DSO), average balance", "receivables", SALES),
    closing("dpo", "Days payable outstanding (DPO)", "payables", BOUGHT),
    average("dpo-average", "Days payable outstanding (DPO), average balance", "payables", BOUGHT),
)
