"""How each published worked example is put to the calculators and formulas.

The collection is not part of the project. `EXAMPLES_FILE` names a file of JSON lines (id, metric,
inputs, expected, tolerance, grade), `EXAMPLES_DATA` the folder of the tables some of them read; a
`shared` folder next to the project is found without either.
"""

import csv
import json
import os
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from metrics.rules import churn, cohorts, purchase_days, retention, spend
from metrics.rules.calculators.answering import calculate
from metrics.rules.retention import Movements

SHARED = Path(__file__).parents[4] / "shared"
EXAMPLES = Path(os.environ.get("EXAMPLES_FILE", SHARED / "truth" / "examples.jsonl"))
WRONG = EXAMPLES.with_name("examples_wrong.jsonl")
FOLDERS = [Path(os.environ["EXAMPLES_DATA"])] if "EXAMPLES_DATA" in os.environ else []
FOLDERS.append(SHARED / "data")

UK_SPEND = "gcloud_spend_2012_2013_macEOL.csv"
UK_SPEND_LONG = "G-Cloud-Spend-14-07-14-v2-For-import.csv"
TRANSACTIONS = "lifetimes_example_transactions.csv"
SUBSCRIPTIONS = "subscription_periods.csv"
SUBSCRIPTIONS_EXPECTED = "mrr_playbook_expected.json"

Inputs = dict[str, Any]
Found = Fraction | date | dict[str, Any] | None


class TableMissingError(Exception):
    """A table that an example reads is not at hand."""


def table(name: str) -> Path:
    for folder in FOLDERS:
        if (folder / name).exists():
            return folder / name
    raise TableMissingError(f"no {name} in {', '.join(map(str, FOLDERS))}")


def lines(path: Path) -> list[dict[str, Any]]:
    """Return the entries of a collection; none where it is not at hand."""
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def by(name: str, **names: str) -> Callable[[Inputs], Found]:
    """Return what puts an example to a calculator; `names` are the example's words for its inputs."""

    def answer(given: Inputs) -> Found:
        texts = {own: given[theirs] for own, theirs in names.items() if theirs in given}
        return calculate(name, texts).value

    return answer


def days_outstanding(name: str, balance: str, flow: str) -> Callable[[Inputs], Found]:
    """Return what chooses the variant by the balances that an example gives."""

    def answer(given: Inputs) -> Found:
        own = {"sales" if name == "dso" else "purchases": given[flow], "days": given["days"]}
        if balance in given:
            return calculate(name, own | {"closing": given[balance]}).value
        ends = {"opening": given[f"{balance}_open"], "closing": given[f"{balance}_close"]}
        return calculate(f"{name}-average", own | ends).value

    return answer


def average_deal(given: Inputs) -> Found:
    customers, values = zip(*given["deals"], strict=True)
    return calculate("average-acv", {"customers": customers, "values": values}).value


def normalised(given: Inputs) -> Found:
    """Return a month's value, which must be the same from each of the amounts given."""
    months = {"annual": 12, "quarter": 3, "half": 6}
    found = {
        calculate("mrr", {"amount": given[name], "months": each}).value
        for name, each in months.items()
    }
    return found.pop() if len(found) == 1 else None


def gross_of_period(given: Inputs) -> Found:
    if "exposed" in given:
        answer = by("grr-period-from-renewals", total="total", due="exposed", renewed="renewed")
    else:
        answer = by("grr-period", opening="start", contraction="contraction", churn="churn")
    return answer(given)


def gross_of_renewals(given: Inputs) -> Found:
    due = given["exposed"] if "exposed" in given else given["base"]
    return calculate("grr-renewal", {"expiring": due, "renewed": given["renewed"]}).value


def deadline(given: Inputs) -> Found:
    inputs = {"end": given["end_date_inclusive"], "value": given["notice_days"]}
    return calculate("notice-deadline-to-renewal", inputs).value


def cohort_table(given: Inputs) -> Found:
    months = {unit: [date.fromisoformat(f"{m}-01") for m in span] for unit, span in given.items()}
    spans = [(first, last) for first, last in months.values()]
    last_month = max(last for _first, last in spans)
    return dict(cohorts.monthly_cohorts(spans, last_month=last_month))


def uk_spend(name: str = UK_SPEND) -> Iterator[dict[str, str]]:
    with table(name).open(encoding="cp1252", newline="") as text:
        yield from csv.DictReader(text)


