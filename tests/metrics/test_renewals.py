"""Renewal rates and the renewal calendar, in the tables, on both engines."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from contracts.rules.period import Period
from contracts.services import records
from metrics.queries import renewals
from metrics.queries.question import Question
from metrics.queries.rates import fixing
from metrics.rules.renewals import Renewals
from tests.metrics.stories import ContractStory, exact, tell, term, years

pytestmark = pytest.mark.django_db

YEAR = Period(date(2024, 1, 1), date(2024, 12, 31))
AS_OF = date(2025, 6, 1)
QUESTION = Question(YEAR, AS_OF)


def linked(question: Question = QUESTION) -> dict[str, Renewals]:
    """Return the rates with links."""
    return renewals.linked_rates(question, renewals.rates(question))


def test_a_term_belongs_to_the_window_of_its_contractual_end() -> None:
    tell(ContractStory("A", years(2024, 100, 80), cancelled=date(2025, 3, 1)))
    found = renewals.rates(QUESTION)["EUR"]
    assert (found.due, found.renewed) == (1, 1)
    assert found.renewed_value == 80
    assert found.renewed_capped == 80


def test_a_term_cancelled_early_is_lost_in_the_window_of_its_end() -> None:
    tell(ContractStory("A", years(2024, 100, 80), cancelled=date(2024, 2, 1)))
    found = renewals.rates(QUESTION)["EUR"]
    assert (found.due, found.renewed) == (1, 0)
    assert found.expiring == 100


def test_a_void_term_is_never_due() -> None:
    tell(ContractStory("A", years(2023, 100, 80), cancelled=date(2023, 12, 31)))
    assert renewals.rates(QUESTION) == {}


@pytest.mark.parametrize(("gap", "renewed"), [(30, 1), (31, 0)])
def test_the_grace_ends_on_its_day(gap: int, renewed: int) -> None:
    end = date(2024, 1, 31)
    start = end + timedelta(days=1 + gap)
    tell(
        ContractStory(
            "A",
            (
                term(1, date(2023, 2, 1), end, 500),
                term(2, start, start + timedelta(days=364), 500),
            ),
        )
    )
    january = Period(date(2024, 1, 1), date(2024, 1, 31))
    assert renewals.rates(Question(january, AS_OF))["EUR"].renewed == renewed


def test_an_answer_that_may_still_come_is_counted_beside_the_rate() -> None:
    tell(ContractStory("A", years(2024, 100)), ContractStory("B", years(2024, 7, 9)))
    soon = Question(YEAR, date(2025, 1, 30))
    assert renewals.rates(soon)["EUR"] == Renewals(1, 1, 1, Fraction(7), Fraction(7), Fraction(9))
    late = Question(YEAR, date(2025, 1, 31))
    assert renewals.rates(late)["EUR"].due == 2


def test_a_free_term_is_in_no_rate() -> None:
    tell(ContractStory("A", years(2024, 0, 100)))
    assert renewals.rates(QUESTION) == {}


def test_a_contract_that_another_continues_is_renewed_by_it() -> None:
    tell(
        ContractStory("A", years(2024, 100)),
        ContractStory("B", years(2025, 90), vendor="Other"),
        links=[("A", "B")],
    )
    assert renewals.rates(QUESTION)["EUR"].renewed == 0
    found = linked()["EUR"]
    assert (found.due, found.renewed) == (1, 1)
    assert found.renewed_value == 90


def test_a_draft_continues_nothing_yet() -> None:
    rows = tell(
        ContractStory("A", years(2024, 100)),
        ContractStory("B", years(2025, 90)),
        links=[("A", "B")],
    )
    rows["B"].is_draft = True
    records.store(rows["B"])
    assert linked()["EUR"].renewed == 0


def test_contracts_that_merge_share_the_value_of_what_they_became() -> None:
    tell(
        ContractStory("A", years(2024, 100)),
        ContractStory("B", years(2024, 300)),
        ContractStory("C", years(2025, 360)),
        links=[("A", "C"), ("B", "C")],
    )
    found = linked()["EUR"]
    assert (found.renewed_value, found.renewed_capped) == exact(360, 360)


def test_a_renewal_in_another_currency_is_converted_when_the_term_ended() -> None:
    tell(
        ContractStory("A", years(2024, 100), currency="GBP"),
        ContractStory("B", years(2025, 130)),
        links=[("A", "B")],
        rates=[(date(2024, 12, 30), "GBP", Decimal("0.8")), (date(2025, 1, 2), "GBP", Decimal(9))],
    )
    found = linked()["GBP"]
    assert (found.renewed_value, found.renewed_capped) == exact(104, 100)


def test_a_renewal_without_a_rate_does_not_count() -> None:
    tell(
        ContractStory("A", years(2024, 100), currency="GBP"),
        ContractStory("B", years(2025, 130)),
        links=[("A", "B")],
    )
    assert linked()["GBP"].renewed == 0


def test_only_the_last_term_is_continued_and_only_by_what_starts_after_it() -> None:
    tell(
        ContractStory("A", years(2023, 100, 100)),
        ContractStory("B", years(2023, 90, 90)),
        links=[("A", "B")],
    )
    assert linked()["EUR"].renewed_value == 0


def test_rates_over_all_currencies_stand_at_one_fixing() -> None:
    tell(
        ContractStory("A", years(2024, 100, 100)),
        ContractStory("B", years(2024, 200), currency="USD"),
        ContractStory("C", years(2024, 5), currency="CHF"),
        rates=[(date(2023, 6, 1), "USD", Decimal(2))],
    )
    at = fixing(QUESTION.opening_day)
    total, unconverted = renewals.converted_rates(linked(), "EUR", at)
    assert (total.due, total.renewed, unconverted) == (2, 1, 1)
    assert total.expiring == 200


def test_the_calendar_holds_deadlines_from_its_day_for_120_days() -> None:
    as_of = date(2025, 3, 1)
    for name, deadline in {"before": -1, "first": 0, "last": 120, "after": 121}.items():
        end = as_of + timedelta(days=deadline + 60)
        tell(ContractStory(name, (term(1, date(2024, 1, 1), end, 10),), notice=60))
    found = renewals.calendar(as_of)
    assert [(row.contract, row.deadline) for row in found] == [
        ("first", as_of),
        ("last", date(2025, 6, 29)),
    ]


def test_without_a_notice_period_the_end_is_the_deadline() -> None:
    tell(ContractStory("A", years(2025, 10), auto=False))
    (row,) = renewals.calendar(date(2025, 12, 1))
    assert (row.deadline, row.end_date, row.auto_renew) == (row.end_date, date(2025, 12, 31), False)


def test_what_is_decided_already_is_not_in_the_calendar() -> None:
    gap = date(2026, 1, 2)
    tell(
        ContractStory("cancelled", years(2025, 10), cancelled=date(2025, 12, 31)),
        ContractStory("renewed", years(2025, 10, 10)),
        ContractStory("gap", (*years(2025, 10), term(2, gap, date(2026, 12, 31), 10))),
    )
    assert [row.contract for row in renewals.calendar(date(2025, 12, 1))] == ["gap"]


def test_money_at_stake_is_the_calendar_added_up() -> None:
    tell(
        ContractStory("A", years(2025, 10)),
        ContractStory("B", years(2025, 30)),
        ContractStory("C", years(2025, 7), currency="USD"),
        ContractStory("D", years(2025, 1, 1)),
    )
    on = date(2025, 12, 1)
    rows = renewals.calendar(on)
    assert renewals.at_stake(on) == {"EUR": (2, Fraction(40)), "USD": (1, Fraction(7))}
    assert sum(row.annual_value for row in rows) == 47
