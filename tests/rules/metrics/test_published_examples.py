"""All published worked examples through the calculators, where the collection is at hand."""

import sys
from collections import Counter
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from metrics.rules.calculators.answering import Answer, calculate
from metrics.rules.calculators.claims import Verdict
from tests.rules.metrics.published import (
    ANSWERS,
    EXAMPLES,
    WRONG,
    Found,
    TableMissingError,
    expected_movements,
    lines,
)

HAVE = pytest.mark.skipif(not EXAMPLES.exists(), reason=f"NOT CHECKED against examples: {EXAMPLES}")
HAVE_WRONG = pytest.mark.skipif(not WRONG.exists(), reason=f"NOT CHECKED against examples: {WRONG}")


def agrees(example: dict[str, Any], found: Found) -> bool:
    """Say whether a figure is the expected one, to the tolerance of the example."""
    expected = example["expected"]
    if example["metric"] == "movements_month":
        return bool(found == expected_movements())
    if isinstance(found, date):
        return int(f"{found:%Y%m%d}") == int(expected)
    if isinstance(found, dict):
        return found == {
            key: [Fraction(str(each)) for each in row] for key, row in expected.items()
        }
    if found is None:
        return False
    tolerance = max(Fraction(str(example["tolerance"])), Fraction(1, 10**9))
    return bool(abs(found - Fraction(str(expected))) <= tolerance)


@HAVE
@pytest.mark.parametrize("example", [pytest.param(e, id=e["id"]) for e in lines(EXAMPLES)])
def test_a_published_example_comes_out(example: dict[str, Any]) -> None:
    try:
        found = ANSWERS[example["metric"]](example["inputs"])
        assert agrees(example, found), found
    except TableMissingError as missing:
        pytest.skip(f"NOT CHECKED: {missing}; EXAMPLES_DATA names its folder")


@HAVE
def test_every_example_has_a_door_and_the_count_is_printed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    right, missing, total = Counter[str](), Counter[str](), Counter[str]()
    for example in lines(EXAMPLES):
        total[example["grade"]] += 1
        try:
            right[example["grade"]] += agrees(
                example, ANSWERS[example["metric"]](example["inputs"])
            )
        except TableMissingError:
            missing[example["grade"]] += 1
    with capsys.disabled():
        for grade in sorted(total):
            skipped = f", NOT CHECKED for want of a table: {missing[grade]}"
            count = f"{right[grade]} of {total[grade]}{skipped if missing[grade] else ''}"
            sys.stdout.write(f"\nexamples of grade {grade}: {count}")
    assert right + missing == total


# Per entry: the calculator, its inputs, the claim, what it is, the right figure in words.
CORRECTED: dict[str, tuple[str, dict[str, Any], str, Verdict, str]] = {
    "w01": (
        "crr",
        {"start": 3000, "end": 1700, "new": 500, "returning": 1200},
        "53.33%",
        Verdict.UNEXPLAINED,
        "40 %",
    ),
    "w02": (
        "ltv-simple",
        {"sale": 30, "purchases": 0.5, "periods": 12, "years": 1, "cost": 10},
        "160",
        Verdict.MISTAKE,
        "170.00",
    ),
    "sso_jira": (
        "price-increase",
        {"old": 7.75, "new": 11.75},
        "51%",
        Verdict.TRUNCATED,
        "51.61 %",
    ),
    "w04": (
        "dso-average",
        {"opening": 40, "closing": 60, "sales": 200},
        "33306.25",
        Verdict.MISTAKE,
        "91.25",
    ),
    "w06": (
        "blended-rate",
        {"shares": [0.8, 0.2], "rates": [0.06, 0.12]},
        "8%",
        Verdict.UNEXPLAINED,
        "7.2 %",
    ),
    "w08": (
        "revenue-churn-gross",
        {"opening": 50000, "churn": 5000, "expansion": 2500},
        "5%",
        Verdict.MISTAKE,
        "10 %",
    ),
    "w10": (
        "budget-variance",
        {"budget": 20000, "actual": 22000},
        "-2000",
        Verdict.MISTAKE,
        "2,000.00",
    ),
    "w12": ("annual-churn", {"monthly": 0.05}, "45.95%", Verdict.IMPRECISE, "45.96 %"),
    "w14": (
        "purchase-interval",
        {"days": 365, "purchases": 20},
        "0.0548",
        Verdict.MISTAKE,
        "18.25",
    ),
    "w16": ("price-increase", {"old": 10, "new": 60}, "600%", Verdict.MISTAKE, "500 %"),
    "w18": (
        "proration",
        {"price": 10, "days": 30, "used": 20},
        "6.66",
        Verdict.TRUNCATED,
        "6.67",
    ),
    "w20": ("nps-scores", {"scores": "10 9 8 7 6"}, "40", Verdict.MISTAKE, "20"),
    "w21": (
        "grr-period",
        {"opening": 100000, "contraction": 2000, "churn": 4000},
        "9799996%",
        Verdict.MISTAKE,
        "94 %",
    ),
}


def corrected(name: str) -> Answer:
    calculator, inputs, claimed, _verdict, _figure = CORRECTED[name]
    return calculate(calculator, inputs, claimed)


@pytest.mark.parametrize("name", CORRECTED)
def test_a_published_mistake_is_answered_rightly_and_named(name: str) -> None:
    answer = corrected(name)
    assert answer.claim is not None
    assert (answer.claim.verdict, answer.words) == CORRECTED[name][3:]
    assert answer.warnings[0].code == f"claim_{answer.claim.verdict}"


@HAVE_WRONG
def test_every_published_mistake_has_its_answer(capsys: pytest.CaptureFixture[str]) -> None:
    entries = {entry["id"]: entry for entry in lines(WRONG)}
    right = sum(corrected(name).words == CORRECTED[name][4] for name in entries)
    with capsys.disabled():
        sys.stdout.write(f"\npublished mistakes: {right} of {len(entries)} answered rightly")
    assert set(entries) == set(CORRECTED)
    assert right == len(entries)


def test_subtracting_the_returning_customers_is_what_the_first_article_meant_to_do() -> None:
    inputs = CORRECTED["w01"][1]
    claim = calculate("crr", inputs, "16.67%").claim
    assert claim is not None
    assert claim.mistake == "subtracting the returning customers instead of the new ones"


def test_revenue_weights_give_revenue_churn_and_customer_weights_customer_churn() -> None:
    rates = {"rates": "6% 12%"}
    assert calculate("blended-rate", rates | {"shares": "80% 20%"}).words == "7.2 %"
    assert calculate("blended-rate", rates | {"shares": "40% 60%"}).words == "9.6 %"


def test_net_churn_of_the_mislabelled_example_is_half_its_gross_churn() -> None:
    inputs = {"opening": 50000, "churn": 5000, "expansion": 2500}
    assert calculate("revenue-churn-net", inputs).value == Fraction(5, 100)