def spend_of_year(given: Inputs) -> Found:
    size = given.get("SMEorLarge")
    return spend.total(
        Decimal(row["EvidencedSpend"])
        for row in uk_spend()
        if row["ReturnMonth"].startswith(str(given["year"])) and size in (None, row["SMEorLarge"])
    )


def distinct(column: str) -> Callable[[Inputs], Found]:
    def answer(given: Inputs) -> Found:
        return Fraction(
            purchase_days.buying(
                (row[column], date.fromisoformat(row["ReturnMonth"]))
                for row in uk_spend(UK_SPEND_LONG)
                if row["ReturnMonth"][:7] <= given["to"]
            ).units
        )

    return answer


def transactions() -> purchase_days.Buying:
    with table(TRANSACTIONS).open(encoding="utf-8", newline="") as text:
        rows = csv.DictReader(text)
        return purchase_days.buying(
            (row["id"], date.fromisoformat(row["date"][:10])) for row in rows
        )


def repeat_ratio(given: Inputs) -> Found:
    if "file" not in given:
        return by("repeat-purchase-ratio", repeating="repeat", buying="total")(given)
    found = transactions()
    inputs = {"repeating": found.repeating, "buying": found.units}
    return calculate("repeat-purchase-ratio", inputs).value


def month_after(month: str, count: int = 1) -> str:
    number = cohorts.month_number(date.fromisoformat(month)) + count
    return f"{number // 12:04}-{number % 12 + 1:02}-01"


def month_moves(periods: Sequence[dict[str, str]], month: str) -> Movements:
    """Return the movements of all customers from one month to the next, by the pure formulas."""

    def value(customer: str, at: str) -> int:
        own = [row for row in periods if row["customer_id"] == customer]
        running = [r for r in own if r["start_date"] <= at < r["end_date"]]
        return sum(int(row["monthly_amount"]) for row in running)

    moves = Movements()
    for customer in {row["customer_id"] for row in periods}:
        first = min(row["start_date"] for row in periods if row["customer_id"] == customer)
        before, after = value(customer, month_after(month, -1)), value(customer, month)
        moves += retention.movement(before, after, paid_before=first < month)
    return moves


def month_by_month(_given: Inputs) -> Found:
    """Return {month: amounts by class and gross retention} of the subscriptions."""
    with table(SUBSCRIPTIONS).open(encoding="utf-8", newline="") as text:
        periods = list(csv.DictReader(text))
    months = [month_after("2018-01-01", count) for count in range(26)]
    found = {month: month_moves(periods, month) for month in months}
    return {
        month: {
            "new": moves.new,
            "reactivation": moves.reactivation,
            "upgrade": moves.expansion,
            "downgrade": -moves.contraction,
            "churn": -moves.churn,
            "GRR_month": retention.gross_retention(moves),
        }
        for month, moves in found.items()
    }


def expected_movements() -> dict[str, dict[str, Any]]:
    """Return the same from the expected file: its amounts, and renewed over the month before."""
    recorded = json.loads(table(SUBSCRIPTIONS_EXPECTED).read_text(encoding="utf-8"))
    classes = ("new", "reactivation", "upgrade", "downgrade", "churn")
    return {
        month: {each: Fraction(row["amounts"].get(each, 0)) for each in classes}
        | {"GRR_month": Fraction(row["renewal"]) / row["previous"] if row["previous"] else None}
        for month, row in recorded.items()
    }


def retired_churn(given: Inputs) -> Found:
    return churn.churn_at_leaving_value(given["opening"], Fraction(given["value_at_churn"]))


MONTHLY_LTV = {"sale": "ticket", "purchases": "visits_month", "years": "years"}
LOSSES = {"opening": "start", "churn": "churn", "contraction": "contraction"}
MOVES = LOSSES | {"expansion": "expansion"}

