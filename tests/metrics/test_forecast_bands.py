"""The distribution over the tables: what was known then, the back-test, and the same answer for ever."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contracts.models import Charge, Contract, Term
from contracts.rules.calendar import add_months
from contracts.services import demo
from metrics.queries.forecast_bands import Asked, Distribution, distribution, usual
from metrics.queries.forecast_facts import contract_facts, monthly_charges
from metrics.queries.question import EVERYTHING, Scope
from metrics.rules.forecast_backtest import score
from tests.factories import ChargeFactory, UserFactory
from tests.metrics.stories import ContractStory, tell, years

pytestmark = pytest.mark.django_db
ON = date(2024, 12, 31)
# P10, P50 and P90 of the demo, from its terms and from its charges.
KNOWN = ((2772307, 3604661, 4240970), (2213427, 3518683, 4647522))


def charged(*amounts: int, first: date = date(2023, 1, 15), **values: Any) -> None:
    """Charge one amount in each month from `first` on."""
    for number, amount in enumerate(amounts):
        ChargeFactory.create(
            contract=None,
            vendor=None,
            department=None,
            charged_on=add_months(first, number),
            gross=amount,
            **values,
        )


def total(found: Distribution) -> tuple[int, ...]:
    return tuple(round(value / found.unit) for value in found.together.total)


def test_a_portfolio_without_renewals_seen_costs_what_is_signed() -> None:
    tell(ContractStory("A", years(2024, 1000, 1000), signed=date(2024, 1, 1)))
    Term.objects.filter(seq=2).update(signed_on=date(2024, 11, 1))
    found = distribution(Asked(ON))
    assert total(found) == (1000, 1000, 1000)
    assert found.habits is not None
    assert found.habits.seen == 1


def test_a_term_signed_later_is_not_known_and_is_drawn() -> None:
    tell(ContractStory("A", years(2023, 1000, 1000, 9000)))
    found = distribution(Asked(ON))
    assert total(found)[1] == 1000


def test_a_term_without_a_signing_day_is_known_once_entered_or_begun() -> None:
    tell(ContractStory("A", years(2023, 1000, 1000)))
    Term.objects.filter(seq=2).update(created_at=datetime(2023, 5, 2, 12, tzinfo=UTC))
    (facts,) = contract_facts()
    assert [term.known_on for term in facts.terms] == [date(2023, 1, 1), date(2023, 5, 2)]
    Term.objects.filter(seq=2).update(signed_on=date(2023, 4, 1))
    Contract.objects.update(signed_on=date(2022, 11, 1))
    (facts,) = contract_facts()
    assert [term.known_on for term in facts.terms] == [date(2022, 11, 1), date(2023, 4, 1)]


def test_a_cancellation_is_known_by_its_notice_or_by_its_last_day() -> None:
    tell(
        ContractStory("A", years(2023, 10), cancelled=date(2023, 12, 31)),
        ContractStory("B", years(2023, 10), cancelled=date(2023, 12, 31)),
    )
    Contract.objects.filter(title="B").update(notice_given_on=date(2023, 9, 1))
    assert [facts.leaving_known_on for facts in contract_facts()] == [
        date(2023, 12, 31),
        date(2023, 9, 1),
    ]


def test_what_became_known_later_changes_no_earlier_forecast() -> None:
    tell(*(ContractStory(f"A{n}", years(2021, 100, 110, 90, 120 + n)) for n in range(12)))
    asked = Asked(date(2023, 6, 30))
    before = distribution(asked)
    Contract.objects.filter(title="A1").update(cancelled_on=date(2024, 2, 1))
    Term.objects.filter(seq=4).update(annual_value=Decimal(7))
    after = distribution(asked)
    assert after.together == before.together


def test_charges_are_forecast_net_and_per_currency() -> None:
    charged(*[1000] * 12, discount=Decimal(100), currency="EUR")
    charged(*[50] * 12, currency="USD")
    asked = Asked(date(2023, 12, 31), "charges")
    found = distribution(asked)
    assert {each.currency: each.flat_total for each in found.ahead} == {
        "EUR": 900 * 12 * found.unit,
        "USD": 50 * 12 * found.unit,
    }
    assert found.unconverted == ["USD"]
    assert total(found) == (10800, 10800, 10800)


def test_a_single_currency_stands_for_itself() -> None:
    charged(*[10] * 8, currency="GBP")
    found = distribution(Asked(date(2023, 8, 31), "charges"))
    assert (found.together.currency, found.unconverted) == ("GBP", [])


def test_the_back_test_of_charges_knows_only_the_months_before_it() -> None:
    charged(*[100] * 12, *[900] * 12, currency="EUR")
    found = distribution(Asked(ON, "charges"))
    year_ago = [cell for cell in found.past if cell.made_on == date(2023, 12, 31)]
    assert [cell.flat / found.unit for cell in year_ago] == [300] * 4
    assert [cell.actual / found.unit for cell in year_ago] == [2700] * 4
    assert [cell.band.p90 / found.unit for cell in year_ago] == [300] * 4
    result = score(found.past)
    assert (result.cells, result.held) == (12, 3)


def test_a_month_without_a_charge_is_a_month_of_zero() -> None:
    charged(10, first=date(2024, 3, 5), currency="EUR")
    series = monthly_charges(date(2024, 5, 31), 4)["EUR"]
    assert list(series.items()) == [
        ("2024-02", 0),
        ("2024-03", 10_0000),
        ("2024-04", 0),
        ("2024-05", 0),
    ]


def test_the_back_test_looks_at_the_contracts_that_were_known() -> None:
    tell(
        *(ContractStory(f"A{n}", years(2020, *[100] * 5)) for n in range(5)),
        ContractStory("new", years(2024, 5000), signed=date(2024, 1, 1)),
    )
    found = distribution(Asked(ON))
    year_ago = [cell for cell in found.past if cell.made_on == date(2023, 12, 31)]
    assert sum(cell.actual for cell in year_ago) == 500 * found.unit
    assert len(found.past) == 16


def test_what_was_left_out_of_the_question_is_chosen() -> None:
    today = date(2026, 11, 22)
    assert usual(today, EVERYTHING, "EUR", {}).source == "charges"
    charged(5, first=date(2013, 12, 3))
    asked = usual(today, EVERYTHING, "EUR", {})
    assert (asked.source, asked.as_of, asked.months) == ("charges", date(2013, 12, 31), 12)
    tell(ContractStory("A", years(2026, 1)))
    assert usual(today, EVERYTHING, "EUR", {}).source == "terms"
    assert usual(today, EVERYTHING, "EUR", {}).as_of == date(2026, 10, 31)
    assert usual(today, EVERYTHING, "EUR", {"source": "charges", "seed": 0}).seed == 0


def test_nobody_draws_from_what_they_may_not_read() -> None:
    tell(ContractStory("A", years(2024, 1)))
    charged(*[10] * 12)
    nothing = Scope.of(UserFactory())
    assert distribution(Asked(ON, scope=nothing)).ahead == []
    assert distribution(Asked(date(2023, 12, 31), "charges", scope=nothing)).ahead == []


def test_the_demo_has_one_answer_on_every_engine() -> None:
    """These digits were drawn once; each engine and machine must draw them again."""
    demo.load(contracts=60, seed=7, today=date(2026, 11, 22))
    asked = Asked(date(2026, 10, 31), months=36, seed=11)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        terms = distribution(asked)
    assert len(queries) <= 3
    charges = distribution(replace(asked, source="charges"))
    assert (total(terms), total(charges)) == KNOWN
    assert all(each.bands[0].p10 <= each.bands[0].p90 for each in terms.ahead)
    assert Charge.objects.exists()
