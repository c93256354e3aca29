"""The calculators: each one's worked example, what they refuse, what they say of a claim."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.rules.calculators.answering import CLAIMED, Answer, UnusableInputsError, calculate
from metrics.rules.calculators.catalogue import CALCULATORS
from metrics.rules.calculators.claims import Verdict
from metrics.rules.calculators.inputs import Kind
from metrics.rules.calculators.vocabulary import Unit

# The figure of each calculator's own example, worked out by hand.
FIGURES = {
    "acv": "60,000.00",
    "average-acv": "41,000.00",
    "arr": "100,000.00",
    "tcv": "330,000.00",
    "mrr": "9.00",
    "mrr-from-customers": "5,000.00",
    "expansion-mrr": "100.00",
    "proration": "6.67",
    "days-spread": "3,660.00",
    "crr": "90 %",
    "acquisition-rate": "20 %",
    "grr-period": "85 %",
    "nrr-period": "102 %",
    "existing-growth": "20 %",
    "grr-period-from-renewals": "95 %",
    "churn-rate": "5 %",
    "churn-from-counts": "10 %",
    "revenue-churn-gross": "20 %",
    "revenue-churn-net": "10 %",
    "revenue-churn-daily": "5 %",
    "churn-at-opening": "100 %",
    "annual-churn": "11.36 %",
    "monthly-churn": "1 %",
    "blended-rate": "7.2 %",
    "grr-renewal": "72 %",
    "nrr-renewal": "88.33 %",
    "logo-renewal": "85 %",
    "notice-deadline": "2026-09-30",
    "notice-deadline-to-renewal": "2026-01-14",
    "price-increase": "51.61 %",
    "uplift": "20,800.00",
    "cap-over-years": "9 %",
    "cap-compounded": "9.27 %",
    "index-change": "4.7 %",
    "price-effect": "210.00",
    "volume-effect": "-300.00",
    "cost-reduction": "150,000.00",
    "cost-avoidance": "70,000.00",
    "budget-variance": "2,000.00",
    "budget-variance-rate": "20 %",
    "repeat-purchase-ratio": "25 %",
    "loyal-rate": "30 %",
    "return-rate": "5 %",
    "time-between-purchases": "10.5",
    "purchase-interval": "18.25",
    "nps": "10",
    "nps-percentages": "10",
    "nps-scores": "25",
    "lifespan": "33.3333",
    "ltv-simple": "170.00",
    "ltv-average-value": "25,272.00",
    "ltv-custom": "5,489.27",
    "gross-margin-per-lifespan": "5,382.94",
    "ltv-arpa-churn": "1,666.67",
    "ltv-margin-churn": "240,000.00",
    "ltv-discounted": "11,232.00",
    "ltv-horizon": "2,124.10",
    "ltv-mean": "14,098.71",
    "dso": "91.25",
    "dso-average": "50",
    "dpo": "91.25",
    "dpo-average": "50",
}


def refused(name: str, claimed: object = "", **inputs: object) -> dict[str, str]:
    """Return the code of the error of each input."""
    with pytest.raises(UnusableInputsError) as found:
        calculate(name, inputs, claimed)
    return {name: error.code for name, error in found.value.errors.items()}


def outcome(name: str, inputs: dict[str, object]) -> tuple[dict[str, str], object]:
    """Return the errors in words, or none and the figure."""
    try:
        return {}, calculate(name, inputs, "5%").value
    except UnusableInputsError as wrong:
        return {name: str(error) for name, error in wrong.errors.items()}, None


def verdict(answer: Answer) -> Verdict:
    assert answer.claim is not None
    return answer.claim.verdict


def test_every_calculator_has_a_figure_worked_out_by_hand() -> None:
    assert set(FIGURES) == set(CALCULATORS)


@pytest.mark.parametrize("name", FIGURES)
def test_the_example_of_a_calculator_comes_out(name: str) -> None:
    assert calculate(name, CALCULATORS[name].example).words == FIGURES[name]


@pytest.mark.parametrize("name", CALCULATORS)
def test_a_calculator_says_its_formula_its_variant_and_each_input_once(name: str) -> None:
    calculator = CALCULATORS[name]
    names = [wanted.name for wanted in calculator.inputs]
    assert calculator.name == name
    assert calculator.title
    assert calculator.formula
    assert calculator.variant
    assert len(set(names)) == len(names)
    assert CLAIMED not in names
    needs = {need for mistake in calculator.mistakes for need in mistake.needs}
    assert needs == {wanted.name for wanted in calculator.inputs if wanted.optional}
    assert {check.name for check in calculator.checks} <= set(names)


@pytest.mark.parametrize("name", CALCULATORS)
def test_all_inputs_that_are_missing_are_named_together(name: str) -> None:
    needed = {each.name for each in CALCULATORS[name].inputs if each.is_needed}
    assert refused(name) == dict.fromkeys(needed, "required")


def test_an_unknown_calculator_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        calculate("magic", {})


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("many", "malformed"),
        ("-1", "below"),
        ("1.5", "not_whole"),
        ("5%", "malformed"),
        ("12345678901234567", "too_large"),
        ("9" * 5000, "too_large"),
        (float("nan"), "malformed"),
        (float("inf"), "malformed"),
        (1e300, "too_large"),
        (True, "not_text"),
        ({"a": 1}, "not_text"),
        ([1], "not_text"),
        ("2e3", "malformed"),
    ],
)
def test_a_count_that_cannot_be_used_is_refused_with_its_reason(given: object, code: str) -> None:
    assert refused("crr", start="10", end="10", new=given) == {"new": code}


def test_an_error_of_a_text_names_the_text() -> None:
    with pytest.raises(UnusableInputsError, match="new: ab cannot be read"):
        calculate("crr", {"start": "1", "end": "1", "new": "ab"})


def test_an_input_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(UnusableInputsError, match="Known: churn, contraction, expansion, opening"):
        calculate("grr-period", {"opening": 1, "churn": 0, "chrun": 1})


def test_a_rate_above_one_without_a_percent_sign_is_a_question() -> None:
    assert refused("annual-churn", monthly="5") == {"monthly": "rate_above_one"}
    assert calculate("annual-churn", {"monthly": "5 %"}) == calculate(
        "annual-churn", {"monthly": "0.05"}
    )


def test_a_rate_that_may_pass_one_hundred_percent_does() -> None:
    assert calculate("uplift", {"old": 10, "uplift": "150%"}).value == 25
    assert calculate("uplift", {"old": 10, "uplift": "1.5"}).value == 25
    assert refused("annual-churn", monthly="101%") == {"monthly": "above"}


def test_thousands_are_grouped_by_commas_and_decimals_follow_a_point() -> None:
    answer = calculate("price-increase", {"old": "1,000", "new": "€1,234.50"})
    assert answer.value == Fraction(2345, 10000)
    assert refused("price-increase", old="1.000,00", new="1") == {"old": "malformed"}


def test_a_list_is_read_from_text_and_from_a_list() -> None:
    for gaps in ("7 14", "7; 14", "7, 14", "7\n14", [7, "14"], (7.0, 14)):
        assert calculate("time-between-purchases", {"gaps": gaps}).value == Fraction(21, 2)
    assert refused("time-between-purchases", gaps=";") == {"gaps": "required"}
    assert refused("time-between-purchases", gaps=[1] * 1001) == {"gaps": "too_many"}
    assert refused("time-between-purchases", gaps=[[1]]) == {"gaps": "not_text"}


def test_lists_that_belong_together_are_of_one_length() -> None:
    given = {"expiring": "1 2", "renewed": "1"}
    assert refused("grr-renewal", **given) == {"renewed": "inconsistent"}


@pytest.mark.parametrize(
    ("name", "inputs", "wrong"),
    [
        ("crr", {"start": 10, "end": 5, "new": 6}, "new"),
        ("crr", {"start": 10, "end": 20, "new": 5}, "end"),
        ("grr-period", {"opening": 10, "churn": 8, "contraction": 3}, "churn"),
        ("churn-rate", {"start": 10, "lost": 11}, "lost"),
        ("logo-renewal", {"renewed": 2, "due": 1}, "renewed"),
        ("proration", {"price": 1, "days": 30, "used": 31}, "used"),
        ("nps-percentages", {"promoters": 60, "detractors": 41}, "detractors"),
        ("blended-rate", {"shares": "50% 40%", "rates": "1% 2%"}, "shares"),
        ("notice-deadline", {"end": "2026-12-31", "value": 121, "unit": "months"}, "value"),
    ],
)
def test_inputs_that_contradict_each_other_are_refused(
    name: str, inputs: dict[str, Any], wrong: str
) -> None:
    assert refused(name, **inputs) == {wrong: "inconsistent"}


def test_a_choice_and_a_day_are_refused_by_name() -> None:
    given = {"end": "31/31/2026", "value": "1", "unit": "weeks"}
    assert refused("notice-deadline", **given) == {"end": "malformed", "unit": "choice"}


def test_a_division_by_zero_is_undefined_and_says_so() -> None:
    answer = calculate("crr", {"start": 0, "end": 0, "new": 0}, "100%")
    assert (answer.value, answer.printed, answer.words) == (None, None, "—")
    assert [each.code for each in answer.warnings] == ["undefined"]
    assert verdict(answer) == Verdict.UNDEFINED


def test_money_has_two_places_ratios_six_and_days_are_written_as_days() -> None:
    assert calculate("proration", {"price": 10, "days": 30, "used": 20}).printed == "6.67"
    assert calculate("price-increase", {"old": 3, "new": 5}).printed == "0.666667"
    assert calculate("notice-deadline", {"end": "2026-12-31", "value": 30}).printed == "2026-12-01"


@given(
    renewals=st.lists(
        st.tuples(st.integers(1, 10**6), st.integers(0, 2 * 10**6)), min_size=1, max_size=8
    )
)
def test_gross_renewal_never_passes_one_hundred_percent_nor_net_renewal(
    renewals: list[tuple[int, int]],
) -> None:
    expiring, renewed = zip(*renewals, strict=True)
    gross = calculate("grr-renewal", {"expiring": expiring, "renewed": renewed})
    net = calculate("nrr-renewal", {"expiring": sum(expiring), "renewed": sum(renewed)})
    assert isinstance(gross.value, Fraction)
    assert isinstance(net.value, Fraction)
    assert 0 <= gross.value <= min(Fraction(1), net.value)


@given(
    opening=st.integers(1, 10**9),
    parts=st.lists(st.integers(0, 10**9), min_size=2, max_size=2),
    expansion=st.integers(0, 10**9),
)
def test_retention_and_churn_of_the_same_inputs_add_up(
    opening: int, parts: list[int], expansion: int
) -> None:
    churn, contraction = (part % (opening // 2 + 1) for part in parts)
    inputs = {"opening": opening, "churn": churn, "contraction": contraction}
    more = inputs | {"expansion": expansion}
    kept, lost = (
        calculate("grr-period", inputs).value,
        calculate("revenue-churn-gross", inputs).value,
    )
    net, net_lost = calculate("nrr-period", more).value, calculate("revenue-churn-net", more).value
    assert isinstance(kept, Fraction)
    assert isinstance(lost, Fraction)
    assert isinstance(net, Fraction)
    assert isinstance(net_lost, Fraction)
    assert kept + lost == 1
    assert net + net_lost == 1
    assert kept <= net


@given(
    name=st.sampled_from([name for name, each in CALCULATORS.items() if each.unit == Unit.RATIO]),
    junk=st.text(max_size=8) | st.floats() | st.integers() | st.none() | st.lists(st.integers()),
)
def test_whatever_is_typed_gives_an_answer_or_an_error_that_names_the_input(
    name: str, junk: object
) -> None:
    calculator = CALCULATORS[name]
    first = calculator.inputs[0].name
    errors, value = outcome(name, {**calculator.example, first: junk})
    assert set(errors) <= {wanted.name for wanted in calculator.inputs}
    assert all(errors.values())
    assert value is None or isinstance(value, Fraction)


def test_every_kind_of_input_is_asked_for_somewhere() -> None:
    assert {w.kind for each in CALCULATORS.values() for w in each.inputs} == set(Kind)