ANSWERS: dict[str, Callable[[Inputs], Found]] = {
    "ACV": by("acv", total="tcv", years="years"),
    "ACV_avg_year1": average_deal,
    "ACV_avg_year2": average_deal,
    "ARR": lambda i: calculate("arr", {"amount": i["tcv"], "months": 12 * i["years"]}).value,
    "CRR": by("crr", end="E", new="N", start="S"),
    "DPO": days_outstanding("dpo", "ap", "cogs"),
    "DSO": days_outstanding("dso", "ar", "sales"),
    "GRR_period": gross_of_period,
    "GRR_renewal": gross_of_renewals,
    "LTV_arpa_over_churn": by("ltv-arpa-churn", arpa="arpa", churn="churn"),
    "LTV_average_of_three": lambda i: calculate("ltv-mean", {"values": list(i.values())}).value,
    "LTV_custom": lambda i: (
        calculate(
            "ltv-custom",
            {
                "sale": i["avg_sale"],
                "purchases": i["per_week"],
                "periods": 52,
                "years": i["years"],
                "margin": i["margin"],
            },
        ).value
    ),
    "LTV_margin_over_churn": by("ltv-margin-churn", arpa="arpa", margin="margin", churn="churn"),
    "LTV_simple": by(
        "ltv-simple", sale="avg_sale", purchases="per_week", periods="weeks", years="years"
    ),
    "LTV_simple_monthly": by("ltv-simple", **MONTHLY_LTV),
    "LTV_simple_weekly": by(
        "ltv-average-value", value="avg_customer_value_per_week", periods="weeks", years="years"
    ),
    "LTV_traditional": by("ltv-discounted", margin="m", retention="r", discount="d"),
    "MRR": by("mrr-from-customers", customers="customers", arpa="arpa"),
    "MRR_net_of_discount": lambda i: (
        calculate("mrr", {"amount": i["annual"], "months": 12, "discount": i["discount"]}).value
    ),
    "MRR_normalise": normalised,
    "NPS": by("nps-percentages", promoters="promoters_pct", detractors="detractors_pct"),
    "NRR_period": by("nrr-period", **MOVES),
    "NRR_renewal": by(
        "nrr-renewal",
        expiring="base",
        renewed="renewed",
        expansion="expansion",
        contraction="contraction",
    ),
    "TCV": by("tcv", annual="annual", years="years", one_time="one_time"),
    "accrual_leap_year": by("days-spread", amount="fy_365_days", asked="fy_with_29_feb"),
    "acquisition_rate": by("acquisition-rate", new="N", start="S"),
    "annual_churn_from_monthly": by("annual-churn", monthly="monthly"),
    "budget_variance_pct": by("budget-variance-rate", actual="actual", budget="budget"),
    "cap_per_year_simple": by("cap-over-years", cap="cap", years="years"),
    "churn_capped_at_opening": by("churn-at-opening", opening="opening", leaving="value_at_churn"),
    "churn_rate": by("churn-from-counts", start="start", end="end"),
    "churn_uncapped_old": retired_churn,
    "cohort_retention": cohort_table,
    "cost_reduction": by("cost-reduction", last_year="last_year", this_year="this_year"),
    "cpi_change": by("index-change", previous="previous", current="current"),
    "distinct_customers": distinct("CustomerName"),
    "distinct_suppliers": distinct("SupplierName"),
    "existing_growth": by("existing-growth", start="start", end="end_same_customers"),
    "expansion_mrr": by("expansion-mrr", old="old_order", new="new_order", months="months"),
    "gross_margin_per_lifespan": by("gross-margin-per-lifespan", value="ltv", margin="margin"),
    "lifespan": by("lifespan", churn="churn"),
    "logo_churn": by("churn-rate", start="start", lost="lost"),
    "logo_renewal": by("logo-renewal", renewed="renewed", due="due"),
    "loyal_customer_rate": by("loyal-rate", loyal="loyal", total="total"),
    "movements_month": month_by_month,
    "notice_deadline": deadline,
    "price_increase_pct": by("price-increase", old="base", new="sso"),
    "repeat_purchase_ratio": repeat_ratio,
    "repurchase_rate": repeat_ratio,
    "return_rate": by("return-rate", returned="returns", sold="sales"),
    "revenue_churn": by("revenue-churn-gross", opening="start", churn="lost"),
    "revenue_churn_gross": by("revenue-churn-gross", **LOSSES),
    "revenue_churn_net": by("revenue-churn-net", **MOVES, reactivation="reactivation"),
    "revenue_churn_shopify_day": by("revenue-churn-daily", starts="day_start", ends="day_end"),
    "spend_year": spend_of_year,
    "spend_year_sme": spend_of_year,
    "time_between_mean_of_means": lambda i: transactions().mean_of_means,
    "time_between_pooled": lambda i: transactions().pooled,
    "time_between_purchases": by("time-between-purchases", gaps="gaps"),
    "uplift": by("uplift", old="old", uplift="pct"),
    "uplift_unit": by("uplift", old="old", uplift="pct"),
}
