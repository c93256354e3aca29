"""What the calculators say of the figure that somebody expected."""

from fractions import Fraction

import pytest

from metrics.rules.calculators.answering import CLAIMED, Answer, calculate
from metrics.rules.calculators.catalogue import CALCULATORS
from metrics.rules.calculators.claims import Verdict
from tests.rules.metrics.test_calculators import refused


def verdict(answer: Answer) -> Verdict:
    assert answer.claim is not None
    return answer.claim.verdict


@pytest.mark.parametrize("name", CALCULATORS)
def test_a_mistake_that_can_be_made_is_recognised_by_its_figure(name: str) -> None:
    """Claim each mistaken figure of the example in full; the answer names a mistake with it."""
    answer = calculate(name, CALCULATORS[name].example)
    for mistake in answer.mistakes:
        if mistake.words(answer.unit) == answer.words:
            continue
        again = calculate(name, CALCULATORS[name].example, mistake.words(answer.unit))
        assert verdict(again) == Verdict.MISTAKE, mistake
        assert again.claim is not None
        same = {
            each.text
            for each in answer.mistakes
            if each.words(answer.unit) == mistake.words(answer.unit)
        }
        assert again.claim.mistake in same


@pytest.mark.parametrize("name", CALCULATORS)
def test_the_right_figure_is_right(name: str) -> None:
    words = calculate(name, CALCULATORS[name].example).words
    answer = calculate(name, CALCULATORS[name].example, words)
    assert verdict(answer) == Verdict.RIGHT
    assert not any(each.code.startswith("claim") for each in answer.warnings)


@pytest.mark.parametrize(
    ("claimed", "expected"),
    [
        ("66.67%", Verdict.RIGHT),
        ("67 %", Verdict.RIGHT),
        ("67", Verdict.RIGHT),
        ("0.667", Verdict.RIGHT),
        ("66%", Verdict.TRUNCATED),
        ("0.6666", Verdict.TRUNCATED),
        ("166.67%", Verdict.MISTAKE),
        ("1.6667", Verdict.MISTAKE),
        ("40%", Verdict.MISTAKE),
        ("-66.67%", Verdict.MISTAKE),
        ("150%", Verdict.MISTAKE),
        ("66.68%", Verdict.IMPRECISE),
        ("68%", Verdict.UNEXPLAINED),
    ],
)
def test_a_claim_is_judged_to_the_digits_it_was_given_with(claimed: str, expected: Verdict) -> None:
    assert verdict(calculate("price-increase", {"old": 3, "new": 5}, claimed)) == expected


def test_a_claimed_day_is_compared_as_a_day() -> None:
    inputs = {"end": "2026-12-31", "value": 3, "unit": "months"}
    assert verdict(calculate("notice-deadline", inputs, "30 Sep 2026")) == Verdict.RIGHT
    rough = calculate("notice-deadline", inputs, "2026-10-03")
    assert rough.claim is not None
    assert rough.claim.mistake == "months taken for 30 days"
    assert refused("notice-deadline", "soon", **inputs) == {CLAIMED: "malformed"}


def test_a_claim_that_cannot_be_read_is_an_error_of_the_claim() -> None:
    assert refused("crr", "a lot", start=1, end=1, new=0) == {CLAIMED: "malformed"}
    assert refused("crr", True, start=1, end=1, new=0) == {CLAIMED: "not_text"}


def test_a_mistake_that_makes_no_difference_is_not_listed() -> None:
    same = calculate("proration", {"price": 10, "days": 30, "used": 15})
    texts = [each.text for each in same.mistakes]
    assert "a month of 30 days, whatever its days" not in texts
    assert "the other days of the period" not in texts
    february = calculate("proration", {"price": 28, "days": 28, "used": 14})
    assert ("a month of 30 days, whatever its days", Fraction(196, 15)) in [
        (each.text, each.value) for each in february.mistakes
    ]


def test_a_mistake_that_needs_another_input_is_worked_out_once_it_is_there() -> None:
    inputs = {"start": 1000, "end": 1100, "new": 200}
    plain = calculate("crr", inputs)
    more = calculate("crr", inputs | {"returning": 300})
    assert len(more.mistakes) == len(plain.mistakes) + 1
    assert plain.value == more.value


def test_churn_above_seven_percent_is_flagged() -> None:
    def codes(lost: int) -> list[str]:
        return [
            each.code for each in calculate("churn-rate", {"start": 100, "lost": lost}).warnings
        ]

    assert codes(7) == []
    assert codes(8) == ["high_churn"]


def test_a_claim_that_a_mistake_gives_exactly_is_not_called_rounded() -> None:
    inputs = {"cap": "3%", "years": 3}
    nine = calculate("cap-compounded", inputs, "9%")
    assert nine.claim is not None
    assert nine.claim.mistake == "cap x years, another variant"
    assert verdict(calculate("cap-compounded", inputs, "9.3%")) == Verdict.RIGHT
