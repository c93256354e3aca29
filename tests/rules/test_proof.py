"""The proof of a date: its steps in words, and as JSON (R3, R4)."""

import json
import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.rules.calendar import BusinessCalendar, business_calendar
from contracts.rules.proof import PROOF_TEMPLATES, ProofStep, as_json, from_json, sentence
from contracts.rules.terms import NoticeClause, TermDates, deadline_dates
from contracts.rules.vocabulary import NoticeMethod, NoticeRule, NoticeUnit, RenewalKind
from tests.rules.test_notice import CALENDARS, CLAUSES, ENDS


def example() -> TermDates:
    return deadline_dates(
        start=date(2025, 8, 29),
        end=date(2026, 8, 28),
        renewal_kind=RenewalKind.AUTO,
        clause=NoticeClause(
            2, NoticeUnit.MONTHS, window_opens_value=4, method=NoticeMethod.COURIER
        ),
        calendar=business_calendar(("DE-BY", "US")),
    )


def test_a_proof_reads_from_the_clause_to_the_day_to_decide() -> None:
    assert [sentence(step) for step in example().proof] == [
        "The contract asks for notice of 2 months.",
        "The last day of service is 2026-08-28, so the term renews on 2026-08-29: the count starts"
        " there.",
        f"Working days by the calendars DE-BY, US (holiday data {version()}).",
        "2 months before 2026-08-29 is 2026-06-29. Full months lie in between, so the last day for"
        " notice is the day before, 2026-06-28.",
        "Notice is not possible before 2026-04-29.",
        "2026-06-28 is a weekend day: one day back to 2026-06-27.",
        "2026-06-27 is a weekend day: one day back to 2026-06-26.",
        "Notice by courier takes 3 working days: send by 2026-06-23.",
        "10 working days are kept for the decision: decide by 2026-06-08.",
    ]


def version() -> str:
    return next(step.params["version"] for step in example().proof if step.text_key == "calendars")


def test_a_holiday_is_named_in_the_proof() -> None:
    found = deadline_dates(
        start=date(2025, 5, 7),
        end=date(2026, 5, 6),
        renewal_kind=RenewalKind.AUTO,
        clause=NoticeClause(30),
        calendar=business_calendar(("DE",)),
    )
    said = " ".join(map(sentence, found.proof))
    assert "2026-04-06 is a holiday (Easter Monday): one day back to 2026-04-05." in said


def test_a_missing_notice_period_is_called_an_assumption() -> None:
    found = deadline_dates(
        start=date(2026, 1, 1),
        end=date(2026, 12, 31),
        renewal_kind=RenewalKind.AUTO,
        clause=NoticeClause(),
        calendar=business_calendar(()),
    )
    assert "This is an assumption." in sentence(found.proof[0])


def test_a_translation_takes_the_place_of_the_english_words() -> None:
    step = ProofStep("R3", "clause_months", {"value": "3"})
    german = {"clause_months": "Der Vertrag verlangt %(value)s Monate."}
    assert sentence(step, german) == "Der Vertrag verlangt 3 Monate."


def test_a_step_without_its_value_is_an_error_not_a_gap() -> None:
    with pytest.raises(KeyError):
        sentence(ProofStep("R3", "clause_months"))
    with pytest.raises(KeyError):
        sentence(ProofStep("R3", "no_such_text"))


def test_a_proof_survives_json() -> None:
    proof = example().proof
    assert from_json(json.loads(json.dumps(as_json(proof)))) == proof


def test_json_of_a_proof_is_plain_text() -> None:
    step = ProofStep("R8", "lead_email", {"lead": "1"}, date(2026, 6, 25))
    assert as_json([step, ProofStep("R16", "evergreen")]) == [
        {"rule": "R8", "text_key": "lead_email", "params": {"lead": "1"}, "result": "2026-06-25"},
        {"rule": "R16", "text_key": "evergreen", "params": {}, "result": None},
    ]


@pytest.mark.parametrize("row", [{}, {"rule": "R3", "text_key": "x", "params": {}, "result": "no"}])
def test_what_is_not_a_proof_is_refused(row: dict[str, object]) -> None:
    with pytest.raises((KeyError, ValueError)):
        from_json([row])


@given(ENDS, CLAUSES, CALENDARS, st.sampled_from(RenewalKind))
def test_every_proof_can_be_said_and_kept(
    end: date, clause: NoticeClause, calendar: BusinessCalendar, kind: RenewalKind
) -> None:
    found = deadline_dates(
        start=date(2020, 1, 1), end=end, renewal_kind=kind, clause=clause, calendar=calendar
    )
    assert found.proof
    assert all("%(" not in sentence(step) for step in found.proof)
    assert from_json(as_json(found.proof)) == found.proof


def test_each_unit_rule_and_method_has_its_words() -> None:
    for unit in NoticeUnit:
        assert f"clause_{unit}" in PROOF_TEMPLATES
        assert f"counted_{unit}" in PROOF_TEMPLATES
    for rule in (NoticeRule.MONTH_END, NoticeRule.QUARTER_END, NoticeRule.YEAR_END):
        assert f"from_{rule}" in PROOF_TEMPLATES
    for method in NoticeMethod:
        assert f"lead_{method}" in PROOF_TEMPLATES


@pytest.mark.parametrize(
    ("count", "words"), [("1", "notice of 1 month."), ("3", "notice of 3 months.")]
)
def test_one_month_is_said_as_one(count: str, words: str) -> None:
    assert sentence(ProofStep("R3", "clause_months", {"value": count})).endswith(words)


def test_every_single_form_has_its_plural_and_the_same_values() -> None:
    for key, single in PROOF_TEMPLATES.items():
        if key.endswith("_one"):
            plural = PROOF_TEMPLATES[key.removesuffix("_one")]
            assert sorted(re.findall(r"%\((\w+)\)s", single)) == sorted(
                re.findall(r"%\((\w+)\)s", plural)
            )
