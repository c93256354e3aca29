"""Published worked examples through the public formulas, where the collection is at hand.

Set `EXAMPLES_FILE` to a file of JSON lines (metric, inputs, expected, tolerance); one that lies
next to the project is found without it.
"""

import json
import os
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from metrics.rules import prices, purchases, retention, spend
from metrics.rules.renewals import (
    Outcome,
    gross_renewal_rate,
    logo_renewal_rate,
    net_renewal_rate,
    one_term,
)
from metrics.rules.retention import Movements

BESIDE = Path(__file__).parents[4] / "shared" / "truth" / "examples.jsonl"
FILE = Path(os.environ.get("EXAMPLES_FILE", BESIDE))
Inputs = dict[str, Any]
Formula = Callable[[Inputs], Fraction | None]


def moved(inputs: Inputs) -> Movements:
    """Return movements from the words of an example."""
    names = ("churn", "contraction", "expansion", "reactivation")
    amounts = {name: Fraction(inputs.get(name, 0)) for name in names}
    amounts["churn"] += Fraction(inputs.get("lost", 0))
    return Movements(opening=Fraction(inputs["start"]), **amounts)  # type: ignore[arg-type]


def renewed(inputs: Inputs) -> Fraction:
    """Return what was renewed, with the changes made at the renewal."""
    return Fraction(inputs["renewed"] + inputs.get("expansion", 0) - inputs.get("contraction", 0))


def period_gross(inputs: Inputs) -> Fraction | None:
    """Return period retention from movements, or from what was exposed to a renewal."""
    if "exposed" not in inputs:
        return retention.gross_retention(moved(inputs))
    lost = inputs["exposed"] - inputs["renewed"]
    return retention.gross_retention(moved({"start": inputs["total"], "churn": lost}))


def renewal_gross(inputs: Inputs) -> Fraction | None:
    """Return the renewal rate of what was due."""
    due = inputs["exposed"] if "exposed" in inputs else inputs["base"]
    return gross_renewal_rate(one_term(due, Outcome.RENEWED, inputs["renewed"]))


FORMULAS: dict[str, Formula] = {
    "ACV": lambda i: spend.average_annual_value(i["tcv"], i["years"]),
    "ARR": lambda i: spend.average_annual_value(i["tcv"], i["years"]),
    "TCV": lambda i: spend.total_contract_value(i["annual"], i["years"], one_time=i["one_time"]),
    "CRR": lambda i: retention.customer_retention(i["E"], i["N"], i["S"]),
    "GRR_period": period_gross,
    "GRR_renewal": renewal_gross,
    "NRR_period": lambda i: retention.net_retention(moved(i)),
    "NRR_renewal": lambda i: net_renewal_rate(one_term(i["base"], Outcome.RENEWED, renewed(i))),
    "acquisition_rate": lambda i: retention.acquisition_rate(i["N"], i["S"]),
    "annual_churn_from_monthly": lambda i: retention.annual_from_monthly_churn(
        Decimal(str(i["monthly"]))
    ),
    "budget_variance_pct": lambda i: spend.variance_ratio(i["actual"], i["budget"]),
    "churn_rate": lambda i: retention.churn_rate(i["start"] - i["end"], i["start"]),
    "cpi_change": lambda i: prices.increase(Fraction(i["previous"]), Fraction(i["current"])),
    "existing_growth": lambda i: retention.existing_growth(
        moved({"start": i["start"], "expansion": i["end_same_customers"] - i["start"]})
    ),
    "logo_churn": lambda i: retention.churn_rate(i["lost"], i["start"]),
    "logo_renewal": lambda i: logo_renewal_rate(
        sum(
            (one_term(1, Outcome.RENEWED, 1) for _ in range(i["renewed"] - 1)),
            one_term(1, Outcome.RENEWED, 1),
        )
        + sum(
            (one_term(1, Outcome.LOST) for _ in range(i["due"] - i["renewed"] - 1)),
            one_term(1, Outcome.LOST),
        )
    ),
    "loyal_customer_rate": lambda i: purchases.loyal_rate(i["loyal"], i["total"]),
    "price_increase_pct": lambda i: prices.increase(Fraction(i["base"]), Fraction(i["sso"])),
    "repeat_purchase_ratio": lambda i: purchases.repeat_purchase_ratio(i["repeat"], i["total"]),
    "repurchase_rate": lambda i: purchases.repeat_purchase_ratio(i["repeat"], i["total"]),
    "return_rate": lambda i: purchases.return_rate(i["returns"], i["sales"]),
    "revenue_churn": lambda i: retention.gross_revenue_churn(moved(i)),
    "revenue_churn_gross": lambda i: retention.gross_revenue_churn(moved(i)),
    "revenue_churn_net": lambda i: retention.net_revenue_churn_with_reactivation(moved(i)),
    "uplift": lambda i: spend.uplifted(i["old"], Decimal(str(i["pct"]))),
    "uplift_unit": lambda i: spend.uplifted(i["old"], Decimal(str(i["pct"]))),
}


def examples() -> list[Any]:
    """Return the examples that a public formula answers."""
    if not FILE.exists():
        return []
    lines = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]
    return [
        pytest.param(each, id=each["id"])
        for each in lines
        if each["metric"] in FORMULAS and "file" not in each["inputs"]
    ]


@pytest.mark.skipif(not FILE.exists(), reason=f"NOT CHECKED against examples: no {FILE}")
@pytest.mark.parametrize("example", examples())
def test_a_published_example_comes_out(example: dict[str, Any]) -> None:
    found = FORMULAS[example["metric"]](example["inputs"])
    assert found is not None
    tolerance = max(float(example["tolerance"]), 1e-12)
    assert abs(float(found) - float(example["expected"])) <= tolerance
