"""Calculators of what stayed: customers and revenue of a period."""

from fractions import Fraction

from metrics.rules import churn, retention
from metrics.rules.calculators.inputs import Kind, Values
from metrics.rules.calculators.vocabulary import (
    Calculator,
    Check,
    Mistake,
    Subject,
    Unit,
    amount,
    aside,
    at_most,
    count,
)
from metrics.rules.presentation import quotient
from metrics.rules.retention import Movements

OPENING = amount("opening", "Recurring value at the start")
LOST = amount("churn", "Value of those who left")
LESS = amount("contraction", "Value lost with those who stayed", default="0")
MORE = amount("expansion", "Value gained with those who stayed", default="0")
LOSSES = Check(
    "churn",
    "More is lost than there was at the start: churn and contraction count at opening value.",
    lambda v: v["churn"] + v["contraction"] <= v["opening"],
)


def moved(v: Values) -> Movements:
    """Return the movements that the inputs describe.

    Source: C5.
    """
    return Movements(
        opening=v["opening"],
        churn=v["churn"],
        contraction=v["contraction"],
        expansion=v["expansion"] if v.has("expansion") else Fraction(0),
        reactivation=v["reactivation"] if v.has("reactivation") else Fraction(0),
    )


CALCULATORS = (
    Calculator(
        name="crr",
        title="Customer retention rate (CRR)",
        subject=Subject.RETENTION,
        formula="(E - N) / S: customers at the end less new ones, over customers at the start",
        variant="N is everybody at the end who was not there at the start, new or come back",
        unit=Unit.RATIO,
        inputs=(
            count("start", "S: customers at the start"),
            count("end", "E: customers at the end"),
            count("new", "N: of these, not there at the start"),
            aside("returning", "Customers who bought again (not part of the formula)", Kind.COUNT),
        ),
        compute=lambda v: retention.customer_retention(
            v.count("end"), v.count("new"), v.count("start")
        ),
        example={"start": "1000", "end": "1100", "new": "200"},
        checks=(
            at_most("new", "end", "More new customers than customers at the end."),
            Check(
                "end",
                "More customers stayed than there were at the start: new ones are missing.",
                lambda v: v["end"] - v["new"] <= v["start"],
            ),
        ),
        mistakes=(
            Mistake(
                "subtracting the returning customers instead of the new ones",
                lambda v: quotient(v["end"] - v["returning"], v["start"]),
                needs=("returning",),
            ),
            Mistake("new customers left in", lambda v: quotient(v["end"], v["start"])),
            Mistake(
                "missing brackets, E - N / S",
                lambda v: None if v["start"] == 0 else v["end"] - v["new"] / v["start"],
            ),
            Mistake(
                "divided by the customers at the end",
                lambda v: quotient(v["end"] - v["new"], v["end"]),
            ),
        ),
    ),
    Calculator(
        name="acquisition-rate",
        title="Customer acquisition rate",
        subject=Subject.RETENTION,
        formula="N / S: new customers over customers at the start",
        variant="On the customers at the start",
        unit=Unit.RATIO,
        inputs=(count("new", "New customers"), count("start", "Customers at the start")),
        compute=lambda v: retention.acquisition_rate(v.count("new"), v.count("start")),
        example={"new": "40", "start": "200"},
        mistakes=(
            Mistake(
                "divided by all customers, the new ones included",
                lambda v: quotient(v["new"], v["start"] + v["new"]),
            ),
        ),
    ),
    Calculator(
        name="grr-period",
        title="Gross revenue retention (GRR) of a period",
        subject=Subject.RETENTION,
        formula="(opening - contraction - churn) / opening",
        variant="Period-based, between two snapshots, opening cohort only; never above 100 %",
        unit=Unit.RATIO,
        inputs=(
            OPENING,
            LOST,
            LESS,
            aside("expansion", "Value gained with those who stayed (not part of the formula)"),
        ),
        compute=lambda v: retention.gross_retention(moved(v)),
        example={"opening": "10000000", "contraction": "600000", "churn": "900000"},
        checks=(LOSSES,),
        mistakes=(
            Mistake(
                "missing brackets, opening - contraction - churn / opening",
                lambda v: _without_brackets(v, v["opening"] - v["contraction"]),
            ),
            Mistake(
                "expansion counted: that is NET retention",
                lambda v: retention.net_retention(moved(v)),
                needs=("expansion",),
            ),
            Mistake("contraction left out", lambda v: _share(v, v["opening"] - v["churn"])),
            Mistake("the share that was lost", lambda v: _share(v, v["churn"] + v["contraction"])),
        ),
    ),
    Calculator(
        name="nrr-period",
        title="Net revenue retention (NRR, NDR, DRR) of a period",
        subject=Subject.RETENTION,
        formula="(opening + expansion - contraction - churn) / opening",
        variant="Period-based, opening cohort only; new and reactivated customers are left out",
        unit=Unit.RATIO,
        inputs=(
            OPENING,
            MORE,
            LESS,
            LOST,
            aside("new", "Value of new customers (not part of the formula)"),
        ),
        compute=lambda v: retention.net_retention(moved(v)),
        example={
            "opening": "100000",
            "expansion": "15000",
            "contraction": "5000",
            "churn": "8000",
        },
        checks=(LOSSES,),
        mistakes=(
            Mistake(
                "new customers counted",
                lambda v: _share(v, _kept(v) + v["new"]),
                needs=("new",),
            ),
            Mistake(
                "missing brackets, opening + expansion - contraction - churn / opening",
                lambda v: _without_brackets(v, v["opening"] + v["expansion"] - v["contraction"]),
            ),
            Mistake(
                "expansion left out: that is GROSS retention",
                lambda v: retention.gross_retention(moved(v)),
            ),
            Mistake("the growth, not what was kept", lambda v: retention.existing_growth(moved(v))),
        ),
    ),
    Calculator(
        name="existing-growth",
        title="Growth with existing customers",
        subject=Subject.RETENTION,
        formula="(end - start) / start for the SAME customers",
        variant="NRR - 1",
        unit=Unit.RATIO,
        inputs=(
            amount("start", "Value of the customers at the start"),
            amount("end", "Value of the same customers at the end"),
        ),
        compute=lambda v: quotient(v["end"] - v["start"], v["start"]),
        example={"start": "5000", "end": "6000"},
        mistakes=(
            Mistake(
                "the ratio reported as growth: that is NRR",
                lambda v: quotient(v["end"], v["start"]),
            ),
            Mistake(
                "divided by the value at the end",
                lambda v: quotient(v["end"] - v["start"], v["end"]),
            ),
        ),
    ),
    Calculator(
        name="grr-period-from-renewals",
        title="Gross retention of a period, from what came up for renewal",
        subject=Subject.RETENTION,
        formula="(total - up for renewal + renewed) / total",
        variant="Period-based: what was not up for renewal stayed",
        unit=Unit.RATIO,
        inputs=(
            amount("total", "Total recurring value"),
            amount("due", "Of it, up for renewal"),
            amount("renewed", "Of that, renewed"),
        ),
        compute=lambda v: churn.period_rate_of_renewals(v["total"], v["due"], v["renewed"]),
        example={"total": "1000000", "due": "250000", "renewed": "200000"},
        checks=(
            at_most("due", "total", "More is up for renewal than there is."),
            at_most("renewed", "due", "Gross: no more is renewed than was due."),
        ),
        mistakes=(
            Mistake(
                "the renewal-based rate of the same facts",
                lambda v: quotient(v["renewed"], v["due"]),
            ),
            Mistake(
                "what was not up for renewal counted as lost",
                lambda v: quotient(v["renewed"], v["total"]),
            ),
        ),
    ),
)


def _kept(v: Values) -> Fraction:
    moves = moved(v)
    return moves.opening + moves.expansion - moves.contraction - moves.churn


def _share(v: Values, part: Fraction) -> Fraction | None:
    return quotient(part, v["opening"])


def _without_brackets(v: Values, before: Fraction) -> Fraction | None:
    """Return what a formula gives whose only the last term is divided."""
    lost = _share(v, v["churn"])
    return None if lost is None else before - lost
